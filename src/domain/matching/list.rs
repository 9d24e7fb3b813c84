//! A whole list of patients in memory, in which candidates are found by keys.
//!
//! Every patient is filed under a score of keys, each made of one or two details. Whoever shares a
//! key with the person looked for is a candidate; those who share the most keys are compared.

use std::collections::HashMap;

use super::birth::Birth;
use super::comparison::Comparison;
use super::person::Person;
use super::verdict::Population;
use super::{Match, decide_among};
use crate::domain::id::PmsPatientId;

/// At most so many candidates are compared with a person.
const MOST_COMPARED: usize = 80;
/// A key that more patients than this share says nothing and is passed over.
const MOST_OF_A_KEY: usize = 400;
/// From so many patients on, the list itself shows whether households are on it.
const ENOUGH_TO_TELL: usize = 500;

/// A practice's patients, indexed for matching.
#[derive(Default)]
pub struct PatientList {
    patients: Vec<(PmsPatientId, Person)>,
    index: HashMap<String, Vec<usize>>,
    households: HashMap<String, usize>,
    in_households: usize,
}

impl PatientList {
    /// Puts a patient on the list.
    pub fn add(&mut self, id: PmsPatientId, person: Person) {
        let place = self.patients.len();
        for key in keys(&person, Side::Filed) {
            self.index.entry(key).or_default().push(place);
        }
        for key in household(&person) {
            let members = self.households.entry(key).or_default();
            *members = members.saturating_add(1);
            if *members > 1 {
                self.in_households = self.in_households.saturating_add(1);
            }
        }
        self.patients.push((id, person));
    }

    /// Whether the list has households on it. A short list does not show it, and a practice has.
    pub fn population(&self) -> Population {
        let few = self.in_households.saturating_mul(200) <= self.patients.len();
        if self.patients.len() >= ENOUGH_TO_TELL && few {
            Population::Alone
        } else {
            Population::Families
        }
    }

    /// Decides whether a person is on the list.
    pub fn decide(&self, person: &Person, population: Population) -> Match {
        let compared = self.candidates(person).into_iter().filter_map(|place| {
            let (id, patient) = self.patients.get(place)?;
            Some((id, Comparison::of(person, patient)))
        });
        decide_among(compared, population)
    }

    /// The places of those who share the most keys.
    fn candidates(&self, person: &Person) -> Vec<usize> {
        let mut votes: HashMap<usize, usize> = HashMap::new();
        for key in keys(person, Side::Sought) {
            let Some(places) = self.index.get(&key) else {
                continue;
            };
            if places.len() <= MOST_OF_A_KEY {
                for place in places {
                    let votes = votes.entry(*place).or_default();
                    *votes = votes.saturating_add(1);
                }
            }
        }
        let mut ranked: Vec<(usize, usize)> = votes.into_iter().collect();
        ranked.sort_unstable_by_key(|(place, votes)| (std::cmp::Reverse(*votes), *place));
        ranked.truncate(MOST_COMPARED);
        ranked.into_iter().map(|(place, _)| place).collect()
    }
}

/// Whether keys are made to file a patient or to look for one, who may have exchanged details.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Filed,
    Sought,
}

fn keys(person: &Person, side: Side) -> Vec<String> {
    let mut keys = Vec::with_capacity(32);
    name_keys(person, side, &mut keys);
    if let Some(birth) = person.birth {
        birth_keys(person, birth, side, &mut keys);
    }
    for phone in &person.phones {
        keys.push(format!("p{}", super::contact::phone_tail(phone)));
    }
    if let Some(email) = &person.email {
        keys.push(format!("e{}@{}", email.local, email.domain));
        keys.push(format!("l{}", email.local));
    }
    if let Some(card) = &person.card {
        keys.push(format!("c{}", card.number));
    }
    address_keys(person, &mut keys);
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn name_keys(person: &Person, side: Side, keys: &mut Vec<String>) {
    let (given, surname) = (person.given.as_ref(), person.surname.as_ref());
    let mut pairs = vec![(given, surname)];
    if side == Side::Sought {
        pairs.push((surname, given));
    }
    for (given, surname) in pairs {
        if let (Some(given), Some(surname)) = (given, surname) {
            let initial = given.initial().unwrap_or(' ');
            for alone in surname.alone() {
                keys.push(format!("n{initial} {alone}"));
            }
            keys.push(format!("s{initial} {}", surname.sound()));
            let start: String = surname.whole().chars().take(3).collect();
            keys.push(format!("g{} {start}", given.whole()));
        }
        if let Some(surname) = surname {
            for alone in surname.alone() {
                keys.push(format!("f{alone}"));
            }
        }
    }
}

fn birth_keys(person: &Person, birth: Birth, side: Side, keys: &mut Vec<String>) {
    let mut births = vec![birth];
    if side == Side::Sought {
        births.push(birth.swapped());
    }
    let names = [person.given.as_ref(), person.surname.as_ref()];
    let initials: Vec<char> = names
        .into_iter()
        .flatten()
        .filter_map(super::name::Name::initial)
        .collect();
    for Birth { year, month, day } in births {
        keys.push(format!("b{year} {month} {day}"));
        for initial in &initials {
            keys.push(format!("y{year} {month} {initial}"));
            keys.push(format!("z{year} {day} {initial}"));
            keys.push(format!("d{month} {day} {initial}"));
        }
    }
}

fn address_keys(person: &Person, keys: &mut Vec<String>) {
    let Some(street) = &person.street else {
        return;
    };
    let start = street.start();
    let house = street.house.as_deref().unwrap_or("");
    keys.push(format!("h{house} {start}"));
    let places = [("a", &person.postcode), ("u", &person.suburb)];
    for (kind, place) in places {
        if let Some(place) = place {
            keys.push(format!("{kind}{place} {start}"));
            if !house.is_empty() {
                keys.push(format!("{kind}{place} {house}"));
            }
        }
    }
}

/// What only people of one household share.
fn household(person: &Person) -> Vec<String> {
    let mut shared = Vec::new();
    for phone in &person.phones {
        shared.push(format!("p{phone}"));
    }
    if let Some(email) = &person.email {
        shared.push(format!("e{}@{}", email.local, email.domain));
    }
    if let Some(card) = &person.card {
        shared.push(format!("c{}", card.number));
    }
    if let (Some(surname), Some(street)) = (&person.surname, &person.street) {
        let house = street.house.as_deref().unwrap_or("");
        let postcode = person.postcode.as_deref().unwrap_or("");
        shared.push(format!(
            "h{} {house} {} {postcode}",
            surname.whole(),
            street.text
        ));
    }
    shared
}
