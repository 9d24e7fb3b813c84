//! What a practice does in its own diary to a booking that stands, and what Healthengine is told.

use std::fmt;

use chrono::{DateTime, Utc};

use super::record::BookingRecord;
use crate::domain::diary::Standing;
use crate::domain::id::BookingId;

/// A change in the diary of which Healthengine is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DiaryChange {
    /// The appointment was cancelled.
    Cancelled,
    /// The patient did not attend.
    DidNotAttend,
}

impl DiaryChange {
    /// The change that an appointment's standing shows.
    pub const fn of(standing: Standing) -> Option<Self> {
        match standing {
            Standing::Cancelled => Some(Self::Cancelled),
            Standing::DidNotAttend => Some(Self::DidNotAttend),
            Standing::Booked | Standing::Arrived | Standing::InConsult | Standing::Complete => None,
        }
    }

    /// The word that the ledger writes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::DidNotAttend => "did not attend",
        }
    }

    /// Reads the ledger's word.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Cancelled, Self::DidNotAttend]
            .into_iter()
            .find(|change| change.name() == name)
    }
}

impl fmt::Display for DiaryChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the ledger keeps of a change in the diary; a booking has at most one of each kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRecord {
    /// The booking whose appointment was changed.
    pub booking: BookingId,
    /// What was changed.
    pub change: DiaryChange,
    /// Whether Healthengine knows.
    pub state: ReportState,
    /// When the state was recorded, UTC.
    pub changed_at: DateTime<Utc>,
}

/// Whether Healthengine knows of a change in the diary.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ReportState {
    /// It is still to be told.
    Owed,
    /// It was told.
    Told,
    /// It asked for the change itself, so it is not told.
    Known,
    /// It does not take the report, in its words.
    Refused(String),
}

impl ReportState {
    /// Whether nothing more is to be told.
    pub const fn is_settled(&self) -> bool {
        match self {
            Self::Told | Self::Known | Self::Refused(_) => true,
            Self::Owed => false,
        }
    }
}

/// A confirmed booking that the practice may still change in its diary: no cancellation of it is
/// recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// The booking.
    pub record: BookingRecord,
    /// Whether it is recorded already that the patient did not attend.
    pub missed: bool,
}
