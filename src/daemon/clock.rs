//! The machine's own clock.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::clock::Clock;

/// The machine's clock, for whoever is built beside the daemon.
pub fn system_clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// Reads the machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the time comes in"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}
