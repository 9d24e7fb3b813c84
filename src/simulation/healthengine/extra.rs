//! The extra features of the model: off until they are enabled, and refused while they are off.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::client_day::{ClientDay, DayOf};
use crate::domain::document::{Content, Document};
use crate::domain::feature::ExtraFeature;
use crate::domain::id::{BookingId, FeatureId, PmsDocumentId, RequestId};
use crate::healthengine::{
    AttachDocument, AttachDocumentRequest, BookingQuestion, CallError, ClientSnapshotRequest,
    ExtraRequests, Feature, Refusal, RequestKind, UploadDocumentRequest, Verdict,
};
use crate::simulation::chronicle::{Checksum, DaySeen, Paper};
use async_trait::async_trait;
use chrono::NaiveDate;

use super::{HealthengineModel, Op, Papers, failure};

/// What Healthengine has of the extra features.
#[derive(Debug, Clone)]
pub struct Extra {
    /// The features on offer, by id, and whether each is on.
    pub features: BTreeMap<String, bool>,
    /// The days of which a client snapshot is wanted.
    pub snapshots_wanted: BTreeSet<(NaiveDate, DayOf)>,
    /// The client snapshots that it took, in order.
    pub snapshots: Vec<ClientDay>,
    /// Its documents.
    pub papers: Papers,
}

impl Default for Extra {
    fn default() -> Self {
        let off = |feature: ExtraFeature| (feature.id().to_owned(), false);
        Self {
            features: ExtraFeature::ALL.into_iter().map(off).collect(),
            snapshots_wanted: BTreeSet::new(),
            snapshots: Vec::new(),
            papers: Papers::default(),
        }
    }
}

impl Extra {
    /// Whether a feature is on.
    pub fn is_on(&self, feature: ExtraFeature) -> bool {
        self.features.get(feature.id()).copied().unwrap_or(false)
    }

    /// Puts a feature on or off, as the practice's file does at another connector.
    pub fn set(&mut self, feature: ExtraFeature, on: bool) {
        self.features.insert(feature.id().to_owned(), on);
    }

    /// Rule: requests of a feature come only while it is on.
    pub(super) fn kinds_waiting(&self) -> Vec<RequestKind> {
        let snapshots =
            !self.snapshots_wanted.is_empty() && self.is_on(ExtraFeature::ClientSnapshots);
        let papers = &self.papers;
        let documents = self.is_on(ExtraFeature::Documents);
        let attaches = self.is_on(ExtraFeature::AttachDocuments);
        let waiting = [
            (snapshots, RequestKind::ClientSnapshots),
            (
                documents && !papers.lists_wanted.is_empty(),
                RequestKind::AvailableDocuments,
            ),
            (
                documents && !papers.uploads_wanted.is_empty(),
                RequestKind::UploadDocuments,
            ),
            (
                attaches && !papers.attach_requests().is_empty(),
                RequestKind::AttachDocuments,
            ),
        ];
        let waiting = waiting.into_iter().filter(|(waits, _)| *waits);
        waiting.map(|(_, kind)| kind).collect()
    }

    fn switch(&mut self, id: &FeatureId, on: bool) -> Result<(), CallError> {
        let found = self.features.get_mut(id.as_str());
        let found = found.ok_or_else(|| failure(Verdict::Refused(Refusal::NotFound)))?;
        *found = on;
        Ok(())
    }

    /// Rule: 403 where the permission is missing.
    fn needs(&self, feature: ExtraFeature) -> Result<(), CallError> {
        if self.is_on(feature) {
            Ok(())
        } else {
            Err(failure(Verdict::Unauthorised))
        }
    }

    fn take_snapshot(&mut self, day: &ClientDay) -> Result<(), CallError> {
        self.needs(ExtraFeature::ClientSnapshots)?;
        if !is_in_order(day) {
            return Err(failure(Verdict::Refused(Refusal::Invalid)));
        }
        self.snapshots_wanted.remove(&(day.date, day.by));
        self.snapshots.push(day.clone());
        Ok(())
    }
}

/// Rule: only that date's appointments, only their patients, and nothing that is not listed.
fn is_in_order(day: &ClientDay) -> bool {
    let patients: BTreeSet<&str> = day.patients.iter().map(|one| one.id.as_str()).collect();
    let named: BTreeSet<&str> = day
        .appointments
        .iter()
        .map(|one| one.patient.as_str())
        .collect();
    patients == named
        && day.appointments.iter().all(|one| {
            let date = match day.by {
                DayOf::Appointment => one.start.date(),
                DayOf::Creation => one.created.date(),
            };
            date == day.date
                && day
                    .practitioners
                    .iter()
                    .any(|listed| listed.id == one.practitioner)
                && day
                    .appointment_types
                    .iter()
                    .any(|listed| listed.id == one.appointment_type)
        })
}

#[async_trait]
impl ExtraRequests for HealthengineModel {
    async fn fetch_features(&self) -> Result<Vec<Feature>, CallError> {
        self.call(Op::Features, |books, _| {
            let features = books.extra.features.iter();
            Ok(features
                .filter_map(|(id, enabled)| {
                    Some(Feature {
                        id: FeatureId::parse(id).ok()?,
                        name: None,
                        description: None,
                        enabled: *enabled,
                    })
                })
                .collect())
        })
        .await
    }

