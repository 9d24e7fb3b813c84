//! Knowing without opening a diary that nothing was written to it.
//!
//! Every practice asks once a minute what has changed, and mostly nothing has. Opening ten thousand
//! files for that answer costs far more than looking at their stamps.
//!
//! A stamp alone proves nothing at first: a write within the same tick of the file system's clock
//! may leave it as it is. So it counts only after the diary was read once more, a while after the
//! stamp was first seen: a later write then has a later time.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::pms::ChangeCursor;

/// Far longer than a tick of any file system's clock.
const SETTLED: Duration = Duration::from_secs(2);

/// What a diary's files look like from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    diary: Mark,
    /// The write-ahead log; an empty one is none, since opening and closing makes and removes it.
    log: Option<Mark>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    file: (u64, u64),
    length: u64,
    modified: (i64, i64),
}

/// Looks at a diary's files; `None` where there is no diary.
pub(super) fn stamp(path: &Path) -> Option<Stamp> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let log = mark(Path::new(&log)).filter(|log| log.length > 0);
    mark(path).map(|diary| Stamp { diary, log })
}

fn mark(path: &Path) -> Option<Mark> {
    let found = std::fs::metadata(path).ok()?;
    Some(Mark {
        file: (found.dev(), found.ino()),
        length: found.len(),
        modified: (found.mtime(), found.mtime_nsec()),
    })
}

/// The last stamp of a diary, and what was read under it.
#[derive(Debug, Default)]
pub(super) struct Quiet(Mutex<Option<Seen>>);

#[derive(Debug)]
struct Seen {
    stamp: Stamp,
    first: Instant,
    /// Where the change feed stood when it was read a while after `first`.
    settled: Option<ChangeCursor>,
}

impl Quiet {
    /// Whether nothing can have been written since the feed stood at the cursor.
    pub(super) fn holds(&self, stamp: &Stamp, cursor: &ChangeCursor) -> bool {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.as_ref()
            .is_some_and(|seen| seen.stamp == *stamp && seen.settled.as_ref() == Some(cursor))
    }

    /// Remembers where the feed stood when it was read, after the stamp was taken at this time.
    pub(super) fn note(&self, stamp: Stamp, at: Instant, cursor: &ChangeCursor) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let first = match seen.as_ref() {
            Some(seen) if seen.stamp == stamp => seen.first,
            Some(_) | None => at,
        };
        let settled = at.saturating_duration_since(first) >= SETTLED;
        *seen = Some(Seen {
            stamp,
            first,
            settled: settled.then(|| cursor.clone()),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_counts_only_after_a_read_a_while_after_it_was_first_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        assert_eq!(stamp(&path), None);
        std::fs::write(&path, "one").unwrap();
        let found = stamp(&path).unwrap();
        let (quiet, cursor) = (Quiet::default(), ChangeCursor("a.1".to_owned()));
        let start = Instant::now();

        quiet.note(found.clone(), start, &cursor);
        assert!(!quiet.holds(&found, &cursor), "seen for the first time");
        quiet.note(found.clone(), start + SETTLED / 2, &cursor);
        assert!(!quiet.holds(&found, &cursor), "too soon");
        quiet.note(found.clone(), start + SETTLED, &cursor);
        assert!(quiet.holds(&found, &cursor));
        assert!(
            !quiet.holds(&found, &ChangeCursor("a.0".to_owned())),
            "an older cursor"
        );

        std::fs::write(folder.path().join("a.db-wal"), "").unwrap();
        assert!(
            quiet.holds(&stamp(&path).unwrap(), &cursor),
            "an empty log is none"
        );
        std::fs::write(folder.path().join("a.db-wal"), "written").unwrap();
        let written = stamp(&path).unwrap();
        assert!(!quiet.holds(&written, &cursor));
        quiet.note(written.clone(), start + SETTLED * 2, &cursor);
        assert!(!quiet.holds(&written, &cursor), "another stamp begins anew");
    }
}
