//! The operations that the practice's engine asks for.

use async_trait::async_trait;

use super::error::{CallError, Refusal, Verdict};
use super::practice_client::{PracticeClient, garbled};
use super::send::{Answer, Call};
use super::wire::availability::{Snapshot, parse_outcome, parse_request};
use super::wire::booking::{Reason, parse_booking, parse_update};
use super::wire::configuration::{WireContract, WireResource, WireType};
use super::wire::list::body_text;
use super::wire::request::{parse_kinds, parse_question};
use super::{
    AvailabilityRequest, BookingQuestion, Healthengine, LARGEST_BATCH, Pending, RequestKind,
    SnapshotOutcome,
};
use crate::domain::availability::FreeDay;
use crate::domain::booking::{Booking, BookingUpdate, Place};
use crate::domain::diary::{AppointmentType, Resource};
use crate::domain::id::{BookingId, RequestId};
use crate::domain::live_hours::LiveHours;

#[async_trait]
impl Healthengine for PracticeClient {
    async fn fetch_requests(&self) -> Result<Vec<RequestKind>, CallError> {
        let operation = "pollRequests";
        let url = self.connection().shared().requests.clone();
        let body = self.send(Call::read(operation, url)).await?;
        parse_kinds(&body_text(&body)).map_err(garbled(operation))
    }

    async fn fetch_bookings(&self) -> Result<Vec<Pending<Booking>>, CallError> {
        let url = self.url("/requests/bookings");
        self.fetch_pages(
            "bookingRequests",
            url,
            parse_booking,
            |pending| match pending {
                Pending::Readable(booking) => booking.id,
                Pending::Unreadable { booking, .. } => *booking,
            },
        )
        .await
    }

    async fn fetch_booking_updates(&self) -> Result<Vec<BookingUpdate>, CallError> {
        let url = self.url("/requests/bookingUpdates");
        self.fetch_pages("bookingUpdateRequests", url, parse_update, |update| {
            update.request
        })
        .await
    }

    async fn fetch_availability_requests(&self) -> Result<Vec<AvailabilityRequest>, CallError> {
        let url = self.url("/requests/availability");
        let operation = "availabilitySnapshotRequests";
        self.fetch_pages(operation, url, parse_request, Clone::clone)
            .await
    }

    async fn confirm_insert(&self, booking: BookingId, place: &Place) -> Result<(), CallError> {
        self.confirm_booking_insert(booking, place, None).await
    }

    async fn reject_insert(&self, booking: BookingId, reason: &str) -> Result<(), CallError> {
        let url = self.url(&format!("/bookings/{booking}/rejectInsert"));
        self.post("rejectBookingInsert", url, &Reason::new(reason))
            .await
    }

    async fn confirm_update(
        &self,
        booking: BookingId,
        request: RequestId,
    ) -> Result<(), CallError> {
        let url = self.url(&format!("/bookings/{booking}/confirmUpdate/{request}"));
        let call = Call::write("confirmBookingUpdate", url);
        self.send(call).await.map(drop)
    }

    async fn reject_update(
        &self,
        booking: BookingId,
        request: RequestId,
        reason: &str,
    ) -> Result<(), CallError> {
        let url = self.url(&format!("/bookings/{booking}/rejectUpdate/{request}"));
        self.post("rejectBookingUpdate", url, &Reason::new(reason))
            .await
    }

    async fn fetch_appointment_changes(&self) -> Result<Vec<BookingQuestion>, CallError> {
        let operation = "pmsAppointmentChangeRequests";
        let url = self.url("/requests/pmsAppointmentChanges");
        self.fetch_pages(operation, url, parse_question, Clone::clone)
            .await
    }

    async fn report_cancelled(&self, booking: BookingId, reason: &str) -> Result<(), CallError> {
        let url = self.url(&format!("/bookings/{booking}/cancel"));
        self.post("cancelBooking", url, &Reason::new(reason)).await
    }

    async fn report_did_not_attend(
        &self,
        booking: BookingId,
        reason: &str,
    ) -> Result<(), CallError> {
        let url = self.url(&format!("/bookings/{booking}/didNotAttend"));
        self.post("didNotAttend", url, &Reason::new(reason)).await
    }

    async fn report_no_change(&self, booking: BookingId) -> Result<(), CallError> {
        let url = self.url(&format!("/bookings/{booking}/noPmsAppointmentChange"));
        let call = Call::write("noPmsAppointmentChange", url);
        self.send(call).await.map(drop)
    }

    async fn send_availability(&self, days: &[FreeDay]) -> Result<SnapshotOutcome, CallError> {
        let operation = "sendAvailabilitySnapshots";
        if days.len() > LARGEST_BATCH {
            let detail = format!("not sent: {} days, and {LARGEST_BATCH} at most", days.len());
            let verdict = Verdict::Refused(Refusal::Invalid);
            return Err(CallError::new(operation, verdict, detail));
        }
        let mut unsent = Vec::new();
        let (mut sent, mut snapshots) = (Vec::new(), Vec::new());
        for (index, day) in days.iter().enumerate() {
            match Snapshot::of(day) {
                Ok(snapshot) => {
                    sent.push(index);
                    snapshots.push(snapshot);
                }
                Err(reason) => unsent.push((index, format!("not sent: {reason}"))),
            }
        }
        if snapshots.is_empty() {
            return Ok(SnapshotOutcome { failed: unsent });
        }
        let url = self.url("/availability/snapshots");
        // A 200 can hide failures, so that its body is part of the answer.
        let call = Call::post(operation, url, &snapshots)?.answer(Answer::Needed);
        let body = self.send(call).await?;
        let mut outcome =
            parse_outcome(&body_text(&body), days, &sent).map_err(garbled(operation))?;
        outcome.failed.extend(unsent);
        outcome.failed.sort_by_key(|&(index, _)| index);
        Ok(outcome)
    }

    async fn send_resources(&self, resources: &[Resource]) -> Result<(), CallError> {
        let url = self.url("/config/pmsResources/snapshot");
        let resources: Vec<_> = resources.iter().map(WireResource::of).collect();
        self.post("uploadPmsResources", url, &resources).await
    }

    async fn send_appointment_types(&self, types: &[AppointmentType]) -> Result<(), CallError> {
        let url = self.url("/config/pmsAppointmentTypes/snapshot");
        let types: Vec<_> = types.iter().map(WireType::of).collect();
        self.post("uploadPmsAppointmentTypes", url, &types).await
    }

    async fn send_liveness_contract(&self, hours: &LiveHours) -> Result<(), CallError> {
        let url = self.url("/config/livenessContract");
        self.post("uploadLivenessContract", url, &WireContract::of(hours))
            .await
    }
}
