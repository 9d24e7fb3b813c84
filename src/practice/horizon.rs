//! Which days of whose free time are to be sent: what Healthengine took last, and what is due.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::policy::later;
use crate::domain::availability::{Fingerprint, FreeDay};
use crate::domain::diary::Resource;
use crate::domain::id::PmsResourceId;
use crate::pms::ChangeCursor;

/// The published days of a practice.
#[derive(Debug, Default)]
pub(super) struct Horizon {
    /// What Healthengine took last, by resource; dates sorted. Kept small: there may be thousands
    /// of practices.
    taken: BTreeMap<PmsResourceId, Vec<(NaiveDate, Fingerprint)>>,
    due: BTreeMap<PmsResourceId, Due>,
    /// Whose turn it was last.
    last_taken_up: Option<PmsResourceId>,
    pub(super) refused: BTreeMap<(PmsResourceId, NaiveDate), Refused>,
    /// The practice-local date of the last look.
    today: Option<NaiveDate>,
    pub(super) next_full: Option<DateTime<Utc>>,
    pub(super) next_scan: Option<DateTime<Utc>>,
    pub(super) cursor: Option<ChangeCursor>,
    /// Whether the days that are due make up a sending in full.
    pub(super) full_under_way: bool,
    pub(super) full_at: Option<DateTime<Utc>>,
    pub(super) failures: u32,
    pub(super) retry_at: Option<DateTime<Utc>>,
}

/// What is due of one resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Due {
    /// The whole horizon.
    pub(super) all: Option<Sending>,
    /// Single dates, some of them perhaps outside the horizon.
    pub(super) days: BTreeMap<NaiveDate, Sending>,
}

/// Whether a day is sent although it looks as it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sending {
    /// Only when it changed.
    IfChanged,
    /// In any case.
    Always,
}

/// A day that Healthengine refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) words: String,
    pub(super) times: u32,
    /// When it is sent again, unless a change or the daily sending comes first.
    pub(super) again_at: DateTime<Utc>,
}

