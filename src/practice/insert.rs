//! Putting a booking into the diary: look, match, record the intent, book, record the outcome.

use std::time::Duration;

use super::booking::{Hand, Onward};
use super::desk::{Along, item};
use super::policy::later;
use super::{Halt, Practice};
use crate::domain::booking::{Booking, Event, How, Place, RejectReason, State, is_late};
use crate::domain::diary::{Booked, Wanted, WantedPatient};
use crate::domain::id::{BookingId, BookingKey};
use crate::domain::matching::{self, Likeness, Match};
use crate::domain::redacted::Redacted;
use crate::healthengine::Pending;
use crate::ledger::{Durability, Item, ItemKind};
#[cfg(feature = "planted-bugs")]
use crate::planted::neighbour;
use crate::pms::{PmsError, Support};

impl Practice {
    /// Matches the patient, records the intent, and books.
    pub(super) async fn insert(&mut self, hand: &mut Hand<'_>) -> Result<Onward, Halt> {
        let Some(booking) = readable(hand) else {
            return Ok(Onward::Rest);
        };
        if let Some(reason) = self.out_of_time(hand.id) {
            return self.decline(hand.id, reason).await;
        }
        let length = match booking.length {
            Some(length) => Ok(Some(length)),
            None => self.length_of(booking).await,
        };
        let length = match length {
            Ok(Some(length)) => length,
            Ok(None) => return self.decline(hand.id, RejectReason::LengthNotAllowed).await,
            Err(error) => return self.not_inserted(hand.id, error).await,
        };
        let Some(resource) = booking.resource.clone() else {
            return self.decline(hand.id, RejectReason::ResourceRemoved).await;
        };
        let pms = self.ports.pms.clone();
        let candidates = match pms
            .patients_like(&booking.patient, self.limit(hand.id))
            .await
        {
            Ok(candidates) => candidates,
            Err(error) => return self.not_inserted(hand.id, error).await,
        };
        let (patient, foresee) = self.choose_patient(hand.id, booking, &candidates);
        let now = self.now();
        let practice = &self.profile.id;
        let id = planted!(
            KeyDiffersByAttempt,
            BookingId::new(now.timestamp()),
            hand.id
        );
        let key = planted!(
            TenantKeysSwapped,
            BookingKey::of(&neighbour(practice), id),
            BookingKey::of(practice, id)
        );
        let wanted = Wanted {
            resource,
            appointment_type: booking.appointment_type.clone(),
            start: booking.start,
            length,
            patient,
            note: note(&key, booking),
        };
        let begun = Event::Intended { at: now };
        let along = Along {
            story: "The diary is asked to make the appointment.".to_owned(),
            foresee,
            ..Along::default()
        };
        let by_then = planted!(IntentNotFlushed, Durability::WithNext, Durability::Flushed);
        self.advance(hand.id, begun, along, by_then).await?;
        match pms.book(&key, &wanted, self.limit(hand.id)).await {
            Ok(booked) => {
                self.health.pms_answered();
                planted!(ConfirmedBeforeRecorded, {
                    let early = place(booked.clone());
                    let told = self
                        .ports
                        .healthengine
                        .confirm_insert(hand.id, &early)
                        .await;
                    self.heard(told)?;
                });
                self.watch_if_changed(hand.id, booked.standing);
                let along = Along::story("The appointment stands in the diary.");
                self.present(hand.id, place(booked), How::Booked, along)
                    .await?;
                Ok(Onward::Go)
            }
            Err(error) => self.not_inserted(hand.id, error).await,
        }
    }

    /// Looks for the booking's key: the only thing allowed after an unknown outcome or a crash.
    pub(super) async fn find(&mut self, hand: &Hand<'_>) -> Result<Onward, Halt> {
        let Some(open) = self.desk.bookings.get(&hand.id) else {
            return Ok(Onward::Rest);
        };
        let State::Inserting { since } = open.record.state else {
            return Ok(Onward::Rest);
        };
        let pms = self.ports.pms.clone();
        let described = pms.describe();
        if described.keeps_key == Support::No && self.is_retried(hand.id) {
            return self.look_without_key(hand).await;
        }
        if described.keeps_key == Support::No {
            return self.ask_person_to_look(hand.id).await;
        }
        let key = BookingKey::of(&self.profile.id, hand.id);
        let settled_at = later(
            since,
            self.profile
                .rhythm
                .write_limit
                .saturating_add(described.settles_within),
        );
        match pms.find(&key, self.look_limit(hand.id)).await {
            Ok(Some(booked)) => {
                self.health.pms_answered();
                // Cancelled since or not, it stood: it is confirmed, and then the change is told.
                self.watch_if_changed(hand.id, booked.standing);
                let along = Along::story("It was found in the diary by its key.");
                self.present(hand.id, place(booked), How::FoundByKey, along)
                    .await?;
                Ok(Onward::Go)
            }
            // A system that may still be writing has not said no yet.
            Ok(None) if !described.settles_within.is_zero() && self.now() < settled_at => {
                self.health.pms_answered();
                let now = self.now();
                if let Some(open) = self.desk.bookings.get_mut(&hand.id) {
                    open.tries.put_off(now, Duration::from_millis(500));
                }
                Ok(Onward::Rest)
            }
            Ok(None) if self.is_retried(hand.id) => {
                self.health.pms_answered();
                self.absent_after_retry(hand).await
            }
            Ok(None) => {
                self.health.pms_answered();
                let along = Along::story("It is not in the diary.");
                self.advance(hand.id, Event::Absent, along, Durability::WithNext)
                    .await?;
                Ok(self.before_next_try(hand.id))
            }
            Err(error) => self.not_found_out(hand.id, &error).await,
        }
    }

