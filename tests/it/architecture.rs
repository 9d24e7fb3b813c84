//! The house holds: who may know whom, where a patient's details are unwrapped, how long a file is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What each part of the library may name. A part that is not listed here has no place yet.
const MAY_NAME: [(&str, &[&str]); 13] = [
    // Named by its macro alone, in a build for tests.
    ("planted", &["domain"]),
    ("domain", &[]),
    ("telemetry", &[]),
    ("healthengine", &["domain", "telemetry"]),
    ("pms", &["domain", "telemetry"]),
    ("ledger", &["domain", "telemetry"]),
    (
        "practice",
        &[
            "domain",
            "healthengine",
            "pms",
            "ledger",
            "planted",
            "telemetry",
        ],
    ),
    ("config", &["domain", "healthengine", "pms", "telemetry"]),
    ("server", &["domain", "ledger", "practice", "telemetry"]),
    (
        "daemon",
        &[
            "config",
            "domain",
            "healthengine",
            "ledger",
            "pms",
            "practice",
            "server",
            "telemetry",
        ],
    ),
    (
        "cli",
        &[
            "config",
            "daemon",
            "domain",
            "pms",
            "practice",
            "sandbox",
            "server",
            "simulation",
            "telemetry",
        ],
    ),
    // The engine's surroundings as models; the ledger's code is the real one, run inline.
    (
        "simulation",
        &["domain", "healthengine", "pms", "ledger", "practice"],
    ),
    // Its own reading of the published definition: it shares identifiers and times, nothing else.
    ("sandbox", &["domain"]),
];

/// What the sandbox may know of the domain.
const SANDBOX_DOMAIN: [&str; 4] = ["id", "civil", "clock", "live_hours"];

/// The concrete types behind the ports, each with the only parts that may name it.
const CONCRETE: [(&str, &[&str]); 4] = [
    ("healthengine::Connection", &["healthengine", "daemon"]),
    ("healthengine::PracticeClient", &["healthengine", "daemon"]),
    ("ledger::sqlite", &["ledger", "daemon", "simulation"]),
    ("daemon::clock", &["daemon"]),
];

/// Where a patient's details may be unwrapped: to compare them, to send them to a PMS or to
/// Healthengine, to join a patient's remarks into the appointment's note.
const MAY_REVEAL: [&str; 5] = [
    "src/domain/matching",
    "src/domain/redacted.rs",
    "src/healthengine/wire/",
    "src/pms/",
    "src/practice/insert.rs",
];

/// The longest a file may be, its tests apart.
const LONGEST_FILE: usize = 400;

const NAMES_THAT_SAY_NOTHING: [&str; 10] = [
    "mod", "util", "utils", "types", "errors", "common", "helpers", "models", "manager", "handler",
];

struct Source {
    path: String,
    /// The code without comments and without tests.
    code: String,
}

impl Source {
    fn part(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap();
        let first = inside.split('/').next().unwrap();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// How many modules deep its items are.
    fn depth(&self) -> usize {
        self.path.matches('/').count()
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    collect(&root.join("src"), &mut paths);
    let mut sources: Vec<Source> = paths
        .into_iter()
        .map(|path| Source {
            code: code(&fs::read_to_string(&path).unwrap()),
            path: path.strip_prefix(root).unwrap().display().to_string(),
        })
        .collect();
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(sources.len() > 50, "the sources were not found");
    sources
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path.file_stem().is_some_and(|name| name == "tests");
        if path.is_dir() && !is_test {
            collect(&path, paths);
        } else if path.extension().is_some_and(|end| end == "rs") && !is_test {
            paths.push(path);
        }
    }
}

fn code(text: &str) -> String {
    let without_tests = text.split("\n#[cfg(test)]\nmod ").next().unwrap();
    without_tests
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// Every path below `crate::` that the code names, with groups written out.
fn named(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        expand("", rest, &mut found);
    }
    found
}

/// Reads one path or group at the start of the text, and returns what follows it.
fn expand<'a>(prefix: &str, text: &'a str, found: &mut BTreeSet<String>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut inside) = text.strip_prefix('{') {
        loop {
            inside = inside.trim_start();
            if let Some(rest) = inside.strip_prefix('}') {
                return rest;
            }
            let after = expand(prefix, inside, found).trim_start();
            inside = after.strip_prefix(',').unwrap_or(after);
            if inside == after && !after.starts_with('}') {
                // Not a group of names: nothing more to read here.
                return after;
            }
        }
    }
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let path = if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}::{name}")
    };
    match rest.strip_prefix("::") {
        Some(deeper) if !name.is_empty() => expand(&path, deeper, found),
        Some(_) | None => {
            found.insert(path);
            rest
        }
    }
}

