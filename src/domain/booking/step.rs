//! Which step follows, from what is recorded and what is known right now.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::record::{BookingRecord, RejectReason, State};

/// Rule: a reject within 20 s of `bookedTime` lets the patient pick another time; after that
/// Healthengine presumes the booking confirmed.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// How long before the limit the connector stops trying and rejects: the time that the rejection
/// itself may need.
pub const ANSWER_MARGIN: Duration = Duration::from_secs(5);

/// The last moment at which an insert may still be tried before rejecting.
pub fn reject_by(booked_at: DateTime<Utc>) -> DateTime<Utc> {
    later(booked_at, ANSWER_LIMIT.saturating_sub(ANSWER_MARGIN))
}

/// Whether Healthengine has presumed the booking confirmed.
pub fn is_late(booked_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now > later(booked_at, ANSWER_LIMIT)
}

fn later(at: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(by)
        .ok()
        .and_then(|by| at.checked_add_signed(by))
        .unwrap_or(at)
}

/// What is known right now about a booking beside its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The current time, UTC.
    pub now: DateTime<Utc>,
    /// Whether Healthengine lists the booking as pending.
    pub pending: bool,
    /// Why the request cannot be met whatever the diary says, if so.
    pub objection: Option<RejectReason>,
    /// Whether this activation has looked for an appointment that staff typed in, or a rejection
    /// may have reached Healthengine already.
    pub looked: bool,
}

/// What is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Look for the same patient, resource and time: staff may have typed the booking in.
    LookForTypedIn,
    /// Match the patient, record the intent, book.
    Insert,
    /// Look for the booking's key.
    Find,
    /// Record that it will not be inserted.
    Decline(RejectReason),
    /// Tell Healthengine that it stands in the diary.
    Confirm,
    /// Tell Healthengine that it does not.
    Reject,
    /// Record that Healthengine no longer asks.
    Withdraw,
    /// Nothing: it is settled, or a person has it.
    Nothing,
}

/// Whether staff may have entered a booking against which this stands: they saw it in time, are
/// freer than the rules of online booking, or made room meanwhile.
const fn may_be_typed_in(objection: &RejectReason) -> bool {
    match objection {
        RejectReason::TimePassed
        | RejectReason::TypeNotOffered
        | RejectReason::LengthNotAllowed
        | RejectReason::SlotTaken
        | RejectReason::OutsideHours
        | RejectReason::PmsUnavailable
        | RejectReason::CancelledFirst
        | RejectReason::Refused(_) => true,
        RejectReason::ResourceRemoved
        | RejectReason::ResourceUnknown
        | RejectReason::TimeDoesNotExist
        | RejectReason::NoLongerAsked
        | RejectReason::Unreadable(_) => false,
    }
}

/// The step that follows; the same record and facts always give the same step.
pub fn next_step(record: &BookingRecord, facts: &Facts) -> Step {
    match &record.state {
        State::Received => {
            if !facts.pending {
                Step::Withdraw
            } else if planted!(LateWithoutLook, false, is_late(record.booked_at, facts.now))
                && !facts.looked
                && facts.objection.as_ref().is_none_or(may_be_typed_in)
            {
                Step::LookForTypedIn
            } else if let Some(reason) = &facts.objection {
                Step::Decline(reason.clone())
            } else {
                Step::Insert
            }
        }
        State::Inserting { .. } => Step::Find,
        State::Inserted { .. } => Step::Confirm,
        State::Rejecting { reason } => {
            let late = planted!(LateWithoutLook, false, is_late(record.booked_at, facts.now));
            if late && facts.pending && !facts.looked && may_be_typed_in(reason) {
                Step::LookForTypedIn
            } else {
                Step::Reject
            }
        }
        State::Confirmed { .. }
        | State::Rejected { .. }
        | State::NeedsPerson { .. }
        | State::SettledByPerson => Step::Nothing,
    }
}

#[cfg(test)]
mod tests;
