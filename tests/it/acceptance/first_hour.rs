//! A first try with the default timings: link, book, collide, cancel.

use std::time::{Duration, Instant};

use serde_json::json;

use super::child::SOON;
use super::town::{DEFAULT, HARBOUR, SWAN, Town};

#[test]
fn practices_are_published_within_15_s_and_bookings_confirmed_within_6_s_by_default() {
    let town = Town::with_two_practices(DEFAULT);
    let began = Instant::now();
    let daemon = town.run();
    let left = || Duration::from_secs(15).saturating_sub(began.elapsed());
    let harbour = town.published(&HARBOUR, 2, left());
    let swan = town.published(&SWAN, 1, left());
    let names = |state: &serde_json::Value, list: &str, key: &str| -> Vec<String> {
        let all = state[list].as_array().unwrap().iter();
        let mut names: Vec<_> = all.map(|one| one[key].as_str().unwrap().into()).collect();
        names.sort();
        names
    };
    assert_eq!(
        names(&harbour, "resources", "pmsResourceId"),
        ["alva", "bert"]
    );
    assert_eq!(names(&swan, "resources", "pmsResourceId"), ["cleo"]);

    // A booking is in the diary and confirmed.
    let date = town.date(&HARBOUR, 3);
    let offers = town.offers(&HARBOUR, "alva", "checkup", date);
    let (one, contested) = (&offers[0], &offers[4]);
    let booking = town.book(&HARBOUR, one, 1, false);
    let standing = town.answered(&HARBOUR, booking, Duration::from_secs(6));
    assert_eq!(standing, "confirmed");
    let appointments = town.appointments_of(&HARBOUR, booking);
    assert_eq!(appointments.len(), 1);
    assert_eq!(appointments[0]["start"], *one.minute());
    assert_eq!(appointments[0]["created_by"], "connector");

    // Two bookings for one slot end as one confirmed, one rejected in time.
    let first = town.book(&HARBOUR, contested, 2, false);
    let second = town.book(&HARBOUR, contested, 3, true);
    let within = Duration::from_secs(20);
    let mut ends = [
        town.answered(&HARBOUR, first, within),
        town.answered(&HARBOUR, second, within),
    ];
    ends.sort();
    assert_eq!(ends, ["confirmed", "rejected"]);

    // A cancellation empties the slot, and the time is offered again.
    town.is_offered(&HARBOUR, one, false, SOON);
    town.cancel(&HARBOUR, booking);
    town.is_offered(&HARBOUR, one, true, SOON);
    let appointments = town.appointments_of(&HARBOUR, booking);
    assert_eq!(appointments[0]["status"], "cancelled");

    town.nothing_waits(&HARBOUR);
    town.is_settled(&[&HARBOUR, &SWAN]);
    for place in [&HARBOUR, &SWAN] {
        let state = town.state(place);
        let gap = state["polls"]["widest_gap_ms"].as_i64().unwrap();
        assert!(gap < 10_000, "{gap} ms between two polls");
        assert_eq!(state["health"]["healthy"], true, "{}", state["health"]);
        assert_eq!(state["late_rejects"], json!([]));
    }
    assert_eq!(daemon.running.lines_with(&["ERROR"]), 0);
}
