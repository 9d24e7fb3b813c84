//! At rest, what is published is what the diary has.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::Judge;
use crate::domain::availability::FreeDay;
use crate::domain::civil::{LocalDateTime, Occurrence, TimeOfDay};
use crate::domain::id::PmsResourceId;
use crate::simulation::healthengine::Books;
use crate::simulation::pms::Diary;

/// How long the engine may take to notice that a new day has begun.
const ROLLING: TimeDelta = TimeDelta::minutes(15);

impl Judge {
    pub(super) fn configuration_differs(
        &mut self,
        now: DateTime<Utc>,
        books: &Books,
        diary: &Diary,
    ) {
        if books.resources != diary.resources {
            let (there, here) = (books.resources.len(), diary.resources.len());
            let sentence =
                format!("Healthengine has {there} resources, and the diary has {here}, or others");
            self.find(now, None, sentence);
        }
        if books.types != diary.types {
            let sentence = "Healthengine has other appointment types than the diary".to_owned();
            self.find(now, None, sentence);
        }
        if books.contract.is_none() {
            self.find(now, None, "Healthengine has no live hours".to_owned());
        }
    }

    pub(super) fn published_differs(&mut self, now: DateTime<Utc>, books: &Books, diary: &Diary) {
        // A day that has only just begun may still be on its way.
        let known = self.zone.today(now - ROLLING);
        let today = self.zone.today(now);
        let mut wrong = Vec::new();
        for resource in &diary.resources {
            for ahead in 0..u64::from(self.publish_days) {
                let Some(date) = known.checked_add_days(Days::new(ahead)) else {
                    continue;
                };
                if date < today || self.is_held(&resource.id, date) {
                    continue;
                }
                let there = books.days.get(&(resource.id.clone(), date));
                let here = diary.free(&resource.id, date);
                if let Some(difference) = self.difference(there, &here, date) {
                    wrong.push(format!("{} on {date}: {difference}", resource.id));
                }
            }
        }
        if let Some(first) = wrong.first() {
            let more = wrong.len().saturating_sub(1);
            let sentence = format!(
                "what is published is not what the diary has: {first}; and {more} more days"
            );
            self.find(now, None, sentence);
        }
    }

    /// Whether a booking that only a person can settle holds time on that day.
    fn is_held(&self, resource: &PmsResourceId, date: NaiveDate) -> bool {
        self.cases.values().any(|case| {
            let slot = case.slot.as_ref();
            case.told.is_none()
                && slot.is_some_and(|slot| slot.resource == *resource && slot.start.date() == date)
        })
    }

    fn difference(
        &self,
        there: Option<&FreeDay>,
        here: &FreeDay,
        date: NaiveDate,
    ) -> Option<String> {
        let Some(there) = there else {
            return Some("it was never sent".to_owned());
        };
        let offered = minutes(there);
        let free = minutes(here);
        let exists = |minute: &u16| {
            let time = TimeOfDay::from_minutes(*minute)?;
            let occurrence = self.zone.occurrence(LocalDateTime::new(date, time));
            (occurrence != Occurrence::Never).then_some(*minute)
        };
        let truth: BTreeSet<u16> = free.iter().filter_map(exists).collect();
        if let Some(minute) = offered.difference(&truth).next() {
            return Some(format!("{} is offered, and not free", clock(*minute)));
        }
        // After a gap the slots begin anew on their grid, so that less than one of them may be lost.
        let allowed = if truth.len() == free.len() {
            0
        } else {
            usize::try_from(self.slot.as_secs() / 60).unwrap_or(0)
        };
        let missing: Vec<&u16> = truth.difference(&offered).collect();
        let first = missing.first().filter(|_| missing.len() > allowed)?;
        Some(format!("{} is free, and not offered", clock(**first)))
    }
}

fn minutes(day: &FreeDay) -> BTreeSet<u16> {
    let ranges = day.free.iter().map(|free| free.range);
    ranges
        .flat_map(|range| range.start().minutes()..range.end().minutes())
        .collect()
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}
