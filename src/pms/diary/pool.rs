//! Connections that wait for the next call, shared by every diary of the process.
//!
//! Ten thousand practices may each have a file, so a connection belongs to nobody: the ones used
//! last are kept, and the others are closed.

use std::collections::VecDeque;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use super::DiaryError;
use super::open::{Absent, open};

/// The most connections kept; each holds a page cache of at most 256 KiB and the schema.
const MOST_IDLE: usize = 24;

static IDLE: Mutex<VecDeque<Pooled>> = Mutex::new(VecDeque::new());

/// A connection on loan, and the file it is open on.
pub(super) struct Pooled {
    path: Arc<Path>,
    /// Device and inode: a file that was replaced is opened anew.
    file: (u64, u64),
    /// The connection itself.
    pub(super) connection: Connection,
}

/// Takes a connection to the diary, an idle one where there is one.
pub(super) fn take(path: &Arc<Path>, patience: Duration) -> Result<Pooled, DiaryError> {
    let file = std::fs::metadata(path)
        .map(|found| (found.dev(), found.ino()))
        .map_err(|_| DiaryError::Missing(path.to_path_buf()))?;
    let idle = {
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        let place = idle
            .iter()
            .position(|pooled| pooled.file == file && pooled.path == *path);
        place.and_then(|place| idle.remove(place))
    };
    match idle {
        Some(pooled) => {
            pooled.connection.busy_timeout(patience)?;
            Ok(pooled)
        }
        None => Ok(Pooled {
            path: Arc::clone(path),
            file,
            connection: open(path, Absent::Refuse, patience)?,
        }),
    }
}

/// Gives a connection back; the one that has waited longest is closed when there are too many.
pub(super) fn give_back(pooled: Pooled) {
    if !pooled.connection.is_autocommit() {
        return;
    }
    let closed = {
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push_front(pooled);
        if idle.len() > MOST_IDLE {
            idle.pop_back()
        } else {
            None
        }
    };
    // Outside the lock: closing the last connection of a file may write.
    drop(closed);
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    #[test]
    fn no_more_than_the_bound_is_kept_and_a_replaced_file_is_opened_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = |n: usize| -> Arc<Path> { Arc::from(folder.path().join(format!("{n}.db"))) };
        for n in 0..MOST_IDLE + 5 {
            open(&path(n), Absent::Create, PATIENCE).unwrap();
            give_back(take(&path(n), PATIENCE).unwrap());
            assert!(IDLE.lock().unwrap().len() <= MOST_IDLE);
        }
        let last = path(MOST_IDLE + 4);
        std::fs::remove_file(&last).unwrap();
        assert!(matches!(take(&last, PATIENCE), Err(DiaryError::Missing(_))));
    }
}
