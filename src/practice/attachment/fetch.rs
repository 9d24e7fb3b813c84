//! Fetching a document that a patient handed in, and checking that it arrived whole.

use crate::domain::document::mismatch;
use crate::domain::id::RequestId;
use crate::healthengine::{AttachDocument, AttachDocumentMetadata, CallError, Refusal, Verdict};
use crate::practice::Practice;
use crate::practice::document::REST_WHEN_ANSWERED;
use crate::practice::errand::What;
use crate::practice::policy::pause;

/// How often a document that arrives garbled is fetched.
const MOST_FETCHES: u32 = 4;

/// What follows the fetching of a document.
pub(super) enum Fetched {
    /// It is whole.
    Whole(Box<AttachDocument>),
    /// It will never be; why.
    Refuse(&'static str),
    /// It comes later, or not at all.
    Later,
}

impl Practice {
    /// Sends for a document, beside the activations: on a slow line it takes longer than a patient
    /// who books may wait.
    pub(super) fn send_for(&mut self, request: RequestId) {
        if self.errands.is_away() {
            return;
        }
        let Some(turn) = self.turns.document() else {
            return;
        };
        let healthengine = self.ports.healthengine.clone();
        self.errands.begin(async move {
            let answer = healthengine.fetch_attach_document(request).await;
            What::Fetched {
                request,
                answer: Box::new(answer),
                turn,
            }
        });
    }

    /// Checks that a document that was fetched is whole.
    pub(super) fn check_whole(
        &mut self,
        id: RequestId,
        listed: &AttachDocumentMetadata,
        fetched: Result<AttachDocument, CallError>,
    ) -> Fetched {
        let now = self.now();
        let wrong = match &fetched {
            Ok(document) => {
                let said = &document.metadata;
                let size = said.size.or(listed.size);
                let hash = said.hash.as_deref().or(listed.hash.as_deref());
                mismatch(&document.content, size, hash)
            }
            Err(error) if error.verdict == Verdict::Garbled => Some("cannot be decoded"),
            Err(_) => None,
        };
        let Some(open) = self.attachments.open.get_mut(&id) else {
            return Fetched::Later;
        };
        if let Some(wrong) = wrong {
            open.garbled = open.garbled.saturating_add(1);
            if open.garbled >= MOST_FETCHES {
                return Fetched::Refuse(wrong);
            }
            let rest = pause(open.garbled);
            open.tries.put_off(now, rest);
            tracing::warn!(request.id = %id, "a document arrived garbled: it {wrong}");
            return Fetched::Later;
        }
        match fetched {
            Ok(document) => {
                open.garbled = 0;
                Fetched::Whole(Box::new(document))
            }
            Err(error) => {
                match error.verdict {
                    // Rule: 410 means that it is gone, and there is nothing to answer.
                    Verdict::Refused(Refusal::Gone | Refusal::NotFound) => {
                        open.tries.put_off(now, REST_WHEN_ANSWERED);
                        tracing::info!(request.id = %id, "a document is gone before it was put anywhere");
                    }
                    Verdict::Refused(Refusal::Invalid | Refusal::Other(_))
                    | Verdict::Unauthorised
                    | Verdict::NotSent
                    | Verdict::Slow(_)
                    | Verdict::Unknown
                    | Verdict::Garbled => self.attachment_put_off(id, &error),
                }
                Fetched::Later
            }
        }
    }
}
