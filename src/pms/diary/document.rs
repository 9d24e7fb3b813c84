//! Documents: those that the practice offers with an appointment, and those of its patients.
//!
//! A document of tens of megabytes is written and read a piece at a time, so that no copy of it is
//! made on the way: neither by the engine nor here.

use std::io::{Read as _, Write as _};

use chrono::{DateTime, NaiveDateTime, Utc};
use rusqlite::{Connection, MAIN_DB, OptionalExtension, Row, params};

use super::DiaryError;
use super::appointment::number_of;
use super::location::Served;
use super::patient::load_number;
use crate::domain::booking::{Place, RejectReason};
use crate::domain::document::{Attachment, Content, Document, DocumentType};
use crate::domain::id::{AttachmentKey, PmsAppointmentId, PmsDocumentId};
use crate::domain::redacted::Redacted;

/// How much is written or read at once, in bytes.
const PIECE: usize = 64 * 1024;

const STAMP: &str = "%Y-%m-%dT%H:%M:%SZ";

/// What reception offers with an appointment.
#[derive(Debug)]
pub struct Paper {
    /// The appointment.
    pub appointment: PmsAppointmentId,
    /// What kind of document it is.
    pub kind: DocumentType,
    /// Its name.
    pub name: Redacted<String>,
    /// What it is about.
    pub description: Option<Redacted<String>>,
    /// Its MIME type.
    pub format: String,
    /// What stands in it.
    pub content: Content,
}

/// Reads which documents are offered with an appointment of the locations served, to its own patient.
pub(super) fn load_offered(
    connection: &Connection,
    served: &Served,
    place: &Place,
) -> Result<Vec<Document>, DiaryError> {
    let numbers: Vec<i64> = place.appointments.iter().filter_map(number_of).collect();
    connection
        .prepare(
            "-- name: documents offered with an appointment
             select d.id, d.kind, d.name, d.description, d.format, length(d.content),
                    d.created_at, d.updated_at
             from documents d
                 join appointments a on a.id = d.appointment and a.patient = d.patient
                 join patients p on p.number = a.patient
                 join resources r on r.id = a.resource
             where d.kind is not null and p.id = ?2
                 and a.id in (select value from json_each(?1))
                 and (?3 is null or r.location in (select value from json_each(?3)))
             order by d.id",
        )?
        .query_and_then(
            params![
                serde_json::json!(numbers).to_string(),
                place.patient.as_str(),
                served.parameter()
            ],
            read_document,
        )?
        .collect()
}

fn read_document(row: &Row<'_>) -> Result<Document, DiaryError> {
    let number: i64 = row.get(0)?;
    let kind: String = row.get(1)?;
    let name: String = row.get(2)?;
    let description: Option<String> = row.get(3)?;
    let size: i64 = row.get(5)?;
    let created: String = row.get(6)?;
    let updated: Option<String> = row.get(7)?;
    Ok(Document {
        id: document_id(number)?,
        kind: parse_kind(&kind).ok_or_else(|| DiaryError::unreadable("a document's kind"))?,
        name: Some(Redacted::new(name)),
        description: description.map(Redacted::new),
        format: row.get(4)?,
        size: u64::try_from(size).ok(),
        created_at: Some(read_stamp(&created)?),
        updated_at: updated.as_deref().map(read_stamp).transpose()?,
    })
}

/// Reads what stands in an offered document; a patient's own document never leaves the practice.
pub(super) fn load_content(
    connection: &Connection,
    id: &PmsDocumentId,
) -> Result<Option<Content>, DiaryError> {
    let Some(number) = number_in(id) else {
        return Ok(None);
    };
    let sql = "-- name: whether a document is offered
         select 1 from documents where id = ?1 and kind is not null";
    let found: Option<i64> = connection
        .query_row(sql, [number], |row| row.get(0))
        .optional()?;
    found.map(|_| read_content(connection, number)).transpose()
}

/// Reads what stands in a document, whoever's it is.
pub(super) fn read_content(connection: &Connection, number: i64) -> Result<Content, DiaryError> {
    let mut blob = connection.blob_open(MAIN_DB, "documents", "content", number, true)?;
    let mut bytes = Vec::with_capacity(blob.len());
    blob.read_to_end(&mut bytes).map_err(broken)?;
    Ok(Content::new(bytes))
}

