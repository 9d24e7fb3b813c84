//! One practice at Healthengine: what the connector sent, what waits for it, and how it is doing.
//!
//! # Invariants
//! - Each practice has its own lock, so that a busy one delays no other.
//! - Time passes only in [`Practice::at`]: whoever looks sees presumptions and health as they are at
//!   that moment.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};

use super::book::Booking;
use super::fields::Broken;
use super::wire::availability::{FreeRange, Known, Snapshot};
use super::wire::config::{Contract, SentAppointmentType, SentResource};
use crate::domain::civil::Zone;

pub(super) mod bookings;
pub(super) mod documents;
pub(super) mod features;
pub(super) mod health;
pub(super) mod offer;
pub(super) mod requests;
pub(super) mod subscriptions;
pub(super) mod view;

/// A practice.
pub(super) struct Practice {
    id: String,
    state: Mutex<State>,
}

impl Practice {
    /// A practice that has just granted its consent.
    pub(super) fn new(id: &str, key: &str, zone: Zone) -> Self {
        Self {
            id: id.to_owned(),
            state: Mutex::new(State::new(key, zone)),
        }
    }

    /// Its id at Healthengine.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The practice as it is now. Never held over an await.
    pub(super) fn at(&self, now: DateTime<Utc>) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.pass_time(now);
        state
    }
}

/// Why a call is not answered with 200.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refused {
    /// The call breaks a published rule.
    Broken(Broken),
    /// What it names does not exist.
    NotFound(&'static str),
    /// What it names is no longer available.
    Gone(&'static str),
    /// The feature is not enabled.
    Forbidden(&'static str),
}

impl From<Broken> for Refused {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

/// A rule that a call of this practice broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Violation {
    pub(super) at: DateTime<Utc>,
    pub(super) operation: String,
    pub(super) rule: String,
}

/// How many violations are kept in full; all are counted.
const VIOLATIONS_KEPT: usize = 1000;

/// A day of a resource, as it was sent last.
#[derive(Debug, Clone)]
pub(super) struct Day {
    pub(super) ranges: Box<[FreeRange]>,
    pub(super) sent_at: DateTime<Utc>,
}

/// What is known of a practice.
pub(super) struct State {
    pub(super) key: String,
    pub(super) zone: Zone,
    pub(super) consent: bool,
    pub(super) contract: Option<Contract>,
    pub(super) resources: Vec<SentResource>,
    pub(super) types: Vec<SentAppointmentType>,
    pub(super) sent: SentCounts,
    pub(super) days: HashMap<Arc<str>, BTreeMap<NaiveDate, Day>>,
    pub(super) bookings: BTreeMap<i64, Booking>,
    pub(super) pending: BTreeSet<i64>,
    pub(super) by_day: BTreeMap<NaiveDate, Vec<i64>>,
    pub(super) asked: requests::Asked,
    pub(super) features: features::Features,
    pub(super) documents: documents::Documents,
    pub(super) subscriptions: subscriptions::Subscriptions,
    pub(super) health: health::Health,
    pub(super) violations: Vec<Violation>,
    pub(super) violation_count: u64,
    pub(super) unauthorised: u64,
}

/// How often each part was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct SentCounts {
    /// Liveness contracts.
    pub contract: u64,
    /// Snapshots of all resources.
    pub resources: u64,
    /// Snapshots of all appointment types.
    pub types: u64,
    /// Days of a resource that were new or changed.
    pub snapshots_created: u64,
    /// Days of a resource that were as before.
    pub snapshots_existing: u64,
    /// Days of a resource that broke a rule, in a batch.
    pub snapshots_failed: u64,
}

/// What became of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    Created,
    Existing,
}

impl State {
    fn new(key: &str, zone: Zone) -> Self {
        Self {
            key: key.to_owned(),
            zone,
            consent: true,
            contract: None,
            resources: Vec::new(),
            types: Vec::new(),
            sent: SentCounts::default(),
            days: HashMap::new(),
            bookings: BTreeMap::new(),
            pending: BTreeSet::new(),
            by_day: BTreeMap::new(),
            asked: requests::Asked::default(),
            features: features::Features::default(),
            documents: documents::Documents::default(),
            subscriptions: subscriptions::Subscriptions::default(),
            health: health::Health::default(),
            violations: Vec::new(),
            violation_count: 0,
            unauthorised: 0,
        }
    }

    fn pass_time(&mut self, now: DateTime<Utc>) {
        for id in &self.pending {
            if let Some(booking) = self.bookings.get_mut(id) {
                booking.presume(now);
            }
        }
        self.judge_health(now);
        self.subscriptions.drop_expired(now);
    }

    /// Counts a broken rule.
    pub(super) fn note_violation(&mut self, now: DateTime<Utc>, operation: &str, rule: &str) {
        self.violation_count = self.violation_count.saturating_add(1);
        if self.violations.len() < VIOLATIONS_KEPT {
            self.violations.push(Violation {
                at: now,
                operation: operation.to_owned(),
                rule: rule.to_owned(),
            });
        }
    }

    /// Takes a liveness contract in place of the former.
    pub(super) fn replace_contract(&mut self, contract: Contract, now: DateTime<Utc>) {
        self.contract = Some(contract);
        self.sent.contract = self.sent.contract.saturating_add(1);
        self.judge_health(now);
    }

    /// Takes a snapshot of all resources. A missing one is deleted, with its published times.
    pub(super) fn replace_resources(&mut self, resources: Vec<SentResource>) {
        self.resources = resources;
        self.sent.resources = self.sent.resources.saturating_add(1);
        let Self {
            days,
            resources,
            asked,
            ..
        } = self;
        let stays = |id: &str| resources.iter().any(|kept| &*kept.pms_resource_id == id);
        days.retain(|id, _| stays(id));
        asked.resources_arrived(stays);
    }

    /// Takes a snapshot of all appointment types. A missing one is deleted.
    pub(super) fn replace_types(&mut self, types: Vec<SentAppointmentType>) {
        self.types = types;
        self.sent.types = self.sent.types.saturating_add(1);
        self.asked.types_arrived();
    }

    /// Takes a day of a resource. It answers what was asked of that day, changed or not.
    pub(super) fn store_day(&mut self, snapshot: Snapshot, now: DateTime<Utc>) -> Stored {
        let Snapshot {
            date,
            resource,
            ranges,
        } = snapshot;
        self.asked.day_arrived(date, &resource, &self.resources);
        let days = self.days.entry(resource).or_default();
        // Rule: a snapshot without a change is `existing`.
        if days.get(&date).is_some_and(|day| day.ranges == ranges) {
            self.sent.snapshots_existing = self.sent.snapshots_existing.saturating_add(1);
            return Stored::Existing;
        }
        let sent_at = now;
        days.insert(date, Day { ranges, sent_at });
        self.sent.snapshots_created = self.sent.snapshots_created.saturating_add(1);
        Stored::Created
    }
}

impl Known for State {
    fn knows_resource(&self, id: &str) -> bool {
        self.resources
            .iter()
            .any(|resource| &*resource.pms_resource_id == id)
    }

    fn knows_type(&self, id: &str) -> bool {
        self.types
            .iter()
            .any(|known| &*known.pms_appointment_type_id == id)
    }
}
