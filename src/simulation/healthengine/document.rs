//! Documents at the model: which it wants, which it was told of or got, and those of patients.

use std::collections::{BTreeMap, BTreeSet};

use super::{HealthengineModel, failure};
use crate::domain::clock::Clock as _;
use crate::domain::document::{Content, Document, mismatch};
use crate::domain::id::{BookingId, PmsDocumentId, PmsPatientId, RequestId};
use crate::domain::redacted::Redacted;
use crate::healthengine::{
    AttachDocument, AttachDocumentMetadata, AttachDocumentRequest, BookingQuestion, CallError,
    Refusal, UploadDocumentRequest, Verdict,
};
use crate::simulation::chronicle::{Checksum, Happening, Paper};

/// Who fetches a document only so often that arrives otherwise than it should gives up too early.
const FETCHED_ANEW: u32 = 3;

/// What Healthengine has of documents.
#[derive(Debug, Default, Clone)]
pub struct Papers {
    /// The bookings whose list of documents is wanted.
    pub lists_wanted: BTreeSet<BookingId>,
    /// The documents that are wanted.
    pub uploads_wanted: BTreeSet<(BookingId, PmsDocumentId)>,
    /// Every list that it took, in order; an empty one says of no booking that it has none.
    pub lists: Vec<Vec<(BookingId, PmsDocumentId)>>,
    /// Every document that it took, in order.
    pub uploads: Vec<(BookingId, PmsDocumentId, Vec<u8>)>,
    /// Every document that it was refused, in order, and why.
    pub refused: Vec<(BookingId, PmsDocumentId, String)>,
    /// The documents that patients handed in.
    pub handed_in: BTreeMap<RequestId, HandedIn>,
    /// A list that holds this document is a 400.
    pub poison: Option<PmsDocumentId>,
}

/// A document that a patient handed in.
#[derive(Debug, Clone)]
pub struct HandedIn {
    /// What is known of it.
    pub metadata: AttachDocumentMetadata,
    /// What stands in it.
    pub bytes: Vec<u8>,
    /// How many of the next times it arrives changed on the way.
    pub garbled: u32,
    /// Whether it is gone, although it may still be listed.
    pub gone: bool,
    /// Every answer that was taken: where it stands, or why it does not.
    pub answers: Vec<Result<Option<PmsDocumentId>, String>>,
}

impl HandedIn {
    /// A document for this patient, with its size and no hash.
    pub fn of(patient: Option<PmsPatientId>, bytes: &[u8]) -> Self {
        Self {
            metadata: AttachDocumentMetadata {
                pms_patient: patient,
                appointment: None,
                booking: None,
                document_id: None,
                kind: Some("NEW PATIENT FORM".to_owned()),
                name: None,
                description: None,
                format: Some("application/pdf".to_owned()),
                size: u64::try_from(bytes.len()).ok(),
                hash: None,
                created_at: None,
            },
            bytes: bytes.to_vec(),
            garbled: 0,
            gone: false,
            answers: Vec::new(),
        }
    }

    /// The same under this name, which is a patient's affair.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.metadata.name = Some(Redacted::new(name.to_owned()));
        self.metadata.description = self.metadata.name.clone();
        self
    }

    fn is_as_said(&self) -> bool {
        let content = Content::new(self.bytes.clone());
        mismatch(&content, self.metadata.size, self.metadata.hash.as_deref()).is_none()
    }

    const fn waits(&self) -> bool {
        self.answers.is_empty()
    }
}

impl HealthengineModel {
    /// A patient hands a document in.
    pub fn hand_in(&self, request: i64, document: HandedIn) -> RequestId {
        let request = RequestId::new(request);
        let HandedIn {
            metadata, bytes, ..
        } = &document;
        self.note(Paper::HandedIn {
            request,
            patient: metadata.pms_patient.clone(),
            booking: metadata.booking,
            whole: document.garbled < FETCHED_ANEW && document.is_as_said(),
            content: Checksum::of(bytes),
        });
        self.books()
            .extra
            .papers
            .handed_in
            .insert(request, document);
        request
    }
}

impl HealthengineModel {
    /// A document that was handed in is gone: so it is when its patient takes it back.
    pub fn take_back(&self, request: RequestId) {
        let mut books = self.books();
        if let Some(one) = books.extra.papers.handed_in.get_mut(&request) {
            one.gone = true;
            self.note(Paper::Gone(request));
        }
    }

