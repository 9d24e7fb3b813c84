//! The ledger's one writing connection, and what shares a flush of the disk.
//!
//! # Needs in tension
//! A flush is dear, so the changes of many practices share one; yet one practice's stale record
//! must not spoil the others' changes, and nobody may hear "done" before the disk has it.
//!
//! # Invariants
//! - Each change has a savepoint of its own inside the shared transaction.
//! - A change is answered after COMMIT has returned, unless losing it was accepted
//!   ([`Durability::WithNext`]).
//! - Changes reach the disk in the order in which they came: what was accepted early is in the same
//!   transaction as what follows, so a crash can lose only the last of it.
//! - A transaction that failed is rolled back, and what was accepted early is applied again in the
//!   next one.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::open::{self, Synchronous};
use super::{document, engine, prune, read, report, word, write};
use crate::domain::booking::{BookingRecord, ReportRecord, UpdateRecord, Watched};
use crate::domain::clock::Clock;
use crate::domain::document::{AttachmentRecord, OfferRecord};
use crate::domain::id::{BookingId, PracticeId, RequestId};
use crate::ledger::{Change, Durability, Item, LedgerError, PracticeRecord, StoryLine, Stretch};

/// The most changes that wait unflushed; one more flushes them.
const MOST_UNFLUSHED: usize = 256;

/// The ledger file, open for writing; every call blocks.
pub struct Store {
    pub(super) connection: Connection,
    /// Declared after the connection, so that the file is closed before another may open it.
    _lock: File,
    clock: Arc<dyn Clock>,
    /// Accepted before they were flushed, in order; they are in the open transaction, if any.
    unflushed: Vec<(PracticeId, Change)>,
    transaction: Transaction,
    /// Why the disk did not take what was last written; `None`: it did.
    trouble: Option<String>,
    commits: Arc<AtomicU64>,
}

/// Where the shared transaction stands.
enum Transaction {
    None,
    Open,
    /// It could not begin, or the engine undid all of it while a change was applied; why.
    Undone(String),
}

/// A change that waits for its place in a flush.
#[derive(Debug)]
pub struct Entry {
    /// Whose.
    pub practice: PracticeId,
    /// What.
    pub change: Change,
    /// When it must be on the disk.
    pub durability: Durability,
}

