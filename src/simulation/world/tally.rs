//! What is counted.

use std::collections::BTreeMap;

use chrono::TimeDelta;

/// What happened in a world, or in many.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many worlds there were.
    pub worlds: u64,
    /// For how long practices were simulated, all together.
    pub practice_time: TimeDelta,
    /// How often an engine was polled.
    pub steps: u64,
    /// How many bookings patients made.
    pub bookings: usize,
    /// How many of them were confirmed.
    pub confirmed: usize,
    /// How many of them were rejected.
    pub rejected: usize,
    /// How often a daemon, or one practice's engine, was killed.
    pub crashes: u64,
    /// What happened to documents, and to days with their patients, by kind.
    pub papers: BTreeMap<&'static str, u64>,
    /// How many calls went wrong, by call.
    pub faults: BTreeMap<&'static str, u64>,
    /// How often something lasting went wrong, by kind.
    pub troubles: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// One more of these lasting troubles.
    pub(super) fn trouble(&mut self, kind: &'static str) {
        let count = self.troubles.entry(kind).or_default();
        *count = count.saturating_add(1);
    }

    /// Adds another world's.
    pub fn add(&mut self, other: &Self) {
        self.worlds = self.worlds.saturating_add(other.worlds);
        self.practice_time += other.practice_time;
        self.steps = self.steps.saturating_add(other.steps);
        self.bookings = self.bookings.saturating_add(other.bookings);
        self.confirmed = self.confirmed.saturating_add(other.confirmed);
        self.rejected = self.rejected.saturating_add(other.rejected);
        self.crashes = self.crashes.saturating_add(other.crashes);
        for (kind, more) in &other.faults {
            let count = self.faults.entry(kind).or_default();
            *count = count.saturating_add(*more);
        }
        for (kind, more) in &other.papers {
            let count = self.papers.entry(kind).or_default();
            *count = count.saturating_add(*more);
        }
        for (kind, more) in &other.troubles {
            let count = self.troubles.entry(kind).or_default();
            *count = count.saturating_add(*more);
        }
    }
}
