//! How many practices of a process may do their heavy work at once.
//!
//! After a start every practice has everything to send. Few do so at a time: the others poll and
//! answer bookings meanwhile, and memory holds the work of these few. Nobody waits for a turn: who
//! gets none asks again at the next poll, after the bookings found there.
//!
//! A turn counts for a short time only: who takes longer waits for a slow system and holds little
//! meanwhile, so a system that hangs keeps nobody else from their turns.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// How many practices may send everything for the first time at once.
const MOST_FIRST: usize = 64;

/// How many practices may have days on their way at once.
const MOST_PUBLISHING: usize = 64;

/// How much later one practice begins after a start than another, on average.
const BEGINS_APART: Duration = Duration::from_millis(2);

/// How many practices may hold a day with its patients at once: each is megabytes at the most.
const MOST_CLIENT_DAYS: usize = 4;

/// How many documents the process may hold at once: each is tens of megabytes at the most, and as
/// much again while it becomes a body or was one.
const MOST_DOCUMENTS: usize = 2;

/// How long a turn counts.
const COUNTS_FOR: TimeDelta = TimeDelta::seconds(2);

/// What the practices of a process share.
#[derive(Debug)]
pub struct Turns {
    first: Arc<Kind>,
    publishing: Arc<Kind>,
    client_days: Arc<Kind>,
    documents: Arc<Kind>,
    /// Over how long a time the practices begin after a start.
    begin_over: Duration,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            first: Kind::of(MOST_FIRST),
            publishing: Kind::of(MOST_PUBLISHING),
            client_days: Kind::of(MOST_CLIENT_DAYS),
            documents: Kind::of(MOST_DOCUMENTS),
            begin_over: Duration::MAX,
        }
    }
}

impl Turns {
    /// The turns of so many practices. Few begin at once after a start, so that a patient who booked
    /// while the process was down waits no longer than need be; many begin one after the other.
    pub fn among(practices: usize) -> Self {
        let practices = u32::try_from(practices).unwrap_or(u32::MAX);
        Self {
            begin_over: BEGINS_APART.saturating_mul(practices),
            ..Self::default()
        }
    }

    /// Over how long a time the practices begin after a start, at the most.
    pub(super) const fn begin_over(&self) -> Duration {
        self.begin_over
    }
}

/// The turns of one kind.
#[derive(Debug)]
struct Kind {
    most: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    last: u64,
    /// Each turn that counts: its number, and when it was taken.
    counting: Vec<(u64, DateTime<Utc>)>,
}

/// A turn, given back when dropped.
#[derive(Debug)]
pub(super) struct Turn {
    taken: Option<(Arc<Kind>, u64)>,
}

impl Turn {
    /// The turn of a practice that has little to do: it takes none from the others.
    pub(super) const fn free() -> Self {
        Self { taken: None }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some((kind, number)) = self.taken.take() {
            let mut taken = kind.taken.lock().unwrap_or_else(PoisonError::into_inner);
            taken.counting.retain(|(other, _)| *other != number);
        }
    }
}

impl Turns {
    /// A turn to send everything for the first time, if one is left now.
    pub(super) fn first(&self, now: DateTime<Utc>) -> Option<Turn> {
        self.first.take(now)
    }

    /// A turn to read and send days with their patients, if one is left now.
    pub(super) fn client_days(&self, now: DateTime<Utc>) -> Option<Turn> {
        self.client_days.take(now)
    }

    /// A turn to hold a document, if one is left. Unlike the others it counts until it is given
    /// back: whoever waits for a slow system holds the document meanwhile. Each of its calls has a
    /// limit, so it comes back.
    pub(super) fn document(&self) -> Option<Turn> {
        self.documents.take(DateTime::UNIX_EPOCH)
    }

    /// A turn to have days on their way, if one is left now.
    pub(super) fn publishing(&self, now: DateTime<Utc>) -> Option<Turn> {
        self.publishing.take(now)
    }
}

impl Kind {
    fn of(most: usize) -> Arc<Self> {
        let taken = Mutex::default();
        Arc::new(Self { most, taken })
    }

    fn take(self: &Arc<Self>, now: DateTime<Utc>) -> Option<Turn> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken
            .counting
            .retain(|(_, since)| (now - *since).abs() < COUNTS_FOR);
        if taken.counting.len() >= self.most {
            return None;
        }
        taken.last = taken.last.wrapping_add(1);
        let number = taken.last;
        taken.counting.push((number, now));
        Some(Turn {
            taken: Some((Arc::clone(self), number)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds)
    }

    #[test]
    fn turns_are_few_and_come_back() {
        let turns = Turns::default();
        let taken: Vec<Turn> = std::iter::from_fn(|| turns.first(at(0))).collect();
        assert_eq!(taken.len(), MOST_FIRST);
        assert!(
            turns.publishing(at(0)).is_some(),
            "the other kind is not touched"
        );
        drop(taken);
        assert!(turns.first(at(0)).is_some());
    }

    #[test]
    fn few_practices_begin_at_once_and_many_one_after_the_other() {
        let over = |practices| Turns::among(practices).begin_over();
        assert_eq!(over(1), BEGINS_APART);
        assert_eq!(over(300), Duration::from_millis(600));
        assert!(over(10_000) > Duration::from_secs(5));
        assert_eq!(Turns::default().begin_over(), Duration::MAX);
    }

    #[test]
    fn a_document_keeps_its_turn_until_it_is_given_back() {
        let turns = Turns::default();
        let taken: Vec<Turn> = std::iter::from_fn(|| turns.document()).collect();
        assert_eq!(taken.len(), MOST_DOCUMENTS);
        assert!(turns.first(at(60_000)).is_some());
        assert!(turns.document().is_none());
        drop(taken);
        assert!(turns.document().is_some());
    }

    #[test]
    fn practices_that_hang_in_their_turns_keep_nobody_from_theirs() {
        let turns = Turns::default();
        let hanging: Vec<Turn> = std::iter::from_fn(|| turns.first(at(0))).collect();
        assert!(turns.first(at(1_999)).is_none());
        let taken: Vec<Turn> = std::iter::from_fn(|| turns.first(at(2_000))).collect();
        assert_eq!(taken.len(), MOST_FIRST);
        drop(hanging);
        assert!(turns.first(at(2_001)).is_none(), "these still count");
    }
}