    /// The patient of a booking wants to know which documents it has.
    pub fn want_list(&self, booking: BookingId) {
        let mut books = self.books();
        if books.extra.papers.lists_wanted.insert(booking) {
            self.note(Paper::ListAsked(booking));
        }
    }

    /// A document of a booking is wanted.
    pub fn want_upload(&self, booking: BookingId, document: PmsDocumentId) {
        let mut books = self.books();
        let wanted = (booking, document.clone());
        if books.extra.papers.uploads_wanted.insert(wanted) {
            self.note(Paper::UploadAsked(booking, document));
        }
    }

    fn note(&self, paper: Paper) {
        let now = self.clock.now();
        self.chronicle.note(now, Happening::Paper(paper));
    }
}

fn refusal<T>(refusal: Refusal) -> Result<T, CallError> {
    Err(failure(Verdict::Refused(refusal)))
}

fn question(booking: BookingId) -> BookingQuestion {
    BookingQuestion {
        booking,
        appointments: Vec::new(),
        pms_patient: None,
    }
}

impl Papers {
    pub(super) fn questions(&self) -> Vec<BookingQuestion> {
        self.lists_wanted.iter().copied().map(question).collect()
    }

    pub(super) fn upload_requests(&self) -> Vec<UploadDocumentRequest> {
        let wanted = self.uploads_wanted.iter();
        wanted
            .map(|(booking, document)| UploadDocumentRequest {
                about: question(*booking),
                document: document.clone(),
            })
            .collect()
    }

    pub(super) fn attach_requests(&self) -> Vec<AttachDocumentRequest> {
        let waiting = self.handed_in.iter().filter(|(_, one)| one.waits());
        waiting
            .map(|(request, one)| AttachDocumentRequest {
                request: *request,
                metadata: one.metadata.clone(),
            })
            .collect()
    }

    pub(super) fn take_list(
        &mut self,
        documents: &[(BookingId, Document)],
    ) -> Result<(), CallError> {
        let poison = self.poison.as_ref();
        if documents.iter().any(|(_, one)| poison == Some(&one.id)) {
            return refusal(Refusal::Invalid);
        }
        let list: Vec<_> = documents
            .iter()
            .map(|(booking, one)| (*booking, one.id.clone()))
            .collect();
        self.lists_wanted
            .retain(|wanted| list.iter().all(|(booking, _)| booking != wanted));
        self.lists.push(list);
        Ok(())
    }

    pub(super) fn take_upload(
        &mut self,
        booking: BookingId,
        document: &Document,
        content: &Content,
    ) -> Result<(), CallError> {
        if document.size != u64::try_from(content.bytes().len()).ok() {
            return refusal(Refusal::Invalid);
        }
        self.uploads_wanted.remove(&(booking, document.id.clone()));
        let bytes = content.bytes().to_vec();
        self.uploads.push((booking, document.id.clone(), bytes));
        Ok(())
    }

    pub(super) fn take_refusal(&mut self, booking: BookingId, id: &PmsDocumentId, reason: &str) {
        self.uploads_wanted.remove(&(booking, id.clone()));
        self.refused.push((booking, id.clone(), reason.to_owned()));
    }

    pub(super) fn give(&mut self, request: RequestId) -> Result<AttachDocument, CallError> {
        let one = self.waiting(request)?;
        let mut bytes = one.bytes.clone();
        if one.garbled > 0 {
            one.garbled = one.garbled.saturating_sub(1);
            bytes.pop();
        }
        Ok(AttachDocument {
            metadata: one.metadata.clone(),
            content: Content::new(bytes),
        })
    }

    pub(super) fn take_answer(
        &mut self,
        request: RequestId,
        answer: Result<Option<PmsDocumentId>, String>,
    ) -> Result<(), CallError> {
        self.waiting(request)?.answers.push(answer);
        Ok(())
    }

    /// Rule: 410 once it was answered.
    fn waiting(&mut self, request: RequestId) -> Result<&mut HandedIn, CallError> {
        match self.handed_in.get_mut(&request) {
            None => refusal(Refusal::NotFound),
            Some(one) if one.gone || !one.waits() => refusal(Refusal::Gone),
            Some(one) => Ok(one),
        }
    }
}
