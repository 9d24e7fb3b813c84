//! One TOML text, read into a raw form: every key that does not fit is found, not only the first.
//!
//! A parser that meets a key it does not take gives up. So the key is reported, cut out, and the
//! rest is read again, until all of it is taken.

use std::ops::Range;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use super::nearest::nearest;
use super::problem::Problem;

/// What could be read of a text, and what was wrong with the rest.
pub(super) struct Read<T> {
    /// The raw form, without the keys that did not fit; `None` where the text is not TOML.
    pub raw: Option<T>,
    /// What did not fit.
    pub problems: Vec<Problem>,
}

/// Reads a text. `origin` names it in problems.
///
/// The parser's own error is never printed whole: it would quote the text, secrets included.
pub(super) fn read<T: DeserializeOwned>(origin: &str, text: &str) -> Read<T> {
    let (root, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Read {
            raw: None,
            problems: not_toml(origin, text, &errors),
        };
    }
    let mut outcome = T::deserialize(Deserializer::from(root));
    let mut problems = Vec::new();
    let mut kept = None;
    loop {
        let error = match outcome {
            Ok(raw) => {
                return Read {
                    raw: Some(raw),
                    problems,
                };
            }
            Err(error) => error,
        };
        let mut root = kept.take().unwrap_or_else(|| parsed(text));
        let cut = error.span().and_then(|span| cut(root.get_mut(), &span));
        let (problem, remedy) = in_our_words(error.message());
        problems.push(Problem {
            origin: origin.to_owned(),
            line: error.span().map(|span| line(text, span.start)),
            key: cut.clone().unwrap_or_default(),
            problem,
            remedy,
        });
        if cut.is_none() {
            return Read {
                raw: None,
                problems,
            };
        }
        outcome = T::deserialize(Deserializer::from(root.clone()));
        kept = Some(root);
    }
}

/// The part of a text that fits, as a table.
pub(super) fn sound_part<T: DeserializeOwned>(text: &str) -> toml::Table {
    let mut root = parsed(text);
    while let Err(error) = T::deserialize(Deserializer::from(root.clone())) {
        let cut = error.span().and_then(|span| cut(root.get_mut(), &span));
        if cut.is_none() {
            return toml::Table::new();
        }
    }
    toml::Table::deserialize(Deserializer::from(root)).unwrap_or_default()
}

/// The line on which a key stands, or the nearest table around it that does.
pub(super) fn line_of(text: &str, key: &str) -> Option<usize> {
    let root = parsed(text);
    let mut found = None;
    let mut here = Step::Table(root.get_ref());
    for part in key.split(['.', '[']) {
        let part = part.trim_end_matches(']');
        let next = match here {
            Step::Table(table) => table
                .get_key_value(part)
                .map(|(name, value)| (name.span(), value)),
            Step::Array(items) => part
                .parse()
                .ok()
                .and_then(|index: usize| items.get(index))
                .map(|item| (item.span(), item)),
            Step::Leaf => None,
        };
        let Some((span, value)) = next else { break };
        found = Some(line(text, span.start));
        here = Step::of(value.get_ref());
    }
    found
}

enum Step<'a, 'i> {
    Table(&'a DeTable<'i>),
    Array(&'a [Spanned<DeValue<'i>>]),
    Leaf,
}

impl<'a, 'i> Step<'a, 'i> {
    fn of(value: &'a DeValue<'i>) -> Self {
        if let Some(table) = value.as_table() {
            Self::Table(table)
        } else if let Some(items) = value.as_array() {
            Self::Array(items)
        } else {
            Self::Leaf
        }
    }
}

fn parsed(text: &str) -> Spanned<DeTable<'_>> {
    DeTable::parse_recoverable(text).0
}

fn line(text: &str, at: usize) -> usize {
    let before = text.bytes().take(at);
    before
        .filter(|&byte| byte == b'\n')
        .count()
        .saturating_add(1)
}

fn column(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or(before);
    line.chars().count().saturating_add(1)
}

/// One problem for each line that is not TOML: what follows on the same line is an echo.
fn not_toml(origin: &str, text: &str, errors: &[toml::de::Error]) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for error in errors {
        let at = error.span().map(|span| span.start);
        let line = at.map(|at| line(text, at));
        if problems.iter().any(|known| known.line == line) {
            continue;
        }
        let column = at
            .map(|at| format!(" (column {})", column(text, at)))
            .unwrap_or_default();
        problems.push(Problem {
            origin: origin.to_owned(),
            line,
            key: String::new(),
            problem: format!("this is not TOML{column}: {}", error.message()),
            remedy: "correct the line; nothing else in this file was checked".to_owned(),
        });
    }
    problems
}

