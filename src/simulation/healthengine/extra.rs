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
use async_trait::async_trait;
use chrono::NaiveDate;

use super::{HealthengineModel, Op, failure};

/// What Healthengine has of the extra features.
#[derive(Debug)]
pub struct Extra {
    /// The features on offer, by id, and whether each is on.
    pub features: BTreeMap<String, bool>,
    /// The days of which a client snapshot is wanted.
    pub snapshots_wanted: BTreeSet<(NaiveDate, DayOf)>,
    /// The client snapshots that it took, in order.
    pub snapshots: Vec<ClientDay>,
}

impl Default for Extra {
    fn default() -> Self {
        let off = |feature: ExtraFeature| (feature.id().to_owned(), false);
        Self {
            features: ExtraFeature::ALL.into_iter().map(off).collect(),
            snapshots_wanted: BTreeSet::new(),
            snapshots: Vec::new(),
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
        snapshots
            .then_some(RequestKind::ClientSnapshots)
            .into_iter()
            .collect()
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

fn unknown<T>() -> Result<T, CallError> {
    Err(failure(Verdict::Refused(Refusal::NotFound)))
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
        _content: Content,
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
        self.call(Op::ClientSnapshot, |books, _| {
            books.extra.take_snapshot(day)
        })
        .await
    }
}
