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

/// Somebody who is like nobody else, though some share a phone: matching must never take two of
/// them for one person.
pub fn somebody(n: u32) -> Patient {
    let mut random = fastrand::Rng::with_seed(u64::from(n));
    let letters: String = std::iter::repeat_with(|| random.lowercase())
        .take(8)
        .collect();
    let birthday = NaiveDate::from_yo_opt(random.i32(1940..2015), random.u32(1..=365));
    let text = |text: String| Some(Redacted::new(text));
    Patient {
        given_name: text(format!("Testa{}", letters.get(..4).unwrap_or_default())),
        surname: text(format!("Sample-{letters}{n}")),
        date_of_birth: birthday.map(Redacted::new),
        phone: text(format!("0491 570 {:03}", random.u32(0..100))),
        email: text(format!("{letters}@example.com")),
        street: text(format!("{} Fiction Street", random.u32(1..900))),
        ..Patient::default()
    }
}

/// The n-th patient.
pub fn patient(n: u32) -> Patient {
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
