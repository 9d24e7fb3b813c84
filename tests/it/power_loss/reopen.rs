//! What a start after the power cut finds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use healthengine_connector::daemon::system_clock;
use healthengine_connector::domain::id::PracticeId;
use healthengine_connector::ledger::sqlite::Store;
use healthengine_connector::pms::diary::Desk;
use rusqlite::Connection;

use super::told::{Answer, Told};

/// A database that must not forget.
#[derive(Debug, Clone, Copy)]
pub(super) enum Database {
    Ledger,
    /// The diary of the practice with this id.
    Diary(&'static str),
}

impl Database {
    /// Opens the file as the connector does, and says which of all that is ever told is not in it, by
    /// their places; an error when it cannot be opened, or is not whole.
    pub(super) fn absent(self, file: &Path, told: &[Told]) -> Result<Vec<usize>, String> {
        match self {
            Self::Ledger => {
                let practices: BTreeSet<&str> =
                    told.iter().map(|told| told.practice.as_str()).collect();
                let clock = system_clock();
                let mut store = Store::open(file, clock).map_err(|error| error.to_string())?;
                for practice in practices {
                    let practice = PracticeId::parse(practice).unwrap();
                    let read = store.load_practice(&practice);
                    read.map_err(|error| error.to_string())?;
                }
                drop(store);
                let ledger = whole(file)?;
                Ok(absent_from_ledger(&ledger, told))
            }
            Self::Diary(practice) => {
                drop(Desk::open(file).map_err(|error| error.to_string())?);
                let diary = whole(file)?;
                Ok(absent_from_diary(&diary, practice, told))
            }
        }
    }
}

fn whole(file: &Path) -> Result<Connection, String> {
    let connection = Connection::open(file).unwrap();
    let verdict: String = connection
        .query_row("pragma integrity_check", [], |row| row.get(0))
        .map_err(|error| error.to_string())?;
    if verdict == "ok" {
        Ok(connection)
    } else {
        Err(verdict)
    }
}

fn absent_from_ledger(ledger: &Connection, told: &[Told]) -> Vec<usize> {
    let states = |sql: &str| -> BTreeMap<(String, i64), String> {
        let mut statement = ledger.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)));
        rows.unwrap().map(Result::unwrap).collect()
    };
    let bookings = states("select practice, booking, state from booking");
    let updates = states("select practice, request, state from booking_update");
    let is_there = |told: &Told| {
        let (table, number, wanted): (_, _, &[&str]) = match told.what {
            Answer::Confirmed => (&bookings, told.booking, &["inserted", "confirmed"]),
            Answer::Rejected => (&bookings, told.booking, &["rejecting", "rejected"]),
            Answer::UpdateConfirmed(request) => (&updates, request, &["done", "confirmed"]),
            Answer::UpdateRejected(request) => (&updates, request, &["refused", "rejected"]),
        };
        let found = table.get(&(told.practice.clone(), number));
        found.is_some_and(|state| wanted.contains(&state.as_str()))
    };
    places(told, |told| !is_there(told))
}

fn places(told: &[Told], such: impl Fn(&Told) -> bool) -> Vec<usize> {
    (0..told.len())
        .filter(|place| such(&told[*place]))
        .collect()
}

fn absent_from_diary(diary: &Connection, practice: &str, told: &[Told]) -> Vec<usize> {
    let mut statement = diary
        .prepare("select key, status from appointments where key is not null")
        .unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let appointments: BTreeMap<String, String> = rows.unwrap().map(Result::unwrap).collect();
    let is_there = |told: &Told| {
        let key = format!("HE-{}-{}", told.practice, told.booking);
        let status = appointments.get(&key).map(String::as_str);
        match told.what {
            Answer::Confirmed => status.is_some(),
            Answer::UpdateConfirmed(_) => status.is_none_or(|status| status == "cancelled"),
            Answer::Rejected | Answer::UpdateRejected(_) => true,
        }
    };
    places(told, |told| told.practice == practice && !is_there(told))
}