fn write_content(
    connection: &Connection,
    number: i64,
    content: &Content,
) -> Result<(), DiaryError> {
    let mut blob = connection.blob_open(MAIN_DB, "documents", "content", number, false)?;
    for piece in content.bytes().chunks(PIECE) {
        blob.write_all(piece).map_err(broken)?;
    }
    blob.close()?;
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn broken(error: std::io::Error) -> DiaryError {
    DiaryError::Engine(error.to_string())
}

/// Puts a patient's document into their record; the same key twice is one document.
pub(super) fn record_attached(
    connection: &Connection,
    key: &AttachmentKey,
    attachment: &Attachment,
) -> Result<PmsDocumentId, DiaryError> {
    let sql = "-- name: the document with this key
         select id from documents where key = ?1";
    let known: Option<i64> = connection
        .query_row(sql, [key.as_str()], |row| row.get(0))
        .optional()?;
    if let Some(known) = known {
        return document_id(known);
    }
    let patient = load_number(connection, &attachment.patient)?.ok_or_else(|| {
        DiaryError::Refused(RejectReason::Refused(
            "the diary does not have the patient named".to_owned(),
        ))
    })?;
    let revealed = |text: &Option<Redacted<String>>| text.as_ref().map(|one| one.reveal().clone());
    connection.execute(
        "-- name: record a patient's document
         insert into documents
             (patient, appointment, name, type, description, format, content, key, created_at)
         values (?1, (select id from appointments where id = ?2 and patient = ?1),
             coalesce(?3, 'Document'), ?4, ?5, coalesce(?6, 'application/octet-stream'),
             zeroblob(?7), ?8, coalesce(?9, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')))",
        params![
            patient,
            attachment.appointment.as_ref().and_then(number_of),
            revealed(&attachment.name),
            attachment.kind,
            revealed(&attachment.description),
            attachment.format,
            length(&attachment.content)?,
            key.as_str(),
            attachment.created_at.map(|at| at.format(STAMP).to_string()),
        ],
    )?;
    let number = connection.last_insert_rowid();
    write_content(connection, number, &attachment.content)?;
    document_id(number)
}

/// Offers a document with an appointment, to its patient; returns its number.
pub(super) fn record_offered(connection: &Connection, paper: &Paper) -> Result<i64, DiaryError> {
    let kind = kind_word(paper.kind);
    let description = paper.description.as_ref();
    let inserted = connection.execute(
        "-- name: offer a document with an appointment
         insert into documents
             (patient, appointment, kind, name, description, format, content, updated_at)
         select patient, id, ?2, ?3, ?4, ?5, zeroblob(?6), strftime('%Y-%m-%dT%H:%M:%SZ', 'now')
         from appointments where id = ?1",
        params![
            number_of(&paper.appointment),
            kind,
            paper.name.reveal(),
            description.map(|text| text.reveal().as_str()),
            paper.format,
            length(&paper.content)?,
        ],
    )?;
    if inserted == 0 {
        return Err(DiaryError::Refused(RejectReason::Refused(format!(
            "the diary has no appointment {}",
            paper.appointment
        ))));
    }
    let number = connection.last_insert_rowid();
    write_content(connection, number, &paper.content)?;
    Ok(number)
}

fn length(content: &Content) -> Result<i32, DiaryError> {
    i32::try_from(content.bytes().len()).map_err(|_| {
        let words = "the document is larger than what the diary can hold";
        DiaryError::Refused(RejectReason::Refused(words.to_owned()))
    })
}

/// The number in a document's id.
pub(super) fn number_in(id: &PmsDocumentId) -> Option<i64> {
    id.as_str().parse().ok()
}

fn document_id(number: i64) -> Result<PmsDocumentId, DiaryError> {
    PmsDocumentId::parse(&number.to_string()).map_err(|_| DiaryError::unreadable("a document's id"))
}

fn read_stamp(text: &str) -> Result<DateTime<Utc>, DiaryError> {
    NaiveDateTime::parse_from_str(text, STAMP)
        .map(|at| at.and_utc())
        .map_err(|_| DiaryError::unreadable("a document's time"))
}

const fn kind_word(kind: DocumentType) -> &'static str {
    match kind {
        DocumentType::Scripts => "scripts",
        DocumentType::Referral => "referral",
    }
}

/// Reads the diary's word for a kind of document.
pub fn parse_kind(word: &str) -> Option<DocumentType> {
    [DocumentType::Scripts, DocumentType::Referral]
        .into_iter()
        .find(|kind| kind_word(*kind) == word)
}
