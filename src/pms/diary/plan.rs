//! What an import file says: locations, practitioners, resources, types, hours, patients.
//!
//! ```toml
//! slot_minutes = 15                     # for every resource that names no other
//!
//! [[location]]
//! id   = "main"
//! name = "Harbour Dental"
//!
//! [[practitioner]]                      # a person; two resources of one share that person's time
//! id         = "ada"
//! title      = "Dr"
//! first_name = "Ada"
//! last_name  = "Sample"
//!
//! [[resource]]                          # what is booked: a practitioner in a specialty, a room
//! id           = "ada-general"
//! practitioner = "ada"                  # lends title and names
//! specialty    = "General dentistry"    # also: location, name, title, first_name, last_name
//! hours        = { weekdays = ["08:00-12:00", "13:00-17:00"], saturday = ["09:00-12:00"] }
//!
//! [[type]]
//! id        = "check-up"
//! name      = "Check-up and clean"
//! minutes   = 30                        # may be left out: any length
//! resources = ["ada-general"]           # may be left out: every resource (of `location`, if set)
//! minutes_with = { ada-general = 45 }   # a resource that takes another time
//!
//! [[exception]]
//! date  = 2026-12-25                    # with `until = …`: every date up to that one
//! hours = []                            # left out or empty: closed
//! note  = "Christmas Day"               # `resources = […]`: for these only
//!
//! [[patient]]
//! id            = "S-1"
//! given_name    = "Testa"
//! surname       = "Sample-1"
//! date_of_birth = 1980-02-29            # also: phone, email, street, suburb, state, postcode,
//! ```                                   # gender, medicare_number, _reference, _expiry
//!
//! A `location` may be left out of a resource where there is only one. An exception that names
//! resources goes before one for everybody.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;

use crate::domain::civil::TimeRange;
use crate::domain::patient::Patient;

mod exception;
mod offer;
mod person;
mod read;
mod resource;
mod section;

pub use section::parse_range;

/// A checked import file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    pub(super) locations: Vec<PlannedLocation>,
    pub(super) practitioners: Vec<PlannedPractitioner>,
    pub(super) resources: Vec<PlannedResource>,
    pub(super) types: Vec<PlannedType>,
    pub(super) exceptions: BTreeMap<(String, NaiveDate), PlannedException>,
    pub(super) patients: Vec<(String, Patient)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlannedLocation {
    pub(super) id: String,
    pub(super) name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct PlannedPractitioner {
    pub(super) id: String,
    pub(super) title: Option<String>,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlannedResource {
    pub(super) id: String,
    pub(super) location: String,
    pub(super) practitioner: Option<String>,
    pub(super) name: String,
    pub(super) title: Option<String>,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) specialty: Option<String>,
    pub(super) slot_minutes: u16,
    pub(super) week: [Vec<TimeRange>; 7],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlannedType {
    pub(super) id: String,
    pub(super) location: Option<String>,
    pub(super) name: String,
    pub(super) minutes: Option<u16>,
    /// The resources that offer it, with their own length; empty: all.
    pub(super) offers: BTreeMap<String, Option<u16>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlannedException {
    /// Empty: closed.
    pub(super) hours: Vec<TimeRange>,
    pub(super) note: Option<String>,
}

/// Something wrong in an import file. Names a patient by place only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanProblem {
    /// Where, such as `resource "ada"`.
    pub place: String,
    /// Which key.
    pub key: String,
    /// What is wrong.
    pub problem: String,
    /// What to write instead.
    pub remedy: String,
}

impl fmt::Display for PlanProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, `{}`: {}; {}",
            self.place, self.key, self.problem, self.remedy
        )
    }
}

impl Plan {
    /// Reads an import file, and lists every problem it has.
    pub fn parse(text: &str) -> Result<Self, Vec<PlanProblem>> {
        read::parse(text)
    }
}

#[cfg(test)]
mod tests;
