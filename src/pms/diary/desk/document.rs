//! Documents as reception uses them: offered with an appointment, listed, saved to a file.
//!
//! A document ([`DocumentLine`]) has, as `--json` prints it: `id`, `patient`, `patient_name`,
//! `appointment` (null: it belongs to none), `kind` (scripts or referral; null: its patient handed
//! it in), `type` (what Healthengine calls that), `name`, `description`, `format`, `size` (bytes),
//! `key` (null when reception made it), `created_at` and `updated_at` (UTC).

use std::fmt;

use rusqlite::OptionalExtension;
use serde::Serialize;

use super::{Desk, no};
use crate::domain::document::Content;
use crate::domain::id::PmsDocumentId;
use crate::pms::diary::DiaryError;
use crate::pms::diary::document::{Paper, number_in, read_content, record_offered};

/// A document as reception sees it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct DocumentLine {
    /// The diary's id.
    pub id: String,
    /// The patient's id.
    pub patient: String,
    /// The patient's given name and surname.
    pub patient_name: String,
    /// The appointment's id, where it belongs to one.
    pub appointment: Option<String>,
    /// What kind of offer it is; `None`: its patient handed it in.
    pub kind: Option<String>,
    /// What kind it is in Healthengine's words, where its patient handed it in.
    #[serde(rename = "type")]
    pub of: Option<String>,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Its MIME type.
    pub format: String,
    /// Its size in bytes.
    pub size: i64,
    /// The key of the request that brought it.
    pub key: Option<String>,
    /// When it was made, UTC.
    pub created_at: String,
    /// When it was last written anew, UTC.
    pub updated_at: Option<String>,
}

impl fmt::Debug for DocumentLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocumentLine({} of {})", self.id, self.patient)
    }
}

impl Desk {
    /// Offers a document with an appointment; returns its id.
    pub fn offer(&mut self, paper: &Paper) -> Result<String, DiaryError> {
        self.write(|diary| record_offered(diary, paper))
            .map(|number| number.to_string())
    }

    /// Reads every document, without what stands in it.
    pub fn documents(&self) -> Result<Vec<DocumentLine>, DiaryError> {
        self.connection
            .prepare(
                "-- name: every document
                 select d.id, p.id, trim(coalesce(p.given_name, '') || ' ' || coalesce(p.surname, '')),
                     d.appointment, d.kind, d.type, d.name, d.description, d.format,
                     length(d.content), d.key, d.created_at, d.updated_at
                 from documents d join patients p on p.number = d.patient
                 order by d.id",
            )?
            .query_and_then([], |row| {
                let number: i64 = row.get(0)?;
                let appointment: Option<i64> = row.get(3)?;
                Ok(DocumentLine {
                    id: number.to_string(),
                    patient: row.get(1)?,
                    patient_name: row.get(2)?,
                    appointment: appointment.map(|number| number.to_string()),
                    kind: row.get(4)?,
                    of: row.get(5)?,
                    name: row.get(6)?,
                    description: row.get(7)?,
                    format: row.get(8)?,
                    size: row.get(9)?,
                    key: row.get(10)?,
                    created_at: row.get(11)?,
                    updated_at: row.get(12)?,
                })
            })?
            .collect()
    }

    /// Reads what stands in a document.
    pub fn content(&self, id: &PmsDocumentId) -> Result<Content, DiaryError> {
        let sql = "-- name: whether there is a document
             select id from documents where id = ?1";
        let found: Option<i64> = self
            .connection
            .query_row(sql, [number_in(id)], |row| row.get(0))
            .optional()?;
        let number = found.ok_or_else(|| no(format!("the diary has no document {id}")))?;
        read_content(&self.connection, number)
    }
}
