//! The machine's own clock.

use chrono::{DateTime, Utc};

use crate::domain::clock::Clock;

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
