//! Weekly hours and exceptions of an import.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rusqlite::{Connection, params};

use crate::domain::civil::{TimeOfDay, TimeRange};
use crate::pms::diary::DiaryError;
use crate::pms::diary::hours::read_date;
use crate::pms::diary::plan::{Plan, PlannedException, PlannedResource};

pub(super) fn record_week(
    connection: &Connection,
    resource: &PlannedResource,
) -> Result<usize, DiaryError> {
    let wanted: BTreeSet<(u8, u16, u16)> = (0_u8..)
        .zip(&resource.week)
        .flat_map(|(weekday, ranges)| {
            ranges
                .iter()
                .map(move |it| (weekday, it.start().minutes(), it.end().minutes()))
        })
        .collect();
    let found: BTreeSet<(u8, u16, u16)> = connection
        .prepare(
            "-- name: a resource's week, as rows
             select weekday, start_minute, end_minute from weekly_hours where resource = ?1",
        )?
        .query_map([&resource.id], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<_, _>>()?;
    for (weekday, start, end) in found.difference(&wanted) {
        connection.execute(
            "-- name: remove a stretch of the week
             delete from weekly_hours
             where resource = ?1 and weekday = ?2 and start_minute = ?3 and end_minute = ?4",
            params![resource.id, weekday, start, end],
        )?;
    }
    for (weekday, start, end) in wanted.difference(&found) {
        connection.execute(
            "-- name: record a stretch of the week
             insert into weekly_hours (resource, weekday, start_minute, end_minute)
             values (?1, ?2, ?3, ?4)",
            params![resource.id, weekday, start, end],
        )?;
    }
    Ok(found.symmetric_difference(&wanted).count())
}

/// Who made an exception; what reception has closed goes before the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pms::diary) enum Maker {
    /// An import.
    File,
    /// Reception, by hand.
    Reception,
}

impl Maker {
    const fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Reception => "reception",
        }
    }
}

type Exceptions = BTreeMap<(String, NaiveDate), PlannedException>;

pub(super) fn record_exceptions(connection: &Connection, plan: &Plan) -> Result<usize, DiaryError> {
    let found = load_by(connection, Maker::File)?;
    let reception = load_by(connection, Maker::Reception)?;
    let mut changed = 0;
    for (place, exception) in &found {
        if plan.exceptions.get(place) != Some(exception) {
            remove(connection, &place.0, place.1)?;
            changed += 1;
        }
    }
    for (place, exception) in &plan.exceptions {
        if found.get(place) != Some(exception) && !reception.contains_key(place) {
            record_exception(connection, &place.0, place.1, exception, Maker::File)?;
            changed += 1;
        }
    }
    Ok(changed)
}

/// Writes an exception in place of what there was for that date.
pub(in crate::pms::diary) fn record_exception(
    connection: &Connection,
    resource: &str,
    date: NaiveDate,
    exception: &PlannedException,
    maker: Maker,
) -> Result<(), DiaryError> {
    remove(connection, resource, date)?;
    connection.execute(
        "-- name: record an exception
         insert into exceptions (resource, date, note, made_by) values (?1, ?2, ?3, ?4)",
        params![resource, date.to_string(), exception.note, maker.word()],
    )?;
    for range in &exception.hours {
        connection.execute(
            "-- name: record an exception's hours
             insert into exception_hours (resource, date, start_minute, end_minute)
             values (?1, ?2, ?3, ?4)",
            params![
                resource,
                date.to_string(),
                range.start().minutes(),
                range.end().minutes()
            ],
        )?;
    }
    Ok(())
}

fn remove(connection: &Connection, resource: &str, date: NaiveDate) -> Result<(), DiaryError> {
    connection.execute(
        "-- name: remove an exception
         delete from exceptions where resource = ?1 and date = ?2",
        params![resource, date.to_string()],
    )?;
    Ok(())
}

fn load_by(connection: &Connection, maker: Maker) -> Result<Exceptions, DiaryError> {
    let mut found = Exceptions::new();
    let mut statement = connection.prepare(
        "-- name: exceptions by who made them
         select e.resource, e.date, e.note, h.start_minute, h.end_minute
         from exceptions e left join exception_hours h using (resource, date)
         where e.made_by = ?1 order by e.resource, e.date, h.start_minute",
    )?;
    let mut rows = statement.query([maker.word()])?;
    while let Some(row) = rows.next()? {
        let date: String = row.get(1)?;
        let note: Option<String> = row.get(2)?;
        let exception = found
            .entry((row.get(0)?, read_date(&date)?))
            .or_insert(PlannedException {
                hours: Vec::new(),
                note,
            });
        let (start, end): (Option<u16>, Option<u16>) = (row.get(3)?, row.get(4)?);
        let range = start
            .and_then(TimeOfDay::from_minutes)
            .zip(end.and_then(TimeOfDay::from_minutes))
            .and_then(|(start, end)| TimeRange::new(start, end));
        exception.hours.extend(range);
    }
    Ok(found)
}
