//! Telling Healthengine what became of a booking: always after the ledger has it.

use std::time::Duration;

use super::booking::Onward;
use super::desk::{Along, item};
use super::health::Failing;
use super::policy::{AfterAnswer, after_answer, later, pause};
use super::{Halt, Practice};
use crate::domain::booking::{BookingRecord, Event, RejectReason, State, Stuck, is_late};
use crate::domain::id::BookingId;
use crate::healthengine::{CallError, Pending, Verdict};
use crate::ledger::{Durability, Item, ItemKind};

/// For how long an answer that is not found may be sent again quickly, while the booking is listed.
const PATIENCE_WITH_A_LISTING: Duration = Duration::from_secs(3 * 60);

/// How long such an answer rests once a person knows.
const REST_ONCE_SHOWN: Duration = Duration::from_secs(5 * 60);

impl Practice {
    /// Sends the answer that the booking's record holds.
    pub(super) async fn answer(&mut self, id: BookingId) -> Result<Onward, Halt> {
        let Some(open) = self.desk.bookings.get(&id) else {
            return Ok(Onward::Rest);
        };
        let state = open.record.state.clone();
        let sent = self.send_answer(id, &state).await;
        if let Some(open) = self.desk.bookings.get_mut(&id) {
            open.answered |= may_have_arrived(&sent);
        }
        match sent {
            Ok(()) => {
                self.answer_taken(id, &state, Event::AnswerTaken).await?;
                Ok(Onward::Rest)
            }
            Err(error) => self.answer_not_taken(id, &state, error).await,
        }
    }

    /// Sends again the answer of a booking that was settled: Healthengine lists it all the same.
    pub(super) async fn answer_again(&mut self, record: &BookingRecord) -> Result<(), Halt> {
        let now = self.now();
        let tries = self.desk.listed_again.entry(record.booking).or_default();
        if tries.resting(now) {
            return Ok(());
        }
        let attempt = tries.fail();
        tries.put_off(now, pause(attempt));
        if attempt == 1 {
            tracing::info!(
                booking.id = %record.booking,
                "Healthengine lists an answered booking again; the answer is sent again"
            );
        }
        let sent = self.send_answer(record.booking, &record.state).await;
        // A refusal changes nothing: what was told before was told.
        if let Err(CallError {
            verdict: Verdict::Refused(_),
            ..
        }) = &sent
        {
            return Ok(());
        }
        self.heard(sent)?;
        Ok(())
    }

    async fn send_answer(&self, id: BookingId, state: &State) -> Result<(), CallError> {
        let healthengine = &self.ports.healthengine;
        match state {
            State::Inserted { place, .. } | State::Confirmed { place, .. } => {
                healthengine.confirm_insert(id, place).await
            }
            State::Rejecting { reason } | State::Rejected { reason } => {
                healthengine.reject_insert(id, &reason.to_string()).await
            }
            State::Received
            | State::Inserting { .. }
            | State::NeedsPerson { .. }
            | State::SettledByPerson => Ok(()),
        }
    }

    /// Records that Healthengine knows. To lose this line costs one repeated answer, so it does
    /// not wait for a flush of its own.
    async fn answer_taken(
        &mut self,
        id: BookingId,
        state: &State,
        event: Event,
    ) -> Result<(), Halt> {
        let Some(open) = self.desk.bookings.get(&id) else {
            return Ok(());
        };
        self.health.errors.mended(Failing::Answer);
        let waited = self.now() - open.record.booked_at;
        let mut raise: Vec<Item> = Vec::new();
        let story = if let State::Rejecting { reason } = state {
            // Decided when it was late already: the item was raised with the decision.
            let was_late = is_late(open.record.booked_at, open.record.changed_at);
            if !was_late && self.is_too_late_to_reject(&open.record, reason) {
                raise.push(self.call_patient(id, reason));
            }
            self.desk.counts.rejected = self.desk.counts.rejected.saturating_add(1);
            tracing::info!(
                booking.id = %id,
                waited_ms = waited.num_milliseconds(), "booking rejected: {reason}"
            );
            "Healthengine took the rejection."
        } else {
            self.desk.counts.confirmed = self.desk.counts.confirmed.saturating_add(1);
            tracing::info!(
                booking.id = %id,
                waited_ms = waited.num_milliseconds(), "booking confirmed"
            );
            "Healthengine took the confirmation."
        };
        let along = Along {
            story: story.to_owned(),
            raise,
            ..Along::default()
        };
        self.advance(id, event, along, Durability::WithNext).await
    }