impl Horizon {
    /// Everything is to be sent, whatever Healthengine took before.
    pub(super) fn send_in_full<'a>(&mut self, resources: impl IntoIterator<Item = &'a Resource>) {
        for resource in resources {
            self.due.entry(resource.id.clone()).or_default().all = Some(Sending::Always);
        }
        self.full_under_way = true;
    }

    /// Anything may have changed.
    pub(super) fn everything_changed<'a>(
        &mut self,
        resources: impl IntoIterator<Item = &'a Resource>,
    ) {
        for resource in resources {
            let due = self.due.entry(resource.id.clone()).or_default();
            due.all = due.all.max(Some(Sending::IfChanged));
        }
    }

    /// A day may have changed.
    pub(super) fn day_changed(&mut self, resource: &PmsResourceId, date: NaiveDate) {
        self.day_due(resource, date, Sending::IfChanged);
    }

    /// A day is wanted.
    pub(super) fn day_wanted(&mut self, resource: &PmsResourceId, date: NaiveDate) {
        self.day_due(resource, date, Sending::Always);
    }

    pub(super) fn day_due(&mut self, resource: &PmsResourceId, date: NaiveDate, sending: Sending) {
        let due = self.due.entry(resource.clone()).or_default();
        let day = due.days.entry(date).or_insert(sending);
        *day = (*day).max(sending);
    }

    /// A resource is gone: Healthengine deletes its days with it.
    pub(super) fn forget(&mut self, resource: &PmsResourceId) {
        self.taken.remove(resource);
        self.due.remove(resource);
        self.refused.retain(|(of, _), _| of != resource);
    }

    /// Takes out what is due of one resource. The resources take turns, so that one that cannot
    /// be read keeps no other back.
    pub(super) fn take_due(&mut self) -> Option<(PmsResourceId, Due)> {
        let after = self.last_taken_up.as_ref().and_then(|last| {
            let after = (Bound::Excluded(last), Bound::Unbounded);
            self.due.range(after).next().map(|(id, _)| id.clone())
        });
        let next = match after {
            Some(id) => self.due.remove_entry(&id),
            None => self.due.pop_first(),
        };
        self.last_taken_up = next.as_ref().map(|(id, _)| id.clone());
        next
    }

    /// Whether Healthengine refused this day, and the time to send it again has not come.
    pub(super) fn is_resting(
        &self,
        resource: &PmsResourceId,
        date: NaiveDate,
        now: DateTime<Utc>,
    ) -> bool {
        let refused = self.refused.get(&(resource.clone(), date));
        refused.is_some_and(|refused| now < refused.again_at)
    }

    /// Puts back what could not be read.
    pub(super) fn put_back(&mut self, resource: PmsResourceId, due: Due) {
        let again = self.due.entry(resource).or_default();
        again.all = again.all.max(due.all);
        for (date, sending) in due.days {
            let day = again.days.entry(date).or_insert(sending);
            *day = (*day).max(sending);
        }
    }

    /// Whether anything is due.
    pub(super) fn is_due(&self) -> bool {
        !self.due.is_empty()
    }

    /// How many days are due, the horizon being so many days long.
    pub(super) fn days_due(&self, publish_days: u16) -> usize {
        let days = |due: &Due| {
            if due.all.is_some() {
                usize::from(publish_days)
            } else {
                due.days.len()
            }
        };
        self.due.values().map(days).sum()
    }

    /// Whether the day is what Healthengine took last.
    pub(super) fn is_taken(&self, day: &FreeDay) -> bool {
        let Some(days) = self.taken.get(&day.resource) else {
            return false;
        };
        days.binary_search_by_key(&day.date, |(date, _)| *date)
            .ok()
            .and_then(|at| days.get(at))
            .is_some_and(|(_, taken)| *taken == day.fingerprint())
    }

    /// Notes that Healthengine took the day.
    pub(super) fn note_taken(&mut self, day: &FreeDay) {
        self.refused.remove(&(day.resource.clone(), day.date));
        let days = self.taken.entry(day.resource.clone()).or_default();
        let taken = (day.date, day.fingerprint());
        match days.binary_search_by_key(&day.date, |(date, _)| *date) {
            Ok(at) => {
                if let Some(known) = days.get_mut(at) {
                    *known = taken;
                }
            }
            Err(at) => days.insert(at, taken),
        }
    }

    /// Notes that Healthengine refused the day; it is sent again after a minute, ten, and then
    /// with the daily sending.
    pub(super) fn note_refused(&mut self, day: &FreeDay, words: &str, now: DateTime<Utc>) {
        let entry = self.refused.entry((day.resource.clone(), day.date));
        let refused = entry.or_insert_with(|| Refused {
            words: String::new(),
            times: 0,
            again_at: now,
        });
        refused.times = refused.times.saturating_add(1);
        words.clone_into(&mut refused.words);
        let minutes = match refused.times {
            1 => 1,
            2 => 10,
            _ => 24 * 60,
        };
        refused.again_at = later(now, std::time::Duration::from_secs(minutes * 60));
        if refused.times == 1 {
            tracing::warn!(
                resource = %day.resource, date = %day.date, error = words,
                "Healthengine refused a day of free time"
            );
        }
    }

    /// Makes refused days due whose time has come.
    pub(super) fn retry_refused(&mut self, now: DateTime<Utc>) {
        let again: BTreeSet<(PmsResourceId, NaiveDate)> = self
            .refused
            .iter()
            .filter(|(_, refused)| refused.again_at <= now)
            .map(|(day, _)| day.clone())
            .collect();
        for (resource, date) in again {
            self.day_wanted(&resource, date);
        }
    }

    /// Moves the horizon to today: days that have passed are forgotten, days that enter are due.
    pub(super) fn roll(&mut self, today: NaiveDate, publish_days: u16, resources: &[Resource]) {
        let Some(before) = self.today.replace(today).filter(|before| *before != today) else {
            return;
        };
        for days in self.taken.values_mut() {
            days.retain(|(date, _)| *date >= today);
        }
        self.refused.retain(|(_, date), _| *date >= today);
        let entered = horizon_days(today, publish_days)
            .skip_while(|date| horizon_days(before, publish_days).any(|known| known == *date));
        for date in entered {
            for resource in resources {
                self.day_wanted(&resource.id, date);
            }
        }
    }
}

/// The dates of the horizon, today first.
pub(super) fn horizon_days(today: NaiveDate, publish_days: u16) -> impl Iterator<Item = NaiveDate> {
    (0..u64::from(publish_days)).filter_map(move |ahead| today.checked_add_days(Days::new(ahead)))
}

#[cfg(test)]
mod tests;
