//! Questions of Healthengine: has the appointment of this booking changed?

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::intake::Intake;
use super::policy::{AfterAnswer, LATE_PATIENCE, after_answer, pause};
use super::seen::Seen;
use super::tell::Told;
use super::{Halt, Practice};
use crate::domain::booking::{DiaryChange, How, Place, ReportState, State};
use crate::domain::id::BookingId;
use crate::healthengine::{BookingQuestion, RequestKind};
use crate::pms::{PmsError, Support};

/// The most questions that one activation works: bookings wait behind them.
const MOST_AT_ONCE: usize = 20;

/// The longest pause of a question that waits for its booking, or for its turn.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// What is known here of a booking that Healthengine asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// It is on its way into the diary or out of it, or could not be asked for.
    OnItsWay,
    /// It was confirmed: what the diary says, and what the ledger has.
    Confirmed(Seen, Option<DiaryChange>),
    /// The ledger does not have it, any more or at all: what the diary says.
    Forgotten(Seen),
    /// It was rejected, or is in the hands of the practice's staff.
    NotOurs,
}

/// What a question is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reply {
    /// Not now.
    Wait,
    /// The diary shows this change.
    Changed(DiaryChange),
    /// Neither a cancellation nor a no-show.
    NoChange,
}

/// The answer to a question.
///
/// Rule: there is no reject for a question, and the queue must stay healthy; so of a booking that
/// nobody here knows it is said that nothing has changed. A cancellation is said only of what the
/// diary shows as cancelled, or no longer has although it was confirmed.
const fn reply(known: Known) -> Reply {
    let change = match known {
        Known::OnItsWay => return Reply::Wait,
        Known::Confirmed(Seen::Nothing, recorded) => recorded,
        // An id that the diary does not have may be another system's.
        Known::Forgotten(Seen::Gone | Seen::Nothing) | Known::NotOurs => None,
        Known::Confirmed(seen, _) | Known::Forgotten(seen) => seen.change(),
    };
    match change {
        Some(change) => Reply::Changed(change),
        None => Reply::NoChange,
    }
}

impl Practice {
    /// Answers every question that is listed, what failed least often first.
    pub(super) async fn work_questions(&mut self, intake: &Intake) -> Result<(), Halt> {
        if !intake.kinds.contains(&RequestKind::PmsAppointmentChanges) {
            self.watch.questions.clear();
            return Ok(());
        }
        let Some(cancelling) = self.cancelling(intake) else {
            return Ok(());
        };
        let answer = self.ports.healthengine.fetch_appointment_changes().await;
        let Some(listed) = self.heard(answer)? else {
            return Ok(());
        };
        let listed: BTreeMap<BookingId, BookingQuestion> = listed
            .into_iter()
            .map(|question| (question.booking, question))
            .collect();
        let tries = &mut self.watch.questions;
        tries.retain(|id, _| listed.contains_key(id));
        let now = self.ports.clock.now();
        let due = |id: &BookingId| match tries.get(id) {
            Some(tries) if tries.resting(now) => None,
            Some(tries) => Some((tries.failures, *id)),
            None => Some((0, *id)),
        };
        let mut order: Vec<(u32, BookingId)> = listed.keys().filter_map(due).collect();
        order.sort_unstable();
        for (_, id) in order.into_iter().take(MOST_AT_ONCE) {
            if let Some(question) = listed.get(&id) {
                self.work_question(question, intake, &cancelling).await?;
            }
        }
        Ok(())
    }

    async fn work_question(
        &mut self,
        question: &BookingQuestion,
        intake: &Intake,
        cancelling: &BTreeSet<BookingId>,
    ) -> Result<(), Halt> {
        let id = question.booking;
        let known = if cancelling.contains(&id) {
            Known::OnItsWay
        } else {
            match self.learn(question, intake).await? {
                Ok(known) => known,
                // Others may need no PMS: they come first the next time.
                Err(Unasked::Later) => {
                    self.answer_later(id, LONGEST_WAIT);
                    return Ok(());
                }
                Err(Unasked::Failed(error)) => {
                    let now = self.now();
                    self.health.pms_failed(&error, now);
                    self.answer_later(id, pause(self.failures_of(id).saturating_add(1)));
                    return Ok(());
                }
            }
        };
        match reply(known) {
            Reply::Wait => {
                let rest = pause(self.failures_of(id).saturating_add(1));
                self.answer_later(id, rest.min(LONGEST_WAIT));
                Ok(())
            }
            Reply::Changed(change) => self.say_changed(id, change, known).await,
            Reply::NoChange => self.say_unchanged(id).await,
        }
    }

