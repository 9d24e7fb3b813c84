//! The operator's page, its API, health and metrics: what is seen and steered from outside.
//!
//! # Needs in tension
//! Whoever may open the page may pause a practice, and there is no log-in: so the server listens on
//! the loopback device only, and trusts no browser that is on another site's errand.
//!
//! # Invariants
//! - Nothing here works on a booking: a request reads the published statuses, or pulls a practice's
//!   [`Control`](crate::practice::control::Control), and returns.
//! - The page, the metrics and the API are pure functions of the statuses. None of them holds a
//!   patient's detail, a key or a token.
//! - Every text is escaped where it enters the page; the page needs no script.
//! - `/livez` is false when the loops no longer turn; `/readyz` when the ledger does not answer.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::domain::clock::Clock;

mod api;
mod attention;
mod guard;
mod health;
mod metrics;
mod page;
mod pulse;
mod roster;

pub use api::{PracticeShown, Practices};
pub use attention::words;
pub use health::TakesWrites;
pub use pulse::Pulse;
pub use roster::{Listed, Roster};

/// The largest body that is read, in bytes: the API's bodies hold one flag.
const LARGEST_BODY: usize = 4 * 1024;

/// The longest time that a request may take.
const REQUEST_LIMIT: Duration = Duration::from_secs(10);

/// How long open connections may still be served once the server is to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// What the server shows and steers.
pub struct Site {
    /// The practices.
    pub roster: Arc<Roster>,
    /// Whether their loops turn.
    pub pulse: Arc<Pulse>,
    /// What was asked, done and answered: asked whether it can be written, and no more.
    pub ledger: Arc<dyn TakesWrites>,
    /// The current time.
    pub clock: Arc<dyn Clock>,
    /// The version, for people.
    pub version: &'static str,
}

/// Answers requests until it is stopped.
pub async fn serve(listener: TcpListener, site: Arc<Site>, stop: CancellationToken) {
    let stopping = stop.clone();
    let answering = axum::serve(listener, router(site))
        .with_graceful_shutdown(async move { stopping.cancelled().await });
    let out_of_time = async {
        stop.cancelled().await;
        tokio::time::sleep(LAST_ANSWERS).await;
    };
    tokio::select! {
        ended = answering => {
            if let Err(error) = ended {
                tracing::error!(error = %error, "the server ended");
            }
        }
        () = out_of_time => {}
    }
}

/// The addresses and what answers them.
pub fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/", get(page::overview))
        .route("/practices/{name}", get(page::practice))
        .route("/style.css", get(page::style))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::metrics))
        .route("/api/v1/practices", get(api::practices))
        .route("/api/v1/practices/{name}", get(api::practice))
        .route("/api/v1/practices/{name}/resync", post(api::resync))
        .route("/api/v1/practices/{name}/pause", post(api::pause))
        .route("/api/v1/practices/{name}/resume", post(api::resume))
        .route(
            "/api/v1/practices/{name}/items/{kind}/done",
            post(api::done_as_a_whole),
        )
        .route(
            "/api/v1/practices/{name}/items/{kind}/{subject}/done",
            post(api::done),
        )
        .route(
            "/api/v1/practices/{name}/bookings/{booking}/retry",
            post(api::retry),
        )
        .fallback(api::no_such_address)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn(guard::same_site))
        .layer(from_fn(guard::loopback_host))
        .layer(from_fn(guard::closed_headers))
        .layer(from_fn_with_state(REQUEST_LIMIT, guard::in_time))
        .with_state(site)
}

#[cfg(test)]
mod tests;
