//! Patients that nobody could take for real ones.

use chrono::NaiveDate;
use healthengine_connector::domain::patient::Patient;
use healthengine_connector::domain::redacted::Redacted;

/// What may stand in no file, log, status or item: each is part of every patient here.
pub(crate) const CANARIES: [&str; 6] = [
    "Testa",
    "Sample-",
    "0491 570",
    "@example",
    "Fiction Street",
    "tooth-ache",
];

/// The reason that every patient gives.
pub(crate) const REASON: &str = "tooth-ache";

/// The n-th patient.
pub(crate) fn patient(n: u32) -> Patient {
    let text = |text: String| Some(Redacted::new(text));
    Patient {
        given_name: text("Testa".to_owned()),
        surname: text(format!("Sample-{n}")),
        date_of_birth: NaiveDate::from_yo_opt(1980, 1 + n).map(Redacted::new),
        phone: text(format!("0491 570 {n:03}")),
        email: text(format!("testa-{n}@example.com")),
        street: text(format!("{n} Fiction Street")),
        ..Patient::default()
    }
}
