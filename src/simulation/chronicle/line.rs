//! An entry as a line that a person reads.

use std::fmt;

use super::{Entry, Happening};
use crate::domain::booking::Slot;
use crate::domain::id::BookingId;
use crate::simulation::healthengine::Answer;

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}", self.at.format("%F %T%.3f"), self.what)
    }
}

impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked {
                booking,
                slot,
                booked_at,
                ..
            } => {
                write!(
                    f,
                    "a patient asks for booking {booking}, made {}",
                    booked_at.format("%T")
                )?;
                match slot {
                    Some(slot) => write!(f, ": {}", Shown(slot)),
                    None => f.write_str(": no resource, or not to be read"),
                }
            }
            Self::UpdateAsked {
                request,
                booking,
                cancels,
            } => {
                let what = if *cancels { "cancels" } else { "touches" };
                write!(f, "request {request} {what} booking {booking}")
            }
            Self::QuestionAsked(booking) => {
                write!(f, "Healthengine asks whether booking {booking} has changed")
            }
            Self::Told {
                booking,
                what,
                taken,
            } => {
                write_told(f, *booking, what)?;
                f.write_str(if *taken {
                    ""
                } else {
                    " (not asked for any more)"
                })
            }
            Self::BookBegun(key) => write!(f, "the diary is asked to book {key}"),
            Self::BookEnded { key, clear } => {
                let how = if *clear {
                    "clearly"
                } else {
                    "nothing, or its answer is lost"
                };
                write!(f, "the diary answers {how} for {key}")
            }
            Self::CancelBegun(ids) => write!(f, "the diary is asked to cancel {ids:?}"),
            Self::Made { id, key, slot, .. } => {
                let slot = Shown(slot);
                match key {
                    Some(key) => write!(f, "the diary has {id} for {key}: {slot}"),
                    None => write!(f, "staff type in {id}: {slot}"),
                }
            }
            Self::Marked { id, standing } => write!(f, "{id} is now {standing:?}"),
            Self::ResourcesSent(ids) => {
                write!(f, "Healthengine has {} resources: {ids:?}", ids.len())
            }
            Self::TypesSent(ids) => write!(f, "Healthengine has {} types: {ids:?}", ids.len()),
            Self::Paper(paper) => write!(f, "{paper}"),
            Self::RemovalsAccepted => f.write_str("an operator accepts removals"),
            Self::Fault { call, how } => write!(f, "{call} goes wrong: {how}"),
            Self::TroubleBegins(what) => write!(f, "from now on: {what:?}"),
            Self::TroubleEnds(what) => write!(f, "no longer: {what:?}"),
            Self::Called(call) => write!(f, "{call}"),
            Self::Breach(what) => write!(f, "a rule of the definition is broken: {what}"),
        }
    }
}

fn write_told(f: &mut fmt::Formatter<'_>, booking: BookingId, what: &Answer) -> fmt::Result {
    f.write_str("Healthengine is told: ")?;
    match what {
        Answer::Confirmed(place) => {
            write!(f, "booking {booking} stands as {:?}", place.appointments)
        }
        Answer::Cancelled => write!(f, "booking {booking} was cancelled in the diary"),
        Answer::DidNotAttend => write!(f, "the patient of booking {booking} did not attend"),
        Answer::NoChange => write!(f, "booking {booking} has not changed"),
        Answer::Rejected(why) => write!(f, "booking {booking} is rejected, {why}"),
        Answer::UpdateConfirmed(request) => {
            write!(f, "request {request} of booking {booking} is done")
        }
        Answer::UpdateRejected(request, why) => {
            write!(
                f,
                "request {request} of booking {booking} is rejected, {why}"
            )
        }
    }
}

/// A slot in words.
struct Shown<'a>(&'a Slot);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Slot {
            resource,
            start,
            length,
        } = self.0;
        write!(f, "{resource} {start}, {} min", length.as_secs() / 60)
    }
}
