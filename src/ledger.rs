//! What was asked, done and answered: the record that survives a crash.
//!
//! # Needs in tension
//! Nothing that Healthengine was told may be forgotten, so a record is on the disk before an
//! answer goes out; yet thousands of practices poll every few seconds, and a flush is dear. So
//! idle polls write nothing, and the flushes of different practices share one.
//!
//! # Invariants
//! - When [`Ledger::record`] returns with [`Durability::Flushed`], the change survives a power cut.
//!   `tests/it/power_loss.rs` cuts the power at every point of a recorded day.
//! - A record is written only by whoever read its latest revision.
//! - No row holds a patient's detail, a key or a token.
//! - A ledger written by a newer version is refused, never guessed at.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use crate::domain::booking::{BookingRecord, ReportRecord, UpdateRecord, Watched};
use crate::domain::civil::LocalDateTime;
use crate::domain::document::{AttachmentRecord, OfferRecord};
use crate::domain::id::{BookingId, PmsResourceId, PracticeId, RequestId};

pub mod sqlite;

/// The durable record of every practice.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Reads what an activation needs after a start: marks, open bookings, open updates and the
    /// items that wait for a person. Sees every change whose `record` has returned.
    async fn load_practice(&self, practice: &PracticeId) -> Result<PracticeRecord, LedgerError>;

    /// Reads one booking, settled ones included.
    async fn load_booking(
        &self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Option<BookingRecord>, LedgerError>;

    /// Reads one booking update, settled ones included.
    async fn load_update(
        &self,
        practice: &PracticeId,
        request: RequestId,
    ) -> Result<Option<UpdateRecord>, LedgerError>;

    /// Reads what is recorded of a practice's own changes to one booking, settled ones included.
    async fn load_reports(
        &self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Vec<ReportRecord>, LedgerError>;

    /// Reads the confirmed bookings of a stretch of days of which no cancellation is recorded, in
    /// the order of their start; fewer than the most that were asked for: these are all.
    async fn load_watched(
        &self,
        practice: &PracticeId,
        stretch: &Stretch,
    ) -> Result<Vec<Watched>, LedgerError>;

    /// Reads what became of one document that a patient handed in.
    async fn load_attachment(
        &self,
        practice: &PracticeId,
        request: RequestId,
    ) -> Result<Option<AttachmentRecord>, LedgerError>;

    /// Reads which list of a booking's documents Healthengine took last.
    async fn load_offer(
        &self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Option<OfferRecord>, LedgerError>;

    /// Writes a change, all of it or nothing. A booking whose revision is not the one in the
    /// ledger is refused as [`LedgerError::Stale`]; on success the stored revision is the given
    /// one plus 1.
    async fn record(
        &self,
        practice: &PracticeId,
        change: Change,
        durability: Durability,
    ) -> Result<(), LedgerError>;

    /// Lists the items that wait for a person, oldest first, of one practice or of all.
    async fn load_items(&self, practice: Option<&PracticeId>) -> Result<Vec<Item>, LedgerError>;

    /// Reads the story of a booking, oldest line first.
    async fn load_story(
        &self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Vec<StoryLine>, LedgerError>;

    /// Deletes settled bookings and their reports, updates, dealt-with items and their stories, last
    /// changed before this time (bookings: whose appointment also started before it); returns how
    /// many rows.
    async fn prune(&self, before: DateTime<Utc>) -> Result<u64, LedgerError>;
}

/// When a change must be on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Before `record` returns: what follows depends on it.
    Flushed,
    /// With the next flush, at the latest after a second: to lose it costs one repeated question.
    WithNext,
}

/// What is to be written in one piece.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// A booking's new state.
    pub booking: Option<BookingRecord>,
    /// What happened to that booking, or else to the update's or the report's, for its story.
    pub story: Vec<StoryLine>,
    /// A booking update's outcome.
    pub update: Option<UpdateRecord>,
    /// What Healthengine knows of a change in the diary.
    pub report: Option<ReportRecord>,
    /// What became of a document that a patient handed in.
    pub attachment: Option<AttachmentRecord>,
    /// Which list of a booking's documents Healthengine took.
    pub offer: Option<OfferRecord>,
    /// Items for a person; one that is already open (same kind and subject) is left as it is.
    pub raise: Vec<Item>,
    /// Items that are no longer open, by kind and subject; settled before others are raised.
    pub settle: Vec<ItemKey>,
    /// The practice's marks.
    pub marks: Option<PracticeMarks>,
}

/// One line of a booking's story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryLine {
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// What happened, as a sentence without personal data.
    pub what: String,
}

