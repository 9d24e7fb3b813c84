//! The real ledger, watched, and made to fail on demand.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::booking::{BookingRecord, ReportRecord, UpdateRecord, Watched};
use crate::domain::document::{AttachmentRecord, OfferRecord};
use crate::domain::id::{BookingId, PracticeId, RequestId};
use crate::ledger::sqlite::Inline;
use crate::ledger::{
    Change, Durability, Item, Ledger, LedgerError, PracticeRecord, StoryLine, Stretch,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::chronicle::{Chronicle, Happening};
use super::clock::VirtualClock;
use super::gate::{Gate, Side};
use super::weather::Weather;
use crate::domain::clock::Clock as _;

/// A ledger whose disk can be taken away.
pub struct WatchedLedger {
    inline: Arc<Inline>,
    clock: Arc<VirtualClock>,
    weather: Arc<Weather>,
    chronicle: Arc<Chronicle>,
    gate: Arc<Gate>,
    broken: AtomicBool,
    /// After how many writes one fails, and how.
    planned: Mutex<Option<(u64, DiskFault)>>,
    /// How often it was read or written.
    touched: AtomicU64,
}

impl WatchedLedger {
    /// Watches this ledger; its writes pass the gate.
    pub fn new(inline: Arc<Inline>, clock: &Arc<VirtualClock>, gate: Arc<Gate>) -> Self {
        Self {
            inline,
            clock: Arc::clone(clock),
            weather: Arc::default(),
            chronicle: Arc::default(),
            gate,
            broken: AtomicBool::new(false),
            planned: Mutex::default(),
            touched: AtomicU64::new(0),
        }
    }

    /// The same ledger on a disk with this weather; what goes wrong is noted.
    #[must_use]
    pub fn under(self, weather: &Arc<Weather>, chronicle: &Arc<Chronicle>) -> Self {
        Self {
            weather: Arc::clone(weather),
            chronicle: Arc::clone(chronicle),
            ..self
        }
    }

    /// Whether every write fails, and writes nothing.
    pub fn set_broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::Relaxed);
    }

    /// Brings everything that was accepted onto the disk, as the daemon does within a second.
    pub fn flush(&self) -> Result<(), LedgerError> {
        self.inline.flush()
    }

    /// How often the practice has read it or written to it.
    pub fn touched(&self) -> u64 {
        self.touched.load(Ordering::Relaxed)
    }

    fn touch(&self) {
        self.touched.fetch_add(1, Ordering::Relaxed);
    }

    /// After so many writes one is done, and fails all the same.
    pub fn lose_answer_after(&self, writes: u64) {
        self.fail_after(writes, DiskFault::AnswerLost);
    }

    /// After so many writes one fails like this.
    pub fn fail_after(&self, writes: u64, fault: DiskFault) {
        *self.plan() = Some((writes, fault));
    }

    /// After how many more writes one fails, and how.
    pub fn planned(&self) -> Option<(u64, DiskFault)> {
        *self.plan()
    }

    fn plan(&self) -> MutexGuard<'_, Option<(u64, DiskFault)>> {
        self.planned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How this write fails.
    fn fault(&self, now: DateTime<Utc>) -> Option<DiskFault> {
        let mut planned = self.plan();
        match *planned {
            Some((0, fault)) => {
                *planned = None;
                Some(fault)
            }
            Some((left, fault)) => {
                *planned = Some((left.saturating_sub(1), fault));
                None
            }
            None => self.weather.of_disk(now),
        }
    }
}

/// How a write fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskFault {
    /// Nothing is written: the disk is full.
    Full,
    /// Nothing is written: the disk failed.
    Failed,
    /// It is written, and reported as failed.
    AnswerLost,
}

impl DiskFault {
    const fn words(self) -> &'static str {
        match self {
            Self::Full => "disk full",
            Self::Failed => "input or output error",
            Self::AnswerLost => "input or output error, although it is written",
        }
    }
}

#[async_trait]
impl Ledger for WatchedLedger {
    async fn load_practice(&self, practice: &PracticeId) -> Result<PracticeRecord, LedgerError> {
        self.touch();
        self.inline.load_practice(practice).await
    }

    async fn load_booking(
        &self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Option<BookingRecord>, LedgerError> {
        self.touch();
        self.inline.load_booking(practice, booking).await
    }

    async fn load_update(
        &self,
        practice: &PracticeId,
        request: RequestId,
    ) -> Result<Option<UpdateRecord>, LedgerError> {
        self.touch();
        self.inline.load_update(practice, request).await
    }

    async fn load_reports(
        &self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Vec<ReportRecord>, LedgerError> {
        self.touch();
        self.inline.load_reports(practice, booking).await
    }

    async fn load_watched(
        &self,
        practice: &PracticeId,
        stretch: &Stretch,
    ) -> Result<Vec<Watched>, LedgerError> {
        self.touch();
        self.inline.load_watched(practice, stretch).await
    }

    async fn load_attachment(
        &self,
        practice: &PracticeId,
        request: RequestId,
    ) -> Result<Option<AttachmentRecord>, LedgerError> {
        self.touch();
        self.inline.load_attachment(practice, request).await
    }

    async fn load_offer(
        &self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Option<OfferRecord>, LedgerError> {
        self.touch();
        self.inline.load_offer(practice, booking).await
    }

    async fn record(
        &self,
        practice: &PracticeId,
        change: Change,
        durability: Durability,
    ) -> Result<(), LedgerError> {
        self.touch();
        self.gate.pass("record", Side::Before).await;
        if self.broken.load(Ordering::Relaxed) {
            return Err(LedgerError::Engine("disk full".to_owned()));
        }
        let now = self.clock.now();
        let fault = self.fault(now);
        if let Some(fault) = fault {
            let how = fault.words().to_owned();
            let call = "record";
            self.chronicle.note(now, Happening::Fault { call, how });
            if fault != DiskFault::AnswerLost {
                return Err(LedgerError::Engine(fault.words().to_owned()));
            }
        }
        self.chronicle.call(now, "record");
        self.inline.record(practice, change, durability).await?;
        if let Some(lost) = fault {
            return Err(LedgerError::Engine(lost.words().to_owned()));
        }
        self.gate.pass("record", Side::After).await;
        Ok(())
    }

    async fn load_items(&self, practice: Option<&PracticeId>) -> Result<Vec<Item>, LedgerError> {
        self.inline.load_items(practice).await
    }

    async fn load_story(
        &self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Vec<StoryLine>, LedgerError> {
        self.inline.load_story(practice, booking).await
    }

    async fn prune(&self, before: DateTime<Utc>) -> Result<u64, LedgerError> {
        self.inline.prune(before).await
    }
}