fn held(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

#[test]
fn every_part_names_only_the_layers_below_it() {
    let mut violations = Vec::new();
    for source in sources() {
        let part = source.part();
        if part == "main" || part == "lib" {
            continue;
        }
        let Some((_, below)) = MAY_NAME.iter().find(|(name, _)| *name == part) else {
            violations.push(format!("{}: {part} has no place in MAY_NAME", source.path));
            continue;
        };
        for path in named(&source.code) {
            let first = path.split("::").next().unwrap();
            if first != part && !below.contains(&first) {
                violations.push(format!("{}: {part} may not name {path}", source.path));
            }
        }
    }
    held(&violations);
}

#[test]
fn no_path_climbs_past_its_own_part() {
    let mut violations = Vec::new();
    for source in sources() {
        let climbed = (source.depth()..=8)
            .map(|steps| "super::".repeat(steps))
            .any(|climb| source.code.contains(&climb));
        if climbed && source.part() != "lib" && source.part() != "main" {
            violations.push(format!("{}: write crate:: instead", source.path));
        }
    }
    held(&violations);
}

#[test]
fn the_sandbox_shares_only_ids_and_times() {
    let mut violations = Vec::new();
    for source in sources().iter().filter(|source| source.part() == "sandbox") {
        for path in named(&source.code) {
            let mut parts = path.split("::");
            if parts.next() == Some("domain")
                && !parts
                    .next()
                    .is_some_and(|module| SANDBOX_DOMAIN.contains(&module))
            {
                violations.push(format!("{}: {path}", source.path));
            }
        }
    }
    held(&violations);
}

#[test]
fn only_the_daemon_names_what_is_behind_the_ports() {
    let mut violations = Vec::new();
    for source in sources() {
        for path in named(&source.code) {
            for (concrete, allowed) in CONCRETE {
                if path.starts_with(concrete) && !allowed.contains(&source.part()) {
                    violations.push(format!("{}: {path}", source.path));
                }
            }
        }
    }
    held(&violations);
}

#[test]
fn tasks_are_spawned_in_one_place() {
    let mut violations = Vec::new();
    for source in sources() {
        let layers = ["practice", "server", "daemon", "cli", "simulation"];
        if !layers.contains(&source.part()) || source.path == "src/daemon/tasks.rs" {
            continue;
        }
        for name in ["JoinSet", "TaskTracker", "tokio::spawn", "task::spawn("] {
            if source.code.contains(name) {
                violations.push(format!("{}: {name}", source.path));
            }
        }
    }
    held(&violations);
}

#[test]
fn a_patients_details_are_unwrapped_only_where_they_must_be() {
    let mut violations = Vec::new();
    for source in sources() {
        let allowed = MAY_REVEAL
            .iter()
            .any(|place| source.path.starts_with(place));
        if !allowed && source.code.contains(".reveal()") {
            violations.push(source.path);
        }
    }
    held(&violations);
}

#[test]
fn a_file_tells_one_story_and_its_name_says_which() {
    let mut violations = Vec::new();
    for source in sources() {
        let lines = source.code.lines().count();
        if lines > LONGEST_FILE {
            violations.push(format!("{}: {lines} lines", source.path));
        }
        let stem = Path::new(&source.path).file_stem().unwrap();
        if NAMES_THAT_SAY_NOTHING.iter().any(|name| stem == *name) {
            violations.push(format!("{}: name the thing", source.path));
        }
    }
    held(&violations);
}

#[test]
fn groups_of_names_are_written_out() {
    let code = "use crate::{a::{b, c::D}, e};\nlet x = crate::f::g(1);";
    let expected = ["a::b", "a::c::D", "e", "f::g"].map(str::to_owned);
    assert_eq!(named(code), BTreeSet::from(expected));
}
