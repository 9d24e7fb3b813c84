//! Free time: what a diary offers, and what of it is published.

use std::time::Duration;

use chrono::NaiveDate;

use super::civil::{LocalDateTime, TimeOfDay, TimeRange};
use super::id::{PmsAppointmentTypeId, PmsResourceId};

/// A stretch of free time of one resource on one day.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FreeTime {
    /// From when until when, practice-local.
    pub range: TimeRange,
    /// How it may be cut.
    pub cut: Cut,
    /// The types that may be booked in it; empty: every type.
    pub types: Vec<PmsAppointmentTypeId>,
}

/// How a stretch of free time may be cut into appointments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cut {
    /// An open range, cut by this slot length.
    Every(Duration),
    /// One appointment, as long as the stretch: never split, never merged.
    Whole,
}

/// The free time of one resource on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeDay {
    /// Whose.
    pub resource: PmsResourceId,
    /// When, practice-local.
    pub date: NaiveDate,
    /// The stretches, sorted by start; empty when nothing is free.
    pub free: Vec<FreeTime>,
}

/// Time that a booking not yet in the diary will take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Whose time.
    pub resource: PmsResourceId,
    /// From when, practice-local.
    pub start: LocalDateTime,
    /// For how long.
    pub length: Duration,
}

/// The day as it may be published: without time that is held for bookings on their way into the
/// diary, without civil times that the clock jumps over, sorted.
///
/// A whole slot that loses a part is gone: it is never split. An open range is cut, and what
/// follows the held time starts again on the grid that the range was cut by.
#[must_use]
pub fn publishable(day: &FreeDay, held: &[Held], gap: Option<TimeRange>) -> FreeDay {
    let taken: Vec<TimeRange> = held
        .iter()
        .filter_map(|held| held.on(&day.resource, day.date))
        .chain(gap)
        .collect();
    let mut free: Vec<FreeTime> = day
        .free
        .iter()
        .flat_map(|time| left_of(time, &taken))
        .collect();
    free.sort_by_key(|time| (time.range.start(), time.range.end()));
    FreeDay {
        resource: day.resource.clone(),
        date: day.date,
        free,
    }
}

impl Held {
    /// The stretch of this resource's day that is held.
    fn on(&self, resource: &PmsResourceId, date: NaiveDate) -> Option<TimeRange> {
        if self.resource != *resource || self.start.date() != date {
            return None;
        }
        let minutes = u16::try_from(self.length.as_secs().div_ceil(60)).unwrap_or(u16::MAX);
        let end = self.start.time_of_day().minutes().saturating_add(minutes);
        let end = TimeOfDay::from_minutes(end).unwrap_or(TimeOfDay::END_OF_DAY);
        TimeRange::new(self.start.time_of_day(), end)
    }
}

fn left_of(time: &FreeTime, taken: &[TimeRange]) -> Vec<FreeTime> {
    let whole = matches!(time.cut, Cut::Whole);
    if whole && taken.iter().any(|taken| taken.overlaps(time.range)) {
        return Vec::new();
    }
    let mut left = vec![time.range];
    for taken in taken {
        left = left
            .into_iter()
            .flat_map(|range| range.without(*taken))
            .collect();
    }
    left.into_iter()
        .filter_map(|range| on_grid(range, time))
        .map(|range| FreeTime {
            range,
            ..time.clone()
        })
        .collect()
}

/// Moves the start of what is left to the next start that the whole range's slots have; drops it
/// when no slot fits any more.
fn on_grid(range: TimeRange, of: &FreeTime) -> Option<TimeRange> {
    let Cut::Every(slot) = of.cut else {
        return Some(range);
    };
    let step = u16::try_from(slot.as_secs() / 60)
        .ok()
        .filter(|&step| step > 0)
        .unwrap_or(1);
    let past = range
        .start()
        .minutes()
        .saturating_sub(of.range.start().minutes());
    let start = of
        .range
        .start()
        .minutes()
        .checked_add(past.div_ceil(step).checked_mul(step)?)?;
    let aligned = TimeRange::new(TimeOfDay::from_minutes(start)?, range.end())?;
    (range.start() == of.range.start() || aligned.minutes() >= step).then_some(aligned)
}

/// What a day looks like, as a number: equal days have equal fingerprints, and different days
/// differ (64 bits of SHA-256: a practice keeps hundreds).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 8]);

