//! The one function that moves a booking from state to state.

use std::fmt;

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::record::{Place, RejectReason, State, Stuck};

/// How an appointment came to stand in the diary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum How {
    /// The connector booked it.
    Booked,
    /// It was found by the booking's key after a lost answer or a crash.
    FoundByKey,
    /// Staff had typed it in.
    TypedIn,
}

/// What has happened to a booking.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Event {
    /// The insert is about to be begun.
    Intended {
        /// When, UTC.
        at: DateTime<Utc>,
    },
    /// The appointment stands in the diary.
    Present {
        /// Where.
        place: Place,
        /// How it came there.
        how: How,
    },
    /// It surely does not stand in the diary: the PMS did not do it, or a look found nothing.
    Absent,
    /// It will not be inserted, and nothing was written.
    Declined {
        /// Why.
        reason: RejectReason,
    },
    /// Healthengine took the answer.
    AnswerTaken,
    /// Healthengine no longer lists the booking, so no answer is wanted any more.
    NoLongerAsked,
    /// Healthengine lists a booking again that it had stopped listing before anything was written.
    AskedAgain,
    /// Only a person can go on.
    Stuck {
        /// Why.
        why: Stuck,
    },
    /// A person asks to try again.
    Retried {
        /// When, UTC.
        at: DateTime<Utc>,
    },
    /// A person says that they have settled it.
    DealtWith,
}

/// An event that cannot follow a state.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{event} cannot follow {state}")]
pub struct IllegalEvent {
    /// The state's name.
    pub state: &'static str,
    /// The event's name.
    pub event: &'static str,
}

/// The state that follows.
///
/// Rule: nothing that may stand in the diary is rejected. So `Declined` leads out of `Inserting`
/// only because the PMS's refusal proves that nothing was written, and never out of `Inserted`; and
/// a rejection that has not gone out yet gives way to an appointment that staff entered meanwhile.
pub fn transition(state: &State, event: Event) -> Result<State, IllegalEvent> {
    let illegal = IllegalEvent {
        state: state.name(),
        event: event.name(),
    };
    match (state, event) {
        // A person may have done anything meanwhile: after their retry the booking is looked for
        // first, as after an unknown outcome.
        (State::Received, Event::Intended { at })
        | (State::NeedsPerson { .. }, Event::Retried { at }) => Ok(State::Inserting { since: at }),
        (
            State::Received | State::Inserting { .. } | State::Rejecting { .. },
            Event::Present { place, how },
        ) => Ok(State::Inserted { place, how }),
        (State::Inserting { .. }, Event::Absent)
        | (
            State::Rejected {
                reason: RejectReason::NoLongerAsked,
            },
            Event::AskedAgain,
        ) => Ok(State::Received),
        (State::Received | State::Inserting { .. }, Event::Declined { reason }) => {
            Ok(State::Rejecting { reason })
        }
        (State::Inserted { place, how }, Event::AnswerTaken | Event::NoLongerAsked) => {
            Ok(State::Confirmed {
                place: place.clone(),
                how: *how,
            })
        }
        (State::Rejecting { reason }, Event::AnswerTaken | Event::NoLongerAsked) => {
            Ok(State::Rejected {
                reason: reason.clone(),
            })
        }
        (State::Received, Event::NoLongerAsked) => Ok(State::Rejected {
            reason: RejectReason::NoLongerAsked,
        }),
        (
            State::Received
            | State::Inserting { .. }
            | State::Inserted { .. }
            | State::Rejecting { .. },
            Event::Stuck { why },
        ) => Ok(State::NeedsPerson { why }),
        (State::NeedsPerson { .. }, Event::DealtWith) => Ok(State::SettledByPerson),
        (
            State::Received
            | State::Inserting { .. }
            | State::Inserted { .. }
            | State::Confirmed { .. }
            | State::Rejecting { .. }
            | State::Rejected { .. }
            | State::NeedsPerson { .. }
            | State::SettledByPerson,
            Event::Intended { .. }
            | Event::Present { .. }
            | Event::Absent
            | Event::Declined { .. }
            | Event::AnswerTaken
            | Event::NoLongerAsked
            | Event::AskedAgain
            | Event::Stuck { .. }
            | Event::Retried { .. }
            | Event::DealtWith,
        ) => Err(illegal),
    }
}

impl State {
    /// The state's name, as the ledger and the page write it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Inserting { .. } => "inserting",
            Self::Inserted { .. } => "inserted",
            Self::Confirmed { .. } => "confirmed",
            Self::Rejecting { .. } => "rejecting",
            Self::Rejected { .. } => "rejected",
            Self::NeedsPerson { .. } => "needs a person",
            Self::SettledByPerson => "settled by a person",
        }
    }
}

impl Event {
    /// The event's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Intended { .. } => "intended",
            Self::Present { .. } => "present",
            Self::Absent => "absent",
            Self::Declined { .. } => "declined",
            Self::AnswerTaken => "answer taken",
            Self::NoLongerAsked => "no longer asked",
            Self::AskedAgain => "asked again",
            Self::Stuck { .. } => "stuck",
            Self::Retried { .. } => "retried",
            Self::DealtWith => "dealt with",
        }
    }
}

impl How {
    /// The word that the ledger writes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::FoundByKey => "found by key",
            Self::TypedIn => "typed in",
        }
    }

    /// Reads the ledger's word.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Booked, Self::FoundByKey, Self::TypedIn]
            .into_iter()
            .find(|how| how.name() == name)
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests;
