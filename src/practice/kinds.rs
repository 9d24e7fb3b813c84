//! The kinds of request that wait and are not answered: counted and shown, never a failure.
//!
//! # Invariants
//! - A kind's name comes from outside: it is kept short and printable, and a practice remembers no
//!   more than [`MOST_KINDS`] names; what comes beyond them is counted as one.
//! - Each kind is logged once.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::Practice;
use super::status::NotAnswered;
use crate::domain::feature::ExtraFeature;
use crate::healthengine::RequestKind;

/// How many kinds are remembered by name: those of the definition, and some that are new.
const MOST_KINDS: usize = 24;

/// How many characters of a name are kept.
const LONGEST_NAME: usize = 40;

/// The name of all kinds beyond those remembered.
pub(crate) const OTHERS: &str = "other";

/// What is counted of the kinds that are not answered.
#[derive(Debug, Default)]
pub(super) struct Unanswered {
    kinds: BTreeMap<String, Seen>,
}

#[derive(Debug)]
struct Seen {
    kind: Known,
    first: DateTime<Utc>,
    since: DateTime<Utc>,
    polls: u64,
    waits: bool,
}

/// What this version knows of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// Nothing.
    Nothing,
    /// It comes with an extra feature.
    OfFeature(ExtraFeature),
    /// It is of the definition.
    Yes,
}

impl Unanswered {
    /// Counts the kinds of one poll; returns those that were never seen before.
    fn count(&mut self, kinds: &[&RequestKind], now: DateTime<Utc>) -> Vec<(String, Known)> {
        let mut named = BTreeMap::new();
        for kind in kinds {
            named
                .entry(printable(kind.name()))
                .or_insert_with(|| known(kind));
        }
        let mut polled = BTreeSet::new();
        let mut new = Vec::new();
        for (name, kind) in named {
            let fits = self.kinds.contains_key(&name) || self.kinds.len() < MOST_KINDS;
            let (name, kind) = if fits {
                (name, kind)
            } else {
                (OTHERS.to_owned(), Known::Nothing)
            };
            if !polled.insert(name.clone()) {
                continue;
            }
            let seen = self.kinds.entry(name).or_insert_with_key(|name| {
                new.push((name.clone(), kind));
                Seen {
                    kind,
                    first: now,
                    since: now,
                    polls: 0,
                    waits: true,
                }
            });
            if !seen.waits {
                seen.since = now;
            }
            seen.polls = seen.polls.saturating_add(1);
        }
        for (name, seen) in &mut self.kinds {
            seen.waits = polled.contains(name);
        }
        new
    }
}

impl Practice {
    /// Counts the kinds that wait although this practice does not answer them.
    pub(super) fn note_kinds_not_answered(&mut self, kinds: &[RequestKind]) {
        let not_answered: Vec<&RequestKind> =
            kinds.iter().filter(|kind| !self.answers(kind)).collect();
        let now = self.now();
        for (name, kind) in self.unanswered.count(&not_answered, now) {
            match kind {
                Known::Nothing => tracing::warn!(
                    request.kind = name,
                    "Healthengine asks for something that this version does not know"
                ),
                Known::OfFeature(_) | Known::Yes => tracing::warn!(
                    request.kind = name,
                    "Healthengine asks for something that is not enabled for this practice"
                ),
            }
        }
    }

    /// Whether the engine answers this kind of request.
    fn answers(&self, kind: &RequestKind) -> bool {
        match kind {
            RequestKind::Bookings
            | RequestKind::BookingUpdates
            | RequestKind::Availability
            | RequestKind::PmsAppointmentChanges
            | RequestKind::PmsResources
            | RequestKind::PmsAppointmentTypes => true,
            RequestKind::ClientSnapshots => self.wants(ExtraFeature::ClientSnapshots),
            RequestKind::AvailableDocuments | RequestKind::UploadDocuments => {
                self.wants(ExtraFeature::Documents)
            }
            RequestKind::AttachDocuments => self.wants(ExtraFeature::AttachDocuments),
            RequestKind::Other(_) => false,
        }
    }

