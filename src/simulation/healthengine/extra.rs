//! The extra features of the model: none is enabled, so nothing is asked of them.

use crate::domain::client_day::ClientDay;
use crate::domain::document::{Content, Document};
use crate::domain::id::{BookingId, FeatureId, PmsDocumentId, RequestId};
use crate::healthengine::{
    AttachDocument, AttachDocumentRequest, BookingQuestion, CallError, ClientSnapshotRequest,
    ExtraRequests, Feature, Refusal, UploadDocumentRequest, Verdict,
};
use async_trait::async_trait;

use super::{HealthengineModel, failure};

fn unknown<T>() -> Result<T, CallError> {
    Err(failure(Verdict::Refused(Refusal::NotFound)))
}

#[async_trait]
impl ExtraRequests for HealthengineModel {
    async fn fetch_features(&self) -> Result<Vec<Feature>, CallError> {
        Ok(Vec::new())
    }

    async fn enable_feature(&self, _id: &FeatureId) -> Result<(), CallError> {
        unknown()
    }

    async fn disable_feature(&self, _id: &FeatureId) -> Result<(), CallError> {
        unknown()
    }

    async fn fetch_available_documents(&self) -> Result<Vec<BookingQuestion>, CallError> {
        Ok(Vec::new())
    }

    async fn fetch_upload_documents(&self) -> Result<Vec<UploadDocumentRequest>, CallError> {
        Ok(Vec::new())
    }

    async fn send_available_documents(
        &self,
        _documents: &[(BookingId, Document)],
    ) -> Result<(), CallError> {
        unknown()
    }

    async fn send_document(
        &self,
        _booking: BookingId,
        _document: &Document,
        _content: &Content,
    ) -> Result<(), CallError> {
        unknown()
    }

    async fn reject_upload(
        &self,
        _booking: BookingId,
        _document: &PmsDocumentId,
        _reason: &str,
    ) -> Result<(), CallError> {
        unknown()
    }

    async fn fetch_attach_documents(&self) -> Result<Vec<AttachDocumentRequest>, CallError> {
        Ok(Vec::new())
    }

    async fn fetch_attach_document(
        &self,
        _request: RequestId,
    ) -> Result<AttachDocument, CallError> {
        unknown()
    }

    async fn confirm_attach_document(
        &self,
        _request: RequestId,
        _document: Option<&PmsDocumentId>,
    ) -> Result<(), CallError> {
        unknown()
    }

    async fn reject_attach_document(
        &self,
        _request: RequestId,
        _reason: &str,
    ) -> Result<(), CallError> {
        unknown()
    }

    async fn fetch_client_snapshots(&self) -> Result<Vec<ClientSnapshotRequest>, CallError> {
        Ok(Vec::new())
    }

    async fn send_client_snapshot(&self, _day: &ClientDay) -> Result<(), CallError> {
        unknown()
    }
}
