//! A clock that only a simulation or a test moves.

use std::future::poll_fn;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::clock::Clock;

/// Shows the time that it was set to, in microseconds since the epoch.
#[derive(Debug)]
pub struct VirtualClock {
    now: AtomicI64,
    sleepers: Sleepers,
}

/// Who else lives by the clock.
#[derive(Debug)]
enum Sleepers {
    /// Nobody: whoever waits moves the clock.
    Alone,
    /// Others: whoever waits says until when, and is polled again then.
    Shared(Mutex<Option<DateTime<Utc>>>),
}

impl VirtualClock {
    /// A clock of one practice alone, which shows this time: a call that takes its time moves it.
    pub fn at(at: DateTime<Utc>) -> Self {
        Self {
            now: AtomicI64::new(at.timestamp_micros()),
            sleepers: Sleepers::Alone,
        }
    }

    /// A clock of several practices: a call that takes its time sleeps, and the others go on.
    pub fn shared_at(at: DateTime<Utc>) -> Self {
        Self {
            sleepers: Sleepers::Shared(Mutex::default()),
            ..Self::at(at)
        }
    }

    /// Sets the time, forward or back.
    pub fn set(&self, at: DateTime<Utc>) {
        self.now.store(at.timestamp_micros(), Ordering::Relaxed);
    }

    /// Moves the time forward.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.now.fetch_add(by, Ordering::Relaxed);
    }

    /// Lets this much time pass for whoever waits for it.
    pub async fn pass(&self, by: Duration) {
        let sleepers = match &self.sleepers {
            Sleepers::Alone => return self.advance(by),
            Sleepers::Shared(sleepers) => sleepers,
        };
        // The clock shows whole microseconds: a sleep between two of them would never end.
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        let until = self.now() + TimeDelta::microseconds(by);
        poll_fn(|_| {
            if self.now() >= until {
                return Poll::Ready(());
            }
            let mut earliest = locked(sleepers);
            *earliest = Some(earliest.map_or(until, |known| known.min(until)));
            Poll::Pending
        })
        .await;
    }

    /// Until when whoever was polled last sleeps; asked once after each poll.
    pub fn take_wake(&self) -> Option<DateTime<Utc>> {
        match &self.sleepers {
            Sleepers::Alone => None,
            Sleepers::Shared(sleepers) => locked(sleepers).take(),
        }
    }
}

fn locked(wake: &Mutex<Option<DateTime<Utc>>>) -> MutexGuard<'_, Option<DateTime<Utc>>> {
    wake.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Clock for VirtualClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.now.load(Ordering::Relaxed)).unwrap_or_default()
    }
}
