//! What is wrong with the settings, in words that say what to write instead.

use std::fmt;
use std::io;
use std::path::Path;

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
    /// Something wrong with a file or folder as a whole.
    pub(super) fn of_file(path: &Path, problem: &str, remedy: &str) -> Self {
        Self {
            origin: path.display().to_string(),
            line: None,
            key: String::new(),
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        }
    }

    /// A file or folder that cannot be read.
    pub(super) fn of_unreadable(path: &Path, error: &io::Error) -> Self {
        let (problem, remedy) = unreadable(path, error);
        Self::of_file(path, &problem, remedy)
    }

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

/// Says why a file cannot be read, and what to do about it.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> (String, &'static str) {
    let path = path.display();
    if error.kind() == io::ErrorKind::NotFound {
        (
            format!("there is no file {path}"),
            "create it, or correct the path: it starts from the working directory",
        )
    } else if error.kind() == io::ErrorKind::PermissionDenied {
        (
            format!("this user may not read {path}"),
            "give the file to the user that the connector runs as",
        )
    } else {
        (
            format!("{path} cannot be read: {error}"),
            "name a readable file of plain text",
        )
    }
}