/// Cuts out the entry that an error points at, and returns its path.
fn cut(table: &mut DeTable<'_>, span: &Range<usize>) -> Option<String> {
    let mut best = None;
    find(table, span, &mut Vec::new(), &mut best);
    let (_, trail) = best?;
    remove(table, &trail)?;
    Some(path(&trail))
}

#[derive(Clone)]
enum Part {
    Key(String),
    Index(usize),
}

fn path(trail: &[Part]) -> String {
    let mut path = String::new();
    for part in trail {
        match part {
            Part::Key(key) if path.is_empty() => path.push_str(key),
            Part::Key(key) => path.extend([".", key]),
            Part::Index(index) => path.extend(["[", &index.to_string(), "]"]),
        }
    }
    path
}

/// Looks for the entry whose name is at this place, else for the smallest value around it.
fn find(
    table: &DeTable<'_>,
    span: &Range<usize>,
    trail: &mut Vec<Part>,
    best: &mut Option<(usize, Vec<Part>)>,
) {
    for (name, value) in table {
        trail.push(Part::Key(name.get_ref().to_string()));
        let around = value.span();
        let size = if name.span() == *span {
            Some(0)
        } else if around.start <= span.start && span.end <= around.end {
            Some(around.len())
        } else {
            None
        };
        if let Some(size) = size
            && best.as_ref().is_none_or(|(least, _)| size <= *least)
        {
            *best = Some((size, trail.clone()));
        }
        match Step::of(value.get_ref()) {
            Step::Table(inner) => find(inner, span, trail, best),
            Step::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if let Some(inner) = item.get_ref().as_table() {
                        trail.push(Part::Index(index));
                        find(inner, span, trail, best);
                        trail.pop();
                    }
                }
            }
            Step::Leaf => {}
        }
        trail.pop();
    }
}

fn remove(table: &mut DeTable<'_>, trail: &[Part]) -> Option<()> {
    let (Part::Key(key), rest) = trail.split_first()? else {
        return None;
    };
    if rest.is_empty() {
        return table.remove(key.as_str()).map(|_| ());
    }
    let value = table.get_mut(key.as_str())?.get_mut();
    let (value, rest) = if let Some((Part::Index(index), inside)) = rest.split_first() {
        let DeValue::Array(items) = value else {
            return None;
        };
        (items.get_mut(*index)?.get_mut(), inside)
    } else {
        (value, rest)
    };
    if let DeValue::Table(inner) = value {
        remove(inner, rest)
    } else {
        None
    }
}

/// Turns the parser's message into ours: the nearest known key for an unknown one, and no value
/// quoted for a value of the wrong kind.
fn in_our_words(message: &str) -> (String, String) {
    if message.starts_with("unknown field") {
        let mut quoted = message.split('`').skip(1).step_by(2);
        let unknown = quoted.next().unwrap_or_default();
        let known: Vec<&str> = quoted.collect();
        let meant = nearest(unknown, &known)
            .map(|meant| format!("did you mean {meant}? "))
            .unwrap_or_default();
        return (
            "there is no such key".to_owned(),
            format!("{meant}known here: {}", known.join(", ")),
        );
    }
    let wrong_kind = message
        .strip_prefix("invalid type: ")
        .and_then(|rest| rest.rsplit_once(", expected "));
    let problem = match wrong_kind {
        Some((found, expected)) => {
            let found = found.split(['`', '"']).next().unwrap_or_default().trim();
            let (found, expected) = (plain(found), plain(expected));
            format!("{expected} is expected here, not {found}")
        }
        None => message.to_owned(),
    };
    (
        problem,
        "see config/default.toml and config/practices/ for its form".to_owned(),
    )
}

/// The kinds of value, as the parser calls them and as a person does.
fn plain(kind: &str) -> &str {
    match kind {
        "map" => "a table",
        "sequence" | "a sequence" => "a list",
        "string" | "a string" => "text in quotes",
        "integer" | "floating point" => "a number without quotes",
        "boolean" | "a boolean" => "true or false without quotes",
        table if table.starts_with("struct ") => "a table",
        other => other,
    }
}
