//! Every key is documented, and every documented key is a key.

use std::collections::BTreeSet;
use std::path::Path;

use crate::config::document;
use crate::config::layers::DEFAULT;
use crate::config::raw::{RawConnector, RawPractice};

const SECTIONS: [&str; 9] = [
    "identity",
    "healthengine",
    "pms",
    "residency",
    "schedule",
    "ledger",
    "server",
    "shutdown",
    "telemetry",
];

/// The keys with no default: required, or left out on purpose.
const WITHOUT_DEFAULT: [&str; 6] = [
    "healthengine.api_key",
    "healthengine.extra_ca_file",
    "identity.environment",
    "identity.vendor_email",
    "identity.vendor_name",
    "residency.region",
];

/// The keys that a text's reader knows where `stranger` stands, as it says itself.
fn known<T: serde::de::DeserializeOwned>(text: &str) -> BTreeSet<String> {
    let problems = document::read::<T>("test", text).problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    let (_, known) = problems[0].remedy.split_once("known here: ").unwrap();
    known.split(", ").map(str::to_owned).collect()
}

/// The keys that a text sets, and those that it shows behind a `#`, by section.
fn written(text: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut set, mut shown) = (BTreeSet::new(), BTreeSet::new());
    let mut section = String::new();
    let mut previous = "";
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = format!("{}.", name.trim_end_matches(']'));
        }
        let (into, key) = match line.strip_prefix("# ") {
            Some(rest) => (&mut shown, rest),
            None => (&mut set, line),
        };
        if let Some((key, _)) = key.split_once(" = ")
            && key.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        {
            assert!(previous.starts_with("# "), "{section}{key} has no sentence");
            into.insert(format!("{section}{key}"));
        }
        previous = line;
    }
    (set, shown)
}

#[test]
fn every_default_is_read_and_every_setting_is_documented_with_its_default() {
    let sections = known::<RawConnector>("stranger = 1");
    assert_eq!(sections, SECTIONS.map(str::to_owned).into());
    let mut fields = BTreeSet::new();
    for section in SECTIONS {
        let inside = known::<RawConnector>(&format!("{section} = {{ stranger = 1 }}"));
        fields.extend(inside.into_iter().map(|key| format!("{section}.{key}")));
    }
    let (set, shown) = written(DEFAULT);
    assert_eq!(shown, WITHOUT_DEFAULT.map(str::to_owned).into());
    assert_eq!(&set | &shown, fields);
}

#[test]
fn the_settings_shown_without_a_default_are_of_the_right_form() {
    let problems = document::read::<RawConnector>("default.toml", DEFAULT).problems;
    assert!(problems.is_empty(), "{problems:?}");
    let uncommented: String = DEFAULT
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.contains(" = ") => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        .filter(|line| !line.contains("{ file = \"PATH\" }"))
        .collect();
    let problems = document::read::<RawConnector>("default.toml", &uncommented).problems;
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn every_key_of_a_practice_is_documented_in_the_first_example() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/practices/harbour-dental.toml");
    let text = std::fs::read_to_string(file).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let keys: BTreeSet<String> = table.keys().cloned().collect();
    assert_eq!(keys, known::<RawPractice>("stranger = 1"));
    let hours = table["live_hours"].as_table().unwrap();
    let days: BTreeSet<String> = hours.keys().cloned().collect();
    assert_eq!(days, known::<RawPractice>("live_hours = { stranger = 1 }"));
}
