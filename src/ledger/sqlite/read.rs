//! What the ledger holds, read back into the domain.
//!
//! A row that cannot be read is named by table and id and fails only the question that needs it:
//! other practices load as ever.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::word::{self, StateColumns};
use super::{engine, report, unreadable};
use crate::domain::booking::{BookingRecord, Slot, UpdateRecord};
use crate::domain::id::{BookingId, PmsResourceId, PracticeId, RequestId};
use crate::ledger::{
    ClientLists, Item, ItemKey, ItemKind, LedgerError, PracticeMarks, PracticeRecord, StoryLine,
};

pub(super) fn practice(
    connection: &Connection,
    practice: &PracticeId,
) -> Result<PracticeRecord, LedgerError> {
    Ok(PracticeRecord {
        marks: marks(connection, practice)?,
        bookings: open_bookings(connection, practice)?,
        updates: open_updates(connection, practice)?,
        reports: report::open(connection, practice)?,
        items: items_of(connection, practice)?,
    })
}

fn marks(connection: &Connection, practice: &PracticeId) -> Result<PracticeMarks, LedgerError> {
    let sql = "-- load_marks
        select paused, resources, types, client_locations, client_practitioners, client_types,
            sent_resources, sent_types
        from practice_mark where practice = ?1";
    let row: Option<(bool, [String; 7])> = connection
        .query_row(sql, [practice.as_str()], |row| {
            let lists = [
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
                row.get(6)?,
                row.get(7)?,
            ];
            Ok((row.get(0)?, lists))
        })
        .optional()
        .map_err(engine)?;
    let Some((paused, lists)) = row else {
        return Ok(PracticeMarks::default());
    };
    let [
        resources,
        types,
        locations,
        practitioners,
        client_types,
        sent_resources,
        sent_types,
    ] = lists;
    let list = |text: &str, column| {
        word::parse_list(text).ok_or_else(|| unreadable("practice_mark", practice, "", column))
    };
    Ok(PracticeMarks {
        paused,
        resources: list(&resources, "resources")?,
        types: list(&types, "types")?,
        sent_resources: list(&sent_resources, "sent_resources")?,
        sent_types: list(&sent_types, "sent_types")?,
        client_lists: ClientLists {
            locations: list(&locations, "client_locations")?,
            practitioners: list(&practitioners, "client_practitioners")?,
            types: list(&client_types, "client_types")?,
        },
    })
}

fn open_bookings(
    connection: &Connection,
    practice: &PracticeId,
) -> Result<Vec<BookingRecord>, LedgerError> {
    let sql = "-- load_open_bookings
        select * from booking where practice = ?1 and settled = 0
        order by received_at, booking";
    let mut statement = connection.prepare(sql).map_err(engine)?;
    let mut rows = statement.query([practice.as_str()]).map_err(engine)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(engine)? {
        found.push(booking_of(row, practice)?);
    }
    Ok(found)
}

pub(super) fn booking(
    connection: &Connection,
    practice: &PracticeId,
    booking: BookingId,
) -> Result<Option<BookingRecord>, LedgerError> {
    let sql = "-- load_booking
        select * from booking where practice = ?1 and booking = ?2";
    let mut statement = connection.prepare(sql).map_err(engine)?;
    let mut rows = statement
        .query(params![practice.as_str(), booking.number()])
        .map_err(engine)?;
    let row = rows.next().map_err(engine)?;
    row.map(|row| booking_of(row, practice)).transpose()
}

pub(super) fn booking_of(
    row: &Row<'_>,
    practice: &PracticeId,
) -> Result<BookingRecord, LedgerError> {
    let booking: i64 = row.get("booking").map_err(engine)?;
    let lost = |column| unreadable("booking", practice, booking, column);
    let instant = |column: &'static str| {
        let text: String = row.get(column).map_err(engine)?;
        word::parse_instant(&text).ok_or_else(|| lost(column))
    };
    let attempts: i64 = row.get("attempts").map_err(engine)?;
    let revision: i64 = row.get("revision").map_err(engine)?;
    Ok(BookingRecord {
        booking: BookingId::new(booking),
        slot: slot_of(row).map_err(engine)?.transpose().map_err(lost)?,
        booked_at: instant("booked_at")?,
        received_at: instant("received_at")?,
        state: state_of(row).map_err(engine)?.parse().map_err(lost)?,
        attempts: u32::try_from(attempts).map_err(|_| lost("attempts"))?,
        changed_at: instant("changed_at")?,
        revision: u64::try_from(revision).map_err(|_| lost("revision"))?,
    })
}

