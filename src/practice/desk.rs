//! What is on the practice's desk: the open bookings and updates, as the ledger has them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::policy::later;
use super::status::BookingCounts;
use super::{Halt, Ports, Profile};
use crate::domain::availability::Held;
use crate::domain::booking::{
    BookingRecord, DiaryChange, Event, ReportRecord, Slot, State, Stuck, UpdateRecord, transition,
};
use crate::domain::id::{BookingId, RequestId};
use crate::ledger::{Change, Durability, Item, ItemKey, ItemKind, PracticeMarks, StoryLine};

/// The open work of a practice. Mirrors the ledger: memory is changed after the ledger took it.
#[derive(Debug, Default)]
pub(super) struct Desk {
    loaded: bool,
    pub(super) bookings: BTreeMap<BookingId, OpenBooking>,
    pub(super) updates: BTreeMap<RequestId, OpenUpdate>,
    /// What Healthengine is still to be told of the practice's own changes.
    pub(super) reports: BTreeMap<(BookingId, DiaryChange), OpenReport>,
    /// Settled bookings that Healthengine lists all the same, and when each is answered again.
    pub(super) listed_again: BTreeMap<BookingId, Tries>,
    pub(super) items: Vec<Item>,
    pub(super) marks: PracticeMarks,
    pub(super) counts: BookingCounts,
}

/// A booking that is not settled.
#[derive(Debug)]
pub(super) struct OpenBooking {
    pub(super) record: BookingRecord,
    pub(super) tries: Tries,
    /// Whether a person was told, since the start, that it takes long.
    pub(super) shown: bool,
    /// Whether a rejection may have reached Healthengine since the start.
    pub(super) answered: bool,
    /// Whether a person asked, since the start, to try it again.
    pub(super) retried: bool,
    /// Items that hold once the insert has succeeded: the ledger has them with the intent.
    foreseen: Vec<Item>,
    /// What happened and is not yet in the ledger.
    story: Vec<StoryLine>,
}

impl OpenBooking {
    fn of(record: BookingRecord) -> Self {
        Self {
            record,
            tries: Tries::default(),
            shown: false,
            answered: false,
            retried: false,
            foreseen: Vec::new(),
            story: Vec::new(),
        }
    }
}

/// A booking update that is not settled.
#[derive(Debug, Default)]
pub(super) struct OpenUpdate {
    /// Its outcome, once there is one.
    pub(super) record: Option<UpdateRecord>,
    pub(super) tries: Tries,
    /// When it was first seen since the start, UTC.
    pub(super) seen_at: Option<DateTime<Utc>>,
    /// Whether a person was told, since the start, that its answer is refused.
    pub(super) shown: bool,
}

/// A change in the diary that Healthengine is still to be told of.
#[derive(Debug)]
pub(super) struct OpenReport {
    pub(super) record: ReportRecord,
    pub(super) tries: Tries,
}

/// Failures in a row of one piece of work, and when it is tried again.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tries {
    pub(super) failures: u32,
    pub(super) next_at: Option<DateTime<Utc>>,
}

impl Tries {
    /// Whether the work is to be left alone for now.
    pub(super) fn resting(&self, now: DateTime<Utc>) -> bool {
        self.next_at.is_some_and(|at| now < at)
    }

    /// Puts the work off.
    pub(super) fn put_off(&mut self, now: DateTime<Utc>, by: std::time::Duration) {
        self.next_at = Some(later(now, by));
    }

    /// One more failure; returns how many in a row.
    pub(super) fn fail(&mut self) -> u32 {
        self.failures = self.failures.saturating_add(1);
        self.failures
    }
}

/// What goes into the ledger together with an event.
#[derive(Debug, Default)]
pub(super) struct Along {
    pub(super) story: String,
    pub(super) raise: Vec<Item>,
    /// Items that hold if what is intended succeeds: on the disk with the intent, so that no crash
    /// loses them, and shown with the outcome.
    pub(super) foresee: Vec<Item>,
}

impl Along {
    /// Only a line of the story.
    pub(super) fn story(line: impl Into<String>) -> Self {
        Self {
            story: line.into(),
            ..Self::default()
        }
    }
}

