//! Power cuts: killed at any moment, the next start goes on where the last one stood.
//!
//! `tests/kill_loop` runs the same loop with any number of kills. What patients do and when the kills
//! come is drawn from a seed; how far the processes are by then is not, so a seed that failed once
//! may need more than one run to fail again.

use std::collections::BTreeMap;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::book::Offer;
use super::child::until;
use super::town::{Daemon, FAST, HARBOUR, HARBOUR_DIARY, Place, SWAN, SWAN_DIARY, Town};

/// How many kills there are, unless the command says otherwise.
const KILLS: u64 = 30;

/// Longer than it takes to settle whatever the last kill left.
const SETTLED_WITHIN: Duration = Duration::from_secs(60);

const BAY: Place = Place {
    name: "bay",
    id: "9003",
    zone: "Australia/Adelaide",
    diary: "bay",
    locations: None,
};

const HILL: Place = Place {
    name: "hill",
    id: "9004",
    zone: "Australia/Brisbane",
    diary: "hill",
    locations: None,
};

/// Every practice, with a resource of it and a type that this resource offers.
const OFFERED: [(Place, &str, &str); 6] = [
    (HARBOUR, "alva", "checkup"),
    (HARBOUR, "bert", "checkup"),
    (SWAN, "cleo", "first-visit"),
    (BAY, "alva", "checkup"),
    (BAY, "bert", "fitting:bert"),
    (HILL, "cleo", "first-visit"),
];

const PLACES: [&Place; 4] = [&HARBOUR, &SWAN, &BAY, &HILL];

/// What becomes of calls: answers that are slow, lost, or never given.
const FAULTS: [(&str, &str, u64); 9] = [
    ("/bookings/*/confirmInsert", "hold_ms", 400),
    ("/bookings/*/confirmInsert", "delay_ms", 300),
    ("/bookings/*/confirmInsert", "drop", 0),
    ("/bookings/*/confirmInsert", "status", 503),
    ("/bookings/*/rejectInsert", "drop", 0),
    ("/bookings/*/rejectInsert", "hold_ms", 300),
    ("/bookings/*/confirmUpdate/*", "drop", 0),
    ("/bookings", "delay_ms", 150),
    ("/requests", "status", 500),
];

/// Patients who come all the time, sometimes two for one slot, sometimes to cancel.
struct Patients {
    random: fastrand::Rng,
    offers: Vec<(Place, Offer)>,
    booked: u32,
    rivals: u32,
    cancelled: u32,
}

impl Patients {
    fn come(&mut self, town: &Town) {
        if self.offers.is_empty() {
            self.offers = every_offer(town);
            self.random.shuffle(&mut self.offers);
        }
        let Some((place, offer)) = self.offers.pop() else {
            // Every time is taken: somebody gives theirs back.
            return self.cancel_one(town);
        };
        self.book(town, &place, &offer);
        match self.random.u8(0..6) {
            0 => {
                self.rivals += 1;
                self.book(town, &place, &offer);
            }
            1 => self.cancel_one(town),
            _ => {}
        }
    }

    fn book(&mut self, town: &Town, place: &Place, offer: &Offer) {
        self.booked += 1;
        town.book(place, offer, self.booked, true);
    }

    /// One who has an answer cancels, or one who still waits for it.
    fn cancel_one(&mut self, town: &Town) {
        let books = town.ask("books");
        let standing = books.as_array().unwrap().iter().filter(|entry| {
            let standing = &entry["standing"];
            standing == "confirmed" || standing == "requested"
        });
        if let Some(entry) = self.random.choice(standing.collect::<Vec<_>>()) {
            let place = PLACES
                .into_iter()
                .find(|place| entry["practice"] == place.id);
            town.cancel(place.unwrap(), entry["booking"].as_i64().unwrap());
            self.cancelled += 1;
        }
    }

    fn moment(&mut self, most: u64) -> Duration {
        Duration::from_millis(self.random.u64(0..most))
    }
}

fn every_offer(town: &Town) -> Vec<(Place, Offer)> {
    let of = |(place, resource, of): (Place, &str, &str)| -> Vec<(Place, Offer)> {
        let first = town.date(&place, 0);
        let dates = (2..28).map(|ahead| first + chrono::Days::new(ahead));
        let offers = dates.flat_map(|date| {
            let mut offers = town.offers(&place, resource, of, date);
            // Times that do not overlap one another.
            offers.retain(|offer| offer.start.ends_with(":00:00"));
            offers
        });
        offers.map(|offer| (place, offer)).collect()
    };
    OFFERED.into_iter().flat_map(of).collect()
}