/// `None` without a resource; else the slot, or the name of the column that cannot be read.
fn slot_of(row: &Row<'_>) -> rusqlite::Result<Option<Result<Slot, &'static str>>> {
    let Some(resource) = row.get::<_, Option<String>>("resource")? else {
        return Ok(None);
    };
    let start: String = row.get("start_local")?;
    let length: i64 = row.get("length_seconds")?;
    let parse = || {
        Ok(Slot {
            resource: PmsResourceId::parse(&resource).map_err(|_| "resource")?,
            start: word::parse_local(&start).ok_or("start_local")?,
            length: u64::try_from(length)
                .map(Duration::from_secs)
                .map_err(|_| "length_seconds")?,
        })
    };
    Ok(Some(parse()))
}

fn state_of(row: &Row<'_>) -> rusqlite::Result<StateColumns> {
    Ok(StateColumns {
        state: row.get("state")?,
        since: row.get("since")?,
        appointments: row.get("appointments")?,
        patient: row.get("patient")?,
        how: row.get("how")?,
        reason: row.get("reason")?,
        reason_words: row.get("reason_words")?,
        stuck: row.get("stuck")?,
        stuck_words: row.get("stuck_words")?,
    })
}

fn open_updates(
    connection: &Connection,
    practice: &PracticeId,
) -> Result<Vec<UpdateRecord>, LedgerError> {
    let sql = "-- load_open_updates
        select request, booking, state, words, changed_at from booking_update
        where practice = ?1 and settled = 0 order by request";
    let mut statement = connection.prepare(sql).map_err(engine)?;
    let mut rows = statement.query([practice.as_str()]).map_err(engine)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(engine)? {
        found.push(update_of(row, practice)?);
    }
    Ok(found)
}

pub(super) fn update(
    connection: &Connection,
    practice: &PracticeId,
    request: RequestId,
) -> Result<Option<UpdateRecord>, LedgerError> {
    let sql = "-- load_update
        select request, booking, state, words, changed_at from booking_update
        where practice = ?1 and request = ?2";
    let mut statement = connection.prepare(sql).map_err(engine)?;
    let mut rows = statement
        .query(params![practice.as_str(), request.number()])
        .map_err(engine)?;
    let row = rows.next().map_err(engine)?;
    row.map(|row| update_of(row, practice)).transpose()
}

fn update_of(row: &Row<'_>, practice: &PracticeId) -> Result<UpdateRecord, LedgerError> {
    let read = || -> rusqlite::Result<(i64, i64, String, Option<String>, String)> {
        Ok((
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
        ))
    };
    let (request, booking, state, words, changed_at) = read().map_err(engine)?;
    let lost = |column| unreadable("booking_update", practice, request, column);
    Ok(UpdateRecord {
        request: RequestId::new(request),
        booking: BookingId::new(booking),
        state: word::parse_update(&state, words).ok_or_else(|| lost("state"))?,
        changed_at: word::parse_instant(&changed_at).ok_or_else(|| lost("changed_at"))?,
    })
}

fn items_of(connection: &Connection, practice: &PracticeId) -> Result<Vec<Item>, LedgerError> {
    let sql = "-- load_items_of_practice
        select item, practice, kind, subject, sentence, raised_at from item
        where practice = ?1 and dealt_at is null order by raised_at, item";
    let mut statement = connection.prepare(sql).map_err(engine)?;
    let mut rows = statement.query([practice.as_str()]).map_err(engine)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(engine)? {
        found.push(item_of(row)?);
    }
    Ok(found)
}

/// The open items of one practice, or of all. In the list of all, an item that cannot be read is
/// logged and left out: it must not hide the others from the people who are to do them.
pub(super) fn items(
    connection: &Connection,
    practice: Option<&PracticeId>,
) -> Result<Vec<Item>, LedgerError> {
    if let Some(practice) = practice {
        return items_of(connection, practice);
    }
    let sql = "-- load_items
        select item, practice, kind, subject, sentence, raised_at from item
        where dealt_at is null order by raised_at, item";
    let mut statement = connection.prepare(sql).map_err(engine)?;
    let mut rows = statement.query([]).map_err(engine)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(engine)? {
        match item_of(row) {
            Ok(item) => found.push(item),
            Err(error) => tracing::error!(%error, "an item is missing from the list of items"),
        }
    }
    Ok(found)
}

fn item_of(row: &Row<'_>) -> Result<Item, LedgerError> {
    let read = || -> rusqlite::Result<(i64, String, String, String, String, String)> {
        Ok((
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
            row.get(5)?,
        ))
    };
    let (item, practice, kind, subject, sentence, raised_at) = read().map_err(engine)?;
    let lost = |column| unreadable("item", &practice, item, column);
    Ok(Item {
        practice: PracticeId::parse(&practice).map_err(|_| lost("practice"))?,
        key: ItemKey {
            kind: ItemKind::parse(&kind).ok_or_else(|| lost("kind"))?,
            subject,
        },
        sentence,
        raised_at: word::parse_instant(&raised_at).ok_or_else(|| lost("raised_at"))?,
    })
}

pub(super) fn story(
    connection: &Connection,
    practice: &PracticeId,
    booking: BookingId,
) -> Result<Vec<StoryLine>, LedgerError> {
    let sql = "-- load_story
        select line, at, what from booking_story
        where practice = ?1 and booking = ?2 order by line";
    let mut statement = connection.prepare(sql).map_err(engine)?;
    let mut rows = statement
        .query(params![practice.as_str(), booking.number()])
        .map_err(engine)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(engine)? {
        let line: i64 = row.get(0).map_err(engine)?;
        let at: String = row.get(1).map_err(engine)?;
        found.push(StoryLine {
            at: word::parse_instant(&at)
                .ok_or_else(|| unreadable("booking_story", practice, line, "at"))?,
            what: row.get(2).map_err(engine)?,
        });
    }
    Ok(found)
}
