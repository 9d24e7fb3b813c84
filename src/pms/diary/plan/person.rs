//! Patients of an import file.

use super::section::Section;
use crate::domain::patient::{Medicare, Patient};
use crate::domain::redacted::Redacted;
use crate::pms::diary::patient::{OWN_IDS, parse_gender};

pub(super) const PATIENT_KEYS: &str = "id, given_name, surname, date_of_birth, phone, email, street, suburb, state, postcode, gender, medicare_number, medicare_reference, medicare_expiry";

pub(super) fn read_patient(section: &mut Section<'_>) -> Option<(String, Patient)> {
    let id = section.required("id");
    if id.as_ref().is_some_and(|id| id.starts_with(OWN_IDS)) {
        section.wrong(
            "id",
            format!("ids that begin with {OWN_IDS:?} are the diary's own"),
            "choose another",
        );
    }
    let mut hidden = |key: &str| section.text(key).map(Redacted::new);
    let mut details = Patient {
        given_name: hidden("given_name"),
        surname: hidden("surname"),
        phone: hidden("phone"),
        email: hidden("email"),
        street: hidden("street"),
        suburb: hidden("suburb"),
        state: hidden("state"),
        postcode: hidden("postcode"),
        ..Patient::default()
    };
    details.date_of_birth = section.date("date_of_birth").map(Redacted::new);
    if let Some(word) = section.text("gender") {
        details.gender = parse_gender(&word).map(Redacted::new);
        if details.gender.is_none() {
            section.wrong(
                "gender",
                "it is no such word",
                "write male, female or other",
            );
        }
    }
    let (reference, expiry) = (
        section.text("medicare_reference"),
        section.text("medicare_expiry"),
    );
    details.medicare = section.text("medicare_number").map(|number| {
        Redacted::new(Medicare {
            number,
            reference,
            expiry,
        })
    });
    Some((id?, details))
}
