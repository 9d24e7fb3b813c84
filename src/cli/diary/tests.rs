use clap::Parser as _;

use super::*;
use crate::cli::{Arguments as Line, Command as Top};

const FILE: &str = r#"
slot_minutes = 15
[[location]]
id = "main"
name = "Synthetic Practice"
[[resource]]
id = "ada"
name = "Dr Ada Sample"
hours = { weekdays = ["09:00-12:00"] }
[[type]]
id = "check-up"
name = "Check-up"
minutes = 30
"#;

struct Reception {
    folder: tempfile::TempDir,
}

impl Reception {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("plan.toml"), FILE).unwrap();
        Self { folder }
    }

    /// Runs a command line, and returns the exit, what it printed and what went wrong.
    fn run(&self, command: &str, rest: &[&str]) -> (Exit, String, String) {
        let database = self.folder.path().join("diary.db");
        let mut line = vec!["x", "diary", command, "--database"];
        line.push(database.to_str().unwrap());
        let parsed = Line::try_parse_from(line.iter().chain(rest)).unwrap();
        let Top::Diary(arguments) = parsed.command else {
            panic!("the line names the diary");
        };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut streams = Streams {
            out: &mut out,
            err: &mut err,
        };
        let exit = run(&parsed.general, &arguments, &mut streams);
        (
            exit,
            String::from_utf8(out).unwrap(),
            String::from_utf8(err).unwrap(),
        )
    }

    fn import(&self) {
        let file = self.folder.path().join("plan.toml");
        let (exit, _, err) = self.run("import", &[file.to_str().unwrap()]);
        assert_eq!((exit, err.as_str()), (Exit::Done, ""));
    }

    fn book(&self, surname: &str) -> (Exit, String, String) {
        let start = ["--resource", "ada", "--start", "2026-12-01 09:00"];
        let patient = ["--type", "check-up", "--given-name", "Testa", "--surname"];
        let line: Vec<&str> = start.into_iter().chain(patient).chain([surname]).collect();
        self.run("book", &line)
    }
}

#[test]
fn reception_books_cancels_and_books_again() {
    let reception = Reception::new();
    reception.import();
    let (exit, out, _) = reception.book("Sample-1");
    assert_eq!(exit, Exit::Done, "{out}");
    assert!(out.starts_with("booked appointment 1: 2026-12-01 09:00 for 30 minutes"));

    let (exit, _, err) = reception.book("Sample-2");
    assert_eq!(exit, Exit::Failed);
    assert_eq!(err, "the time was taken by another appointment\n");

    let (exit, out, _) = reception.run("cancel", &["--appointment", "1"]);
    assert_eq!(
        (exit, out.as_str()),
        (Exit::Done, "appointment 1 is cancelled\n")
    );
    assert_eq!(reception.book("Sample-2").0, Exit::Done);
    let (_, out, _) = reception.run("no-show", &["--appointment", "2"]);
    assert_eq!(out, "appointment 2 is did not attend\n");
    let (exit, _, err) = reception.run("mark", &["--appointment", "9", "arrived"]);
    assert_eq!(exit, Exit::Failed);
    assert!(err.contains("no appointment 9"), "{err}");
}

#[test]
fn the_json_of_appointments_and_patients_has_stable_fields() {
    let reception = Reception::new();
    reception.import();
    reception.book("Sample-1");
    let days = ["--from", "2026-12-01", "--to", "2026-12-01", "--json"];
    for (command, rest, fields) in [
        (
            "show",
            days.as_slice(),
            "changed_at created_at created_by end id key location minutes note patient \
             patient_name resource resource_name start status type type_name",
        ),
        (
            "patients",
            &["--json"],
            "appointments created_at date_of_birth email gender given_name id medicare_expiry \
             medicare_number medicare_reference phone postcode state street suburb surname",
        ),
    ] {
        let (_, out, _) = reception.run(command, rest);
        let lines: Vec<serde_json::Map<String, serde_json::Value>> =
            serde_json::from_str(&out).unwrap();
        let mut found: Vec<&str> = lines[0].keys().map(String::as_str).collect();
        found.sort_unstable();
        assert_eq!(found.join(" "), fields);
    }
}

#[test]
fn a_missing_diary_is_not_made_by_looking_at_it() {
    let reception = Reception::new();
    let (exit, _, err) = reception.run("patients", &[]);
    assert_eq!(exit, Exit::Failed);
    assert!(err.contains("diary import FILE.toml"), "{err}");
    assert!(!reception.folder.path().join("diary.db").exists());
}

#[test]
fn every_problem_of_an_import_file_is_printed_and_nothing_is_made() {
    let reception = Reception::new();
    let file = reception.folder.path().join("bad.toml");
    std::fs::write(&file, "slot_minuets = 15\n[[location]]\nid = 7\n").unwrap();
    let (exit, _, err) = reception.run("import", &[file.to_str().unwrap()]);
    assert_eq!(exit, Exit::Failed);
    for word in ["slot_minuets", "`id`", "`name`", "`resource`"] {
        assert!(err.contains(word), "{word} in {err}");
    }
    assert!(!reception.folder.path().join("diary.db").exists());
}

#[test]
fn a_patients_details_are_not_in_the_debug_output_of_the_command_line() {
    let line = [
        "x",
        "diary",
        "book",
        "--database",
        "a.db",
        "--resource",
        "ada",
        "--start",
        "2026-12-01 09:00",
        "--given-name",
        "Testa",
        "--surname",
        "Sample-1",
        "--phone",
        "0491570156",
    ];
    let shown = format!("{:?}", Line::try_parse_from(line).unwrap());
    for detail in ["Testa", "Sample-1", "0491570156"] {
        assert!(!shown.contains(detail), "{shown}");
    }
}
