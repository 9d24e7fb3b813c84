//! What reception sees of the diary, and what `--json` prints: field names are stable.
//!
//! An appointment ([`AppointmentLine`]) has `id`, `resource`, `resource_name`, `location`, `start`,
//! `end` (practice-local, `YYYY-MM-DD HH:MM`), `minutes`, `type`, `type_name`, `status` (booked,
//! arrived, in consult, complete, did not attend, cancelled), `patient`, `patient_name`, `note`,
//! `key` (null when reception made it), `created_by` (connector or reception), `created_at` and
//! `changed_at` (UTC). A patient ([`PatientLine`]) has `id`, `given_name`, `surname`,
//! `date_of_birth`, `phone`, `email`, `street`, `suburb`, `state`, `postcode`, `gender`,
//! `medicare_number`, `medicare_reference`, `medicare_expiry`, `created_at` and `appointments`
//! (how many stand). What is not known is null.
//!
//! These lines hold patients' details for the practice's own eyes; their `Debug` shows ids only.

use std::fmt;

use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

use super::DiaryError;
use super::hours::{local_of, minute_of};
use super::patient::{COLUMNS, gender_word, read_record};
use crate::domain::civil::{LocalDateTime, TimeOfDay};
use crate::domain::redacted::Redacted;

/// An appointment as reception sees it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct AppointmentLine {
    /// The diary's id.
    pub id: String,
    /// With whom: the resource's id.
    pub resource: String,
    /// With whom: the resource's name.
    pub resource_name: String,
    /// Where: the location's id.
    pub location: String,
    /// When it starts, practice-local, `YYYY-MM-DD HH:MM`.
    pub start: String,
    /// When it ends, practice-local, `YYYY-MM-DD HH:MM`.
    pub end: String,
    /// How long it takes.
    pub minutes: i64,
    /// The type's own id.
    #[serde(rename = "type")]
    pub of: Option<String>,
    /// The type's name.
    pub type_name: Option<String>,
    /// What has become of it.
    pub status: String,
    /// The patient's id.
    pub patient: String,
    /// The patient's given name and surname.
    pub patient_name: String,
    /// The note.
    pub note: Option<String>,
    /// The booking's key, where the connector made it.
    pub key: Option<String>,
    /// Who made it: connector or reception.
    pub created_by: String,
    /// When it was made, UTC.
    pub created_at: String,
    /// When its status last changed, UTC.
    pub changed_at: String,
}

impl fmt::Debug for AppointmentLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "AppointmentLine({} {} {} {})",
            self.id, self.resource, self.start, self.status
        )
    }
}

/// A patient as reception sees it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct PatientLine {
    /// The practice's id.
    pub id: String,
    /// Given name.
    pub given_name: Option<String>,
    /// Surname.
    pub surname: Option<String>,
    /// Date of birth, `YYYY-MM-DD`.
    pub date_of_birth: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Street.
    pub street: Option<String>,
    /// Suburb.
    pub suburb: Option<String>,
    /// State.
    pub state: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// Gender: male, female or other.
    pub gender: Option<&'static str>,
    /// Medicare card number.
    pub medicare_number: Option<String>,
    /// Medicare reference number.
    pub medicare_reference: Option<String>,
    /// Medicare expiry.
    pub medicare_expiry: Option<String>,
    /// When the record was made, UTC.
    pub created_at: String,
    /// How many appointments stand.
    pub appointments: i64,
}

impl fmt::Debug for PatientLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PatientLine({})", self.id)
    }
}

const APPOINTMENT: &str = "select a.id, a.resource, r.name, r.location, a.start_minute,
    a.end_minute, a.type, t.name, a.status, p.id, p.given_name, p.surname, a.note, a.key,
    a.created_by, a.created_at, a.changed_at
    from appointments a join resources r on r.id = a.resource
    join patients p on p.number = a.patient
    left join appointment_types t on t.id = a.type";

/// Reads the appointments that start from one date to another, both included.
pub(super) fn load_days(
    connection: &Connection,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<AppointmentLine>, DiaryError> {
    let first = minute_of(LocalDateTime::new(from, TimeOfDay::START_OF_DAY));
    let last = minute_of(LocalDateTime::new(to, TimeOfDay::END_OF_DAY)) - 1;
    connection
        .prepare(&format!(
            "-- name: appointments of some days
             {APPOINTMENT} where a.start_minute between ?1 and ?2
             order by a.start_minute, a.resource, a.id"
        ))?
        .query_and_then([first, last], read_appointment)?
        .collect()
}

/// Reads one appointment.
pub(super) fn load_appointment(
    connection: &Connection,
    number: i64,
) -> Result<Option<AppointmentLine>, DiaryError> {
    connection
        .query_row(
            &format!("-- name: one appointment\n{APPOINTMENT} where a.id = ?1"),
            [number],
            |row| Ok(read_appointment(row)),
        )
        .optional()?
        .transpose()
}

fn read_appointment(row: &Row<'_>) -> Result<AppointmentLine, DiaryError> {
    let (number, start, end): (i64, i64, i64) = (row.get(0)?, row.get(4)?, row.get(5)?);
    let (given, surname): (Option<String>, Option<String>) = (row.get(10)?, row.get(11)?);
    let names: Vec<String> = [given, surname].into_iter().flatten().collect();
    let shown = |minute: i64| -> Result<String, DiaryError> {
        Ok(local_of(minute)?
            .naive()
            .format("%Y-%m-%d %H:%M")
            .to_string())
    };
    Ok(AppointmentLine {
        id: number.to_string(),
        resource: row.get(1)?,
        resource_name: row.get(2)?,
        location: row.get(3)?,
        start: shown(start)?,
        end: shown(end)?,
        minutes: end.saturating_sub(start),
        of: row.get(6)?,
        type_name: row.get(7)?,
        status: row.get(8)?,
        patient: row.get(9)?,
        patient_name: names.join(" "),
        note: row.get(12)?,
        key: row.get(13)?,
        created_by: row.get(14)?,
        created_at: row.get(15)?,
        changed_at: row.get(16)?,
    })
}

/// Reads every patient, oldest record first.
pub(super) fn load_patients(connection: &Connection) -> Result<Vec<PatientLine>, DiaryError> {
    connection
        .prepare(&format!(
            "-- name: every patient
             select p.created_at,
                 (select count(*) from appointments a
                  where a.patient = p.number and a.status <> 'cancelled'),
                 {COLUMNS}
             from patients p order by p.number"
        ))?
        .query_and_then([], |row| {
            let record = read_record(row, 2)?;
            let details = record.details;
            let plain = |field: Option<Redacted<String>>| field.map(|text| text.reveal().clone());
            let medicare = details.medicare.as_ref().map(Redacted::reveal);
            Ok(PatientLine {
                id: record.id.to_string(),
                given_name: plain(details.given_name),
                surname: plain(details.surname),
                date_of_birth: details.date_of_birth.map(|date| date.reveal().to_string()),
                phone: plain(details.phone),
                email: plain(details.email),
                street: plain(details.street),
                suburb: plain(details.suburb),
                state: plain(details.state),
                postcode: plain(details.postcode),
                gender: details.gender.map(|gender| gender_word(*gender.reveal())),
                medicare_number: medicare.map(|card| card.number.clone()),
                medicare_reference: medicare.and_then(|card| card.reference.clone()),
                medicare_expiry: medicare.and_then(|card| card.expiry.clone()),
                created_at: row.get(0)?,
                appointments: row.get(1)?,
            })
        })?
        .collect()
}
