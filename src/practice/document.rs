//! Documents that the practice offers with a booking (extra feature `documents`): which there are,
//! told as they come, and each sent when its patient asks for it.
//!
//! # Invariants
//! - What is told or sent of a booking is what its own appointment has in the PMS: nothing crosses
//!   from one patient to another, whatever a request names.
//! - A list is told once, also across restarts: its fingerprint is in the ledger. A crash between
//!   telling and recording tells it twice, which has the effect of once.
//! - An idle poll touches neither the ledger nor the PMS.
//! - A request that stays listed after it was answered is answered again seldom.
//! - As with the features, a refusal here is never a refused key.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::desk::Tries;
use super::features::is_no;
use super::policy::{later, pause_after_call};
use super::{Halt, Practice};
use crate::domain::booking::{BookingRecord, Place, State};
use crate::domain::document::{Document, ListFingerprint, OfferRecord};
use crate::domain::feature::ExtraFeature;
use crate::domain::id::{BookingId, BookingKey, PmsResourceId};
use crate::healthengine::{CallError, RequestKind, Verdict};
use crate::ledger::{Change, Durability, Stretch};
use crate::pms::{PmsError, Support};

/// How far back the bookings are whose documents are looked at after a start: a script or a
/// referral is often written days after the appointment.
const DAYS_BACK: Days = Days::new(7);

/// The most bookings that are read from the ledger at once.
const MOST_BOOKINGS: usize = 50;

/// How long all bookings are left alone after a look at them, where no feed tells what changed.
const BETWEEN_WALKS: Duration = Duration::from_secs(10 * 60);

/// How long an answer rests that was given and whose request is listed all the same.
pub(super) const REST_WHEN_ANSWERED: Duration = Duration::from_secs(10 * 60);

/// What is to be looked at, and what is asked for.
#[derive(Debug, Default)]
pub(super) struct Documents {
    /// The stretches of days whose bookings are to be looked at, in order.
    looks: VecDeque<Stretch>,
    /// Whether all bookings are to be looked at; so it is after a start.
    walked: Walked,
    /// Until when nothing is told: Healthengine or the PMS did not answer.
    retry_at: Option<DateTime<Utc>>,
    failures: u32,
    /// The bookings whose list is asked for, and when each is answered again.
    asked: BTreeMap<BookingId, Tries>,
    pub(super) uploads: super::upload::Uploads,
}

/// When all bookings were looked at last.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Walked {
    /// Not since the start.
    #[default]
    Never,
    /// Then, and nothing has been said since.
    At(DateTime<Utc>),
    /// Then, and anything may have changed since.
    Before(DateTime<Utc>),
}

/// Where a booking's appointment is.
pub(super) enum Found {
    /// There.
    At(Place),
    /// On its way into the diary.
    NotYet,
    /// Nowhere that is known here.
    Nowhere,
    /// The PMS could not be asked.
    Failed(PmsError),
}

impl Documents {
    /// The diary says that a day changed: documents may have come with it.
    pub(super) fn day_changed(&mut self, resource: &PmsResourceId, date: NaiveDate) {
        let day = stretch(Some(resource.clone()), date, Some(date));
        if !self.looks.contains(&day) {
            self.looks.push_back(day);
        }
    }

    /// Anything may have changed.
    pub(super) fn everything_changed(&mut self) {
        if let Walked::At(at) = self.walked {
            self.walked = Walked::Before(at);
        }
    }

    /// Makes the look at all bookings due when it is time.
    fn walk_when_due(&mut self, today: NaiveDate, now: DateTime<Utc>) {
        let due = match self.walked {
            Walked::Never => true,
            Walked::At(_) => false,
            Walked::Before(at) => now >= later(at, BETWEEN_WALKS),
        };
        if due {
            let from = today.checked_sub_days(DAYS_BACK).unwrap_or(today);
            self.looks.push_back(stretch(None, from, None));
            self.walked = Walked::At(now);
        }
    }
}

fn stretch(resource: Option<PmsResourceId>, from: NaiveDate, to: Option<NaiveDate>) -> Stretch {
    Stretch {
        resource,
        from,
        to,
        after: None,
        most: MOST_BOOKINGS,
    }
}

