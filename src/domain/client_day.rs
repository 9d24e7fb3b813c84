//! A day of a practice as Healthengine's products for existing patients see it (extra feature
//! `clientSnapshots`): the day's appointments and their patients, with all of the practice's lists.

use std::time::Duration;

use chrono::NaiveDate;

use super::civil::LocalDateTime;
use super::diary::Standing;
use super::id::{
    PmsAppointmentId, PmsAppointmentTypeId, PmsLocationId, PmsPatientId, PmsPractitionerId,
};
use super::redacted::Redacted;

/// By which of its dates an appointment belongs to a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DayOf {
    /// The day on which it takes place.
    Appointment,
    /// The day on which it was made.
    Creation,
}

/// A day of a practice. The three lists are always complete, whatever the date: what is missing
/// from them is deleted at Healthengine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientDay {
    /// The practice-local date.
    pub date: NaiveDate,
    /// By which of its dates an appointment belongs to it.
    pub by: DayOf,
    /// Every location.
    pub locations: Vec<Listed<PmsLocationId>>,
    /// Every practitioner.
    pub practitioners: Vec<Listed<PmsPractitionerId>>,
    /// Every appointment type.
    pub appointment_types: Vec<Listed<PmsAppointmentTypeId>>,
    /// The appointments of that date only.
    pub appointments: Vec<ClientAppointment>,
    /// The patients of those appointments only.
    pub patients: Vec<ClientPatient>,
}

/// A location, practitioner or appointment type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<Id> {
    /// The PMS's id.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// Whether it is in use.
    pub use_now: InUse,
}

/// Whether something in a list is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InUse {
    /// It is.
    Active,
    /// It no longer is.
    Inactive,
}

/// An appointment, whoever made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientAppointment {
    /// The PMS's id.
    pub id: PmsAppointmentId,
    /// For whom.
    pub patient: PmsPatientId,
    /// With whom.
    pub practitioner: PmsPractitionerId,
    /// Of which type.
    pub appointment_type: PmsAppointmentTypeId,
    /// When it was made, practice-local.
    pub created: LocalDateTime,
    /// When it starts, practice-local.
    pub start: LocalDateTime,
    /// How long it takes, in whole minutes on the wire.
    pub length: Duration,
    /// What has become of it.
    pub standing: Standing,
}

/// A patient of such an appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientPatient {
    /// The PMS's id.
    pub id: PmsPatientId,
    /// Given name.
    pub given_name: Redacted<String>,
    /// Surname.
    pub surname: Redacted<String>,
    /// What the patient wants to be called.
    pub preferred_name: Option<Redacted<String>>,
    /// Mobile phone.
    pub mobile: Option<Redacted<String>>,
    /// Phone at home.
    pub home_phone: Option<Redacted<String>>,
    /// Phone at work.
    pub work_phone: Option<Redacted<String>>,
    /// Whether the patient agreed to text messages.
    pub sms_consent: Option<bool>,
    /// Whether the patient is 16 or younger.
    pub is_16_or_younger: Option<bool>,
    /// When the patient's record was made, practice-local.
    pub created: LocalDateTime,
}
