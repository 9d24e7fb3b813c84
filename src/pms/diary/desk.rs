//! The diary as reception uses it: on the same file, while the daemon runs.

use std::path::Path;
use std::time::Duration;

use chrono::NaiveDate;
use rusqlite::{Connection, TransactionBehavior};

use super::DiaryError;
use super::appointment::{Author, number_of, record_appointment, record_standing};
use super::call::commit;
use super::import::{Imported, Maker, record_exception, record_plan};
use super::location::Served;
use super::offer::load_offer;
use super::open::{Absent, open};
use super::patient::load_like;
use super::plan::{Plan, PlannedException};
use super::report::{AppointmentLine, PatientLine, load_appointment, load_days, load_patients};
use super::resource::load_resource;
use super::standing::parse_standing;
use crate::domain::booking::RejectReason;
use crate::domain::civil::{LocalDateTime, TimeRange};
use crate::domain::diary::{Standing, Wanted, WantedPatient};
use crate::domain::id::{PmsAppointmentId, PmsAppointmentTypeId, PmsResourceId};
use crate::domain::matching::{Match, decide};
use crate::domain::redacted::Redacted;

mod document;

pub use document::DocumentLine;

/// How long reception waits while others write.
const PATIENCE: Duration = Duration::from_secs(10);

/// A diary opened at reception.
#[derive(Debug)]
pub struct Desk {
    connection: Connection,
}

/// An appointment that reception wants to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// With whom.
    pub resource: PmsResourceId,
    /// Of which type.
    pub appointment_type: Option<PmsAppointmentTypeId>,
    /// When it starts, practice-local.
    pub start: LocalDateTime,
    /// How many minutes; `None`: as long as the type, or else one slot.
    pub minutes: Option<u16>,
    /// For whom; a new patient who surely is one of the practice's becomes that one.
    pub patient: WantedPatient,
    /// A note.
    pub note: Option<Redacted<String>>,
    /// Whether the resource's hours must be kept.
    pub hours: KeepHours,
}

/// Whether an appointment must lie inside the resource's hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepHours {
    /// It must.
    Yes,
    /// It need not: an emergency squeezed in.
    No,
}

impl Desk {
    /// Opens a diary that is there.
    pub fn open(path: &Path) -> Result<Self, DiaryError> {
        let connection = open(path, Absent::Refuse, PATIENCE)?;
        Ok(Self { connection })
    }

    /// Opens a diary, or makes an empty one.
    pub fn open_or_create(path: &Path) -> Result<Self, DiaryError> {
        let connection = open(path, Absent::Create, PATIENCE)?;
        Ok(Self { connection })
    }

    /// Brings the diary in line with an import file, all of it or nothing.
    pub fn import(&mut self, plan: &Plan) -> Result<Imported, DiaryError> {
        self.write(|diary| record_plan(diary, plan))
    }

    /// Reads the appointments from one date to another, both included, cancelled ones too.
    pub fn appointments(
        &self,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<AppointmentLine>, DiaryError> {
        load_days(&self.connection, from, to)
    }

    /// Reads every patient.
    pub fn patients(&self) -> Result<Vec<PatientLine>, DiaryError> {
        load_patients(&self.connection)
    }

    /// Makes an appointment.
    pub fn book(&mut self, entry: &Entry) -> Result<AppointmentLine, DiaryError> {
        self.write(|diary| {
            let wanted = Wanted {
                resource: entry.resource.clone(),
                appointment_type: entry.appointment_type.clone(),
                start: entry.start,
                length: length(diary, entry)?,
                patient: known_patient(diary, &entry.patient)?,
                note: entry.note.clone().unwrap_or_default(),
            };
            let author = match entry.hours {
                KeepHours::Yes => Author::Reception,
                KeepHours::No => Author::ReceptionAtAnyHour,
            };
            let booked = record_appointment(diary, &Served::All, author, &wanted)?;
            let number = booked.appointments.first().and_then(number_of);
            line(diary, number)?.ok_or_else(|| DiaryError::unreadable("an appointment"))
        })
    }

    /// Marks what has become of an appointment; one that is cancelled stays so.
    pub fn mark(
        &mut self,
        id: &PmsAppointmentId,
        standing: Standing,
    ) -> Result<AppointmentLine, DiaryError> {
        self.write(|diary| {
            let number = number_of(id);
            let found = line(diary, number)?;
            let (Some(number), Some(found)) = (number, found) else {
                return Err(no(format!("the diary has no appointment {id}")));
            };
            let cancelled = parse_standing(&found.status) == Some(Standing::Cancelled);
            if cancelled && standing != Standing::Cancelled {
                return Err(no(format!("appointment {id} is cancelled; book it anew")));
            }
            if !cancelled {
                record_standing(diary, number, standing)?;
            }
            line(diary, Some(number))?.ok_or_else(|| DiaryError::unreadable("an appointment"))
        })
    }

    /// Gives a resource other hours on a date; none: it is closed. Appointments stay.
    pub fn set_hours(
        &mut self,
        resource: &PmsResourceId,
        date: NaiveDate,
        hours: Vec<TimeRange>,
        note: Option<String>,
    ) -> Result<(), DiaryError> {
        self.write(|diary| {
            load_resource(diary, &Served::All, resource)?
                .ok_or(DiaryError::Refused(RejectReason::ResourceUnknown))?;
            let exception = PlannedException { hours, note };
            record_exception(diary, resource.as_str(), date, &exception, Maker::Reception)
        })
    }

    fn write<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, DiaryError>,
    ) -> Result<T, DiaryError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&transaction)?;
        commit(transaction)?;
        Ok(done)
    }
}

fn no(words: String) -> DiaryError {
    DiaryError::Refused(RejectReason::Refused(words))
}

fn line(diary: &Connection, number: Option<i64>) -> Result<Option<AppointmentLine>, DiaryError> {
    number.map_or(Ok(None), |number| load_appointment(diary, number))
}

/// The length named, the type's, or one slot.
fn length(diary: &Connection, entry: &Entry) -> Result<Duration, DiaryError> {
    let resource = load_resource(diary, &Served::All, &entry.resource)?
        .ok_or(DiaryError::Refused(RejectReason::ResourceUnknown))?;
    let of_type = match &entry.appointment_type {
        None => None,
        Some(of) => load_offer(diary, &resource, of)?.and_then(|offer| offer.minutes),
    };
    let minutes = entry.minutes.or(of_type).unwrap_or(resource.slot_minutes);
    Ok(Duration::from_secs(u64::from(minutes) * 60))
}

fn known_patient(diary: &Connection, wanted: &WantedPatient) -> Result<WantedPatient, DiaryError> {
    let WantedPatient::New(details) = wanted else {
        return Ok(wanted.clone());
    };
    Ok(match decide(details, &load_like(diary, details)?) {
        Match::Same(patient) => WantedPatient::Existing(patient.id),
        Match::New | Match::Doubtful(_) => wanted.clone(),
    })
}
