//! A patient prepared for comparison, once, however many it is compared with.

use super::address::{self, Street};
use super::birth::Birth;
use super::contact::{self, Email};
use super::name::Name;
use crate::domain::patient::{Gender, Patient};
use crate::domain::redacted::Redacted;

/// A patient prepared for comparison. It has no `Debug`: all that it holds is personal.
pub struct Person {
    pub(super) given: Option<Name>,
    pub(super) surname: Option<Name>,
    pub(super) birth: Option<Birth>,
    pub(super) phones: Vec<String>,
    pub(super) email: Option<Email>,
    pub(super) street: Option<Street>,
    pub(super) suburb: Option<String>,
    pub(super) postcode: Option<String>,
    pub(super) state: Option<String>,
    pub(super) gender: Option<Gender>,
    pub(super) card: Option<Card>,
}

/// A Medicare card: the number is a family's, the reference is one person's.
pub(super) struct Card {
    pub(super) number: String,
    pub(super) reference: Option<String>,
}

/// A patient as a list has it: every field as it was written, empty where it is not known.
#[derive(Clone, Copy, Default)]
pub struct Written<'a> {
    /// Given name.
    pub given_name: &'a str,
    /// Surname.
    pub surname: &'a str,
    /// Date of birth: `YYYY-MM-DD`, `DD/MM/YYYY` or `YYYYMMDD`; need not be a day of the calendar.
    pub date_of_birth: &'a str,
    /// Phone numbers.
    pub phone: &'a str,
    /// E-mail address.
    pub email: &'a str,
    /// Street address.
    pub street: &'a str,
    /// Suburb.
    pub suburb: &'a str,
    /// Postcode.
    pub postcode: &'a str,
    /// State or territory.
    pub state: &'a str,
    /// Medicare number.
    pub medicare_number: &'a str,
}

impl Person {
    /// Prepares a patient of a practice or of a booking.
    pub fn of(patient: &Patient) -> Self {
        let text = |field: &'_ Option<Redacted<String>>| -> String {
            field
                .as_ref()
                .map(|text| text.reveal().clone())
                .unwrap_or_default()
        };
        let medicare = patient.medicare.as_ref().map(Redacted::reveal);
        let written = Self::written(&Written {
            given_name: &text(&patient.given_name),
            surname: &text(&patient.surname),
            date_of_birth: "",
            phone: &text(&patient.phone),
            email: &text(&patient.email),
            street: &text(&patient.street),
            suburb: &text(&patient.suburb),
            postcode: &text(&patient.postcode),
            state: &text(&patient.state),
            medicare_number: medicare.map_or("", |card| &card.number),
        });
        let stated = medicare.and_then(|card| card.reference.clone());
        Self {
            birth: patient
                .date_of_birth
                .as_ref()
                .and_then(|date| Birth::of(*date.reveal())),
            gender: patient.gender.as_ref().map(|gender| *gender.reveal()),
            card: written.card.map(|card| Card {
                reference: stated.or(card.reference),
                number: card.number,
            }),
            ..written
        }
    }

    /// Prepares a patient of a list.
    pub fn written(patient: &Written<'_>) -> Self {
        Self {
            given: Name::given(patient.given_name),
            surname: Name::surname(patient.surname),
            birth: Birth::parse(patient.date_of_birth),
            phones: contact::phones(patient.phone),
            email: Email::parse(patient.email),
            street: Street::parse(patient.street),
            suburb: address::suburb(patient.suburb),
            postcode: address::postcode(patient.postcode),
            state: address::state(patient.state),
            gender: None,
            card: contact::card(patient.medicare_number)
                .map(|(number, reference)| Card { number, reference }),
        }
    }
}