    /// Records that the appointment stands in the diary: before Healthengine is told.
    pub(super) async fn present(
        &mut self,
        id: BookingId,
        place: Place,
        how: How,
        along: Along,
    ) -> Result<(), Halt> {
        self.republish_slot_of(id);
        let by_then = planted!(OutcomeNotFlushed, Durability::WithNext, Durability::Flushed);
        self.advance(id, Event::Present { place, how }, along, by_then)
            .await?;
        if let Some(open) = self.desk.bookings.get_mut(&id) {
            open.tries = super::desk::Tries::default();
        }
        Ok(())
    }

    /// Records that the booking will not be inserted: before Healthengine is told. When it is too
    /// late for the patient to pick another time, a person must call them.
    pub(super) async fn decline(
        &mut self,
        id: BookingId,
        reason: RejectReason,
    ) -> Result<Onward, Halt> {
        let now = self.now();
        let Some(open) = self.desk.bookings.get_mut(&id) else {
            return Ok(Onward::Rest);
        };
        open.tries = super::desk::Tries::default();
        let late = is_late(open.record.booked_at, now);
        let uninformed = late && reason.leaves_a_patient_uninformed();
        let call = planted!(LateRejectionUnsaid, false, uninformed);
        let raise = call
            .then(|| self.call_patient(id, &reason))
            .into_iter()
            .collect();
        self.republish_slot_of(id);
        let along = Along {
            story: format!("It will be rejected: {reason}."),
            raise,
            ..Along::default()
        };
        let by_then = planted!(
            RejectionNotFlushed,
            Durability::WithNext,
            Durability::Flushed
        );
        self.advance(id, Event::Declined { reason }, along, by_then)
            .await?;
        Ok(Onward::Go)
    }

    /// The item that tells staff to call a patient whose booking was rejected too late.
    pub(super) fn call_patient(&self, id: BookingId, reason: &RejectReason) -> Item {
        let slot = self
            .desk
            .bookings
            .get(&id)
            .and_then(|open| open.record.slot.as_ref());
        let when = slot.map(|slot| format!(" for {} with {}", slot.start, slot.resource));
        item(
            &self.profile,
            ItemKind::CallPatient,
            id.to_string(),
            self.now(),
            format!(
                "Call the patient of booking {id}{}: Healthengine has told them that it stands, but \
             it is not in the diary, because {reason}. Their details are in Healthengine's portal.",
                when.unwrap_or_default(),
            ),
        )
    }

    /// The length of the booking's type. Right after a start the types have not been read yet.
    async fn length_of(&self, booking: &Booking) -> Result<Option<Duration>, PmsError> {
        let Some(wanted) = booking.appointment_type.as_ref() else {
            return Ok(None);
        };
        let read = if self.setup.types.is_empty() {
            let limit = self.limit(booking.id);
            self.ports.pms.appointment_types(limit).await?
        } else {
            Vec::new()
        };
        let mut types = self.setup.types.iter().chain(&read);
        Ok(types
            .find(|known| known.id == *wanted)
            .and_then(|known| known.length))
    }

    fn choose_patient(
        &self,
        id: BookingId,
        booking: &Booking,
        candidates: &[crate::domain::patient::PatientRecord],
    ) -> (WantedPatient, Vec<Item>) {
        let new = || WantedPatient::New(Box::new(booking.patient.clone()));
        planted!(FirstPatientTaken, {
            if let Some(first) = candidates.first() {
                return (WantedPatient::Existing(first.id.clone()), Vec::new());
            }
        });
        match matching::decide(&booking.patient, candidates) {
            Match::Same(patient) => (WantedPatient::Existing(patient.id), Vec::new()),
            Match::New => (new(), Vec::new()),
            Match::Doubtful(alike) => {
                let alike: Vec<String> = alike.iter().map(Likeness::to_string).collect();
                let compare = item(
                    &self.profile,
                    ItemKind::ComparePatients,
                    id.to_string(),
                    self.now(),
                    format!(
                        "Booking {id} made a new patient, who may be the same person as {}. \
                         Compare them in the practice's system, and merge them if they are.",
                        alike.join(", ")
                    ),
                );
                (new(), vec![compare])
            }
        }
    }
}

pub(super) fn readable<'a>(hand: &Hand<'a>) -> Option<&'a Booking> {
    match hand.request? {
        Pending::Readable(booking) => Some(booking),
        Pending::Unreadable { .. } => None,
    }
}

fn place(booked: Booked) -> Place {
    Place {
        appointments: booked.appointments,
        patient: booked.patient,
    }
}

/// The lines for the appointment's note.
fn note(key: &BookingKey, booking: &Booking) -> Redacted<String> {
    let mut lines = vec![format!("Booked through Healthengine ({key})")];
    let given = [&booking.comments, &booking.reason, &booking.telehealth_url];
    lines.extend(
        given
            .into_iter()
            .flatten()
            .map(|text| text.reveal().clone()),
    );
    Redacted::new(lines.join("\n"))
}
