//! Healthengine's PMS API: its operations, its wire, and what its errors mean.
//!
//! # Invariants
//! - Exact in what is sent, lenient in what is read: numbers as text, null or missing fields,
//!   unknown fields and unknown request types never fail a whole answer.
//! - No call is tried again here: the caller decides, from the error's [`Verdict`].
//! - A time-out or a broken answer on a write is [`Verdict::Unknown`].
//! - No error holds a patient's detail, a key or a token.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use chrono::NaiveDate;

use crate::domain::availability::FreeDay;
use crate::domain::booking::{Booking, BookingUpdate, Place};
use crate::domain::diary::{AppointmentType, Resource};
use crate::domain::id::{BookingId, PmsResourceId, RequestId};
use crate::domain::live_hours::LiveHours;

mod connection;
mod error;
mod extra;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod operation;
mod outcome;
mod paging;
mod port;
mod practice_client;
mod retry_after;
mod send;
mod wire;
mod words;

pub use connection::{Access, Connection, ConnectionError, ConnectionSettings};
pub use error::{CallError, Refusal, Verdict};
pub use extra::ExtraRequests;
pub use practice_client::PracticeClient;
pub use wire::attach_document::{AttachDocument, AttachDocumentMetadata, AttachDocumentRequest};
pub use wire::booking::TelehealthLinks;
pub use wire::feature::Feature;
pub use wire::request::{BookingQuestion, ClientSnapshotRequest, UploadDocumentRequest};
pub use wire::subscription::{
    NewSubscription, Subscription, SubscriptionError, SubscriptionErrorQuery, Topic,
};

/// What the practice's engine asks of Healthengine, on behalf of one practice.
///
/// `fetch_` reads, everything else writes. Each call lasts at most the client's total time-out.
#[async_trait]
pub trait Healthengine: ExtraRequests {
    /// Fetches the kinds of request that wait (`GET /requests`).
    async fn fetch_requests(&self) -> Result<Vec<RequestKind>, CallError>;

    /// Fetches every pending booking, all pages.
    async fn fetch_bookings(&self) -> Result<Vec<Pending<Booking>>, CallError>;

    /// Fetches every pending booking update, all pages.
    async fn fetch_booking_updates(&self) -> Result<Vec<BookingUpdate>, CallError>;

    /// Fetches every day that Healthengine wants anew, all pages.
    async fn fetch_availability_requests(&self) -> Result<Vec<AvailabilityRequest>, CallError>;

    /// Answers that the booking stands in the diary.
    async fn confirm_insert(&self, booking: BookingId, place: &Place) -> Result<(), CallError>;

    /// Answers that it does not; the reason is for Healthengine's support.
    async fn reject_insert(&self, booking: BookingId, reason: &str) -> Result<(), CallError>;

    /// Answers that the diary was changed as asked.
    async fn confirm_update(&self, booking: BookingId, request: RequestId)
    -> Result<(), CallError>;

    /// Answers that the diary was not changed.
    async fn reject_update(
        &self,
        booking: BookingId,
        request: RequestId,
        reason: &str,
    ) -> Result<(), CallError>;

    /// Fetches every booking whose appointment may have changed, all pages.
    async fn fetch_appointment_changes(&self) -> Result<Vec<BookingQuestion>, CallError>;

    /// Says that the appointment was cancelled in the PMS; the reason is for Healthengine's support.
    async fn report_cancelled(&self, booking: BookingId, reason: &str) -> Result<(), CallError>;

    /// Says that the patient did not attend; the reason is for Healthengine's support.
    async fn report_did_not_attend(
        &self,
        booking: BookingId,
        reason: &str,
    ) -> Result<(), CallError>;

    /// Says, because it was asked, that the appointment was neither cancelled nor missed.
    async fn report_no_change(&self, booking: BookingId) -> Result<(), CallError>;

    /// Sends up to [`LARGEST_BATCH`] days of free time.
    async fn send_availability(&self, days: &[FreeDay]) -> Result<SnapshotOutcome, CallError>;

    /// Sends all resources: one that is missing is deleted at Healthengine.
    async fn send_resources(&self, resources: &[Resource]) -> Result<(), CallError>;

    /// Sends all appointment types: one that is missing is deleted at Healthengine.
    async fn send_appointment_types(&self, types: &[AppointmentType]) -> Result<(), CallError>;

    /// Sends the live hours.
    async fn send_liveness_contract(&self, hours: &LiveHours) -> Result<(), CallError>;
}

/// Rule: up to 100 availability snapshots in a single call.
pub const LARGEST_BATCH: usize = 100;

/// A kind of request that can wait at Healthengine.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RequestKind {
    /// Bookings to insert.
    Bookings,
    /// Bookings to change.
    BookingUpdates,
    /// Days to send anew.
    Availability,
    /// Bookings whose appointments may have changed.
    PmsAppointmentChanges,
    /// Resources to send anew.
    PmsResources,
    /// Appointment types to send anew.
    PmsAppointmentTypes,
    /// Bookings whose documents are to be listed.
    AvailableDocuments,
    /// Documents to upload.
    UploadDocuments,
    /// Days of which appointments and patients are to be sent.
    ClientSnapshots,
    /// Documents to put into the PMS.
    AttachDocuments,
    /// A kind that this version does not know.
    Other(String),
}

impl RequestKind {
    /// The kind's name at Healthengine.
    pub fn name(&self) -> &str {
        match self {
            Self::Bookings => "bookings",
            Self::BookingUpdates => "bookingUpdates",
            Self::Availability => "availability",
            Self::PmsAppointmentChanges => "pmsAppointmentChanges",
            Self::PmsResources => "pmsResources",
            Self::PmsAppointmentTypes => "pmsAppointmentTypes",
            Self::AvailableDocuments => "availableDocuments",
            Self::UploadDocuments => "uploadDocuments",
            Self::ClientSnapshots => "clientSnapshots",
            Self::AttachDocuments => "attachDocuments",
            Self::Other(name) => name,
        }
    }
}

impl fmt::Display for RequestKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A pending request, or what could be read of one that is out of shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pending<T> {
    /// Read in full.
    Readable(T),
    /// Its id could be read, and which field could not.
    Unreadable {
        /// The booking's id.
        booking: BookingId,
        /// The field and what is wrong with it, without its value.
        problem: String,
    },
}

/// A day that Healthengine wants anew.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AvailabilityRequest {
    /// The practice-local date.
    pub day: NaiveDate,
    /// One resource, or all of them.
    pub resource: Option<PmsResourceId>,
}

/// What Healthengine did with a batch of days: a 200 can hide failures.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SnapshotOutcome {
    /// The indexes in the batch that failed, each with Healthengine's words.
    pub failed: Vec<(usize, String)>,
}

/// How the client is to behave; see `config/default.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientLimits {
    /// The longest time to connect.
    pub connect_timeout: Duration,
    /// The longest time for a whole call.
    pub total_timeout: Duration,
    /// The largest answer that is read, in bytes.
    pub largest_answer: usize,
    /// From which size, in bytes, a request's body is sent as gzip.
    pub gzip_from: usize,
    /// The most calls under way at once, of all practices together.
    pub calls_at_once: usize,
}

#[cfg(test)]
mod tests;