impl Desk {
    /// Reads what is open, once after a start and after a failure of the ledger.
    pub(super) async fn load(&mut self, profile: &Profile, ports: &Ports) -> Result<(), Halt> {
        if self.loaded {
            return Ok(());
        }
        let read = ports.ledger.load_practice(&profile.id).await?;
        self.marks = read.marks;
        self.items = read.items;
        let open = |record: BookingRecord| (record.booking, OpenBooking::of(record));
        self.bookings = read.bookings.into_iter().map(open).collect();
        planted!(OpenBookingsForgotten, { self.bookings.clear() });
        let open = |record: UpdateRecord| {
            let tries = Tries::default();
            (
                record.request,
                OpenUpdate {
                    record: Some(record),
                    tries,
                    ..OpenUpdate::default()
                },
            )
        };
        self.updates = read.updates.into_iter().map(open).collect();
        self.reports.clear();
        for record in read.reports {
            self.note_report(record);
        }
        self.loaded = true;
        Ok(())
    }

    /// Forgets the mirror: the ledger may or may not have taken the last change.
    pub(super) fn forget(&mut self) {
        let counts = self.counts;
        *self = Self {
            counts,
            ..Self::default()
        };
    }

    /// Takes a booking onto the desk that Healthengine asks for. Nothing is written yet: the
    /// first record of a booking is the intent to insert it, or the decision not to.
    pub(super) fn receive(&mut self, record: BookingRecord) {
        let first = StoryLine {
            at: record.received_at,
            what: "Healthengine asked for this booking.".to_owned(),
        };
        let story = (record.revision == 0).then_some(first);
        let open = OpenBooking {
            story: story.into_iter().collect(),
            ..OpenBooking::of(record)
        };
        self.bookings.insert(open.record.booking, open);
    }

    /// Takes a booking off the desk of which the ledger has nothing; `false` when it has.
    pub(super) fn drop_unrecorded(&mut self, id: BookingId) -> bool {
        let unrecorded = |open: &OpenBooking| open.record.revision == 0;
        let drop = self.bookings.get(&id).is_some_and(unrecorded);
        if drop {
            self.bookings.remove(&id);
        }
        drop
    }

    /// Moves a booking to the state that follows the event, first in the ledger, then here. A
    /// settled booking leaves the desk.
    pub(super) async fn advance(
        &mut self,
        who: (&Profile, &Ports),
        id: BookingId,
        event: Event,
        along: Along,
        durability: Durability,
    ) -> Result<(), Halt> {
        let (profile, ports) = who;
        let now = ports.clock.now();
        let Some(open) = self.bookings.get_mut(&id) else {
            return Ok(());
        };
        let mut record = open.record.clone();
        let begins = matches!(event, Event::Intended { .. });
        let mut raise = along.raise;
        record.state = match transition(&record.state, event) {
            Ok(state) => state,
            Err(illegal) => {
                tracing::error!(booking.id = %id, error = %illegal, "a booking is out of order");
                raise.push(item(
                    profile,
                    ItemKind::CheckDiary,
                    id.to_string(),
                    now,
                    format!(
                        "Booking {id}: its record is out of order ({illegal}). Look whether the \
                     appointment is in the diary, and answer the booking in Healthengine's portal."
                    ),
                ));
                State::NeedsPerson {
                    why: Stuck::OutOfOrder(illegal.to_string()),
                }
            }
        };
        record.changed_at = now;
        record.attempts = record.attempts.saturating_add(u32::from(begins));
        planted!(IntentNotWritten, {
            if begins {
                open.record.state = record.state;
                return Ok(());
            }
        });
        let mut story = std::mem::take(&mut open.story);
        story.push(StoryLine {
            at: now,
            what: along.story,
        });
        let mut settle = no_longer_needed(&open.record.state, &record);
        let foreseen = |key: &ItemKey| open.foreseen.iter().any(|item| item.key == *key);
        settle.retain(|key| foreseen(key) || self.items.iter().any(|item| item.key == *key));
        let change = Change {
            booking: Some(record.clone()),
            story,
            raise: [&*raise, &*along.foresee].concat(),
            settle: settle.clone(),
            ..Change::default()
        };
        ports.ledger.record(&profile.id, change, durability).await?;
        self.items.retain(|item| !settle.contains(&item.key));
        record.revision = record.revision.saturating_add(1);
        let foreseen = std::mem::replace(&mut open.foreseen, along.foresee);
        raise.extend(
            foreseen
                .into_iter()
                .filter(|item| !settle.contains(&item.key)),
        );
        if record.state.is_settled() {
            self.bookings.remove(&id);
        } else {
            open.record = record;
        }
        self.note_items(raise);
        Ok(())
    }

