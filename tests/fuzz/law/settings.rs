//! The settings: `connector.toml`, a practice's file and variables. No secret is repeated in what
//! is wrong with them, and the same files always come out the same.

use std::cell::RefCell;
use std::fs;

use healthengine_connector::config::{Sources, load, report};
use tempfile::TempDir;
use toml::{Table, Value};

/// Stands where a secret stands.
const CANARY: &str = "canary7";

/// Stands between the three parts of an input.
const NEXT: &str = "\n=====\n";

thread_local! {
    static FOLDER: RefCell<TempDir> = RefCell::new({
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("practices")).unwrap();
        folder
    });
}

pub(crate) fn hold(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut parts = text.split(NEXT);
    let mut part = || parts.next().unwrap_or_default();
    let (connector, practice, variables) = (part(), part(), part());
    assert_eq!(
        told(connector, practice, variables),
        told(connector, practice, variables)
    );
    let planted = |text: &str| {
        let mut table = text.parse::<Table>().ok()?;
        plant_into(&mut table);
        Some(table.to_string())
    };
    // The names of keys are told.
    if !text.contains(CANARY)
        && let (Some(connector), Some(practice)) = (planted(connector), planted(practice))
    {
        let told = told(&connector, &practice, "");
        assert!(!told.contains(CANARY), "{told}");
    }
}

/// Everything that is said of the settings, in whatever way.
fn told(connector: &str, practice: &str, variables: &str) -> String {
    FOLDER.with_borrow(|folder| {
        let folder = folder.path();
        fs::write(folder.join("connector.toml"), connector).unwrap();
        fs::write(folder.join("practices/harbour-dental.toml"), practice).unwrap();
        let sources = Sources {
            config_dir: folder.to_owned(),
            working_dir: folder.to_owned(),
            environment: variables
                .lines()
                .filter_map(|line| line.split_once('='))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        };
        match load(&sources) {
            Ok(settings) => {
                assert!(!settings.practices.is_empty());
                format!("{settings:?}")
            }
            Err(problems) => {
                assert!(!problems.is_empty());
                format!("{}{problems:?}", report(&problems))
            }
        }
    })
}

/// Puts the canary under every key that sounds like a secret's.
fn plant_into(table: &mut Table) {
    for (key, value) in table.iter_mut() {
        if let Value::Table(inner) = value {
            plant_into(inner);
        } else if key.ends_with("key") {
            plant(value);
        }
    }
}

fn plant(value: &mut Value) {
    match value {
        Value::String(text) => CANARY.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(plant),
        Value::Table(inner) => plant_into(inner),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {}
    }
}
