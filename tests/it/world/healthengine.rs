//! Healthengine for one practice, asked in the words of a test.

use std::ops::Deref;
use std::sync::Arc;

use healthengine_connector::domain::booking::{Booking, BookingStatus};
use healthengine_connector::domain::clock::Clock as _;
use healthengine_connector::domain::id::{BookingId, PmsAppointmentTypeId, PmsResourceId};
use healthengine_connector::domain::redacted::Redacted;
use healthengine_connector::simulation::clock::VirtualClock;
pub(crate) use healthengine_connector::simulation::healthengine::{
    Answer, Fault, HealthengineModel, Op, Told,
};

use super::patient::{REASON, patient};
use super::{local, minutes};

/// The model, and a test's way to ask.
pub(crate) struct Asked {
    pub(crate) model: Arc<HealthengineModel>,
    pub(crate) clock: Arc<VirtualClock>,
}

impl Deref for Asked {
    type Target = HealthengineModel;

    fn deref(&self) -> &HealthengineModel {
        &self.model
    }
}

impl Asked {
    /// A patient books now: the n-th patient, resource `R1`, half an hour, `2026-11-23 09:30`.
    pub(crate) fn book(&self, id: i64, start: &str) -> BookingId {
        self.book_as(id, start, |_| {})
    }

    /// The same, with something changed.
    pub(crate) fn book_as(
        &self,
        id: i64,
        start: &str,
        change: impl FnOnce(&mut Booking),
    ) -> BookingId {
        let mut booking = Booking {
            id: BookingId::new(id),
            resource: PmsResourceId::parse("R1").ok(),
            appointment_type: PmsAppointmentTypeId::parse("T1").ok(),
            appointments: Vec::new(),
            pms_patient: None,
            booked_at: Some(self.clock.now()),
            status: BookingStatus::Requested,
            start: local(start),
            length: Some(minutes(30)),
            reason: Some(Redacted::new(REASON.to_owned())),
            comments: None,
            telehealth_url: None,
            is_new_patient: None,
            patient: patient(u32::try_from(id).unwrap()),
        };
        change(&mut booking);
        self.model.ask(booking)
    }

    /// A day is wanted of one resource, or of every one that is known.
    pub(crate) fn want(&self, day: &str, resource: Option<&str>) {
        let resource = resource.map(|id| PmsResourceId::parse(id).unwrap());
        self.model.want_day(day.parse().unwrap(), resource);
    }
}
