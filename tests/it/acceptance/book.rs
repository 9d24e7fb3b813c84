//! Healthengine's book and the diary's, and whether they agree: read over HTTP and from
//! `diary show --json`, by code that shares nothing with the engine.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};
use serde_json::{Value, json};

use super::child::{SOON, until};
use super::town::{Place, Town};

/// A time that patients see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) resource: String,
    pub(crate) start: String,
    pub(crate) of: String,
}

impl Offer {
    /// As the diary's commands take it: to the minute.
    pub(crate) fn minute(&self) -> &str {
        self.start.strip_suffix(":00").unwrap()
    }
}

/// First names that no two patients of a test are confused by.
const GIVEN: [&str; 8] = [
    "Testa", "Probus", "Mocka", "Dummia", "Fictus", "Exempla", "Stubbe", "Phantom",
];

impl Town {
    /// Everything the sandbox knows of a practice.
    pub(crate) fn state(&self, place: &Place) -> Value {
        self.ask(&format!("practices/{}", place.id))
    }

    /// Waits until the state shows something.
    pub(crate) fn when<T>(
        &self,
        place: &Place,
        what: &str,
        within: Duration,
        look: impl Fn(&Value) -> Option<T>,
    ) -> T {
        until(&format!("{}: {what}", place.name), within, || {
            look(&self.state(place))
        })
    }

    /// Waits until every resource of a practice has thirty days of availability.
    pub(crate) fn published(&self, place: &Place, resources: usize, within: Duration) -> Value {
        self.when(
            place,
            "contract, resources, types and 30 days",
            within,
            |state| {
                let days = state["availability"].as_object()?;
                let complete = !state["liveness_contract"].is_null()
                    && state["resources"].as_array()?.len() == resources
                    && !state["appointment_types"].as_array()?.is_empty()
                    && days.len() == resources
                    && days
                        .values()
                        .all(|days| days.as_object().is_some_and(|days| days.len() == 30));
                complete.then(|| state.clone())
            },
        )
    }

    /// A date of the horizon of a practice, so many days from its first.
    pub(crate) fn date(&self, place: &Place, ahead: u64) -> NaiveDate {
        let state = self.state(place);
        let days = state["availability"].as_object().unwrap();
        let first = days.values().next().unwrap().as_object().unwrap();
        let first: NaiveDate = first.keys().min().unwrap().parse().unwrap();
        first.checked_add_days(Days::new(ahead)).unwrap()
    }

    /// The times of a day that patients see for a resource and a type.
    pub(crate) fn offers(
        &self,
        place: &Place,
        resource: &str,
        of: &str,
        date: NaiveDate,
    ) -> Vec<Offer> {
        let path = format!(
            "practices/{}/offered?date={date}&resource={resource}&type={of}",
            place.id
        );
        let offered = self.ask(&path);
        let offered = offered.as_array().unwrap().iter();
        offered
            .map(|one| Offer {
                resource: resource.to_owned(),
                start: one["start"].as_str().unwrap().to_owned(),
                of: of.to_owned(),
            })
            .collect()
    }

    /// Waits until patients do, or do not, see this time.
    pub(crate) fn is_offered(&self, place: &Place, offer: &Offer, wanted: bool, within: Duration) {
        let (date, _) = offer.start.split_once(' ').unwrap();
        let date = date.parse().unwrap();
        let what = format!("{offer:?} is offered: {wanted}");
        until(&what, within, || {
            let offered = self.offers(place, &offer.resource, &offer.of, date);
            (offered.contains(offer) == wanted).then_some(())
        });
    }

    /// A patient books a time; forced when it need not be offered any more.
    pub(crate) fn book(&self, place: &Place, offer: &Offer, patient: u32, force: bool) -> i64 {
        let made = self.post(
            &format!("practices/{}/bookings", place.id),
            &json!({
                "resource": offer.resource, "start": offer.start, "type": offer.of,
                "patient": {
                    "firstname": GIVEN.iter().cycle().nth(usize::try_from(patient).unwrap() - 1),
                    "lastname": format!("Sample-{patient}"),
                    "dob": format!("04-{:02}-{}", patient % 12 + 1, 1980 + patient % 37),
                    "phone": format!("0491 570 {:03}", 155 + patient),
                },
                "force": force,
            }),
        );
        made["booking"].as_i64().unwrap()
    }

    /// A patient cancels.
    pub(crate) fn cancel(&self, place: &Place, booking: i64) {
        let path = format!("practices/{}/bookings/{booking}/cancel", place.id);
        self.post(&path, &json!({}));
    }

    /// A booking as Healthengine's book has it.
    pub(crate) fn entry(&self, place: &Place, booking: i64) -> Value {
        let state = self.state(place);
        let bookings = state["bookings"].as_array().unwrap();
        let found = bookings.iter().find(|entry| entry["booking"] == booking);
        found.unwrap().clone()
    }

    /// Waits until a booking has its answer, and returns how it stands.
    pub(crate) fn answered(&self, place: &Place, booking: i64, within: Duration) -> String {
        until(&format!("booking {booking} is answered"), within, || {
            let entry = self.entry(place, booking);
            let standing = entry["standing"].as_str().unwrap().to_owned();
            (entry["pending"] == false).then_some(standing)
        })
    }

    /// Waits until nothing waits for the connector.
    pub(crate) fn nothing_waits(&self, place: &Place) {
        self.when(place, "nothing waits", SOON, |state| {
            (state["waiting"] == json!([])).then_some(())
        });
    }