    /// Finds out what is known of a booking. Only what needs it asks the PMS.
    async fn learn(
        &mut self,
        question: &BookingQuestion,
        intake: &Intake,
    ) -> Result<Result<Known, Unasked>, Halt> {
        let id = question.booking;
        let record = self.known_booking(id).await?;
        let (place, how) = match record.map(|record| record.state) {
            Some(
                State::Received
                | State::Inserting { .. }
                | State::Inserted { .. }
                | State::Rejecting { .. },
            ) => return Ok(Ok(Known::OnItsWay)),
            Some(State::Rejected { .. } | State::NeedsPerson { .. } | State::SettledByPerson) => {
                return Ok(Ok(Known::NotOurs));
            }
            Some(State::Confirmed { place, how }) => (place, how),
            // The list that might have it could not be fetched.
            None if intake.bookings.is_none() => return Ok(Ok(Known::OnItsWay)),
            None => return Ok(self.look_up(question).await.map(Known::Forgotten)),
        };
        let seen = match self.look_at(id, &place, how).await {
            Ok(seen) => seen,
            Err(unasked) => return Ok(Err(unasked)),
        };
        if seen == Seen::Gone && self.may_be_lost().await? {
            return Ok(Err(Unasked::Later));
        }
        let reports = self.ports.ledger.load_reports(&self.profile.id, id).await?;
        let recorded = reports.iter().map(|report| report.change).min();
        Ok(Ok(Known::Confirmed(seen, recorded)))
    }

    /// What the diary says of a confirmed booking.
    async fn look_at(&mut self, id: BookingId, place: &Place, how: How) -> Result<Seen, Unasked> {
        let can = self.ports.pms.describe();
        let (standings, keeps_key) = (can.standings, can.keeps_key);
        if standings == Support::Yes {
            return self.look_once(place).await;
        }
        if keeps_key == Support::Yes && how != How::TypedIn {
            return self.look_for_key(id).await;
        }
        Ok(Seen::Nothing)
    }

    /// What the diary says of a booking that the ledger does not have: by its own key, which nobody
    /// else's appointment carries, and else by the ids that Healthengine was once told.
    async fn look_up(&mut self, question: &BookingQuestion) -> Result<Seen, Unasked> {
        let can = self.ports.pms.describe();
        let (standings, keeps_key) = (can.standings, can.keeps_key);
        if keeps_key == Support::Yes {
            let seen = self.look_for_key(question.booking).await?;
            if seen != Seen::Nothing {
                return Ok(seen);
            }
        }
        match &question.pms_patient {
            Some(patient) if standings == Support::Yes && !question.appointments.is_empty() => {
                let place = Place {
                    appointments: question.appointments.clone(),
                    patient: patient.clone(),
                };
                self.look_once(&place).await
            }
            Some(_) | None => Ok(Seen::Nothing),
        }
    }

    async fn look_once(&mut self, place: &Place) -> Result<Seen, Unasked> {
        self.may_ask()?;
        let seen = self.seen_at(std::slice::from_ref(place)).await;
        let seen = seen.map_err(Unasked::Failed)?;
        self.health.pms_answered();
        Ok(seen.first().copied().unwrap_or(Seen::Nothing))
    }

    async fn look_for_key(&mut self, id: BookingId) -> Result<Seen, Unasked> {
        self.may_ask()?;
        let seen = self.seen_by_key(id).await.map_err(Unasked::Failed)?;
        self.health.pms_answered();
        Ok(seen)
    }

    /// Whether the PMS may be asked now.
    fn may_ask(&mut self) -> Result<(), Unasked> {
        let now = self.now();
        if self.health.pms.resting(now) || !self.allowance.take(now) {
            return Err(Unasked::Later);
        }
        Ok(())
    }

