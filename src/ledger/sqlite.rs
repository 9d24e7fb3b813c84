//! The ledger in SQLite: one file, one writing thread, many practices.
//!
//! # Needs in tension
//! SQLite has one writer, and every commit waits for the disk; thousands of practices want their
//! records durable at once. So one plain thread owns the connection, takes whatever waits, and
//! commits it together: 64 practices that book at the same moment wait for one or two flushes,
//! not for 64.
//!
//! # Invariants
//! - The connection never crosses a thread, and a caller that stops waiting leaves no transaction
//!   open.
//! - The queue is bounded: a slow disk slows its callers down, and fills no memory.
//! - If the thread dies, every call answers [`LedgerError::Closed`], and [`SqliteLedger::failed`]
//!   tells the daemon, which ends.
//! - Nothing is written while nobody records: an idle ledger leaves the disk alone.
//! - A second connector on the same file is refused; an operator's `sqlite3` may read it any time.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};

use crate::domain::booking::{BookingRecord, ReportRecord, UpdateRecord, Watched};
use crate::domain::clock::Clock;
use crate::domain::document::{AttachmentRecord, OfferRecord};
use crate::domain::id::{BookingId, PracticeId, RequestId};
use crate::ledger::{
    Change, Durability, Item, Ledger, LedgerError, PracticeRecord, StoryLine, Stretch,
};

mod document;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod inline;
mod migration;
mod open;
mod prune;
mod read;
mod report;
mod store;
#[cfg(test)]
mod tests;
mod word;
mod write;
mod writer;

pub use inline::Inline;
#[doc(hidden)]
pub use open::Synchronous;
pub use store::{Entry, Store};

use writer::{Order, Running, Writer};

/// The most orders that wait; whoever comes after them waits for a place.
const QUEUE: usize = 1_024;

/// The daemon's ledger: the writing thread's other end.
pub struct SqliteLedger {
    orders: Mutex<Option<mpsc::Sender<Order>>>,
    places: Arc<Semaphore>,
    thread: Mutex<Option<JoinHandle<()>>>,
    running: watch::Receiver<Running>,
    writable: Arc<AtomicBool>,
    commits: Arc<AtomicU64>,
}

impl SqliteLedger {
    /// The file that a `sqlite:PATH` address names.
    pub fn path_of(url: &str) -> Result<PathBuf, LedgerError> {
        match url.strip_prefix("sqlite:") {
            Some(path) if !path.is_empty() && !path.starts_with(':') => Ok(PathBuf::from(path)),
            Some(_) | None => Err(LedgerError::Open(format!(
                "{url} is not an address of the form sqlite:PATH"
            ))),
        }
    }

    /// Opens the ledger at this path, or makes a new one, and starts its thread.
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
        let store = Store::open_with(path, clock, synchronous)?;
        let commits = store.commits();
        let writable = Arc::new(AtomicBool::new(true));
        let (orders, queue) = mpsc::channel();
        let (ran, running) = watch::channel(Running::Yes);
        let writer = Writer {
            store,
            orders: queue,
            writable: Arc::clone(&writable),
            running: ran,
        };
        let thread = std::thread::Builder::new()
            .name("ledger".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| LedgerError::Open(format!("start the writing thread: {error}")))?;
        Ok(Self {
            orders: Mutex::new(Some(orders)),
            places: Arc::new(Semaphore::new(QUEUE)),
            thread: Mutex::new(Some(thread)),
            running,
            writable,
            commits,
        })
    }

    /// Whether the disk took what was last written to it; asks no disk.
    pub fn writable(&self) -> bool {
        self.writable.load(Ordering::Relaxed) && self.running.has_changed().is_ok()
    }

    /// Writes one row to learn whether the disk takes it.
    pub async fn probe_write(&self) -> Result<(), LedgerError> {
        self.with_store(Store::probe_write).await
    }

    /// How many flushes there were.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Waits until the thread dies without having been closed; then the daemon must end.
    pub async fn failed(&self) {
        let mut running = self.running.clone();
        while running.changed().await.is_ok() {}
        if *running.borrow() == Running::Closed {
            std::future::pending::<()>().await;
        }
    }

    /// Flushes, closes the file and ends the thread; every later call answers
    /// [`LedgerError::Closed`].
    pub async fn close(&self) -> Result<(), LedgerError> {
        let (answer, answered) = oneshot::channel();
        self.send(Order::Close { answer })?;
        let flushed = answered.await.unwrap_or(Err(LedgerError::Closed));
        self.join();
        flushed
    }

    async fn with_store<T: Send + 'static>(
        &self,
        run: impl FnOnce(&mut Store) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let place = self.place().await?;
        let (answer, answered) = oneshot::channel();
        let run = Box::new(move |store: &mut Store| {
            // Whoever asked may have stopped waiting.
            drop(answer.send(run(store)));
        });
        self.send(Order::Use { run, place })?;
        answered.await.unwrap_or(Err(LedgerError::Closed))
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, LedgerError> {
        let places = Arc::clone(&self.places);
        places
            .acquire_owned()
            .await
            .map_err(|_| LedgerError::Closed)
    }

    fn send(&self, order: Order) -> Result<(), LedgerError> {
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let orders = orders.as_ref().ok_or(LedgerError::Closed)?;
        orders.send(order).map_err(|_| LedgerError::Closed)
    }

    fn join(&self) {
        drop(
            self.orders
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the ledger's thread died");
        }
    }
}

