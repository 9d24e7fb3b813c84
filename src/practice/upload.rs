//! Documents that Healthengine wants to have, because their patients do: sent, or refused in words.
//!
//! Nothing of it is in the ledger: to send a document twice has the effect of once, and whether it
//! may be sent is decided anew from the diary each time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::desk::Tries;
use super::document::{Found, REST_WHEN_ANSWERED};
use super::errand::What;
use super::features::is_no;
use super::policy::{LATE_PATIENCE, Next, after_cancel, pause_after_call};
use super::{Halt, Practice};
use crate::domain::document::{Document, LARGEST_DOCUMENT};
use crate::domain::id::{BookingId, PmsDocumentId};
use crate::healthengine::{CallError, Healthengine, Refusal, UploadDocumentRequest, Verdict};
use crate::pms::{PmsAdapter, PmsError};

/// The documents that are asked for.
#[derive(Debug, Default)]
pub(super) struct Uploads(BTreeMap<Wanted, Open>);

/// A document of a booking.
pub(super) type Wanted = (BookingId, PmsDocumentId);

#[derive(Debug, Default)]
struct Open {
    tries: Tries,
    /// When it was first seen since the start, UTC.
    seen_at: Option<DateTime<Utc>>,
}

impl Open {
    /// For how long it has been asked for since the start.
    fn waiting(&self, now: DateTime<Utc>) -> Duration {
        let since = self.seen_at.unwrap_or(now);
        (now - since).to_std().unwrap_or_default()
    }
}

impl Uploads {
    /// Nothing is asked for any more.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}

/// How an upload ended.
pub(super) enum Ended {
    /// Healthengine has it, or does not want it any more.
    Settled,
    /// It is not sent, and Healthengine is told why.
    Refused(String),
    /// The booking is still on its way, or two documents are being carried already.
    Wait,
    /// The PMS did not give it.
    Pms(PmsError),
    /// Healthengine did not take it.
    Call(CallError),
}

impl Practice {
    /// Sends the documents that are asked for, one after the other, as far as the activation may.
    pub(super) async fn work_uploads(&mut self) -> Result<(), Halt> {
        let answer = self.ports.healthengine.fetch_upload_documents().await;
        let Some(listed) = self.heard_of_documents(answer) else {
            return Ok(());
        };
        let wanted: BTreeSet<Wanted> = listed.iter().map(wanted_of).collect();
        self.documents
            .uploads
            .0
            .retain(|known, _| wanted.contains(known));
        for (booking, document) in wanted {
            let now = self.now();
            let open = self.documents.uploads.0.entry((booking, document.clone()));
            let open = open.or_default();
            open.seen_at = open.seen_at.or(Some(now));
            if open.tries.resting(now) {
                continue;
            }
            let waiting = open.waiting(now);
            // A system that rests because another call failed is asked all the same when patience is
            // at its end: the refusal that follows must rest on a try.
            let rests = self.health.pms.resting(now) && waiting < LATE_PATIENCE;
            if rests || !self.allowance.take(now) {
                break;
            }
            let ended = self.upload(booking, &document).await?;
            self.upload_ended(booking, document, ended).await;
        }
        Ok(())
    }

    async fn upload(&mut self, booking: BookingId, id: &PmsDocumentId) -> Result<Ended, Halt> {
        let refused = |words: &str| Ok(Ended::Refused(words.to_owned()));
        let wanted = (booking, id.clone());
        if let Some(ended) = self.errands.uploaded(&wanted) {
            if matches!(ended, Ended::Settled) {
                self.health.pms_answered();
            }
            return Ok(ended);
        }
        if self.errands.is_away() {
            return Ok(Ended::Wait);
        }
        let place = match self.place_of(booking).await? {
            Found::At(place) => place,
            Found::NotYet => return Ok(Ended::Wait),
            Found::Nowhere => return refused("the booking is not known here"),
            Found::Failed(error) => return Ok(Ended::Pms(error)),
        };
        let documents = match self.documents_of(&place).await {
            Ok(documents) => documents,
            Err(error) => return Ok(Ended::Pms(error)),
        };
        // Only what this booking's own appointment has: a request that names another's document is
        // not a reason to send it.
        let Some(document) = documents.into_iter().find(|one| one.id == *id) else {
            return refused("the booking has no such document");
        };
        if document.size.is_some_and(|size| size > LARGEST_DOCUMENT) {
            return refused(TOO_LARGE);
        }
        let Some(turn) = self.turns.document() else {
            return Ok(Ended::Wait);
        };
        let (pms, healthengine) = (self.ports.pms.clone(), self.ports.healthengine.clone());
        let limit = self.profile.rhythm.read_limit;
        self.errands.begin(async move {
            let ended = carry(&*pms, &*healthengine, booking, document, limit).await;
            drop(turn);
            What::Uploaded { wanted, ended }
        });
        Ok(Ended::Wait)
    }

