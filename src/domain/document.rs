//! Documents: those that a practice offers with a booking, and those that patients hand in.

use std::fmt;

use chrono::{DateTime, Utc};

use super::id::{PmsAppointmentId, PmsDocumentId, PmsPatientId};
use super::redacted::Redacted;

/// What stands in a document: up to tens of megabytes, so it is moved and never copied.
#[derive(PartialEq, Eq)]
pub struct Content(Vec<u8>);

impl Content {
    /// Takes a document's bytes.
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The document's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The document's bytes, given away.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[document of {} bytes]", self.0.len())
    }
}

/// What kind of document a practice offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentType {
    /// Prescriptions.
    Scripts,
    /// A referral.
    Referral,
}

/// A document of the practice that belongs to an appointment, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The PMS's id of the document.
    pub id: PmsDocumentId,
    /// What kind it is.
    pub kind: DocumentType,
    /// Its name.
    pub name: Option<Redacted<String>>,
    /// What it is about.
    pub description: Option<Redacted<String>>,
    /// Its MIME type.
    pub format: Option<String>,
    /// Its size in bytes, before base64.
    pub size: Option<u64>,
    /// When it was made, UTC.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last changed, UTC.
    pub updated_at: Option<DateTime<Utc>>,
}

/// A document that a patient handed in, to be put into the PMS.
#[derive(Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Whose it is.
    pub patient: PmsPatientId,
    /// The appointment that it belongs to, where it belongs to one.
    pub appointment: Option<PmsAppointmentId>,
    /// What kind it is, in Healthengine's words.
    pub kind: Option<String>,
    /// Its name.
    pub name: Option<Redacted<String>>,
    /// What it is about.
    pub description: Option<Redacted<String>>,
    /// Its MIME type.
    pub format: Option<String>,
    /// When it was made, UTC.
    pub created_at: Option<DateTime<Utc>>,
    /// What stands in it.
    pub content: Content,
}
