//! Settled rows are deleted once a day, and at the start.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::clock::Clock;
use crate::ledger::Ledger;
use crate::telemetry::chain;

/// Between two prunings.
const INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// Deletes what was settled longer ago than the retention, until it is stopped. A pruning that
/// fails is no reason to stop: nothing depends on it, and the next one does the same.
pub(super) async fn daily(
    ledger: Arc<dyn Ledger>,
    clock: Arc<dyn Clock>,
    retention: Duration,
    stop: CancellationToken,
) {
    loop {
        once(ledger.as_ref(), clock.as_ref(), retention).await;
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

async fn once(ledger: &dyn Ledger, clock: &dyn Clock, retention: Duration) {
    let before = chrono::TimeDelta::from_std(retention)
        .ok()
        .and_then(|retention| clock.now().checked_sub_signed(retention));
    let Some(before) = before else {
        // Kept for longer than the calendar is long: nothing is old enough.
        return;
    };
    match ledger.prune(before).await {
        Ok(0) => {}
        Ok(rows) => tracing::info!(rows, "deleted {rows} settled rows from the ledger"),
        Err(error) => {
            tracing::warn!(error = %chain(&error), "settled rows could not be deleted");
        }
    }
}
