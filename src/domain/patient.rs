//! A patient's details, as Healthengine sends them and as a PMS keeps them.

use chrono::NaiveDate;

use super::id::PmsPatientId;
use super::redacted::Redacted;

/// What is known of a patient. A missing field is `None`, never an empty text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patient {
    /// Given name, as written.
    pub given_name: Option<Redacted<String>>,
    /// Surname, as written.
    pub surname: Option<Redacted<String>>,
    /// Date of birth.
    pub date_of_birth: Option<Redacted<NaiveDate>>,
    /// Phone number, as written.
    pub phone: Option<Redacted<String>>,
    /// E-mail address, as written.
    pub email: Option<Redacted<String>>,
    /// Street address, as written.
    pub street: Option<Redacted<String>>,
    /// Suburb, as written.
    pub suburb: Option<Redacted<String>>,
    /// State or territory, as written.
    pub state: Option<Redacted<String>>,
    /// Postcode, as written.
    pub postcode: Option<Redacted<String>>,
    /// Gender, where it was stated.
    pub gender: Option<Redacted<Gender>>,
    /// Medicare details, where they were given: for comparison and for the PMS only.
    pub medicare: Option<Redacted<Medicare>>,
}

/// Gender as Healthengine's form states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gender {
    /// Stated as male.
    Male,
    /// Stated as female.
    Female,
    /// Stated as other.
    Other,
}

/// A Medicare card's details.
#[derive(Clone, PartialEq, Eq)]
pub struct Medicare {
    /// The card's number, digits only.
    pub number: String,
    /// The individual reference number on the card.
    pub reference: Option<String>,
    /// The card's expiry, `MM/YYYY`.
    pub expiry: Option<String>,
}

/// A patient of the practice, as the PMS keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientRecord {
    /// The PMS's id of the patient.
    pub id: PmsPatientId,
    /// What the PMS knows of the patient.
    pub details: Patient,
}
