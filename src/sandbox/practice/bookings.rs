//! What the connector answers to bookings and their updates, and what it reports of them.

use chrono::{DateTime, Utc};

use super::{Refused, State};
use crate::sandbox::book::{Answer, Booking, Happening, PRESUMED_AFTER};
use crate::sandbox::fields::Broken;
use crate::sandbox::wire::booking::ConfirmInsert;

/// What the connector reports of an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Report {
    Cancelled,
    DidNotAttend,
    NoChange,
}

/// What the connector answers to an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum UpdateAnswer {
    Confirmed,
    Rejected,
}

const NO_BOOKING: Refused = Refused::NotFound("no such booking");
const NOT_PENDING: Refused = Refused::NotFound("the booking is no longer pending");

impl State {
    /// Takes a new booking, which waits for its answer from now on.
    pub(in crate::sandbox) fn add_booking(&mut self, booking: Booking) {
        self.pending.insert(booking.id);
        self.by_day
            .entry(booking.start.date())
            .or_default()
            .push(booking.id);
        self.bookings.insert(booking.id, booking);
    }

    fn booking(&mut self, id: i64) -> Result<&mut Booking, Refused> {
        self.bookings.get_mut(&id).ok_or(NO_BOOKING)
    }

    /// Takes `confirmInsert`.
    pub(in crate::sandbox) fn confirm_insert(
        &mut self,
        id: i64,
        confirm: ConfirmInsert,
        now: DateTime<Utc>,
    ) -> Result<(), Refused> {
        let booking = self.booking(id)?;
        booking.answers = booking.answers.saturating_add(1);
        if booking.answer.is_some() {
            booking.note(now, Happening::ConfirmedAgain);
            return Err(NOT_PENDING);
        }
        booking.answer = Some(Answer::Confirmed);
        booking.appointments = confirm.appointments;
        booking.pms_patient = Some(confirm.patient);
        booking.note(now, Happening::Confirmed);
        self.settled(id, now);
        Ok(())
    }

    /// Takes `rejectInsert`.
    pub(in crate::sandbox) fn reject_insert(
        &mut self,
        id: i64,
        now: DateTime<Utc>,
    ) -> Result<(), Refused> {
        let booking = self.booking(id)?;
        booking.answers = booking.answers.saturating_add(1);
        if booking.answer.is_some() {
            booking.note(now, Happening::RejectedAgain);
            return Err(NOT_PENDING);
        }
        // Rule: after 20 seconds the patient was told that it stands, and the practice cancels.
        let late = !booking.cancelled && now >= booking.booked_at + PRESUMED_AFTER;
        let (answer, happening) = if late {
            (Answer::RejectedLate, Happening::RejectedLate)
        } else {
            (Answer::Rejected, Happening::Rejected)
        };
        booking.answer = Some(answer);
        booking.note(now, happening);
        self.settled(id, now);
        Ok(())
    }

    fn settled(&mut self, id: i64, now: DateTime<Utc>) {
        self.pending.remove(&id);
        self.judge_health(now);
    }

    /// Takes `confirmUpdate` or `rejectUpdate`. The booking itself need not be known here.
    pub(in crate::sandbox) fn answer_update(
        &mut self,
        id: i64,
        request: i64,
        answer: UpdateAnswer,
        now: DateTime<Utc>,
    ) -> Result<(), Refused> {
        let waiting = self
            .asked
            .updates
            .iter()
            .position(|update| update.request == request && update.booking == id)
            .ok_or(Refused::NotFound("no such update waits"))?;
        self.asked.updates.remove(waiting);
        if let Ok(booking) = self.booking(id) {
            let happening = match answer {
                UpdateAnswer::Confirmed => Happening::UpdateConfirmed,
                UpdateAnswer::Rejected => Happening::UpdateRejected,
            };
            booking.note(now, happening);
        }
        self.judge_health(now);
        Ok(())
    }

    /// Takes `cancel`, `didNotAttend` or `noPmsAppointmentChange`.
    pub(in crate::sandbox) fn report(
        &mut self,
        id: i64,
        report: Report,
        now: DateTime<Utc>,
    ) -> Result<(), Refused> {
        let was_asked = self.asked.changes.contains(&id);
        let booking = self.booking(id)?;
        match booking.answer {
            Some(Answer::Confirmed) => {}
            Some(Answer::Rejected | Answer::RejectedLate) => return Err(NO_BOOKING),
            // Rule: a pending booking is confirmed or rejected, always.
            None => {
                return Err(
                    Broken::at("bookingId", "the booking waits for its answer first").into(),
                );
            }
        }
        match report {
            Report::Cancelled => {
                booking.cancelled = true;
                booking.note(now, Happening::CancelledByPractice);
            }
            Report::DidNotAttend => booking.note(now, Happening::DidNotAttend),
            // Rule: this answers a request of kind pmsAppointmentChanges.
            Report::NoChange if !was_asked => {
                return Err(Refused::NotFound("nothing was asked about the booking"));
            }
            Report::NoChange => booking.note(now, Happening::NoChange),
        }
        self.asked.changes.retain(|asked| *asked != id);
        Ok(())
    }
}
