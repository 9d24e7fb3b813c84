//! Addresses as they are compared: abbreviations, units, states and slips put aside.

use super::level::Level;
use super::name::{spelling, words};

/// A street address, ready to be compared.
pub(super) struct Street {
    /// The number on the street.
    pub(super) house: Option<String>,
    /// The words without the kind of street, in one.
    pub(super) text: String,
    /// Which of [`KINDS`] it is.
    kind: Option<usize>,
    /// The pairs of neighbouring letters, sorted: what is measured.
    pairs: Vec<(char, char)>,
}

/// Words for a dwelling within a building: the number after them is not the house's.
const UNITS: [&str; 18] = [
    "unit",
    "unt",
    "u",
    "flat",
    "flt",
    "fl",
    "f",
    "apartment",
    "apartmnt",
    "aptmnt",
    "apt",
    "suite",
    "ste",
    "level",
    "lvl",
    "shop",
    "villa",
    "townhouse",
];

/// Words for the kind of street, each with its abbreviations.
const KINDS: [&[&str]; 20] = [
    &["street", "st", "str"],
    &["road", "rd"],
    &["avenue", "ave", "av"],
    &["drive", "dr", "drv", "dve"],
    &["court", "ct", "crt"],
    &["place", "pl", "plc"],
    &["crescent", "cres", "cr", "crs"],
    &["close", "cl"],
    &["circuit", "cct", "circ", "cir"],
    &["lane", "ln"],
    &["terrace", "tce", "ter"],
    &["parade", "pde"],
    &["highway", "hwy"],
    &["boulevard", "blvd", "bvd", "boulevarde"],
    &["grove", "gr", "gve"],
    &["way"],
    &["square", "sq"],
    &["esplanade", "esp"],
    &["lot"],
    &["no"],
];

fn kind_of(word: &str) -> Option<usize> {
    KINDS.iter().position(|kind| kind.contains(&word))
}

impl Street {
    /// Reads a street line.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut house = None;
        let mut kind = None;
        let mut kept = String::new();
        let mut after_unit = false;
        for word in words(text) {
            let is_unit = UNITS.contains(&word.as_str());
            let is_number = number_of(&word).is_some();
            if is_number && kept.is_empty() {
                // In "3/12 Smith Street" and "Unit 3, 12 Smith Street" the last number counts.
                if !after_unit || house.is_none() {
                    house = number_of(&word).map(str::to_owned);
                }
            } else if let Some(found) = kind_of(&word) {
                kind = kind.or(Some(found));
            } else if !is_unit {
                kept.push_str(&word);
            }
            after_unit = is_unit;
        }
        if kept.is_empty() {
            // A street named after its kind: "The Esplanade" keeps a word, "Terrace" must too.
            kept = words(text).concat();
        }
        if kept.is_empty() {
            return None;
        }
        let letters: Vec<char> = kept.chars().collect();
        let mut pairs: Vec<(char, char)> = letters
            .iter()
            .copied()
            .zip(letters.iter().copied().skip(1))
            .collect();
        pairs.sort_unstable();
        Some(Self {
            house,
            text: kept,
            kind,
            pairs,
        })
    }

    /// The first letters of the street's name.
    pub(super) fn start(&self) -> String {
        self.text.chars().take(5).collect()
    }
}

/// The digits of `12`, `12a`, `u3`; nothing of a word.
fn number_of(word: &str) -> Option<&str> {
    let inner = word.strip_prefix('u').unwrap_or(word);
    let digits = inner.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let rest = inner.len().saturating_sub(digits.len());
    let is_number = !digits.is_empty() && rest < 2 && digits.chars().all(|c| c.is_ascii_digit());
    is_number.then_some(digits)
}

