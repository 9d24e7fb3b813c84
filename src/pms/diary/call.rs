//! One call on a diary: off the runtime's threads, inside its limit, and never half withdrawn.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::time::timeout;

use super::quiet::{Quiet, stamp};
use super::room::DiaryFile;
use super::{DiaryError, pool};
use crate::pms::{ChangeCursor, Changes, PmsError};

const ASKED: u8 = 0;
const BEGUN: u8 = 1;
const WITHDRAWN: u8 = 2;

/// Whether a call's caller still waits when the diary is ready to write. Exactly one of the two
/// sides wins.
#[derive(Debug, Clone)]
pub(super) struct Asked(Arc<AtomicU8>);

impl Asked {
    fn new() -> Self {
        Self(Arc::new(AtomicU8::new(ASKED)))
    }

    fn move_to(&self, state: u8) -> bool {
        self.0
            .compare_exchange(ASKED, state, Ordering::SeqCst, Ordering::SeqCst)
            .is_ok()
    }

    /// Begins the write, with the write lock in hand.
    fn begin(&self) -> Result<(), DiaryError> {
        if self.move_to(BEGUN) {
            Ok(())
        } else {
            Err(DiaryError::Withdrawn)
        }
    }
}

/// Withdraws the call when its future is dropped.
struct Caller(Asked);

impl Caller {
    /// Whether the diary had not begun, and so never will.
    fn withdraw(&self) -> bool {
        self.0.move_to(WITHDRAWN)
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.withdraw();
    }
}

/// Reads from the diary, in one snapshot of it.
pub(super) async fn read<T: Send + 'static>(
    file: &Arc<DiaryFile>,
    limit: Duration,
    work: impl FnOnce(&Connection) -> Result<T, DiaryError> + Send + 'static,
) -> Result<T, PmsError> {
    on_diary(file, limit, move |connection, _asked| {
        let snapshot = connection.transaction()?;
        work(&snapshot)
    })
    .await
}

/// Reads the change feed, without opening the diary where its files show that nothing was written.
pub(super) async fn read_unless_quiet(
    file: &Arc<DiaryFile>,
    quiet: &Arc<Quiet>,
    since: Option<ChangeCursor>,
    limit: Duration,
    work: impl FnOnce(&Connection, Option<&ChangeCursor>) -> Result<Changes, DiaryError>
    + Send
    + 'static,
) -> Result<Changes, PmsError> {
    let (path, quiet) = (Arc::clone(&file.path), Arc::clone(quiet));
    off_runtime(file, limit, move |deadline, _asked| {
        let at = Instant::now();
        let stamp = stamp(&path);
        if let (Some(stamp), Some(since)) = (&stamp, &since)
            && quiet.holds(stamp, since)
        {
            return Ok(Changes {
                cursor: since.clone(),
                days: Vec::new(),
                everything: false,
            });
        }
        let mut pooled = pool::take(&path, left(deadline))?;
        let read = pooled
            .connection
            .transaction()
            .map_err(DiaryError::from)
            .and_then(|snapshot| work(&snapshot, since.as_ref()));
        pool::give_back(pooled);
        let changes = read?;
        if let Some(stamp) = stamp {
            quiet.note(stamp, at, &changes.cursor);
        }
        Ok(changes)
    })
    .await
}

/// Reads from the diary after every write that has begun: what it does not see will not appear.
pub(super) async fn read_settled<T: Send + 'static>(
    file: &Arc<DiaryFile>,
    limit: Duration,
    work: impl FnOnce(&Connection) -> Result<T, DiaryError> + Send + 'static,
) -> Result<T, PmsError> {
    on_diary(file, limit, move |connection, _asked| {
        let after = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        work(&after)
    })
    .await
}

/// Writes to the diary, all of it or nothing.
pub(super) async fn write<T: Send + 'static>(
    file: &Arc<DiaryFile>,
    limit: Duration,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, DiaryError> + Send + 'static,
) -> Result<T, PmsError> {
    on_diary(file, limit, move |connection, asked| {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        asked.begin()?;
        let done = work(&transaction)?;
        commit(transaction)?;
        Ok(done)
    })
    .await
}

/// Commits; a failure here is the one place where nobody knows what was written.
pub(super) fn commit(transaction: Transaction<'_>) -> Result<(), DiaryError> {
    transaction
        .commit()
        .map_err(|error| DiaryError::Lost(error.to_string()))
}

async fn on_diary<T: Send + 'static>(
    file: &Arc<DiaryFile>,
    limit: Duration,
    work: impl FnOnce(&mut Connection, &Asked) -> Result<T, DiaryError> + Send + 'static,
) -> Result<T, PmsError> {
    let path = Arc::clone(&file.path);
    off_runtime(file, limit, move |deadline, asked| {
        let mut pooled = pool::take(&path, left(deadline))?;
        let done = work(&mut pooled.connection, asked);
        pool::give_back(pooled);
        done
    })
    .await
}

async fn off_runtime<T: Send + 'static>(
    file: &DiaryFile,
    limit: Duration,
    work: impl FnOnce(Instant, &Asked) -> Result<T, DiaryError> + Send + 'static,
) -> Result<T, PmsError> {
    let deadline = Instant::now() + limit;
    let asked = Asked::new();
    let caller = Caller(asked.clone());
    let place = file.enter(limit).await?;
    let task = tokio::task::spawn_blocking(move || {
        let _place = place;
        work(deadline, &asked)
    });
    let lost = |why: &str| {
        Err(if caller.withdraw() {
            PmsError::NotDone(why.to_owned())
        } else {
            PmsError::Unknown(why.to_owned())
        })
    };
    match timeout(left(deadline), task).await {
        Ok(Ok(done)) => done.map_err(PmsError::from),
        Ok(Err(_stopped)) => lost("the call on the diary stopped half-way"),
        Err(_elapsed) => lost("the diary did not answer in time"),
    }
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_begun_or_withdrawn_and_never_both() {
        let asked = Asked::new();
        let caller = Caller(asked.clone());
        asked.begin().unwrap();
        assert!(!caller.withdraw());

        let asked = Asked::new();
        drop(Caller(asked.clone()));
        assert_eq!(asked.begin(), Err(DiaryError::Withdrawn));
    }
}
