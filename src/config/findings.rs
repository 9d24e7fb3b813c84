//! What the checks of one file have found, and how a single value is checked.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::duration;
use super::problem::Problem;
use super::raw::Count;

/// Where a key was written.
pub(super) struct Place {
    /// The file, or `environment NAME`.
    pub origin: String,
    /// The line in the file, from 1, where it is known.
    pub line: Option<usize>,
}

/// What the checks of one file have found.
pub(super) struct Findings<'a> {
    place: &'a dyn Fn(&str) -> Place,
    /// What stops the start.
    pub problems: Vec<Problem>,
    /// What does not.
    pub warnings: Vec<Problem>,
}

impl<'a> Findings<'a> {
    /// Findings about a file, beginning with what is known to be wrong with its form.
    pub(super) fn new(place: &'a dyn Fn(&str) -> Place, problems: Vec<Problem>) -> Self {
        Self {
            place,
            problems,
            warnings: Vec::new(),
        }
    }

    fn finding(&self, key: &str, problem: String, remedy: String) -> Problem {
        let Place { origin, line } = (self.place)(key);
        Problem {
            origin,
            line,
            key: key.to_owned(),
            problem,
            remedy,
        }
    }

    /// Notes that a key's value is wrong.
    pub(super) fn wrong(
        &mut self,
        key: &str,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let finding = self.finding(key, problem.into(), remedy.into());
        self.problems.push(finding);
    }

    /// Notes that a key's value is doubtful.
    pub(super) fn doubtful(
        &mut self,
        key: &str,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let finding = self.finding(key, problem.into(), remedy.into());
        self.warnings.push(finding);
    }

    /// Notes that a key is missing, unless that follows from a problem that is already noted.
    pub(super) fn missing(&mut self, key: &str, remedy: impl Into<String>) {
        if !self.is_misshapen(key) {
            self.wrong(key, "this is missing", remedy);
        }
    }

    /// Whether something is wrong with a key, the table around it, or a key inside it.
    pub(super) fn is_misshapen(&self, key: &str) -> bool {
        let is_within = |inner: &str, outer: &str| {
            let rest = inner.strip_prefix(outer);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        self.problems.iter().any(|problem| {
            let known = problem.key.as_str();
            !known.is_empty() && (is_within(key, known) || is_within(known, key))
        })
    }

    /// The value of a key that must be there.
    pub(super) fn required<T>(&mut self, key: &str, value: Option<T>, remedy: &str) -> Option<T> {
        if value.is_none() {
            self.missing(key, remedy);
        }
        value
    }

    /// A length of time within bounds.
    pub(super) fn length(
        &mut self,
        key: &str,
        text: Option<&String>,
        bounds: RangeInclusive<Duration>,
    ) -> Option<Duration> {
        let remedy = format!(
            "write a length from {} to {}, such as {:?}",
            duration::print(*bounds.start()),
            duration::print(*bounds.end()),
            duration::print(*bounds.end()),
        );
        let text = self.required(key, text, &remedy)?;
        match duration::parse(text) {
            Some(length) if bounds.contains(&length) => return Some(length),
            Some(length) if length < *bounds.start() => {
                self.wrong(key, format!("{text} is too short"), remedy);
            }
            Some(_) => self.wrong(key, format!("{text} is too long"), remedy),
            None => {
                let problem = format!("{text:?} is not a length of time");
                let units = "a whole number and one of the units ms, s, m, h, d";
                self.wrong(key, problem, format!("{remedy}: {units}"));
            }
        }
        None
    }

    /// A whole number within bounds.
    pub(super) fn count(
        &mut self,
        key: &str,
        count: Option<Count>,
        bounds: RangeInclusive<usize>,
    ) -> Option<usize> {
        let remedy = format!(
            "write a whole number from {} to {}",
            bounds.start(),
            bounds.end()
        );
        let Count(count) = self.required(key, count, &remedy)?;
        let within = usize::try_from(count)
            .ok()
            .filter(|count| bounds.contains(count));
        if within.is_none() {
            self.wrong(key, format!("{count} is out of bounds"), remedy);
        }
        within
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(
        &mut self,
        key: &str,
        text: Option<&String>,
        words: impl IntoIterator<Item = (&'static str, T)>,
    ) -> Option<T> {
        let words: Vec<_> = words.into_iter().collect();
        let names: Vec<_> = words.iter().map(|(name, _)| *name).collect();
        let remedy = format!("write one of: {}", names.join(", "));
        let text = self.required(key, text, &remedy)?;
        let known = words.iter().find(|(name, _)| name == text);
        if known.is_none() {
            self.wrong(key, format!("{text:?} is not known here"), remedy);
        }
        known.map(|(_, value)| *value)
    }
}
