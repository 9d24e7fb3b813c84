//! Telling Healthengine what a practice did in its own diary: always after the ledger has it, and
//! never again once the ledger has that it was told.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::desk::{Desk, OpenReport, Tries};
use super::health::Failing;
use super::policy::{AfterAnswer, after_answer};
use super::{Halt, Ports, Practice, Profile};
use crate::domain::booking::{DiaryChange, ReportRecord, ReportState};
use crate::domain::id::BookingId;
use crate::ledger::{Change, Durability, ItemKey, ItemKind, StoryLine};

/// The most reports that one activation sends: bookings wait behind them.
const MOST_AT_ONCE: usize = 20;

/// What became of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// Healthengine took it.
    Taken,
    /// It will never take it, in its words.
    Refused(String),
    /// It may or may not have arrived; it is sent again after this time.
    Again(Duration),
}

impl Practice {
    /// Tells Healthengine what it is owed, what failed least often first; not of bookings whose
    /// cancellation it asks for itself.
    pub(super) async fn tell_owed(&mut self, cancelling: &BTreeSet<BookingId>) -> Result<(), Halt> {
        let mut order: Vec<(u32, DateTime<Utc>, BookingId, DiaryChange)> = self
            .desk
            .reports
            .values()
            .map(|open| {
                let record = &open.record;
                let failures = open.tries.failures;
                (failures, record.changed_at, record.booking, record.change)
            })
            .collect();
        order.sort_unstable();
        let mut left = MOST_AT_ONCE;
        for (failures, _, booking, change) in order {
            let now = self.now();
            let open = self.desk.reports.get(&(booking, change));
            let rests = open.is_none_or(|open| open.tries.resting(now));
            // What was marked first is told first.
            let no_show = (booking, DiaryChange::DidNotAttend);
            let waits =
                change == DiaryChange::Cancelled && self.desk.reports.contains_key(&no_show);
            if rests || waits || cancelling.contains(&booking) {
                continue;
            }
            if left == 0 {
                break;
            }
            left = left.saturating_sub(1);
            match self
                .tell_change(booking, change, failures.saturating_add(1))
                .await?
            {
                Told::Taken => self.told(booking, change, ReportState::Told).await?,
                Told::Refused(words) => {
                    self.told(booking, change, ReportState::Refused(words))
                        .await?;
                }
                Told::Again(rest) => {
                    if let Some(open) = self.desk.reports.get_mut(&(booking, change)) {
                        open.tries.fail();
                        open.tries.put_off(now, rest);
                    }
                    // The others would fare no better now.
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Sends one report.
    pub(super) async fn tell_change(
        &mut self,
        booking: BookingId,
        change: DiaryChange,
        attempt: u32,
    ) -> Result<Told, Halt> {
        let healthengine = self.ports.healthengine.clone();
        let sent = match change {
            DiaryChange::Cancelled => {
                let reason = "the practice cancelled the appointment in its diary";
                healthengine.report_cancelled(booking, reason).await
            }
            DiaryChange::DidNotAttend => {
                let reason = "the practice marked in its diary that the patient did not attend";
                healthengine.report_did_not_attend(booking, reason).await
            }
        };
        let Err(error) = sent else {
            self.health.errors.mended(Failing::Answer);
            tracing::info!(booking.id = %booking, "Healthengine was told what the practice did in its diary: {change}");
            return Ok(Told::Taken);
        };
        match after_answer(&error, attempt) {
            AfterAnswer::Stop => Err(Halt::Unauthorised(error)),
            AfterAnswer::Again(rest) => {
                self.health.errors.failed(Failing::Answer, &error);
                tracing::warn!(booking.id = %booking, attempt, %error, "a report was not taken; trying again");
                Ok(Told::Again(rest))
            }
            // It does not know the booking, or no longer: nobody need hear of it.
            AfterAnswer::LookWhetherPending => {
                self.health.errors.mended(Failing::Answer);
                tracing::info!(booking.id = %booking, %error, "Healthengine does not know a booking that the practice changed: {change}");
                Ok(Told::Refused(error.detail))
            }
            AfterAnswer::AskPerson => {
                self.health.errors.mended(Failing::Answer);
                tracing::warn!(booking.id = %booking, %error, "Healthengine refuses the report of what the practice did: {change}");
                Ok(Told::Refused(error.detail))
            }
        }
    }

    /// Records what became of a report. To lose that it was told costs one repeated report.
    pub(super) async fn told(
        &mut self,
        booking: BookingId,
        change: DiaryChange,
        state: ReportState,
    ) -> Result<(), Halt> {
        let what = match &state {
            ReportState::Refused(words) => {
                format!("Healthengine does not take the report: {words}.")
            }
            ReportState::Told | ReportState::Known | ReportState::Owed => match change {
                DiaryChange::Cancelled => "Healthengine was told of the cancellation.".to_owned(),
                DiaryChange::DidNotAttend => {
                    "Healthengine was told that the patient did not attend.".to_owned()
                }
            },
        };
        let record = ReportRecord {
            booking,
            change,
            state,
            changed_at: self.now(),
        };
        let who = (&*self.profile, &self.ports);
        self.desk
            .record_report(who, record, &what, Durability::WithNext)
            .await
    }
}

impl Desk {
    /// Records what Healthengine knows of a change in the diary, with a line for the booking's story.
    /// What was to be removed by hand is removed once the appointment is cancelled.
    pub(super) async fn record_report(
        &mut self,
        who: (&Profile, &Ports),
        record: ReportRecord,
        what: &str,
        durability: Durability,
    ) -> Result<(), Halt> {
        let (profile, ports) = who;
        let by_hand = ItemKey {
            kind: ItemKind::RemoveByHand,
            subject: record.booking.to_string(),
        };
        let is_open = self.items.iter().any(|item| item.key == by_hand);
        let removed = is_open && record.change == DiaryChange::Cancelled;
        let settle: Vec<ItemKey> = removed.then_some(by_hand).into_iter().collect();
        let change = Change {
            report: Some(record.clone()),
            story: vec![StoryLine {
                at: record.changed_at,
                what: what.to_owned(),
            }],
            settle: settle.clone(),
            ..Change::default()
        };
        ports.ledger.record(&profile.id, change, durability).await?;
        self.items.retain(|item| !settle.contains(&item.key));
        self.note_report(record);
        Ok(())
    }

    pub(super) fn note_report(&mut self, record: ReportRecord) {
        let key = (record.booking, record.change);
        if record.state.is_settled() {
            self.reports.remove(&key);
        } else {
            let tries = Tries::default();
            self.reports.insert(key, OpenReport { record, tries });
        }
    }
}
