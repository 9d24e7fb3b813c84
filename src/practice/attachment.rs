//! Documents that patients hand in (extra feature `attachDocuments`): fetched, checked, put into the
//! patient's record once, and answered.
//!
//! # Invariants
//! - Each request ends as one document and one answer: the intent is on the disk before the PMS is
//!   called, the outcome before Healthengine is told, and the request's key makes the same call
//!   twice one document.
//! - A document that may stand in the PMS is never refused because the PMS cannot be reached.
//! - What arrives otherwise than its size and SHA-1 say is fetched anew, and then refused: half a
//!   document in a patient's record is worse than none.
//! - One document at a time, and at most two in the process: bodies of tens of megabytes pass in
//!   bounded memory.
//! - A name, a description and the content stand in no log, no ledger and no error.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::desk::Tries;
use super::document::{Found, REST_WHEN_ANSWERED};
use super::features::is_no;
use super::policy::{pause, pause_after_call};
use super::{Halt, Practice, WhenPmsUnavailable};
use crate::domain::booking::RejectReason;
use crate::domain::document::{
    Attachment, AttachmentRecord, AttachmentState, Content, LARGEST_DOCUMENT,
};
use crate::domain::feature::ExtraFeature;
use crate::domain::id::{AttachmentKey, PmsDocumentId, RequestId};
use crate::healthengine::{
    AttachDocument, AttachDocumentMetadata, AttachDocumentRequest, CallError, Refusal, RequestKind,
    Verdict,
};
use crate::ledger::{Change, Durability};
use crate::pms::PmsError;

mod fetch;

use fetch::Fetched;

/// How long a document waits for a PMS that cannot be reached. Nobody waits for it in front of a
/// screen, practices switch their systems off at night, and a refusal would lose what the patient
/// filled in.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// The documents that wait.
#[derive(Debug, Default)]
pub(super) struct Attachments {
    open: BTreeMap<RequestId, Open>,
    tries: Tries,
}

#[derive(Debug, Default)]
struct Open {
    /// What the ledger has of it, where that is known.
    state: Option<AttachmentState>,
    tries: Tries,
    /// How often it arrived garbled in a row.
    garbled: u32,
    /// Whether it may stand in the PMS.
    unsure: bool,
    /// When it was first seen since the start, UTC.
    seen_at: Option<DateTime<Utc>>,
}

impl Open {
    /// For how long it has been listed since the start.
    fn waiting(&self, now: DateTime<Utc>) -> Duration {
        let since = self.seen_at.unwrap_or(now);
        (now - since).to_std().unwrap_or_default()
    }
}

impl Practice {
    /// Puts the documents that wait into the PMS and answers, as far as the activation may.
    pub(super) async fn work_attachments(&mut self, kinds: &[RequestKind]) -> Result<(), Halt> {
        if !kinds.contains(&RequestKind::AttachDocuments)
            || !self.wants(ExtraFeature::AttachDocuments)
        {
            self.attachments = Attachments::default();
            return Ok(());
        }
        let now = self.now();
        if self.attachments.tries.resting(now) {
            return Ok(());
        }
        let listed = match self.ports.healthengine.fetch_attach_documents().await {
            Ok(listed) => listed,
            Err(error) => {
                let attempt = self.attachments.tries.fail();
                let rest = self.rest_after_attachment(&error, attempt);
                self.attachments.tries.put_off(now, rest);
                return Ok(());
            }
        };
        self.attachments.tries = Tries::default();
        let ids: BTreeSet<RequestId> = listed.iter().map(|one| one.request).collect();
        self.attachments.open.retain(|id, _| ids.contains(id));
        let listed: BTreeMap<RequestId, AttachDocumentRequest> =
            listed.into_iter().map(|one| (one.request, one)).collect();
        for (id, request) in listed {
            let now = self.now();
            let open = self.attachments.open.entry(id).or_default();
            open.seen_at = open.seen_at.or(Some(now));
            if open.tries.resting(now) {
                continue;
            }
            if !self.allowance.take(now) {
                break;
            }
            self.work_attachment(id, &request.metadata).await?;
        }
        Ok(())
    }

