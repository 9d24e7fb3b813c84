//! Power cuts: whatever the moment, the next start goes on where the last one stood.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::book::Offer;
use super::child::SOON;
use super::town::{FAST, HARBOUR, SWAN, Town};

const KILLS: u32 = 10;

/// Patients who come all the time, sometimes two for one slot, sometimes to cancel.
struct Patients {
    offers: Vec<Offer>,
    random: fastrand::Rng,
    made: Vec<i64>,
    cancelled: usize,
    number: u32,
}

impl Patients {
    fn come(&mut self, town: &Town) {
        self.number += 1;
        let Some(offer) = self.offers.pop() else {
            return;
        };
        self.made
            .push(town.book(&HARBOUR, &offer, self.number, true));
        match self.random.u8(0..4) {
            0 => {
                let rival = self.number + 1_000;
                self.made.push(town.book(&HARBOUR, &offer, rival, true));
            }
            1 => self.cancel_one(town),
            _ => {}
        }
    }

    fn cancel_one(&mut self, town: &Town) {
        let state = town.state(&HARBOUR);
        let confirmed = state["bookings"].as_array().unwrap().iter();
        let confirmed: Vec<i64> = confirmed
            .filter(|entry| entry["standing"] == "confirmed")
            .map(|entry| entry["booking"].as_i64().unwrap())
            .collect();
        if let Some(booking) = self.random.choice(confirmed) {
            town.cancel(&HARBOUR, booking);
            self.cancelled += 1;
        }
    }
}

#[test]
fn killed_at_any_moment_every_booking_is_settled_once() {
    let town = Town::with_two_practices(FAST);
    let daemon = town.run();
    town.published(&HARBOUR, 2, SOON);
    town.published(&SWAN, 1, SOON);
    let mut patients = Patients {
        offers: (2..28)
            .flat_map(|ahead| {
                let date = town.date(&HARBOUR, ahead);
                let mut both = town.offers(&HARBOUR, "alva", "checkup", date);
                both.retain(|offer| offer.start.ends_with(":00:00"));
                both
            })
            .collect(),
        random: fastrand::Rng::with_seed(20),
        made: Vec::new(),
        cancelled: 0,
        number: 0,
    };
    patients.come(&town);
    let mut running = Some(daemon);
    for _ in 0..KILLS {
        // One answer is taken and not heard: a kill may come while it is held back.
        town.post(
            "faults",
            &json!({"path": "/bookings/*/confirmInsert", "hold_ms": 400}),
        );
        let lives = Duration::from_millis(patients.random.u64(20..900));
        let end = Instant::now() + lives;
        while Instant::now() < end {
            patients.come(&town);
            std::thread::sleep(Duration::from_millis(patients.random.u64(5..80)));
        }
        running.take().unwrap().running.kill();
        patients.come(&town);
        running = Some(town.run());
    }
    town.clear_faults();
    patients.come(&town);
    for booking in &patients.made {
        town.answered(&HARBOUR, *booking, SOON);
    }
    town.nothing_waits(&HARBOUR);
    town.is_settled(&[&HARBOUR, &SWAN]);
    assert!(patients.made.len() > 30, "{} bookings", patients.made.len());
    assert!(patients.cancelled > 0);
    let daemon = running.unwrap();
    town.condition(&daemon, &HARBOUR, "healthy");
}

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
