//! Documents that patients hand in, to be put into the PMS.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::content::decode;
use super::field::{self, BadElement, Fields};
use super::list::NotAsDefined;
use crate::domain::document::Content;
use crate::domain::id::{BookingId, PmsAppointmentId, PmsDocumentId, PmsPatientId, RequestId};
use crate::domain::redacted::Redacted;

/// What is known of a document that a patient handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachDocumentMetadata {
    /// The PMS's id of the patient.
    pub pms_patient: Option<PmsPatientId>,
    /// The PMS's id of the appointment, where it belongs to one.
    pub appointment: Option<PmsAppointmentId>,
    /// The booking, where it belongs to one.
    pub booking: Option<BookingId>,
    /// Healthengine's id of the document.
    pub document_id: Option<String>,
    /// What kind it is, in Healthengine's words.
    pub kind: Option<String>,
    /// Its name.
    pub name: Option<Redacted<String>>,
    /// What it is about.
    pub description: Option<Redacted<String>>,
    /// Its MIME type.
    pub format: Option<String>,
    /// Its size in bytes, before base64.
    pub size: Option<u64>,
    /// Its SHA-1, in hexadecimal digits.
    pub hash: Option<String>,
    /// When it was made, UTC.
    pub created_at: Option<DateTime<Utc>>,
}

/// A document that waits to be put into the PMS; its content is fetched on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachDocumentRequest {
    /// The request's id, sequential in relation to other requests.
    pub request: RequestId,
    /// What is known of the document.
    pub metadata: AttachDocumentMetadata,
}

/// A document that a patient handed in, with its content.
#[derive(Debug, PartialEq, Eq)]
pub struct AttachDocument {
    /// What is known of it.
    pub metadata: AttachDocumentMetadata,
    /// Its content.
    pub content: Content,
}

fn metadata(fields: &Fields<'_>) -> AttachDocumentMetadata {
    AttachDocumentMetadata {
        pms_patient: fields.id("pmsPatientId", PmsPatientId::parse),
        appointment: fields.id("pmsAppointmentId", PmsAppointmentId::parse),
        booking: fields.integer("bookingId").map(BookingId::new),
        document_id: fields.text("documentId"),
        kind: fields.text("documentType"),
        name: fields.personal("documentName"),
        description: fields.personal("documentDescription"),
        format: fields.text("documentFormat"),
        size: fields
            .integer("documentSize")
            .and_then(|size| u64::try_from(size).ok()),
        hash: fields.text("documentHash"),
        created_at: fields.utc("createdAt"),
    }
}

/// Parses an element of the list of documents that wait.
pub(in crate::healthengine) fn parse_request(
    raw: &RawValue,
) -> Result<AttachDocumentRequest, BadElement> {
    let value = field::value(raw)?;
    let fields = Fields::of(&value).ok_or_else(|| BadElement::field("the request", "an object"))?;
    Ok(AttachDocumentRequest {
        request: fields
            .integer("requestId")
            .map(RequestId::new)
            .ok_or_else(|| BadElement::field("requestId", "a whole number"))?,
        metadata: metadata(&fields),
    })
}

/// Parses a document with its content, which is decoded without another copy of its text.
pub(in crate::healthengine) fn parse_document(text: &str) -> Result<AttachDocument, NotAsDefined> {
    #[derive(Deserialize)]
    struct Whole<'a> {
        #[serde(rename = "documentContent", borrow)]
        content: &'a RawValue,
        #[serde(flatten)]
        rest: Map<String, Value>,
    }
    let whole: Whole<'_> = serde_json::from_str(text).map_err(|_| NotAsDefined)?;
    let content = decode(whole.content.get()).ok_or(NotAsDefined)?;
    Ok(AttachDocument {
        metadata: metadata(&Fields::from(&whole.rest)),
        content: Content::new(content),
    })
}

/// The body that confirms a document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::healthengine) struct ConfirmAttach<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pms_document_id: Option<&'a str>,
}

impl<'a> ConfirmAttach<'a> {
    /// The PMS's id of the document, where it has one.
    pub(in crate::healthengine) fn new(document: Option<&'a PmsDocumentId>) -> Self {
        Self {
            pms_document_id: document.map(PmsDocumentId::as_str),
        }
    }
}
