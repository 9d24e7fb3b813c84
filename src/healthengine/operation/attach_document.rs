//! Documents that patients hand in (extra feature `attachDocuments`).

use crate::domain::id::{PmsDocumentId, RequestId};
use crate::healthengine::error::CallError;
use crate::healthengine::practice_client::{PracticeClient, garbled};
use crate::healthengine::send::{Answer, Call};
use crate::healthengine::wire::attach_document::{AttachDocument, ConfirmAttach, parse_document};
use crate::healthengine::wire::booking::Reason;
use crate::healthengine::wire::list::body_text;

impl PracticeClient {
    /// Fetches a document with its content; a refusal as gone means: drop the request.
    pub async fn fetch_attach_document(
        &self,
        request: RequestId,
    ) -> Result<AttachDocument, CallError> {
        let operation = "getAttachDocument";
        let url = self.url(&format!("/attachDocuments/{request}"));
        let call = Call::read(operation, url).answer(Answer::Document);
        let body = self.send(call).await?;
        parse_document(&body_text(&body)).map_err(garbled(operation))
    }

    /// Answers that the document stands in the PMS, with its id there where it has one.
    pub async fn confirm_attach_document(
        &self,
        request: RequestId,
        document: Option<&PmsDocumentId>,
    ) -> Result<(), CallError> {
        let url = self.url(&format!("/attachDocuments/{request}/confirmInsert"));
        let body = ConfirmAttach::new(document);
        self.post("confirmAttachDocument", url, &body).await
    }

    /// Answers that it does not; the reason is for Healthengine's support.
    pub async fn reject_attach_document(
        &self,
        request: RequestId,
        reason: &str,
    ) -> Result<(), CallError> {
        let url = self.url(&format!("/attachDocuments/{request}/rejectInsert"));
        self.post("rejectAttachDocument", url, &Reason::new(reason))
            .await
    }
}
