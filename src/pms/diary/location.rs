//! Which of a diary's locations are looked at.

use std::sync::Arc;

use rusqlite::Connection;

use super::DiaryError;

/// The locations that a practice's file names; a diary may hold others, which stay invisible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Served {
    /// Every location of the diary.
    All,
    /// The ones named, as a JSON array of ids.
    Named(Arc<str>),
}

impl Served {
    /// The named locations.
    pub(super) fn named(ids: &[String]) -> Self {
        Self::Named(Arc::from(serde_json::json!(ids).to_string()))
    }

    /// As a statement's parameter: null, or a JSON array of ids.
    pub(super) fn parameter(&self) -> Option<&str> {
        match self {
            Self::All => None,
            Self::Named(ids) => Some(ids),
        }
    }
}

/// Checks that every location named is in the diary.
pub(super) fn check_locations(connection: &Connection, served: &Served) -> Result<(), DiaryError> {
    let missing: Option<String> = connection.query_row(
        "-- name: locations that are named and not in the diary
         select group_concat(value, ', ') from json_each(coalesce(?1, '[]'))
         where value not in (select id from locations where retired = 0)",
        [served.parameter()],
        |row| row.get(0),
    )?;
    let Some(missing) = missing else {
        return Ok(());
    };
    let known: Option<String> = connection.query_row(
        "-- name: locations in the diary
         select group_concat(id, ', ' order by position) from locations where retired = 0",
        [],
        |row| row.get(0),
    )?;
    Err(DiaryError::Unusable(format!(
        "`locations` names {missing}, and the diary has: {}",
        known.unwrap_or_else(|| "none".to_owned())
    )))
}
