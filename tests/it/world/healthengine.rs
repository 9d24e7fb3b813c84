//! Healthengine for one practice, in memory.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use healthengine_connector::domain::availability::FreeDay;
use healthengine_connector::domain::booking::{Booking, BookingStatus, BookingUpdate, Place};
use healthengine_connector::domain::clock::Clock as _;
use healthengine_connector::domain::diary::{AppointmentType, Resource};
use healthengine_connector::domain::id::{
    BookingId, PmsAppointmentTypeId, PmsResourceId, RequestId,
};
use healthengine_connector::domain::live_hours::LiveHours;
use healthengine_connector::domain::redacted::Redacted;
use healthengine_connector::healthengine::{
    AvailabilityRequest, CallError, Healthengine, LARGEST_BATCH, Pending, Refusal, RequestKind,
    SnapshotOutcome, Verdict,
};

use super::clock::TestClock;
use super::gate::Gate;
use super::local;
use super::patient::{REASON, patient};

/// The operations, to be made to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Op {
    Requests,
    Bookings,
    Updates,
    AvailabilityRequests,
    ConfirmInsert,
    RejectInsert,
    ConfirmUpdate,
    RejectUpdate,
    Availability,
    Resources,
    Types,
    Contract,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing is done.
    Before(Verdict),
    /// It is done, and the answer is lost.
    After(Verdict),
}

/// What Healthengine was told of a booking, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) at: DateTime<Utc>,
    pub(crate) booking: BookingId,
    pub(crate) what: Answer,
}

/// An answer that Healthengine took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Confirmed(Place),
    Rejected(String),
    UpdateConfirmed(RequestId),
    UpdateRejected(RequestId, String),
}

/// Healthengine, as far as one practice sees it.
pub(crate) struct HealthengineModel {
    clock: Arc<TestClock>,
    gate: Arc<Gate>,
    books: Mutex<Books>,
}

/// What Healthengine has in its books.
#[derive(Default)]
pub(crate) struct Books {
    /// Every booking that was ever made.
    pub(crate) bookings: BTreeMap<BookingId, Pending<Booking>>,
    /// Those that wait for an answer.
    pub(crate) pending: BTreeSet<BookingId>,
    pub(crate) updates: BTreeMap<RequestId, BookingUpdate>,
    pub(crate) pending_updates: BTreeSet<RequestId>,
    /// The days that are wanted, each with the resources that are still missing.
    pub(crate) wanted: Vec<(AvailabilityRequest, BTreeSet<PmsResourceId>)>,
    /// Other kinds of request that wait.
    pub(crate) kinds: BTreeSet<RequestKind>,
    pub(crate) contract: Option<LiveHours>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) types: Vec<AppointmentType>,
    pub(crate) days: BTreeMap<(PmsResourceId, NaiveDate), FreeDay>,
    /// Days that fail inside a 200, so many times.
    pub(crate) bad_days: BTreeMap<NaiveDate, u32>,
    /// Days with which a whole batch is a 400.
    pub(crate) poison: BTreeSet<NaiveDate>,
    pub(crate) told: Vec<Told>,
    pub(crate) traffic: Vec<(DateTime<Utc>, Op)>,
    /// How many days each call of availability held.
    pub(crate) batches: Vec<usize>,
    pub(crate) revoked: bool,
    faults: BTreeMap<Op, VecDeque<Fault>>,
}

impl HealthengineModel {
    pub(crate) fn new(clock: Arc<TestClock>, gate: Arc<Gate>) -> Self {
        Self {
            clock,
            gate,
            books: Mutex::default(),
        }
    }

    /// The books, to look at or to change.
    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    /// A patient books now: the n-th patient, resource `R1`, half an hour, `2026-11-23 09:30`.
    pub(crate) fn book(&self, id: i64, start: &str) -> BookingId {
        self.book_as(id, start, |_| {})
    }

    /// The same, with something changed.
    pub(crate) fn book_as(
        &self,
        id: i64,
        start: &str,
        change: impl FnOnce(&mut Booking),
    ) -> BookingId {
        let mut booking = Booking {
            id: BookingId::new(id),
            resource: PmsResourceId::parse("R1").ok(),
            appointment_type: PmsAppointmentTypeId::parse("T1").ok(),
            appointments: Vec::new(),
            pms_patient: None,
            booked_at: Some(self.clock.now()),
            status: BookingStatus::Requested,
            start: local(start),
            length: Some(super::minutes(30)),
            reason: Some(Redacted::new(REASON.to_owned())),
            comments: None,
            telehealth_url: None,
            is_new_patient: None,
            patient: patient(u32::try_from(id).unwrap()),
        };
        change(&mut booking);
        let id = booking.id;
        self.list(id, Pending::Readable(booking));
        id
    }

