//! No patient's detail, key or token leaves the daemon but towards the diary and Healthengine.

use serde_json::json;

use super::child::SOON;
use super::town::{Daemon, FAST, HARBOUR, SWAN, Town};

/// What a patient tells, each in its own words so that any trace can be recognised.
const CANARIES: [&str; 14] = [
    "Canarina",
    "Zzyzxson",
    "17-03-1987",
    "1987-03-17",
    "0491570157",
    "0491 570 157",
    "canary-77@example.com",
    "77 Plumage Lane",
    "Feathertonville",
    "2123456701",
    "sore beak since Tuesday",
    "wing was clipped",
    "telehealth.example/room-canary",
    "11/2031",
];

const SECRETS: [&str; 3] = [
    "planted-api-key",
    "planted-key-of-9001",
    "planted-key-of-9002",
];

fn assert_silent(what: &str, text: &str) {
    for hidden in CANARIES.iter().chain(&SECRETS) {
        assert!(
            !text.contains(hidden),
            "{hidden:?} stands in {what}:\n{text}"
        );
    }
}

/// The canary books, collides, cancels, and comes while answers are cut short.
fn be_a_patient(town: &Town, ahead: u64) {
    let date = town.date(&HARBOUR, ahead);
    let offers = town.offers(&HARBOUR, "alva", "checkup", date);
    let wish = |nth: usize, force: bool| {
        let made = town.post(
            &format!("practices/{}/bookings", HARBOUR.id),
            &json!({
                "resource": "alva", "start": offers[nth].start, "type": "checkup", "force": force,
                "reason": "sore beak since Tuesday", "comments": "wing was clipped",
                "telehealth_url": "https://telehealth.example/room-canary",
                "patient": {
                    "firstname": "Canarina", "lastname": "Zzyzxson", "dob": "17-03-1987",
                    "phone": "0491 570 157", "email": "canary-77@example.com",
                    "address": "77 Plumage Lane", "suburb": "Feathertonville", "state": "NSW",
                    "postcode": "2000", "gender": "Female", "medicareNumber": "2123456701",
                    "medicareIrn": "1", "medicareExpiry": "11/2031",
                },
            }),
        );
        made["booking"].as_i64().unwrap()
    };
    let confirmed = wish(0, false);
    assert_eq!(town.answered(&HARBOUR, confirmed, SOON), "confirmed");
    let rejected = wish(0, true);
    assert_eq!(town.answered(&HARBOUR, rejected, SOON), "rejected");
    town.cancel(&HARBOUR, confirmed);
    for (nth, fault) in [
        (
            2,
            json!({"path": "/requests/bookings", "garble": true, "count": 2}),
        ),
        (
            4,
            json!({"path": "/bookings/*/confirmInsert", "garble": true}),
        ),
        (
            6,
            json!({"path": "/bookings/*/confirmInsert", "drop": "after"}),
        ),
    ] {
        town.post("faults", &fault);
        let booking = wish(nth, true);
        assert_eq!(town.answered(&HARBOUR, booking, SOON), "confirmed");
    }
    town.nothing_waits(&HARBOUR);
    assert_eq!(town.ask("faults"), json!([]));
}

fn pages(town: &Town, daemon: &Daemon) {
    for path in [
        "/",
        "/metrics",
        "/api/v1/practices",
        "/api/v1/practices/harbour",
    ] {
        let text = town.page(daemon, path);
        assert!(!text.is_empty());
        assert_silent(path, &text);
    }
}

#[test]
fn no_patients_detail_and_no_key_is_in_a_log_the_ledger_or_a_page() {
    let town = Town::with_two_practices(FAST);
    for (ahead, format) in [(2, "json"), (3, "text")] {
        let daemon = town.run_with(&["--log-level", "debug", "--log-format", format]);
        town.published(&HARBOUR, 2, SOON);
        town.published(&SWAN, 1, SOON);
        be_a_patient(&town, ahead);
        pages(&town, &daemon);
        let ledger: Vec<_> = std::fs::read_dir(town.path())
            .unwrap()
            .map(|file| file.unwrap().path())
            .filter(|path| path.to_string_lossy().contains("ledger.db"))
            .collect();
        assert!(ledger.iter().any(|path| path.ends_with("ledger.db-wal")));
        for path in ledger {
            let bytes = std::fs::read(&path).unwrap();
            assert_silent("the ledger", &String::from_utf8_lossy(&bytes));
        }
        let said = daemon.running.kill();
        assert!(
            said.contains("confirmBookingInsert"),
            "it says enough: {said}"
        );
        assert_silent("the log", &said);
        if format == "json" {
            for line in said.lines() {
                serde_json::from_str::<serde_json::Value>(line).unwrap();
            }
        }
    }
    // The canary did sing where it should.
    let patients = town.diary(&["patients", "--database", "harbour.db", "--json"]);
    assert!(patients.contains("Canarina"));
    town.is_settled(&[&HARBOUR]);
}