/// Compares two street addresses by number and by the letter pairs that the texts share.
pub(super) fn compare_streets(one: &Street, other: &Street) -> Level {
    let number = match (&one.house, &other.house) {
        (Some(a), Some(b)) if a == b => Level::Exact,
        (Some(_), Some(_)) => Level::Different,
        (Some(_) | None, _) => Level::Missing,
    };
    let other_kind = matches!((one.kind, other.kind), (Some(a), Some(b)) if a != b);
    match (compare_texts(one, other), number) {
        (Level::Exact, Level::Exact | Level::Missing) | (Level::Close, Level::Exact)
            if other_kind =>
        {
            Level::Loose
        }
        (Level::Exact, Level::Exact) => Level::Exact,
        (Level::Exact, Level::Missing) | (Level::Close, Level::Exact) => Level::Close,
        // Next door is as near as a slip in the number.
        (Level::Exact | Level::Close, _) | (Level::Loose, Level::Exact) => Level::Loose,
        (Level::Variant | Level::Loose | Level::Different | Level::Missing, _) => Level::Different,
    }
}

/// Exact from 4 shared pairs in 5 on, or where one text holds the other; close from 3 in 5;
/// loose from 2 in 5.
fn compare_texts(one: &Street, other: &Street) -> Level {
    if one.text == other.text {
        return Level::Exact;
    }
    let shared = shared(&one.pairs, &other.pairs);
    let (a, b) = (one.pairs.len(), other.pairs.len());
    let (both, fewer) = (a.saturating_add(b), a.min(b));
    let of_both = shared.saturating_mul(20);
    if of_both >= both.saturating_mul(8)
        || (fewer >= 5 && shared.saturating_mul(10) >= fewer.saturating_mul(8))
    {
        Level::Exact
    } else if of_both >= both.saturating_mul(6) {
        Level::Close
    } else if of_both >= both.saturating_mul(4) {
        Level::Loose
    } else {
        Level::Different
    }
}

fn shared(one: &[(char, char)], other: &[(char, char)]) -> usize {
    let mut count = 0_usize;
    let (mut ones, mut others) = (one.iter().peekable(), other.iter().peekable());
    while let (Some(a), Some(b)) = (ones.peek(), others.peek()) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => {
                ones.next();
            }
            std::cmp::Ordering::Greater => {
                others.next();
            }
            std::cmp::Ordering::Equal => {
                count = count.saturating_add(1);
                ones.next();
                others.next();
            }
        }
    }
    count
}

/// A suburb in one word, with its common abbreviations written out.
pub(super) fn suburb(text: &str) -> Option<String> {
    let whole: String = words(text)
        .iter()
        .map(|word| match word.as_str() {
            "mt" => "mount",
            "st" => "saint",
            "nth" => "north",
            "sth" => "south",
            "pt" => "point",
            "hts" => "heights",
            "jnctn" | "jn" => "junction",
            word => word,
        })
        .collect();
    (!whole.is_empty()).then_some(whole)
}

/// Compares two suburbs.
pub(super) fn compare_suburbs(one: &str, other: &str) -> Level {
    match spelling(one, other) {
        level @ (Level::Exact | Level::Variant | Level::Close) => level,
        Level::Loose if strsim::jaro_winkler(one, other) >= 0.88 => Level::Close,
        Level::Loose | Level::Different | Level::Missing => Level::Different,
    }
}

/// A postcode's digits, with the zero that spreadsheets drop from those of the Territory.
pub(super) fn postcode(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match digits.len() {
        0 => None,
        3 => Some(format!("0{digits}")),
        _ => Some(digits),
    }
}

/// Compares two postcodes: the same, or a slip apart.
pub(super) fn compare_postcodes(one: &str, other: &str) -> Level {
    match strsim::osa_distance(one, other) {
        0 => Level::Exact,
        1 => Level::Close,
        _ => Level::Different,
    }
}

/// A state's or territory's abbreviation.
pub(super) fn state(text: &str) -> Option<String> {
    let whole = words(text).concat();
    let short = match whole.as_str() {
        "newsouthwales" => "nsw",
        "victoria" => "vic",
        "queensland" => "qld",
        "southaustralia" => "sa",
        "westernaustralia" => "wa",
        "tasmania" => "tas",
        "northernterritory" => "nt",
        "australiancapitalterritory" => "act",
        _ => &whole,
    };
    (!short.is_empty()).then(|| short.to_owned())
}
