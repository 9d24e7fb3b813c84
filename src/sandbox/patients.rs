//! Patients, none of whom could be real: generated from a seed, with names that say so.

use std::fmt;

use chrono::{Days, NaiveDate};
use fastrand::Rng;
use serde::{Deserialize, Serialize};

/// What a patient tells Healthengine.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Patient {
    /// First name.
    pub firstname: String,
    /// Last name.
    pub lastname: String,
    /// Date of birth, `DD-MM-YYYY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dob: Option<String>,
    /// Telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Suburb.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suburb: Option<String>,
    /// State.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Postcode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    /// `Male`, `Female` or `Other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// Medicare number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medicare_number: Option<String>,
    /// The patient's place on the Medicare card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medicare_irn: Option<String>,
    /// When the Medicare card expires, `MM/YYYY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medicare_expiry: Option<String>,
}

impl fmt::Debug for Patient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Patient(…)")
    }
}

impl Patient {
    /// The name that a comparison with a diary goes by.
    pub fn marker(&self) -> String {
        format!("{} {}", self.firstname, self.lastname)
    }

    /// The patient with a name where none was given.
    pub(super) fn named(mut self) -> Self {
        if self.firstname.is_empty() && self.lastname.is_empty() {
            "Testa".clone_into(&mut self.firstname);
            "Sample-0".clone_into(&mut self.lastname);
        }
        self
    }
}

const GIVEN: [&str; 12] = [
    "Testa",
    "Probus",
    "Mocka",
    "Dummia",
    "Fictus",
    "Sandra-Box",
    "Trialla",
    "Exempla",
    "Stubbe",
    "Phantom",
    "Placehold",
    "Specimen",
];
const GENDERS: [&str; 3] = ["Male", "Female", "Other"];

/// A patient who comes back and spells a name differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misspelt {
    /// As they came first.
    pub before: Patient,
    /// As they spell it now; all else is as it was.
    pub now: Patient,
}

/// A town's patients: the same seed gives the same people in the same order.
#[derive(Debug)]
pub struct Patients {
    rng: Rng,
    known: Vec<Patient>,
}

impl Patients {
    /// A town without patients yet.
    pub const fn new(rng: Rng) -> Self {
        Self {
            rng,
            known: Vec::new(),
        }
    }

    /// A patient who has never come before.
    pub fn newcomer(&mut self) -> Patient {
        let number = self.known.len() + 1;
        let given = self.rng.choice(GIVEN).unwrap_or("Testa");
        let born = NaiveDate::from_ymd_opt(1940, 1, 1)
            .and_then(|first| first.checked_add_days(Days::new(self.rng.u64(0..29_000))));
        let patient = Patient {
            firstname: given.to_owned(),
            lastname: format!("Sample-{number}"),
            dob: born.map(|date| date.format("%d-%m-%Y").to_string()),
            // Reserved for fiction, as is the domain; no real Medicare number begins with 0.
            phone: Some(format!("0491570{:03}", self.rng.u16(0..1000))),
            email: Some(format!("sample-{number}@example.com")),
            address: Some(format!("{number} Sample Street")),
            suburb: Some("Testville".to_owned()),
            state: Some("NSW".to_owned()),
            postcode: Some("0000".to_owned()),
            gender: self.rng.choice(GENDERS).map(str::to_owned),
            medicare_number: Some(format!("0{number:09}")),
            medicare_irn: Some("1".to_owned()),
            medicare_expiry: Some("12/2099".to_owned()),
        };
        self.known.push(patient.clone());
        patient
    }

    /// Someone who came before, unchanged; `None` while nobody has.
    pub fn returning(&mut self) -> Option<Patient> {
        let index = self.rng.usize(0..self.known.len().max(1));
        self.known.get(index).cloned()
    }

    /// Someone who came before, with two letters of a first name in the wrong order.
    pub fn returning_misspelt(&mut self) -> Option<Misspelt> {
        let before = self.returning()?;
        let mut now = before.clone();
        now.firstname = self.misspelt(&before.firstname);
        Some(Misspelt { before, now })
    }

    fn misspelt(&mut self, name: &str) -> String {
        let mut letters: Vec<char> = name.chars().collect();
        let differing: Vec<usize> = letters
            .windows(2)
            .enumerate()
            .skip(1)
            .filter(|(_, pair)| pair.first() != pair.last())
            .map(|(index, _)| index)
            .collect();
        match self.rng.choice(differing) {
            Some(at) => letters.swap(at, at + 1),
            None => letters.push('e'),
        }
        letters.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_patients() {
        let town = |seed| {
            let mut patients = Patients::new(Rng::with_seed(seed));
            (0..20).map(|_| patients.newcomer()).collect::<Vec<_>>()
        };
        assert_eq!(town(7), town(7));
        assert_ne!(town(7), town(8));
    }

    #[test]
    fn a_misspelt_name_differs_and_all_else_is_as_it_was() {
        let mut patients = Patients::new(Rng::with_seed(1));
        assert_eq!(patients.returning_misspelt(), None);
        for _ in 0..50 {
            patients.newcomer();
            let Misspelt { before, mut now } = patients.returning_misspelt().unwrap();
            assert_ne!(before.firstname, now.firstname);
            now.firstname.clone_from(&before.firstname);
            assert_eq!(before, now);
        }
    }

    #[test]
    fn no_patient_is_in_a_debug_text() {
        let patient = Patients::new(Rng::with_seed(1)).newcomer();
        assert!(!format!("{patient:?}").contains("Sample"));
    }
}
