//! Watching the diary for what a practice does itself to bookings that stand: it cancels them, or
//! marks that the patient did not attend.
//!
//! # Needs in tension
//! Healthengine is to hear of it as soon as the diary shows it, also of what happened while the
//! daemon was down; yet a practice has hundreds of bookings that stand, and nothing happens to most.
//! So only the days that the change feed names are looked at, everything where there is no feed, and
//! everything once after a start, a few bookings at a time; where a system must be asked for each
//! booking by its key, everything at most once an hour.
//!
//! # Invariants
//! - An idle poll touches neither the ledger nor the PMS.
//! - A day or a walk is over only when every booking of it was looked at: what could not be read,
//!   or may not be told yet, is looked at again.
//! - A booking whose cancellation the patient asked for is left alone until that is settled.

use std::collections::{BTreeMap, BTreeSet};

use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::desk::Tries;
use super::intake::Intake;
use super::policy::later;
use super::seen::Seen;
use super::{Halt, Practice};
use crate::domain::booking::{
    BookingStatus, DiaryChange, ReportRecord, ReportState, Slot, State, UpdateRecord, Watched,
};
use crate::domain::civil::LocalDateTime;
use crate::domain::diary::Standing;
use crate::domain::id::{BookingId, PmsResourceId};
use crate::ledger::{Durability, Stretch};
use crate::pms::Support;

/// The most bookings that one activation looks at.
pub(super) const MOST_BOOKINGS: usize = 50;

/// The most days that one activation looks for bookings in.
const MOST_DAYS: usize = 50;

/// How far back a walk begins: staff mark who did not attend days later.
pub(super) const DAYS_BACK: Days = Days::new(7);

/// How long after a walk from key to key the next one may begin: it asks for each booking by itself.
const BETWEEN_WALKS_BY_KEY: Duration = Duration::from_secs(60 * 60);

/// Where a look has come to.
type Mark = (LocalDateTime, BookingId);

/// What is still to be looked at.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// Days that changed, and how far each was looked at.
    days: BTreeMap<(NaiveDate, PmsResourceId), Option<Mark>>,
    walk: Walk,
    /// Before when no walk from key to key begins.
    next_by_key: Option<DateTime<Utc>>,
    /// Days that the next activation looks at again.
    again: BTreeSet<(NaiveDate, PmsResourceId)>,
    /// Before when a diary that may have been lost is not looked at again.
    pub(super) rests_until: Option<DateTime<Utc>>,
    /// A person says that what vanished was removed.
    pub(super) removals_accepted: bool,
    /// The questions that could not be answered yet.
    pub(super) questions: BTreeMap<BookingId, Tries>,
}

/// A look at everything.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Walk {
    /// It is to begin: so it is after a start.
    #[default]
    Due,
    /// It has come so far; whether everything may have changed again meanwhile.
    At(Mark, bool),
    /// Nothing is to be looked at.
    Over,
}

/// Why a stretch is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reason {
    Day((NaiveDate, PmsResourceId)),
    Walk,
}

impl Watch {
    /// A day may have changed.
    pub(super) fn day_changed(&mut self, resource: &PmsResourceId, date: NaiveDate) {
        self.days.insert((date, resource.clone()), None);
    }

    /// Anything may have changed.
    pub(super) fn everything_changed(&mut self) {
        self.walk = match self.walk {
            Walk::Due | Walk::Over => Walk::Due,
            Walk::At(mark, _) => Walk::At(mark, true),
        };
    }

    /// A person accepts what was removed.
    pub(super) fn accept_removals(&mut self) {
        self.removals_accepted = true;
        self.rests_until = None;
    }

