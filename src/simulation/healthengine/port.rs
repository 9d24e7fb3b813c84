//! The operations as the engine calls them.

use async_trait::async_trait;

use super::{Answer, HealthengineModel, Op};
use crate::domain::availability::FreeDay;
use crate::domain::booking::{Booking, BookingUpdate, Place};
use crate::domain::diary::{AppointmentType, Resource};
use crate::domain::id::{BookingId, PmsResourceId, RequestId};
use crate::domain::live_hours::LiveHours;
use crate::healthengine::{
    AvailabilityRequest, BookingQuestion, CallError, Healthengine, Pending, RequestKind,
    SnapshotOutcome,
};
use crate::simulation::chronicle::Happening;

#[async_trait]
impl Healthengine for HealthengineModel {
    async fn fetch_requests(&self) -> Result<Vec<RequestKind>, CallError> {
        self.call(Op::Requests, |books, _| Ok(books.kinds_waiting()))
            .await
    }

    async fn fetch_bookings(&self) -> Result<Vec<Pending<Booking>>, CallError> {
        let list = self
            .call(Op::Bookings, |books, _| {
                let listed = books.pending.iter();
                Ok(listed
                    .filter_map(|id| books.bookings.get(id).cloned())
                    .collect())
            })
            .await?;
        Ok(self.listed(Op::Bookings, list))
    }

    async fn fetch_booking_updates(&self) -> Result<Vec<BookingUpdate>, CallError> {
        let list = self
            .call(Op::Updates, |books, _| {
                // Newest first: the order is the engine's to make.
                let listed = books.pending_updates.iter().rev();
                Ok(listed
                    .filter_map(|id| books.updates.get(id).cloned())
                    .collect())
            })
            .await?;
        Ok(self.listed(Op::Updates, list))
    }

    async fn fetch_availability_requests(&self) -> Result<Vec<AvailabilityRequest>, CallError> {
        let list = self
            .call(Op::AvailabilityRequests, |books, _| {
                Ok(books.wanted.iter().map(|(one, _)| one.clone()).collect())
            })
            .await?;
        Ok(self.listed(Op::AvailabilityRequests, list))
    }

    async fn confirm_insert(&self, booking: BookingId, place: &Place) -> Result<(), CallError> {
        let what = Answer::Confirmed(place.clone());
        self.call(Op::ConfirmInsert, |books, at| {
            books.answer(at, booking, what.clone())
        })
        .await
    }

    async fn reject_insert(&self, booking: BookingId, reason: &str) -> Result<(), CallError> {
        let what = Answer::Rejected(reason.to_owned());
        self.call(Op::RejectInsert, |books, at| {
            books.answer(at, booking, what.clone())
        })
        .await
    }

    async fn confirm_update(
        &self,
        booking: BookingId,
        request: RequestId,
    ) -> Result<(), CallError> {
        let what = Answer::UpdateConfirmed(request);
        self.call(Op::ConfirmUpdate, |books, at| {
            books.answer_update(at, booking, request, what.clone())
        })
        .await
    }

    async fn reject_update(
        &self,
        booking: BookingId,
        request: RequestId,
        reason: &str,
    ) -> Result<(), CallError> {
        let what = Answer::UpdateRejected(request, reason.to_owned());
        self.call(Op::RejectUpdate, |books, at| {
            books.answer_update(at, booking, request, what.clone())
        })
        .await
    }

    async fn fetch_appointment_changes(&self) -> Result<Vec<BookingQuestion>, CallError> {
        let list = self
            .call(Op::AppointmentChanges, |books, _| {
                Ok(books.questions.values().cloned().collect())
            })
            .await?;
        Ok(self.listed(Op::AppointmentChanges, list))
    }

    async fn report_cancelled(&self, booking: BookingId, _reason: &str) -> Result<(), CallError> {
        self.call(Op::ReportCancelled, |books, at| {
            books.report(at, booking, Answer::Cancelled)
        })
        .await
    }

    async fn report_did_not_attend(
        &self,
        booking: BookingId,
        _reason: &str,
    ) -> Result<(), CallError> {
        self.call(Op::ReportDidNotAttend, |books, at| {
            books.report(at, booking, Answer::DidNotAttend)
        })
        .await
    }

    async fn report_no_change(&self, booking: BookingId) -> Result<(), CallError> {
        self.call(Op::ReportNoChange, |books, at| {
            books.report(at, booking, Answer::NoChange)
        })
        .await
    }

    async fn send_availability(&self, days: &[FreeDay]) -> Result<SnapshotOutcome, CallError> {
        self.call(Op::Availability, |books, _| books.take_days(days))
            .await
    }

    async fn send_resources(&self, resources: &[Resource]) -> Result<(), CallError> {
        self.call(Op::Resources, |books, at| {
            books.resources = resources.to_vec();
            let ids = resources.iter().map(|one| one.id.clone());
            books
                .happened
                .push((at, Happening::ResourcesSent(ids.collect())));
            books.kinds.remove(&RequestKind::PmsResources);
            let known = |id: &PmsResourceId| resources.iter().any(|one| one.id == *id);
            books.days.retain(|(resource, _), _| known(resource));
            Ok(())
        })
        .await
    }

    async fn send_appointment_types(&self, types: &[AppointmentType]) -> Result<(), CallError> {
        self.call(Op::Types, |books, at| {
            books.types = types.to_vec();
            let ids = types.iter().map(|one| one.id.clone());
            books
                .happened
                .push((at, Happening::TypesSent(ids.collect())));
            books.kinds.remove(&RequestKind::PmsAppointmentTypes);
            Ok(())
        })
        .await
    }

    async fn send_liveness_contract(&self, hours: &LiveHours) -> Result<(), CallError> {
        self.call(Op::Contract, |books, _| {
            books.contract = Some(hours.clone());
            Ok(())
        })
        .await
    }
}
