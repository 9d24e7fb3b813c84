//! The page of acceptance scenarios names tests that exist.

use std::fs;
use std::path::Path;

/// Every source below a folder, as one text.
fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
    text
}

#[test]
fn every_scenario_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/acceptance.md")).unwrap();
    let sources = [sources(&root.join("src")), sources(&root.join("tests/it"))].concat();
    let rows = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| **"));
    let mut scenarios = 0;
    for row in rows.skip(2) {
        let named: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{row}");
        for test in named {
            assert!(sources.contains(&format!("fn {test}(")), "{test}");
        }
        scenarios += 1;
    }
    assert!(scenarios >= 25, "{scenarios}");
}
