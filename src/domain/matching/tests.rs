use super::*;
use crate::domain::patient::{Gender, Medicare};
use crate::domain::redacted::Redacted;

mod finds;
mod laws;
mod lists;
mod parts;

/// A patient in short: given name, surname, birth, phone, e-mail, street, suburb, postcode, state.
fn patient(fields: [&str; 9]) -> Patient {
    let [
        given,
        surname,
        birth,
        phone,
        email,
        street,
        suburb,
        postcode,
        state,
    ] = fields.map(|text| (!text.is_empty()).then(|| Redacted::new(text.to_owned())));
    Patient {
        given_name: given,
        surname,
        date_of_birth: birth.map(|date| Redacted::new(date.reveal().parse().unwrap())),
        phone,
        email,
        street,
        suburb,
        postcode,
        state,
        ..Patient::default()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as the patient has it")]
fn text(text: &str) -> Option<Redacted<String>> {
    Some(Redacted::new(text.to_owned()))
}

#[expect(clippy::unnecessary_wraps, reason = "as the patient has it")]
fn card(number: &str, reference: Option<&str>) -> Option<Redacted<Medicare>> {
    Some(Redacted::new(Medicare {
        number: number.to_owned(),
        reference: reference.map(str::to_owned),
        expiry: None,
    }))
}

fn record(id: &str, details: Patient) -> PatientRecord {
    PatientRecord {
        id: PmsPatientId::parse(id).unwrap(),
        details,
    }
}

/// What is decided when only this one is known.
fn against(incoming: &Patient, known: &Patient) -> &'static str {
    word(&decide(incoming, &[record("known", known.clone())]))
}

fn word(decision: &Match) -> &'static str {
    match decision {
        Match::Same(_) => "same",
        Match::New => "new",
        Match::Doubtful(_) => "doubtful",
    }
}

/// Somebody with every detail, with a common name.
fn known() -> Patient {
    patient([
        "Elizabeth",
        "Smith",
        "1984-03-12",
        "0491 570 156",
        "liz.smith@example.com",
        "Unit 3, 12 Sample Street",
        "Testville",
        "2999",
        "NSW",
    ])
}
