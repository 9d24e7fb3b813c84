//! One change, statement by statement; the caller holds the transaction.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, named_params, params};

use super::word::{self, StateColumns};
use super::{document, engine, number, report};
use crate::domain::booking::{BookingRecord, UpdateRecord};
use crate::domain::id::{BookingId, PracticeId};
use crate::ledger::{Change, Item, ItemKey, LedgerError, PracticeMarks, StoryLine};

/// Writes every part of the change. Items are settled before others are raised, so that one change
/// can replace an item by one of the same kind and subject.
pub(super) fn change(
    connection: &Connection,
    practice: &PracticeId,
    change: &Change,
    now: DateTime<Utc>,
) -> Result<(), LedgerError> {
    if let Some(record) = &change.booking {
        booking(connection, practice, record)?;
    }
    if let Some(record) = &change.update {
        update(connection, practice, record).map_err(engine)?;
    }
    if let Some(record) = &change.report {
        report::record(connection, practice, record).map_err(engine)?;
    }
    if let Some(record) = &change.attachment {
        document::record_attachment(connection, practice, record).map_err(engine)?;
    }
    if let Some(record) = &change.offer {
        document::record_offer(connection, practice, record).map_err(engine)?;
    }
    let of_update = change.update.as_ref().map(|update| update.booking);
    let of_report = change.report.as_ref().map(|report| report.booking);
    let told = change.booking.as_ref().map(|record| record.booking);
    for line in &change.story {
        let booking = told.or(of_update).or(of_report).ok_or_else(|| {
            LedgerError::Engine("a story line came without the booking it tells of".to_owned())
        })?;
        story(connection, practice, booking, line).map_err(engine)?;
    }
    for key in &change.settle {
        settle(connection, practice, key, now).map_err(engine)?;
    }
    for item in &change.raise {
        raise(connection, practice, item).map_err(engine)?;
    }
    if let Some(record) = &change.marks {
        marks(connection, practice, record).map_err(engine)?;
    }
    Ok(())
}

fn booking(
    connection: &Connection,
    practice: &PracticeId,
    record: &BookingRecord,
) -> Result<(), LedgerError> {
    let columns = StateColumns::of(&record.state);
    let slot = record.slot.as_ref();
    // The same parameters serve both statements: revision 0 has no row yet.
    let sql = if record.revision == 0 {
        INSERT_BOOKING
    } else {
        UPDATE_BOOKING
    };
    let written = connection
        .prepare(sql)
        .and_then(|mut statement| {
            statement.execute(named_params! {
                ":practice": practice.as_str(),
                ":booking": record.booking.number(),
                ":resource": slot.map(|slot| slot.resource.as_str()),
                ":start_local": slot.map(|slot| word::local(slot.start)),
                ":length_seconds": slot.map(|slot| number(slot.length.as_secs())),
                ":booked_at": word::instant(record.booked_at),
                ":received_at": word::instant(record.received_at),
                ":state": columns.state,
                ":settled": record.state.is_settled(),
                ":since": columns.since,
                ":appointments": columns.appointments,
                ":patient": columns.patient,
                ":how": columns.how,
                ":reason": columns.reason,
                ":reason_words": columns.reason_words,
                ":stuck": columns.stuck,
                ":stuck_words": columns.stuck_words,
                ":attempts": record.attempts,
                ":changed_at": word::instant(record.changed_at),
                ":revision": number(record.revision),
            })
        })
        .map_err(engine)?;
    if written == 0 {
        return Err(LedgerError::Stale(record.booking));
    }
    Ok(())
}

const INSERT_BOOKING: &str = "-- insert_booking
    insert into booking (practice, booking, resource, start_local, length_seconds, booked_at,
        received_at, state, settled, since, appointments, patient, how, reason, reason_words,
        stuck, stuck_words, attempts, changed_at, revision)
    values (:practice, :booking, :resource, :start_local, :length_seconds, :booked_at,
        :received_at, :state, :settled, :since, :appointments, :patient, :how, :reason,
        :reason_words, :stuck, :stuck_words, :attempts, :changed_at, :revision + 1)
    on conflict (practice, booking) do nothing";

