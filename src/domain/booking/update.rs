//! A change that Healthengine asks for on a booking made earlier: nearly always a cancellation.

use chrono::{DateTime, Utc};

use super::record::RejectReason;
use super::request::BookingStatus;
use crate::domain::id::{BookingId, PmsAppointmentId, PmsPatientId, RequestId};

/// A pending booking update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingUpdate {
    /// The request's id, sequential in relation to other requests.
    pub request: RequestId,
    /// The booking that is to change.
    pub booking: BookingId,
    /// The PMS's ids, as Healthengine was told them.
    pub appointments: Vec<PmsAppointmentId>,
    /// The PMS's id of the patient, as Healthengine was told it.
    pub pms_patient: Option<PmsPatientId>,
    /// When it was asked, UTC.
    pub updated_at: Option<DateTime<Utc>>,
    /// What the booking is to become.
    pub status: BookingStatus,
}

/// What the ledger keeps of a booking update whose outcome is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateRecord {
    /// The request's id.
    pub request: RequestId,
    /// The booking that was to change.
    pub booking: BookingId,
    /// How far it has come.
    pub state: UpdateState,
    /// When the outcome was recorded, UTC.
    pub changed_at: DateTime<Utc>,
}

/// How far a booking update has come. Before its outcome is known nothing is recorded: cancelling
/// the same appointment twice has the effect of once, so a restart simply does it again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum UpdateState {
    /// The diary was changed; Healthengine is still to be told.
    Done,
    /// Healthengine knows that the diary was changed.
    Confirmed,
    /// The diary was not changed; Healthengine is still to be told.
    Refused(String),
    /// Healthengine knows that the diary was not changed.
    Rejected(String),
}

impl UpdateState {
    /// Whether Healthengine has been told.
    pub const fn is_settled(&self) -> bool {
        match self {
            Self::Confirmed | Self::Rejected(_) => true,
            Self::Done | Self::Refused(_) => false,
        }
    }
}

impl RejectReason {
    /// Whether the patient should be called when the rejection comes too late for them to pick
    /// another time: Healthengine has told them that the booking stands.
    pub const fn leaves_a_patient_uninformed(&self) -> bool {
        match self {
            Self::CancelledFirst | Self::NoLongerAsked => false,
            Self::ResourceRemoved
            | Self::ResourceUnknown
            | Self::TimeDoesNotExist
            | Self::TimePassed
            | Self::TypeNotOffered
            | Self::LengthNotAllowed
            | Self::SlotTaken
            | Self::OutsideHours
            | Self::PmsUnavailable
            | Self::Unreadable(_)
            | Self::Refused(_) => true,
        }
    }
}
