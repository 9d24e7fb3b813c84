//! Opening a diary's file: settings of the engine, and the schema guard.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::DiaryError;

/// "HEDI": marks a file as a diary of ours.
const APPLICATION_ID: i64 = 0x4845_4449;

/// Older engines can lose a write to a WAL that two connections reset at once.
const OLDEST_ENGINE: i32 = 3_051_003;

/// Forward only; a file's `user_version` is how many of them it has had.
const MIGRATIONS: [&str; 3] = [
    include_str!("migrations/0001_diary.sql"),
    include_str!("migrations/0002_made_on.sql"),
    include_str!("migrations/0003_documents.sql"),
];

/// What to do where there is no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    /// Say so: a misspelt path must not become an empty diary.
    Refuse,
    /// Make an empty diary.
    Create,
}

/// How long to wait before a busy file is tried again.
const PAUSE: Duration = Duration::from_millis(5);

/// Opens the diary, and brings an older schema up to date.
///
/// The engine does not wait by itself for a file that another process is just making or closing.
pub(super) fn open(
    path: &Path,
    absent: Absent,
    patience: Duration,
) -> Result<Connection, DiaryError> {
    let deadline = Instant::now() + patience;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match try_open(path, absent, left) {
            Err(DiaryError::Busy) if !left.is_zero() => std::thread::sleep(PAUSE.min(left)),
            opened => return opened,
        }
    }
}

fn try_open(path: &Path, absent: Absent, patience: Duration) -> Result<Connection, DiaryError> {
    if rusqlite::version_number() < OLDEST_ENGINE {
        return Err(DiaryError::Unusable(format!(
            "the SQLite engine is {}, and the diary needs 3.51.3 or newer: build with the bundled one",
            rusqlite::version()
        )));
    }
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    match absent {
        Absent::Refuse if !path.is_file() => return Err(DiaryError::Missing(path.to_path_buf())),
        Absent::Refuse => {}
        Absent::Create => flags |= OpenFlags::SQLITE_OPEN_CREATE,
    }
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(patience)?;
    let found = schema(&connection)?;
    guard(path, absent, found)?;
    flush_log(&connection)?;
    connection.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;
         pragma cache_size = -256; pragma trusted_schema = off;",
    )?;
    if found.version < known() {
        migrate(&mut connection)?;
    }
    Ok(connection)
}

/// Brings onto the disk what the log holds, before anybody is told of it: a process that was killed
/// may have committed what it had not flushed, and the engine hands that out as if it had.
///
/// Only a log that another left behind, or is using now, holds anything here: whoever closes a diary
/// last removes it.
fn flush_log(connection: &Connection) -> Result<(), DiaryError> {
    let Some(path) = connection.path() else {
        return Ok(());
    };
    let flushed = match File::open(format!("{path}-wal")) {
        Ok(log) => log.metadata().and_then(|found| match found.len() {
            0 => Ok(()),
            _ => log.sync_all(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    };
    flushed.map_err(|error| DiaryError::Engine(format!("flush the diary's log: {error}")))
}

#[derive(Debug, Clone, Copy)]
struct Schema {
    application: i64,
    version: i64,
    tables: i64,
}

fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

fn schema(connection: &Connection) -> Result<Schema, DiaryError> {
    Ok(connection.query_row(
        "-- name: what kind of file this is
         select (select application_id from pragma_application_id),
                (select user_version from pragma_user_version),
                (select count(*) from sqlite_schema)",
        [],
        |row| {
            Ok(Schema {
                application: row.get(0)?,
                version: row.get(1)?,
                tables: row.get(2)?,
            })
        },
    )?)
}

fn guard(path: &Path, absent: Absent, found: Schema) -> Result<(), DiaryError> {
    let empty = found.application == 0 && found.tables == 0;
    if found.application != APPLICATION_ID && !(empty && absent == Absent::Create) {
        return Err(if empty {
            DiaryError::Missing(path.to_path_buf())
        } else {
            DiaryError::Unusable(format!(
                "{} is a database, but not a diary: name another file",
                path.display()
            ))
        });
    }
    if found.version > known() {
        return Err(DiaryError::Unusable(format!(
            "the diary at {} has schema {}, newer than this version's {}; install the newer version again",
            path.display(),
            found.version,
            known()
        )));
    }
    Ok(())
}

fn migrate(connection: &mut Connection) -> Result<(), DiaryError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been here since.
    let version = usize::try_from(schema(&transaction)?.version).unwrap_or(0);
    for migration in MIGRATIONS.iter().skip(version) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", known())?;
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    #[test]
    fn a_missing_file_is_named_with_its_remedy_and_not_created() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("typo.db");
        let error = open(&path, Absent::Refuse, PATIENCE).unwrap_err();
        assert_eq!(error, DiaryError::Missing(path.clone()));
        assert!(!path.exists());
    }

    #[test]
    fn a_file_that_an_import_left_empty_is_no_diary_until_the_next_import() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty.db");
        std::fs::write(&path, "").unwrap();
        let error = open(&path, Absent::Refuse, PATIENCE).unwrap_err();
        assert_eq!(error, DiaryError::Missing(path.clone()));
        open(&path, Absent::Create, PATIENCE).unwrap();
        open(&path, Absent::Refuse, PATIENCE).unwrap();
    }

    #[test]
    fn a_foreign_or_newer_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("notes.txt");
        std::fs::write(&text, "not a database at all, ".repeat(100)).unwrap();
        let foreign = folder.path().join("foreign.db");
        Connection::open(&foreign)
            .unwrap()
            .execute_batch("create table t (x)")
            .unwrap();
        let newer = folder.path().join("newer.db");
        open(&newer, Absent::Create, PATIENCE)
            .unwrap()
            .pragma_update(None, "user_version", 99)
            .unwrap();
        for (path, word) in [
            (text, "not a diary"),
            (foreign, "not a diary"),
            (newer, "newer version"),
        ] {
            let error = open(&path, Absent::Create, PATIENCE).unwrap_err();
            assert!(
                matches!(&error, DiaryError::Unusable(text) if text.contains(word)),
                "{error}"
            );
        }
    }

    #[test]
    fn a_diary_is_flushed_in_full_and_checks_its_references() {
        let folder = tempfile::tempdir().unwrap();
        let diary = open(&folder.path().join("a.db"), Absent::Create, PATIENCE).unwrap();
        let pragma = |name: &str| -> String {
            diary
                .query_row(&format!("pragma {name}"), [], |row| {
                    row.get::<_, rusqlite::types::Value>(0)
                })
                .map(|value| format!("{value:?}"))
                .unwrap()
        };
        assert_eq!(pragma("journal_mode"), "Text(\"wal\")");
        assert_eq!(pragma("synchronous"), "Integer(2)");
        assert_eq!(pragma("foreign_keys"), "Integer(1)");
    }
}
