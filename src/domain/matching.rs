//! Is the patient who books one that the practice already has?
//!
//! A false merge shows one person's record to another: a clinical incident. A duplicate is a
//! tidy-up. So whatever is not clear is a new patient, and doubtful ones are shown to a person.
//!
//! # How it is decided
//! 1. Each record is prepared once ([`Person`]): case, accents, punctuation, abbreviations, country
//!    codes and the like are put aside.
//! 2. Each field of both is compared and comes out at a level: exact, said otherwise, a slip apart,
//!    something in common, different, or missing on one side.
//! 3. The levels' weights are added ([`Score`]): log2 of how much likelier a level is for one person
//!    than for two. Common names weigh less than rare ones.
//! 4. Rules that no score overrides part twins, a father and a son of one name, and those who share a
//!    phone, an e-mail address or a Medicare card ([`Population::Families`]).
//! 5. Two thresholds make it same, doubtful or new; the best must lead the next clearly.
//!
//! Which fields agreed is kept with the decision, and no value of any.

use std::fmt;

use super::id::PmsPatientId;
use super::patient::{Patient, PatientRecord};

mod address;
mod birth;
mod comparison;
mod contact;
mod frequency;
mod level;
mod list;
mod name;
mod nickname;
mod person;
mod score;
mod verdict;
mod weight;

use comparison::Comparison;
pub use list::PatientList;
pub use name::normalised;
pub use person::{Person, Written};
pub use score::{Field, Score};
pub use verdict::Population;
use verdict::Standing;

/// What was decided about an incoming patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// The practice has this patient.
    Same(Likeness),
    /// Nobody at the practice resembles the patient.
    New,
    /// Somebody does, but not surely: make a new patient, and let a person look at these, the most
    /// alike first.
    Doubtful(Vec<Likeness>),
}

/// How like the incoming patient one of the practice's is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeness {
    /// The practice's patient.
    pub id: PmsPatientId,
    /// What the comparison came to.
    pub score: Score,
    /// The details that agree: their kinds, never what they say.
    pub agreed: Vec<Field>,
}

impl fmt::Display for Likeness {
    /// The id, and the kinds of detail that agree.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let agreed: Vec<&str> = self.agreed.iter().map(|field| field.name()).collect();
        write!(f, "{} ({} agree)", self.id, agreed.join(", "))
    }
}

/// So many alike patients a person is asked to look at.
const MOST_SHOWN: usize = 5;

/// Decides whether one of the candidates is the incoming patient: the one place of the rule.
///
/// The order of the candidates does not matter. A practice has families, so twins and the like are
/// never merged.
pub fn decide(incoming: &Patient, candidates: &[PatientRecord]) -> Match {
    let incoming = Person::of(incoming);
    let compared = candidates.iter().map(|candidate| {
        let person = Person::of(&candidate.details);
        (&candidate.id, Comparison::of(&incoming, &person))
    });
    decide_among(compared, Population::Families)
}

fn decide_among<'a>(
    compared: impl Iterator<Item = (&'a PmsPatientId, Comparison)>,
    population: Population,
) -> Match {
    let lead = population.thresholds().lead;
    let mut alike: Vec<(Standing, &PmsPatientId, Comparison)> = compared
        .map(|(id, pair)| (verdict::judge(&pair, population), id, pair))
        .filter(|(standing, ..)| *standing != Standing::Other)
        .collect();
    alike.sort_by(|(one, one_id, a), (other, other_id, b)| {
        (other, b.score, one_id).cmp(&(one, a.score, other_id))
    });
    let Some((standing, id, best)) = alike.first() else {
        return Match::New;
    };
    let clear = alike.iter().skip(1).all(|(next, other, pair)| {
        *next != Standing::Same || other == id || best.score.above(pair.score) >= lead
    });
    if *standing == Standing::Same && clear {
        return Match::Same(likeness(id, best));
    }
    Match::Doubtful(
        alike
            .iter()
            .take(MOST_SHOWN)
            .map(|(_, id, pair)| likeness(id, pair))
            .collect(),
    )
}

fn likeness(id: &PmsPatientId, pair: &Comparison) -> Likeness {
    Likeness {
        id: id.clone(),
        score: pair.score,
        agreed: pair.agreed(),
    }
}

#[cfg(test)]
mod tests;
