//! The lists of requests of the extra kinds.

use crate::healthengine::error::CallError;
use crate::healthengine::practice_client::PracticeClient;
use crate::healthengine::wire::attach_document::{self, AttachDocumentRequest};
use crate::healthengine::wire::request::{
    BookingQuestion, ClientSnapshotRequest, UploadDocumentRequest, parse_question,
    parse_snapshot_request, parse_upload,
};

impl PracticeClient {
    /// Fetches every booking whose appointment may have changed, all pages.
    pub async fn fetch_pms_appointment_changes(&self) -> Result<Vec<BookingQuestion>, CallError> {
        let operation = "pmsAppointmentChangeRequests";
        let url = self.url("/requests/pmsAppointmentChanges");
        self.fetch_pages(operation, url, parse_question, Clone::clone)
            .await
    }

    /// Fetches every booking whose documents are to be listed, all pages.
    pub async fn fetch_available_documents(&self) -> Result<Vec<BookingQuestion>, CallError> {
        let operation = "availableDocumentsRequests";
        let url = self.url("/requests/availableDocuments");
        self.fetch_pages(operation, url, parse_question, Clone::clone)
            .await
    }

    /// Fetches every document that is to be uploaded, all pages.
    pub async fn fetch_upload_documents(&self) -> Result<Vec<UploadDocumentRequest>, CallError> {
        let operation = "uploadDocumentsRequests";
        let url = self.url("/requests/uploadDocuments");
        self.fetch_pages(operation, url, parse_upload, Clone::clone)
            .await
    }

    /// Fetches every day of which a client snapshot is wanted, all pages.
    pub async fn fetch_client_snapshots(&self) -> Result<Vec<ClientSnapshotRequest>, CallError> {
        let operation = "clientSnapshotsRequests";
        let url = self.url("/requests/clientSnapshots");
        self.fetch_pages(operation, url, parse_snapshot_request, |request| *request)
            .await
    }

    /// Fetches every document that is to be put into the PMS, without content, all pages.
    pub async fn fetch_attach_documents(&self) -> Result<Vec<AttachDocumentRequest>, CallError> {
        let operation = "attachDocumentRequests";
        let url = self.url("/requests/attachDocuments");
        self.fetch_pages(operation, url, attach_document::parse_request, |document| {
            document.request
        })
        .await
    }
}
