//! How much background work an activation may do before it looks for bookings again.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::policy::later;

/// For how long an activation may begin reads of the PMS that no patient waits for.
const BUDGET: Duration = Duration::from_secs(2);

/// One read is always allowed, so that there is progress however slow the PMS is; more of them only
/// within the budget, so that a booking waits for one slow read at the most.
#[derive(Debug, Default)]
pub(super) struct Allowance {
    until: Option<DateTime<Utc>>,
    reads: u32,
}

impl Allowance {
    /// The allowance of an activation that begins now.
    pub(super) fn of(begun: DateTime<Utc>) -> Self {
        Self {
            until: Some(later(begun, BUDGET)),
            reads: 0,
        }
    }

    /// Whether another read may begin; counts it.
    pub(super) fn take(&mut self, now: DateTime<Utc>) -> bool {
        let allowed = self.reads == 0 || self.until.is_some_and(|until| now < until);
        self.reads = self.reads.saturating_add(u32::from(allowed));
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_read_is_always_allowed_and_more_only_within_the_budget() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let mut allowance = Allowance::of(at(0));
        assert!(allowance.take(at(1)));
        assert!(allowance.take(at(1)));
        assert!(!allowance.take(at(2)));
        let mut late = Allowance::of(at(0));
        assert!(late.take(at(9)));
        assert!(!late.take(at(9)));
    }
}