    /// Records an update's outcome, and what Healthengine knows of the diary by it; a settled one
    /// leaves the desk.
    pub(super) async fn settle_update(
        &mut self,
        who: (&Profile, &Ports),
        record: UpdateRecord,
        report: Option<ReportRecord>,
        raise: Vec<Item>,
        durability: Durability,
    ) -> Result<(), Halt> {
        let (profile, ports) = who;
        let change = Change {
            update: Some(record.clone()),
            report: report.clone(),
            raise: raise.clone(),
            ..Change::default()
        };
        ports.ledger.record(&profile.id, change, durability).await?;
        self.note_items(raise);
        if let Some(report) = report {
            self.note_report(report);
        }
        if record.state.is_settled() {
            self.updates.remove(&record.request);
        } else {
            let open = self.updates.entry(record.request).or_default();
            open.record = Some(record);
            open.tries = Tries::default();
        }
        Ok(())
    }

    /// Raises items, settles others, and changes the marks.
    pub(super) async fn note(
        &mut self,
        who: (&Profile, &Ports),
        marks: PracticeMarks,
        raise: Vec<Item>,
        settle: Vec<ItemKey>,
    ) -> Result<(), Halt> {
        let (profile, ports) = who;
        let open = |key: &ItemKey| self.items.iter().any(|item| item.key == *key);
        let raise: Vec<Item> = raise.into_iter().filter(|item| !open(&item.key)).collect();
        let settle: Vec<ItemKey> = settle.into_iter().filter(open).collect();
        if marks == self.marks && raise.is_empty() && settle.is_empty() {
            return Ok(());
        }
        let change = Change {
            raise: raise.clone(),
            settle: settle.clone(),
            marks: Some(marks.clone()),
            ..Change::default()
        };
        ports
            .ledger
            .record(&profile.id, change, Durability::Flushed)
            .await?;
        self.marks = marks;
        self.items.retain(|item| !settle.contains(&item.key));
        self.note_items(raise);
        Ok(())
    }

    fn note_items(&mut self, raised: Vec<Item>) {
        for item in raised {
            if self.items.iter().all(|open| open.key != item.key) {
                tracing::error!(
                    item.kind = item.key.kind.name(), item.subject = %item.key.subject,
                    "a person must act: {}", item.sentence
                );
                self.items.push(item);
            }
        }
    }

    /// The time that must not be offered to others, whatever the diary says.
    pub(super) fn held(&self) -> Vec<Held> {
        let held = |Slot {
                        resource,
                        start,
                        length,
                    }: &Slot| Held {
            resource: resource.clone(),
            start: *start,
            length: *length,
        };
        self.bookings
            .values()
            .filter(|open| open.record.state.holds_its_time())
            .filter_map(|open| open.record.slot.as_ref().map(held))
            .collect()
    }
}

/// The items about a booking that its next state makes needless.
fn no_longer_needed(before: &State, next: &BookingRecord) -> Vec<ItemKey> {
    let about = |kind| ItemKey {
        kind,
        subject: next.booking.to_string(),
    };
    let waits_for_person = matches!(next.state, State::NeedsPerson { .. });
    // Where the appointment stands is known again: nobody need look any more.
    let is_found_out = matches!(before, State::Inserting { .. }) && !waits_for_person;
    let was_not_made = matches!(before, State::Inserting { .. })
        && matches!(next.state, State::Received | State::Rejecting { .. });
    let stands_after_all =
        matches!(before, State::Rejecting { .. }) && matches!(next.state, State::Inserted { .. });
    let is_with_person_no_more = matches!(before, State::NeedsPerson { .. }) && !waits_for_person;
    let is_looked_at = next.state.is_settled() || is_with_person_no_more;
    let needless = [
        (is_found_out || is_with_person_no_more, ItemKind::CheckDiary),
        // No patient was made.
        (was_not_made, ItemKind::ComparePatients),
        // Staff had entered it while its rejection waited.
        (stands_after_all, ItemKind::CallPatient),
        (is_looked_at, ItemKind::CheckBooking),
    ];
    let needless = needless.into_iter().filter(|(is, _)| *is);
    needless.map(|(_, kind)| about(kind)).collect()
}

/// An item for a person.
pub(super) fn item(
    profile: &Profile,
    kind: ItemKind,
    subject: String,
    raised_at: DateTime<Utc>,
    sentence: String,
) -> Item {
    Item {
        practice: profile.id.clone(),
        key: ItemKey { kind, subject },
        sentence,
        raised_at,
    }
}
