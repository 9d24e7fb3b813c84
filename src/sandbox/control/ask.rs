//! What Healthengine asks of a practice, on demand.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::ControlError;
use crate::sandbox::practice::State;
use crate::sandbox::practice::documents::Attached;
use crate::sandbox::practice::requests::DayAsked;
use crate::sandbox::request::{Arrival, Ask, Kind};
use crate::sandbox::wire::availability::Known as _;

impl State {
    /// Takes what Healthengine asks; it waits from now on.
    pub(super) fn take_ask(
        &mut self,
        ask: Ask,
        request: i64,
        now: DateTime<Utc>,
    ) -> Result<Arrival, ControlError> {
        let mut about = None;
        let kind = match ask {
            Ask::Availability { day, resource } => {
                if resource
                    .as_deref()
                    .is_some_and(|id| !self.knows_resource(id))
                {
                    return Err(ControlError::NoResource);
                }
                self.asked.days.push(DayAsked {
                    day,
                    resource: resource.map(Into::into),
                    asked_at: now,
                    seen: BTreeSet::new(),
                });
                Kind::Availability
            }
            Ask::PmsResources {} => {
                self.asked.resources = true;
                Kind::PmsResources
            }
            Ask::PmsAppointmentTypes {} => {
                self.asked.types = true;
                Kind::PmsAppointmentTypes
            }
            Ask::PmsAppointmentChanges { booking } => {
                about = Some(self.known_booking(booking)?);
                push_once(&mut self.asked.changes, booking);
                Kind::PmsAppointmentChanges
            }
            Ask::BookingUpdates { booking } => {
                about = Some(booking);
                Kind::BookingUpdates
            }
            Ask::AvailableDocuments { booking } => {
                about = Some(self.known_booking(booking)?);
                push_once(&mut self.asked.available_documents, booking);
                Kind::AvailableDocuments
            }
            Ask::UploadDocuments { booking, document } => {
                about = Some(self.known_booking(booking)?);
                push_once(&mut self.asked.uploads, (booking, document));
                Kind::UploadDocuments
            }
            Ask::ClientSnapshots { date, date_type } => {
                push_once(&mut self.asked.client_snapshots, (date, date_type));
                Kind::ClientSnapshots
            }
            Ask::AttachDocuments(attachment) => {
                let attached = Attached::new(*attachment, now);
                self.documents.attachments.insert(request, attached);
                Kind::AttachDocuments
            }
            Ask::Other(word) => {
                let target = Some(format!("/requests/{word}"));
                self.asked.others.insert(word.clone());
                return Ok(Arrival {
                    word,
                    target,
                    booking: None,
                    request: Some(request),
                });
            }
        };
        Ok(Arrival::of(kind, about, Some(request)))
    }

    fn known_booking(&self, booking: i64) -> Result<i64, ControlError> {
        if self.bookings.contains_key(&booking) {
            Ok(booking)
        } else {
            Err(ControlError::NoBooking)
        }
    }
}

fn push_once<T: PartialEq>(list: &mut Vec<T>, one: T) {
    if !list.contains(&one) {
        list.push(one);
    }
}
