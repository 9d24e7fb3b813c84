//! What Healthengine asks for.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::civil::LocalDateTime;
use crate::domain::id::{
    BookingId, PmsAppointmentId, PmsAppointmentTypeId, PmsPatientId, PmsResourceId,
};
use crate::domain::patient::Patient;
use crate::domain::redacted::Redacted;

/// A pending booking, with the patient's details: in memory only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// Healthengine's id.
    pub id: BookingId,
    /// With whom; `None` when the resource was removed after the patient booked.
    pub resource: Option<PmsResourceId>,
    /// Of which type, where Healthengine knows.
    pub appointment_type: Option<PmsAppointmentTypeId>,
    /// The PMS's ids, where Healthengine knows them already.
    pub appointments: Vec<PmsAppointmentId>,
    /// The PMS's id of the patient, where Healthengine knows it already.
    pub pms_patient: Option<PmsPatientId>,
    /// When the patient booked, UTC; `None` when Healthengine did not say.
    pub booked_at: Option<DateTime<Utc>>,
    /// Where Healthengine sees the booking.
    pub status: BookingStatus,
    /// When the appointment starts, practice-local.
    pub start: LocalDateTime,
    /// How long it takes; `None` when Healthengine did not say.
    pub length: Option<Duration>,
    /// What the patient wrote; may have several lines.
    pub reason: Option<Redacted<String>>,
    /// Healthengine's comments; currently its own name of the appointment type.
    pub comments: Option<Redacted<String>>,
    /// Where the practitioner starts a telehealth consult, if Healthengine provides one.
    pub telehealth_url: Option<Redacted<String>>,
    /// Whether the patient claims to be new to the practice.
    pub is_new_patient: Option<bool>,
    /// Who booked.
    pub patient: Patient,
}

/// Where Healthengine sees a booking.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum BookingStatus {
    /// Waiting for an answer.
    Requested,
    /// Answered, or presumed confirmed, or progressed by the practice itself.
    Confirmed,
    /// Cancelled.
    Cancelled,
    /// A word that this version does not know.
    Other(String),
}
