//! How many practices of a process may do their heavy work at once.
//!
//! After a start every practice has everything to send. Few do so at a time: the others poll and
//! answer bookings meanwhile, and memory holds the work of these few. Nobody waits for a turn: who
//! gets none asks again at the next poll, after the bookings found there.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many practices may send everything for the first time at once.
const MOST_FIRST: usize = 64;

/// How many practices may have days on their way at once.
const MOST_PUBLISHING: usize = 64;

/// What the practices of a process share.
#[derive(Debug)]
pub struct Turns {
    first: Arc<Semaphore>,
    publishing: Arc<Semaphore>,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            first: Arc::new(Semaphore::new(MOST_FIRST)),
            publishing: Arc::new(Semaphore::new(MOST_PUBLISHING)),
        }
    }
}

/// A turn, given back when dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Turn {
    /// The turn of a practice that has little to do: it takes none from the others.
    pub(super) const fn free() -> Self {
        Self { _permit: None }
    }
}

impl Turns {
    /// A turn to send everything for the first time, if one is left.
    pub(super) fn first(&self) -> Option<Turn> {
        one_of(&self.first)
    }

    /// A turn to have days on their way, if one is left.
    pub(super) fn publishing(&self) -> Option<Turn> {
        one_of(&self.publishing)
    }
}

fn one_of(turns: &Arc<Semaphore>) -> Option<Turn> {
    let permit = Arc::clone(turns).try_acquire_owned().ok()?;
    Some(Turn {
        _permit: Some(permit),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_few_and_come_back() {
        let turns = Turns::default();
        let taken: Vec<Turn> = std::iter::from_fn(|| turns.first()).collect();
        assert_eq!(taken.len(), MOST_FIRST);
        assert!(
            turns.publishing().is_some(),
            "the other kind is not touched"
        );
        drop(taken);
        assert!(turns.first().is_some());
    }
}
