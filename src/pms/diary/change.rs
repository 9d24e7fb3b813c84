//! What has changed since: the diary's own log, which its triggers write.

use rusqlite::{Connection, params};

use super::DiaryError;
use super::hours::read_date;
use super::location::Served;
use crate::domain::id::PmsResourceId;
use crate::pms::{ChangeCursor, Changes};

/// More days than this are told as "everything".
const MOST_DAYS: usize = 1_000;

/// Where the log stands.
struct Log {
    identity: String,
    oldest: i64,
    newest: i64,
}

/// Reads what has changed in the locations served since the cursor; without one, where to start.
///
/// A cursor of another file, or older than what the log still holds, means everything.
pub(super) fn load_changes(
    connection: &Connection,
    served: &Served,
    since: Option<&ChangeCursor>,
) -> Result<Changes, DiaryError> {
    let log = load_log(connection)?;
    let mut changes = Changes {
        cursor: ChangeCursor(format!("{}.{}", log.identity, log.newest)),
        days: Vec::new(),
        everything: false,
    };
    let Some(since) = since else {
        return Ok(changes);
    };
    match place(since, &log) {
        Some(seen) if seen == log.newest => {}
        Some(seen) => note_days(connection, served, seen, &mut changes)?,
        None => changes.everything = true,
    }
    if changes.everything {
        changes.days.clear();
    }
    Ok(changes)
}

fn load_log(connection: &Connection) -> Result<Log, DiaryError> {
    Ok(connection.query_row(
        "-- name: where the change log stands
         select (select identity from diary), coalesce((select min(seq) from changes), 1),
                coalesce((select max(seq) from changes), 0)",
        [],
        |row| {
            Ok(Log {
                identity: row.get(0)?,
                oldest: row.get(1)?,
                newest: row.get(2)?,
            })
        },
    )?)
}

/// The cursor's place in this log, if the log still reaches back to it.
fn place(cursor: &ChangeCursor, log: &Log) -> Option<i64> {
    let (identity, seen) = cursor.0.split_once('.')?;
    let seen: i64 = seen.parse().ok()?;
    (identity == log.identity && seen <= log.newest && seen.saturating_add(1) >= log.oldest)
        .then_some(seen)
}

fn note_days(
    connection: &Connection,
    served: &Served,
    seen: i64,
    changes: &mut Changes,
) -> Result<(), DiaryError> {
    let mut statement = connection.prepare(
        "-- name: changes of the locations served
         select distinct c.resource, c.date
         from changes c left join resources r on r.id = c.resource
         where c.seq > ?1
             and (c.resource is null or ?2 is null
                 or r.location in (select value from json_each(?2)))
         order by c.resource, c.date",
    )?;
    let mut rows = statement.query(params![seen, served.parameter()])?;
    while let Some(row) = rows.next()? {
        let (Some(resource), Some(date)): (Option<String>, Option<String>) =
            (row.get(0)?, row.get(1)?)
        else {
            changes.everything = true;
            return Ok(());
        };
        if changes.days.len() == MOST_DAYS {
            changes.everything = true;
            return Ok(());
        }
        let resource = PmsResourceId::parse(&resource)
            .map_err(|_| DiaryError::unreadable("a resource's id"))?;
        changes.days.push((resource, read_date(&date)?));
    }
    Ok(())
}
