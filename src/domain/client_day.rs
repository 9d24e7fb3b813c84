//! A day of a practice as Healthengine's products for existing patients see it (extra feature
//! `clientSnapshots`): the day's appointments and their patients, with all of the practice's lists.

use std::collections::HashSet;
use std::hash::Hash;
use std::time::Duration;

use chrono::NaiveDate;
use thiserror::Error;

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

/// The most appointments of one day that are sent: some twenty megabytes on the wire. A practice's
/// day has hundreds; only the day on which a system's past was imported has more, by creation.
pub const MOST_APPOINTMENTS: usize = 20_000;

/// Why a day cannot be sent at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unfit {
    /// The system answered for another day than was asked.
    #[error("the system answered for another day than was asked")]
    AnotherDay,
    /// It has more appointments than are sent: a part of them would pass for all.
    #[error("the day has more than {MOST_APPOINTMENTS} appointments")]
    TooLarge,
}

/// What was left out of a day because it may not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftOut {
    /// Appointments of another date, listed twice, or naming what is not listed.
    pub appointments: usize,
    /// Patients without an appointment of that date, or listed twice.
    pub patients: usize,
}

impl ClientDay {
    /// The day as it may be sent: the appointments of that date only, each with a patient, a
    /// practitioner and a type that are listed; the patients of those appointments only; nothing
    /// twice. Says what was left out.
    pub fn confined(mut self, date: NaiveDate, by: DayOf) -> Result<(Self, LeftOut), Unfit> {
        if (self.date, self.by) != (date, by) {
            return Err(Unfit::AnotherDay);
        }
        once(&mut self.locations, |one| one.id.clone());
        once(&mut self.practitioners, |one| one.id.clone());
        once(&mut self.appointment_types, |one| one.id.clone());
        let mut left_out = LeftOut {
            appointments: self.appointments.len(),
            patients: self.patients.len(),
        };
        once(&mut self.appointments, |one| one.id.clone());
        once(&mut self.patients, |one| one.id.clone());
        let known: HashSet<_> = self.patients.iter().map(|one| one.id.clone()).collect();
        let who: HashSet<_> = self.practitioners.iter().map(|one| &one.id).collect();
        let what: HashSet<_> = self.appointment_types.iter().map(|one| &one.id).collect();
        self.appointments.retain(|one| {
            one.is_of(date, by)
                && known.contains(&one.patient)
                && who.contains(&one.practitioner)
                && what.contains(&one.appointment_type)
        });
        if self.appointments.len() > MOST_APPOINTMENTS {
            return Err(Unfit::TooLarge);
        }
        let theirs: HashSet<_> = self.appointments.iter().map(|one| &one.patient).collect();
        self.patients.retain(|one| theirs.contains(&one.id));
        left_out.appointments = left_out
            .appointments
            .saturating_sub(self.appointments.len());
        left_out.patients = left_out.patients.saturating_sub(self.patients.len());
        Ok((self, left_out))
    }
}

impl ClientAppointment {
    /// Whether it belongs to a practice-local date.
    fn is_of(&self, date: NaiveDate, by: DayOf) -> bool {
        match by {
            DayOf::Appointment => self.start.date() == date,
            DayOf::Creation => self.created.date() == date,
        }
    }
}

/// Keeps the first of each id.
fn once<T, Id: Eq + Hash>(list: &mut Vec<T>, id: impl Fn(&T) -> Id) {
    let mut seen = HashSet::new();
    list.retain(|one| seen.insert(id(one)));
}

#[cfg(test)]
mod tests;