const UPDATE_BOOKING: &str = "-- update_booking
    update booking
    set resource = :resource, start_local = :start_local, length_seconds = :length_seconds,
        booked_at = :booked_at, received_at = :received_at, state = :state, settled = :settled,
        since = :since, appointments = :appointments, patient = :patient, how = :how,
        reason = :reason, reason_words = :reason_words, stuck = :stuck,
        stuck_words = :stuck_words, attempts = :attempts, changed_at = :changed_at,
        revision = :revision + 1
    where practice = :practice and booking = :booking and revision = :revision";

fn update(
    connection: &Connection,
    practice: &PracticeId,
    record: &UpdateRecord,
) -> rusqlite::Result<()> {
    let (word, words) = word::update_word(&record.state);
    let mut statement = connection.prepare(
        "-- record_update
        insert into booking_update
            (practice, request, booking, state, words, settled, changed_at)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        on conflict (practice, request) do update
        set booking = excluded.booking, state = excluded.state, words = excluded.words,
            settled = excluded.settled, changed_at = excluded.changed_at",
    )?;
    statement.execute(params![
        practice.as_str(),
        record.request.number(),
        record.booking.number(),
        word,
        words,
        record.state.is_settled(),
        word::instant(record.changed_at),
    ])?;
    Ok(())
}

fn story(
    connection: &Connection,
    practice: &PracticeId,
    booking: BookingId,
    line: &StoryLine,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(
        "-- tell
        insert into booking_story (practice, booking, at, what) values (?1, ?2, ?3, ?4)",
    )?;
    statement.execute(params![
        practice.as_str(),
        booking.number(),
        word::instant(line.at),
        line.what,
    ])?;
    Ok(())
}

fn settle(
    connection: &Connection,
    practice: &PracticeId,
    key: &ItemKey,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(
        "-- settle_item
        update item set dealt_at = ?4
        where practice = ?1 and kind = ?2 and subject = ?3 and dealt_at is null",
    )?;
    statement.execute(params![
        practice.as_str(),
        key.kind.name(),
        key.subject,
        word::instant(now),
    ])?;
    Ok(())
}

fn raise(connection: &Connection, practice: &PracticeId, item: &Item) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(
        "-- raise_item
        insert into item (practice, kind, subject, sentence, raised_at)
        values (?1, ?2, ?3, ?4, ?5)
        on conflict (practice, kind, subject) where dealt_at is null do nothing",
    )?;
    statement.execute(params![
        practice.as_str(),
        item.key.kind.name(),
        item.key.subject,
        item.sentence,
        word::instant(item.raised_at),
    ])?;
    Ok(())
}

fn marks(
    connection: &Connection,
    practice: &PracticeId,
    marks: &PracticeMarks,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(
        "-- record_marks
        insert into practice_mark (practice, paused, resources, types, client_locations,
            client_practitioners, client_types, sent_resources, sent_types)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        on conflict (practice) do update
        set paused = excluded.paused, resources = excluded.resources, types = excluded.types,
            client_locations = excluded.client_locations,
            client_practitioners = excluded.client_practitioners,
            client_types = excluded.client_types,
            sent_resources = excluded.sent_resources, sent_types = excluded.sent_types",
    )?;
    let list = |ids: &[String]| word::list(ids.iter().map(String::as_str));
    statement.execute(params![
        practice.as_str(),
        marks.paused,
        list(&marks.resources),
        list(&marks.types),
        list(&marks.client_lists.locations),
        list(&marks.client_lists.practitioners),
        list(&marks.client_lists.types),
        list(&marks.sent_resources),
        list(&marks.sent_types),
    ])?;
    Ok(())
}
