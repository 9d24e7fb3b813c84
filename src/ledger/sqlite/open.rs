//! Opening the file: whose it is, who else has it, and how it is to be written.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::migration;
use crate::ledger::LedgerError;

/// Marks the file as a ledger of the connector ("HELG" in ASCII).
pub(super) const APPLICATION_ID: i64 = 0x4845_4c47;

/// Older engines can lose committed data when a write-ahead log is reset.
const OLDEST_ENGINE: i32 = 3_051_003;

/// How long a write waits for an operator's tool that holds the file, before it fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the engine waits for the disk when it commits.
///
/// A ledger is always [`Synchronous::Full`]; the others are there to show that the proof of its
/// durability finds them out.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// Until the disk has all of it.
    Full,
    /// Not for a commit, only before the log is copied into the database.
    Normal,
    /// Not at all.
    Off,
}

/// An open ledger file, which nobody else writes.
#[derive(Debug)]
pub(super) struct Opened {
    /// The one writing connection.
    pub(super) connection: Connection,
    /// Held as long as the connection lives; a killed process lets go of it by itself.
    pub(super) lock: File,
}

/// Opens the ledger at this path, or makes a new one that only its owner can read.
///
/// The lock is a file beside the ledger, not SQLite's own: an operator's `sqlite3` can read a
/// ledger in use, and only a second connector is kept out.
pub(super) fn open(path: &Path, synchronous: Synchronous) -> Result<Opened, LedgerError> {
    let engine = rusqlite::version_number();
    if engine < OLDEST_ENGINE {
        return Err(LedgerError::Open(format!(
            "the SQLite engine is {}, and only 3.51.3 or newer keeps what it has committed; \
             build with the bundled engine",
            rusqlite::version()
        )));
    }
    let path = touch(path)?;
    let lock = lock(&path)?;
    let mut connection = Connection::open_with_flags(
        &path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(|error| failed(&path, &error))?;
    prepare(&mut connection, &path, synchronous)?;
    Ok(Opened { connection, lock })
}

/// Makes the file and its directory where they are missing; answers with the file's real path, so
/// that a link to the ledger finds the same lock.
fn touch(path: &Path) -> Result<PathBuf, LedgerError> {
    if let Some(directory) = parent(path) {
        std::fs::create_dir_all(directory).map_err(|error| failed(directory, &error))?;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    owner_only(&mut options);
    let made = options.open(path).and_then(|file| {
        let path = path.canonicalize()?;
        // A new file's name must survive a power cut as well as its rows.
        if file.metadata()?.len() == 0 {
            flush_names(&path)?;
        }
        Ok(path)
    });
    made.map_err(|error| failed(path, &error))
}

/// Brings onto the disk the names that lead to a file. Which of its directories are as new as the
/// file nobody knows: a start that was killed may have made them.
fn flush_names(path: &Path) -> io::Result<()> {
    for (above, directory) in path.ancestors().skip(1).enumerate() {
        match File::open(directory).and_then(|names| names.sync_all()) {
            Ok(()) => {}
            // It is another's: this user could not have made the next directory in it.
            Err(error) if above > 0 && is_anothers(&error) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn is_anothers(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::Unsupported
    )
}

fn parent(path: &Path) -> Option<&Path> {
    path.parent()
        .filter(|directory| !directory.as_os_str().is_empty())
}

#[cfg(unix)]
fn owner_only(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn owner_only(_options: &mut OpenOptions) {}

fn lock(path: &Path) -> Result<File, LedgerError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let beside = PathBuf::from(beside);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    owner_only(&mut options);
    let file = options
        .open(&beside)
        .map_err(|error| failed(&beside, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LedgerError::Open(format!(
            "another connector already uses this ledger ({}); stop it, or point ledger.url at \
             another file",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => Err(failed(&beside, &error)),
    }
}

/// Refuses a foreign or newer file before anything is written to it, then sets the connection up
/// and brings the schema to this version's.
fn prepare(
    connection: &mut Connection,
    path: &Path,
    synchronous: Synchronous,
) -> Result<(), LedgerError> {
    let found = recognise(connection).map_err(|error| failed(path, &error))?;
    let version = match found {
        Found::Ledger { version } => version,
        Found::Empty => 0,
        Found::Foreign => {
            return Err(LedgerError::Open(format!(
                "{} belongs to another program; point ledger.url at another file",
                path.display()
            )));
        }
    };
    let known = migration::newest();
    if version > known {
        return Err(LedgerError::Newer {
            found: version,
            known,
        });
    }
    let mode = configure(connection, synchronous).map_err(|error| failed(path, &error))?;
    if mode != "wal" {
        return Err(LedgerError::Open(format!(
            "{}: the file system there cannot share a write-ahead log; keep the ledger on a \
             local disk",
            path.display()
        )));
    }
    migration::apply(connection, version).map_err(|error| failed(path, &error))
}

/// Whose file it is.
enum Found {
    /// Nothing was ever written to it.
    Empty,
    /// A ledger with this schema; 0: its making was interrupted.
    Ledger { version: i64 },
    /// Somebody else's.
    Foreign,
}

fn recognise(connection: &Connection) -> rusqlite::Result<Found> {
    let number = |pragma: &str| -> rusqlite::Result<i64> {
        connection.pragma_query_value(None, pragma, |row| row.get(0))
    };
    connection.busy_timeout(BUSY_TIMEOUT)?;
    let application = number("application_id")?;
    let version = number("user_version")?;
    let tables: i64 =
        connection.query_row("select count(*) from sqlite_schema", [], |row| row.get(0))?;
    Ok(if application == APPLICATION_ID && version >= 0 {
        Found::Ledger { version }
    } else if application == 0 && version == 0 && tables == 0 {
        Found::Empty
    } else {
        Found::Foreign
    })
}

/// Answers with the journal mode that the file is in now.
fn configure(connection: &Connection, synchronous: Synchronous) -> rusqlite::Result<String> {
    let level = match synchronous {
        Synchronous::Full => "full",
        Synchronous::Normal => "normal",
        Synchronous::Off => "off",
    };
    connection.pragma_update(None, "synchronous", level)?;
    // Without it macOS answers a flush before the disk has it; elsewhere it says nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    // Written at every start, and so flushed: what a killed process had committed but not flushed
    // is read by this one, which may tell Healthengine of it.
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "wal_autocheckpoint", 1_000)?;
    connection.pragma_update(None, "journal_size_limit", 16 * 1024 * 1024)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))
}

fn failed(path: &Path, error: &(dyn std::error::Error + 'static)) -> LedgerError {
    let remedy = match error.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(io::ErrorKind::PermissionDenied) => {
            "; the connector's user must be able to write there"
        }
        Some(io::ErrorKind::NotFound) => "; its directory is missing",
        Some(_) | None => "",
    };
    LedgerError::Open(format!("{}: {error}{remedy}", path.display()))
}
