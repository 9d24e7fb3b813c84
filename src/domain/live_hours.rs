//! The hours in which Healthengine may expect the connector to answer: the liveness contract.

use chrono::NaiveDate;

use super::civil::{LocalDateTime, TimeRange, weekday_index};

/// Live hours of a week, and of public holidays. Ranges are sorted and do not overlap.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct LiveHours {
    days: [Vec<TimeRange>; 7],
    public_holidays: Vec<TimeRange>,
}

impl LiveHours {
    /// Sorts each day's ranges and merges those that overlap or touch.
    pub fn new(days: [Vec<TimeRange>; 7], public_holidays: Vec<TimeRange>) -> Self {
        Self {
            days: days.map(merged),
            public_holidays: merged(public_holidays),
        }
    }

    /// The ranges of a day of the week, Monday first (0 to 6).
    pub fn day(&self, weekday: usize) -> &[TimeRange] {
        self.days.get(weekday).map_or(&[], Vec::as_slice)
    }

    /// The ranges of public holidays.
    pub fn public_holidays(&self) -> &[TimeRange] {
        &self.public_holidays
    }

    /// Whether any range is set.
    pub fn is_empty(&self) -> bool {
        self.days.iter().all(Vec::is_empty) && self.public_holidays.is_empty()
    }

    /// When live hours begin next after this practice-local time, today or tomorrow.
    pub fn next_start(&self, at: LocalDateTime) -> Option<LocalDateTime> {
        let today: NaiveDate = at.date();
        let starts = |date: NaiveDate| {
            let ranges = self.day(weekday_index(date)).iter();
            ranges.map(move |range| LocalDateTime::new(date, range.start()))
        };
        let tomorrow = today.succ_opt().into_iter().flat_map(starts);
        starts(today).chain(tomorrow).find(|start| *start > at)
    }

    /// Whether the practice-local time lies inside the live hours of its weekday.
    pub fn contains(&self, at: LocalDateTime) -> bool {
        let date: NaiveDate = at.date();
        let time = at.time_of_day();
        self.day(weekday_index(date))
            .iter()
            .any(|range| range.start() <= time && time < range.end())
    }
}

fn merged(mut ranges: Vec<TimeRange>) -> Vec<TimeRange> {
    ranges.sort_unstable();
    let mut result: Vec<TimeRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match result.last_mut() {
            Some(last) if range.start() <= last.end() => {
                let end = last.end().max(range.end());
                if let Some(joined) = TimeRange::new(last.start(), end) {
                    *last = joined;
                }
            }
            Some(_) | None => result.push(range),
        }
    }
    result.shrink_to_fit();
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::civil::TimeOfDay;

    fn range(start: &str, end: &str) -> TimeRange {
        TimeRange::new(
            TimeOfDay::parse(start).unwrap(),
            TimeOfDay::parse(end).unwrap(),
        )
        .unwrap()
    }

    #[test]
    fn ranges_are_sorted_and_merged_where_they_overlap_or_touch() {
        let saturday = vec![
            range("13:45", "14:45"),
            range("08:01", "17:45"),
            range("17:45", "18:00"),
            range("20:00", "21:00"),
        ];
        let mut days: [Vec<TimeRange>; 7] = Default::default();
        days[5] = saturday;
        let hours = LiveHours::new(days, Vec::new());
        assert_eq!(
            hours.day(5),
            [range("08:01", "18:00"), range("20:00", "21:00")]
        );
        assert!(hours.day(0).is_empty());
    }

    #[test]
    fn the_end_of_a_range_is_outside_it() {
        let mut days: [Vec<TimeRange>; 7] = Default::default();
        days[0] = vec![range("08:00", "17:00")];
        let hours = LiveHours::new(days, Vec::new());
        let monday = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        let at = |text| LocalDateTime::new(monday, TimeOfDay::parse(text).unwrap());
        assert!(hours.contains(at("08:00")));
        assert!(hours.contains(at("16:59")));
        assert!(!hours.contains(at("17:00")));
    }
}
