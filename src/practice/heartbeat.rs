//! Whether the practices' loops still turn.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};

/// A sign of life: the time at which some loop last turned. All loops of a process share one; each
/// practice turns at least every poll interval, so a process in which none turns has stalled.
#[derive(Debug, Default)]
pub struct Heartbeat {
    last: AtomicI64,
}

impl Heartbeat {
    /// Notes that a loop turned.
    pub fn beat(&self, now: DateTime<Utc>) {
        self.last
            .fetch_max(now.timestamp_millis(), Ordering::Relaxed);
    }

    /// When a loop last turned, UTC; the epoch before the first turn.
    pub fn last(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.last.load(Ordering::Relaxed)).unwrap_or_default()
    }
}
