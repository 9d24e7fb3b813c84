//! The two lists of people of `match`: every line has its decision, the same one each time, and
//! what is wrong with a file is said without what is in it.

use std::cell::RefCell;
use std::fs;

use clap::Parser as _;
use healthengine_connector::cli::{self, Arguments, Exit, Streams};
use tempfile::TempDir;

const CANARY: &str = "canary7";

/// Stands between the two lists of an input.
const NEXT: &[u8] = b"\n=====\n";

thread_local! {
    static FOLDER: RefCell<TempDir> = RefCell::new(TempDir::new().unwrap());
}

pub(crate) fn hold(data: &[u8]) {
    let middle = data.windows(NEXT.len()).position(|at| at == NEXT);
    let (patients, incoming) = match middle {
        Some(at) => (&data[..at], &data[at + NEXT.len()..]),
        None => (data, data),
    };
    let (ended, out, err) = decide(patients, incoming);
    assert!(!err.contains(CANARY) && err.len() < 1_000, "{err}");
    assert_eq!(ended == Exit::Done, err.is_empty(), "{err}");
    if ended != Exit::Done {
        return;
    }
    assert_eq!(decide(patients, incoming).1, out);
    let mut decisions = csv::Reader::from_reader(out.as_slice());
    let mut expected = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(incoming);
    let mut count = 0;
    for decision in decisions.records() {
        let decision = decision.unwrap();
        let has_patient = !decision[2].is_empty();
        match &decision[1] {
            "same" | "doubtful" => assert!(has_patient && decision[3].parse::<f64>().is_ok()),
            "new" => assert!(!has_patient),
            other => panic!("no such decision: {other}"),
        }
        count += 1;
    }
    assert_eq!(count, expected.byte_records().count());
}

fn decide(patients: &[u8], incoming: &[u8]) -> (Exit, Vec<u8>, String) {
    FOLDER.with_borrow(|folder| {
        let [known, sought] = ["known.csv", "sought.csv"].map(|name| folder.path().join(name));
        fs::write(&known, patients).unwrap();
        fs::write(&sought, incoming).unwrap();
        let line = [
            "x".as_ref(),
            "match".as_ref(),
            "--patients".as_ref(),
            known.as_os_str(),
        ];
        let line = line
            .into_iter()
            .chain(["--incoming".as_ref(), sought.as_os_str()]);
        let arguments = Arguments::try_parse_from(line).unwrap();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut streams = Streams {
            out: &mut out,
            err: &mut err,
        };
        let ended = cli::run(arguments, &mut streams);
        (ended, out, String::from_utf8(err).unwrap())
    })
}