    async fn upload_ended(&mut self, booking: BookingId, document: PmsDocumentId, ended: Ended) {
        let now = self.now();
        let choice = self.profile.when_pms_unavailable;
        let key = (booking, document);
        let open = self.documents.uploads.0.entry(key.clone()).or_default();
        let words = match ended {
            Ended::Wait => return,
            Ended::Settled => return open.tries.put_off(now, REST_WHEN_ANSWERED),
            Ended::Call(error) => return self.upload_put_off(&key, &error),
            Ended::Refused(words) => words,
            Ended::Pms(error) => {
                let attempt = open.tries.fail();
                let waiting = open.waiting(now);
                // Reading twice has the effect of once, as cancelling has.
                let next = after_cancel(&error, attempt, waiting, choice);
                if let Next::After(rest) = next {
                    open.tries.put_off(now, rest);
                }
                self.health.pms_failed(&error, now);
                match next {
                    Next::After(_) => return,
                    Next::GiveBack(reason) => reason.to_string(),
                    Next::AskPerson | Next::Find => {
                        "the practice's system does not give documents".to_owned()
                    }
                }
            }
        };
        let (booking, document) = &key;
        let healthengine = self.ports.healthengine.clone();
        match healthengine.reject_upload(*booking, document, &words).await {
            Ok(()) => {
                tracing::info!(booking.id = %booking, "a document is not uploaded: {words}");
            }
            Err(error) => match error.verdict {
                Verdict::Refused(_) => {
                    tracing::debug!(%error, booking.id = %booking, "nobody waits for the document");
                }
                Verdict::Unauthorised
                | Verdict::NotSent
                | Verdict::Slow(_)
                | Verdict::Unknown
                | Verdict::Garbled => return self.upload_put_off(&key, &error),
            },
        }
        let open = self.documents.uploads.0.entry(key).or_default();
        open.tries.put_off(now, REST_WHEN_ANSWERED);
    }

    fn upload_put_off(&mut self, key: &Wanted, error: &CallError) {
        let now = self.now();
        let open = self.documents.uploads.0.entry(key.clone()).or_default();
        let attempt = open.tries.fail();
        if is_no(error) {
            open.tries.put_off(now, REST_WHEN_ANSWERED);
            tracing::warn!(%error, "Healthengine refuses a call about documents");
        } else {
            open.tries.put_off(now, pause_after_call(error, attempt));
            self.health.call_failed(error, now);
        }
    }
}

/// Reads a document and sends it, beside the activations: on a slow line it takes longer than a
/// patient who books may wait.
async fn carry(
    pms: &dyn PmsAdapter,
    healthengine: &dyn Healthengine,
    booking: BookingId,
    document: Document,
    limit: Duration,
) -> Ended {
    let content = match pms.document(&document.id, limit).await {
        Ok(Some(content)) => content,
        Ok(None) => {
            let gone = "the document is not in the practice's system any more";
            return Ended::Refused(gone.to_owned());
        }
        Err(error) => return Ended::Pms(error),
    };
    let size = u64::try_from(content.bytes().len()).unwrap_or(u64::MAX);
    if size > LARGEST_DOCUMENT {
        return Ended::Refused(TOO_LARGE.to_owned());
    }
    let document = Document {
        size: Some(size),
        ..document
    };
    match healthengine
        .send_document(booking, &document, content)
        .await
    {
        Ok(()) => {
            tracing::info!(booking.id = %booking, bytes = size, "a document was uploaded");
            Ended::Settled
        }
        Err(error) => match error.verdict {
            Verdict::Refused(Refusal::NotFound | Refusal::Gone) => Ended::Settled,
            Verdict::Refused(Refusal::Invalid | Refusal::Other(_)) => {
                Ended::Refused(format!("Healthengine did not take it: {}", error.detail))
            }
            Verdict::Unauthorised
            | Verdict::NotSent
            | Verdict::Slow(_)
            | Verdict::Unknown
            | Verdict::Garbled => Ended::Call(error),
        },
    }
}

const TOO_LARGE: &str = "the document is larger than what can be sent";

fn wanted_of(request: &UploadDocumentRequest) -> Wanted {
    (request.about.booking, request.document.clone())
}
