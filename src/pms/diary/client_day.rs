//! A day of the practice with its patients, at the locations served and nowhere else.
//!
//! # What the diary does not have
//! - A practitioner is a person. A resource that is nobody's (a room) stands for one of its own,
//!   under the id `resource:ID`, because an appointment must name a practitioner.
//! - An appointment without a type has the type [`NO_TYPE`], which is always listed.
//! - A phone is the mobile one where its number is one, and otherwise the one at home. A preferred
//!   name, a phone at work and a consent to text messages are not kept.
//! - What is stamped is UTC: when an appointment or a patient's record was made is told by the
//!   practice's clock at that instant.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};
use rusqlite::{Connection, Row, params};

use super::DiaryError;
use super::hours::{local_of, minute_of, read_date};
use super::location::Served;
use super::patient::phone_key;
use super::settings::DiarySettings;
use super::standing::parse_standing;
use crate::domain::booking::RejectReason;
use crate::domain::civil::{LocalDateTime, TimeOfDay, Zone};
use crate::domain::client_day::{
    ClientAppointment, ClientDay, ClientPatient, DayOf, InUse, Listed, MOST_APPOINTMENTS, Unfit,
};
use crate::domain::id::{
    PmsAppointmentId, PmsAppointmentTypeId, PmsLocationId, PmsPatientId, PmsPractitionerId,
};
use crate::domain::redacted::Redacted;

/// The type of an appointment without one; a type's own id holds no colon.
const NO_TYPE: (&str, &str) = (":none", "No type given");

/// Up to which age the flag for children is set, in years.
const LAST_YEAR_OF_CHILDHOOD: u32 = 16;

/// Reads a day: the appointments that take place on it, or that were made on it, cancelled ones
/// included.
pub(super) fn load_client_day(
    connection: &Connection,
    settings: &DiarySettings,
    date: NaiveDate,
    by: DayOf,
) -> Result<ClientDay, DiaryError> {
    let served = &settings.served;
    let mut patients = BTreeSet::new();
    let mut appointments = Vec::new();
    let (from, until) = window(date, by);
    let mut statement = connection.prepare(statement_by(by))?;
    let mut rows = statement.query(params![served.parameter(), from, until])?;
    while let Some(row) = rows.next()? {
        let appointment = read_appointment(row, settings.zone)?;
        if by == DayOf::Creation && appointment.created.date() != date {
            continue;
        }
        if appointments.len() >= MOST_APPOINTMENTS {
            let reason = RejectReason::Refused(Unfit::TooLarge.to_string());
            return Err(DiaryError::Refused(reason));
        }
        patients.insert(row.get::<_, i64>("number")?);
        appointments.push(appointment);
    }
    let mut statement = connection.prepare(
        "-- name: a patient of a day
         select id, given_name, surname, phone, date_of_birth, created_at
         from patients where number = ?1",
    )?;
    let patients = patients.into_iter().map(|number| {
        statement.query_row([number], |row| Ok(read_patient(row, date, settings.zone)))?
    });
    let patients = patients.collect::<Result<_, DiaryError>>()?;
    Ok(ClientDay {
        date,
        by,
        locations: load_locations(connection, served)?,
        practitioners: load_practitioners(connection, served)?,
        appointment_types: load_types(connection, served)?,
        appointments,
        patients,
    })
}

/// Where a day's appointments lie: minutes of the practice's clock, or instants that hold the whole
/// day whatever the zone.
fn window(date: NaiveDate, by: DayOf) -> (rusqlite::types::Value, rusqlite::types::Value) {
    let later = |days| date.checked_add_days(Days::new(days)).unwrap_or(date);
    match by {
        DayOf::Appointment => {
            let midnight = LocalDateTime::new(date, TimeOfDay::START_OF_DAY);
            let from = minute_of(midnight);
            (from.into(), from.saturating_add(24 * 60).into())
        }
        DayOf::Creation => {
            let before = date.checked_sub_days(Days::new(1)).unwrap_or(date);
            (before.to_string().into(), later(2).to_string().into())
        }
    }
}

const fn statement_by(by: DayOf) -> &'static str {
    match by {
        DayOf::Appointment => {
            "-- name: appointments that take place on a day
             select a.id, p.id as patient, p.number, a.type, a.created_at, a.start_minute,
                 a.end_minute, a.status,
                 coalesce(r.practitioner, 'resource:' || r.id) as practitioner
             from appointments a join resources r on r.id = a.resource
                 join patients p on p.number = a.patient
             where a.start_minute >= ?2 and a.start_minute < ?3
                 and (?1 is null or r.location in (select value from json_each(?1)))
             order by a.start_minute, a.id"
        }
        DayOf::Creation => {
            "-- name: appointments that were made around a day
             select a.id, p.id as patient, p.number, a.type, a.created_at, a.start_minute,
                 a.end_minute, a.status,
                 coalesce(r.practitioner, 'resource:' || r.id) as practitioner
             from appointments a join resources r on r.id = a.resource
                 join patients p on p.number = a.patient
             where a.created_at >= ?2 and a.created_at < ?3
                 and (?1 is null or r.location in (select value from json_each(?1)))
             order by a.created_at, a.id"
        }
    }
}

