//! Bookings that Healthengine has presumed confirmed: staff may have typed them in.

use super::booking::{Hand, Onward};
use super::desk::Along;
use super::insert::readable;
use super::policy::{Next, TimeLeft, after_insert};
use super::{Halt, Practice};
use crate::domain::booking::{Booking, BookingStatus, Event, How, Place, RejectReason, State};
use crate::domain::diary::AppointmentSeen;
use crate::domain::id::{BookingId, BookingKey};
use crate::domain::matching::{self, Match};
use crate::ledger::{Durability, Item};
use crate::pms::PmsError;

impl Practice {
    /// Looks for an appointment of the same patient, resource and time: before a late booking is
    /// inserted, and before its rejection goes out.
    pub(super) async fn look_for_typed_in(&mut self, hand: &mut Hand<'_>) -> Result<Onward, Halt> {
        if hand.request.is_none() {
            return Ok(Onward::Rest);
        }
        let asked = readable(hand).and_then(|booking| Some((booking, booking.resource.clone()?)));
        let Some((booking, resource)) = asked else {
            hand.looked = true;
            return Ok(Onward::Go);
        };
        let limit = self.look_limit(hand.id);
        let pms = self.ports.pms.clone();
        match pms.appointments_at(&resource, booking.start, limit).await {
            Ok(seen) => {
                self.health.pms_answered();
                hand.looked = true;
                let key = BookingKey::of(&self.profile.id, hand.id);
                if let Some((place, how)) = same_appointment(&key, booking, &seen) {
                    let along = Along {
                        story: match how {
                            How::TypedIn => "Staff had entered the appointment already.",
                            How::Booked | How::FoundByKey => "The appointment stands in the diary.",
                        }
                        .to_owned(),
                        raise: self.to_be_removed(hand, booking),
                        ..Along::default()
                    };
                    self.present(hand.id, place, how, along).await?;
                }
                Ok(Onward::Go)
            }
            // A system that cannot show its appointments: if staff typed it in, its time is taken.
            Err(PmsError::Unsupported(_)) => {
                hand.looked = true;
                Ok(Onward::Go)
            }
            Err(error) => self.not_looked(hand, error).await,
        }
    }

    /// A booking that Healthengine calls cancelled, and of which no update waits that would cancel
    /// the appointment as well.
    fn to_be_removed(&self, hand: &Hand<'_>, booking: &Booking) -> Vec<Item> {
        let cancelled = booking.status == BookingStatus::Cancelled && !hand.cancelled;
        let why = "staff had entered it before the connector saw it";
        let item = cancelled.then(|| self.remove_by_hand(hand.id, Some(why)));
        item.into_iter().collect()
    }

    /// The look failed: it is made again while there is time, and then done without.
    async fn not_looked(&mut self, hand: &mut Hand<'_>, error: PmsError) -> Result<Onward, Halt> {
        let id = hand.id;
        let Some(open) = self.desk.bookings.get_mut(&id) else {
            return Ok(Onward::Rest);
        };
        let rejecting = matches!(open.record.state, State::Rejecting { .. });
        let cancelled = hand.cancelled
            || readable(hand).is_some_and(|one| one.status == BookingStatus::Cancelled);
        if !rejecting && !cancelled {
            return self.not_inserted(id, error).await;
        }
        let now = self.ports.clock.now();
        self.health.pms_failed(&error, now);
        let attempt = open.tries.fail();
        let time = TimeLeft::of(open.record.booked_at, now);
        let down = PmsError::NotDone(String::new());
        match after_insert(&down, attempt, time, self.profile.when_pms_unavailable) {
            Next::After(rest) => {
                open.tries.put_off(now, rest);
                Ok(Onward::Rest)
            }
            Next::GiveBack(_) | Next::Find | Next::AskPerson => {
                hand.looked = true;
                if cancelled && !rejecting {
                    self.decline_unseen(id).await?;
                }
                Ok(Onward::Go)
            }
        }
    }

    /// Rejects a late booking that was cancelled, and of which nobody knows whether staff had
    /// entered it.
    async fn decline_unseen(&mut self, id: BookingId) -> Result<(), Halt> {
        let why = "the diary could not be asked whether staff had entered it";
        let reason = RejectReason::CancelledFirst;
        let along = Along {
            story: format!("It will be rejected: {reason}; {why}."),
            raise: vec![self.remove_by_hand(id, Some(why))],
            ..Along::default()
        };
        self.advance(id, Event::Declined { reason }, along, Durability::Flushed)
            .await
    }
}

/// The appointment that is this booking's: by its key, or typed in by staff for the same patient.
pub(super) fn same_appointment(
    key: &BookingKey,
    booking: &Booking,
    seen: &[AppointmentSeen],
) -> Option<(Place, How)> {
    let place = |seen: &AppointmentSeen| Place {
        appointments: vec![seen.id.clone()],
        patient: seen.patient.id.clone(),
    };
    if let Some(ours) = seen.iter().find(|seen| seen.key.as_ref() == Some(key)) {
        return Some((place(ours), How::FoundByKey));
    }
    let typed_in = seen.iter().filter(|seen| seen.key.is_none()).find(|seen| {
        let only = std::slice::from_ref(&seen.patient);
        matches!(matching::decide(&booking.patient, only), Match::Same(_))
    })?;
    Some((place(typed_in), How::TypedIn))
}