    /// The kinds that are not answered, for the status.
    pub(super) fn kinds_not_answered(&self) -> Vec<NotAnswered> {
        let status = |(name, seen): (&String, &Seen)| NotAnswered {
            kind: name.clone(),
            sentence: self.kind_sentence(name, seen.kind),
            first_seen: seen.first,
            since: seen.since,
            polls: seen.polls,
            waits: seen.waits,
        };
        self.unanswered.kinds.iter().map(status).collect()
    }

    fn kind_sentence(&self, name: &str, kind: Known) -> String {
        let system = self.ports.pms.describe().system;
        match kind {
            Known::Nothing => format!(
                "Healthengine asks for `{name}`, which this version does not know: it is left \
                 unanswered, and nothing else suffers; a newer version may answer it"
            ),
            Known::OfFeature(feature) if self.profile.features.has(feature) => format!(
                "Healthengine asks for `{name}`, which the practice's system ({system}) cannot \
                 serve: it is left unanswered"
            ),
            Known::OfFeature(feature) => format!(
                "Healthengine asks for `{name}`, which the practice's file does not ask for: it is \
                 left unanswered; to answer it, set {} = true in [features]",
                feature.key()
            ),
            Known::Yes => format!(
                "Healthengine asks for `{name}`, which the practice's system ({system}) cannot \
                 serve: it is left unanswered"
            ),
        }
    }
}

fn known(kind: &RequestKind) -> Known {
    match kind {
        RequestKind::Other(_) => Known::Nothing,
        RequestKind::AvailableDocuments | RequestKind::UploadDocuments => {
            Known::OfFeature(ExtraFeature::Documents)
        }
        RequestKind::AttachDocuments => Known::OfFeature(ExtraFeature::AttachDocuments),
        RequestKind::ClientSnapshots => Known::OfFeature(ExtraFeature::ClientSnapshots),
        RequestKind::Bookings
        | RequestKind::BookingUpdates
        | RequestKind::Availability
        | RequestKind::PmsAppointmentChanges
        | RequestKind::PmsResources
        | RequestKind::PmsAppointmentTypes => Known::Yes,
    }
}

/// A name from outside as it may stand in a log, on a page and in a metric.
fn printable(name: &str) -> String {
    let kept = name.chars().take(LONGEST_NAME);
    let kept = kept.map(|c| {
        let plain = c.is_ascii_alphanumeric() || "-_./:".contains(c);
        if plain { c } else { '?' }
    });
    let kept: String = kept.collect();
    if kept.is_empty() {
        "?".to_owned()
    } else {
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn other(name: &str) -> RequestKind {
        RequestKind::Other(name.to_owned())
    }

    #[test]
    fn a_kind_is_new_once_and_counted_at_every_poll() {
        let mut unanswered = Unanswered::default();
        let kind = other("recalls");
        let new = unanswered.count(&[&kind], at(1));
        assert_eq!(new, [("recalls".to_owned(), Known::Nothing)]);
        assert!(unanswered.count(&[&kind, &kind], at(2)).is_empty());
        assert!(unanswered.count(&[], at(3)).is_empty());
        assert!(!unanswered.kinds["recalls"].waits);
        assert!(unanswered.count(&[&kind], at(4)).is_empty());
        let seen = &unanswered.kinds["recalls"];
        assert_eq!((seen.polls, seen.waits), (3, true));
        assert_eq!((seen.first, seen.since), (at(1), at(4)));
    }

    #[test]
    fn ten_thousand_kinds_of_odd_names_are_a_few_short_printable_ones() {
        let mut unanswered = Unanswered::default();
        let mut kinds: Vec<RequestKind> = (0..10_000)
            .map(|number| other(&format!("{number}\n\u{202e}\"{}", "x".repeat(500))))
            .collect();
        kinds.push(other(""));
        let kinds: Vec<&RequestKind> = kinds.iter().collect();
        for second in 0..3 {
            let new = unanswered.count(&kinds, at(second)).len();
            assert_eq!(new, if second == 0 { MOST_KINDS + 1 } else { 0 });
        }
        assert_eq!(unanswered.kinds[OTHERS].polls, 3);
        for name in unanswered.kinds.keys() {
            assert!((1..=LONGEST_NAME).contains(&name.len()), "{name}");
            assert!(name.chars().all(|c| c.is_ascii_graphic()), "{name}");
        }
    }
}
