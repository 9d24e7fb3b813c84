//! Documents that a practice offers and uploads.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::booking::Reason;
use super::utc_text;
use crate::domain::id::{BookingId, PmsDocumentId};
use crate::domain::redacted::Redacted;

/// A document's content, base64 as it travels: up to tens of megabytes.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentContent(String);

impl DocumentContent {
    /// Takes content that is base64 already.
    pub const fn from_base64(text: String) -> Self {
        Self(text)
    }

    /// The content as base64.
    pub fn as_base64(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DocumentContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[document of {} base64 characters]", self.0.len())
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

/// A document that belongs to a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentMetadata {
    /// The booking.
    pub booking: BookingId,
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

/// A document as it is sent, with its content or without.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::healthengine) struct WireDocument<'a> {
    booking_id: i64,
    pms_document_id: &'a str,
    document_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_format: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_content: Option<&'a str>,
}

impl<'a> WireDocument<'a> {
    /// The document as it is sent.
    pub(in crate::healthengine) fn of(
        metadata: &'a DocumentMetadata,
        content: Option<&'a DocumentContent>,
    ) -> Self {
        let revealed =
            |text: &'a Option<Redacted<String>>| text.as_ref().map(|text| text.reveal().as_str());
        Self {
            booking_id: metadata.booking.number(),
            pms_document_id: metadata.id.as_str(),
            document_type: match metadata.kind {
                DocumentType::Scripts => "scripts",
                DocumentType::Referral => "referral",
            },
            document_name: revealed(&metadata.name),
            document_description: revealed(&metadata.description),
            document_format: metadata.format.as_deref(),
            document_size: metadata.size,
            created_at: metadata.created_at.map(utc_text),
            updated_at: metadata.updated_at.map(utc_text),
            document_content: content.map(DocumentContent::as_base64),
        }
    }
}

/// The body that refuses to upload a document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::healthengine) struct RejectUpload<'a> {
    booking_id: i64,
    pms_document_id: &'a str,
    #[serde(flatten)]
    reason: Reason,
}

impl<'a> RejectUpload<'a> {
    /// The refusal as it is sent.
    pub(in crate::healthengine) fn new(
        booking: BookingId,
        document: &'a PmsDocumentId,
        reason: &str,
    ) -> Self {
        Self {
            booking_id: booking.number(),
            pms_document_id: document.as_str(),
            reason: Reason::new(reason),
        }
    }
}
