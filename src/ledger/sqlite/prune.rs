//! Forgetting what was settled long ago, a few rows at a time.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::word;

/// The most rows of a table that one call deletes, so that the writer is soon free again.
pub(super) const BATCH: usize = 200;

/// Deletes a batch of what may go; 0 when nothing is left that may. Stories go by trigger with
/// the rows that they tell of, and are not counted.
pub(super) fn batch(connection: &Connection, before: DateTime<Utc>) -> rusqlite::Result<usize> {
    let changed = word::instant(before);
    // A booking's start is on the practice's own clock, which in Australia is ahead of UTC: read
    // as if it were UTC it seems later than it is, so nothing goes that is still to come.
    let started = before.naive_utc().format("%Y-%m-%dT%H:%M:%S").to_string();
    let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
    let bookings = connection.execute(
        "-- prune_bookings
        delete from booking where (practice, booking) in (
            select practice, booking from booking
            where settled = 1 and changed_at < ?1
                and (start_local is null or start_local < ?2)
            limit ?3)",
        params![changed, started, limit],
    )?;
    let updates = connection.execute(
        "-- prune_updates
        delete from booking_update where (practice, request) in (
            select practice, request from booking_update
            where settled = 1 and changed_at < ?1 limit ?2)",
        params![changed, limit],
    )?;
    let items = connection.execute(
        "-- prune_items
        delete from item where item in (
            select item from item
            where dealt_at is not null and dealt_at < ?1 limit ?2)",
        params![changed, limit],
    )?;
    // An answer that was given so long ago is not asked for again; and if it is, the document's key
    // keeps it from being put into the practice's system twice.
    let attachments = connection.execute(
        "-- prune_attachments
        delete from attachment where (practice, request) in (
            select practice, request from attachment where changed_at < ?1 limit ?2)",
        params![changed, limit],
    )?;
    // A report goes with its booking, by trigger; these have none.
    let reports = connection.execute(
        "-- prune_reports
        delete from booking_report where (practice, booking, change) in (
            select practice, booking, change from booking_report as report
            where settled = 1 and changed_at < ?1 and not exists (
                select 1 from booking
                where practice = report.practice and booking = report.booking
            )
            limit ?2)",
        params![changed, limit],
    )?;
    Ok(bookings
        .saturating_add(updates)
        .saturating_add(items)
        .saturating_add(attachments)
        .saturating_add(reports))
}
