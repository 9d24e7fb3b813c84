//! The practice's status in words: what is wrong, and what a person must do.

use super::Practice;
use super::health::Failing;
use super::status::{BookingCounts, Condition, ItemShown, PracticeStatus, RefusedDay};

/// What a refused key means, in words.
pub(super) const CONSENT_SENTENCE: &str = "Healthengine refuses this practice's key: its consent is missing or was revoked, or the key is \
     wrong";

/// What is to be done about a refused key.
pub(super) const CONSENT_REMEDY: &str = "The practice's administrator grants consent in Healthengine's practice portal (menu Integration \
     Consent) and gives you the practice id and key shown there; put them into the practice's file";

/// From how many failures in a row something counts as unreachable: one may be a hiccup.
const FAILURES_THAT_COUNT: u32 = 2;

impl Practice {
    /// The status as it is now.
    pub(super) fn report(&self) -> PracticeStatus {
        let condition = self.condition();
        let (sentence, remedy) = self.words(condition);
        let open = self
            .desk
            .bookings
            .values()
            .map(|open| open.record.booked_at);
        let refused = self
            .horizon
            .refused
            .iter()
            .map(|((resource, date), refused)| RefusedDay {
                resource: resource.to_string(),
                date: date.to_string(),
                error: refused.words.clone(),
            });
        PracticeStatus {
            condition,
            sentence,
            remedy,
            last_poll: self.health.last_poll,
            activations: self.health.activations,
            availability_full_at: self.horizon.full_at,
            availability_waiting: self.horizon.days_due(self.profile.publish_days),
            availability_refused: refused.collect(),
            bookings: BookingCounts {
                open: u64::try_from(self.desk.bookings.len()).unwrap_or(u64::MAX),
                ..self.desk.counts
            },
            oldest_unanswered: open.min(),
            items: self.desk.items.iter().map(ItemShown::of).collect(),
            not_answered: self.kinds_not_answered(),
            snapshots_sent: self.snapshots.sent,
            snapshots_refused: self.snapshots_refused(),
            features: self.feature_statuses(),
            last_error: self.health.errors.latest().map(str::to_owned),
        }
    }

    /// How the practice is; what hinders most comes first.
    fn condition(&self) -> Condition {
        if self.is_paused() {
            Condition::Paused
        } else if self.health.ledger.failures > 0 {
            Condition::LedgerFailing
        } else if self.health.refused.is_some() {
            Condition::ConsentNeeded
        } else if [&self.health.healthengine, &self.health.calls]
            .iter()
            .any(|streak| streak.failures >= FAILURES_THAT_COUNT)
        {
            Condition::HealthengineUnreachable
        } else if self.health.pms_misconfigured {
            Condition::PmsMisconfigured
        } else if self.health.pms.failures >= FAILURES_THAT_COUNT {
            Condition::PmsUnreachable
        } else if !self.desk.items.is_empty() || self.setup.refused.is_some() {
            Condition::WaitingForPerson
        } else if self.health.last_poll.is_none() {
            Condition::Starting
        } else {
            Condition::Healthy
        }
    }

    fn words(&self, condition: Condition) -> (String, Option<String>) {
        let last = |of: Failing| self.health.errors.of(of).unwrap_or_default();
        let of_healthengine = [Failing::Poll, Failing::Call].map(last);
        let system = self.ports.pms.describe().system;
        match condition {
            Condition::Starting => ("waiting for its first poll".to_owned(), None),
            Condition::Healthy => ("polls are answered, and nothing waits".to_owned(), None),
            Condition::Paused if self.profile.enabled => (
                "paused by an operator: nothing is published and no booking is answered".to_owned(),
                Some(format!(
                    "run `healthengine-connector resume {}`",
                    self.profile.name
                )),
            ),
            Condition::Paused => (
                "its file says enabled = false".to_owned(),
                Some("set enabled = true in the practice's file, and restart".to_owned()),
            ),
            Condition::ConsentNeeded => {
                (CONSENT_SENTENCE.to_owned(), Some(CONSENT_REMEDY.to_owned()))
            }
            Condition::HealthengineUnreachable => (
                format!(
                    "Healthengine cannot be reached: {}",
                    of_healthengine
                        .into_iter()
                        .find(|words| !words.is_empty())
                        .unwrap_or_default()
                ),
                Some("check this machine's network; it goes on by itself".to_owned()),
            ),
            Condition::PmsUnreachable => (
                format!(
                    "the practice's diary ({system}) cannot be reached: {}",
                    last(Failing::Pms)
                ),
                Some("make the practice's system reachable again; it goes on by itself".to_owned()),
            ),
            Condition::PmsMisconfigured => (
                format!(
                    "the practice's diary ({system}) refuses the settings: {}",
                    last(Failing::Pms)
                ),
                Some(
                    "do what that says, and it goes on by itself; or mend the [pms] table of the \
                     practice's file, and restart"
                        .to_owned(),
                ),
            ),
            Condition::LedgerFailing => (
                format!(
                    "the ledger cannot be used, so nothing is inserted: {}",
                    last(Failing::Ledger)
                ),
                Some("check the disk that ledger.url names; it goes on by itself".to_owned()),
            ),
            Condition::WaitingForPerson => match &self.setup.refused {
                Some(words) => (
                    format!("Healthengine does not take the practice's configuration: {words}"),
                    Some("mend the practitioners or appointment types in the diary".to_owned()),
                ),
                None => (
                    format!("{} waiting for a person", things(self.desk.items.len())),
                    self.desk.items.first().map(|item| item.sentence.clone()),
                ),
            },
        }
    }
}

fn things(count: usize) -> String {
    if count == 1 {
        "one thing is".to_owned()
    } else {
        format!("{count} things are")
    }
}
