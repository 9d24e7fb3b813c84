//! The README says what is true: its settings are those of `config/default.toml`, one for one.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A setting: its key, its default as written, and its comment.
#[derive(Debug, PartialEq, Eq)]
struct Setting {
    key: String,
    default: Option<String>,
    meaning: String,
}

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// Reads the settings with their comments; one without a default stands behind a `#`.
fn settings_of_the_default() -> Vec<Setting> {
    let text = read("config/default.toml");
    let (mut section, mut comment, mut found) = (None, Vec::new(), Vec::new());
    for line in text.lines() {
        let plain = line.strip_prefix("# ").unwrap_or(line);
        if let Some(name) = line.strip_prefix('[') {
            section = Some(name.trim_end_matches(']'));
            comment.clear();
        } else if let (Some(section), Some((key, value))) = (section, plain.split_once(" = "))
            && key.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        {
            found.push(Setting {
                key: format!("{section}.{key}"),
                default: (plain == line).then(|| value.to_owned()),
                meaning: comment.join(" "),
            });
            comment.clear();
        } else if line.is_empty() {
            comment.clear();
        } else {
            comment.push(plain);
        }
    }
    found
}

fn settings_of_the_readme() -> Vec<Setting> {
    let text = read("README.md");
    let table = text.split("## Settings").nth(1).unwrap();
    let rows = table
        .lines()
        .skip_while(|line| !line.starts_with("| ---"))
        .skip(1);
    rows.take_while(|line| line.starts_with('|'))
        .map(|row| {
            let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
            let code = |cell: &str| cell.trim_matches('`').to_owned();
            Setting {
                key: code(cells[0]),
                default: cells[1].starts_with('`').then(|| code(cells[1])),
                meaning: cells[2].to_owned(),
            }
        })
        .collect()
}

#[test]
fn the_readme_lists_every_setting_with_its_default_and_meaning() {
    let settings = settings_of_the_default();
    assert!(settings.len() > 20, "{}", settings.len());
    assert_eq!(settings_of_the_readme(), settings);
}

#[test]
fn every_path_that_the_readme_links_to_is_there() {
    let text = read("README.md");
    let links = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    for link in links.filter(|link| !link.starts_with("http")) {
        assert!(
            Path::new(env!("CARGO_MANIFEST_DIR")).join(link).exists(),
            "{link}"
        );
    }
}

/// The tables under a heading, each from its head to its last row.
fn tables(text: &str, heading: &str) -> BTreeSet<String> {
    let (_, after) = text.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = after.split("\n## ").next().unwrap();
    section
        .split("\n\n")
        .map(str::trim)
        .filter(|block| block.starts_with('|'))
        .map(ToOwned::to_owned)
        .collect()
}

#[test]
fn the_tables_of_matching_are_those_that_were_measured() {
    let shown = tables(&read("README.md"), "Matching patients");
    let measured = tables(&read("docs/matching.md"), "What it comes to");
    assert_eq!(shown.len(), 2);
    assert!(shown.is_subset(&measured), "{shown:#?}\n{measured:#?}");
    let all = shown.into_iter().collect::<String>();
    for data in ["FEBRL 1", "FEBRL 2", "FEBRL 3", "FEBRL 4"] {
        for identifier in ["left out", "as Medicare number"] {
            for rules in ["families", "alone"] {
                let row = format!("| {data} | {identifier} | {rules} |");
                assert!(all.contains(&row), "{row}");
            }
        }
    }
    for kind in ["twins", "father and son", "shared phone", "shared email"] {
        assert!(
            all.contains(&format!("| {kind} | apart | 0 | 0 |")),
            "{kind}"
        );
    }
}

#[test]
fn every_bug_that_can_be_planted_is_in_the_readme_and_caught_by_two_proofs() {
    let source = read("src/planted.rs");
    let (_, listed) = source.split_once("\nbugs! {\n").unwrap();
    let (listed, _) = listed.split_once("\n}\n").unwrap();
    let lines: Vec<&str> = listed.lines().map(str::trim).collect();
    let bugs: Vec<String> = lines
        .chunks(2)
        .map(|bug| {
            let wrong = bug[0].strip_prefix("/// ").unwrap();
            format!("| `{}` | {wrong} |", bug[1].trim_end_matches(','))
        })
        .collect();
    assert!(bugs.len() >= 15, "{}", bugs.len());
    let readme = read("README.md");
    let rows = readme
        .lines()
        .filter(|line| line.matches(" | ✓ ").count() >= 2);
    let shown: Vec<&str> = rows.collect();
    assert_eq!(shown.len(), bugs.len());
    for (row, bug) in shown.iter().zip(&bugs) {
        assert!(row.starts_with(bug), "{bug} is not in its place: {row}");
    }
}
