//! Documents that a practice offers and uploads.

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};

use super::booking::Reason;
use super::utc_text;
use crate::domain::document::{Content, Document, DocumentType};
use crate::domain::id::{BookingId, PmsDocumentId};
use crate::domain::redacted::Redacted;

/// Content on its way into a body: becomes base64 while it is written, so that no second copy of
/// tens of megabytes is made.
struct AsBase64<'a>(&'a Content);

impl Serialize for AsBase64<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(self.0.bytes(), &STANDARD))
    }
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
    document_content: Option<AsBase64<'a>>,
}

impl<'a> WireDocument<'a> {
    /// The document as it is sent.
    pub(in crate::healthengine) fn of(
        booking: BookingId,
        document: &'a Document,
        content: Option<&'a Content>,
    ) -> Self {
        let revealed =
            |text: &'a Option<Redacted<String>>| text.as_ref().map(|text| text.reveal().as_str());
        Self {
            booking_id: booking.number(),
            pms_document_id: document.id.as_str(),
            document_type: match document.kind {
                DocumentType::Scripts => "scripts",
                DocumentType::Referral => "referral",
            },
            document_name: revealed(&document.name),
            document_description: revealed(&document.description),
            document_format: document.format.as_deref(),
            document_size: document.size,
            created_at: document.created_at.map(utc_text),
            updated_at: document.updated_at.map(utc_text),
            document_content: content.map(AsBase64),
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
