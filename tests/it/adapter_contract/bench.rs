//! What an adapter brings to the contract.

use std::sync::Arc;
use std::time::Duration;

use healthengine_connector::domain::diary::{Booked, Standing, Wanted, WantedPatient};
use healthengine_connector::domain::id::BookingKey;
use healthengine_connector::domain::patient::Patient;
use healthengine_connector::domain::redacted::Redacted;
use healthengine_connector::pms::PmsAdapter;

/// Longer than any healthy call takes.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// A PMS of its own, with an adapter on it.
pub(crate) trait Bench: Send + Sync {
    /// An adapter opened anew on the same PMS.
    fn adapter(&self) -> Arc<dyn PmsAdapter>;

    /// An appointment at a free time; different numbers (0 to 39) never overlap. The patient is a
    /// new one: [`patient`] with the same number.
    fn wanted(&self, n: u32) -> Wanted;

    /// Staff mark what has become of an appointment.
    fn mark(&self, booked: &Booked, standing: Standing);

    /// Makes the PMS stop answering writes until the value is dropped.
    fn stalled(&self) -> Box<dyn Send>;
}

/// The key of a booking.
pub(crate) fn key(n: u32) -> BookingKey {
    BookingKey::parse(&format!("HE-contract-{n}")).unwrap()
}

/// An obviously synthetic patient; different numbers share no detail.
pub(crate) fn patient(n: u32) -> Patient {
    let birth = chrono::NaiveDate::from_yo_opt(1950, n + 1).unwrap();
    Patient {
        given_name: Some(Redacted::new(format!("Testa{n}"))),
        surname: Some(Redacted::new(format!("Sample-{n}"))),
        date_of_birth: Some(Redacted::new(birth)),
        phone: Some(Redacted::new(format!("0491 570 {n:03}"))),
        email: Some(Redacted::new(format!("sample-{n}@example.com"))),
        ..Patient::default()
    }
}

/// The same, to be created with an appointment.
pub(crate) fn new_patient(n: u32) -> WantedPatient {
    WantedPatient::New(Box::new(patient(n)))
}
