//! Bookings: takes those that Healthengine asks for onto the desk, and works each as far as it goes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::desk::Along;
use super::intake::Intake;
use super::objection::{Known, objection};
use super::order::order_bookings;
use super::{Halt, Practice};
use crate::domain::booking::{
    Booking, BookingRecord, BookingStatus, Event, Facts, RejectReason, Slot, State, Step, next_step,
};
use crate::domain::id::BookingId;
use crate::healthengine::Pending;
use crate::ledger::Durability;

/// The most steps one booking may take in one activation: more than the longest way there is.
const MOST_STEPS: u8 = 12;

/// What an activation knows of one booking beside its record.
#[derive(Debug)]
pub(super) struct Hand<'a> {
    pub(super) id: BookingId,
    /// The request itself; `None` when Healthengine does not list it, or could not be asked.
    pub(super) request: Option<&'a Pending<Booking>>,
    /// Whether Healthengine lists it; `None` when it could not be asked.
    pub(super) pending: Option<bool>,
    /// Whether a cancellation of it waits as well.
    pub(super) cancelled: bool,
    /// Whether staff's own entries were looked at.
    pub(super) looked: bool,
}

/// Whether a booking goes on in this activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Onward {
    /// There is a next step.
    Go,
    /// It waits for its time, or is settled.
    Rest,
}

impl Practice {
    /// Works every open booking, the one that waited longest first.
    pub(super) async fn work_bookings(&mut self, intake: &Intake) -> Result<(), Halt> {
        let none = BTreeMap::new();
        let listed = intake.bookings.as_ref().unwrap_or(&none);
        for (id, pending) in listed {
            self.receive(*id, pending).await?;
        }
        if intake.bookings.is_some() {
            let again = &mut self.desk.listed_again;
            again.retain(|id, _| listed.contains_key(id));
        }
        let cancelled: BTreeSet<BookingId> = intake
            .updates
            .iter()
            .flatten()
            .filter(|update| update.status == BookingStatus::Cancelled)
            .map(|update| update.booking)
            .collect();
        let mut order: Vec<(DateTime<Utc>, BookingId)> = self
            .desk
            .bookings
            .values()
            .map(|b| (b.record.booked_at, b.record.booking))
            .collect();
        order_bookings(&mut order);
        for (_, id) in order {
            let hand = Hand {
                id,
                request: listed.get(&id),
                pending: intake
                    .bookings
                    .as_ref()
                    .map(|listed| listed.contains_key(&id)),
                cancelled: cancelled.contains(&id),
                looked: false,
            };
            self.work_booking(hand).await?;
        }
        Ok(())
    }

    /// Takes a pending booking onto the desk, unless it is there. One that was settled before is
    /// answered again with the answer it had.
    async fn receive(&mut self, id: BookingId, pending: &Pending<Booking>) -> Result<(), Halt> {
        if self.desk.bookings.contains_key(&id) {
            return Ok(());
        }
        let known = self.ports.ledger.load_booking(&self.profile.id, id).await?;
        let Some(record) = known else {
            self.desk.receive(first_record(id, pending, self.now()));
            return Ok(());
        };
        // It was missing from a list: Healthengine was told nothing, and nothing was written.
        let gone = State::Rejected {
            reason: RejectReason::NoLongerAsked,
        };
        if record.state == gone {
            self.desk.receive(record);
            let along = Along::story("Healthengine asks for it again.");
            return self
                .advance(id, Event::AskedAgain, along, Durability::WithNext)
                .await;
        }
        // What a person has settled is theirs to answer as well.
        if record.state == State::SettledByPerson {
            return Ok(());
        }
        self.answer_again(&record).await
    }

    /// Takes steps until the booking is settled or must wait.
    async fn work_booking(&mut self, mut hand: Hand<'_>) -> Result<(), Halt> {
        for _ in 0..MOST_STEPS {
            let now = self.now();
            let Some(open) = self.desk.bookings.get(&hand.id) else {
                return Ok(());
            };
            if open.tries.resting(now) {
                return Ok(());
            }
            // Healthengine could not be asked: what is written may be looked for and answered,
            // but nothing is begun.
            let received = matches!(open.record.state, State::Received);
            let Some(pending) = hand.pending.or((!received).then_some(true)) else {
                return Ok(());
            };
            let facts = Facts {
                now,
                pending,
                objection: self.objection(&hand, open.record.booked_at, now),
                looked: hand.looked || open.answered,
            };
            let step = next_step(&open.record, &facts);
            let onward = match step {
                Step::LookForTypedIn => self.look_for_typed_in(&mut hand).await?,
                Step::Insert => self.insert(&mut hand).await?,
                Step::Find => self.find(&hand).await?,
                Step::Decline(reason) => self.decline(hand.id, reason).await?,
                Step::Confirm | Step::Reject => self.answer(hand.id).await?,
                Step::Withdraw => self.withdraw(hand.id).await?,
                Step::Nothing => Onward::Rest,
            };
            if onward == Onward::Rest {
                return Ok(());
            }
        }
        Ok(())
    }

    fn objection(
        &self,
        hand: &Hand<'_>,
        booked_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<RejectReason> {
        if hand.cancelled {
            return Some(RejectReason::CancelledFirst);
        }
        match hand.request? {
            Pending::Readable(booking) => {
                let known = Known {
                    resources: &self.setup.resources,
                    types: &self.setup.types,
                };
                objection(booking, booked_at, now, self.profile.zone, known)
            }
            Pending::Unreadable { problem, .. } => Some(RejectReason::Unreadable(problem.clone())),
        }
    }

    /// Records that Healthengine no longer asks for a booking of which nothing was written.
    async fn withdraw(&mut self, id: BookingId) -> Result<Onward, Halt> {
        if self.is_retried(id) {
            return self.ask_person_to_look(id).await;
        }
        self.republish_slot_of(id);
        // What was never recorded is not recorded now: should the list have been incomplete, the
        // booking is simply received again.
        if self.desk.drop_unrecorded(id) {
            return Ok(Onward::Rest);
        }
        let along = Along::story("Healthengine no longer asks for it; nothing was written.");
        self.advance(id, Event::NoLongerAsked, along, Durability::WithNext)
            .await?;
        Ok(Onward::Rest)
    }

    /// Moves a booking on, in the ledger and on the desk.
    pub(super) async fn advance(
        &mut self,
        id: BookingId,
        event: Event,
        along: Along,
        durability: Durability,
    ) -> Result<(), Halt> {
        let who = (&*self.profile, &self.ports);
        self.desk.advance(who, id, event, along, durability).await
    }
}

fn first_record(id: BookingId, pending: &Pending<Booking>, now: DateTime<Utc>) -> BookingRecord {
    let readable = match pending {
        Pending::Readable(booking) => Some(booking),
        Pending::Unreadable { .. } => None,
    };
    let slot = readable.and_then(|booking| {
        let resource = booking.resource.clone()?;
        Some(Slot {
            resource,
            start: booking.start,
            length: booking.length.unwrap_or_default(),
        })
    });
    BookingRecord {
        booking: id,
        slot,
        booked_at: readable
            .and_then(|booking| booking.booked_at)
            .unwrap_or(now),
        received_at: now,
        state: State::Received,
        attempts: 0,
        changed_at: now,
        revision: 0,
    }
}
