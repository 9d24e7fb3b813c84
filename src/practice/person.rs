//! What a person says: that they have dealt with something, or that it is to be tried again.

use super::booking::{Hand, Onward};
use super::desk::{Along, Tries};
use super::insert::readable;
use super::late::same_appointment;
use super::{Halt, Practice};
use crate::domain::booking::{Booking, Event, State};
use crate::domain::diary::AppointmentSeen;
use crate::domain::id::{BookingId, BookingKey};
use crate::domain::matching::{self, Match};
use crate::ledger::{Durability, ItemKey, ItemKind};
use crate::pms::PmsError;

impl Practice {
    /// Closes an item. A booking that waited for a person is settled with its last item: what they
    /// did with it is theirs to know, so nothing is told of it any more.
    pub(super) async fn deal_with(&mut self, key: &ItemKey) -> Result<(), Halt> {
        if self.desk.items.iter().all(|item| item.key != *key) {
            return Ok(());
        }
        if let Some(id) = self.settled_with(key) {
            // Its time was held back: from now on the diary alone says whether it is free.
            self.republish_slot_of(id);
            let along = Along::story("A person says that they have settled it.");
            self.advance(id, Event::DealtWith, along, Durability::Flushed)
                .await?;
        } else {
            let marks = self.desk.marks.clone();
            let who = (&*self.profile, &self.ports);
            let done = vec![key.clone()];
            self.desk.note(who, marks, Vec::new(), done).await?;
        }
        tracing::info!(
            item.kind = key.kind.name(), item.subject = %key.subject,
            "a person has dealt with an item"
        );
        Ok(())
    }

    /// The booking that waits for a person because of this item alone.
    fn settled_with(&self, key: &ItemKey) -> Option<BookingId> {
        if !holds_a_booking_up(key.kind) {
            return None;
        }
        let others = self.desk.items.iter().filter(|item| {
            item.key.subject == key.subject && item.key != *key && holds_a_booking_up(item.key.kind)
        });
        let id = BookingId::new(key.subject.parse().ok()?);
        let open = self.desk.bookings.get(&id)?;
        let stuck = matches!(open.record.state, State::NeedsPerson { .. });
        (stuck && others.count() == 0).then_some(id)
    }

    /// Tries a booking again at once. One that waited for a person is looked for first: they may
    /// have done anything meanwhile.
    pub(super) async fn retry(&mut self, id: BookingId) -> Result<(), Halt> {
        let at = self.now();
        let Some(open) = self.desk.bookings.get_mut(&id) else {
            return Ok(());
        };
        open.tries = Tries::default();
        tracing::info!(booking.id = %id, "a person asks for a booking to be tried again");
        if matches!(open.record.state, State::NeedsPerson { .. }) {
            let along = Along::story("A person asks to try again.");
            self.advance(id, Event::Retried { at }, along, Durability::Flushed)
                .await?;
            if let Some(open) = self.desk.bookings.get_mut(&id) {
                open.retried = true;
            }
        }
        Ok(())
    }

    /// Whether a booking is tried again because a person asked for it.
    pub(super) fn is_retried(&self, id: BookingId) -> bool {
        self.desk.bookings.get(&id).is_some_and(|open| open.retried)
    }

    /// A look has found no appointment of a booking that a person wants tried again. What
    /// Healthengine does not list any more is left to them: they may have entered it, and a later
    /// cancellation must not be taken for done.
    pub(super) async fn absent_after_retry(&mut self, hand: &Hand<'_>) -> Result<Onward, Halt> {
        match hand.pending {
            Some(true) => {
                let along = Along::story("It is not in the diary.");
                self.advance(hand.id, Event::Absent, along, Durability::WithNext)
                    .await?;
                Ok(self.before_next_try(hand.id))
            }
            Some(false) => self.ask_person_to_look(hand.id).await,
            None => Ok(Onward::Rest),
        }
    }

    /// Looks for an appointment of the same patient, resource and time: all that a system without
    /// keys can be asked after a person's wish to try again.
    pub(super) async fn look_without_key(&mut self, hand: &Hand<'_>) -> Result<Onward, Halt> {
        let id = hand.id;
        let asked = readable(hand).and_then(|booking| Some((booking, booking.resource.clone()?)));
        let Some((booking, resource)) = asked else {
            return match hand.pending {
                Some(_) => self.ask_person_to_look(id).await,
                None => Ok(Onward::Rest),
            };
        };
        let pms = self.ports.pms.clone();
        let limit = self.look_limit(id);
        let seen = match pms.appointments_at(&resource, booking.start, limit).await {
            Ok(seen) => seen,
            Err(PmsError::Unsupported(_)) => return self.ask_person_to_look(id).await,
            Err(error) => return self.not_found_out(id, &error).await,
        };
        self.health.pms_answered();
        let key = BookingKey::of(&self.profile.id, id);
        if let Some((place, how)) = same_appointment(&key, booking, &seen) {
            let along = Along::story("It was found in the diary by patient and time.");
            self.present(id, place, how, along).await?;
            return Ok(Onward::Go);
        }
        if seen.iter().any(|seen| may_be_theirs(booking, seen)) {
            return self.ask_person_to_look(id).await;
        }
        self.absent_after_retry(hand).await
    }
}

/// Whether a booking can wait for a person because of such an item.
const fn holds_a_booking_up(kind: ItemKind) -> bool {
    match kind {
        ItemKind::CheckDiary | ItemKind::CheckBooking => true,
        ItemKind::CallPatient
        | ItemKind::RemoveByHand
        | ItemKind::ComparePatients
        | ItemKind::AcceptRemovals => false,
    }
}

fn may_be_theirs(booking: &Booking, seen: &AppointmentSeen) -> bool {
    let only = std::slice::from_ref(&seen.patient);
    match matching::decide(&booking.patient, only) {
        Match::Same(_) | Match::Doubtful(_) => true,
        Match::New => false,
    }
}
