//! What a daemon finds that was down for longer than a patient waits.

use serde_json::{Value, json};

use super::book::Offer;
use super::child::SOON;
use super::town::{FAST, SWAN, Town};

#[test]
fn bookings_older_than_20_s_are_looked_for_inserted_or_given_to_a_person() {
    let town = Town::with_two_practices(FAST);
    let daemon = town.run();
    town.published(&SWAN, 1, SOON);
    let date = town.date(&SWAN, 6);
    let offers = town.offers(&SWAN, "cleo", "first-visit", date);
    daemon.running.kill();
    let typed_in = town.book(&SWAN, &offers[0], 1, true);
    let free = town.book(&SWAN, &offers[4], 2, true);
    let taken = town.book(&SWAN, &offers[8], 3, true);
    let bookings = [typed_in, free, taken];
    town.when(&SWAN, "all are presumed confirmed", SOON, |_| {
        let presumed = |id: &i64| town.entry(&SWAN, *id)["standing"] == "presumed";
        bookings.iter().all(presumed).then_some(())
    });
    // Staff read the e-mail and typed one in; another patient has had the third time for weeks.
    let reception = |offer: &Offer, surname: &str, born: &str| -> Value {
        let line = town.diary(&[
            "book",
            "--database",
            "swan.db",
            "--resource",
            "cleo",
            "--type",
            "first-visit",
            "--start",
            offer.minute(),
            "--given-name",
            "Testa",
            "--surname",
            surname,
            "--date-of-birth",
            born,
            "--json",
        ]);
        serde_json::from_str(&line).unwrap()
    };
    let typed = reception(&offers[0], "Sample-1", "1981-02-04");
    reception(&offers[8], "Walk-In", "1970-07-07");

    let daemon = town.run();
    assert_eq!(town.answered(&SWAN, typed_in, SOON), "confirmed");
    assert_eq!(
        town.entry(&SWAN, typed_in)["pms_appointment_ids"],
        json!([typed["id"]])
    );
    assert_eq!(town.answered(&SWAN, free, SOON), "confirmed");
    assert_eq!(town.appointments_of(&SWAN, free).len(), 1);
    assert_eq!(town.answered(&SWAN, taken, SOON), "rejected_late");
    let status = town.condition(&daemon, &SWAN, "waiting-for-person");
    let items = status["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{items:?}");
    let sentence = items[0]["sentence"].as_str().unwrap();
    let call = format!("Call the patient of booking {taken}");
    assert!(sentence.starts_with(&call), "{sentence}");
    let (listed, text) = town.operate(&daemon, &["items", "swan"]);
    let taken = taken.to_string();
    assert!(
        listed && text.contains(&format!("swan call-patient {taken}")),
        "{text}"
    );
    let (done, said) = town.operate(&daemon, &["retry", "swan", &taken]);
    assert!(
        !done && said.contains("does not wait for a person"),
        "{said}"
    );
    let (done, said) = town.operate(&daemon, &["done", "swan", "call-patient", &taken]);
    assert!(done, "{said}");
    town.condition(&daemon, &SWAN, "healthy");
    assert_eq!(town.appointments(&SWAN).len(), 3);
}
