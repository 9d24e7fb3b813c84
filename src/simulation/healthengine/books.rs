//! What Healthengine has in its books.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, NaiveDate, Utc};

use super::{Extra, Fault, Op, failure};
use crate::domain::availability::FreeDay;
use crate::domain::booking::{Booking, BookingUpdate, Place};
use crate::domain::diary::{AppointmentType, Resource};
use crate::domain::id::{BookingId, PmsResourceId, RequestId};
use crate::domain::live_hours::LiveHours;
use crate::healthengine::{
    AvailabilityRequest, BookingQuestion, CallError, LARGEST_BATCH, Pending, Refusal, RequestKind,
    SnapshotOutcome, Verdict,
};
use crate::simulation::chronicle::{Happening, Paper};

/// What Healthengine was told of a booking, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// Of which booking.
    pub booking: BookingId,
    /// What.
    pub what: Answer,
    /// Whether a question waited for it.
    pub asked: bool,
}

/// An answer that Healthengine took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It stands, and where.
    Confirmed(Place),
    /// It does not, and why.
    Rejected(String),
    /// The diary was changed as asked.
    UpdateConfirmed(RequestId),
    /// The diary was not changed, and why.
    UpdateRejected(RequestId, String),
    /// It was cancelled in the diary.
    Cancelled,
    /// The patient did not attend.
    DidNotAttend,
    /// Neither, because it was asked.
    NoChange,
}

impl Answer {
    /// Where the booking stands, if that is the answer.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Confirmed(place) => Some(place),
            Self::Rejected(_)
            | Self::UpdateConfirmed(_)
            | Self::UpdateRejected(..)
            | Self::Cancelled
            | Self::DidNotAttend
            | Self::NoChange => None,
        }
    }
}

/// What Healthengine has in its books.
#[derive(Debug, Default, Clone)]
pub struct Books {
    /// Every booking that was ever made.
    pub bookings: BTreeMap<BookingId, Pending<Booking>>,
    /// Those that wait for an answer.
    pub pending: BTreeSet<BookingId>,
    /// Every update that was ever asked for.
    pub updates: BTreeMap<RequestId, BookingUpdate>,
    /// Those that wait for an answer.
    pub pending_updates: BTreeSet<RequestId>,
    /// The days that are wanted, each with the resources that are still missing.
    pub wanted: Vec<(AvailabilityRequest, BTreeSet<PmsResourceId>)>,
    /// Bookings of which it asks whether their appointment has changed.
    pub questions: BTreeMap<BookingId, BookingQuestion>,
    /// The extra features, and what was sent because of them.
    pub extra: Extra,
    /// Other kinds of request that wait.
    pub kinds: BTreeSet<RequestKind>,
    /// The live hours it was told.
    pub contract: Option<LiveHours>,
    /// The resources it was told.
    pub resources: Vec<Resource>,
    /// The appointment types it was told.
    pub types: Vec<AppointmentType>,
    /// The free time it was told.
    pub days: BTreeMap<(PmsResourceId, NaiveDate), FreeDay>,
    /// Days that fail inside a 200, so many times.
    pub bad_days: BTreeMap<NaiveDate, u32>,
    /// Days with which a whole batch is a 400.
    pub poison: BTreeSet<NaiveDate>,
    /// Every answer that it took, in order.
    pub told: Vec<Told>,
    /// Every call, and when it came.
    pub traffic: Vec<(DateTime<Utc>, Op)>,
    /// How many days each call of availability held.
    pub batches: Vec<usize>,
    /// Whether it cannot be reached.
    pub down: bool,
    /// Whether consent is missing: every call is answered 401.
    pub revoked: bool,
    /// What was sent against the definition.
    pub breaches: Vec<String>,
    /// What is to be noted.
    pub(super) happened: Vec<(DateTime<Utc>, Happening)>,
    pub(super) faults: BTreeMap<Op, VecDeque<Fault>>,
}

impl Books {
    pub(super) fn kinds_waiting(&self) -> Vec<RequestKind> {
        let mut kinds: Vec<RequestKind> = self.kinds.iter().cloned().collect();
        kinds.extend((!self.pending.is_empty()).then_some(RequestKind::Bookings));
        kinds.extend((!self.pending_updates.is_empty()).then_some(RequestKind::BookingUpdates));
        kinds.extend((!self.wanted.is_empty()).then_some(RequestKind::Availability));
        let asks = !self.questions.is_empty();
        kinds.extend(asks.then_some(RequestKind::PmsAppointmentChanges));
        kinds.extend(self.extra.kinds_waiting());
        kinds
    }

    pub(super) fn note(&mut self, at: DateTime<Utc>, paper: Paper) {
        self.happened.push((at, Happening::Paper(paper)));
    }

    /// A booking is answered while it is pending; afterwards it is not found.
    pub(super) fn answer(
        &mut self,
        at: DateTime<Utc>,
        booking: BookingId,
        what: Answer,
    ) -> Result<(), CallError> {
        let taken = self.pending.remove(&booking);
        self.note_told(at, booking, &what, taken);
        if !taken {
            return Err(failure(Verdict::Refused(Refusal::NotFound)));
        }
        self.told.push(Told {
            at,
            booking,
            what,
            asked: true,
        });
        Ok(())
    }

    fn note_told(&mut self, at: DateTime<Utc>, booking: BookingId, what: &Answer, taken: bool) {
        let told = Happening::Told {
            booking,
            what: what.clone(),
            taken,
        };
        self.happened.push((at, told));
    }

    /// What a practice tells of an appointment, asked or unasked.
    pub(super) fn report(
        &mut self,
        at: DateTime<Utc>,
        booking: BookingId,
        what: Answer,
    ) -> Result<(), CallError> {
        let taken = self.bookings.contains_key(&booking) || self.questions.contains_key(&booking);
        self.note_told(at, booking, &what, taken);
        if !taken {
            return Err(failure(Verdict::Refused(Refusal::NotFound)));
        }
        let asked = self.questions.remove(&booking).is_some();
        self.told.push(Told {
            at,
            booking,
            what,
            asked,
        });
        Ok(())
    }

    pub(super) fn answer_update(
        &mut self,
        at: DateTime<Utc>,
        booking: BookingId,
        request: RequestId,
        what: Answer,
    ) -> Result<(), CallError> {
        let taken = self.pending_updates.remove(&request);
        self.note_told(at, booking, &what, taken);
        if !taken {
            return Err(failure(Verdict::Refused(Refusal::NotFound)));
        }
        self.told.push(Told {
            at,
            booking,
            what,
            asked: true,
        });
        Ok(())
    }

    pub(super) fn take_days(&mut self, days: &[FreeDay]) -> Result<SnapshotOutcome, CallError> {
        if days.is_empty() || days.len() > LARGEST_BATCH {
            self.breaches.push(format!("a batch of {}", days.len()));
            return Err(failure(Verdict::Refused(Refusal::Invalid)));
        }
        self.batches.push(days.len());
        if days.iter().any(|day| self.poison.contains(&day.date)) {
            return Err(failure(Verdict::Refused(Refusal::Invalid)));
        }
        let mut failed = Vec::new();
        for (at, day) in days.iter().enumerate() {
            if let Some(left) = self.bad_days.get_mut(&day.date).filter(|left| **left > 0) {
                *left = left.saturating_sub(1);
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
