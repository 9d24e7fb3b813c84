//! Documents: what became of those that patients handed in, and which lists were sent.

use rusqlite::{Connection, OptionalExtension, params};

use super::{engine, unreadable, word};
use crate::domain::document::{AttachmentRecord, AttachmentState, ListFingerprint, OfferRecord};
use crate::domain::id::{BookingId, PmsDocumentId, PracticeId, RequestId};
use crate::ledger::LedgerError;

pub(super) fn record_attachment(
    connection: &Connection,
    practice: &PracticeId,
    record: &AttachmentRecord,
) -> rusqlite::Result<()> {
    let (state, document, words) = match &record.state {
        AttachmentState::Inserting => ("inserting", None, None),
        AttachmentState::Inserted(document) => ("inserted", Some(document.as_str()), None),
        AttachmentState::Refused(words) => ("refused", None, Some(words.as_str())),
    };
    let mut statement = connection.prepare(
        "-- record_attachment
        insert into attachment (practice, request, state, document, words, changed_at)
        values (?1, ?2, ?3, ?4, ?5, ?6)
        on conflict (practice, request) do update
        set state = excluded.state, document = excluded.document, words = excluded.words,
            changed_at = excluded.changed_at",
    )?;
    statement.execute(params![
        practice.as_str(),
        record.request.number(),
        state,
        document,
        words,
        word::instant(record.changed_at),
    ])?;
    Ok(())
}

/// State, document, words and time of a row.
type AttachmentColumns = (String, Option<String>, Option<String>, String);

pub(super) fn attachment(
    connection: &Connection,
    practice: &PracticeId,
    request: RequestId,
) -> Result<Option<AttachmentRecord>, LedgerError> {
    let sql = "-- load_attachment
        select state, document, words, changed_at from attachment
        where practice = ?1 and request = ?2";
    let row: Option<AttachmentColumns> = connection
        .query_row(sql, params![practice.as_str(), request.number()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()
        .map_err(engine)?;
    let Some((state, document, words, changed_at)) = row else {
        return Ok(None);
    };
    let lost = |column| unreadable("attachment", practice, request, column);
    let document = document.map(|id| PmsDocumentId::parse(&id)).transpose();
    let document = document.map_err(|_| lost("document"))?;
    let state = match (state.as_str(), document, words) {
        ("inserting", _, _) => AttachmentState::Inserting,
        ("inserted", Some(document), _) => AttachmentState::Inserted(document),
        ("refused", _, Some(words)) => AttachmentState::Refused(words),
        _ => return Err(lost("state")),
    };
    Ok(Some(AttachmentRecord {
        request,
        state,
        changed_at: word::parse_instant(&changed_at).ok_or_else(|| lost("changed_at"))?,
    }))
}

pub(super) fn record_offer(
    connection: &Connection,
    practice: &PracticeId,
    record: &OfferRecord,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(
        "-- record_offer
        insert into booking_documents (practice, booking, fingerprint, changed_at)
        values (?1, ?2, ?3, ?4)
        on conflict (practice, booking) do update
        set fingerprint = excluded.fingerprint, changed_at = excluded.changed_at",
    )?;
    statement.execute(params![
        practice.as_str(),
        record.booking.number(),
        record.fingerprint.0,
        word::instant(record.changed_at),
    ])?;
    Ok(())
}

pub(super) fn offer(
    connection: &Connection,
    practice: &PracticeId,
    booking: BookingId,
) -> Result<Option<OfferRecord>, LedgerError> {
    let sql = "-- load_offer
        select fingerprint, changed_at from booking_documents
        where practice = ?1 and booking = ?2";
    let row: Option<([u8; 8], String)> = connection
        .query_row(sql, params![practice.as_str(), booking.number()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()
        .map_err(engine)?;
    let Some((fingerprint, changed_at)) = row else {
        return Ok(None);
    };
    let lost = |column| unreadable("booking_documents", practice, booking, column);
    Ok(Some(OfferRecord {
        booking,
        fingerprint: ListFingerprint(fingerprint),
        changed_at: word::parse_instant(&changed_at).ok_or_else(|| lost("changed_at"))?,
    }))
}