    async fn work_attachment(
        &mut self,
        id: RequestId,
        listed: &AttachDocumentMetadata,
    ) -> Result<(), Halt> {
        let known = self.attachments.open.get(&id);
        if known.is_none_or(|open| open.state.is_none()) {
            let ledger = self.ports.ledger.clone();
            let record = ledger.load_attachment(&self.profile.id, id).await?;
            let open = self.attachments.open.entry(id).or_default();
            open.state = record.map(|record| record.state);
            // An earlier start may have put it there, and never heard of it.
            open.unsure = open.state == Some(AttachmentState::Inserting);
        }
        let known = self.attachments.open.get(&id);
        match known.and_then(|open| open.state.clone()) {
            None | Some(AttachmentState::Inserting) => {
                self.insert_attachment(id, listed).await?;
            }
            Some(AttachmentState::Inserted(_) | AttachmentState::Refused(_)) => {}
        }
        let known = self.attachments.open.get(&id);
        match known.and_then(|open| open.state.clone()) {
            Some(AttachmentState::Inserted(document)) => {
                self.answer_attachment(id, Ok(&document)).await;
            }
            Some(AttachmentState::Refused(words)) => self.answer_attachment(id, Err(&words)).await,
            None | Some(AttachmentState::Inserting) => {}
        }
        Ok(())
    }

    async fn insert_attachment(
        &mut self,
        id: RequestId,
        listed: &AttachDocumentMetadata,
    ) -> Result<(), Halt> {
        let now = self.now();
        let open = self.attachments.open.get(&id);
        let in_time = open.is_none_or(|open| open.waiting(now) < PATIENCE);
        if in_time && self.health.pms.resting(now) {
            return Ok(());
        }
        if listed.size.is_some_and(|size| size > LARGEST_DOCUMENT) {
            return self
                .refuse_attachment(id, "the document is larger than what can be taken")
                .await;
        }
        let Some((answer, _turn)) = self.errands.fetched(id) else {
            self.send_for(id);
            return Ok(());
        };
        let document = match self.check_whole(id, listed, answer) {
            Fetched::Whole(document) => *document,
            Fetched::Refuse(words) => return self.refuse_attachment(id, words).await,
            Fetched::Later => return Ok(()),
        };
        let AttachDocument { metadata, content } = document;
        let Some(attachment) = self.attachment_of(id, listed, metadata, content).await? else {
            return Ok(());
        };
        // The intent: whatever follows, the next start knows that it may stand in the PMS.
        self.record_attachment(id, AttachmentState::Inserting, Durability::Flushed)
            .await?;
        let pms = self.ports.pms.clone();
        let key = AttachmentKey::of(&self.profile.id, id);
        let limit = self.profile.rhythm.write_limit;
        match pms.attach(&key, attachment, limit).await {
            Ok(document) => {
                self.health.pms_answered();
                let inserted = AttachmentState::Inserted(document);
                self.record_attachment(id, inserted, Durability::Flushed)
                    .await
            }
            Err(error) => self.not_attached(id, &error).await,
        }
    }

    /// What is put into the PMS: for the patient that the request names, or else the booking's.
    async fn attachment_of(
        &mut self,
        id: RequestId,
        listed: &AttachDocumentMetadata,
        said: AttachDocumentMetadata,
        content: Content,
    ) -> Result<Option<Attachment>, Halt> {
        let mut patient = said.pms_patient.or_else(|| listed.pms_patient.clone());
        let mut appointment = said.appointment.or_else(|| listed.appointment.clone());
        if let (None, Some(booking)) = (&patient, said.booking.or(listed.booking)) {
            match self.place_of(booking).await? {
                Found::At(place) => {
                    patient = Some(place.patient);
                    appointment = appointment.or_else(|| place.appointments.into_iter().next());
                }
                Found::Nowhere => {}
                Found::NotYet => return Ok(None),
                Found::Failed(error) => {
                    // Nothing was begun, so a read's lost answer is only a failed read.
                    let read = PmsError::NotDone(error.to_string());
                    self.not_attached(id, &read).await?;
                    return Ok(None);
                }
            }
        }
        let Some(patient) = patient else {
            self.refuse_attachment(id, "it names no patient that is known here")
                .await?;
            return Ok(None);
        };
        Ok(Some(Attachment {
            patient,
            appointment,
            kind: said.kind,
            name: said.name,
            description: said.description,
            format: said.format,
            created_at: said.created_at,
            content,
        }))
    }

