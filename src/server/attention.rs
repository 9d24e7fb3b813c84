//! Who needs a person first, and what a condition is called.

use crate::practice::status::{Condition, PracticeStatus};

/// Every condition, the most urgent first: what only a person can mend stands before what may mend
/// itself.
pub(crate) const BY_URGENCY: [Condition; 9] = [
    Condition::LedgerFailing,
    Condition::ConsentNeeded,
    Condition::PmsMisconfigured,
    Condition::WaitingForPerson,
    Condition::PmsUnreachable,
    Condition::HealthengineUnreachable,
    Condition::Paused,
    Condition::Starting,
    Condition::Healthy,
];

/// A condition in words, as the page and the command line write it.
pub const fn words(condition: Condition) -> &'static str {
    match condition {
        Condition::Starting => "starting",
        Condition::Healthy => "healthy",
        Condition::ConsentNeeded => "consent needed",
        Condition::HealthengineUnreachable => "Healthengine unreachable",
        Condition::PmsUnreachable => "PMS unreachable",
        Condition::PmsMisconfigured => "PMS settings wrong",
        Condition::LedgerFailing => "ledger failing",
        Condition::WaitingForPerson => "waiting for a person",
        Condition::Paused => "paused",
    }
}

/// The word for a condition in the API and in metrics, the same as its serialised form.
pub(crate) const fn code(condition: Condition) -> &'static str {
    match condition {
        Condition::Starting => "starting",
        Condition::Healthy => "healthy",
        Condition::ConsentNeeded => "consent-needed",
        Condition::HealthengineUnreachable => "healthengine-unreachable",
        Condition::PmsUnreachable => "pms-unreachable",
        Condition::PmsMisconfigured => "pms-misconfigured",
        Condition::LedgerFailing => "ledger-failing",
        Condition::WaitingForPerson => "waiting-for-person",
        Condition::Paused => "paused",
    }
}

/// Where a practice stands in the list: urgency first, then the one whose patient waits longest.
pub(crate) fn order(status: &PracticeStatus) -> (usize, i64) {
    let urgency = BY_URGENCY
        .iter()
        .position(|condition| *condition == status.condition)
        .unwrap_or(BY_URGENCY.len());
    let waiting_since = status
        .oldest_unanswered
        .map_or(i64::MAX, |since| since.timestamp());
    (urgency, waiting_since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_spelt_alike_in_metrics_and_in_the_api() {
        for condition in BY_URGENCY {
            let serialised = serde_json::to_value(condition).unwrap();
            assert_eq!(serialised, code(condition));
        }
    }

    #[test]
    fn what_only_a_person_can_mend_stands_first() {
        let mut consent = PracticeStatus::starting();
        consent.condition = Condition::ConsentNeeded;
        let mut unreachable = PracticeStatus::starting();
        unreachable.condition = Condition::HealthengineUnreachable;
        let mut healthy = PracticeStatus::starting();
        healthy.condition = Condition::Healthy;
        assert!(order(&consent) < order(&unreachable));
        assert!(order(&unreachable) < order(&healthy));
    }
}