    /// A booking of which nothing but its id can be read.
    pub(crate) fn book_unreadably(&self, id: i64, problem: &str) -> BookingId {
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
    pub(crate) fn cancel(&self, request: i64, booking: BookingId) -> RequestId {
        self.update(request, booking, BookingStatus::Cancelled)
    }

    /// A booking is to become something.
    pub(crate) fn update(
        &self,
        request: i64,
        booking: BookingId,
        status: BookingStatus,
    ) -> RequestId {
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
    pub(crate) fn want(&self, day: &str, resource: Option<&str>) {
        let mut books = self.books();
        let resource = resource.map(|id| PmsResourceId::parse(id).unwrap());
        let missing = match &resource {
            Some(one) => [one.clone()].into(),
            None => books.resources.iter().map(|one| one.id.clone()).collect(),
        };
        let day = day.parse().unwrap();
        books
            .wanted
            .push((AvailabilityRequest { day, resource }, missing));
    }

    /// The next calls of this operation fail like this, one each.
    pub(crate) fn fail(&self, op: Op, faults: impl IntoIterator<Item = Fault>) {
        self.books().faults.entry(op).or_default().extend(faults);
    }

    /// No more failures.
    pub(crate) fn heal(&self) {
        self.books().faults.clear();
    }

    /// Forgets the log of calls; what was told stays.
    pub(crate) fn forget_traffic(&self) {
        let mut books = self.books();
        books.traffic.clear();
        books.batches.clear();
    }

    /// How often this operation was called.
    pub(crate) fn calls(&self, op: Op) -> usize {
        let books = self.books();
        books.traffic.iter().filter(|(_, seen)| *seen == op).count()
    }

    /// The operations called, in order.
    pub(crate) fn sequence(&self) -> Vec<Op> {
        self.books().traffic.iter().map(|(_, op)| *op).collect()
    }

    /// What was told of a booking.
    pub(crate) fn told(&self, booking: BookingId) -> Vec<Answer> {
        let books = self.books();
        let of = books.told.iter().filter(|told| told.booking == booking);
        of.map(|told| told.what.clone()).collect()
    }

    /// When something was first told of a booking.
    pub(crate) fn told_at(&self, booking: BookingId) -> Option<DateTime<Utc>> {
        let books = self.books();
        let mut of = books.told.iter().filter(|told| told.booking == booking);
        of.next().map(|told| told.at)
    }

    async fn call<T: Send>(
        &self,
        op: Op,
        act: impl FnOnce(&mut Books, DateTime<Utc>) -> Result<T, CallError> + Send,
    ) -> Result<T, CallError> {
        let name = format!("{op:?}");
        self.gate.pass(&name, "before").await;
        let result = self.work(op, act);
        self.gate.pass(&name, "after").await;
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

fn failure(verdict: Verdict) -> CallError {
    CallError::new("model", verdict, format!("it answers {verdict:?}"))
}

impl Books {
    fn kinds_waiting(&self) -> Vec<RequestKind> {
        let mut kinds: Vec<RequestKind> = self.kinds.iter().cloned().collect();
        kinds.extend((!self.pending.is_empty()).then_some(RequestKind::Bookings));
        kinds.extend((!self.pending_updates.is_empty()).then_some(RequestKind::BookingUpdates));
        kinds.extend((!self.wanted.is_empty()).then_some(RequestKind::Availability));
        kinds
    }

    /// A booking is answered while it is pending; afterwards it is not found.
    fn answer(
        &mut self,
        at: DateTime<Utc>,
        booking: BookingId,
        what: Answer,
    ) -> Result<(), CallError> {
        if !self.pending.remove(&booking) {
            return Err(failure(Verdict::Refused(Refusal::NotFound)));
        }
        self.told.push(Told { at, booking, what });
        Ok(())
    }

    fn answer_update(
        &mut self,
        at: DateTime<Utc>,
        booking: BookingId,
        request: RequestId,
        what: Answer,
    ) -> Result<(), CallError> {
        if !self.pending_updates.remove(&request) {
            return Err(failure(Verdict::Refused(Refusal::NotFound)));
        }
        self.told.push(Told { at, booking, what });
        Ok(())
    }

    fn take_days(&mut self, days: &[FreeDay]) -> Result<SnapshotOutcome, CallError> {
        assert!(
            !days.is_empty() && days.len() <= LARGEST_BATCH,
            "a batch of {}",
            days.len()
        );
        self.batches.push(days.len());
        if days.iter().any(|day| self.poison.contains(&day.date)) {
            return Err(failure(Verdict::Refused(Refusal::Invalid)));
        }
        let mut failed = Vec::new();
        for (at, day) in days.iter().enumerate() {
            if let Some(left) = self.bad_days.get_mut(&day.date).filter(|left| **left > 0) {
                *left -= 1;
                failed.push((at, "it does not like this day".to_owned()));
                continue;
            }
            for (wanted, missing) in &mut self.wanted {
                if wanted.day == day.date {
                    missing.remove(&day.resource);
                }
            }
            self.days
                .insert((day.resource.clone(), day.date), day.clone());
        }
        self.wanted.retain(|(_, missing)| !missing.is_empty());
        Ok(SnapshotOutcome { failed })
    }
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
            Ok(listed.map(|id| books.bookings[id].clone()).collect())
        })
        .await
    }

    async fn fetch_booking_updates(&self) -> Result<Vec<BookingUpdate>, CallError> {
        self.call(Op::Updates, |books, _| {
            // Newest first: the order is the engine's to make.
            let listed = books.pending_updates.iter().rev();
            Ok(listed.map(|id| books.updates[id].clone()).collect())
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