/// What the ledger had open when its process died, read from a copy.
fn left_open(town: &Town) -> BTreeMap<String, u32> {
    let copy = TempDir::new().unwrap();
    for file in ["ledger.db", "ledger.db-wal"] {
        // There is no log to copy when everything is in the file.
        std::fs::copy(town.path().join(file), copy.path().join(file)).ok();
    }
    let ledger = Connection::open(copy.path().join("ledger.db")).unwrap();
    let sql = "select state, count(*) from booking where settled = 0 group by state";
    let mut statement = ledger.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

/// Lets patients come, faults befall calls, and kills the daemon amid it.
fn a_life(town: &Town, daemon: Daemon, patients: &mut Patients) -> BTreeMap<String, u32> {
    town.clear_faults();
    for _ in 0..patients.random.u8(0..4) {
        let (path, effect, value) = *patients.random.choice(&FAULTS).unwrap();
        let value = if effect == "drop" {
            json!("after")
        } else {
            json!(value)
        };
        town.post("faults", &json!({"path": path, effect: value}));
    }
    for _ in 0..patients.random.u8(0..4) {
        patients.come(town);
        std::thread::sleep(patients.moment(80));
    }
    // Several at once, so that the kill finds some of them on their way.
    for _ in 0..patients.random.u8(2..6) {
        patients.come(town);
    }
    std::thread::sleep(patients.moment(300));
    daemon.running.kill();
    let open = left_open(town);
    if patients.random.bool() {
        patients.come(town);
    }
    open
}

/// A number that the command gives.
fn given(variable: &str) -> Option<u64> {
    let text = std::env::var_os(variable)?;
    let number = text.to_str().and_then(|text| text.parse().ok());
    Some(number.unwrap_or_else(|| panic!("{variable} is not a number: {text:?}")))
}

#[test]
fn killed_at_any_moment_every_booking_is_settled_once() {
    let kills = given("KILL_LOOP_KILLS").unwrap_or(KILLS);
    let seed = given("KILL_LOOP_SEED").unwrap_or(20);
    println!("{kills} kills, seed {seed}: tests/kill_loop {kills} {seed}");
    let town = Town::new(FAST);
    for (place, diary) in
        PLACES
            .into_iter()
            .zip([HARBOUR_DIARY, SWAN_DIARY, HARBOUR_DIARY, SWAN_DIARY])
    {
        town.import(place.diary, diary);
        town.add(place);
    }
    let mut daemon = town.run();
    for (place, resources) in PLACES.into_iter().zip([2, 1, 2, 1]) {
        town.published(place, resources, SETTLED_WITHIN);
    }
    let mut patients = Patients {
        random: fastrand::Rng::with_seed(seed),
        offers: Vec::new(),
        booked: 0,
        rivals: 0,
        cancelled: 0,
    };
    let mut amid: BTreeMap<String, u32> = BTreeMap::new();
    let mut hits = 0;
    for _ in 0..kills {
        let open = a_life(&town, daemon, &mut patients);
        hits += u64::from(!open.is_empty());
        for (state, bookings) in open {
            *amid.entry(state).or_default() += bookings;
        }
        daemon = town.run();
    }
    town.clear_faults();
    patients.come(&town);
    until("every booking is answered", SETTLED_WITHIN, || {
        let books = town.ask("books");
        let mut entries = books.as_array().unwrap().iter();
        entries.all(|entry| entry["pending"] == false).then_some(())
    });
    for place in PLACES {
        town.nothing_waits(place);
    }
    let audit = town.audit(&PLACES);
    println!(
        "{kills} kills, {hits} of them amid bookings ({amid:?}); {} bookings, {} of them for a time \
         that was taken, {} cancellations; {} lost, {} doubled, {} disagreements",
        patients.booked,
        patients.rivals,
        patients.cancelled,
        audit.lost,
        audit.doubled,
        audit.wrong.len(),
    );
    let wrong = audit.wrong.join("\n");
    assert!(wrong.is_empty(), "seed {seed}:\n{wrong}");
    if kills >= KILLS {
        assert!(
            hits * 4 > kills,
            "seed {seed}: only {hits} kills came amid a booking"
        );
        assert!(patients.rivals > 0 && patients.cancelled > 0);
    }
    for place in PLACES {
        let status = town.status(&daemon, place);
        assert_ne!(status["last_poll"], Value::Null, "{status}");
    }
}
