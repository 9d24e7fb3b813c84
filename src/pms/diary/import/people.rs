//! Locations, practitioners and resources of an import.

use rusqlite::{Connection, params};

use super::array;
use crate::domain::booking::RejectReason;
use crate::pms::diary::DiaryError;
use crate::pms::diary::plan::{Plan, PlannedResource};

pub(super) fn record_locations(connection: &Connection, plan: &Plan) -> Result<usize, DiaryError> {
    let mut changed = connection.execute(
        "-- name: retire the locations that are no longer listed
         update locations set retired = 1
         where retired = 0 and id not in (select value from json_each(?1))",
        [array(plan.locations.iter().map(|it| &it.id))],
    )?;
    for (position, it) in (0_i64..).zip(&plan.locations) {
        changed += connection.execute(
            "-- name: record a location
             insert into locations (id, name, position) values (?1, ?2, ?3)
             on conflict (id) do update set name = excluded.name, position = excluded.position,
                 retired = 0
             where (name, position, retired) is not (excluded.name, excluded.position, 0)",
            params![it.id, it.name, position],
        )?;
    }
    Ok(changed)
}

pub(super) fn record_practitioners(
    connection: &Connection,
    plan: &Plan,
) -> Result<usize, DiaryError> {
    let mut changed = 0;
    for it in &plan.practitioners {
        changed += connection.execute(
            "-- name: record a practitioner
             insert into practitioners (id, title, first_name, last_name) values (?1, ?2, ?3, ?4)
             on conflict (id) do update set title = excluded.title,
                 first_name = excluded.first_name, last_name = excluded.last_name
             where (title, first_name, last_name)
                 is not (excluded.title, excluded.first_name, excluded.last_name)",
            params![it.id, it.title, it.first_name, it.last_name],
        )?;
    }
    Ok(changed)
}

pub(super) fn record_resources(connection: &Connection, plan: &Plan) -> Result<usize, DiaryError> {
    let mut changed = connection.execute(
        "-- name: retire the resources that are no longer listed
         update resources set retired = 1
         where retired = 0 and id not in (select value from json_each(?1))",
        [array(plan.resources.iter().map(|it| &it.id))],
    )?;
    for (position, it) in (0_i64..).zip(&plan.resources) {
        changed += record_resource(connection, it, position)?;
    }
    Ok(changed)
}

fn record_resource(
    connection: &Connection,
    it: &PlannedResource,
    position: i64,
) -> Result<usize, DiaryError> {
    let recorded = connection.execute(
        "-- name: record a resource
         insert into resources (id, location, practitioner, name, title, first_name, last_name,
             specialty, slot_minutes, position)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         on conflict (id) do update set location = excluded.location,
             practitioner = excluded.practitioner, name = excluded.name, title = excluded.title,
             first_name = excluded.first_name, last_name = excluded.last_name,
             specialty = excluded.specialty, slot_minutes = excluded.slot_minutes,
             position = excluded.position, retired = 0
         where (location, practitioner, name, title, first_name, last_name, specialty,
                 slot_minutes, position, retired)
             is not (excluded.location, excluded.practitioner, excluded.name, excluded.title,
                 excluded.first_name, excluded.last_name, excluded.specialty,
                 excluded.slot_minutes, excluded.position, 0)",
        params![
            it.id,
            it.location,
            it.practitioner,
            it.name,
            it.title,
            it.first_name,
            it.last_name,
            it.specialty,
            it.slot_minutes,
            position
        ],
    );
    match recorded.map_err(DiaryError::from) {
        // Appointments follow their resource to its new practitioner, who is busy then.
        Err(DiaryError::Refused(RejectReason::SlotTaken)) => Err(DiaryError::Unusable(format!(
            "resource {:?} cannot be given to another practitioner: both have appointments at the same time; move those first",
            it.id
        ))),
        other => other,
    }
}
