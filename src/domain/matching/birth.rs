//! Dates of birth as people write, exchange and mistype them.

use chrono::{Datelike, NaiveDate};

use super::level::Level;

/// A date of birth as it was written; it need not be a day of the calendar.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Birth {
    pub(super) year: u16,
    pub(super) month: u8,
    pub(super) day: u8,
}

/// What stands in many systems where nobody asked.
const PLACEHOLDER: Birth = Birth {
    year: 1900,
    month: 1,
    day: 1,
};

/// Younger than this is nobody's parent.
const GENERATION: u16 = 13;
/// Further apart than this is a slip in the century rather than a grandparent.
const CENTURY: u16 = 90;

impl Birth {
    /// Takes a day of the calendar.
    pub(super) fn of(date: NaiveDate) -> Option<Self> {
        let birth = Self {
            year: u16::try_from(date.year()).ok()?,
            month: u8::try_from(date.month()).ok()?,
            day: u8::try_from(date.day()).ok()?,
        };
        Some(birth).filter(|birth| *birth != PLACEHOLDER)
    }

    /// Reads `YYYY-MM-DD`, `DD/MM/YYYY`, `YYYYMMDD` and `DDMMYYYY`, with any separator.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.split(['T', ' ']).next().unwrap_or(text);
        let groups: Vec<&str> = text
            .split(|c: char| !c.is_ascii_digit())
            .filter(|group| !group.is_empty())
            .collect();
        let (year, month, day) = match groups.as_slice() {
            [year, month, day] if year.len() == 4 => (*year, *month, *day),
            [day, month, year] if year.len() == 4 => (*year, *month, *day),
            [digits] if digits.len() == 8 => {
                if ["18", "19", "20"].iter().any(|c| digits.starts_with(c)) {
                    (digits.get(..4)?, digits.get(4..6)?, digits.get(6..)?)
                } else {
                    (digits.get(4..)?, digits.get(2..4)?, digits.get(..2)?)
                }
            }
            _ => return None,
        };
        let birth = Self {
            year: year.parse().ok()?,
            month: month.parse().ok()?,
            day: day.parse().ok()?,
        };
        Some(birth).filter(|birth| *birth != PLACEHOLDER)
    }

    /// The same with day and month exchanged.
    pub(super) const fn swapped(self) -> Self {
        Self {
            year: self.year,
            month: self.day,
            day: self.month,
        }
    }

    fn digits(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }

    /// Whether a parent and a child, or a grandchild, may be this far apart.
    pub(super) const fn is_generation_from(self, other: Self) -> bool {
        let gap = self.year.abs_diff(other.year);
        gap >= GENERATION && gap < CENTURY
    }

    /// Whether both were born on the same day of some year.
    pub(super) const fn same_birthday(self, other: Self) -> bool {
        self.month == other.month && self.day == other.day
    }
}

/// Compares two dates of birth: the same, exchanged, one slip apart, or partly the same.
pub(super) fn compare(one: Birth, other: Birth) -> Level {
    if one == other {
        return Level::Exact;
    }
    if one == other.swapped() {
        return Level::Variant;
    }
    let slips = strsim::osa_distance(&one.digits(), &other.digits());
    if slips == 1 {
        return Level::Close;
    }
    let same_year = one.year == other.year;
    let same_parts = [
        same_year,
        one.month == other.month,
        one.day == other.day,
        same_year && one.month == other.day,
        same_year && one.day == other.month,
    ];
    if same_parts.iter().filter(|same| **same).count() >= 2 || slips == 2 {
        Level::Loose
    } else {
        Level::Different
    }
}