    /// What is looked at next.
    fn next(&self, today: NaiveDate, walks: bool, most: usize) -> Option<(Reason, Stretch)> {
        if let Some(((date, resource), after)) = self.days.first_key_value() {
            let stretch = Stretch {
                resource: Some(resource.clone()),
                from: *date,
                to: Some(*date),
                after: *after,
                most,
            };
            return Some((Reason::Day((*date, resource.clone())), stretch));
        }
        let after = match self.walk {
            Walk::Due => None,
            Walk::At(mark, _) => Some(mark),
            Walk::Over => return None,
        };
        let stretch = Stretch {
            resource: None,
            from: today.checked_sub_days(DAYS_BACK).unwrap_or(today),
            to: None,
            after,
            most,
        };
        walks.then_some((Reason::Walk, stretch))
    }

    /// A stretch was looked at: this was the last of it, unless there may be more. Returns whether
    /// a walk has come to its end.
    fn looked(&mut self, reason: Reason, more_after: Option<Mark>) -> bool {
        match (reason, more_after) {
            (Reason::Day(day), None) => {
                self.days.remove(&day);
                false
            }
            (Reason::Day(day), mark) => {
                self.days.insert(day, mark);
                false
            }
            (Reason::Walk, Some(mark)) => {
                let again = matches!(self.walk, Walk::At(_, true));
                self.walk = Walk::At(mark, again);
                false
            }
            (Reason::Walk, None) => {
                let again = matches!(self.walk, Walk::At(_, true));
                self.walk = if again { Walk::Due } else { Walk::Over };
                true
            }
        }
    }
}

impl Practice {
    /// Looks at what may have changed, and tells Healthengine what it finds.
    pub(super) async fn watch(&mut self, intake: &Intake) -> Result<(), Halt> {
        let Some(cancelling) = self.cancelling(intake) else {
            return Ok(());
        };
        self.look(&cancelling).await?;
        self.tell_owed(&cancelling).await
    }

    /// The bookings whose cancellation Healthengine asks for; `None` when it could not be asked.
    pub(super) fn cancelling(&self, intake: &Intake) -> Option<BTreeSet<BookingId>> {
        let listed = intake.updates.as_ref()?;
        let cancels = listed
            .iter()
            .filter(|update| update.status == BookingStatus::Cancelled);
        let is_listed =
            |record: &&UpdateRecord| listed.iter().any(|update| update.request == record.request);
        // What became of it is recorded, and Healthengine may not know yet.
        let open = self.desk.updates.values();
        let open = open
            .filter_map(|open| open.record.as_ref())
            .filter(|record| !is_listed(record));
        let open = open.map(|record| record.booking);
        Some(cancels.map(|update| update.booking).chain(open).collect())
    }

    /// The day of a booking is looked at once it is confirmed, if the diary shows a change already.
    pub(super) fn watch_if_changed(&mut self, id: BookingId, standing: Standing) {
        let slot = self.desk.bookings.get(&id);
        let slot = slot.and_then(|open| open.record.slot.clone());
        if let (Some(slot), Some(_)) = (slot, DiaryChange::of(standing)) {
            self.watch.day_changed(&slot.resource, slot.start.date());
        }
    }

