//! Is the patient who books one that the practice already has?
//!
//! A false merge shows one person's record to another: a clinical incident. A duplicate is a
//! tidy-up. So whatever is not clear is a new patient, and doubtful ones are shown to a person.

use unicode_normalization::UnicodeNormalization;

use super::id::PmsPatientId;
use super::patient::{Patient, PatientRecord};
use super::redacted::Redacted;

/// What was decided about an incoming patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// The practice has this patient.
    Same(PmsPatientId),
    /// Nobody at the practice resembles the patient.
    New,
    /// Somebody does, but not surely: make a new patient, and let a person look at these.
    Doubtful(Vec<PmsPatientId>),
}

/// Decides whether one of the candidates is the incoming patient: the one place of the rule.
///
/// Given name and surname are compared after [`normalised`], the date of birth exactly. Two
/// candidates that both agree are doubtful: nobody can tell them apart.
pub fn decide(incoming: &Patient, candidates: &[PatientRecord]) -> Match {
    let same: Vec<&PatientRecord> = candidates
        .iter()
        .filter(|candidate| agrees(incoming, &candidate.details))
        .collect();
    match same.as_slice() {
        [] => Match::New,
        [one] => Match::Same(one.id.clone()),
        several => Match::Doubtful(several.iter().map(|record| record.id.clone()).collect()),
    }
}

fn agrees(one: &Patient, other: &Patient) -> bool {
    let same_name = |a: &Option<Redacted<String>>, b: &Option<Redacted<String>>| match (a, b) {
        (Some(a), Some(b)) => {
            let a = normalised(a.reveal());
            !a.is_empty() && a == normalised(b.reveal())
        }
        (Some(_) | None, _) => false,
    };
    let same_birth = match (&one.date_of_birth, &other.date_of_birth) {
        (Some(a), Some(b)) => a == b,
        (Some(_) | None, _) => false,
    };
    same_birth
        && same_name(&one.given_name, &other.given_name)
        && same_name(&one.surname, &other.surname)
}

/// A name as it is compared: lower case, without accents, white space and punctuation.
pub fn normalised(name: &str) -> String {
    name.nfkd()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
