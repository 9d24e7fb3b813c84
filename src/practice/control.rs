//! How the outside wakes a practice: a timer, a webhook and an operator can do no more than this.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use crate::domain::id::BookingId;
use crate::ledger::ItemKey;

/// Whether a snapshot that deletes may be sent although it looks shrunken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removals {
    /// Hold it back for a person, as always.
    Guarded,
    /// A person has looked and accepts.
    Accepted,
}

/// What an operator wants of a practice; the latest wish of a kind wins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wishes {
    /// Send everything anew.
    pub resync: Option<Removals>,
    /// Stop (`true`) or go on (`false`).
    pub paused: Option<bool>,
    /// Items that a person has dealt with.
    pub done: Vec<ItemKey>,
    /// Bookings that are to be tried again.
    pub retry: Vec<BookingId>,
}

impl Wishes {
    /// These wishes, and of the kinds that they leave open the earlier ones.
    #[must_use]
    pub(super) fn or(self, earlier: Self) -> Self {
        Self {
            resync: self.resync.or(earlier.resync),
            paused: self.paused.or(earlier.paused),
            done: [earlier.done, self.done].concat(),
            retry: [earlier.retry, self.retry].concat(),
        }
    }
}

/// The string that is pulled to wake a practice. Pulling it twice before the practice wakes is
/// pulling it once.
#[derive(Debug, Default)]
pub struct Control {
    wishes: Mutex<Wishes>,
    woken: Notify,
}

impl Control {
    /// Wakes the practice: it fetches everything pending.
    pub fn wake(&self) {
        self.woken.notify_one();
    }

    /// Asks for everything to be sent anew.
    pub fn resync(&self, removals: Removals) {
        self.wish(|wishes| wishes.resync = Some(removals));
    }

    /// Asks the practice to stop: no more calls on its behalf.
    pub fn pause(&self) {
        self.wish(|wishes| wishes.paused = Some(true));
    }

    /// Asks the practice to go on.
    pub fn resume(&self) {
        self.wish(|wishes| wishes.paused = Some(false));
    }

    /// Says that a person has dealt with an item.
    pub fn done(&self, item: ItemKey) {
        self.wish(|wishes| push_once(&mut wishes.done, item));
    }

    /// Asks for a booking to be tried again.
    pub fn retry(&self, booking: BookingId) {
        self.wish(|wishes| push_once(&mut wishes.retry, booking));
    }

    /// Takes what is wished since the last call.
    pub fn take(&self) -> Wishes {
        let mut wishes = self.wishes.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *wishes)
    }

    /// Waits until somebody wakes the practice.
    pub async fn woken(&self) {
        self.woken.notified().await;
    }

    fn wish(&self, set: impl FnOnce(&mut Wishes)) {
        set(&mut self.wishes.lock().unwrap_or_else(PoisonError::into_inner));
        self.wake();
    }
}

fn push_once<T: PartialEq>(wished: &mut Vec<T>, one: T) {
    if !wished.contains(&one) {
        wished.push(one);
    }
}
