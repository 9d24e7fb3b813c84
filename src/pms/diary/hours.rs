//! When a resource works: its week, and the dates that differ.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rusqlite::{Connection, params};

use super::DiaryError;
use super::resource::ResourceRow;
use crate::domain::civil::{LocalDateTime, TimeOfDay, TimeRange, weekday_index};

/// A resource's hours over some dates, and what is taken of them.
#[derive(Debug)]
pub(super) struct Hours {
    week: [Vec<TimeRange>; 7],
    exceptions: BTreeMap<NaiveDate, Vec<TimeRange>>,
    taken: BTreeMap<NaiveDate, Vec<TimeRange>>,
}

impl Hours {
    /// The hours that the resource works on this date, sorted.
    pub(super) fn working(&self, date: NaiveDate) -> &[TimeRange] {
        match self.exceptions.get(&date) {
            Some(hours) => hours,
            None => self
                .week
                .get(weekday_index(date))
                .map_or(&[], Vec::as_slice),
        }
    }

    /// What standing appointments of the resource's person take of this date.
    pub(super) fn taken(&self, date: NaiveDate) -> &[TimeRange] {
        self.taken.get(&date).map_or(&[], Vec::as_slice)
    }
}

/// Reads a resource's hours from one date to another, both included.
pub(super) fn load_hours(
    connection: &Connection,
    resource: &ResourceRow,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Hours, DiaryError> {
    Ok(Hours {
        week: load_week(connection, resource)?,
        exceptions: load_exceptions(connection, resource, from, to)?,
        taken: load_taken(connection, resource, from, to)?,
    })
}

fn load_week(
    connection: &Connection,
    resource: &ResourceRow,
) -> Result<[Vec<TimeRange>; 7], DiaryError> {
    let mut week: [Vec<TimeRange>; 7] = Default::default();
    let mut statement = connection.prepare(
        "-- name: a resource's week
         select weekday, start_minute, end_minute from weekly_hours
         where resource = ?1 order by weekday, start_minute",
    )?;
    let mut rows = statement.query([resource.id.as_str()])?;
    while let Some(row) = rows.next()? {
        let weekday: u8 = row.get(0)?;
        let range = range(row.get(1)?, row.get(2)?)?;
        if let Some(day) = week.get_mut(usize::from(weekday)) {
            day.push(range);
        }
    }
    Ok(week)
}

fn load_exceptions(
    connection: &Connection,
    resource: &ResourceRow,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<BTreeMap<NaiveDate, Vec<TimeRange>>, DiaryError> {
    let mut exceptions: BTreeMap<NaiveDate, Vec<TimeRange>> = BTreeMap::new();
    let mut statement = connection.prepare(
        "-- name: a resource's dates that differ from the week
         select e.date, h.start_minute, h.end_minute
         from exceptions e left join exception_hours h using (resource, date)
         where e.resource = ?1 and e.date between ?2 and ?3
         order by e.date, h.start_minute",
    )?;
    let mut rows = statement.query(params![
        resource.id.as_str(),
        from.to_string(),
        to.to_string()
    ])?;
    while let Some(row) = rows.next()? {
        let date: String = row.get(0)?;
        let day = exceptions.entry(read_date(&date)?).or_default();
        if let (Some(start), Some(end)) = (row.get(1)?, row.get(2)?) {
            day.push(range(start, end)?);
        }
    }
    Ok(exceptions)
}

fn load_taken(
    connection: &Connection,
    resource: &ResourceRow,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<BTreeMap<NaiveDate, Vec<TimeRange>>, DiaryError> {
    let mut taken: BTreeMap<NaiveDate, Vec<TimeRange>> = BTreeMap::new();
    let mut statement = connection.prepare(
        "-- name: a person's standing appointments
         select start_minute, end_minute from appointments
         where person = ?1 and status <> 'cancelled' and start_minute between ?2 and ?3
         order by start_minute",
    )?;
    let first = minute_of(LocalDateTime::new(from, TimeOfDay::START_OF_DAY));
    let last = minute_of(LocalDateTime::new(to, TimeOfDay::END_OF_DAY)) - 1;
    let mut rows = statement.query(params![resource.person, first, last])?;
    while let Some(row) = rows.next()? {
        let (start, end): (i64, i64) = (row.get(0)?, row.get(1)?);
        let date = local_of(start)?.date();
        let midnight = minute_of(LocalDateTime::new(date, TimeOfDay::START_OF_DAY));
        let within = |minute: i64| u16::try_from(minute - midnight).ok();
        if let (Some(start), Some(end)) = (within(start), within(end)) {
            taken.entry(date).or_default().push(range(start, end)?);
        }
    }
    Ok(taken)
}

/// The diary's count of minutes for a civil time; seconds are dropped.
pub(super) fn minute_of(at: LocalDateTime) -> i64 {
    at.naive().and_utc().timestamp().div_euclid(60)
}

/// The civil time of the diary's count of minutes.
pub(super) fn local_of(minute: i64) -> Result<LocalDateTime, DiaryError> {
    minute
        .checked_mul(60)
        .and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0))
        .map(|at| LocalDateTime::from_naive(at.naive_utc()))
        .ok_or_else(|| DiaryError::unreadable("an appointment's time"))
}

/// Reads a date as the diary writes it.
pub(super) fn read_date(text: &str) -> Result<NaiveDate, DiaryError> {
    text.parse().map_err(|_| DiaryError::unreadable("a date"))
}

fn range(start: u16, end: u16) -> Result<TimeRange, DiaryError> {
    TimeOfDay::from_minutes(start)
        .zip(TimeOfDay::from_minutes(end))
        .and_then(|(start, end)| TimeRange::new(start, end))
        .ok_or_else(|| DiaryError::unreadable("a stretch of hours"))
}
