//! Practice-local civil time, and the only road between it and UTC.
//!
//! A diary is written in the practice's own clock. Twice a year most Australian zones have a day on
//! which some civil times do not exist (the gap in spring) and some happen twice (the fold in
//! autumn); Lord Howe Island's are half an hour long.
//!
//! # Invariants
//! - A civil time in a gap is never published and never booked.
//! - A civil time in a fold means its first occurrence.

use std::fmt;

use chrono::{
    DateTime, Datelike, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone,
    Timelike, Utc,
};
use chrono_tz::Tz;

/// A date and time on the practice's own clock, without a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalDateTime(NaiveDateTime);

impl LocalDateTime {
    /// The civil time of this date and time of day. The end of a day is the next day's start.
    pub fn new(date: NaiveDate, time: TimeOfDay) -> Self {
        let minutes = TimeDelta::minutes(i64::from(time.minutes()));
        let midnight = date.and_time(NaiveTime::MIN);
        Self(midnight.checked_add_signed(minutes).unwrap_or(midnight))
    }

    /// Takes a date and time that is known to be practice-local.
    pub const fn from_naive(local: NaiveDateTime) -> Self {
        Self(local)
    }

    /// The date and time without its zone.
    pub const fn naive(self) -> NaiveDateTime {
        self.0
    }

    /// The practice-local date.
    pub const fn date(self) -> NaiveDate {
        self.0.date()
    }

    /// The time of day, seconds dropped.
    pub fn time_of_day(self) -> TimeOfDay {
        let minutes = self
            .0
            .hour()
            .saturating_mul(60)
            .saturating_add(self.0.minute());
        TimeOfDay(u16::try_from(minutes).unwrap_or(TimeOfDay::END_OF_DAY.0))
    }

    /// The civil time this much later, on the same clock; saturates at the calendar's end.
    #[must_use]
    pub fn plus(self, length: std::time::Duration) -> Self {
        let delta = TimeDelta::from_std(length).unwrap_or(TimeDelta::MAX);
        Self(
            self.0
                .checked_add_signed(delta)
                .unwrap_or(NaiveDateTime::MAX),
        )
    }
}

impl fmt::Display for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d %H:%M:%S"))
    }
}

/// A time of day in whole minutes since midnight, 00:00 to 24:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// 00:00.
    pub const START_OF_DAY: Self = Self(0);
    /// 24:00, the end of the day.
    pub const END_OF_DAY: Self = Self(24 * 60);

    /// The time so many minutes after midnight; `None` past 24:00.
    pub const fn from_minutes(minutes: u16) -> Option<Self> {
        if minutes <= Self::END_OF_DAY.0 {
            Some(Self(minutes))
        } else {
            None
        }
    }

    /// Parses `HH:MM`, 00:00 to 24:00.
    pub fn parse(text: &str) -> Option<Self> {
        let (hours, minutes) = text.split_once(':')?;
        if hours.len() != 2 || minutes.len() != 2 {
            return None;
        }
        if !hours
            .chars()
            .chain(minutes.chars())
            .all(|c| c.is_ascii_digit())
        {
            return None;
        }
        let hours: u16 = hours.parse().ok()?;
        let minutes: u16 = minutes.parse().ok()?;
        if minutes > 59 {
            return None;
        }
        Self::from_minutes(hours.checked_mul(60)?.checked_add(minutes)?)
    }

    /// Minutes since midnight.
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// A stretch of a day: start before end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TimeRange {
    start: TimeOfDay,
    end: TimeOfDay,
}

impl TimeRange {
    /// The stretch from `start` to `end`; `None` unless start is before end.
    pub fn new(start: TimeOfDay, end: TimeOfDay) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// When it starts.
    pub const fn start(self) -> TimeOfDay {
        self.start
    }

    /// When it ends; that minute is no longer part of it.
    pub const fn end(self) -> TimeOfDay {
        self.end
    }

    /// Its length in minutes.
    pub const fn minutes(self) -> u16 {
        self.end.0.saturating_sub(self.start.0)
    }

    /// Whether the two share a minute.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// What is left of it without `other`: nothing, one stretch or two.
    pub fn without(self, other: Self) -> impl Iterator<Item = Self> {
        let (before, after) = if self.overlaps(other) {
            (
                Self::new(self.start, other.start),
                Self::new(other.end, self.end),
            )
        } else {
            (Some(self), None)
        };
        before.into_iter().chain(after)
    }
}

impl fmt::Display for TimeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.start, self.end)
    }
}

/// When a civil time happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurrence {
    /// Once.
    Once(DateTime<Utc>),
    /// Twice: the clock was put back. The first occurrence is meant.
    Twice(DateTime<Utc>, DateTime<Utc>),
    /// Never: the clock was put forward over it.
    Never,
}

impl Occurrence {
    /// The instant meant, if there is one.
    pub const fn instant(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Once(at) | Self::Twice(at, _) => Some(at),
            Self::Never => None,
        }
    }
}

/// A practice's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

