//! Patients that nobody could take for real ones.

use crate::domain::patient::Patient;
use crate::domain::redacted::Redacted;
use chrono::NaiveDate;

/// What may stand in no file, log, status or item: each is part of every patient here.
pub const CANARIES: [&str; 6] = [
    "Testa",
    "Sample-",
    "0491 570",
    "@example",
    "Fiction Street",
    "tooth-ache",
];

/// The reason that every patient gives.
pub const REASON: &str = "tooth-ache";

/// The n-th patient.
pub fn patient(n: u32) -> Patient {
    let text = |text: String| Some(Redacted::new(text));
    Patient {
        given_name: text("Testa".to_owned()),
        surname: text(format!("Sample-{n}")),
        date_of_birth: birthday(n).map(Redacted::new),
        phone: text(format!("0491 570 {n:03}")),
        email: text(format!("testa-{n}@example.com")),
        street: text(format!("{n} Fiction Street")),
        ..Patient::default()
    }
}

/// Every person's own, for as long as years have days.
fn birthday(n: u32) -> Option<NaiveDate> {
    let year = i32::try_from(n / 365 % 60).ok()?.checked_add(1980)?;
    NaiveDate::from_yo_opt(year, (n % 365).checked_add(1)?)
}
