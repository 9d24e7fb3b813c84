//! The ledger without a thread: every call runs where it is made.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::store::{Entry, Store};
use crate::domain::booking::{BookingRecord, ReportRecord, UpdateRecord, Watched};
use crate::domain::clock::Clock;
use crate::domain::document::{AttachmentRecord, OfferRecord};
use crate::domain::id::{BookingId, PracticeId, RequestId};
use crate::ledger::{
    Change, Durability, Item, Ledger, LedgerError, PracticeRecord, StoryLine, Stretch,
};

/// The same ledger for a simulation on one thread, where a group is always one change.
///
/// There is no timer: what is recorded with [`Durability::WithNext`] waits for the next flush.
/// To drop the ledger is to crash: what was not flushed is gone.
pub struct Inline {
    store: Mutex<Store>,
}

impl Inline {
    /// Opens the ledger at this path, or makes a new one.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, LedgerError> {
        let store = Mutex::new(Store::open(path, clock)?);
        Ok(Self { store })
    }

    /// Brings everything that was accepted onto the disk.
    pub fn flush(&self) -> Result<(), LedgerError> {
        self.store().flush()
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Ledger for Inline {
    async fn load_practice(&self, practice: &PracticeId) -> Result<PracticeRecord, LedgerError> {
        self.store().load_practice(practice)
    }

    async fn load_booking(
        &self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Option<BookingRecord>, LedgerError> {
        self.store().load_booking(practice, booking)
    }

    async fn load_update(
        &self,
        practice: &PracticeId,
        request: RequestId,
    ) -> Result<Option<UpdateRecord>, LedgerError> {
        self.store().load_update(practice, request)
    }

    async fn load_reports(
        &self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Vec<ReportRecord>, LedgerError> {
        self.store().load_reports(practice, booking)
    }

    async fn load_watched(
        &self,
        practice: &PracticeId,
        stretch: &Stretch,
    ) -> Result<Vec<Watched>, LedgerError> {
        self.store().load_watched(practice, stretch)
    }

    async fn load_attachment(
        &self,
        practice: &PracticeId,
        request: RequestId,
    ) -> Result<Option<AttachmentRecord>, LedgerError> {
        self.store().load_attachment(practice, request)
    }

    async fn load_offer(
        &self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Option<OfferRecord>, LedgerError> {
        self.store().load_offer(practice, booking)
    }

    async fn record(
        &self,
        practice: &PracticeId,
        change: Change,
        durability: Durability,
    ) -> Result<(), LedgerError> {
        let entry = Entry {
            practice: practice.clone(),
            change,
            durability,
        };
        let answers = self.store().record(vec![entry]);
        answers
            .into_iter()
            .next()
            .unwrap_or(Err(LedgerError::Closed))
    }

    async fn load_items(&self, practice: Option<&PracticeId>) -> Result<Vec<Item>, LedgerError> {
        self.store().load_items(practice)
    }

    async fn load_story(
        &self,
        practice: &PracticeId,
        booking: BookingId,
    ) -> Result<Vec<StoryLine>, LedgerError> {
        self.store().load_story(practice, booking)
    }

    async fn prune(&self, before: DateTime<Utc>) -> Result<u64, LedgerError> {
        let mut pruned: u64 = 0;
        loop {
            let rows = self.store().prune_batch(before)?;
            if rows == 0 {
                return Ok(pruned);
            }
            pruned = pruned.saturating_add(u64::try_from(rows).unwrap_or(u64::MAX));
        }
    }
}