/// Which confirmed bookings to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// Of which resource; `None`: of all.
    pub resource: Option<PmsResourceId>,
    /// The first date, practice-local.
    pub from: NaiveDate,
    /// The last date, included; `None`: there is none.
    pub to: Option<NaiveDate>,
    /// Only those that come after this one, by start and then by id.
    pub after: Option<(LocalDateTime, BookingId)>,
    /// How many at the most.
    pub most: usize,
}

/// What is left open of a practice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PracticeRecord {
    /// What is remembered of the practice as a whole.
    pub marks: PracticeMarks,
    /// The bookings that are not settled, oldest first.
    pub bookings: Vec<BookingRecord>,
    /// The updates that are not settled, by request id.
    pub updates: Vec<UpdateRecord>,
    /// The changes in the diary of which Healthengine is still to be told.
    pub reports: Vec<ReportRecord>,
    /// The items that wait for a person, oldest first.
    pub items: Vec<Item>,
}

/// What is remembered of a practice across restarts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PracticeMarks {
    /// Whether an operator paused it.
    pub paused: bool,
    /// The ids of the resources that Healthengine took last, sorted; empty: none yet.
    pub resources: Vec<String>,
    /// The ids of the appointment types that Healthengine took last, sorted; empty: none yet.
    pub types: Vec<String>,
    /// The ids of the resources that were sent last, sorted, whether or not an answer came: from
    /// before they are sent.
    pub sent_resources: Vec<String>,
    /// The same of the appointment types.
    pub sent_types: Vec<String>,
    /// What the last client snapshot listed, from before it was sent.
    pub client_lists: ClientLists,
}

/// The ids of the lists that the last client snapshot held, each sorted; empty: none was sent yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientLists {
    /// The locations.
    pub locations: Vec<String>,
    /// The practitioners.
    pub practitioners: Vec<String>,
    /// The appointment types.
    pub types: Vec<String>,
}

/// Something that only a person can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Whose.
    pub practice: PracticeId,
    /// Which.
    pub key: ItemKey,
    /// What to do, as a sentence without personal data.
    pub sentence: String,
    /// Since when, UTC.
    pub raised_at: DateTime<Utc>,
}

/// What an item is about; a practice has at most one open item of a kind and subject.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ItemKey {
    /// What is to be done.
    pub kind: ItemKind,
    /// About what: a booking's id, a request's id, one part of what is sent, or empty for the
    /// practice as a whole.
    pub subject: String,
}

/// What only a person can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemKind {
    /// Call the patient: the rejection came too late for them to be told by Healthengine.
    CallPatient,
    /// Remove an appointment from the diary by hand: the system cannot cancel online.
    RemoveByHand,
    /// Check the diary: nobody can tell whether the appointment is in it.
    CheckDiary,
    /// Check the booking in Healthengine's portal: it refuses the answer.
    CheckBooking,
    /// Compare patients: a new one was made, and an older one may be the same person.
    ComparePatients,
    /// Accept that resources or types were removed, or what the lists of a client snapshot hold.
    AcceptRemovals,
}

/// Why the ledger could not do something.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// The file cannot be opened as a ledger.
    #[error("open the ledger: {0}")]
    Open(String),
    /// The ledger was written by a newer version.
    #[error(
        "the ledger has schema {found}, newer than this version's {known}; install the newer version again, or point ledger.url at another file"
    )]
    Newer {
        /// The schema found.
        found: i64,
        /// The newest schema this version knows.
        known: i64,
    },
    /// Somebody else has written the record since it was read.
    #[error("booking {0} was changed by somebody else")]
    Stale(BookingId),
    /// A row cannot be read.
    #[error("a row of the ledger cannot be read: {0}")]
    Unreadable(String),
    /// The engine failed: disk full, input or output error.
    #[error("the ledger failed: {0}")]
    Engine(String),
    /// The ledger is closed: the daemon is stopping, or its writer died.
    #[error("the ledger is closed")]
    Closed,
}

impl ItemKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::CallPatient,
        Self::RemoveByHand,
        Self::CheckDiary,
        Self::CheckBooking,
        Self::ComparePatients,
        Self::AcceptRemovals,
    ];

    /// The word that the ledger and the API write.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CallPatient => "call-patient",
            Self::RemoveByHand => "remove-by-hand",
            Self::CheckDiary => "check-diary",
            Self::CheckBooking => "check-booking",
            Self::ComparePatients => "compare-patients",
            Self::AcceptRemovals => "accept-removals",
        }
    }

    /// Whether such an item is open for as long as its reason lasts: nobody can call it done.
    pub const fn ends_by_itself(self) -> bool {
        match self {
            Self::AcceptRemovals => true,
            Self::CallPatient
            | Self::RemoveByHand
            | Self::CheckDiary
            | Self::CheckBooking
            | Self::ComparePatients => false,
        }
    }

    /// Reads the ledger's word.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