    /// The PMS did not take it. After `Unknown` the same call is simply made again: its key makes it
    /// one document.
    async fn not_attached(&mut self, id: RequestId, error: &PmsError) -> Result<(), Halt> {
        let now = self.now();
        self.health.pms_failed(error, now);
        let choice = self.profile.when_pms_unavailable;
        let Some(open) = self.attachments.open.get_mut(&id) else {
            return Ok(());
        };
        open.unsure |= matches!(error, PmsError::Unknown(_));
        let attempt = open.tries.fail();
        open.tries.put_off(now, pause(attempt));
        let is_over = open.waiting(now) >= PATIENCE;
        let gives_up = !open.unsure && choice == WhenPmsUnavailable::Reject && is_over;
        match error {
            PmsError::Refused(reason) => {
                let words = format!("the practice's system refused it: {reason}");
                self.refuse_attachment(id, &words).await
            }
            PmsError::Unsupported(_) => {
                self.refuse_attachment(id, "the practice's system takes no documents")
                    .await
            }
            PmsError::NotDone(_) | PmsError::Misconfigured(_) if gives_up => {
                self.refuse_attachment(id, &RejectReason::PmsUnavailable.to_string())
                    .await
            }
            PmsError::NotDone(_) | PmsError::Misconfigured(_) | PmsError::Unknown(_) => Ok(()),
        }
    }

    async fn refuse_attachment(&mut self, id: RequestId, words: &str) -> Result<(), Halt> {
        let refused = AttachmentState::Refused(words.to_owned());
        self.record_attachment(id, refused, Durability::Flushed)
            .await
    }

    async fn record_attachment(
        &mut self,
        request: RequestId,
        state: AttachmentState,
        durability: Durability,
    ) -> Result<(), Halt> {
        let open = self.attachments.open.entry(request).or_default();
        if open.state.as_ref() == Some(&state) {
            return Ok(());
        }
        // Should the ledger fail, it is read anew: nobody knows what it took.
        open.state = None;
        let change = Change {
            attachment: Some(AttachmentRecord {
                request,
                state: state.clone(),
                changed_at: self.ports.clock.now(),
            }),
            ..Change::default()
        };
        let ledger = self.ports.ledger.clone();
        ledger.record(&self.profile.id, change, durability).await?;
        let open = self.attachments.open.entry(request).or_default();
        if matches!(
            state,
            AttachmentState::Inserted(_) | AttachmentState::Refused(_)
        ) {
            open.tries = Tries::default();
        }
        open.state = Some(state);
        Ok(())
    }

    async fn answer_attachment(&mut self, id: RequestId, outcome: Result<&PmsDocumentId, &str>) {
        let healthengine = self.ports.healthengine.clone();
        let sent = match outcome {
            Ok(document) => {
                healthengine
                    .confirm_attach_document(id, Some(document))
                    .await
            }
            Err(words) => healthengine.reject_attach_document(id, words).await,
        };
        let now = self.now();
        match sent {
            Ok(()) => {
                let words = outcome.err().unwrap_or("it stands in the patient's record");
                tracing::info!(request.id = %id, "a patient's document was answered: {words}");
            }
            Err(error) => match error.verdict {
                // It is not known there any more. Should the list show it again, it is answered again.
                Verdict::Refused(Refusal::NotFound | Refusal::Gone) => {}
                Verdict::Refused(Refusal::Invalid | Refusal::Other(_))
                | Verdict::Unauthorised
                | Verdict::NotSent
                | Verdict::Slow(_)
                | Verdict::Unknown
                | Verdict::Garbled => return self.attachment_put_off(id, &error),
            },
        }
        let open = self.attachments.open.entry(id).or_default();
        open.tries.put_off(now, REST_WHEN_ANSWERED);
    }

    fn attachment_put_off(&mut self, id: RequestId, error: &CallError) {
        let now = self.now();
        let open = self.attachments.open.entry(id).or_default();
        let attempt = open.tries.fail();
        let rest = self.rest_after_attachment(error, attempt);
        let open = self.attachments.open.entry(id).or_default();
        open.tries.put_off(now, rest);
    }

    /// How long a call about attached documents rests that failed.
    fn rest_after_attachment(&mut self, error: &CallError, attempt: u32) -> Duration {
        if is_no(error) {
            if attempt == 1 {
                tracing::warn!(%error, "Healthengine refuses a call about a patient's document");
            }
            return REST_WHEN_ANSWERED;
        }
        let now = self.now();
        self.health.call_failed(error, now);
        pause_after_call(error, attempt)
    }
}
