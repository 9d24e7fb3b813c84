//! Appointments: put in, found, cancelled.

use std::time::Duration;

use chrono::Timelike;
use rusqlite::{Connection, OptionalExtension, params};

use super::DiaryError;
use super::free::left_of;
use super::hours::{load_hours, local_of, minute_of};
use super::location::Served;
use super::offer::load_offer;
use super::patient::{COLUMNS, load_number, read_record, record_new};
use super::resource::{ResourceRow, load_resource};
use super::standing::{parse_standing, word};
use crate::domain::booking::RejectReason;
use crate::domain::civil::{LocalDateTime, Occurrence, TimeOfDay, TimeRange, Zone};
use crate::domain::diary::{AppointmentSeen, Booked, Standing, Wanted, WantedPatient};
use crate::domain::id::{BookingKey, PmsAppointmentId, PmsPatientId, PmsResourceId};

/// Who puts an appointment in, which decides what is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Author<'a> {
    /// The connector, for the booking with this key.
    Connector(&'a BookingKey, Zone),
    /// Reception, inside the resource's hours.
    Reception,
    /// Reception, whatever the hours: an emergency squeezed in.
    ReceptionAtAnyHour,
}

/// Puts an appointment in; the same key twice is one appointment, whatever has become of it.
pub(super) fn record_appointment(
    connection: &Connection,
    served: &Served,
    author: Author<'_>,
    wanted: &Wanted,
) -> Result<Booked, DiaryError> {
    if let Author::Connector(key, _) = author
        && let Some(booked) = load_by_key(connection, key)?
    {
        return Ok(booked);
    }
    let resource = load_resource(connection, served, &wanted.resource)?
        .ok_or(DiaryError::Refused(RejectReason::ResourceUnknown))?;
    let start = whole_minute(wanted.start, author)?;
    let (of, minutes) = checked_length(connection, &resource, wanted)?;
    if author != Author::ReceptionAtAnyHour {
        check_hours(connection, &resource, wanted.start, minutes, author)?;
    }
    let patient = match &wanted.patient {
        WantedPatient::Existing(id) => load_number(connection, id)?.ok_or_else(|| {
            DiaryError::Refused(RejectReason::Refused(
                "the diary does not have the patient named".to_owned(),
            ))
        })?,
        WantedPatient::New(patient) => record_new(connection, patient)?,
    };
    let note = Some(wanted.note.reveal().as_str()).filter(|note| !note.is_empty());
    let (key, created_by) = match author {
        Author::Connector(key, _) => (Some(key.as_str()), "connector"),
        Author::Reception | Author::ReceptionAtAnyHour => (None, "reception"),
    };
    connection.execute(
        "-- name: record an appointment
         insert into appointments
             (resource, person, start_minute, end_minute, type, patient, note, key, created_by)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            resource.id.as_str(),
            resource.person,
            start,
            start.saturating_add(i64::from(minutes)),
            of,
            patient,
            note,
            key,
            created_by
        ],
    )?;
    load_by_number(connection, connection.last_insert_rowid())?
        .ok_or_else(|| DiaryError::unreadable("an appointment"))
}

fn whole_minute(start: LocalDateTime, author: Author<'_>) -> Result<i64, DiaryError> {
    let missing = match author {
        Author::Connector(_, zone) => zone.occurrence(start) == Occurrence::Never,
        Author::Reception | Author::ReceptionAtAnyHour => false,
    };
    if missing {
        return Err(DiaryError::Refused(RejectReason::TimeDoesNotExist));
    }
    if start.naive().second() != 0 {
        return Err(DiaryError::Refused(RejectReason::Refused(
            "the diary keeps whole minutes".to_owned(),
        )));
    }
    Ok(minute_of(start))
}

/// The type's own id, and the appointment's length in minutes.
fn checked_length(
    connection: &Connection,
    resource: &ResourceRow,
    wanted: &Wanted,
) -> Result<(Option<String>, u16), DiaryError> {
    let asked = whole_minutes(wanted.length);
    let offer = match &wanted.appointment_type {
        None => None,
        Some(of) => Some(
            load_offer(connection, resource, of)?
                .ok_or(DiaryError::Refused(RejectReason::TypeNotOffered))?,
        ),
    };
    let own = offer.as_ref().and_then(|offer| offer.minutes);
    let minutes = asked
        .filter(|asked| own.is_none_or(|own| own == *asked))
        .ok_or(DiaryError::Refused(RejectReason::LengthNotAllowed))?;
    Ok((offer.map(|offer| offer.of), minutes))
}

/// A length in whole minutes, one minute to a day.
fn whole_minutes(length: Duration) -> Option<u16> {
    let whole = length.subsec_nanos() == 0 && length.as_secs().checked_rem(60) == Some(0);
    u16::try_from(length.as_secs() / 60)
        .ok()
        .filter(|minutes| whole && (1..=1440).contains(minutes))
}

