//! The requests of Healthengine's extra features: they come only to a practice that has the feature
//! enabled, and from then on they must be answered.

use async_trait::async_trait;

use super::practice_client::{PracticeClient, garbled};
use super::send::{Answer, Call};
use super::wire::attach_document::{self, ConfirmAttach, parse_document};
use super::wire::booking::Reason;
use super::wire::client_snapshot::WireSnapshot;
use super::wire::document::{RejectUpload, WireDocument};
use super::wire::feature::parse_feature;
use super::wire::field;
use super::wire::list::{NotAsDefined, body_text};
use super::wire::request::{parse_question, parse_snapshot_request, parse_upload};
use super::{
    AttachDocument, AttachDocumentRequest, BookingQuestion, CallError, ClientSnapshotRequest,
    Feature, UploadDocumentRequest,
};
use crate::domain::client_day::ClientDay;
use crate::domain::document::{Content, Document};
use crate::domain::id::{BookingId, FeatureId, PmsDocumentId, RequestId};

/// What the practice's engine asks of Healthengine's extra features, on behalf of one practice.
#[async_trait]
pub trait ExtraRequests: Send + Sync {
    /// Fetches every extra feature, and whether it is enabled for this practice.
    async fn fetch_features(&self) -> Result<Vec<Feature>, CallError>;

    /// Enables an extra feature: its requests will come. Enabling twice has the effect of once.
    async fn enable_feature(&self, id: &FeatureId) -> Result<(), CallError>;

    /// Disables an extra feature. Disabling twice has the effect of once.
    async fn disable_feature(&self, id: &FeatureId) -> Result<(), CallError>;

    /// Fetches every booking whose documents are to be listed, all pages.
    async fn fetch_available_documents(&self) -> Result<Vec<BookingQuestion>, CallError>;

    /// Fetches every document that is to be uploaded, all pages.
    async fn fetch_upload_documents(&self) -> Result<Vec<UploadDocumentRequest>, CallError>;

    /// Sends which documents bookings have, without their content.
    async fn send_available_documents(
        &self,
        documents: &[(BookingId, Document)],
    ) -> Result<(), CallError>;

    /// Sends a document with its content, which is let go as soon as it stands in the body.
    async fn send_document(
        &self,
        booking: BookingId,
        document: &Document,
        content: Content,
    ) -> Result<(), CallError>;

    /// Answers that a document will not be uploaded; the reason is for Healthengine's support.
    async fn reject_upload(
        &self,
        booking: BookingId,
        document: &PmsDocumentId,
        reason: &str,
    ) -> Result<(), CallError>;

    /// Fetches every document that is to be put into the PMS, without content, all pages.
    async fn fetch_attach_documents(&self) -> Result<Vec<AttachDocumentRequest>, CallError>;

    /// Fetches a document with its content; a refusal as gone means: drop the request.
    async fn fetch_attach_document(&self, request: RequestId) -> Result<AttachDocument, CallError>;

    /// Answers that the document stands in the PMS, with its id there where it has one.
    async fn confirm_attach_document(
        &self,
        request: RequestId,
        document: Option<&PmsDocumentId>,
    ) -> Result<(), CallError>;

    /// Answers that it does not; the reason is for Healthengine's support.
    async fn reject_attach_document(
        &self,
        request: RequestId,
        reason: &str,
    ) -> Result<(), CallError>;

    /// Fetches every day of which a client snapshot is wanted, all pages.
    async fn fetch_client_snapshots(&self) -> Result<Vec<ClientSnapshotRequest>, CallError>;

    /// Sends a client snapshot: what is missing from its lists is deleted at Healthengine.
    async fn send_client_snapshot(&self, day: &ClientDay) -> Result<(), CallError>;
}

#[async_trait]
impl ExtraRequests for PracticeClient {
    async fn fetch_features(&self) -> Result<Vec<Feature>, CallError> {
        let url = self.url("/features");
        self.fetch_list("getFeatures", url, |raw| parse_feature(&field::value(raw)?))
            .await
    }

    async fn enable_feature(&self, id: &FeatureId) -> Result<(), CallError> {
        let url = self.url(&format!("/features/{id}/enable"));
        let call = Call::write("enableFeature", url);
        self.send(call).await.map(drop)
    }