    /// Whether a rejection reached Healthengine only after it had presumed the booking confirmed.
    fn is_too_late_to_reject(&self, record: &BookingRecord, reason: &RejectReason) -> bool {
        is_late(record.booked_at, self.now()) && reason.leaves_a_patient_uninformed()
    }

    async fn answer_not_taken(
        &mut self,
        id: BookingId,
        state: &State,
        error: CallError,
    ) -> Result<Onward, Halt> {
        let now = self.now();
        let Some(open) = self.desk.bookings.get_mut(&id) else {
            return Ok(Onward::Rest);
        };
        let attempt = open.tries.fail();
        match after_answer(&error, attempt) {
            AfterAnswer::Stop => Err(Halt::Unauthorised(error)),
            AfterAnswer::Again(rest) => {
                open.tries.put_off(now, rest);
                self.health.errors.failed(Failing::Answer, &error);
                tracing::warn!(booking.id = %id, attempt, %error, "the answer was not taken; trying again");
                Ok(Onward::Rest)
            }
            AfterAnswer::LookWhetherPending => {
                open.tries.put_off(now, pause(attempt));
                self.settle_unless_pending(id, state, &error).await
            }
            AfterAnswer::AskPerson => {
                let why = Stuck::AnswerRefused(error.detail.clone());
                let raise = item(
                    &self.profile,
                    ItemKind::CheckBooking,
                    id.to_string(),
                    now,
                    format!("Booking {id}: {why}."),
                );
                let story = format!("Healthengine refused the answer: {}.", error.detail);
                let along = Along {
                    story,
                    raise: vec![raise],
                    ..Along::default()
                };
                self.advance(id, Event::Stuck { why }, along, Durability::Flushed)
                    .await?;
                Ok(Onward::Rest)
            }
        }
    }

    /// Healthengine does not know the booking: if it no longer lists it, it is settled.
    async fn settle_unless_pending(
        &mut self,
        id: BookingId,
        state: &State,
        error: &CallError,
    ) -> Result<Onward, Halt> {
        let answer = self.ports.healthengine.fetch_bookings().await;
        let Some(pending) = self.heard(answer)? else {
            return Ok(Onward::Rest);
        };
        let listed = pending.iter().any(|pending| match pending {
            Pending::Readable(booking) => booking.id == id,
            Pending::Unreadable { booking, .. } => *booking == id,
        });
        if listed {
            self.show_if_it_lasts(id, error).await?;
        } else {
            self.answer_taken(id, state, Event::NoLongerAsked).await?;
        }
        Ok(Onward::Rest)
    }

    /// Healthengine lists a booking and does not know it: after a while a person is told, once.
    async fn show_if_it_lasts(&mut self, id: BookingId, error: &CallError) -> Result<(), Halt> {
        let now = self.now();
        let Some(open) = self.desk.bookings.get_mut(&id) else {
            return Ok(());
        };
        if now <= later(open.record.changed_at, PATIENCE_WITH_A_LISTING) {
            return Ok(());
        }
        open.tries.put_off(now, REST_ONCE_SHOWN);
        if std::mem::replace(&mut open.shown, true) {
            return Ok(());
        }
        let sentence = format!(
            "Booking {id}: Healthengine asks for an answer and does not take it ({}). Check the \
             booking in its portal; the connector goes on trying.",
            error.detail
        );
        let subject = id.to_string();
        let raise = item(
            &self.profile,
            ItemKind::CheckBooking,
            subject,
            now,
            sentence,
        );
        let marks = self.desk.marks.clone();
        let who = (&*self.profile, &self.ports);
        self.desk.note(who, marks, vec![raise], Vec::new()).await
    }
}

/// Whether Healthengine may know the answer.
fn may_have_arrived(sent: &Result<(), CallError>) -> bool {
    match sent.as_ref().map_err(|error| error.verdict) {
        Err(Verdict::NotSent | Verdict::Slow(_) | Verdict::Unauthorised) => false,
        Ok(()) | Err(Verdict::Refused(_) | Verdict::Unknown | Verdict::Garbled) => true,
    }
}