impl FreeDay {
    /// The day's fingerprint.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut text = format!("{}\u{1f}{}", self.resource, self.date);
        for time in &self.free {
            let cut = match time.cut {
                Cut::Every(slot) => slot.as_secs().to_string(),
                Cut::Whole => "whole".to_owned(),
            };
            text.extend(["\u{1e}", &time.range.to_string(), "\u{1f}", &cut]);
            for id in &time.types {
                text.push('\u{1f}');
                text.push_str(id.as_str());
            }
        }
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        let mut short = [0; 8];
        for (to, from) in short.iter_mut().zip(digest.as_ref()) {
            *to = *from;
        }
        Fingerprint(short)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> TimeRange {
        let (start, end) = text.split_once('-').unwrap();
        TimeRange::new(
            TimeOfDay::parse(start).unwrap(),
            TimeOfDay::parse(end).unwrap(),
        )
        .unwrap()
    }

    fn day(times: &[(&str, Cut)]) -> FreeDay {
        FreeDay {
            resource: PmsResourceId::parse("7").unwrap(),
            date: NaiveDate::from_ymd_opt(2026, 10, 4).unwrap(),
            free: times
                .iter()
                .map(|(text, cut)| FreeTime {
                    range: range(text),
                    cut: *cut,
                    types: Vec::new(),
                })
                .collect(),
        }
    }

    fn held(start: &str, minutes: u64) -> Held {
        Held {
            resource: PmsResourceId::parse("7").unwrap(),
            start: LocalDateTime::new(
                NaiveDate::from_ymd_opt(2026, 10, 4).unwrap(),
                TimeOfDay::parse(start).unwrap(),
            ),
            length: Duration::from_secs(minutes * 60),
        }
    }

    fn ranges(day: &FreeDay) -> Vec<String> {
        day.free.iter().map(|time| time.range.to_string()).collect()
    }

    const QUARTER: Cut = Cut::Every(Duration::from_secs(15 * 60));

    #[test]
    fn a_pending_booking_is_taken_out_of_an_open_range() {
        let morning = day(&[("09:00-12:00", QUARTER)]);
        let left = publishable(&morning, &[held("09:30", 30)], None);
        assert_eq!(ranges(&left), ["09:00-09:30", "10:00-12:00"]);
    }

    #[test]
    fn what_follows_a_pending_booking_starts_on_the_grid_again() {
        let morning = day(&[("09:00-12:00", QUARTER)]);
        let left = publishable(&morning, &[held("09:30", 20)], None);
        assert_eq!(ranges(&left), ["09:00-09:30", "10:00-12:00"]);
    }

    #[test]
    fn a_whole_slot_is_never_split() {
        let painted = day(&[("09:00-10:00", Cut::Whole), ("10:00-11:00", Cut::Whole)]);
        let left = publishable(&painted, &[held("09:30", 15)], None);
        assert_eq!(ranges(&left), ["10:00-11:00"]);
    }

    #[test]
    fn a_time_that_the_clock_jumps_over_is_not_published() {
        let night = day(&[("01:00-04:00", QUARTER)]);
        let left = publishable(&night, &[], Some(range("02:00-03:00")));
        assert_eq!(ranges(&left), ["01:00-02:00", "03:00-04:00"]);
    }

    #[test]
    fn a_booking_of_another_resource_or_day_holds_nothing_here() {
        let morning = day(&[("09:00-12:00", QUARTER)]);
        let mut elsewhere = held("09:30", 30);
        elsewhere.resource = PmsResourceId::parse("8").unwrap();
        assert_eq!(publishable(&morning, &[elsewhere], None), morning);
    }

    #[test]
    fn equal_days_have_equal_fingerprints_and_different_days_differ() {
        let one = day(&[("09:00-12:00", QUARTER)]);
        assert_eq!(one.fingerprint(), one.clone().fingerprint());
        assert_ne!(
            one.fingerprint(),
            day(&[("09:00-12:00", Cut::Whole)]).fingerprint()
        );
        assert_ne!(
            one.fingerprint(),
            day(&[("09:00-12:15", QUARTER)]).fingerprint()
        );
        assert_ne!(one.fingerprint(), day(&[]).fingerprint());
    }
}
