//! What the ledger keeps of a booking: ids, times, decisions; never a patient's detail.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::transition::How;
use crate::domain::civil::LocalDateTime;
use crate::domain::id::{BookingId, PmsAppointmentId, PmsPatientId, PmsResourceId};

/// A booking, as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingRecord {
    /// Healthengine's id.
    pub booking: BookingId,
    /// The time it asks for; `None` when the request could not be read or names no resource.
    pub slot: Option<Slot>,
    /// When the patient booked, UTC.
    pub booked_at: DateTime<Utc>,
    /// When the connector first saw it, UTC.
    pub received_at: DateTime<Utc>,
    /// How far it has come.
    pub state: State,
    /// How often an insert was begun.
    pub attempts: u32,
    /// When the state last changed, UTC.
    pub changed_at: DateTime<Utc>,
    /// How often the record was written; guards against a writer that read an older one.
    pub revision: u64,
}

/// A stretch of a resource's day.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slot {
    /// Whose time.
    pub resource: PmsResourceId,
    /// From when, practice-local.
    pub start: LocalDateTime,
    /// For how long.
    pub length: Duration,
}

/// Where an appointment stands in the PMS.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The PMS's ids of the appointment.
    pub appointments: Vec<PmsAppointmentId>,
    /// The PMS's id of the patient.
    pub patient: PmsPatientId,
}

/// How far a booking has come.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum State {
    /// Known, and nothing is written anywhere.
    Received,
    /// The intent is recorded; from here on the appointment may stand in the diary.
    Inserting {
        /// When the intent was recorded, UTC.
        since: DateTime<Utc>,
    },
    /// It stands in the diary; Healthengine is still to be told.
    Inserted {
        /// Where.
        place: Place,
        /// How it came there.
        how: How,
    },
    /// It stands in the diary, and Healthengine knows.
    Confirmed {
        /// Where.
        place: Place,
        /// How it came there.
        how: How,
    },
    /// It will not be inserted; Healthengine is still to be told.
    Rejecting {
        /// Why.
        reason: RejectReason,
    },
    /// It was not inserted, and Healthengine knows.
    Rejected {
        /// Why.
        reason: RejectReason,
    },
    /// Only a person can settle it.
    NeedsPerson {
        /// Why.
        why: Stuck,
    },
    /// A person has settled it. Whether an appointment stands is theirs to know: nothing is sent,
    /// and a later cancellation is theirs as well.
    SettledByPerson,
}

impl State {
    /// Whether nothing more is to be done by the connector.
    pub const fn is_settled(&self) -> bool {
        match self {
            Self::Confirmed { .. } | Self::Rejected { .. } | Self::SettledByPerson => true,
            Self::Received
            | Self::Inserting { .. }
            | Self::Inserted { .. }
            | Self::Rejecting { .. }
            | Self::NeedsPerson { .. } => false,
        }
    }

    /// Whether the booking's time must not be offered to others, whatever the diary says.
    pub const fn holds_its_time(&self) -> bool {
        match self {
            Self::Received
            | Self::Inserting { .. }
            | Self::Inserted { .. }
            | Self::NeedsPerson { .. } => true,
            // What a person has settled stands in the diary, or nobody wants its time.
            Self::Confirmed { .. }
            | Self::Rejecting { .. }
            | Self::Rejected { .. }
            | Self::SettledByPerson => false,
        }
    }
}

/// Why a booking is rejected, in words for Healthengine's support and the practice's staff.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RejectReason {
    /// The request names no resource: it was removed after the patient booked.
    ResourceRemoved,
    /// The request names a resource that the diary does not have.
    ResourceUnknown,
    /// The clock jumps over that time.
    TimeDoesNotExist,
    /// The time has already passed.
    TimePassed,
    /// The diary does not offer that type with that resource.
    TypeNotOffered,
    /// The length does not fit the type, or is missing.
    LengthNotAllowed,
    /// Somebody else has that time.
    SlotTaken,
    /// The resource does not work at that time.
    OutsideHours,
    /// The PMS could not be reached in time.
    PmsUnavailable,
    /// The patient cancelled before the booking reached the diary.
    CancelledFirst,
    /// Healthengine no longer asks for it.
    NoLongerAsked,
    /// The request could not be read; the text says which field.
    Unreadable(String),
    /// The PMS refused, in its words (without personal data).
    Refused(String),
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResourceRemoved => {
                f.write_str("the practitioner is no longer bookable in the practice's diary")
            }
            Self::ResourceUnknown => {
                f.write_str("the practice's diary does not have this practitioner")
            }
            Self::TimeDoesNotExist => f.write_str(
                "the clock is put forward over this time on that day, so it does not exist",
            ),
            Self::TimePassed => f.write_str("the time had already passed"),
            Self::TypeNotOffered => {
                f.write_str("this practitioner does not offer this appointment type")
            }
            Self::LengthNotAllowed => {
                f.write_str("the length does not match the appointment type in the diary")
            }
            Self::SlotTaken => f.write_str("the time was taken by another appointment"),
            Self::OutsideHours => {
                f.write_str("the practitioner does not take appointments at this time")
            }
            Self::PmsUnavailable => {
                f.write_str("the practice's diary could not be reached in time")
            }
            Self::CancelledFirst => {
                f.write_str("the booking was cancelled before it reached the diary")
            }
            Self::NoLongerAsked => f.write_str("Healthengine no longer asks for this booking"),
            Self::Unreadable(field) => write!(f, "the booking could not be read: {field}"),
            Self::Refused(words) => write!(f, "the practice's diary refused it: {words}"),
        }
    }
}

/// Why only a person can settle a booking.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Stuck {
    /// The outcome of an insert is unknown, and the PMS cannot be asked for the booking's key.
    CannotLook,
    /// Healthengine refuses the answer, in its words (without personal data).
    AnswerRefused(String),
    /// Something happened that the protocol does not allow.
    OutOfOrder(String),
}

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CannotLook => f.write_str(
                "nobody can tell whether the appointment reached the diary: look in the diary, \
                 and enter it if it is missing",
            ),
            Self::AnswerRefused(words) => write!(
                f,
                "Healthengine refuses the answer ({words}): check the booking in its portal"
            ),
            Self::OutOfOrder(words) => {
                write!(
                    f,
                    "the booking's record is out of order ({words}): check the diary"
                )
            }
        }
    }
}
