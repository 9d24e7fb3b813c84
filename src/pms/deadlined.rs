//! An adapter that is held to its limits, whatever it does by itself.
//!
//! A system that hangs must move nobody else's clock: promise 5 of an adapter is kept here even
//! when the adapter forgets it. A write that is cut off is [`PmsError::Unknown`], because it may
//! have been done; a read that is cut off is [`PmsError::NotDone`].

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::NaiveDate;

use super::{ChangeCursor, Changes, Description, PmsAdapter, PmsError, Window};
use crate::domain::availability::FreeDay;
use crate::domain::booking::Place;
use crate::domain::civil::LocalDateTime;
use crate::domain::client_day::{ClientDay, DayOf};
use crate::domain::diary::{AppointmentSeen, AppointmentType, Booked, Resource, Standing, Wanted};
use crate::domain::document::{Attachment, Content, Document};
use crate::domain::id::{AttachmentKey, BookingKey, PmsDocumentId, PmsResourceId};
use crate::domain::patient::{Patient, PatientRecord};

/// Holds the adapter inside to the limit of each call.
pub struct Deadlined(Arc<dyn PmsAdapter>);

impl Deadlined {
    /// Holds this adapter to its limits.
    pub fn new(adapter: Arc<dyn PmsAdapter>) -> Self {
        Self(adapter)
    }
}

#[async_trait]
impl PmsAdapter for Deadlined {
    fn describe(&self) -> &Description {
        self.0.describe()
    }

    async fn probe(&self, limit: Duration) -> Result<(), PmsError> {
        read(limit, self.0.probe(limit)).await
    }

    async fn resources(&self, limit: Duration) -> Result<Vec<Resource>, PmsError> {
        read(limit, self.0.resources(limit)).await
    }

    async fn appointment_types(&self, limit: Duration) -> Result<Vec<AppointmentType>, PmsError> {
        read(limit, self.0.appointment_types(limit)).await
    }

    async fn availability(
        &self,
        window: &Window,
        limit: Duration,
    ) -> Result<Vec<FreeDay>, PmsError> {
        read(limit, self.0.availability(window, limit)).await
    }

    async fn changes(
        &self,
        since: Option<&ChangeCursor>,
        limit: Duration,
    ) -> Result<Changes, PmsError> {
        read(limit, self.0.changes(since, limit)).await
    }

    async fn patients_like(
        &self,
        patient: &Patient,
        limit: Duration,
    ) -> Result<Vec<PatientRecord>, PmsError> {
        read(limit, self.0.patients_like(patient, limit)).await
    }

    async fn book(
        &self,
        key: &BookingKey,
        wanted: &Wanted,
        limit: Duration,
    ) -> Result<Booked, PmsError> {
        write(limit, self.0.book(key, wanted, limit)).await
    }

    async fn find(&self, key: &BookingKey, limit: Duration) -> Result<Option<Booked>, PmsError> {
        read(limit, self.0.find(key, limit)).await
    }

    async fn appointments_at(
        &self,
        resource: &PmsResourceId,
        start: LocalDateTime,
        limit: Duration,
    ) -> Result<Vec<AppointmentSeen>, PmsError> {
        read(limit, self.0.appointments_at(resource, start, limit)).await
    }

    async fn cancel(&self, booked: &Booked, limit: Duration) -> Result<(), PmsError> {
        write(limit, self.0.cancel(booked, limit)).await
    }

    async fn standings(
        &self,
        places: &[Place],
        limit: Duration,
    ) -> Result<Vec<Option<Standing>>, PmsError> {
        read(limit, self.0.standings(places, limit)).await
    }

    async fn documents(&self, place: &Place, limit: Duration) -> Result<Vec<Document>, PmsError> {
        read(limit, self.0.documents(place, limit)).await
    }

    async fn document(
        &self,
        id: &PmsDocumentId,
        limit: Duration,
    ) -> Result<Option<Content>, PmsError> {
        read(limit, self.0.document(id, limit)).await
    }

    async fn attach(
        &self,
        key: &AttachmentKey,
        attachment: Attachment,
        limit: Duration,
    ) -> Result<PmsDocumentId, PmsError> {
        write(limit, self.0.attach(key, attachment, limit)).await
    }

    async fn client_day(
        &self,
        date: NaiveDate,
        by: DayOf,
        limit: Duration,
    ) -> Result<ClientDay, PmsError> {
        read(limit, self.0.client_day(date, by, limit)).await
    }
}

async fn read<T>(
    limit: Duration,
    call: impl Future<Output = Result<T, PmsError>> + Send,
) -> Result<T, PmsError> {
    within(limit, call)
        .await
        .unwrap_or_else(|| Err(PmsError::NotDone(late(limit))))
}

async fn write<T>(
    limit: Duration,
    call: impl Future<Output = Result<T, PmsError>> + Send,
) -> Result<T, PmsError> {
    if limit.is_zero() {
        // Not begun, so that nothing is unknown.
        return Err(PmsError::NotDone("no time was left for it".to_owned()));
    }
    within(limit, call)
        .await
        .unwrap_or_else(|| Err(PmsError::Unknown(late(limit))))
}

async fn within<T>(limit: Duration, call: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(limit, call).await.ok()
}

fn late(limit: Duration) -> String {
    format!("no answer within {limit:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_millis(1);

    #[tokio::test]
    async fn a_read_that_hangs_is_not_done() {
        let hangs = std::future::pending::<Result<(), PmsError>>();
        let error = read(LIMIT, hangs).await.unwrap_err();
        assert_eq!(error, PmsError::NotDone("no answer within 1ms".to_owned()));
    }

    #[tokio::test]
    async fn a_write_that_hangs_is_unknown() {
        let hangs = std::future::pending::<Result<(), PmsError>>();
        let error = write(LIMIT, hangs).await.unwrap_err();
        assert_eq!(error, PmsError::Unknown("no answer within 1ms".to_owned()));
    }

    #[tokio::test]
    async fn a_write_without_time_left_is_not_begun() {
        let begun = async { panic!("it was begun") };
        let error = write::<()>(Duration::ZERO, begun).await.unwrap_err();
        assert!(matches!(error, PmsError::NotDone(_)));
    }

    #[tokio::test]
    async fn an_answer_in_time_passes_as_it_is() {
        let limit = Duration::from_secs(5);
        assert_eq!(read(limit, async { Ok(1) }).await, Ok(1));
        let refused = PmsError::Unsupported("cancel");
        let answer = write::<()>(limit, async { Err(refused.clone()) }).await;
        assert_eq!(answer, Err(refused));
    }
}
