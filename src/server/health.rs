//! `/livez` and `/readyz`: each can be false, and says why.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::extract::State;
use axum::http::StatusCode;

use super::Site;
use crate::ledger::LedgerError;
use crate::practice::status::Condition;

/// How long the ledger may take to answer.
const LEDGER_LIMIT: Duration = Duration::from_secs(2);

/// Whether a ledger can be written, as far as can be told cheaply.
#[async_trait]
pub trait TakesWrites: Send + Sync {
    /// Fails if the next booking could not be recorded.
    async fn takes_writes(&self) -> Result<(), LedgerError>;
}

/// Whether the process turns: if not, restart it.
pub(super) async fn live(State(site): State<Arc<Site>>) -> (StatusCode, String) {
    if site.pulse.beats() {
        return (StatusCode::OK, "live\n".to_owned());
    }
    (
        StatusCode::SERVICE_UNAVAILABLE,
        format!(
            "no practice's loop has turned for {} s\n",
            site.pulse.silence().num_seconds()
        ),
    )
}

/// Whether bookings can be worked: the ledger takes a write.
pub(super) async fn ready(State(site): State<Arc<Site>>) -> (StatusCode, String) {
    match refusal(&site).await {
        None => (StatusCode::OK, "ready\n".to_owned()),
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
    }
}

async fn refusal(site: &Site) -> Option<String> {
    let failing = site
        .roster
        .iter()
        .filter(|listed| listed.status.borrow().condition == Condition::LedgerFailing)
        .count();
    if failing > 0 {
        return Some(format!("the ledger fails for {failing} practices"));
    }
    match tokio::time::timeout(LEDGER_LIMIT, site.ledger.takes_writes()).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_elapsed) => Some("the ledger does not answer in time".to_owned()),
    }
}
