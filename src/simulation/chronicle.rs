//! What happened between the models and the engine, in order: the only thing that a judge reads.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use super::healthengine::Answer;
use crate::domain::booking::Slot;
use crate::domain::diary::Standing;
use crate::domain::id::{
    BookingId, BookingKey, PmsAppointmentId, PmsAppointmentTypeId, PmsPatientId, PmsResourceId,
    RequestId,
};
use crate::domain::redacted::Redacted;

mod line;
mod paper;

pub use paper::{Checksum, DaySeen, Paper};

/// Something that happened, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// What.
    pub what: Happening,
}

/// Something that Healthengine's or the PMS's model saw, or that was done to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// A patient booked.
    Asked {
        /// Healthengine's id of it.
        booking: BookingId,
        /// The time asked for; `None` where the request names no resource, or cannot be read.
        slot: Option<Slot>,
        /// When the patient booked, UTC.
        booked_at: DateTime<Utc>,
        /// For whom, to be compared only.
        surname: Option<Redacted<String>>,
    },
    /// A booking is to change.
    UpdateAsked {
        /// The request.
        request: RequestId,
        /// The booking.
        booking: BookingId,
        /// Whether it is to be cancelled.
        cancels: bool,
    },
    /// Healthengine asks whether a booking's appointment has changed.
    QuestionAsked(BookingId),
    /// Healthengine was told something of a booking.
    Told {
        /// Of which.
        booking: BookingId,
        /// What.
        what: Answer,
        /// Whether it waited for that answer.
        taken: bool,
    },
    /// The system was asked to make an appointment.
    BookBegun(BookingKey),
    /// It answered; `clear`: whether the answer said what became of it.
    BookEnded {
        /// For which booking.
        key: BookingKey,
        /// Whether the caller knows what became of it.
        clear: bool,
    },
    /// The system was asked to cancel appointments.
    CancelBegun(Vec<PmsAppointmentId>),
    /// An appointment came into the diary.
    Made {
        /// The system's id of it.
        id: PmsAppointmentId,
        /// For which booking; `None`: staff typed it in.
        key: Option<BookingKey>,
        /// When, with whom, for how long.
        slot: Slot,
        /// The system's id of its patient.
        patient: PmsPatientId,
        /// Whose record that is, to be compared only.
        surname: Option<Redacted<String>>,
    },
    /// Something became of an appointment.
    Marked {
        /// Which.
        id: PmsAppointmentId,
        /// What.
        standing: Standing,
    },
    /// Healthengine took all resources.
    ResourcesSent(Vec<PmsResourceId>),
    /// Healthengine took all appointment types.
    TypesSent(Vec<PmsAppointmentTypeId>),
    /// Something happened to a document, or a day with its patients was sent.
    Paper(Paper),
    /// An operator accepted that resources or types were removed.
    RemovalsAccepted,
    /// A call went wrong.
    Fault {
        /// Which call.
        call: &'static str,
        /// How.
        how: String,
    },
    /// Something that lasts went wrong.
    TroubleBegins(Trouble),
    /// It is over.
    TroubleEnds(Trouble),
    /// A call was made; noted only where the whole history is wanted.
    Called(&'static str),
    /// A model was asked for what may not be asked.
    Breach(String),
}

/// Something that lasts and keeps the practice from answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// The daemon does not run.
    DaemonDown,
    /// The PMS is switched off.
    PmsDown,
    /// Healthengine cannot be reached.
    HealthengineDown,
    /// The practice's consent is revoked.
    Revoked,
    /// An operator paused the practice.
    Paused,
    /// Calls fail now and then.
    Storm,
    /// The ledger's disk fails now and then.
    BadDisk,
}

/// One practice's entries, in order.
#[derive(Debug, Default)]
pub struct Chronicle {
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    entries: Vec<Entry>,
    digest: Digest,
    keeps_calls: bool,
}

impl Chronicle {
    /// Notes what has just happened.
    pub fn note(&self, at: DateTime<Utc>, what: Happening) {
        let entry = Entry { at, what };
        let mut inside = self.inside();
        let line = entry.to_string();
        inside.digest.add(line.as_bytes());
        inside.entries.push(entry);
    }

    /// From now on every call has an entry of its own.
    pub fn keep_calls(&self) {
        self.inside().keeps_calls = true;
    }

    /// Counts a call towards the digest.
    pub fn call(&self, at: DateTime<Utc>, name: &'static str) {
        let mut inside = self.inside();
        inside.digest.add(&at.timestamp_micros().to_le_bytes());
        inside.digest.add(name.as_bytes());
        if inside.keeps_calls {
            let what = Happening::Called(name);
            inside.entries.push(Entry { at, what });
        }
    }

    /// The entries from this one on.
    pub fn since(&self, known: usize) -> Vec<Entry> {
        self.inside().entries.iter().skip(known).cloned().collect()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.inside().entries.len()
    }

    /// Whether nothing has happened.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A number that two histories share only when every entry and every call is the same.
    pub fn digest(&self) -> u64 {
        self.inside().digest.0
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// FNV-1a: order matters, and it is quick.
#[derive(Debug)]
struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

impl Entry {
    /// Whether it tells of this booking.
    pub fn is_about(&self, booking: BookingId, key: &BookingKey) -> bool {
        match &self.what {
            Happening::Asked { booking: of, .. }
            | Happening::UpdateAsked { booking: of, .. }
            | Happening::QuestionAsked(of)
            | Happening::Told { booking: of, .. } => *of == booking,
            Happening::BookBegun(of) | Happening::BookEnded { key: of, .. } => of == key,
            Happening::Made { key: of, .. } => of.as_ref() == Some(key),
            Happening::Paper(paper) => paper.is_about(booking),
            Happening::Marked { .. }
            | Happening::CancelBegun(_)
            | Happening::ResourcesSent(_)
            | Happening::TypesSent(_)
            | Happening::RemovalsAccepted
            | Happening::Fault { .. }
            | Happening::TroubleBegins(_)
            | Happening::TroubleEnds(_)
            | Happening::Called(_)
            | Happening::Breach(_) => false,
        }
    }

    /// Whether it is something that went wrong.
    pub const fn is_trouble(&self) -> bool {
        match &self.what {
            Happening::Fault { .. } | Happening::TroubleBegins(_) | Happening::TroubleEnds(_) => {
                true
            }
            Happening::Asked { .. }
            | Happening::UpdateAsked { .. }
            | Happening::QuestionAsked(_)
            | Happening::Told { .. }
            | Happening::BookBegun(_)
            | Happening::BookEnded { .. }
            | Happening::CancelBegun(_)
            | Happening::Made { .. }
            | Happening::Marked { .. }
            | Happening::ResourcesSent(_)
            | Happening::TypesSent(_)
            | Happening::Paper(_)
            | Happening::RemovalsAccepted
            | Happening::Called(_)
            | Happening::Breach(_) => false,
        }
    }
}
