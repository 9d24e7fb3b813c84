//! Healthengine for one practice, in memory.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::booking::{Booking, BookingStatus, BookingUpdate, Slot};
use crate::domain::clock::Clock as _;
use crate::domain::id::{BookingId, PmsResourceId, RequestId};
use crate::healthengine::{AvailabilityRequest, CallError, Pending, Verdict};
use chrono::{DateTime, NaiveDate, Utc};

use super::chronicle::{Chronicle, Happening};
use super::clock::VirtualClock;
use super::gate::{Gate, Side};
use super::weather::Weather;

mod books;
mod document;
mod extra;
mod op;
mod port;

pub use books::{Answer, Books, Told};
pub use document::{HandedIn, Papers};
pub use extra::Extra;
pub use op::Op;

/// How long the client waits for an answer.
const CALL_LIMIT: Duration = Duration::from_secs(10);

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is done.
    Before(Verdict),
    /// It is done, and the answer is lost.
    After(Verdict),
    /// It takes so long.
    Slowly(Duration),
    /// No answer comes within the client's limit; whether it is done.
    TimesOut(bool),
    /// The network delivers it twice; the first answer comes back.
    Twice,
}

/// Healthengine, as far as one practice sees it.
#[derive(Debug)]
pub struct HealthengineModel {
    clock: Arc<VirtualClock>,
    gate: Arc<Gate>,
    weather: Arc<Weather>,
    chronicle: Arc<Chronicle>,
    books: Mutex<Books>,
}

impl HealthengineModel {
    /// A Healthengine that knows nothing of the practice yet.
    pub fn new(clock: Arc<VirtualClock>, gate: Arc<Gate>) -> Self {
        Self {
            clock,
            gate,
            weather: Arc::default(),
            chronicle: Arc::default(),
            books: Mutex::default(),
        }
    }

    /// The same with this weather on the way to it; what happens is noted.
    #[must_use]
    pub fn under(self, weather: &Arc<Weather>, chronicle: &Arc<Chronicle>) -> Self {
        Self {
            weather: Arc::clone(weather),
            chronicle: Arc::clone(chronicle),
            ..self
        }
    }

    /// The books, to look at or to change.
    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A patient books.
    pub fn ask(&self, booking: Booking) -> BookingId {
        let id = booking.id;
        let slot = booking.resource.clone().map(|resource| Slot {
            resource,
            start: booking.start,
            length: booking.length.unwrap_or_default(),
        });
        let now = self.clock.now();
        let what = Happening::Asked {
            booking: id,
            slot,
            booked_at: booking.booked_at.unwrap_or(now),
            surname: booking.patient.surname.clone(),
        };
        self.chronicle.note(now, what);
        self.list(id, Pending::Readable(booking));
        id
    }

    /// A booking of which nothing but its id can be read.
    pub fn book_unreadably(&self, id: i64, problem: &str) -> BookingId {
        let booking = BookingId::new(id);
        let problem = problem.to_owned();
        let now = self.clock.now();
        let what = Happening::Asked {
            booking,
            slot: None,
            booked_at: now,
            surname: None,
        };
        self.chronicle.note(now, what);
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
        let what = Happening::UpdateAsked {
            request,
            booking,
            cancels: update.status == BookingStatus::Cancelled,
        };
        self.chronicle.note(self.clock.now(), what);
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
        act: impl Fn(&mut Books, DateTime<Utc>) -> Result<T, CallError> + Send,
    ) -> Result<T, CallError> {
        self.gate.pass(op.name(), Side::Before).await;
        let fault = self.begin(op);
        let result = match fault {
            Err(refused) => Err(refused),
            Ok(None) => self.act(&act),
            Ok(Some(Fault::Before(verdict))) => Err(failure(verdict)),
            Ok(Some(Fault::After(verdict))) => self.act(&act).and(Err(failure(verdict))),
            Ok(Some(Fault::Slowly(by))) => {
                self.clock.pass(by).await;
                self.act(&act)
            }
            Ok(Some(Fault::TimesOut(done))) => {
                let result = if done {
                    self.act(&act).map(drop)
                } else {
                    Ok(())
                };
                self.clock.pass(CALL_LIMIT).await;
                result.and(Err(failure(Verdict::Unknown)))
            }
            Ok(Some(Fault::Twice)) => {
                let first = self.act(&act);
                drop(self.act(&act));
                first
            }
        };
        // A poll takes no time: there are thousands a day, and nothing to wait for.
        if op != Op::Requests {
            self.clock.pass(self.weather.latency()).await;
        }
        self.gate.pass(op.name(), Side::After).await;
        result
    }

    fn act<T>(
        &self,
        act: &impl Fn(&mut Books, DateTime<Utc>) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let mut books = self.books();
        let result = act(&mut books, self.clock.now());
        for (at, what) in std::mem::take(&mut books.happened) {
            self.chronicle.note(at, what);
        }
        result
    }

    /// How the call fares, if it reaches Healthengine at all.
    fn begin(&self, op: Op) -> Result<Option<Fault>, CallError> {
        let mut books = self.books();
        let now = self.clock.now();
        books.traffic.push((now, op));
        self.chronicle.call(now, op.name());
        if books.down {
            return Err(failure(Verdict::NotSent));
        }
        if books.revoked {
            return Err(failure(Verdict::Unauthorised));
        }
        let planned = books.faults.get_mut(&op).and_then(VecDeque::pop_front);
        if planned.is_some() {
            return Ok(planned);
        }
        let fault = self.weather.of_healthengine(op, now);
        if let Some(fault) = fault {
            self.note_fault(op, format!("{fault:?}"));
        }
        Ok(fault)
    }

    fn note_fault(&self, op: Op, how: String) {
        let call = op.name();
        let what = Happening::Fault { call, how };
        self.chronicle.note(self.clock.now(), what);
    }

    /// A list as it arrives: in any order, and in a storm not quite right.
    fn listed<E: Clone>(&self, op: Op, mut list: Vec<E>) -> Vec<E> {
        if let Some(how) = self.weather.disturb(&mut list, self.clock.now()) {
            self.note_fault(op, how.to_owned());
        }
        list
    }
}

fn failure(verdict: Verdict) -> CallError {
    CallError::new("model", verdict, format!("it answers {verdict:?}"))
}
