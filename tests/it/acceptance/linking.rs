//! Linking: keys and consent come and go, and practices share a diary.

use serde_json::{Value, json};

use super::child::{SOON, until};
use super::town::{FAST, HARBOUR, Place, SWAN, Town};

/// How often a part of the configuration was sent.
fn sent(state: &Value, what: &str) -> u64 {
    state["sent"][what].as_u64().unwrap()
}

/// Waits until so much has been sent again since the state was read: all of it.
fn sent_anew(town: &Town, place: &Place, before: &Value) {
    let resources = before["resources"].as_array().unwrap().iter();
    let days: u64 = resources.map(|_| 30).sum();
    let snapshots =
        |state: &Value| sent(state, "snapshots_created") + sent(state, "snapshots_existing");
    town.when(place, "everything is sent anew", SOON, |state| {
        let parts = ["contract", "resources", "types"];
        let again = parts
            .iter()
            .all(|part| sent(state, part) > sent(before, part));
        (again && snapshots(state) >= snapshots(before) + days).then_some(())
    });
}

fn consent(town: &Town, place: &Place, granted: bool) {
    let path = format!("practices/{}/consent", place.id);
    town.post(&path, &json!({ "granted": granted }));
}

#[test]
fn a_revoked_consent_leaves_the_other_practice_untouched_and_says_what_to_do() {
    let town = Town::with_two_practices(FAST);
    let daemon = town.run();
    town.published(&HARBOUR, 2, SOON);
    let swan = town.published(&SWAN, 1, SOON);
    let date = town.date(&HARBOUR, 2);
    let seen_before = &town.offers(&HARBOUR, "alva", "checkup", date)[0];
    consent(&town, &HARBOUR, false);
    daemon.running.says("Integration Consent");
    let status = town.condition(&daemon, &HARBOUR, "consent-needed");
    let remedy = status["remedy"].as_str().unwrap();
    assert!(remedy.contains("Integration Consent"), "{remedy}");

    // The other practice goes on as if nothing had happened.
    let date = town.date(&SWAN, 2);
    let offer = &town.offers(&SWAN, "cleo", "first-visit", date)[0];
    let booking = town.book(&SWAN, offer, 1, false);
    assert_eq!(town.answered(&SWAN, booking, SOON), "confirmed");
    for part in ["contract", "resources", "types"] {
        assert_eq!(sent(&town.state(&SWAN), part), sent(&swan, part));
    }
    assert_eq!(town.status(&daemon, &SWAN)["condition"], "healthy");

    // It is probed on a slow clock, and said once.
    let waiting = town.book(&HARBOUR, seen_before, 2, true);
    town.when(&HARBOUR, "it is probed", SOON, |state| {
        (state["unauthorised_calls"].as_u64()? >= 3).then_some(())
    });
    let said = |place: &Place| {
        daemon
            .running
            .lines_with(&["Integration Consent", place.name])
    };
    assert_eq!((said(&HARBOUR), said(&SWAN)), (1, 0));

    // Once consent is granted again, everything is sent and what waits is answered.
    let before = town.state(&HARBOUR);
    consent(&town, &HARBOUR, true);
    sent_anew(&town, &HARBOUR, &before);
    assert_eq!(town.answered(&HARBOUR, waiting, SOON), "confirmed");
    town.condition(&daemon, &HARBOUR, "healthy");
    town.is_settled(&[&HARBOUR, &SWAN]);
}

#[test]
fn a_practice_without_consent_is_told_and_linked_once_consent_is_granted() {
    let town = Town::with_two_practices(FAST);
    consent(&town, &HARBOUR, false);
    let daemon = town.run();
    town.published(&SWAN, 1, SOON);
    daemon.running.says("Integration Consent");
    assert_eq!(sent(&town.state(&HARBOUR), "contract"), 0);
    consent(&town, &HARBOUR, true);
    town.published(&HARBOUR, 2, SOON);
}

