//! Sending free time: reads what is due, takes out what is held, sends what changed, in batches.

use chrono::{DateTime, NaiveDate, Utc};

use super::activation::SHORTEST_POLL;
use super::horizon::{Due, Sending, horizon_days};
use super::policy::{later, pause_after_call};
use super::{Halt, Practice};
use crate::domain::availability::{FreeDay, publishable};
use crate::domain::id::{BookingId, PmsResourceId};
use crate::healthengine::{AvailabilityRequest, CallError, LARGEST_BATCH, Verdict};
use crate::pms::{PmsError, Window};

/// Days on their way to Healthengine.
#[derive(Debug, Default)]
struct Outgoing {
    days: Vec<(FreeDay, Sending)>,
}

impl Practice {
    /// Notes the days that Healthengine wants anew.
    ///
    /// A day that it refuses stays on its list; it keeps to its pauses all the same.
    pub(super) fn note_wanted(&mut self, wanted: &[AvailabilityRequest]) {
        let now = self.now();
        for request in wanted {
            let every = self.setup.resources.iter().map(|known| &known.id);
            let of: Vec<&PmsResourceId> = match &request.resource {
                Some(resource) => vec![resource],
                None => every.collect(),
            };
            for resource in of {
                if !self.horizon.is_resting(resource, request.day, now) {
                    self.horizon.day_wanted(resource, request.day);
                }
            }
        }
    }

    /// The day of a booking is sent at once: it was taken, or is free again.
    pub(super) fn republish_slot_of(&mut self, id: BookingId) {
        let slot = self
            .desk
            .bookings
            .get(&id)
            .and_then(|open| open.record.slot.as_ref());
        if let Some(slot) = slot {
            self.horizon.day_changed(&slot.resource, slot.start.date());
        }
    }

    /// Reads and sends what is due, until it is done or the activation has read enough.
    pub(super) async fn publish(&mut self) -> Result<(), Halt> {
        let begun = self.now();
        let resting = self.horizon.retry_at.is_some_and(|at| begun < at);
        // Healthengine takes days only of resources that it knows.
        if resting || self.health.pms.resting(begun) || self.setup.resources.is_empty() {
            return Ok(());
        }
        self.horizon.retry_at = None;
        self.horizon.retry_refused(begun);
        if !self.horizon.is_due() && !self.horizon.full_under_way {
            return Ok(());
        }
        // Not waited for: the next poll tries again, and the bookings it finds come first.
        let Some(_turn) = self.turns.publishing(begun) else {
            let soon = self.profile.rhythm.poll.mul_f64(SHORTEST_POLL);
            self.horizon.retry_at = Some(later(begun, soon));
            return Ok(());
        };
        let mut outgoing = Outgoing::default();
        while self.horizon.is_due() && self.allowance.take(self.ports.clock.now()) {
            let Some((resource, due)) = self.horizon.take_due() else {
                break;
            };
            match self.read_due(&resource, &due, &mut outgoing).await {
                Ok(unread) => {
                    for (date, sending) in unread {
                        self.horizon.day_due(&resource, date, sending);
                    }
                }
                Err(error) => {
                    self.horizon.put_back(resource, due);
                    let now = self.now();
                    self.health.pms_failed(&error, now);
                    break;
                }
            }
            while outgoing.days.len() >= LARGEST_BATCH {
                let rest = outgoing.days.split_off(LARGEST_BATCH);
                let batch = std::mem::replace(&mut outgoing.days, rest);
                self.send(batch).await?;
            }
            if self.horizon.retry_at.is_some() {
                break;
            }
        }
        if !outgoing.days.is_empty() {
            self.send(outgoing.days).await?;
        }
        if self.horizon.full_under_way && !self.horizon.is_due() {
            self.horizon.full_under_way = false;
            self.horizon.full_at = Some(self.now());
            tracing::info!("availability sent in full");
        }
        Ok(())
    }

    /// Reads what is due of one resource and adds what is to be sent; returns the days that are
    /// still to be read.
    async fn read_due(
        &mut self,
        resource: &PmsResourceId,
        due: &Due,
        outgoing: &mut Outgoing,
    ) -> Result<Vec<(NaiveDate, Sending)>, PmsError> {
        let now = self.now();
        let here = self.profile.zone.today(now);
        let today = planted!(UtcTakenForLocal, now.date_naive(), here);
        let horizon: Vec<NaiveDate> = horizon_days(today, self.profile.publish_days).collect();
        let known = self
            .setup
            .resources
            .iter()
            .any(|known| known.id == *resource);
        let sending = |date: &NaiveDate| due.days.get(date).copied().max(due.all);
        let wanted: Vec<NaiveDate> = horizon
            .iter()
            .copied()
            .filter(|date| known && (due.all.is_some() || due.days.contains_key(date)))
            .collect();
        let (free, unread) = self.read(resource, &wanted).await?;
        let held = self.desk.held();
        let readable = free.into_iter().filter(|day| wanted.contains(&day.date));
        // A day that Healthengine wants although it lies outside the horizon, or belongs to a
        // resource that is gone, has no free time to offer.
        let outside = due
            .days
            .iter()
            .filter(|(date, sending)| **sending == Sending::Always && !wanted.contains(date));
        let nothing = |(date, _): (&NaiveDate, &Sending)| FreeDay {
            resource: resource.clone(),
            date: *date,
            free: Vec::new(),
        };
        let outside: Vec<FreeDay> = outside.map(nothing).collect();
        for day in readable.chain(outside) {
            let gap = planted!(GapOffered, None, self.profile.zone.gap_on(day.date));
            let day = publishable(&day, &held, gap);
            let sending = sending(&day.date).unwrap_or(Sending::IfChanged);
            if sending == Sending::Always || !self.horizon.is_taken(&day) {
                outgoing.days.push((day, sending));
            }
        }
        let due_again = |date: &NaiveDate| (*date, sending(date).unwrap_or(Sending::IfChanged));
        Ok(unread.iter().map(due_again).collect())
    }