fn check_hours(
    connection: &Connection,
    resource: &ResourceRow,
    start: LocalDateTime,
    minutes: u16,
    author: Author<'_>,
) -> Result<(), DiaryError> {
    let date = start.date();
    let gap = match author {
        Author::Connector(_, zone) => zone.gap_on(date),
        Author::Reception | Author::ReceptionAtAnyHour => None,
    };
    let from = start.time_of_day();
    let until = from.minutes().saturating_add(minutes);
    let asked = TimeOfDay::from_minutes(until).and_then(|until| TimeRange::new(from, until));
    let hours = load_hours(connection, resource, date, date)?;
    let inside = asked.is_some_and(|asked| {
        hours
            .working(date)
            .iter()
            .flat_map(|range| left_of(*range, gap.as_slice()))
            .any(|range| range.start() <= asked.start() && asked.end() <= range.end())
    });
    if inside {
        Ok(())
    } else {
        Err(DiaryError::Refused(RejectReason::OutsideHours))
    }
}

/// Reads the appointment with this key, cancelled ones included.
pub(super) fn load_by_key(
    connection: &Connection,
    key: &BookingKey,
) -> Result<Option<Booked>, DiaryError> {
    connection
        .query_row(
            "-- name: the appointment with this key
             select a.id, p.id, a.status
             from appointments a join patients p on p.number = a.patient where a.key = ?1",
            [key.as_str()],
            |row| Ok(read_booked(row)),
        )
        .optional()?
        .transpose()
}

/// Reads an appointment by its number.
pub(super) fn load_by_number(
    connection: &Connection,
    number: i64,
) -> Result<Option<Booked>, DiaryError> {
    connection
        .query_row(
            "-- name: the appointment with this number
             select a.id, p.id, a.status
             from appointments a join patients p on p.number = a.patient where a.id = ?1",
            [number],
            |row| Ok(read_booked(row)),
        )
        .optional()?
        .transpose()
}

fn read_booked(row: &rusqlite::Row<'_>) -> Result<Booked, DiaryError> {
    let (number, patient, status): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(Booked {
        appointments: vec![appointment_id(number)?],
        patient: PmsPatientId::parse(&patient)
            .map_err(|_| DiaryError::unreadable("a patient's id"))?,
        standing: parse_standing(&status)
            .ok_or_else(|| DiaryError::unreadable("an appointment's status"))?,
    })
}

fn appointment_id(number: i64) -> Result<PmsAppointmentId, DiaryError> {
    PmsAppointmentId::parse(&number.to_string())
        .map_err(|_| DiaryError::unreadable("an appointment's id"))
}

/// Reads the standing appointments of a resource that start at this minute.
pub(super) fn load_at(
    connection: &Connection,
    served: &Served,
    resource: &PmsResourceId,
    start: LocalDateTime,
) -> Result<Vec<AppointmentSeen>, DiaryError> {
    let Some(resource) = load_resource(connection, served, resource)? else {
        return Ok(Vec::new());
    };
    connection
        .prepare(&format!(
            "-- name: standing appointments at a time
             select a.id, a.key, a.start_minute, {COLUMNS}
             from appointments a join patients p on p.number = a.patient
             where a.resource = ?1 and a.start_minute = ?2 and a.status <> 'cancelled'"
        ))?
        .query_and_then(params![resource.id.as_str(), minute_of(start)], |row| {
            let key: Option<String> = row.get(1)?;
            Ok(AppointmentSeen {
                id: appointment_id(row.get(0)?)?,
                key: key
                    .map(|key| BookingKey::parse(&key))
                    .transpose()
                    .map_err(|_| DiaryError::unreadable("a booking's key"))?,
                start: local_of(row.get(2)?)?,
                patient: read_record(row, 3)?,
            })
        })?
        .collect()
}

/// Cancels an appointment of the locations served for a patient who cancelled online. One that is
/// cancelled or gone is left as it is; one that the patient has come to is staff's to settle.
pub(super) fn record_cancelled(
    connection: &Connection,
    served: &Served,
    id: &PmsAppointmentId,
) -> Result<(), DiaryError> {
    let Some(number) = number_of(id) else {
        return Ok(());
    };
    let found: Option<(String, String)> = connection
        .query_row(
            "-- name: an appointment's resource and status
             select resource, status from appointments where id = ?1",
            [number],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((resource, status)) = found else {
        return Ok(());
    };
    let visible: bool = connection.query_row(
        "-- name: whether a resource is at a location served
         select exists (select 1 from resources where id = ?1
             and (?2 is null or location in (select value from json_each(?2))))",
        params![resource, served.parameter()],
        |row| row.get(0),
    )?;
    if !visible {
        return Err(DiaryError::Refused(RejectReason::ResourceUnknown));
    }
    let standing =
        parse_standing(&status).ok_or_else(|| DiaryError::unreadable("an appointment's status"))?;
    match standing {
        Standing::Cancelled => Ok(()),
        Standing::Booked => record_standing(connection, number, Standing::Cancelled).map(|_| ()),
        Standing::Arrived | Standing::InConsult | Standing::Complete | Standing::DidNotAttend => {
            Err(DiaryError::Refused(RejectReason::Refused(format!(
                "the appointment is already marked: {status}"
            ))))
        }
    }
}

/// Writes what has become of an appointment; says whether there is such an appointment.
pub(super) fn record_standing(
    connection: &Connection,
    number: i64,
    standing: Standing,
) -> Result<bool, DiaryError> {
    let changed = connection.execute(
        "-- name: record what has become of an appointment
         update appointments
         set status = ?2, changed_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')
         where id = ?1",
        params![number, word(standing)],
    )?;
    Ok(changed > 0)
}

/// The number in an appointment's id.
pub(super) fn number_of(id: &PmsAppointmentId) -> Option<i64> {
    id.as_str().parse().ok()
}
