use std::fs;

use super::*;
use crate::telemetry::LogFormat;

fn general() -> General {
    General {
        config: PathBuf::from("config"),
        log_format: Some(LogFormat::Text),
        log_level: None,
    }
}

/// Runs the command over two files; returns how it ended, the decisions and what went wrong.
fn matched(patients: &str, incoming: &str) -> (Exit, Vec<String>, String) {
    let folder = tempfile::tempdir().unwrap();
    let arguments = Arguments {
        patients: folder.path().join("patients.csv"),
        incoming: folder.path().join("incoming.csv"),
        population: Listed::Auto,
    };
    fs::write(&arguments.patients, patients).unwrap();
    fs::write(&arguments.incoming, incoming).unwrap();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut streams = Streams {
        out: &mut out,
        err: &mut err,
    };
    let exit = run(&general(), &arguments, &mut streams);
    let lines = String::from_utf8(out).unwrap();
    (
        exit,
        lines.lines().map(str::to_owned).collect(),
        String::from_utf8(err).unwrap(),
    )
}

const PATIENTS: &str = "\
id,given_name,surname,date_of_birth,phone,email,street,suburb,postcode,state,medicare_number
p1,Testa,Sample-17,1984-03-12,0491 570 156,testa@example.com,1 Sample St,Testville,2999,NSW,
p2,Testo,Sample-18,1990-07-30,0491 570 157,,2 Sample St,Testville,2999,NSW,
";

#[test]
fn each_incoming_person_gets_one_line_in_the_order_of_the_file() {
    let incoming = "\
id,given_name,surname,date_of_birth,phone,email,street,suburb,postcode,state,medicare_number
b,Testa,Sample 17,12/03/1984,+61 491 570 156,,,,,,
a,Nova,Nobody,2001-01-01,,,,,,,
c,Testina,Sample-18,19900730,0491570157,,\"2, Sample Street\",Testville,2999,NSW,
";
    let (exit, lines, err) = matched(PATIENTS, incoming);
    assert_eq!((exit, err.as_str()), (Exit::Done, ""));
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0], "incoming_id,decision,patient_id,score");
    assert!(lines[1].starts_with("b,same,p1,"), "{}", lines[1]);
    assert_eq!(lines[2], "a,new,,");
    assert!(lines[3].starts_with("c,doubtful,p2,"), "{}", lines[3]);
}

#[test]
fn columns_may_be_missing_and_in_any_order() {
    let incoming =
        "\u{feff}Surname,ID,given_name,date_of_birth,shoe_size\nSample-17,x,Testa,1984-03-12,43\n";
    let (exit, lines, err) = matched(PATIENTS, incoming);
    assert_eq!((exit, err.as_str()), (Exit::Done, ""));
    assert!(lines[1].starts_with("x,same,p1,"), "{}", lines[1]);
}

#[test]
fn what_is_wrong_with_a_file_is_said_without_repeating_what_it_holds() {
    let (exit, _, err) = matched("given_name,surname\nTesta,Sample-17\n", PATIENTS);
    assert_eq!(exit, Exit::Failed);
    assert!(err.contains("has no column `id`"), "{err}");
    assert!(!err.contains("Testa"), "{err}");

    let (exit, _, err) = matched("id,surname\np1,Sample-17\n,Sample-18\n", PATIENTS);
    assert_eq!(exit, Exit::Failed);
    assert!(err.contains("line 3"), "{err}");
    assert!(!err.contains("Sample"), "{err}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let arguments = Arguments {
        patients: PathBuf::from("no-such-file.csv"),
        incoming: PathBuf::from("no-such-file.csv"),
        population: Listed::Families,
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut streams = Streams {
        out: &mut out,
        err: &mut err,
    };
    assert_eq!(run(&general(), &arguments, &mut streams), Exit::Failed);
    let err = String::from_utf8(err).unwrap();
    assert!(err.contains("open no-such-file.csv"), "{err}");
}
