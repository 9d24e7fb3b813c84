//! What is wrong with the settings, in words that say what to write instead.

use std::fmt;

/// One thing that is wrong. No part of it ever holds a secret's value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, or `environment NAME`.
    pub origin: String,
    /// The line in the file, from 1, where it is known.
    pub line: Option<usize>,
    /// The key's path, such as `schedule.poll_interval`; empty for the file as a whole.
    pub key: String,
    /// What is wrong.
    pub problem: String,
    /// What to write or do instead.
    pub remedy: String,
}

impl Problem {
    fn body(&self) -> String {
        let Self {
            key,
            problem,
            remedy,
            ..
        } = self;
        if key.is_empty() {
            format!("{problem}; {remedy}")
        } else {
            format!("{key}: {problem}; {remedy}")
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.body())
    }
}

/// Prints problems, grouped by file and in a stable order: file, line, key.
pub fn report(problems: &[Problem]) -> String {
    let mut sorted: Vec<&Problem> = problems.iter().collect();
    sorted.sort();
    sorted.dedup();
    let mut text = String::new();
    let mut origin = None;
    for problem in sorted {
        if origin != Some(&problem.origin) {
            text.push_str(&problem.origin);
            text.push('\n');
            origin = Some(&problem.origin);
        }
        let place = problem
            .line
            .map(|line| format!("line {line}: "))
            .unwrap_or_default();
        text.extend(["  ", &place, &problem.body(), "\n"]);
    }
    text
}
