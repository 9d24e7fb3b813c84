//! When something went wrong, and who has to be answered at once because nothing did.

use chrono::{DateTime, TimeDelta, Utc};

use super::{AFTERMATH, Judge};
use crate::domain::booking::ANSWER_LIMIT;
use crate::domain::id::BookingId;

impl Judge {
    /// A patient waits for this booking's answer, and the connector was told or polls often enough.
    pub fn expect_promptly(&mut self, booking: BookingId, asked_at: DateTime<Utc>) {
        let limit = TimeDelta::from_std(ANSWER_LIMIT).unwrap_or_default();
        let by = asked_at + limit;
        self.deadlines.entry(by).or_default().push(booking);
    }

    pub(super) fn hold_to_deadlines(&mut self, now: DateTime<Utc>) {
        while let Some(first) = self
            .deadlines
            .first_entry()
            .filter(|first| *first.key() < now)
        {
            let (by, bookings) = first.remove_entry();
            for booking in bookings {
                let calm = self.is_calm(by);
                let late = self
                    .cases
                    .get(&booking)
                    .is_some_and(|case| case.told.is_none());
                if late && calm {
                    let sentence = format!(
                        "booking {booking} had no answer after twenty seconds, and nothing was wrong"
                    );
                    self.find(by, Some(booking), sentence);
                }
            }
        }
    }

    /// Whether nothing has gone wrong for so long that a patient may expect an answer at once.
    pub(super) fn is_calm(&self, at: DateTime<Utc>) -> bool {
        let limit = TimeDelta::from_std(ANSWER_LIMIT).unwrap_or_default();
        self.troubles.is_empty() && self.last_trouble < at - limit - AFTERMATH
    }

    /// Whether something has gone wrong since, so that an answer may be repeated.
    pub(super) fn was_troubled_since(&self, since: DateTime<Utc>) -> bool {
        !self.troubles.is_empty() || self.last_trouble >= since - AFTERMATH
    }

    /// Whether nothing has gone wrong since, and nothing just before.
    pub(super) fn was_calm_since(&self, since: DateTime<Utc>) -> bool {
        self.troubles.is_empty() && self.last_trouble < since - AFTERMATH
    }
}