    async fn look(&mut self, cancelling: &BTreeSet<BookingId>) -> Result<(), Halt> {
        let now = self.now();
        if self.watch.rests_until.is_some_and(|until| now < until) || self.health.pms.resting(now) {
            return Ok(());
        }
        let today = self.profile.zone.today(now);
        let mut left = MOST_BOOKINGS;
        for (date, resource) in std::mem::take(&mut self.watch.again) {
            self.watch.day_changed(&resource, date);
        }
        for _ in 0..MOST_DAYS {
            // Where each is asked for by itself, each counts against the allowance.
            let most = if self.reads_standings() { left } else { 1 };
            let next = self.watch.next(today, self.walks(now), most);
            let Some((reason, stretch)) = next.filter(|_| left > 0) else {
                break;
            };
            if reason == Reason::Walk && self.watch.walk == Walk::Due && !self.reads_standings() {
                self.watch.next_by_key = Some(later(now, BETWEEN_WALKS_BY_KEY));
            }
            let watched = self
                .ports
                .ledger
                .load_watched(&self.profile.id, &stretch)
                .await?;
            if !watched.is_empty() {
                if !self.allowance.take(self.ports.clock.now()) {
                    break;
                }
                let Some(seen) = self.seen(&watched).await? else {
                    break;
                };
                for (one, seen) in watched.iter().zip(seen) {
                    let slot = one.record.slot.as_ref();
                    if seen.change().is_some() && cancelling.contains(&one.record.booking) {
                        self.watch.again.extend(slot.map(day));
                    } else {
                        self.note_seen(one, seen).await?;
                    }
                }
            }
            left = left.saturating_sub(watched.len());
            let last = watched
                .last()
                .filter(|_| watched.len() >= stretch.most)
                .and_then(|last| Some((last.record.slot.as_ref()?.start, last.record.booking)));
            let on_their_way = self.days_on_their_way();
            match &reason {
                Reason::Day(day) => self.watch.again.extend(on_their_way.get(day).cloned()),
                Reason::Walk if last.is_none() => self.watch.again.extend(on_their_way),
                Reason::Walk => {}
            }
            if self.watch.looked(reason, last) {
                self.nothing_was_lost().await?;
            }
        }
        Ok(())
    }

    /// Whether everything can be looked at now. A walk begins only after the change feed's: what
    /// changes after it was looked at is then in the feed.
    fn walks(&self, now: DateTime<Utc>) -> bool {
        let can = self.ports.pms.describe();
        let follows = can.change_feed == Support::No || self.horizon.cursor.is_some();
        let under_way = matches!(self.watch.walk, Walk::At(..));
        let rested = self.watch.next_by_key.is_none_or(|at| now >= at);
        let by_key = can.keeps_key == Support::Yes && (under_way || rested);
        follows && (self.reads_standings() || by_key)
    }

    fn reads_standings(&self) -> bool {
        self.ports.pms.describe().standings == Support::Yes
    }

    /// The days of bookings that may stand in the diary and are not confirmed yet: what happens to
    /// these meanwhile is told once they are.
    fn days_on_their_way(&self) -> BTreeSet<(NaiveDate, PmsResourceId)> {
        let open = self.desk.bookings.values().map(|open| &open.record);
        open.filter(|record| {
            matches!(
                record.state,
                State::Inserting { .. } | State::Inserted { .. }
            )
        })
        .filter_map(|record| record.slot.as_ref().map(day))
        .collect()
    }

    /// Records what the diary shows, if it is news: before Healthengine is told.
    async fn note_seen(&mut self, watched: &Watched, seen: Seen) -> Result<(), Halt> {
        let Some(change) = seen.change() else {
            return Ok(());
        };
        if change == DiaryChange::DidNotAttend && watched.missed {
            return Ok(());
        }
        let record = ReportRecord {
            booking: watched.record.booking,
            change,
            state: ReportState::Owed,
            changed_at: self.now(),
        };
        let what = match (change, seen) {
            (DiaryChange::DidNotAttend, _) => {
                "The practice marked that the patient did not attend."
            }
            (DiaryChange::Cancelled, Seen::Gone) => {
                "The appointment is no longer in the practice's diary."
            }
            (DiaryChange::Cancelled, Seen::As(_) | Seen::Nothing) => {
                "The practice cancelled the appointment in its diary."
            }
        };
        if let (DiaryChange::Cancelled, Some(slot)) = (change, &watched.record.slot) {
            self.horizon.day_changed(&slot.resource, slot.start.date());
        }
        self.desk
            .record_report(
                (&*self.profile, &self.ports),
                record,
                what,
                Durability::Flushed,
            )
            .await
    }
}

fn day(slot: &Slot) -> (NaiveDate, PmsResourceId) {
    (slot.start.date(), slot.resource.clone())
}
