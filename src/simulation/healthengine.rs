//! Healthengine for one practice, in memory.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::availability::FreeDay;
use crate::domain::booking::{Booking, BookingStatus, BookingUpdate, Place};
use crate::domain::clock::Clock as _;
use crate::domain::diary::{AppointmentType, Resource};
use crate::domain::id::{BookingId, PmsResourceId, RequestId};
use crate::domain::live_hours::LiveHours;
use crate::healthengine::{
    AvailabilityRequest, CallError, Healthengine, Pending, RequestKind, SnapshotOutcome, Verdict,
};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

use super::clock::VirtualClock;
use super::gate::{Gate, Side};

mod books;

pub use books::{Answer, Books, Told};

/// The operations, to be made to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Op {
    /// `pollRequests`.
    Requests,
    /// The pending bookings.
    Bookings,
    /// The pending updates.
    Updates,
    /// The days that are wanted.
    AvailabilityRequests,
    /// `confirmBookingInsert`.
    ConfirmInsert,
    /// `rejectBookingInsert`.
    RejectInsert,
    /// `confirmBookingUpdate`.
    ConfirmUpdate,
    /// `rejectBookingUpdate`.
    RejectUpdate,
    /// `sendAvailabilitySnapshots`.
    Availability,
    /// `uploadPmsResources`.
    Resources,
    /// `uploadPmsAppointmentTypes`.
    Types,
    /// `uploadLivenessContract`.
    Contract,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is done.
    Before(Verdict),
    /// It is done, and the answer is lost.
    After(Verdict),
}

/// Healthengine, as far as one practice sees it.
#[derive(Debug)]
pub struct HealthengineModel {
    clock: Arc<VirtualClock>,
    gate: Arc<Gate>,
    books: Mutex<Books>,
}

impl HealthengineModel {
    /// A Healthengine that knows nothing of the practice yet.
    pub fn new(clock: Arc<VirtualClock>, gate: Arc<Gate>) -> Self {
        Self {
            clock,
            gate,
            books: Mutex::default(),
        }
    }

    /// The books, to look at or to change.
    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A patient books.
    pub fn ask(&self, booking: Booking) -> BookingId {
        let id = booking.id;
        self.list(id, Pending::Readable(booking));
        id
    }

    /// A booking of which nothing but its id can be read.
    pub fn book_unreadably(&self, id: i64, problem: &str) -> BookingId {
        let booking = BookingId::new(id);
        let problem = problem.to_owned();
        self.list(booking, Pending::Unreadable { booking, problem });
        booking
    }

    fn list(&self, id: BookingId, pending: Pending<Booking>) {
        let mut books = self.books();
        books.bookings.insert(id, pending);
        books.pending.insert(id);
    }

    /// The patient cancels now.
    pub fn cancel(&self, request: i64, booking: BookingId) -> RequestId {
        self.update(request, booking, BookingStatus::Cancelled)
    }

    /// A booking is to become something.
    pub fn update(&self, request: i64, booking: BookingId, status: BookingStatus) -> RequestId {
        let request = RequestId::new(request);
        let update = BookingUpdate {
            request,
            booking,
            appointments: Vec::new(),
            pms_patient: None,
            updated_at: Some(self.clock.now()),
            status,
        };
        let mut books = self.books();
        books.updates.insert(request, update);
        books.pending_updates.insert(request);
        request
    }

    /// A day is wanted of one resource, or of every one that is known.
    pub fn want_day(&self, day: NaiveDate, resource: Option<PmsResourceId>) {
        let mut books = self.books();
        let missing = match &resource {
            Some(one) => [one.clone()].into(),
            None => books.resources.iter().map(|one| one.id.clone()).collect(),
        };
        books
            .wanted
            .push((AvailabilityRequest { day, resource }, missing));
    }

    /// The next calls of this operation fail like this, one each.
    pub fn fail(&self, op: Op, faults: impl IntoIterator<Item = Fault>) {
        self.books().faults.entry(op).or_default().extend(faults);
    }

    /// No more failures.
    pub fn heal(&self) {
        self.books().faults.clear();
    }

    /// Forgets the log of calls; what was told stays.
    pub fn forget_traffic(&self) {
        let mut books = self.books();
        books.traffic.clear();
        books.batches.clear();
    }

    /// How often this operation was called.
    pub fn calls(&self, op: Op) -> usize {
        let books = self.books();
        books.traffic.iter().filter(|(_, seen)| *seen == op).count()
    }

    /// The operations called, in order.
    pub fn sequence(&self) -> Vec<Op> {
        self.books().traffic.iter().map(|(_, op)| *op).collect()
    }

    /// What was told of a booking.
    pub fn told(&self, booking: BookingId) -> Vec<Answer> {
        let books = self.books();
        let of = books.told.iter().filter(|told| told.booking == booking);
        of.map(|told| told.what.clone()).collect()
    }

