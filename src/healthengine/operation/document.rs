//! Documents that a practice offers and uploads (extra feature `documents`).

use crate::domain::id::{BookingId, PmsDocumentId};
use crate::healthengine::error::CallError;
use crate::healthengine::practice_client::PracticeClient;
use crate::healthengine::send::Call;
use crate::healthengine::wire::document::{
    DocumentContent, DocumentMetadata, RejectUpload, WireDocument,
};

impl PracticeClient {
    /// Sends which documents there are, without their content.
    pub async fn send_available_documents(
        &self,
        documents: &[DocumentMetadata],
    ) -> Result<(), CallError> {
        let url = self.url("/documents/available");
        let body: Vec<_> = documents
            .iter()
            .map(|document| WireDocument::of(document, None))
            .collect();
        let call = Call::post("availableDocuments", url, &body)?.about_a_person();
        self.send(call).await.map(drop)
    }

    /// Sends a document with its content.
    pub async fn send_document(
        &self,
        document: &DocumentMetadata,
        content: &DocumentContent,
    ) -> Result<(), CallError> {
        let url = self.url("/documents/upload");
        let body = WireDocument::of(document, Some(content));
        let call = Call::post("uploadDocument", url, &body)?
            .about_a_person()
            .with_document();
        self.send(call).await.map(drop)
    }

    /// Answers that a document will not be uploaded; the reason is for Healthengine's support.
    pub async fn reject_upload(
        &self,
        booking: BookingId,
        document: &PmsDocumentId,
        reason: &str,
    ) -> Result<(), CallError> {
        let url = self.url("/documents/rejectUpload");
        let body = RejectUpload::new(booking, document, reason);
        self.post("rejectUploadDocument", url, &body).await
    }
}
