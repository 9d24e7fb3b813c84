//! What reception does to bookings that stand reaches Healthengine, asked and unasked.

use serde_json::{Value, json};

use super::child::SOON;
use super::town::{FAST, Place, SWAN, Town};

/// How often something is in a booking's history.
fn times(town: &Town, booking: i64, what: &str) -> usize {
    let entry = town.entry(&SWAN, booking);
    let history = entry["history"].as_array().unwrap();
    history.iter().filter(|line| line["what"] == what).count()
}

fn heard(town: &Town, booking: i64, what: &str, so_often: usize) {
    town.when(&SWAN, what, SOON, |_| {
        (times(town, booking, what) == so_often).then_some(())
    });
}

/// Reception runs `diary cancel` or `diary no-show` on a booking's appointment.
fn reception(town: &Town, place: &Place, command: &str, booking: i64) {
    let entry = town.entry(place, booking);
    let id = entry["pms_appointment_ids"][0].as_str().unwrap();
    let database = format!("{}.db", place.diary);
    town.diary(&[command, "--database", &database, "--appointment", id]);
}

fn ask(town: &Town, booking: i64) {
    town.post(
        &format!("practices/{}/requests", SWAN.id),
        &json!({ "kind": "pmsAppointmentChanges", "booking": booking }),
    );
}

/// Confirmed bookings, one for each day from the second on.
fn bookings(town: &Town, days: std::ops::Range<u64>) -> Vec<i64> {
    let book = |ahead| {
        let date = town.date(&SWAN, ahead);
        let offer = &town.offers(&SWAN, "cleo", "first-visit", date)[0];
        let patient = u32::try_from(ahead).unwrap();
        let booking = town.book(&SWAN, offer, patient, false);
        assert_eq!(town.answered(&SWAN, booking, SOON), "confirmed");
        booking
    };
    days.map(book).collect()
}

#[test]
fn what_reception_cancels_and_who_did_not_attend_is_told_once_also_across_restarts() {
    let town = Town::with_two_practices(FAST);
    let daemon = town.run();
    town.published(&SWAN, 1, SOON);
    let made = bookings(&town, 1..5);
    let date = town.date(&SWAN, 1);
    let before = town.offers(&SWAN, "cleo", "first-visit", date).len();
    reception(&town, &SWAN, "cancel", made[0]);
    reception(&town, &SWAN, "no-show", made[1]);
    heard(&town, made[0], "cancelled_by_practice", 1);
    heard(&town, made[1], "did_not_attend", 1);
    assert_eq!(town.entry(&SWAN, made[0])["standing"], "cancelled");
    town.when(&SWAN, "the time is offered again", SOON, |_| {
        (town.offers(&SWAN, "cleo", "first-visit", date).len() > before).then_some(())
    });

    // The ledger's last line is on the disk a second later at the most.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    daemon.running.kill();
    reception(&town, &SWAN, "cancel", made[2]);
    let daemon = town.run();
    heard(&town, made[2], "cancelled_by_practice", 1);
    // The patient's own cancellation comes after it, and is not told back.
    town.cancel(&SWAN, made[3]);
    heard(&town, made[3], "update_confirmed", 1);
    let status = town.condition(&daemon, &SWAN, "healthy");
    assert_eq!(status["items"], json!([]));
    town.nothing_waits(&SWAN);
    for booking in &made[..3] {
        let told = times(&town, *booking, "cancelled_by_practice")
            + times(&town, *booking, "did_not_attend");
        assert_eq!(told, 1, "{}", town.entry(&SWAN, *booking));
    }
    assert_eq!(times(&town, made[3], "cancelled_by_practice"), 0);
    town.is_settled(&[&SWAN]);
}

#[test]
fn a_question_about_an_appointment_gets_each_of_its_answers() {
    // A daemon that does not look by itself, so that it is the question that is answered.
    let slow = FAST.replace(
        "change_scan_interval = \"1s\"",
        "change_scan_interval = \"1h\"",
    );
    let town = Town::with_two_practices(&slow);
    let _daemon = town.run();
    town.published(&SWAN, 1, SOON);
    let made = bookings(&town, 1..4);
    reception(&town, &SWAN, "cancel", made[0]);
    reception(&town, &SWAN, "no-show", made[1]);
    let expected = [
        (made[0], "cancelled_by_practice"),
        (made[1], "did_not_attend"),
        (made[2], "no_change"),
    ];
    for (booking, what) in expected {
        assert_eq!(times(&town, booking, what), 0);
        ask(&town, booking);
        heard(&town, booking, what, 1);
    }
    town.nothing_waits(&SWAN);
    // Asked again, it is told again.
    ask(&town, made[0]);
    heard(&town, made[0], "cancelled_by_practice", 2);
    town.nothing_waits(&SWAN);
    let standing: Vec<Value> = made
        .iter()
        .map(|id| town.entry(&SWAN, *id)["standing"].clone())
        .collect();
    assert_eq!(standing, ["cancelled", "confirmed", "confirmed"]);
}