    async fn enable_feature(&self, id: &FeatureId) -> Result<(), CallError> {
        self.call(Op::EnableFeature, |books, _| books.extra.switch(id, true))
            .await
    }

    async fn disable_feature(&self, id: &FeatureId) -> Result<(), CallError> {
        self.call(Op::DisableFeature, |books, _| books.extra.switch(id, false))
            .await
    }

    async fn fetch_available_documents(&self) -> Result<Vec<BookingQuestion>, CallError> {
        let list = self
            .call(Op::DocumentListRequests, |books, _| {
                Ok(books.extra.papers.questions())
            })
            .await?;
        Ok(self.listed(Op::DocumentListRequests, list))
    }

    async fn fetch_upload_documents(&self) -> Result<Vec<UploadDocumentRequest>, CallError> {
        let list = self
            .call(Op::UploadRequests, |books, _| {
                Ok(books.extra.papers.upload_requests())
            })
            .await?;
        Ok(self.listed(Op::UploadRequests, list))
    }

    async fn send_available_documents(
        &self,
        documents: &[(BookingId, Document)],
    ) -> Result<(), CallError> {
        self.call(Op::DocumentList, |books, at| {
            books.extra.needs(ExtraFeature::Documents)?;
            let of =
                |(booking, one): &(BookingId, Document)| (*booking, one.id.clone(), one.updated_at);
            books.note(at, Paper::Offered(documents.iter().map(of).collect()));
            if documents
                .iter()
                .any(|(of, _)| !books.bookings.contains_key(of))
            {
                return Err(failure(Verdict::Refused(Refusal::Invalid)));
            }
            books.extra.papers.take_list(documents)
        })
        .await
    }

    async fn send_document(
        &self,
        booking: BookingId,
        document: &Document,
        content: Content,
    ) -> Result<(), CallError> {
        self.call(Op::Upload, |books, at| {
            books.extra.needs(ExtraFeature::Documents)?;
            let sum = Checksum::of(content.bytes());
            books.note(at, Paper::Uploaded(booking, document.id.clone(), sum));
            if !books.bookings.contains_key(&booking) {
                return Err(failure(Verdict::Refused(Refusal::NotFound)));
            }
            books.extra.papers.take_upload(booking, document, &content)
        })
        .await
    }

    async fn reject_upload(
        &self,
        booking: BookingId,
        document: &PmsDocumentId,
        reason: &str,
    ) -> Result<(), CallError> {
        self.call(Op::RejectUpload, |books, at| {
            books.extra.needs(ExtraFeature::Documents)?;
            let why = reason.to_owned();
            books.note(at, Paper::UploadRefused(booking, document.clone(), why));
            books.extra.papers.take_refusal(booking, document, reason);
            Ok(())
        })
        .await
    }

    async fn fetch_attach_documents(&self) -> Result<Vec<AttachDocumentRequest>, CallError> {
        let list = self
            .call(Op::AttachRequests, |books, _| {
                Ok(books.extra.papers.attach_requests())
            })
            .await?;
        Ok(self.listed(Op::AttachRequests, list))
    }

    async fn fetch_attach_document(&self, request: RequestId) -> Result<AttachDocument, CallError> {
        self.call(Op::AttachDocument, |books, _| {
            books.extra.needs(ExtraFeature::AttachDocuments)?;
            books.extra.papers.give(request)
        })
        .await
    }

    async fn confirm_attach_document(
        &self,
        request: RequestId,
        document: Option<&PmsDocumentId>,
    ) -> Result<(), CallError> {
        self.call(Op::ConfirmAttach, |books, at| {
            let answer = Ok(document.cloned());
            let told = answer.clone();
            books.note(
                at,
                Paper::Answered {
                    request,
                    answer: told,
                },
            );
            books.extra.papers.take_answer(request, answer)
        })
        .await
    }

    async fn reject_attach_document(
        &self,
        request: RequestId,
        reason: &str,
    ) -> Result<(), CallError> {
        self.call(Op::RejectAttach, |books, at| {
            let answer = Err(reason.to_owned());
            let told = answer.clone();
            books.note(
                at,
                Paper::Answered {
                    request,
                    answer: told,
                },
            );
            books.extra.papers.take_answer(request, answer)
        })
        .await
    }

    async fn fetch_client_snapshots(&self) -> Result<Vec<ClientSnapshotRequest>, CallError> {
        let list = self
            .call(Op::ClientSnapshotRequests, |books, _| {
                let wanted = books.extra.snapshots_wanted.iter();
                Ok(wanted
                    .map(|(date, by)| ClientSnapshotRequest {
                        date: *date,
                        by: *by,
                    })
                    .collect())
            })
            .await?;
        Ok(self.listed(Op::ClientSnapshotRequests, list))
    }

    async fn send_client_snapshot(&self, day: &ClientDay) -> Result<(), CallError> {
        self.call(Op::ClientSnapshot, |books, at| {
            books.note(at, Paper::DaySent(DaySeen::of(day)));
            books.extra.take_snapshot(day)
        })
        .await
    }
}