    async fn disable_feature(&self, id: &FeatureId) -> Result<(), CallError> {
        let url = self.url(&format!("/features/{id}/disable"));
        let call = Call::write("disableFeature", url);
        self.send(call).await.map(drop)
    }

    async fn fetch_available_documents(&self) -> Result<Vec<BookingQuestion>, CallError> {
        let operation = "availableDocumentsRequests";
        let url = self.url("/requests/availableDocuments");
        self.fetch_pages(operation, url, parse_question, Clone::clone)
            .await
    }

    async fn fetch_upload_documents(&self) -> Result<Vec<UploadDocumentRequest>, CallError> {
        let operation = "uploadDocumentsRequests";
        let url = self.url("/requests/uploadDocuments");
        self.fetch_pages(operation, url, parse_upload, Clone::clone)
            .await
    }

    async fn send_available_documents(
        &self,
        documents: &[(BookingId, Document)],
    ) -> Result<(), CallError> {
        let url = self.url("/documents/available");
        let body: Vec<_> = documents
            .iter()
            .map(|(booking, document)| WireDocument::of(*booking, document, None))
            .collect();
        let call = Call::post("availableDocuments", url, &body)?.about_a_person();
        self.send(call).await.map(drop)
    }

    async fn send_document(
        &self,
        booking: BookingId,
        document: &Document,
        content: Content,
    ) -> Result<(), CallError> {
        let url = self.url("/documents/upload");
        let document = document.clone();
        let sizes = (
            content.bytes().len(),
            self.connection().shared().limits.gzip_from,
        );
        let call = Call::post_document("uploadDocument", url, sizes, move |out| {
            let body = WireDocument::of(booking, &document, Some(&content));
            serde_json::to_writer(out, &body).map_err(Into::into)
        });
        let call = call.await?.about_a_person();
        self.send(call).await.map(drop)
    }

    async fn reject_upload(
        &self,
        booking: BookingId,
        document: &PmsDocumentId,
        reason: &str,
    ) -> Result<(), CallError> {
        let url = self.url("/documents/rejectUpload");
        let body = RejectUpload::new(booking, document, reason);
        self.post("rejectUploadDocument", url, &body).await
    }

    async fn fetch_attach_documents(&self) -> Result<Vec<AttachDocumentRequest>, CallError> {
        let operation = "attachDocumentRequests";
        let url = self.url("/requests/attachDocuments");
        self.fetch_pages(operation, url, attach_document::parse_request, |document| {
            document.request
        })
        .await
    }

    async fn fetch_attach_document(&self, request: RequestId) -> Result<AttachDocument, CallError> {
        let operation = "getAttachDocument";
        let url = self.url(&format!("/attachDocuments/{request}"));
        let call = Call::read(operation, url).answer(Answer::Document);
        let body = self.send(call).await?;
        // Tens of megabytes take their time to be decoded: other practices' polls go on meanwhile.
        let parsed = tokio::task::spawn_blocking(move || parse_document(&body_text(&body))).await;
        parsed
            .unwrap_or(Err(NotAsDefined))
            .map_err(garbled(operation))
    }

    async fn confirm_attach_document(
        &self,
        request: RequestId,
        document: Option<&PmsDocumentId>,
    ) -> Result<(), CallError> {
        let url = self.url(&format!("/attachDocuments/{request}/confirmInsert"));
        let body = ConfirmAttach::new(document);
        self.post("confirmAttachDocument", url, &body).await
    }

    async fn reject_attach_document(
        &self,
        request: RequestId,
        reason: &str,
    ) -> Result<(), CallError> {
        let url = self.url(&format!("/attachDocuments/{request}/rejectInsert"));
        self.post("rejectAttachDocument", url, &Reason::new(reason))
            .await
    }

    async fn fetch_client_snapshots(&self) -> Result<Vec<ClientSnapshotRequest>, CallError> {
        let operation = "clientSnapshotsRequests";
        let url = self.url("/requests/clientSnapshots");
        self.fetch_pages(operation, url, parse_snapshot_request, |request| *request)
            .await
    }

    async fn send_client_snapshot(&self, day: &ClientDay) -> Result<(), CallError> {
        let url = self.url("/clientSnapshot");
        let body = WireSnapshot::of(day);
        let call = Call::post("sendClientSnapshot", url, &body)?.about_a_person();
        self.send(call).await.map(drop)
    }
}
