//! Documents in both directions, and client snapshots.

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::features::Feature;
use super::{Refused, State};
use crate::sandbox::base64;
use crate::sandbox::book::utc_text;
use crate::sandbox::fields::Broken;
use crate::sandbox::request::Attachment;
use crate::sandbox::wire::client_snapshot::ClientSnapshot;
use crate::sandbox::wire::document::DocumentRef;

/// A practice's documents and client snapshots.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Documents {
    pub(in crate::sandbox) listed: Vec<DocumentRef>,
    pub(in crate::sandbox) uploaded: Vec<(DocumentRef, usize)>,
    pub(in crate::sandbox) refused: Vec<DocumentRef>,
    pub(in crate::sandbox) attachments: BTreeMap<i64, Attached>,
    pub(in crate::sandbox) client_snapshots: Vec<ClientSnapshot>,
}

/// A document that a patient gave Healthengine, and what became of it.
#[derive(Debug)]
pub(in crate::sandbox) struct Attached {
    attachment: Attachment,
    content: Vec<u8>,
    hash: String,
    created_at: DateTime<Utc>,
    pub(in crate::sandbox) outcome: Option<Outcome>,
}

/// What became of a document that was to be attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox) enum Outcome {
    Inserted(Option<String>),
    Refused,
}

impl Attached {
    /// A document that waits from now on.
    pub(in crate::sandbox) fn new(mut attachment: Attachment, now: DateTime<Utc>) -> Self {
        let content = match attachment.bytes {
            Some(length) => noise(length),
            None => std::mem::take(&mut attachment.content).into_bytes(),
        };
        let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &content);
        let hex = hash.as_ref().iter().fold(String::new(), |mut hex, byte| {
            for half in [byte >> 4, byte & 15] {
                hex.extend(char::from_digit(u32::from(half), 16));
            }
            hex
        });
        Self {
            hash: attachment.hash.take().unwrap_or(hex),
            attachment,
            content,
            created_at: now,
            outcome: None,
        }
    }

    fn metadata(&self, request: i64) -> Value {
        json!({
            "pmsPatientId": self.attachment.pms_patient_id,
            "pmsAppointmentId": self.attachment.pms_appointment_id,
            "bookingId": self.attachment.booking,
            "documentId": format!("document-{request}"),
            "documentType": "NEW PATIENT FORM",
            "documentName": self.attachment.name.as_deref().unwrap_or("New Patient Form"),
            "documentDescription": "",
            "documentFormat": "text/plain",
            "documentSize": self.content.len(),
            "documentHash": self.hash,
            "createdAt": utc_text(self.created_at),
        })
    }
}

/// So many bytes that cannot be made smaller, as in a picture; the same ones each time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut bytes = Vec::with_capacity(length.saturating_add(8));
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

impl Documents {
    /// The documents that wait to be attached, without their content.
    pub(super) fn waiting_attachments(&self) -> Vec<Value> {
        self.attachments
            .iter()
            .filter(|(_, attached)| attached.outcome.is_none())
            .map(|(&request, attached)| {
                let mut wire = attached.metadata(request);
                if let Some(fields) = wire.as_object_mut() {
                    fields.insert("requestId".to_owned(), json!(request));
                }
                wire
            })
            .collect()
    }
}

const NOT_ENABLED: Refused = Refused::Forbidden("the feature is not enabled");
const NO_DOCUMENT: Refused = Refused::NotFound("no such document");

impl State {
    /// Refuses unless the feature is on.
    pub(in crate::sandbox) fn needs(&self, feature: Feature) -> Result<(), Refused> {
        if self.features.is_enabled(feature) {
            Ok(())
        } else {
            Err(NOT_ENABLED)
        }
    }

    /// Takes a list of available documents.
    pub(in crate::sandbox) fn list_documents(
        &mut self,
        documents: Vec<DocumentRef>,
    ) -> Result<(), Refused> {
        if let Some(index) = documents
            .iter()
            .position(|document| !self.bookings.contains_key(&document.booking))
        {
            let path = format!("[{index}].bookingId");
            return Err(Broken::at(&path, "must be a booking of the practice").into());
        }
        self.asked
            .available_documents
            .retain(|asked| !documents.iter().any(|document| document.booking == *asked));
        self.documents.listed.extend(documents);
        Ok(())
    }

    /// Takes a document.
    pub(in crate::sandbox) fn upload_document(
        &mut self,
        document: DocumentRef,
        size: usize,
    ) -> Result<(), Refused> {
        if !self.bookings.contains_key(&document.booking) {
            return Err(Refused::NotFound("no such booking"));
        }
        self.end_upload(&document);
        self.documents.uploaded.push((document, size));
        Ok(())
    }

    /// Takes the rejection of a requested document.
    pub(in crate::sandbox) fn reject_upload(&mut self, document: DocumentRef) {
        self.end_upload(&document);
        self.documents.refused.push(document);
    }

    fn end_upload(&mut self, document: &DocumentRef) {
        self.asked.uploads.retain(|(booking, wanted)| {
            *booking != document.booking || *wanted != document.document
        });
    }

    /// Takes a client snapshot.
    pub(in crate::sandbox) fn store_client_snapshot(&mut self, snapshot: ClientSnapshot) {
        self.asked.client_snapshots.retain(|(date, date_type)| {
            *date != snapshot.date || date_type.word() != snapshot.date_type
        });
        self.documents.client_snapshots.push(snapshot);
    }

    fn attached(&mut self, request: i64) -> Result<&mut Attached, Refused> {
        if !self.features.is_enabled(Feature::AttachDocuments) {
            return Err(NO_DOCUMENT);
        }
        let attached = self
            .documents
            .attachments
            .get_mut(&request)
            .ok_or(NO_DOCUMENT)?;
        // Rule: 410 once it was handled.
        if attached.outcome.is_some() {
            return Err(Refused::Gone("the document was handled already"));
        }
        Ok(attached)
    }

    /// A document with its content.
    pub(in crate::sandbox) fn attachment(&mut self, request: i64) -> Result<Value, Refused> {
        let attached = self.attached(request)?;
        let mut wire = attached.metadata(request);
        if let Some(fields) = wire.as_object_mut() {
            let content = base64::encode(&attached.content);
            fields.insert("documentContent".to_owned(), json!(content));
        }
        Ok(wire)
    }

    /// Takes what became of a document.
    pub(in crate::sandbox) fn settle_attachment(
        &mut self,
        request: i64,
        outcome: Outcome,
    ) -> Result<(), Refused> {
        self.attached(request)?.outcome = Some(outcome);
        Ok(())
    }
}
