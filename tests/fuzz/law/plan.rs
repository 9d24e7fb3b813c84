//! The import file of the built-in diary: nothing a person told is repeated in what is wrong with
//! it, and what is imported twice changes nothing.

use std::cell::RefCell;

use healthengine_connector::pms::diary::{Desk, Imported, Plan};
use tempfile::TempDir;
use toml::{Table, Value};

/// Stands where a patient's details stand.
const CANARY: &str = "canary7";

thread_local! {
    static DESK: RefCell<(TempDir, Desk)> = RefCell::new({
        let folder = TempDir::new().unwrap();
        let desk = Desk::open_or_create(&folder.path().join("diary.db")).unwrap();
        (folder, desk)
    });
}

pub(crate) fn hold(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(plan) = Plan::parse(&text) {
        DESK.with_borrow_mut(|(_folder, desk)| {
            if desk.import(&plan).is_ok() {
                assert_eq!(desk.import(&plan), Ok(Imported::default()));
            }
        });
    }
    // The names of keys are told.
    if !text.contains(CANARY)
        && let Ok(mut file) = text.parse::<Table>()
    {
        plant(&mut file);
        let told = match Plan::parse(&file.to_string()) {
            Ok(plan) => format!("{plan:?}"),
            Err(problems) => {
                let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
                format!("{told:?}{problems:?}")
            }
        };
        assert!(!told.contains(CANARY), "{told}");
    }
}

/// Puts the canary into every patient's texts, ids apart: an id is how a patient is named.
fn plant(file: &mut Table) {
    let patients = file.get_mut("patient").and_then(Value::as_array_mut);
    for patient in patients
        .into_iter()
        .flatten()
        .filter_map(Value::as_table_mut)
    {
        for (key, value) in patient.iter_mut() {
            if key != "id" && value.is_str() {
                *value = CANARY.into();
            }
        }
    }
}
