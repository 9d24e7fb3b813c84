//! Rule: a configuration snapshot deletes by omission, so it never shrinks to less than half unless
//! an operator accepted that.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Judge;
use crate::domain::id::{PmsAppointmentTypeId, PmsResourceId};

/// What Healthengine has, as far as the judge has seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    resources: Kept,
    types: Kept,
    locations: Kept,
    practitioners: Kept,
    types_of_days: Kept,
}

#[derive(Debug, Default)]
struct Kept {
    ids: BTreeSet<String>,
    accepted: bool,
}

/// Of what a snapshot was sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// Of the resources.
    Resources,
    /// Of the appointment types.
    Types,
    /// Of the locations, with a day.
    Locations,
    /// Of the practitioners, with a day.
    Practitioners,
    /// Of the appointment types, with a day.
    TypesOfDays,
}

impl Seen {
    /// An operator accepts what the next snapshots remove.
    pub(super) fn accepted(&mut self) {
        self.resources.accepted = true;
        self.types.accepted = true;
        self.locations.accepted = true;
        self.practitioners.accepted = true;
        self.types_of_days.accepted = true;
    }
}

impl Judge {
    pub(super) fn resources_sent(&mut self, at: DateTime<Utc>, ids: &[PmsResourceId]) {
        let ids = ids.iter().map(|id| id.as_str().to_owned()).collect();
        self.configured(at, Kind::Resources, ids);
    }

    pub(super) fn types_sent(&mut self, at: DateTime<Utc>, ids: &[PmsAppointmentTypeId]) {
        let ids = ids.iter().map(|id| id.as_str().to_owned()).collect();
        self.configured(at, Kind::Types, ids);
    }

    pub(super) fn configured(&mut self, at: DateTime<Utc>, kind: Kind, ids: BTreeSet<String>) {
        let prefix = &self.prefix;
        let foreign = ids.iter().any(|id| !id.starts_with(prefix));
        let seen = &mut self.configuration;
        let (kept, what, may_be_empty) = match kind {
            Kind::Resources => (&mut seen.resources, "resources", false),
            Kind::Types => (&mut seen.types, "appointment types", true),
            Kind::Locations => (&mut seen.locations, "locations", false),
            Kind::Practitioners => (&mut seen.practitioners, "practitioners", false),
            Kind::TypesOfDays => (&mut seen.types_of_days, "appointment types", true),
        };
        let before = std::mem::replace(&mut kept.ids, ids);
        let left = before.intersection(&kept.ids).count();
        let shrunk = !before.is_empty() && left.saturating_mul(2) < before.len();
        let accepted = std::mem::take(&mut kept.accepted);
        let (lost, now) = (before.len().saturating_sub(left), kept.ids.len());
        if foreign {
            self.find(at, None, format!("{what} of another practice were sent"));
        }
        if shrunk && !accepted {
            let sentence = format!(
                "{lost} of {} {what} were deleted at Healthengine, and nobody had accepted that",
                before.len()
            );
            self.find(at, None, sentence);
        } else if now == 0 && !may_be_empty {
            self.find(at, None, format!("an empty list of {what} was sent"));
        }
    }
}
