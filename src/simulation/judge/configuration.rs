//! Rule: a configuration snapshot deletes by omission, so it never shrinks to less than half unless
//! an operator accepted that.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Judge;

/// What Healthengine has, as far as the judge has seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    resources: Kept,
    types: Kept,
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
}

impl Seen {
    /// An operator accepts what the next snapshots remove.
    pub(super) fn accepted(&mut self) {
        self.resources.accepted = true;
        self.types.accepted = true;
    }
}

impl Judge {
    pub(super) fn configured(&mut self, at: DateTime<Utc>, kind: Kind, ids: BTreeSet<String>) {
        let prefix = &self.prefix;
        let foreign = ids.iter().any(|id| !id.starts_with(prefix));
        let (kept, what) = match kind {
            Kind::Resources => (&mut self.configuration.resources, "resources"),
            Kind::Types => (&mut self.configuration.types, "appointment types"),
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
        } else if matches!(kind, Kind::Resources) && now == 0 {
            self.find(at, None, "an empty list of resources was sent".to_owned());
        }
    }
}
