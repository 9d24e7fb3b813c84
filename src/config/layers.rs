//! The layers of the connector's own settings: the embedded defaults, the file, the environment.
//!
//! Each layer is first read by itself, so that everything wrong with it is listed with its place;
//! then what is sound is laid one over the other.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::document::{self, Read};
use super::findings::Place;
use super::problem::Problem;
use super::raw::RawConnector;

/// Every key with its default.
pub(super) const DEFAULT: &str = include_str!("../../config/default.toml");

/// What a variable that overrides a setting begins with.
const PREFIX: &str = "CONNECTOR__";

/// The layers, laid one over the other.
pub(super) struct Layers {
    /// The merged settings; `None` where the file is not TOML.
    pub raw: Option<RawConnector>,
    /// What is wrong with a layer by itself.
    pub problems: Vec<Problem>,
    /// That there is no file: a problem only where the environment does not make up for it.
    pub absent: Option<Problem>,
    file: String,
    text: String,
    variables: BTreeMap<String, String>,
}

impl Layers {
    /// Reads the layers.
    pub(super) fn read(config_dir: &Path, environment: &BTreeMap<String, String>) -> Self {
        let path = config_dir.join("connector.toml");
        let file = path.display().to_string();
        let mut problems = Vec::new();
        let mut absent = None;
        let mut readable = true;
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
            if error.kind() == std::io::ErrorKind::NotFound {
                // Everything may come from the environment.
                absent = Some(Problem::of_file(
                    &path,
                    "there is no such file",
                    "copy config/example.toml there and change it, or set variables for all below",
                ));
            } else {
                problems.push(Problem::of_unreadable(&path, &error));
                readable = false;
            }
            String::new()
        });
        let Read {
            raw,
            problems: wrong,
        } = document::read::<RawConnector>(&file, &text);
        problems.extend(wrong);
        let mut variables = BTreeMap::new();
        let mut sound = HashMap::new();
        for (name, value) in environment {
            let Some(key) = key_of(name) else { continue };
            let wrong = problems_of_variable(name, &key, value);
            if wrong.is_empty() {
                sound.insert(name.clone(), value.clone());
            }
            problems.extend(wrong);
            variables.insert(key, name.clone());
        }
        let mut layers = Self {
            raw: None,
            problems,
            absent,
            file,
            text,
            variables,
        };
        if readable && raw.is_some() {
            layers.lay(sound);
        }
        layers
    }

    /// Where a key was written: the topmost layer that has it; a key that none has belongs into
    /// the file.
    pub(super) fn place(&self, key: &str) -> Place {
        let inside = format!("{key}.");
        let variable = self
            .variables
            .iter()
            .find(|(written, _)| *written == key || written.starts_with(&inside));
        match variable {
            Some((_, name)) => Place {
                origin: environment(name),
                line: None,
            },
            None => Place {
                origin: self.file.clone(),
                line: document::line_of(&self.text, key),
            },
        }
    }

    fn lay(&mut self, sound: HashMap<String, String>) {
        // A secret is one value: a variable replaces it whole, whichever place it named.
        let replaces_key = sound
            .keys()
            .filter_map(|name| key_of(name))
            .any(|key| key.starts_with("healthengine.api_key"));
        let mut file = document::sound_part::<RawConnector>(&self.text);
        if replaces_key && let Some(toml::Value::Table(healthengine)) = file.get_mut("healthengine")
        {
            healthengine.remove("api_key");
        }
        let toml = ::config::FileFormat::Toml;
        let merged = ::config::Config::builder()
            .add_source(::config::File::from_str(DEFAULT, toml))
            .add_source(::config::File::from_str(&file.to_string(), toml))
            .add_source(
                ::config::Environment::with_prefix("CONNECTOR")
                    .separator("__")
                    .source(Some(sound)),
            )
            .build()
            .and_then(::config::Config::try_deserialize);
        match merged {
            Ok(raw) => self.raw = Some(raw),
            // Its text might quote a value, and each layer has been found sound by itself.
            Err(_) => self.problems.push(Problem {
                origin: self.file.clone(),
                line: None,
                key: String::new(),
                problem: "the file and the environment contradict each other".to_owned(),
                remedy: format!("remove the {PREFIX} variables one by one"),
            }),
        }
    }
}

fn environment(name: &str) -> String {
    format!("environment {name}")
}

fn key_of(name: &str) -> Option<String> {
    let path = name.strip_prefix(PREFIX)?;
    Some(path.to_lowercase().replace("__", "."))
}

/// Reads a variable as a TOML text of one line, so that it is held to the same rules as the file.
fn problems_of_variable(name: &str, key: &str, value: &str) -> Vec<Problem> {
    let text = format!("{key} = {}", toml::Value::String(value.to_owned()));
    let letter = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    // Small letters are refused: two variables would name one setting.
    if !name.bytes().all(letter) || key.split('.').any(str::is_empty) {
        return vec![Problem {
            origin: environment(name),
            line: None,
            key: String::new(),
            problem: "this names no setting".to_owned(),
            remedy: format!("write {PREFIX}SECTION__KEY, in capitals"),
        }];
    }
    let Read { problems, .. } = document::read::<RawConnector>(&environment(name), &text);
    problems
        .into_iter()
        .map(|problem| Problem {
            line: None,
            ..problem
        })
        .collect()
}