#[test]
fn new_keys_set_up_a_new_practice_and_nothing_more_goes_to_the_old_one() {
    let town = Town::with_two_practices(FAST);
    let daemon = town.run();
    town.published(&HARBOUR, 2, SOON);
    daemon.running.kill();
    let old = town.state(&HARBOUR);
    let moved = Place {
        id: "9003",
        ..HARBOUR
    };
    town.add(&moved);
    let daemon = town.run();
    let state = town.published(&moved, 2, SOON);
    assert_eq!(sent(&state, "contract"), 1);
    let after = town.state(&HARBOUR);
    assert_eq!(after["polls"], old["polls"]);
    assert_eq!(after["sent"], old["sent"]);
    assert_eq!(town.status(&daemon, &moved)["condition"], "healthy");
}

/// Changes a practice's file.
fn edit(town: &Town, place: &Place, from: &str, to: &str) {
    let path = format!("config/practices/{}.toml", place.name);
    let path = town.path().join(path);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn a_practice_that_was_disabled_sends_all_anew_once_it_is_enabled_and_answers_what_waited() {
    let town = Town::with_two_practices(FAST);
    let daemon = town.run();
    let before = town.published(&HARBOUR, 2, SOON);
    let offer = &town.offers(&HARBOUR, "bert", "checkup", town.date(&HARBOUR, 2))[0];
    daemon.running.kill();
    edit(&town, &HARBOUR, "timezone", "enabled = false\ntimezone");
    let polls = town.state(&HARBOUR)["polls"]["count"].clone();
    let daemon = town.run();
    let waiting = town.book(&HARBOUR, offer, 1, false);
    town.published(&SWAN, 1, SOON);
    assert_eq!(town.state(&HARBOUR)["polls"]["count"], polls);

    daemon.running.kill();
    edit(&town, &HARBOUR, "enabled = false", "enabled = true");
    edit(&town, &HARBOUR, "00:00", "07:30");
    let _daemon = town.run();
    sent_anew(&town, &HARBOUR, &before);
    assert_eq!(town.answered(&HARBOUR, waiting, SOON), "confirmed");
    let contract = &town.state(&HARBOUR)["liveness_contract"];
    assert!(contract.to_string().contains("07:30"), "{contract}");
    town.is_settled(&[&HARBOUR]);
}

#[test]
fn requests_left_by_a_previous_integration_are_settled_on_link() {
    let town = Town::with_two_practices(FAST);
    let at = format!("practices/{}/", HARBOUR.id);
    let forced = |resource: &str, start: &str| {
        let wish = json!({
            "resource": resource, "start": start, "force": true, "length_seconds": 1800,
            "patient": {"firstname": "Testa", "lastname": "Sample-9", "dob": "01-02-1990"},
        });
        let made = town.post(&format!("{at}bookings"), &wish);
        made["booking"].as_i64().unwrap()
    };
    // Two thousand and seventy-seven: a working day for ever in this diary, and never past.
    let gone = forced("a-chair-long-gone", "2077-03-03 10:00");
    let kept = forced("alva", "2077-03-03 10:00");
    let ask = |request: &Value| town.post(&format!("{at}requests"), request);
    ask(&json!({"kind": "bookingUpdates", "booking": 987_654}));
    ask(&json!({"kind": "availability", "day": "2077-03-04"}));
    ask(&json!({"kind": "pmsResources"}));
    ask(&json!({"kind": "pmsAppointmentTypes"}));
    let daemon = town.run();
    assert_eq!(town.answered(&HARBOUR, gone, SOON), "rejected");
    assert_eq!(town.answered(&HARBOUR, kept, SOON), "confirmed");
    town.nothing_waits(&HARBOUR);
    town.when(
        &HARBOUR,
        "the day asked for is beside the 30",
        SOON,
        |state| {
            let days = state["availability"]["alva"].as_object()?;
            (days.len() == 31 && days.contains_key("2077-03-04")).then_some(())
        },
    );
    assert_eq!(daemon.running.lines_with(&["not known here"]), 1);
    town.condition(&daemon, &HARBOUR, "healthy");
    town.is_settled(&[&HARBOUR]);
}

const NORTH: Place = Place {
    name: "north",
    id: "9101",
    zone: "Australia/Adelaide",
    diary: "rivers",
    locations: Some("north"),
};

const SOUTH: Place = Place {
    name: "south",
    id: "9102",
    locations: Some("south"),
    ..NORTH
};

/// One person who works at two locations, at the same hours.
const RIVERS: &str = r#"
slot_minutes = 20
[[location]]
id = "north"
name = "Two Rivers North"
[[location]]
id = "south"
name = "Two Rivers South"
[[practitioner]]
id = "dora"
first_name = "Dora"
last_name = "Placeholder"
[[resource]]
id = "dora-north"
location = "north"
practitioner = "dora"
hours = { weekdays = ["08:00-12:00"], saturday = ["08:00-12:00"], sunday = ["08:00-12:00"] }
[[resource]]
id = "dora-south"
location = "south"
practitioner = "dora"
hours = { weekdays = ["08:00-12:00"], saturday = ["08:00-12:00"], sunday = ["08:00-12:00"] }
[[type]]
id = "visit"
name = "Visit"
minutes = 20
"#;

#[test]
fn several_practices_share_a_diary_and_each_serves_its_own_locations() {
    let town = Town::new(FAST);
    town.import("rivers", RIVERS);
    town.add(&NORTH);
    town.add(&SOUTH);
    let _daemon = town.run();
    for (place, resource) in [(&NORTH, "dora-north"), (&SOUTH, "dora-south")] {
        let state = town.published(place, 1, SOON);
        assert_eq!(state["resources"][0]["pmsResourceId"], resource);
    }
    let date = town.date(&NORTH, 2);
    let there = &town.offers(&NORTH, "dora-north", "visit", date)[3];
    let elsewhere = &town.offers(&SOUTH, "dora-south", "visit", date)[3];
    assert_eq!(there.start, elsewhere.start);
    let booking = town.book(&NORTH, there, 1, false);
    assert_eq!(town.answered(&NORTH, booking, SOON), "confirmed");
    // One person cannot be at two places at once.
    town.is_offered(&SOUTH, elsewhere, false, SOON);
    let late = town.book(&SOUTH, elsewhere, 2, true);
    assert_eq!(town.answered(&SOUTH, late, SOON), "rejected");
    until("both queues are empty", SOON, || {
        let empty = |place| town.state(place)["waiting"] == json!([]);
        (empty(&NORTH) && empty(&SOUTH)).then_some(())
    });
    town.is_settled(&[&NORTH, &SOUTH]);
}

const WATTLE: Place = Place {
    name: "wattle-street",
    id: "9103",
    diary: "wattle",
    ..SWAN
};

#[test]
fn a_practitioner_with_two_specialties_is_two_resources_and_still_one_person() {
    let town = Town::new(FAST);
    import_wattle(&town);
    town.add(&WATTLE);
    let _daemon = town.run();
    town.published(&WATTLE, 3, SOON);
    let both = (2..16).find_map(|ahead| {
        let date = town.date(&WATTLE, ahead);
        let skin = town.offers(&WATTLE, "cleo-skin", "skin-check:cleo-skin", date);
        let general = town.offers(&WATTLE, "cleo-gp", "standard:cleo-gp", date);
        let one = skin.into_iter().next()?;
        let other = general.into_iter().find(|it| it.start == one.start)?;
        Some((one, other))
    });
    let (skin, general) = both.unwrap();
    let booking = town.book(&WATTLE, &skin, 1, false);
    assert_eq!(town.answered(&WATTLE, booking, SOON), "confirmed");
    town.is_offered(&WATTLE, &general, false, SOON);
    let late = town.book(&WATTLE, &general, 2, true);
    assert_eq!(town.answered(&WATTLE, late, SOON), "rejected");
    town.is_settled(&[&WATTLE]);
}

#[test]
fn a_practice_whose_diary_is_missing_says_what_to_do_and_goes_on_once_it_is_there() {
    let town = Town::with_two_practices(FAST);
    town.add(&WATTLE);
    let daemon = town.run();
    town.published(&HARBOUR, 2, SOON);
    let status = town.condition(&daemon, &WATTLE, "pms-misconfigured");
    let sentence = status["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("diary import FILE.toml --database wattle.db"),
        "{sentence}"
    );
    assert_eq!(town.status(&daemon, &HARBOUR)["condition"], "healthy");
    import_wattle(&town);
    town.published(&WATTLE, 3, SOON);
    town.condition(&daemon, &WATTLE, "healthy");
}

fn import_wattle(town: &Town) {
    let diary = include_str!("../../../config/diaries/wattle-street.toml");
    town.import("wattle", diary);
}