impl Zone {
    /// Parses an IANA name, such as `Australia/Sydney`.
    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok().map(Self)
    }

    /// The IANA name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// What the practice's clock shows at this instant.
    pub fn local(self, at: DateTime<Utc>) -> LocalDateTime {
        LocalDateTime(at.with_timezone(&self.0).naive_local())
    }

    /// The practice's date at this instant.
    pub fn today(self, at: DateTime<Utc>) -> NaiveDate {
        self.local(at).date()
    }

    /// When a civil time happens here.
    pub fn occurrence(self, local: LocalDateTime) -> Occurrence {
        match self.0.from_local_datetime(&local.0) {
            MappedLocalTime::Single(at) => Occurrence::Once(at.with_timezone(&Utc)),
            MappedLocalTime::Ambiguous(first, second) => {
                Occurrence::Twice(first.with_timezone(&Utc), second.with_timezone(&Utc))
            }
            MappedLocalTime::None => Occurrence::Never,
        }
    }

    /// The stretch of this date that the clock jumps over, where it is put forward.
    pub fn gap_on(self, date: NaiveDate) -> Option<TimeRange> {
        let missing = |minute: u16| {
            TimeOfDay::from_minutes(minute).is_some_and(|time| {
                self.occurrence(LocalDateTime::new(date, time)) == Occurrence::Never
            })
        };
        // Zones shift on quarter hours; one lookup a quarter finds the gap's ends.
        let first = (0..1440).step_by(15).find(|&minute| missing(minute))?;
        let end = (first..1440)
            .step_by(15)
            .find(|&minute| !missing(minute))
            .unwrap_or(1440);
        TimeRange::new(
            TimeOfDay::from_minutes(first)?,
            TimeOfDay::from_minutes(end)?,
        )
    }
}

/// The day of the week, Monday first, as an index 0 to 6.
pub fn weekday_index(date: NaiveDate) -> usize {
    usize::try_from(date.weekday().num_days_from_monday()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY_AUSTRALIAN_ZONE: [&str; 11] = [
        "Australia/Sydney",
        "Australia/Melbourne",
        "Australia/Hobart",
        "Australia/Adelaide",
        "Australia/Broken_Hill",
        "Australia/Lord_Howe",
        "Australia/Brisbane",
        "Australia/Lindeman",
        "Australia/Darwin",
        "Australia/Perth",
        "Australia/Eucla",
    ];

    fn range(text: &str) -> TimeRange {
        let (start, end) = text.split_once('-').unwrap();
        TimeRange::new(
            TimeOfDay::parse(start).unwrap(),
            TimeOfDay::parse(end).unwrap(),
        )
        .unwrap()
    }

    #[test]
    fn the_spring_gap_of_every_australian_zone_is_known() {
        let spring = NaiveDate::from_ymd_opt(2026, 10, 4).unwrap();
        for name in EVERY_AUSTRALIAN_ZONE {
            let gap = Zone::parse(name)
                .unwrap()
                .gap_on(spring)
                .map(|gap| gap.to_string());
            let expected = match name {
                "Australia/Lord_Howe" => Some("02:00-02:30"),
                "Australia/Sydney"
                | "Australia/Melbourne"
                | "Australia/Hobart"
                | "Australia/Adelaide"
                | "Australia/Broken_Hill" => Some("02:00-03:00"),
                _ => None,
            };
            assert_eq!(gap.as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_time_in_the_autumn_fold_means_its_first_occurrence() {
        let fold = LocalDateTime::new(
            NaiveDate::from_ymd_opt(2026, 4, 5).unwrap(),
            TimeOfDay::parse("01:45").unwrap(),
        );
        let lord_howe = Zone::parse("Australia/Lord_Howe").unwrap();
        let Occurrence::Twice(first, second) = lord_howe.occurrence(fold) else {
            panic!("01:45 happens twice on Lord Howe that day");
        };
        assert_eq!(second - first, TimeDelta::minutes(30));
        assert_eq!(lord_howe.occurrence(fold).instant(), Some(first));
    }

    #[test]
    fn a_time_of_day_is_four_digits_and_inside_the_day() {
        assert_eq!(TimeOfDay::parse("24:00"), Some(TimeOfDay::END_OF_DAY));
        for bad in ["24:01", "9:00", "09:60", "ab:cd", "0900", "", "+1:00"] {
            assert_eq!(TimeOfDay::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn taking_one_range_out_of_another_leaves_what_is_outside() {
        let left = |a: &str, b: &str| {
            range(a)
                .without(range(b))
                .map(|left| left.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            left("09:00-12:00", "10:00-10:30"),
            ["09:00-10:00", "10:30-12:00"]
        );
        assert_eq!(left("09:00-12:00", "08:00-10:00"), ["10:00-12:00"]);
        assert!(left("09:00-12:00", "08:00-13:00").is_empty());
        assert_eq!(left("09:00-12:00", "12:00-13:00"), ["09:00-12:00"]);
    }
}