impl Drop for SqliteLedger {
    /// Flushes what was accepted; blocks for as long as that takes.
    fn drop(&mut self) {
        self.join();
    }
}

#[async_trait]
impl Ledger for SqliteLedger {
    async fn load_practice(&self, practice: &PracticeId) -> Result<PracticeRecord, LedgerError> {
        let practice = practice.clone();
        self.with_store(move |store| store.load_practice(&practice))
            .await
    }

    async fn load_booking(
        &self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Option<BookingRecord>, LedgerError> {
        let practice = practice.clone();
        self.with_store(move |store| store.load_booking(&practice, booking))
            .await
    }

    async fn load_update(
        &self,
        practice: &PracticeId,
        request: RequestId,
    ) -> Result<Option<UpdateRecord>, LedgerError> {
        let practice = practice.clone();
        self.with_store(move |store| store.load_update(&practice, request))
            .await
    }

    async fn load_reports(
        &self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Vec<ReportRecord>, LedgerError> {
        let practice = practice.clone();
        self.with_store(move |store| store.load_reports(&practice, booking))
            .await
    }

    async fn load_watched(
        &self,
        practice: &PracticeId,
        stretch: &Stretch,
    ) -> Result<Vec<Watched>, LedgerError> {
        let (practice, stretch) = (practice.clone(), stretch.clone());
        self.with_store(move |store| store.load_watched(&practice, &stretch))
            .await
    }

    async fn load_attachment(
        &self,
        practice: &PracticeId,
        request: RequestId,
    ) -> Result<Option<AttachmentRecord>, LedgerError> {
        let practice = practice.clone();
        self.with_store(move |store| store.load_attachment(&practice, request))
            .await
    }

    async fn load_offer(
        &self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Option<OfferRecord>, LedgerError> {
        let practice = practice.clone();
        self.with_store(move |store| store.load_offer(&practice, booking))
            .await
    }

    async fn record(
        &self,
        practice: &PracticeId,
        change: Change,
        durability: Durability,
    ) -> Result<(), LedgerError> {
        let place = self.place().await?;
        let (answer, answered) = oneshot::channel();
        let entry = Box::new(Entry {
            practice: practice.clone(),
            change,
            durability,
        });
        self.send(Order::Record {
            entry,
            answer,
            place,
        })?;
        answered.await.unwrap_or(Err(LedgerError::Closed))
    }

    async fn load_items(&self, practice: Option<&PracticeId>) -> Result<Vec<Item>, LedgerError> {
        let practice = practice.cloned();
        self.with_store(move |store| store.load_items(practice.as_ref()))
            .await
    }

    async fn load_story(
        &self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Vec<StoryLine>, LedgerError> {
        let practice = practice.clone();
        self.with_store(move |store| store.load_story(&practice, booking))
            .await
    }

    async fn prune(&self, before: DateTime<Utc>) -> Result<u64, LedgerError> {
        let mut pruned: u64 = 0;
        loop {
            // Each batch queues anew, so that bookings go between.
            let rows = self
                .with_store(move |store| store.prune_batch(before))
                .await?;
            if rows == 0 {
                return Ok(pruned);
            }
            pruned = pruned.saturating_add(u64::try_from(rows).unwrap_or(u64::MAX));
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn engine(error: rusqlite::Error) -> LedgerError {
    LedgerError::Engine(error.to_string())
}

fn unreadable(
    table: &'static str,
    practice: impl std::fmt::Display,
    row: impl std::fmt::Display,
    column: &'static str,
) -> LedgerError {
    LedgerError::Unreadable(format!(
        "table {table}, practice {practice}, row {row}: column {column}"
    ))
}

/// SQLite's integers are signed; nothing that is counted here comes near the limit.
fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