impl Practice {
    /// Answers what is asked about documents, and tells of those that came, as far as the activation
    /// may.
    pub(super) async fn work_documents(&mut self, kinds: &[RequestKind]) -> Result<(), Halt> {
        if !self.wants(ExtraFeature::Documents) {
            return Ok(());
        }
        let now = self.now();
        let today = self.profile.zone.today(now);
        self.documents.walk_when_due(today, now);
        if kinds.contains(&RequestKind::UploadDocuments) {
            self.work_uploads().await?;
        } else {
            self.documents.uploads.forget();
        }
        let resting = self.documents.retry_at.is_some_and(|at| now < at);
        if resting || self.health.pms.resting(now) {
            return Ok(());
        }
        if kinds.contains(&RequestKind::AvailableDocuments) {
            self.work_list_requests().await?;
        } else {
            self.documents.asked.clear();
        }
        // Rule: a feature's calls are refused until it is enabled.
        if self.is_on(ExtraFeature::Documents) {
            self.look_for_documents().await?;
        }
        Ok(())
    }

    /// Looks at the bookings of the days that changed, and tells of documents that are new.
    async fn look_for_documents(&mut self) -> Result<(), Halt> {
        while let Some(look) = self.documents.looks.front().cloned() {
            let ledger = self.ports.ledger.clone();
            let page = ledger.load_watched(&self.profile.id, &look).await?;
            let is_last = page.len() < look.most;
            for watched in page {
                if !self.allowance.take(self.ports.clock.now()) {
                    return Ok(());
                }
                let record = watched.record;
                let (Some(slot), State::Confirmed { place, .. }) = (&record.slot, &record.state)
                else {
                    continue;
                };
                if !self.tell_if_new(&record, place).await? {
                    return Ok(());
                }
                if let Some(look) = self.documents.looks.front_mut() {
                    look.after = Some((slot.start, record.booking));
                }
            }
            if is_last {
                self.documents.looks.pop_front();
            }
        }
        Ok(())
    }

    /// Tells of a booking's documents if Healthengine does not know this list of them; `false` when
    /// the look cannot go on for now.
    async fn tell_if_new(&mut self, record: &BookingRecord, place: &Place) -> Result<bool, Halt> {
        let documents = match self.documents_of(place).await {
            Ok(documents) => documents,
            Err(error) => {
                self.no_documents(&error);
                // A clear no is about this appointment alone.
                return Ok(matches!(
                    error,
                    PmsError::Refused(_) | PmsError::Unsupported(_)
                ));
            }
        };
        // The list that is sent names its bookings by their documents: one of none says nothing.
        if documents.is_empty() {
            return Ok(true);
        }
        let fingerprint = ListFingerprint::of(&documents);
        let ledger = self.ports.ledger.clone();
        let known = ledger.load_offer(&self.profile.id, record.booking).await?;
        if known.is_some_and(|known| known.fingerprint == fingerprint) {
            return Ok(true);
        }
        match self.tell(record.booking, documents).await? {
            Ok(()) => Ok(true),
            // It will not take this list; the next one perhaps.
            Err(error) => Ok(matches!(error.verdict, Verdict::Refused(_))),
        }
    }

    /// Tells of a booking's documents, and records that it was told.
    async fn tell(
        &mut self,
        booking: BookingId,
        documents: Vec<Document>,
    ) -> Result<Result<(), CallError>, Halt> {
        let count = documents.len();
        let fingerprint = ListFingerprint::of(&documents);
        let list: Vec<_> = documents.into_iter().map(|one| (booking, one)).collect();
        let healthengine = self.ports.healthengine.clone();
        if let Err(error) = healthengine.send_available_documents(&list).await {
            self.list_not_taken(&error);
            return Ok(Err(error));
        }
        self.documents.failures = 0;
        tracing::info!(booking.id = %booking, documents = count, "documents are offered");
        let change = Change {
            offer: Some(OfferRecord {
                booking,
                fingerprint,
                changed_at: self.now(),
            }),
            ..Change::default()
        };
        let ledger = self.ports.ledger.clone();
        ledger
            .record(&self.profile.id, change, Durability::Flushed)
            .await?;
        Ok(Ok(()))
    }