impl Store {
    /// Opens the ledger at this path, or makes a new one; the clock dates what is dealt with.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, LedgerError> {
        Self::open_with(path, clock, Synchronous::Full)
    }

    /// The same, with another patience for the disk.
    #[doc(hidden)]
    pub fn open_with(
        path: &Path,
        clock: Arc<dyn Clock>,
        synchronous: Synchronous,
    ) -> Result<Self, LedgerError> {
        let opened = open::open(path, synchronous)?;
        Ok(Self {
            connection: opened.connection,
            _lock: opened.lock,
            clock,
            unflushed: Vec::new(),
            transaction: Transaction::None,
            trouble: None,
            commits: Arc::default(),
        })
    }

    /// Writes a group of changes and answers each in the group's order. If one of them is to be
    /// flushed, all that is waiting is flushed with it, once.
    pub fn record(&mut self, group: Vec<Entry>) -> Vec<Result<(), LedgerError>> {
        let mut flush = self.unflushed.len() >= MOST_UNFLUSHED;
        let mut answers = Vec::with_capacity(group.len());
        for entry in group {
            let applied = self.apply(&entry.practice, &entry.change);
            // While the disk takes nothing, nothing is accepted early.
            let waits = entry.durability == Durability::WithNext;
            let early = planted!(AnsweredBeforeCommit, true, waits) && self.trouble.is_none();
            if applied.is_ok() {
                if early {
                    self.unflushed.push((entry.practice, entry.change));
                } else {
                    flush = true;
                }
            }
            answers.push((early, applied));
        }
        // With nothing accepted early there is no reason to keep the file locked.
        let flushed = if flush || self.unflushed.is_empty() {
            self.flush()
        } else {
            self.recover()
        };
        let failure = flushed.err().map(|error| cause(&error));
        let answer = |(early, applied): (bool, Result<(), LedgerError>)| match &failure {
            Some(why) if applied.is_ok() && !early => Err(LedgerError::Engine(why.clone())),
            Some(_) | None => applied,
        };
        answers.into_iter().map(answer).collect()
    }

    /// Brings everything that was accepted onto the disk.
    pub fn flush(&mut self) -> Result<(), LedgerError> {
        self.recover()?;
        if matches!(self.transaction, Transaction::None) {
            if self.unflushed.is_empty() {
                return Ok(());
            }
            self.begin()?;
        }
        if let Err(error) = self.connection.execute_batch("commit") {
            self.roll_back(&error.to_string());
            return Err(engine(error));
        }
        self.transaction = Transaction::None;
        self.unflushed.clear();
        self.trouble = None;
        self.commits.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Whether changes were accepted that the disk does not have yet.
    pub fn has_unflushed(&self) -> bool {
        !self.unflushed.is_empty()
    }

    /// Why the disk did not take what was last written to it; `None` when it did.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Counts the flushes so far.
    pub fn commits(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.commits)
    }

    /// Writes one row and flushes it, to learn whether the disk takes it.
    pub fn probe_write(&mut self) -> Result<(), LedgerError> {
        let now = self.clock.now();
        let written = self.write(|connection| {
            connection
                .execute(
                    "-- probe
                    insert into probe (probe, at) values (1, ?1)
                    on conflict (probe) do update set at = excluded.at",
                    [word::instant(now)],
                )
                .map_err(engine)
        });
        let flushed = self.flush();
        written.and(flushed)
    }

    /// Deletes a batch of what [`Ledger::prune`](crate::ledger::Ledger::prune) may delete;
    /// answers how many rows went, 0 when none is left.
    pub fn prune_batch(&mut self, before: DateTime<Utc>) -> Result<usize, LedgerError> {
        let deleted = self.write(|connection| prune::batch(connection, before).map_err(engine));
        let flushed = self.flush();
        deleted.and_then(|rows| flushed.map(|()| rows))
    }

    /// As [`Ledger::load_practice`](crate::ledger::Ledger::load_practice).
    pub fn load_practice(&mut self, practice: &PracticeId) -> Result<PracticeRecord, LedgerError> {
        self.settle_reads()?;
        read::practice(&self.connection, practice)
    }

    /// As [`Ledger::load_booking`](crate::ledger::Ledger::load_booking).
    pub fn load_booking(
        &mut self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Option<BookingRecord>, LedgerError> {
        self.settle_reads()?;
        read::booking(&self.connection, practice, booking)
    }

    /// As [`Ledger::load_update`](crate::ledger::Ledger::load_update).
    pub fn load_update(
        &mut self,
        practice: &PracticeId,
        request: RequestId,
    ) -> Result<Option<UpdateRecord>, LedgerError> {
        self.settle_reads()?;
        read::update(&self.connection, practice, request)
    }

    /// As [`Ledger::load_reports`](crate::ledger::Ledger::load_reports).
    pub fn load_reports(
        &mut self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Vec<ReportRecord>, LedgerError> {
        self.settle_reads()?;
        report::of_booking(&self.connection, practice, booking)
    }

    /// As [`Ledger::load_watched`](crate::ledger::Ledger::load_watched).
    pub fn load_watched(
        &mut self,
        practice: &PracticeId,
        stretch: &Stretch,
    ) -> Result<Vec<Watched>, LedgerError> {
        self.settle_reads()?;
        report::watched(&self.connection, practice, stretch)
    }

    /// As [`Ledger::load_attachment`](crate::ledger::Ledger::load_attachment).
    pub fn load_attachment(
        &mut self,
        practice: &PracticeId,
        request: RequestId,
    ) -> Result<Option<AttachmentRecord>, LedgerError> {
        self.settle_reads()?;
        document::attachment(&self.connection, practice, request)
    }

    /// As [`Ledger::load_offer`](crate::ledger::Ledger::load_offer).
    pub fn load_offer(
        &mut self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Option<OfferRecord>, LedgerError> {
        self.settle_reads()?;
        document::offer(&self.connection, practice, booking)
    }

    /// As [`Ledger::load_items`](crate::ledger::Ledger::load_items).
    pub fn load_items(&mut self, practice: Option<&PracticeId>) -> Result<Vec<Item>, LedgerError> {
        self.settle_reads()?;
        read::items(&self.connection, practice)
    }

    /// As [`Ledger::load_story`](crate::ledger::Ledger::load_story).
    pub fn load_story(
        &mut self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Vec<StoryLine>, LedgerError> {
        self.settle_reads()?;
        read::story(&self.connection, practice, booking)
    }

    /// A reader sees what was accepted early, even where its transaction had to be rolled back.
    fn settle_reads(&mut self) -> Result<(), LedgerError> {
        if self.has_unflushed() && !matches!(self.transaction, Transaction::Open) {
            self.recover()?;
            self.begin()?;
        }
        Ok(())
    }

    fn apply(&mut self, practice: &PracticeId, change: &Change) -> Result<(), LedgerError> {
        let now = self.clock.now();
        self.write(|connection| write::change(connection, practice, change, now))
    }

    /// Runs one write inside the shared transaction: all of it, or nothing.
    fn write<T>(
        &mut self,
        run: impl FnOnce(&Connection) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        match &self.transaction {
            Transaction::None => {
                if let Err(error) = self.begin() {
                    // The rest of the group need not wait for the same lock again.
                    self.transaction = Transaction::Undone(cause(&error));
                    return Err(error);
                }
            }
            Transaction::Open => {}
            Transaction::Undone(why) => return Err(LedgerError::Engine(why.clone())),
        }
        let written = in_savepoint(&mut self.connection, run);
        // On a full disk the engine may undo the whole transaction, other practices' changes too.
        if let Err(error) = &written
            && self.connection.is_autocommit()
        {
            self.transaction = Transaction::Undone(cause(error));
            self.trouble = Some(cause(error));
        }
        written
    }

    /// Begins the shared transaction with what was accepted early and is not on the disk.
    fn begin(&mut self) -> Result<(), LedgerError> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("rollback").map_err(engine)?;
        }
        if let Err(error) = self.connection.execute_batch("begin immediate") {
            self.trouble = Some(error.to_string());
            return Err(engine(error));
        }
        self.transaction = Transaction::Open;
        let now = self.clock.now();
        let mut kept = Vec::with_capacity(self.unflushed.len());
        let mut failure = None;
        for (practice, change) in std::mem::take(&mut self.unflushed) {
            let again = match failure {
                Some(_) => Ok(()),
                None => in_savepoint(&mut self.connection, |connection| {
                    write::change(connection, &practice, &change, now)
                }),
            };
            match again {
                Err(error @ (LedgerError::Stale(_) | LedgerError::Unreadable(_))) => {
                    tracing::error!(
                        practice.id = %practice,
                        %error,
                        "a change that was accepted could not be written again and is lost"
                    );
                    continue;
                }
                Err(error) => failure = Some(error),
                Ok(()) => {}
            }
            kept.push((practice, change));
        }
        self.unflushed = kept;
        match failure {
            Some(error) => {
                self.roll_back(&cause(&error));
                Err(error)
            }
            None => Ok(()),
        }
    }

    /// Ends a transaction that the engine undid; says why, once.
    fn recover(&mut self) -> Result<(), LedgerError> {
        match std::mem::replace(&mut self.transaction, Transaction::None) {
            Transaction::Undone(why) => Err(LedgerError::Engine(why)),
            Transaction::Open => {
                self.transaction = Transaction::Open;
                Ok(())
            }
            Transaction::None => Ok(()),
        }
    }

    fn roll_back(&mut self, why: &str) {
        self.trouble = Some(why.to_owned());
        self.transaction = Transaction::None;
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("rollback")
        {
            // The next transaction tries again before it begins.
            tracing::warn!(%error, "the ledger could not roll back yet");
        }
    }
}

/// What went wrong, without the words that every failure of the ledger begins with.
fn cause(error: &LedgerError) -> String {
    if let LedgerError::Engine(why) = error {
        why.clone()
    } else {
        error.to_string()
    }
}

fn in_savepoint<T>(
    connection: &mut Connection,
    run: impl FnOnce(&Connection) -> Result<T, LedgerError>,
) -> Result<T, LedgerError> {
    let savepoint = connection.savepoint().map_err(engine)?;
    let value = run(&savepoint)?;
    savepoint.commit().map_err(engine)?;
    Ok(value)
}
