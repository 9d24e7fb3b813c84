//! Documents both ways: offered, uploaded, refused, handed in, garbled and gone; and large ones in
//! bounded memory.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use super::child::{SOON, until};
use super::features::wish;
use super::town::{Daemon, FAST, HARBOUR, Place, SWAN, Town};

const BOTH: &str = "[features]\ndocuments = true\nattach_documents = true\n";

/// As large as the documents that Healthengine passes on.
const LARGE: usize = 20_000_000;

/// How much memory two such documents at once may take beside what the daemon needs anyway, in KiB.
const ROOM: u64 = 150 * 1024;

/// A booking, its appointment and its patient.
struct Booked {
    booking: i64,
    appointment: String,
    patient: String,
}

fn book(town: &Town, place: &Place, resource: &str, patient: u32) -> Booked {
    let day = town.date(place, 2);
    let of = if resource == "cleo" {
        "first-visit"
    } else {
        "checkup"
    };
    let offers = town.offers(place, resource, of, day);
    let booking = town.book(place, &offers[0], patient, false);
    assert_eq!(town.answered(place, booking, SOON), "confirmed");
    let made = town.appointments_of(place, booking).remove(0);
    let text = |field: &str| made[field].as_str().unwrap().to_owned();
    Booked {
        booking,
        appointment: text("id"),
        patient: text("patient"),
    }
}

fn ask(town: &Town, place: &Place, request: &Value) {
    town.post(&format!("practices/{}/requests", place.id), request);
}

/// Reception offers a file of these bytes; its id in the diary.
fn offer(town: &Town, place: &Place, booked: &Booked, bytes: &[u8]) -> String {
    let file = format!("referral-of-{}.pdf", booked.booking);
    fs::write(town.path().join(&file), bytes).unwrap();
    let database = format!("{}.db", place.diary);
    let said = town.diary(&[
        "documents",
        "add",
        &file,
        "--database",
        &database,
        "--appointment",
        &booked.appointment,
        "--kind",
        "referral",
    ]);
    said.split(' ').nth(1).unwrap().to_owned()
}

fn in_diary(town: &Town, place: &Place) -> Vec<Value> {
    let database = format!("{}.db", place.diary);
    let listed = town.diary(&["documents", "list", "--database", &database, "--json"]);
    serde_json::from_str(&listed).unwrap()
}

fn holds(state: &Value, what: &str, booking: i64, document: &str) -> Option<()> {
    let listed = state["documents"][what].as_array()?;
    let found = |one: &Value| one["booking"] == booking && one["pmsDocumentId"] == document;
    listed.iter().any(found).then_some(())
}

fn outcomes(state: &Value) -> Vec<Value> {
    let attachments = state["documents"]["attachments"].as_array().unwrap();
    attachments
        .iter()
        .map(|one| one["outcome"].clone())
        .collect()
}

#[test]
fn documents_go_both_ways_and_what_is_wrong_is_refused() {
    let town = Town::with_two_practices(FAST);
    wish(&town, &HARBOUR, BOTH);
    let daemon = town.run();
    town.published(&HARBOUR, 2, SOON);
    let booked = book(&town, &HARBOUR, "bert", 1);
    let other = book(&town, &HARBOUR, "alva", 2);

    // Offered as soon as it is there, and sent when it is asked for; another's is refused.
    let document = offer(&town, &HARBOUR, &booked, b"a referral");
    town.when(&HARBOUR, "the document is offered", SOON, |state| {
        holds(state, "listed", booked.booking, &document)
    });
    for booking in [booked.booking, other.booking] {
        let wanted = json!({"kind": "uploadDocuments", "booking": booking, "document": document});
        ask(&town, &HARBOUR, &wanted);
    }
    town.when(&HARBOUR, "one is sent, the other refused", SOON, |state| {
        holds(state, "uploaded", booked.booking, &document)?;
        holds(state, "refused", other.booking, &document)
    });

    // Handed in, with a hash that differs, and gone.
    let form = json!({
        "kind": "attachDocuments", "pmsPatientId": booked.patient, "content": "a form",
    });
    ask(&town, &HARBOUR, &form);
    let mut wrong = form.clone();
    wrong["hash"] = json!("00");
    ask(&town, &HARBOUR, &wrong);
    let answered = town.when(&HARBOUR, "both are answered", SOON, |state| {
        let outcomes = outcomes(state);
        outcomes
            .iter()
            .all(|one| !one.is_null())
            .then_some(outcomes)
    });
    assert_eq!(answered, ["inserted", "rejected"]);
    let fault = json!({"path": "/attachDocuments/*", "method": "GET", "status": 410, "count": 99});
    town.post("faults", &fault);
    ask(&town, &HARBOUR, &form);
    daemon.running.says("a document is gone");
    town.clear_faults();
    let lines = in_diary(&town, &HARBOUR);
    let handed_in: Vec<_> = lines.iter().filter(|one| one["kind"].is_null()).collect();
    assert_eq!(handed_in.len(), 1, "{lines:?}");
    assert_eq!(handed_in[0]["patient"], booked.patient);
    let id = handed_in[0]["id"].as_str().unwrap();
    town.diary(&[
        "documents",
        "save",
        id,
        "form.txt",
        "--database",
        "harbour.db",
    ]);
    assert_eq!(fs::read(town.path().join("form.txt")).unwrap(), b"a form");
}

/// The most memory that the process ever held, in KiB.
fn most_memory(daemon: &Daemon) -> u64 {
    let path = format!("/proc/{}/status", daemon.running.id());
    let status = fs::read_to_string(path).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.unwrap().parse().unwrap()
}

/// So many bytes that cannot be made smaller, as in a picture.
fn noise(length: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(7);
    std::iter::repeat_with(|| random.u8(..))
        .take(length)
        .collect()
}

#[test]
fn large_documents_of_several_practices_pass_both_ways_in_bounded_memory() {
    let town = Town::with_two_practices(FAST);
    let places = [(&HARBOUR, "bert"), (&SWAN, "cleo")];
    for (place, _) in places {
        wish(&town, place, BOTH);
    }
    let daemon = town.run();
    town.published(&HARBOUR, 2, SOON);
    town.published(&SWAN, 1, SOON);
    let bytes = noise(LARGE);
    let mut wanted = Vec::new();
    for (place, resource) in places {
        let booked = book(&town, place, resource, 1);
        let document = offer(&town, place, &booked, &bytes);
        wanted.push((place, booked, document));
    }
    let before = most_memory(&daemon);
    for (place, booked, document) in &wanted {
        let upload =
            json!({"kind": "uploadDocuments", "booking": booked.booking, "document": document});
        ask(&town, place, &upload);
        let form = json!({
            "kind": "attachDocuments", "pmsPatientId": booked.patient, "bytes": LARGE,
        });
        ask(&town, place, &form);
    }
    let long = Duration::from_secs(180);
    for (place, booked, document) in &wanted {
        town.when(place, "both have arrived", long, |state| {
            holds(state, "uploaded", booked.booking, document)?;
            (outcomes(state) == ["inserted"]).then_some(())
        });
        let lines = in_diary(&town, place);
        let sizes: Vec<_> = lines.iter().map(|one| one["size"].clone()).collect();
        assert_eq!(sizes, [json!(LARGE), json!(LARGE)]);
    }
    let grown = until("memory is read", SOON, || {
        most_memory(&daemon).checked_sub(before)
    });
    println!("four documents of {LARGE} bytes: {grown} KiB at the most beside {before}");
    assert!(grown < ROOM, "{grown} KiB");
}
