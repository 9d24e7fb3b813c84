//! What is known of a practice at this moment: no patient's detail, ever.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ledger::Item;

/// How a practice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// Not yet polled since the start.
    Starting,
    /// Polls are answered, and nothing waits for anybody.
    Healthy,
    /// Healthengine refuses the key: consent is missing or revoked, or the key is wrong.
    ConsentNeeded,
    /// Healthengine cannot be reached.
    HealthengineUnreachable,
    /// The PMS cannot be reached.
    PmsUnreachable,
    /// The PMS refuses the practice's settings.
    PmsMisconfigured,
    /// The ledger cannot be written: nothing can be inserted safely.
    LedgerFailing,
    /// Everything runs, and something waits for a person.
    WaitingForPerson,
    /// An operator paused it, or its file says `enabled = false`.
    Paused,
}

/// A practice's status, published after each activation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PracticeStatus {
    /// How it is.
    pub condition: Condition,
    /// The same as a sentence.
    pub sentence: String,
    /// What a person must do, if anything.
    pub remedy: Option<String>,
    /// When Healthengine last answered a poll, UTC.
    pub last_poll: Option<DateTime<Utc>>,
    /// How many activations there were since the start.
    pub activations: u64,
    /// When availability was last taken by Healthengine in full, UTC.
    pub availability_full_at: Option<DateTime<Utc>>,
    /// How many days of availability wait to be sent.
    pub availability_waiting: usize,
    /// Days that Healthengine refuses, with its words.
    pub availability_refused: Vec<RefusedDay>,
    /// Bookings of this process by outcome.
    pub bookings: BookingCounts,
    /// When the oldest booking without an answer was made, UTC.
    pub oldest_unanswered: Option<DateTime<Utc>>,
    /// What waits for a person, oldest first.
    pub items: Vec<ItemShown>,
    /// Kinds of request that came since the start and are not answered.
    pub not_answered: Vec<NotAnswered>,
    /// How many client snapshots Healthengine took since the start.
    pub snapshots_sent: u64,
    /// The client snapshots that are wanted and cannot be sent, and why, as sentences.
    pub snapshots_refused: Vec<String>,
    /// The extra features, and whether they are on at Healthengine.
    pub features: Vec<FeatureStatus>,
    /// The last thing that failed.
    pub last_error: Option<String>,
}

/// Something that only a person can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemShown {
    /// What is to be done, as a word: `call-patient`.
    pub kind: String,
    /// About what: a booking's id, or empty for the practice as a whole.
    pub subject: String,
    /// What to do, as a sentence.
    pub sentence: String,
    /// Since when, UTC.
    pub raised_at: DateTime<Utc>,
}

impl ItemShown {
    /// An item of the ledger, as it is shown.
    pub fn of(item: &Item) -> Self {
        Self {
            kind: item.key.kind.name().to_owned(),
            subject: item.key.subject.clone(),
            sentence: item.sentence.clone(),
            raised_at: item.raised_at,
        }
    }
}

/// A day that Healthengine refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedDay {
    /// Whose.
    pub resource: String,
    /// Which date, practice-local, `YYYY-MM-DD`.
    pub date: String,
    /// In Healthengine's words.
    pub error: String,
}

/// A kind of request that this practice does not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotAnswered {
    /// Its name at Healthengine, short and printable.
    pub kind: String,
    /// What that means, and what can be done.
    pub sentence: String,
    /// When it was first listed since the start, UTC.
    pub first_seen: DateTime<Utc>,
    /// Since when it waits without a pause, or did when it last waited, UTC.
    pub since: DateTime<Utc>,
    /// How many polls since the start listed it.
    pub polls: u64,
    /// Whether the last poll did.
    pub waits: bool,
}

/// An extra feature of Healthengine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureStatus {
    /// Its id at Healthengine.
    pub feature: String,
    /// Whether the practice's file asks for it.
    pub wanted: bool,
    /// What Healthengine last said of it.
    pub at_healthengine: FeatureAt,
    /// The same in words.
    pub sentence: String,
}

/// Whether an extra feature is on at Healthengine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeatureAt {
    /// It was not asked since the start.
    NotAskedYet,
    /// It is on.
    On,
    /// It is off.
    Off,
    /// Healthengine does not offer it to this practice.
    NotOffered,
}

/// How many bookings ended how since the process started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BookingCounts {
    /// Confirmed.
    pub confirmed: u64,
    /// Rejected.
    pub rejected: u64,
    /// Not answered yet.
    pub open: u64,
}

impl PracticeStatus {
    /// The status of a practice that has not been polled yet.
    pub fn starting() -> Self {
        Self {
            condition: Condition::Starting,
            sentence: "waiting for its first poll".to_owned(),
            remedy: None,
            last_poll: None,
            activations: 0,
            availability_full_at: None,
            availability_waiting: 0,
            availability_refused: Vec::new(),
            bookings: BookingCounts::default(),
            oldest_unanswered: None,
            items: Vec::new(),
            not_answered: Vec::new(),
            snapshots_sent: 0,
            snapshots_refused: Vec::new(),
            features: Vec::new(),
            last_error: None,
        }
    }
}
