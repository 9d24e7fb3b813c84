//! What reception and patients do meanwhile: each side sees the other's bookings.

use super::child::SOON;
use super::town::{FAST, HARBOUR, SWAN, Town};

#[test]
fn what_reception_books_cancels_and_closes_changes_the_published_times() {
    let town = Town::with_two_practices(FAST);
    let _daemon = town.run();
    town.published(&HARBOUR, 2, SOON);
    let date = town.date(&HARBOUR, 5);
    let offers = town.offers(&HARBOUR, "bert", "checkup", date);
    let (taken, other) = (&offers[2], &offers[20]);
    let booked = town.diary(&[
        "book",
        "--database",
        "harbour.db",
        "--resource",
        "bert",
        "--start",
        taken.minute(),
        "--type",
        "checkup",
        "--given-name",
        "Walk",
        "--surname",
        "In-1",
        "--json",
    ]);
    let booked: serde_json::Value = serde_json::from_str(&booked).unwrap();
    town.is_offered(&HARBOUR, taken, false, SOON);
    town.is_offered(&HARBOUR, other, true, SOON);

    let number = booked["id"].as_str().unwrap();
    town.diary(&[
        "cancel",
        "--database",
        "harbour.db",
        "--appointment",
        number,
    ]);
    town.is_offered(&HARBOUR, taken, true, SOON);

    let day = date.to_string();
    let closed = [
        "hours",
        "--database",
        "harbour.db",
        "--resource",
        "bert",
        "--date",
        &day,
    ];
    town.diary(&closed);
    town.is_offered(&HARBOUR, other, false, SOON);
}

#[test]
fn a_patient_who_is_too_late_for_receptions_own_booking_is_rejected_in_time() {
    let town = Town::with_two_practices(FAST);
    let _daemon = town.run();
    town.published(&SWAN, 1, SOON);
    let date = town.date(&SWAN, 2);
    let offer = &town.offers(&SWAN, "cleo", "first-visit", date)[1];
    town.diary(&[
        "book",
        "--database",
        "swan.db",
        "--resource",
        "cleo",
        "--start",
        offer.minute(),
        "--given-name",
        "Walk",
        "--surname",
        "In-2",
    ]);
    let booking = town.book(&SWAN, offer, 4, true);
    assert_eq!(town.answered(&SWAN, booking, SOON), "rejected");
    town.is_settled(&[&SWAN]);
}

#[test]
fn a_patient_who_comes_back_keeps_one_record() {
    let town = Town::with_two_practices(FAST);
    let _daemon = town.run();
    town.published(&SWAN, 1, SOON);
    for ahead in [3, 4] {
        let date = town.date(&SWAN, ahead);
        let offer = &town.offers(&SWAN, "cleo", "first-visit", date)[0];
        let booking = town.book(&SWAN, offer, 5, false);
        assert_eq!(town.answered(&SWAN, booking, SOON), "confirmed");
    }
    let patients = town.diary(&["patients", "--database", "swan.db", "--json"]);
    let patients: serde_json::Value = serde_json::from_str(&patients).unwrap();
    assert_eq!(patients.as_array().unwrap().len(), 1, "{patients}");
    assert_eq!(patients[0]["appointments"], 2);
    town.is_settled(&[&SWAN]);
}