    /// Everything in a practice's diary.
    pub(crate) fn appointments(&self, place: &Place) -> Vec<Value> {
        let database = format!("{}.db", place.diary);
        let text = self.diary(&[
            "show",
            "--database",
            &database,
            "--from",
            "2020-01-01",
            "--to",
            "2099-12-31",
            "--json",
        ]);
        serde_json::from_str(&text).unwrap()
    }

    /// The appointments of a booking, cancelled ones too.
    pub(crate) fn appointments_of(&self, place: &Place, booking: i64) -> Vec<Value> {
        let key = key(place.id, booking);
        let mut found = self.appointments(place);
        found.retain(|one| one["key"] == *key);
        found
    }

    /// Every booking of these practices is settled once, and its diary agrees.
    pub(crate) fn is_settled(&self, places: &[&Place]) {
        let wrong = self.audit(places).wrong;
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    }

    /// Compares Healthengine's book with the diaries.
    pub(crate) fn audit(&self, places: &[&Place]) -> Audit {
        let mut audit = Audit::default();
        let wrong = &mut audit.wrong;
        let mut known = Vec::new();
        let mut standing: BTreeMap<(&str, String), Vec<(NaiveDateTime, NaiveDateTime)>> =
            BTreeMap::new();
        for place in places {
            let appointments = self.appointments(place);
            let state = self.state(place);
            for entry in state["bookings"].as_array().unwrap() {
                let key = key(place.id, entry["booking"].as_i64().unwrap());
                let of_it = appointments.iter().filter(|one| one["key"] == *key);
                let of_it: Vec<&Value> = of_it.collect();
                audit.lost += usize::from(is_lost(entry, &of_it));
                audit.doubled += of_it.len().saturating_sub(1);
                wrong.extend(disagreement(entry, &of_it));
                known.push(key);
            }
        }
        let mut diaries: Vec<&&Place> = places.iter().collect();
        diaries.dedup_by_key(|place| place.diary);
        for place in diaries {
            for one in self.appointments(place) {
                if let Some(key) = one["key"].as_str()
                    && !known.iter().any(|known| known == key)
                {
                    wrong.push(format!("nobody booked {key}"));
                }
                if one["status"] != "cancelled" {
                    let resource = one["resource"].as_str().unwrap().to_owned();
                    let taken = (minute(&one["start"]), minute(&one["end"]));
                    let times = standing.entry((place.diary, resource)).or_default();
                    times.push(taken);
                }
            }
        }
        for (whose, mut times) in standing {
            times.sort_unstable();
            let doubled = times.windows(2).filter(|pair| pair[1].0 < pair[0].1);
            let doubled = doubled.map(|pair| format!("{whose:?} is booked twice: {pair:?}"));
            let before = wrong.len();
            wrong.extend(doubled);
            audit.doubled += wrong.len() - before;
        }
        audit
    }
}

/// In what Healthengine's book and the diaries disagree.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    /// Bookings without an answer, and confirmed ones without an appointment.
    pub(crate) lost: usize,
    /// Appointments too many.
    pub(crate) doubled: usize,
    /// Every disagreement in words.
    pub(crate) wrong: Vec<String>,
}

fn is_lost(entry: &Value, appointments: &[&Value]) -> bool {
    let mut standing = appointments
        .iter()
        .filter(|one| one["status"] != "cancelled");
    let confirmed = entry["standing"] == "confirmed";
    entry["pending"] == true || (confirmed && standing.next().is_none())
}

fn key(practice: &str, booking: i64) -> String {
    format!("HE-{practice}-{booking}")
}

fn minute(text: &Value) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text.as_str().unwrap(), "%Y-%m-%d %H:%M").unwrap()
}

/// In what a booking and its appointments disagree, if in anything.
fn disagreement(entry: &Value, appointments: &[&Value]) -> Option<String> {
    let history = entry["history"].as_array().unwrap();
    let times = |what: &str| history.iter().filter(|line| line["what"] == what).count();
    let answers = times("confirmed") + times("rejected") + times("rejected_late");
    let stands: Vec<&&Value> = appointments
        .iter()
        .filter(|one| one["status"] != "cancelled")
        .collect();
    let start = entry["start"].as_str().unwrap();
    let length = TimeDelta::seconds(entry["length_seconds"].as_i64().unwrap());
    let is_it = |one: &Value| {
        one["resource"] == entry["resource"]
            && start.starts_with(one["start"].as_str().unwrap())
            && minute(&one["end"]) - minute(&one["start"]) == length
            && entry["pms_appointment_ids"] == json!([one["id"]])
            && entry["pms_patient_id"] == one["patient"]
    };
    let agrees = match entry["standing"].as_str().unwrap() {
        "confirmed" => matches!(stands[..], [one] if is_it(one)) && appointments.len() == 1,
        "rejected" | "rejected_late" => stands.is_empty(),
        "cancelled" => {
            stands.is_empty() && times("update_confirmed") + times("cancelled_by_practice") == 1
        }
        _ => false,
    };
    let missed = appointments
        .iter()
        .filter(|one| one["status"] == "did not attend");
    let agrees = agrees && missed.count() == times("did_not_attend");
    if agrees && answers == 1 {
        return None;
    }
    Some(format!("{entry} and {appointments:?}"))
}
