//! Changes that a practice made in its own diary: which are recorded, and where to look for more.

use rusqlite::{Connection, Row, named_params, params};

use super::read::booking_of;
use super::{engine, unreadable, word};
use crate::domain::booking::{DiaryChange, ReportRecord, Watched};
use crate::domain::id::{BookingId, PmsResourceId, PracticeId};
use crate::ledger::{LedgerError, Stretch};

pub(super) fn record(
    connection: &Connection,
    practice: &PracticeId,
    record: &ReportRecord,
) -> rusqlite::Result<()> {
    let (word, words) = word::report_word(&record.state);
    let mut statement = connection.prepare(
        "-- record_report
        insert into booking_report (practice, booking, change, state, words, settled, changed_at)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        on conflict (practice, booking, change) do update
        set state = excluded.state, words = excluded.words, settled = excluded.settled,
            changed_at = excluded.changed_at",
    )?;
    statement.execute(params![
        practice.as_str(),
        record.booking.number(),
        record.change.name(),
        word,
        words,
        record.state.is_settled(),
        word::instant(record.changed_at),
    ])?;
    Ok(())
}

pub(super) fn open(
    connection: &Connection,
    practice: &PracticeId,
) -> Result<Vec<ReportRecord>, LedgerError> {
    let sql = "-- load_open_reports
        select booking, change, state, words, changed_at from booking_report
        where practice = ?1 and settled = 0 order by booking, change";
    let mut statement = connection.prepare(sql).map_err(engine)?;
    let mut rows = statement.query([practice.as_str()]).map_err(engine)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(engine)? {
        found.push(report_of(row, practice)?);
    }
    Ok(found)
}

pub(super) fn of_booking(
    connection: &Connection,
    practice: &PracticeId,
    booking: BookingId,
) -> Result<Vec<ReportRecord>, LedgerError> {
    let sql = "-- load_reports
        select booking, change, state, words, changed_at from booking_report
        where practice = ?1 and booking = ?2 order by change";
    let mut statement = connection.prepare(sql).map_err(engine)?;
    let mut rows = statement
        .query(params![practice.as_str(), booking.number()])
        .map_err(engine)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(engine)? {
        found.push(report_of(row, practice)?);
    }
    Ok(found)
}

fn report_of(row: &Row<'_>, practice: &PracticeId) -> Result<ReportRecord, LedgerError> {
    let read = || -> rusqlite::Result<(i64, String, String, Option<String>, String)> {
        Ok((
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
        ))
    };
    let (booking, change, state, words, changed_at) = read().map_err(engine)?;
    let lost = |column| unreadable("booking_report", practice, booking, column);
    Ok(ReportRecord {
        booking: BookingId::new(booking),
        change: DiaryChange::parse(&change).ok_or_else(|| lost("change"))?,
        state: word::parse_report(&state, words).ok_or_else(|| lost("state"))?,
        changed_at: word::parse_instant(&changed_at).ok_or_else(|| lost("changed_at"))?,
    })
}

pub(super) fn watched(
    connection: &Connection,
    practice: &PracticeId,
    stretch: &Stretch,
) -> Result<Vec<Watched>, LedgerError> {
    let before = stretch.to.and_then(|to| to.succ_opt());
    let after = stretch.after.as_ref();
    let mut statement = connection.prepare(WATCHED).map_err(engine)?;
    let mut rows = statement
        .query(named_params! {
            ":practice": practice.as_str(),
            ":from": stretch.from.to_string(),
            ":before": before.map(|date| date.to_string()),
            ":resource": stretch.resource.as_ref().map(PmsResourceId::as_str),
            ":after_start": after.map(|(start, _)| word::local(*start)),
            ":after_booking": after.map(|(_, booking)| booking.number()),
            ":most": i64::try_from(stretch.most).unwrap_or(i64::MAX),
        })
        .map_err(engine)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(engine)? {
        found.push(Watched {
            record: booking_of(row, practice)?,
            missed: row.get("missed").map_err(engine)?,
        });
    }
    Ok(found)
}

/// A start is text that begins with its date, so that dates compare with it as text.
const WATCHED: &str = "-- load_watched
    select booking.*, exists (
            select 1 from booking_report
            where practice = booking.practice and booking = booking.booking
                and change = 'did not attend'
        ) as missed
    from booking
    where practice = :practice and state = 'confirmed' and start_local >= :from
        and (:before is null or start_local < :before)
        and (:resource is null or resource = :resource)
        and (:after_start is null or (start_local, booking) > (:after_start, :after_booking))
        and not exists (
            select 1 from booking_report
            where practice = booking.practice and booking = booking.booking
                and change = 'cancelled'
        )
    order by start_local, booking
    limit :most";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::sqlite::tests::open;

    #[test]
    fn a_stretch_of_days_is_read_by_an_index() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(&dir.path().join("ledger.db"));
        let mut plan = store
            .connection
            .prepare(&format!("explain query plan {WATCHED}"))
            .unwrap();
        let mut rows = plan.raw_query();
        let mut steps = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            steps.push(row.get::<_, String>(3).unwrap());
        }
        let expected = "using index booking_confirmed (practice=? and start_local>?)";
        assert!(steps[0].to_lowercase().contains(expected), "{steps:?}");
        assert!(steps.iter().all(|step| !step.contains("SCAN")), "{steps:?}");
    }
}
