//! One table of an import file, read key by key; what is left over is unknown.

use chrono::NaiveDate;
use toml::{Table, Value};

use super::PlanProblem;
use crate::domain::civil::{TimeOfDay, TimeRange};
use crate::domain::id::LONGEST_ID;

const MINUTES: &str = "write whole minutes, 1 to 1440";
const RANGES: &str =
    "write ranges inside a day that do not overlap, e.g. [\"08:00-12:00\", \"13:00-17:00\"]";
const DATE: &str = "write a date, e.g. 2026-12-25";

/// A table under its name in messages.
pub(super) struct Section<'p> {
    pub(super) place: String,
    table: Table,
    problems: &'p mut Vec<PlanProblem>,
}

impl<'p> Section<'p> {
    pub(super) fn new(place: String, table: Table, problems: &'p mut Vec<PlanProblem>) -> Self {
        Self {
            place,
            table,
            problems,
        }
    }

    /// Notes a problem with a key.
    pub(super) fn wrong(&mut self, key: &str, problem: impl Into<String>, remedy: &str) {
        self.problems.push(PlanProblem {
            place: self.place.clone(),
            key: key.to_owned(),
            problem: problem.into(),
            remedy: remedy.to_owned(),
        });
    }

    /// Takes a key's value through a reader that says `None` to what does not fit.
    fn take<T>(
        &mut self,
        key: &str,
        problem: &str,
        remedy: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.table.remove(key)?;
        let taken = read(&value);
        if taken.is_none() {
            self.wrong(key, problem, remedy);
        }
        taken
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        self.take(
            key,
            "it is not a text of one line",
            "write a text in quotes",
            read_text,
        )
    }

    pub(super) fn required(&mut self, key: &str) -> Option<String> {
        if !self.table.contains_key(key) {
            self.wrong(key, "it is missing", "write a text in quotes");
        }
        self.text(key)
    }

    pub(super) fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        self.take(
            key,
            "it is not a list of texts",
            "write e.g. [\"one\", \"two\"]",
            |value| value.as_array()?.iter().map(read_text).collect(),
        )
    }

    pub(super) fn minutes(&mut self, key: &str) -> Option<u16> {
        self.take(key, "it is not a length", MINUTES, read_minutes)
    }

    /// A table of lengths by name.
    pub(super) fn minutes_by_name(&mut self, key: &str) -> Option<Vec<(String, u16)>> {
        self.take(key, "it is not a table of lengths", MINUTES, |value| {
            value
                .as_table()?
                .iter()
                .map(|(name, value)| Some((name.clone(), read_minutes(value)?)))
                .collect()
        })
    }

    pub(super) fn date(&mut self, key: &str) -> Option<NaiveDate> {
        self.take(key, "it is not a date", DATE, |value| match value {
            Value::String(text) => text.parse().ok(),
            Value::Datetime(date) if date.time.is_none() => date.to_string().parse().ok(),
            Value::Datetime(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Array(_)
            | Value::Table(_) => None,
        })
    }

    pub(super) fn required_date(&mut self, key: &str) -> Option<NaiveDate> {
        if !self.table.contains_key(key) {
            self.wrong(key, "it is missing", DATE);
        }
        self.date(key)
    }

    /// Ranges of a day, sorted; they may touch and may not overlap.
    pub(super) fn ranges(&mut self, key: &str) -> Option<Vec<TimeRange>> {
        self.take(key, "these are not the hours of a day", RANGES, read_ranges)
    }

    /// The table under a key, to be read as a section of its own.
    pub(super) fn inner(&mut self, key: &str) -> Option<Table> {
        self.take(
            key,
            "it is not a table",
            "write e.g. { monday = [\"08:00-17:00\"] }",
            |value| value.as_table().cloned(),
        )
    }

    /// A table inside this one, as a section of its own.
    pub(super) fn within(&mut self, key: &str, table: Table) -> Section<'_> {
        Section::new(format!("{}, {key}", self.place), table, self.problems)
    }

    /// Says which keys are left over.
    pub(super) fn finish(mut self, known: &str) {
        let left: Vec<String> = std::mem::take(&mut self.table)
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        for key in left {
            self.wrong(
                &key,
                "there is no such key",
                &format!("the keys are: {known}"),
            );
        }
    }
}

fn read_text(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    let fits = !text.is_empty()
        && text.chars().count() <= LONGEST_ID
        && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

fn read_minutes(value: &Value) -> Option<u16> {
    u16::try_from(value.as_integer()?)
        .ok()
        .filter(|minutes| (1..=1440).contains(minutes))
}

fn read_ranges(value: &Value) -> Option<Vec<TimeRange>> {
    let mut ranges: Vec<TimeRange> = value
        .as_array()?
        .iter()
        .map(|range| parse_range(range.as_str()?))
        .collect::<Option<_>>()?;
    ranges.sort_unstable();
    let apart = ranges
        .iter()
        .zip(ranges.iter().skip(1))
        .all(|(one, next)| !one.overlaps(*next));
    apart.then_some(ranges)
}

/// Reads `HH:MM-HH:MM`.
pub fn parse_range(text: &str) -> Option<TimeRange> {
    let (start, end) = text.split_once('-')?;
    TimeRange::new(
        TimeOfDay::parse(start.trim())?,
        TimeOfDay::parse(end.trim())?,
    )
}