    /// Answers the bookings whose list is asked for.
    async fn work_list_requests(&mut self) -> Result<(), Halt> {
        let answer = self.ports.healthengine.fetch_available_documents().await;
        let Some(listed) = self.heard_of_documents(answer) else {
            return Ok(());
        };
        let ids: BTreeSet<BookingId> = listed.iter().map(|one| one.booking).collect();
        self.documents.asked.retain(|id, _| ids.contains(id));
        let mut nothing = Vec::new();
        for id in ids {
            let now = self.now();
            let tries = *self.documents.asked.entry(id).or_default();
            if tries.resting(now) {
                continue;
            }
            if !self.allowance.take(now) {
                break;
            }
            let documents = match self.place_of(id).await? {
                Found::At(place) => self.documents_of(&place).await,
                Found::Nowhere => Ok(Vec::new()),
                Found::NotYet => continue,
                Found::Failed(error) => Err(error),
            };
            match documents {
                Ok(documents) if documents.is_empty() => nothing.push(id),
                Ok(documents) => {
                    if self.tell(id, documents).await?.is_err() {
                        return Ok(());
                    }
                    self.asked_rests(id);
                }
                Err(error) => {
                    self.no_documents(&error);
                    self.asked_rests(id);
                    return Ok(());
                }
            }
        }
        if !nothing.is_empty() {
            self.tell_of_none(nothing).await;
        }
        Ok(())
    }

    /// Says that bookings have no documents, in the only way that the definition has for it: an
    /// empty list. Whether that ends their requests is Healthengine's affair.
    async fn tell_of_none(&mut self, bookings: Vec<BookingId>) {
        match self.ports.healthengine.send_available_documents(&[]).await {
            Ok(()) => {
                for id in bookings {
                    let again = self.documents.asked.get(&id);
                    if again.is_none_or(|tries| tries.next_at.is_none()) {
                        tracing::info!(booking.id = %id, "there are no documents to offer");
                    }
                    self.asked_rests(id);
                }
            }
            Err(error) => {
                self.list_not_taken(&error);
                if is_no(&error) {
                    for id in bookings {
                        self.asked_rests(id);
                    }
                }
            }
        }
    }

    fn asked_rests(&mut self, id: BookingId) {
        let now = self.now();
        let tries = self.documents.asked.entry(id).or_default();
        tries.put_off(now, REST_WHEN_ANSWERED);
    }

    /// Reads which documents an appointment has.
    pub(super) async fn documents_of(&mut self, place: &Place) -> Result<Vec<Document>, PmsError> {
        let pms = self.ports.pms.clone();
        let limit = self.profile.rhythm.read_limit;
        let documents = pms.documents(place, limit).await?;
        self.health.pms_answered();
        Ok(documents)
    }

    /// Where a booking's appointment is. The ledger forgets old bookings, so the diary is asked for
    /// the booking's key then.
    pub(super) async fn place_of(&mut self, id: BookingId) -> Result<Found, Halt> {
        if let Some(record) = self.known_booking(id).await? {
            return Ok(match record.state {
                State::Inserted { place, .. } | State::Confirmed { place, .. } => Found::At(place),
                State::Received | State::Inserting { .. } => Found::NotYet,
                State::Rejecting { .. }
                | State::Rejected { .. }
                | State::NeedsPerson { .. }
                | State::SettledByPerson => Found::Nowhere,
            });
        }
        let pms = self.ports.pms.clone();
        if pms.describe().keeps_key == Support::No {
            return Ok(Found::Nowhere);
        }
        let key = BookingKey::of(&self.profile.id, id);
        Ok(match pms.find(&key, self.profile.rhythm.read_limit).await {
            Ok(Some(booked)) => Found::At(Place {
                appointments: booked.appointments,
                patient: booked.patient,
            }),
            Ok(None) => Found::Nowhere,
            Err(error) => Found::Failed(error),
        })
    }

    /// An answer of Healthengine about documents: a refusal is never a refused key.
    pub(super) fn heard_of_documents<T>(&mut self, answer: Result<T, CallError>) -> Option<T> {
        match answer {
            Ok(value) => Some(value),
            Err(error) => {
                self.list_not_taken(&error);
                None
            }
        }
    }

    fn list_not_taken(&mut self, error: &CallError) {
        let now = self.now();
        self.documents.failures = self.documents.failures.saturating_add(1);
        let rest = if is_no(error) {
            if self.documents.failures == 1 {
                tracing::warn!(%error, "Healthengine refuses a call about documents");
            }
            REST_WHEN_ANSWERED
        } else {
            self.health.call_failed(error, now);
            pause_after_call(error, self.documents.failures)
        };
        self.documents.retry_at = Some(later(now, rest));
    }

    /// The PMS did not tell of documents: it is left alone as long as any other read of it is.
    fn no_documents(&mut self, error: &PmsError) {
        let now = self.now();
        self.health.pms_failed(error, now);
        self.documents.retry_at = self.health.pms.retry_at;
    }
}