    /// When something was first told of a booking.
    pub fn told_at(&self, booking: BookingId) -> Option<DateTime<Utc>> {
        let books = self.books();
        let mut of = books.told.iter().filter(|told| told.booking == booking);
        of.next().map(|told| told.at)
    }

    async fn call<T: Send>(
        &self,
        op: Op,
        act: impl FnOnce(&mut Books, DateTime<Utc>) -> Result<T, CallError> + Send,
    ) -> Result<T, CallError> {
        self.gate.pass(op.name(), Side::Before).await;
        let result = self.work(op, act);
        self.gate.pass(op.name(), Side::After).await;
        result
    }

    fn work<T>(
        &self,
        op: Op,
        act: impl FnOnce(&mut Books, DateTime<Utc>) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let mut books = self.books();
        let now = self.clock.now();
        books.traffic.push((now, op));
        if books.revoked {
            return Err(failure(Verdict::Unauthorised));
        }
        let fault = books.faults.get_mut(&op).and_then(VecDeque::pop_front);
        match fault {
            Some(Fault::Before(verdict)) => Err(failure(verdict)),
            Some(Fault::After(verdict)) => {
                act(&mut books, now)?;
                Err(failure(verdict))
            }
            None => act(&mut books, now),
        }
    }
}

impl Op {
    /// The operation's name, as a gate writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requests => "Requests",
            Self::Bookings => "Bookings",
            Self::Updates => "Updates",
            Self::AvailabilityRequests => "AvailabilityRequests",
            Self::ConfirmInsert => "ConfirmInsert",
            Self::RejectInsert => "RejectInsert",
            Self::ConfirmUpdate => "ConfirmUpdate",
            Self::RejectUpdate => "RejectUpdate",
            Self::Availability => "Availability",
            Self::Resources => "Resources",
            Self::Types => "Types",
            Self::Contract => "Contract",
        }
    }
}

fn failure(verdict: Verdict) -> CallError {
    CallError::new("model", verdict, format!("it answers {verdict:?}"))
}

#[async_trait]
impl Healthengine for HealthengineModel {
    async fn fetch_requests(&self) -> Result<Vec<RequestKind>, CallError> {
        self.call(Op::Requests, |books, _| Ok(books.kinds_waiting()))
            .await
    }

    async fn fetch_bookings(&self) -> Result<Vec<Pending<Booking>>, CallError> {
        self.call(Op::Bookings, |books, _| {
            let listed = books.pending.iter();
            Ok(listed
                .filter_map(|id| books.bookings.get(id).cloned())
                .collect())
        })
        .await
    }

    async fn fetch_booking_updates(&self) -> Result<Vec<BookingUpdate>, CallError> {
        self.call(Op::Updates, |books, _| {
            // Newest first: the order is the engine's to make.
            let listed = books.pending_updates.iter().rev();
            Ok(listed
                .filter_map(|id| books.updates.get(id).cloned())
                .collect())
        })
        .await
    }

    async fn fetch_availability_requests(&self) -> Result<Vec<AvailabilityRequest>, CallError> {
        self.call(Op::AvailabilityRequests, |books, _| {
            Ok(books.wanted.iter().map(|(one, _)| one.clone()).collect())
        })
        .await
    }

    async fn confirm_insert(&self, booking: BookingId, place: &Place) -> Result<(), CallError> {
        let what = Answer::Confirmed(place.clone());
        self.call(Op::ConfirmInsert, |books, at| {
            books.answer(at, booking, what)
        })
        .await
    }

    async fn reject_insert(&self, booking: BookingId, reason: &str) -> Result<(), CallError> {
        let what = Answer::Rejected(reason.to_owned());
        self.call(Op::RejectInsert, |books, at| {
            books.answer(at, booking, what)
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
            books.answer_update(at, booking, request, what)
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
            books.answer_update(at, booking, request, what)
        })
        .await
    }

    async fn send_availability(&self, days: &[FreeDay]) -> Result<SnapshotOutcome, CallError> {
        self.call(Op::Availability, |books, _| books.take_days(days))
            .await
    }

    async fn send_resources(&self, resources: &[Resource]) -> Result<(), CallError> {
        self.call(Op::Resources, |books, _| {
            books.resources = resources.to_vec();
            books.kinds.remove(&RequestKind::PmsResources);
            let known = |id: &PmsResourceId| resources.iter().any(|one| one.id == *id);
            books.days.retain(|(resource, _), _| known(resource));
            Ok(())
        })
        .await
    }

    async fn send_appointment_types(&self, types: &[AppointmentType]) -> Result<(), CallError> {
        self.call(Op::Types, |books, _| {
            books.types = types.to_vec();
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
