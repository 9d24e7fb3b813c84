//! Extra features: on and off at Healthengine as the practice's file says, and answered while on.

use serde_json::{Value, json};

use super::child::SOON;
use super::town::{FAST, HARBOUR, Place, SWAN, Town};

fn is_on(state: &Value, id: &str) -> Option<bool> {
    let features = state["features"].as_array()?;
    let found = features.iter().find(|one| one["id"] == id)?;
    found["enabled"].as_bool()
}

/// Writes the `[features]` table of a practice's file, or takes it out again.
pub(super) fn wish(town: &Town, place: &Place, table: &str) {
    town.write_practice(place);
    let path = format!("config/practices/{}.toml", place.name);
    let path = town.path().join(path);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, format!("{text}{table}")).unwrap();
}

#[test]
fn a_feature_is_on_while_the_file_asks_for_it_and_off_after_a_restart_without() {
    let town = Town::with_two_practices(FAST);
    wish(&town, &HARBOUR, "[features]\nclient_snapshots = true\n");
    let daemon = town.run();
    town.when(&HARBOUR, "the feature is on", SOON, |state| {
        is_on(state, "clientSnapshots")?.then_some(())
    });
    let state = town.published(&SWAN, 1, SOON);
    assert_eq!(is_on(&state, "clientSnapshots"), Some(false));
    let page = town.page(&daemon, "/practices/harbour");
    let words = "clientSnapshots: on, as the practice&#39;s file asks";
    assert!(page.contains(words), "{page}");
    daemon.running.kill();
    wish(&town, &HARBOUR, "");
    let _daemon = town.run();
    town.when(&HARBOUR, "the feature is off", SOON, |state| {
        (!is_on(state, "clientSnapshots")?).then_some(())
    });
}

#[test]
fn a_day_is_sent_by_either_date_with_its_own_appointments_and_patients_only() {
    let town = Town::with_two_practices(FAST);
    wish(&town, &HARBOUR, "[features]\nclient_snapshots = true\n");
    let daemon = town.run();
    town.published(&HARBOUR, 2, SOON);
    // Two bookings on different days, made today.
    let days = [2, 3].map(|ahead| town.date(&HARBOUR, ahead));
    for (patient, day) in (1..).zip(days) {
        let offer = town.offers(&HARBOUR, "bert", "checkup", day).remove(0);
        let booking = town.book(&HARBOUR, &offer, patient, false);
        assert_eq!(town.answered(&HARBOUR, booking, SOON), "confirmed");
    }
    let today = town.date(&HARBOUR, 0);
    let far = "2126-01-01".parse().unwrap();
    let asked = [
        (days[0], "appt_datetime", 1),
        (days[1], "appt_datetime", 1),
        (today, "appt_creation_datetime", 2),
        (far, "appt_creation_datetime", 0),
    ];
    let requests = format!("practices/{}/requests", HARBOUR.id);
    for (date, of, _) in &asked {
        let ask = json!({"kind": "clientSnapshots", "date": date, "dateType": of});
        town.post(&requests, &ask);
    }
    let sent = town.when(&HARBOUR, "every day is sent", SOON, |state| {
        let sent = state["documents"]["clientSnapshots"].as_array()?.clone();
        (sent.len() >= asked.len() && state["waiting"] == json!([])).then_some(sent)
    });
    for (date, of, count) in asked {
        let date = date.to_string();
        let found = sent
            .iter()
            .find(|one| one["date"] == date && one["dateType"] == of);
        let found = found.unwrap_or_else(|| panic!("{date} {of} was not sent: {sent:?}"));
        assert_eq!(
            (&found["appointments"], &found["patients"]),
            (&json!(count), &json!(count))
        );
    }
    assert_eq!(sent.len(), 4, "each once");
    let metrics = town.page(&daemon, "/metrics");
    assert!(
        metrics.contains("connector_client_snapshots_total 4"),
        "{metrics}"
    );
    town.is_settled(&[&HARBOUR]);
}

#[test]
fn an_unknown_kind_of_request_is_counted_and_shown_and_the_practice_stays_healthy() {
    let town = Town::with_two_practices(FAST);
    let daemon = town.run();
    town.published(&HARBOUR, 2, SOON);
    let requests = format!("practices/{}/requests", HARBOUR.id);
    town.post(&requests, &json!({"kind": "recalls"}));
    let counter = "connector_requests_not_answered_total{kind=\"recalls\"} ";
    super::child::until("the kind is counted", SOON, || {
        let metrics = town.page(&daemon, "/metrics");
        let (_, after) = metrics.split_once(counter)?;
        let polls: u64 = after.lines().next()?.parse().ok()?;
        (polls > 3).then_some(())
    });
    let page = town.page(&daemon, "/practices/harbour");
    let words = "Healthengine asks for `recalls`, which this version does not know";
    assert!(page.contains(words), "{page}");
    assert_eq!(town.status(&daemon, &HARBOUR)["condition"], "healthy");
    assert_eq!(daemon.running.lines_with(&["recalls", "does not know"]), 1);
}