fn read_appointment(row: &Row<'_>, zone: Zone) -> Result<ClientAppointment, DiaryError> {
    let text = |column: &str| row.get::<_, String>(column);
    let (start, end): (i64, i64) = (row.get("start_minute")?, row.get("end_minute")?);
    let minutes = u64::try_from(end.saturating_sub(start)).unwrap_or_default();
    let of: Option<String> = row.get("type")?;
    let of = of.as_deref().unwrap_or(NO_TYPE.0);
    let number: i64 = row.get("id")?;
    Ok(ClientAppointment {
        id: PmsAppointmentId::parse(&number.to_string())
            .map_err(|_| DiaryError::unreadable("an appointment's id"))?,
        patient: PmsPatientId::parse(&text("patient")?)
            .map_err(|_| DiaryError::unreadable("a patient's id"))?,
        practitioner: practitioner_id(&text("practitioner")?)?,
        appointment_type: type_id(of)?,
        created: stamped(&text("created_at")?, zone)?,
        start: local_of(start)?,
        length: std::time::Duration::from_secs(minutes.saturating_mul(60)),
        standing: parse_standing(&text("status")?)
            .ok_or_else(|| DiaryError::unreadable("an appointment's status"))?,
    })
}

fn read_patient(row: &Row<'_>, date: NaiveDate, zone: Zone) -> Result<ClientPatient, DiaryError> {
    let text = |column: &str| row.get::<_, Option<String>>(column);
    let name = |column| Ok::<_, DiaryError>(Redacted::new(text(column)?.unwrap_or_default()));
    let phone = text("phone")?;
    let (mobile, home_phone) = match phone {
        Some(phone) if phone_key(&phone).starts_with('4') => (Some(phone), None),
        other => (None, other),
    };
    let birth = text("date_of_birth")?;
    let birth = birth.as_deref().map(read_date).transpose()?;
    let id: String = row.get("id")?;
    Ok(ClientPatient {
        id: PmsPatientId::parse(&id).map_err(|_| DiaryError::unreadable("a patient's id"))?,
        given_name: name("given_name")?,
        surname: name("surname")?,
        preferred_name: None,
        mobile: mobile.map(Redacted::new),
        home_phone: home_phone.map(Redacted::new),
        work_phone: None,
        sms_consent: None,
        is_16_or_younger: birth.map(|birth| is_16_or_younger(birth, date)),
        created: stamped(&row.get::<_, String>("created_at")?, zone)?,
    })
}

/// Who is born later than a day is young on it.
fn is_16_or_younger(birth: NaiveDate, on: NaiveDate) -> bool {
    on.years_since(birth)
        .is_none_or(|years| years <= LAST_YEAR_OF_CHILDHOOD)
}

/// What the practice's clock showed when something was stamped.
fn stamped(text: &str, zone: Zone) -> Result<LocalDateTime, DiaryError> {
    let at = DateTime::parse_from_rfc3339(text).map_err(|_| DiaryError::unreadable("a time"))?;
    Ok(zone.local(at.with_timezone(&Utc)))
}

fn load_locations(
    connection: &Connection,
    served: &Served,
) -> Result<Vec<Listed<PmsLocationId>>, DiaryError> {
    let statement = "-- name: every location served
        select id, name, retired from locations
        where (?1 is null or id in (select value from json_each(?1)))
        order by position, id";
    load_listed(connection, served, statement, |id| {
        PmsLocationId::parse(id).map_err(|_| DiaryError::unreadable("a location's id"))
    })
}

/// A person with several resources is one practitioner, at work while any of them is.
fn load_practitioners(
    connection: &Connection,
    served: &Served,
) -> Result<Vec<Listed<PmsPractitionerId>>, DiaryError> {
    let statement = "-- name: every practitioner of the locations served
        select coalesce(r.practitioner, 'resource:' || r.id) as who,
            coalesce(
                nullif(trim(concat_ws(' ', max(p.title), max(p.first_name), max(p.last_name))), ''),
                min(r.name)
            ) as name,
            min(max(r.retired, l.retired)) as retired
        from resources r join locations l on l.id = r.location
            left join practitioners p on p.id = r.practitioner
        where (?1 is null or r.location in (select value from json_each(?1)))
        group by who order by min(l.position), min(r.position), who";
    load_listed(connection, served, statement, practitioner_id)
}

fn load_types(
    connection: &Connection,
    served: &Served,
) -> Result<Vec<Listed<PmsAppointmentTypeId>>, DiaryError> {
    let statement = "-- name: every appointment type of the locations served
        select id, name, retired from appointment_types
        where (?1 is null or location is null or location in (select value from json_each(?1)))
        order by position, id";
    let mut types = load_listed(connection, served, statement, type_id)?;
    types.push(Listed {
        id: type_id(NO_TYPE.0)?,
        name: NO_TYPE.1.to_owned(),
        use_now: InUse::Active,
    });
    Ok(types)
}

fn load_listed<Id>(
    connection: &Connection,
    served: &Served,
    statement: &str,
    parse: impl Fn(&str) -> Result<Id, DiaryError>,
) -> Result<Vec<Listed<Id>>, DiaryError> {
    connection
        .prepare(statement)?
        .query_and_then([served.parameter()], |row| {
            let (id, name, retired): (String, String, bool) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Listed {
                id: parse(&id)?,
                name,
                use_now: if retired {
                    InUse::Inactive
                } else {
                    InUse::Active
                },
            })
        })?
        .collect()
}

fn practitioner_id(id: &str) -> Result<PmsPractitionerId, DiaryError> {
    PmsPractitionerId::parse(id).map_err(|_| DiaryError::unreadable("a practitioner's id"))
}

fn type_id(id: &str) -> Result<PmsAppointmentTypeId, DiaryError> {
    PmsAppointmentTypeId::parse(id).map_err(|_| DiaryError::unreadable("an appointment type's id"))
}
