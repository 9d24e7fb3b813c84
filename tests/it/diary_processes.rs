//! The built-in diary under two processes at once.

use std::path::Path;
use std::process::{Command, Output, Stdio};

const PLAN: &str = "slot_minutes = 15
[[location]]
id = 'main'
name = 'Main'
[[resource]]
id = 'ada'
name = 'Dr Ada Sample'
hours = { tuesday = ['08:00-18:00'] }
";

fn diary(database: &Path, command: &str, rest: &[&str]) -> Command {
    let mut line = Command::new(env!("CARGO_BIN_EXE_healthengine-connector"));
    line.args(["diary", command, "--database"]).arg(database);
    line.args(rest)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    line
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn of_two_processes_that_book_one_slot_one_is_told_that_it_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("diary.db");
    let file = folder.path().join("plan.toml");
    std::fs::write(&file, PLAN).unwrap();
    // Two first imports at once, too: both make the file, and both succeed.
    let file = file.to_str().unwrap();
    for output in both(|_| diary(&database, "import", &[file])) {
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    for time in ["09:00", "09:15", "09:30", "09:45"] {
        let start = format!("2026-12-01 {time}");
        let outputs = both(|n| {
            let line = ["--resource", "ada", "--start", &start, "--surname", n];
            diary(&database, "book", &line)
        });
        let mut codes: Vec<_> = outputs.iter().map(|it| it.status.code()).collect();
        codes.sort_unstable();
        assert_eq!(codes, [Some(0), Some(1)]);
        let words: String = outputs.iter().map(|it| text(&it.stderr)).collect();
        assert!(words.contains("taken by another appointment"), "{words}");
    }
    let days = ["--from", "2026-12-01", "--to", "2026-12-01", "--json"];
    let shown = diary(&database, "show", &days).output().unwrap();
    let lines: Vec<serde_json::Value> = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(lines.len(), 4);
}

fn both(command: impl Fn(&str) -> Command) -> Vec<Output> {
    let started: Vec<_> = ["Sample-1", "Sample-2"]
        .into_iter()
        .map(|n| command(n).spawn().unwrap())
        .collect();
    started
        .into_iter()
        .map(|child| child.wait_with_output().unwrap())
        .collect()
}
