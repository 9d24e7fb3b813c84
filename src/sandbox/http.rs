//! Healthengine's paths under `/pms-api/v1`, and the controls under `/_sandbox`.

use axum::Router;
use axum::middleware;
use axum::routing::{get, post};

use super::{BASE_PATH, Sandbox};

mod availability;
mod bookings;
mod call;
mod config;
mod control;
mod documents;
mod features;
mod mishap;
mod requests;
mod subscriptions;

/// All paths.
pub(super) fn router(sandbox: &Sandbox) -> Router {
    let api = operations()
        .fallback(call::no_such_operation)
        .method_not_allowed_fallback(call::no_such_operation)
        .layer(middleware::from_fn_with_state(
            sandbox.clone(),
            mishap::befall,
        ));
    Router::new()
        .nest(BASE_PATH, api)
        .nest("/_sandbox", control::router())
        .with_state(sandbox.clone())
}

/// Every operation of the definition.
fn operations() -> Router<Sandbox> {
    Router::new()
        .route("/requests", get(requests::poll))
        .route("/requests/{kind}", get(requests::list))
        .merge(bookings::router())
        .route("/availability/snapshot", post(availability::one))
        .route("/availability/snapshots", post(availability::batch))
        .merge(config::router())
        .merge(features::router())
        .merge(subscriptions::router())
        .merge(documents::router())
}