    /// Reads the dates in as few windows as the system allows, and as many of these as the
    /// activation may; returns the dates that are left.
    async fn read<'a>(
        &mut self,
        resource: &PmsResourceId,
        dates: &'a [NaiveDate],
    ) -> Result<(Vec<FreeDay>, &'a [NaiveDate]), PmsError> {
        let pms = self.ports.pms.clone();
        let longest = i64::from(pms.describe().window_days.max(1));
        let mut free = Vec::new();
        let mut rest = dates;
        while let Some((&from, _)) = rest.split_first() {
            let fits = rest.partition_point(|date| (*date - from).num_days() < longest);
            let (now, later) = rest.split_at(fits.max(1));
            rest = later;
            let to = now.last().copied().unwrap_or(from);
            let window = Window {
                resource: resource.clone(),
                from,
                to,
            };
            free.extend(
                pms.availability(&window, self.profile.rhythm.read_limit)
                    .await?,
            );
            self.health.pms_answered();
            if !rest.is_empty() && !self.allowance.take(self.ports.clock.now()) {
                break;
            }
        }
        Ok((free, rest))
    }

    /// Sends a batch. A batch that is refused as a whole is sent day by day, so that one bad day
    /// does not keep the others back.
    async fn send(&mut self, batch: Vec<(FreeDay, Sending)>) -> Result<(), Halt> {
        let days: Vec<FreeDay> = batch.iter().map(|(day, _)| day.clone()).collect();
        match self.ports.healthengine.send_availability(&days).await {
            Ok(outcome) => {
                self.sent();
                let now = self.now();
                for (at, day) in days.iter().enumerate() {
                    match outcome.failed.iter().find(|(failed, _)| *failed == at) {
                        Some((_, words)) => self.horizon.note_refused(day, words, now),
                        None => self.horizon.note_taken(day),
                    }
                }
                Ok(())
            }
            Err(error) => match error.verdict {
                Verdict::Unauthorised => {
                    self.due_again(batch);
                    Err(Halt::Unauthorised(error))
                }
                Verdict::Refused(_) => self.send_singly(batch, error).await,
                Verdict::NotSent | Verdict::Slow(_) | Verdict::Unknown | Verdict::Garbled => {
                    self.not_sent(batch, &error);
                    Ok(())
                }
            },
        }
    }

    async fn send_singly(
        &mut self,
        batch: Vec<(FreeDay, Sending)>,
        error: CallError,
    ) -> Result<(), Halt> {
        let now = self.now();
        if let [(day, _)] = batch.as_slice() {
            self.horizon.note_refused(day, &error.detail, now);
            return Ok(());
        }
        let mut rest = batch.into_iter();
        while let Some(one) = rest.next() {
            let sent = self
                .ports
                .healthengine
                .send_availability(std::slice::from_ref(&one.0))
                .await;
            match sent {
                Ok(outcome) => match outcome.failed.first() {
                    Some((_, words)) => self.horizon.note_refused(&one.0, words, now),
                    None => self.horizon.note_taken(&one.0),
                },
                Err(error) if matches!(error.verdict, Verdict::Refused(_)) => {
                    self.horizon.note_refused(&one.0, &error.detail, now);
                }
                Err(error) => {
                    let left: Vec<_> = std::iter::once(one).chain(rest).collect();
                    if error.verdict == Verdict::Unauthorised {
                        self.due_again(left);
                        return Err(Halt::Unauthorised(error));
                    }
                    self.not_sent(left, &error);
                    return Ok(());
                }
            }
        }
        self.sent();
        Ok(())
    }

    fn sent(&mut self) {
        self.horizon.failures = 0;
        self.horizon.retry_at = None;
    }

    fn not_sent(&mut self, batch: Vec<(FreeDay, Sending)>, error: &CallError) {
        let now: DateTime<Utc> = self.now();
        self.health.call_failed(error, now);
        self.horizon.failures = self.horizon.failures.saturating_add(1);
        let rest = pause_after_call(error, self.horizon.failures);
        self.horizon.retry_at = Some(later(now, rest));
        self.due_again(batch);
    }

    fn due_again(&mut self, batch: Vec<(FreeDay, Sending)>) {
        for (day, _) in batch {
            // Whether Healthengine took it is not known, so it is sent in any case.
            self.horizon.day_wanted(&day.resource, day.date);
        }
    }
}
