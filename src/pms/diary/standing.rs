//! What has become of appointments, and the words in which the diary keeps it.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::DiaryError;
use super::appointment::number_of;
use crate::domain::booking::Place;
use crate::domain::diary::Standing;

/// The most places that one statement asks for.
const MOST_PLACES: usize = 200;

const EVERY: [Standing; 6] = [
    Standing::Booked,
    Standing::Arrived,
    Standing::InConsult,
    Standing::Complete,
    Standing::DidNotAttend,
    Standing::Cancelled,
];

/// The diary's word.
pub(super) const fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Booked => "booked",
        Standing::Arrived => "arrived",
        Standing::InConsult => "in consult",
        Standing::Complete => "complete",
        Standing::DidNotAttend => "did not attend",
        Standing::Cancelled => "cancelled",
    }
}

/// Reads the diary's word; a dash may stand for a space.
pub fn parse_standing(text: &str) -> Option<Standing> {
    let text = text.replace('-', " ");
    EVERY.into_iter().find(|standing| word(*standing) == text)
}

/// Reads what has become of the appointments at these places, in order; `None`: the diary has none
/// of them, or has them for another patient, as an older copy of the file may.
pub(super) fn load_standings(
    connection: &Connection,
    places: &[Place],
) -> Result<Vec<Option<Standing>>, DiaryError> {
    let mut standings = Vec::with_capacity(places.len());
    for places in places.chunks(MOST_PLACES) {
        let found = load_found(connection, places)?;
        standings.extend(places.iter().map(|place| standing_at(place, &found)));
    }
    Ok(standings)
}

/// Each appointment's patient and standing, by its number.
type Found = BTreeMap<i64, (String, Standing)>;

fn load_found(connection: &Connection, places: &[Place]) -> Result<Found, DiaryError> {
    let ids = places.iter().flat_map(|place| &place.appointments);
    let numbers: Vec<i64> = ids.filter_map(number_of).collect();
    let mut statement = connection.prepare(
        "-- name: what has become of appointments
         select a.id, p.id, a.status
         from json_each(?1) asked
             join appointments a on a.id = asked.value
             join patients p on p.number = a.patient",
    )?;
    let mut rows = statement.query([serde_json::json!(numbers).to_string()])?;
    let mut found = Found::new();
    while let Some(row) = rows.next()? {
        let (number, patient, status): (i64, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let standing = parse_standing(&status)
            .ok_or_else(|| DiaryError::unreadable("an appointment's status"))?;
        found.insert(number, (patient, standing));
    }
    Ok(found)
}

/// A place of several appointments is cancelled when all of them are.
fn standing_at(place: &Place, found: &Found) -> Option<Standing> {
    let numbers = place.appointments.iter().filter_map(number_of);
    let mut theirs = numbers
        .filter_map(|number| found.get(&number))
        .filter(|(patient, _)| patient == place.patient.as_str())
        .map(|(_, standing)| *standing);
    let first = theirs.next()?;
    Some(if first == Standing::Cancelled {
        let stands = theirs.find(|standing| *standing != Standing::Cancelled);
        stands.unwrap_or(first)
    } else {
        first
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        for standing in EVERY {
            assert_eq!(parse_standing(word(standing)), Some(standing));
        }
        assert_eq!(parse_standing("in-consult"), Some(Standing::InConsult));
        assert_eq!(parse_standing("lost"), None);
    }
}