    async fn say_changed(
        &mut self,
        id: BookingId,
        change: DiaryChange,
        known: Known,
    ) -> Result<(), Halt> {
        let failures = self.failures_of(id);
        let told = self
            .tell_change(id, change, failures.saturating_add(1))
            .await?;
        let state = match told {
            Told::Taken => ReportState::Told,
            Told::Refused(words) => ReportState::Refused(words),
            Told::Again(rest) => {
                self.answer_later(id, rest);
                return Ok(());
            }
        };
        if matches!(state, ReportState::Refused(_)) {
            self.answer_later(id, LATE_PATIENCE);
        } else {
            self.watch.questions.remove(&id);
        }
        // Asked again, it was told again; what the ledger has of it stays.
        let news = matches!(known, Known::Confirmed(_, recorded) if recorded != Some(change));
        if news || self.desk.reports.contains_key(&(id, change)) {
            self.told(id, change, state).await?;
        }
        Ok(())
    }

    async fn say_unchanged(&mut self, id: BookingId) -> Result<(), Halt> {
        let failures = self.failures_of(id);
        let sent = self.ports.healthengine.report_no_change(id).await;
        let Err(error) = sent else {
            self.watch.questions.remove(&id);
            tracing::info!(booking.id = %id, "Healthengine was told that an appointment has not changed");
            return Ok(());
        };
        match after_answer(&error, failures.saturating_add(1)) {
            AfterAnswer::Stop => Err(Halt::Unauthorised(error)),
            AfterAnswer::Again(rest) => {
                let now = self.now();
                self.health.call_failed(&error, now);
                self.answer_later(id, rest);
                Ok(())
            }
            AfterAnswer::LookWhetherPending | AfterAnswer::AskPerson => {
                tracing::warn!(booking.id = %id, %error, "Healthengine refuses that an appointment has not changed");
                self.answer_later(id, LATE_PATIENCE);
                Ok(())
            }
        }
    }

    fn failures_of(&self, id: BookingId) -> u32 {
        let tries = self.watch.questions.get(&id);
        tries.map_or(0, |tries| tries.failures)
    }

    fn answer_later(&mut self, id: BookingId, rest: Duration) {
        let now = self.now();
        let tries = self.watch.questions.entry(id).or_default();
        tries.fail();
        tries.put_off(now, rest);
    }
}

/// Why the PMS was not asked.
#[derive(Debug)]
enum Unasked {
    /// It is being left alone, or the activation has read enough: it is asked a little later.
    Later,
    /// It could not say.
    Failed(PmsError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::diary::Standing;

    #[test]
    fn a_cancellation_is_said_only_of_what_the_diary_shows_or_has_lost() {
        use DiaryChange::{Cancelled, DidNotAttend};
        let changed = |change| Reply::Changed(change);
        let quiet = [
            Standing::Booked,
            Standing::Arrived,
            Standing::InConsult,
            Standing::Complete,
        ];
        let mut table: Vec<(Known, Reply)> = vec![
            (Known::OnItsWay, Reply::Wait),
            (Known::NotOurs, Reply::NoChange),
            (Known::Confirmed(Seen::Gone, None), changed(Cancelled)),
            (Known::Confirmed(Seen::Nothing, None), Reply::NoChange),
            (
                Known::Confirmed(Seen::Nothing, Some(Cancelled)),
                changed(Cancelled),
            ),
            (
                Known::Confirmed(Seen::Nothing, Some(DidNotAttend)),
                changed(DidNotAttend),
            ),
            (
                Known::Confirmed(Seen::As(Standing::Cancelled), Some(DidNotAttend)),
                changed(Cancelled),
            ),
            (Known::Forgotten(Seen::Gone), Reply::NoChange),
            (Known::Forgotten(Seen::Nothing), Reply::NoChange),
        ];
        for (standing, change) in [
            (Standing::Cancelled, Cancelled),
            (Standing::DidNotAttend, DidNotAttend),
        ] {
            let seen = Seen::As(standing);
            table.push((Known::Confirmed(seen, None), changed(change)));
            table.push((Known::Confirmed(seen, Some(change)), changed(change)));
            table.push((Known::Forgotten(seen), changed(change)));
        }
        for standing in quiet {
            let seen = Seen::As(standing);
            table.push((Known::Confirmed(seen, None), Reply::NoChange));
            table.push((Known::Confirmed(seen, Some(Cancelled)), Reply::NoChange));
            table.push((Known::Forgotten(seen), Reply::NoChange));
        }
        for (known, expected) in table {
            assert_eq!(reply(known), expected, "{known:?}");
        }
    }
}
