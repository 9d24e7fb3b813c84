//! What Healthengine wants: the poll, and the lists behind it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::health::{Failing, Refused};
use super::order::order_updates;
use super::policy::later;
use super::{Halt, Practice};
use crate::domain::booking::{Booking, BookingUpdate};
use crate::domain::id::BookingId;
use crate::healthengine::{AvailabilityRequest, CallError, Pending, RequestKind, Verdict};

/// Everything that is pending right now, with the patients' details: lives as long as an
/// activation.
#[derive(Debug, Default)]
pub(super) struct Intake {
    pub(super) kinds: Vec<RequestKind>,
    /// The pending bookings; `None` when they could not be fetched.
    pub(super) bookings: Option<BTreeMap<BookingId, Pending<Booking>>>,
    /// The pending updates, in the order they are to be worked; `None` when they could not be
    /// fetched.
    pub(super) updates: Option<Vec<BookingUpdate>>,
    /// The days that are wanted anew.
    pub(super) availability: Vec<AvailabilityRequest>,
}

impl Practice {
    /// Asks what kinds of request wait; `None` when Healthengine did not say.
    pub(super) async fn poll(&mut self) -> Result<Option<Vec<RequestKind>>, Halt> {
        let kinds = match self.ports.healthengine.fetch_requests().await {
            Ok(kinds) => kinds,
            Err(error) if error.verdict == Verdict::Unauthorised => {
                return Err(Halt::Unauthorised(error));
            }
            Err(error) => {
                let now = self.now();
                self.health.poll_failed(&error, now);
                return Ok(None);
            }
        };
        self.health.healthengine_answered();
        self.health.last_poll = Some(self.now());
        if self.health.refused.take().is_some() {
            tracing::info!(
                "Healthengine accepts the practice's key again; everything is sent anew"
            );
            self.send_everything_anew();
        }
        Ok(Some(kinds))
    }

    /// Fetches the lists behind the kinds that wait.
    pub(super) async fn fetch_pending(&mut self, kinds: Vec<RequestKind>) -> Result<Intake, Halt> {
        let healthengine = self.ports.healthengine.clone();
        let mut intake = Intake {
            bookings: Some(BTreeMap::new()),
            updates: Some(Vec::new()),
            ..Intake::default()
        };
        if kinds.contains(&RequestKind::Bookings) {
            let answer = healthengine.fetch_bookings().await;
            intake.bookings = self.heard(answer)?.map(by_id);
        }
        if kinds.contains(&RequestKind::BookingUpdates) {
            let answer = healthengine.fetch_booking_updates().await;
            intake.updates = self.heard(answer)?.map(|mut updates| {
                order_updates(&mut updates);
                updates
            });
        }
        if kinds.contains(&RequestKind::Availability) {
            let answer = healthengine.fetch_availability_requests().await;
            intake.availability = self.heard(answer)?.unwrap_or_default();
        }
        intake.kinds = kinds;
        self.note_kinds_not_answered(&intake.kinds);
        Ok(intake)
    }

    /// Sorts an answer of Healthengine: a value, nothing for now, or a refused key.
    pub(super) fn heard<T>(&mut self, answer: Result<T, CallError>) -> Result<Option<T>, Halt> {
        match answer {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.verdict == Verdict::Unauthorised => Err(Halt::Unauthorised(error)),
            Err(error) => {
                let now = self.now();
                self.health.call_failed(&error, now);
                Ok(None)
            }
        }
    }

    /// Stops the practice until its key is accepted again, and says once what its staff must do.
    pub(super) fn stop_for_consent(&mut self, error: &CallError, now: DateTime<Utc>) {
        let probe_at = later(now, self.profile.rhythm.unauthorised_probe);
        self.health.errors.failed(Failing::Poll, error);
        if self.health.refused.replace(Refused { probe_at }).is_none() {
            tracing::error!(%error, "{}. {}", super::report::CONSENT_SENTENCE, super::report::CONSENT_REMEDY);
        }
    }
}

fn by_id(pending: Vec<Pending<Booking>>) -> BTreeMap<BookingId, Pending<Booking>> {
    let id = |pending: &Pending<Booking>| match pending {
        Pending::Readable(booking) => booking.id,
        Pending::Unreadable { booking, .. } => *booking,
    };
    pending
        .into_iter()
        .map(|pending| (id(&pending), pending))
        .collect()
}
