//! What a practice's diary holds: resources, appointment types, appointments.

use std::time::Duration;

use super::civil::LocalDateTime;
use super::id::{BookingKey, PmsAppointmentId, PmsAppointmentTypeId, PmsPatientId, PmsResourceId};
use super::patient::{Patient, PatientRecord};

/// A bookable resource: a practitioner (once per specialty), a nurse, a room.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Resource {
    /// Unique within a practice.
    pub id: PmsResourceId,
    /// Unique within a practice.
    pub name: String,
    /// A practitioner's title, where there is one.
    pub title: Option<String>,
    /// A practitioner's first name, where there is one.
    pub first_name: Option<String>,
    /// A practitioner's last name, where there is one.
    pub last_name: Option<String>,
}

/// A kind of appointment that can be booked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AppointmentType {
    /// Unique within a practice.
    pub id: PmsAppointmentTypeId,
    /// Unique within a practice.
    pub name: String,
    /// How long it takes, in whole minutes on the wire; `None` where the system does not say.
    pub length: Option<Duration>,
    /// The one resource that offers it; `None`: every resource does.
    pub resource: Option<PmsResourceId>,
}

/// What is to be put into the diary for a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// With whom.
    pub resource: PmsResourceId,
    /// Of which type, where Healthengine says.
    pub appointment_type: Option<PmsAppointmentTypeId>,
    /// When it starts, practice-local.
    pub start: LocalDateTime,
    /// How long it takes.
    pub length: Duration,
    /// For whom.
    pub patient: WantedPatient,
    /// The lines for the appointment's note: the patient's reason, the comments, a telehealth link.
    pub note: super::redacted::Redacted<String>,
}

/// For whom an appointment is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WantedPatient {
    /// A patient that the practice already has.
    Existing(PmsPatientId),
    /// A patient to be created together with the appointment.
    New(Box<Patient>),
}

/// An appointment that stands in the diary for a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    /// The PMS's ids of the appointment; most systems have one.
    pub appointments: Vec<PmsAppointmentId>,
    /// The PMS's id of its patient.
    pub patient: PmsPatientId,
    /// What the diary says has become of it since.
    pub standing: Standing,
}

/// What has become of an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Booked, and nothing has happened yet.
    Booked,
    /// The patient has arrived.
    Arrived,
    /// The patient is with the practitioner.
    InConsult,
    /// The appointment is over.
    Complete,
    /// The patient did not attend.
    DidNotAttend,
    /// Cancelled: the time is free again.
    Cancelled,
}

/// An appointment seen in the diary at a certain time, whoever made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppointmentSeen {
    /// The PMS's id of the appointment.
    pub id: PmsAppointmentId,
    /// The key, where the connector made the appointment.
    pub key: Option<BookingKey>,
    /// When it starts, practice-local.
    pub start: LocalDateTime,
    /// For whom it is, with the details that matching needs.
    pub patient: PatientRecord,
}
