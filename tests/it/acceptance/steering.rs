//! What an operator sees of a running daemon, and what they can ask of it.

use serde_json::json;

use super::child::SOON;
use super::town::{FAST, HARBOUR, SWAN, Town};

#[test]
fn status_shows_every_practice_and_one_in_full() {
    let town = Town::with_two_practices(FAST);
    let daemon = town.run();
    for place in [&HARBOUR, &SWAN] {
        town.condition(&daemon, place, "healthy");
    }
    let (done, table) = town.operate(&daemon, &["status"]);
    assert!(done, "{table}");
    for place in [&HARBOUR, &SWAN] {
        let line = table.lines().find(|line| line.starts_with(place.name));
        assert!(line.unwrap().contains("healthy"), "{table}");
    }
    let (done, story) = town.operate(&daemon, &["status", "swan"]);
    assert!(
        done && story.contains("9002") && story.contains("Perth"),
        "{story}"
    );
    let (done, json) = town.operate(&daemon, &["status", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(done);
    assert_eq!(json["practices"].as_array().unwrap().len(), 2);
    let (done, said) = town.operate(&daemon, &["resync", "nobody"]);
    assert!(!done && said.contains("no practice of this name"), "{said}");
}

#[test]
fn a_resync_sends_everything_of_one_practice_anew() {
    let town = Town::with_two_practices(FAST);
    let daemon = town.run();
    let before = town.published(&HARBOUR, 2, SOON);
    let other = town.published(&SWAN, 1, SOON);
    let (done, said) = town.operate(&daemon, &["resync", "harbour"]);
    assert!(done, "{said}");
    town.when(&HARBOUR, "everything is sent anew", SOON, |state| {
        let count = |state: &serde_json::Value, what: &str| state["sent"][what].as_u64();
        let again = ["contract", "resources", "types"]
            .iter()
            .all(|part| count(state, part) == count(&before, part).map(|sent| sent + 1));
        let unchanged = "snapshots_existing";
        (again && count(state, unchanged)? >= count(&before, unchanged)? + 60).then_some(())
    });
    assert_eq!(town.state(&SWAN)["sent"], other["sent"]);
}

#[test]
fn a_paused_practice_is_left_alone_across_a_restart_until_it_is_resumed() {
    let town = Town::with_two_practices(FAST);
    let daemon = town.run();
    let before = town.published(&HARBOUR, 2, SOON);
    let (done, said) = town.operate(&daemon, &["pause", "harbour"]);
    assert!(done, "{said}");
    let status = town.condition(&daemon, &HARBOUR, "paused");
    let remedy = status["remedy"].as_str().unwrap();
    assert!(remedy.contains("resume harbour"), "{remedy}");
    let polls = town.state(&HARBOUR)["polls"]["count"].clone();
    let date = town.date(&HARBOUR, 2);
    let offer = &town.offers(&HARBOUR, "bert", "fitting:bert", date)[0];
    let waiting = town.book(&HARBOUR, offer, 1, false);

    daemon.running.kill();
    let daemon = town.run();
    let others = |state: &serde_json::Value| state["polls"]["count"].as_u64();
    let now = others(&town.state(&SWAN));
    town.when(&SWAN, "it is polled", SOON, |state| {
        (others(state)? > now? + 5).then_some(())
    });
    town.condition(&daemon, &HARBOUR, "paused");
    assert_eq!(town.state(&HARBOUR)["polls"]["count"], polls);
    assert_eq!(town.entry(&HARBOUR, waiting)["pending"], true);

    let (done, said) = town.operate(&daemon, &["resume", "harbour"]);
    assert!(done, "{said}");
    assert_eq!(town.answered(&HARBOUR, waiting, SOON), "confirmed");
    town.when(&HARBOUR, "everything is sent anew", SOON, |state| {
        let sent = |state: &serde_json::Value| state["sent"]["contract"].as_u64();
        (sent(state) > sent(&before)).then_some(())
    });
    town.condition(&daemon, &HARBOUR, "healthy");
    town.is_settled(&[&HARBOUR]);
}

#[test]
fn an_update_of_an_unknown_booking_is_rejected_and_kinds_not_enabled_are_logged_once() {
    let town = Town::with_two_practices(FAST);
    let daemon = town.run();
    town.published(&SWAN, 1, SOON);
    let requests = format!("practices/{}/requests", SWAN.id);
    town.post(&requests, &json!({"kind": "reconcileEverything"}));
    let update = json!({"kind": "bookingUpdates", "booking": 123_456_789});
    town.post(&requests, &update);
    town.when(&SWAN, "the update is answered", SOON, |state| {
        (state["booking_updates"] == json!([])).then_some(())
    });
    assert_eq!(
        daemon
            .running
            .lines_with(&["123456789", "the booking is not known here"]),
        1
    );
    // The kind that nobody knows waits on, and holds nothing else up.
    let polls = |state: &serde_json::Value| state["polls"]["count"].as_u64();
    let now = polls(&town.state(&SWAN));
    town.when(&SWAN, "it is polled", SOON, |state| {
        (polls(state)? > now? + 5).then_some(())
    });
    assert_eq!(
        daemon
            .running
            .lines_with(&["reconcileEverything", "does not know"]),
        1
    );
    let status = town.status(&daemon, &SWAN);
    let kind = &status["not_answered"][0];
    assert_eq!(kind["kind"], "reconcileEverything");
    assert_eq!(kind["waits"], true);
    assert_eq!(status["condition"], "healthy");
    assert_eq!(town.state(&SWAN)["waiting"], json!(["reconcileEverything"]));
}

#[test]
fn a_change_of_the_diarys_configuration_is_sent_and_a_collapse_waits_for_a_person() {
    let town = Town::with_two_practices(FAST);
    let daemon = town.run();
    town.published(&HARBOUR, 2, SOON);
    let diary = std::fs::read_to_string(town.path().join("harbour.toml")).unwrap();
    let renamed = diary.replace("Check-up", "Check-up and clean");
    town.import("harbour", &renamed);
    town.when(&HARBOUR, "the new name is there", SOON, |state| {
        let types = state["appointment_types"].as_array()?;
        let name = "pmsAppointmentTypeName";
        types
            .iter()
            .any(|one| one[name] == "Check-up and clean")
            .then_some(())
    });
    // What deletes by omission: one of two types is half, and both are all of them.
    let (before_types, _) = renamed.split_once("[[type]]").unwrap();
    town.import("harbour", before_types);
    let status = town.condition(&daemon, &HARBOUR, "waiting-for-person");
    let remedy = status["remedy"].as_str().unwrap();
    assert!(
        remedy.contains("resync harbour --accept-removals"),
        "{remedy}"
    );
    let types = &town.state(&HARBOUR)["appointment_types"];
    assert_eq!(types.as_array().unwrap().len(), 2);
    let (done, said) = town.operate(&daemon, &["resync", "harbour", "--accept-removals"]);
    assert!(done, "{said}");
    town.when(&HARBOUR, "the types are gone", SOON, |state| {
        state["appointment_types"]
            .as_array()?
            .is_empty()
            .then_some(())
    });
    town.condition(&daemon, &HARBOUR, "healthy");
}
