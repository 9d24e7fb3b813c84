//! Bringing a diary in line with an import file: what is the same is not written, so that an
//! import of the same file twice changes nothing and wakes nobody.
//!
//! What is no longer in the file is retired, never deleted: appointments point at it. Patients,
//! appointments and what reception has closed stay as they are.

use rusqlite::{Connection, params};
use serde::Serialize;

use super::DiaryError;
use super::patient::record_patient;
use super::plan::Plan;

mod hours;
mod people;

pub(super) use hours::{Maker, record_exception};

/// How many rows an import has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Imported {
    /// Locations written or retired.
    pub locations: usize,
    /// Practitioners written.
    pub practitioners: usize,
    /// Resources written or retired.
    pub resources: usize,
    /// Appointment types written or retired, and who offers them.
    pub types: usize,
    /// Weekly hours and exceptions written or removed.
    pub hours: usize,
    /// Patients written.
    pub patients: usize,
}

/// Writes a plan into the diary; the caller's transaction makes it all or nothing.
pub(super) fn record_plan(connection: &Connection, plan: &Plan) -> Result<Imported, DiaryError> {
    let mut done = Imported {
        locations: people::record_locations(connection, plan)?,
        practitioners: people::record_practitioners(connection, plan)?,
        resources: people::record_resources(connection, plan)?,
        types: record_types(connection, plan)?,
        ..Imported::default()
    };
    for resource in &plan.resources {
        done.hours += hours::record_week(connection, resource)?;
    }
    done.hours += hours::record_exceptions(connection, plan)?;
    for (id, patient) in &plan.patients {
        done.patients += usize::from(record_patient(connection, id, patient)?);
    }
    Ok(done)
}

/// A JSON array of ids, as a statement's parameter.
fn array<'a>(ids: impl Iterator<Item = &'a String>) -> String {
    serde_json::json!(ids.collect::<Vec<_>>()).to_string()
}

fn record_types(connection: &Connection, plan: &Plan) -> Result<usize, DiaryError> {
    let mut changed = connection.execute(
        "-- name: retire the types that are no longer listed
         update appointment_types set retired = 1
         where retired = 0 and id not in (select value from json_each(?1))",
        [array(plan.types.iter().map(|it| &it.id))],
    )?;
    let mut record = connection.prepare(
        "-- name: record an appointment type
         insert into appointment_types (id, location, name, minutes, position)
         values (?1, ?2, ?3, ?4, ?5)
         on conflict (id) do update set location = excluded.location, name = excluded.name,
             minutes = excluded.minutes, position = excluded.position, retired = 0
         where (location, name, minutes, position, retired)
             is not (excluded.location, excluded.name, excluded.minutes, excluded.position, 0)",
    )?;
    for (position, it) in plan.types.iter().enumerate() {
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        changed += record.execute(params![it.id, it.location, it.name, it.minutes, position])?;
        changed += record_offers(connection, it)?;
    }
    Ok(changed)
}

fn record_offers(
    connection: &Connection,
    it: &super::plan::PlannedType,
) -> Result<usize, DiaryError> {
    let mut changed = connection.execute(
        "-- name: remove the offers that are no longer listed
         delete from type_offers
         where type = ?1 and resource not in (select value from json_each(?2))",
        params![it.id, array(it.offers.keys())],
    )?;
    for (resource, minutes) in &it.offers {
        changed += connection.execute(
            "-- name: record that a resource offers a type
             insert into type_offers (type, resource, minutes) values (?1, ?2, ?3)
             on conflict (type, resource) do update set minutes = excluded.minutes
             where minutes is not excluded.minutes",
            params![it.id, resource, minutes],
        )?;
    }
    Ok(changed)
}
