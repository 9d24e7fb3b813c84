//! A snapshot deletes by omission: a read that looks shrunken is held back for a person.

use super::desk::item;
use super::{Halt, Practice};
use crate::ledger::{ItemKey, ItemKind};

/// One list of a snapshot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Listing<'a> {
    /// What is listed, as people say it.
    pub(super) what: &'static str,
    /// The ids that Healthengine took last, sorted.
    pub(super) before: &'a [String],
    /// The ids that the PMS shows now, sorted.
    pub(super) now: &'a [String],
    /// When the list may be sent although it is empty.
    pub(super) empty: Empty,
}

/// When a list may be sent although it is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Empty {
    /// Never, even where a person accepts what was removed.
    Never,
    /// Where a person accepts it.
    Accepted,
    /// It was empty before, so nothing is lost.
    AsBefore,
}

/// Whether a person has looked at what was removed, and accepts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accepted {
    /// A person does.
    Yes,
    /// Nobody has.
    No,
}

/// What keeps these lists from being sent, in words; `None`: they may go.
pub(super) fn held_back(lists: &[Listing<'_>], accepted: Accepted) -> Option<String> {
    planted!(PartialListSent, { return None });
    lists.iter().find_map(|list| {
        let held = shrunken(list.before, list.now)?;
        let may_go = match (held, list.empty) {
            (Shrunken::Empty, Empty::Never) => false,
            (Shrunken::Empty, Empty::AsBefore) => true,
            (Shrunken::Empty, Empty::Accepted) | (Shrunken::LostMoreThanHalf { .. }, _) => {
                accepted == Accepted::Yes
            }
        };
        (!may_go).then(|| held.words(list.what))
    })
}

/// What an accepted removal is about; the practice's configuration has the empty subject.
pub(super) fn removals_of(subject: &str) -> ItemKey {
    ItemKey {
        kind: ItemKind::AcceptRemovals,
        subject: subject.to_owned(),
    }
}

impl Practice {
    /// Asks a person whether what was removed is right.
    pub(super) async fn ask_about_removals(
        &mut self,
        subject: &str,
        because: String,
    ) -> Result<(), Halt> {
        let name = &self.profile.name;
        let sentence = format!(
            "{because}. If the diary is right, run `healthengine-connector resync {name} \
             --accept-removals`; if not, mend the diary."
        );
        let raise = item(
            &self.profile,
            ItemKind::AcceptRemovals,
            subject.to_owned(),
            self.now(),
            sentence,
        );
        let marks = self.desk.marks.clone();
        let who = (&*self.profile, &self.ports);
        self.desk.note(who, marks, vec![raise], Vec::new()).await
    }
}

/// Ids as the guard compares them.
pub(super) fn sorted<'a>(ids: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut ids: Vec<String> = ids.map(str::to_owned).collect();
    ids.sort_unstable();
    ids
}

/// Why a snapshot is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shrunken {
    /// The read is empty.
    Empty,
    /// More than half of what Healthengine took last is missing.
    LostMoreThanHalf {
        /// How many Healthengine took last.
        before: usize,
        /// How many of them the read still has.
        kept: usize,
    },
}

impl Shrunken {
    fn words(self, what: &str) -> String {
        match self {
            Self::Empty => format!("the diary shows no {what} at all"),
            Self::LostMoreThanHalf { before, kept } => {
                format!("the diary shows only {kept} of {before} {what}")
            }
        }
    }
}

/// Compares what Healthengine took last with what the PMS shows now, by id; both sorted.
fn shrunken(before: &[String], now: &[String]) -> Option<Shrunken> {
    if now.is_empty() {
        return Some(Shrunken::Empty);
    }
    let kept = before
        .iter()
        .filter(|id| now.binary_search(id).is_ok())
        .count();
    let lost = before.len().saturating_sub(kept);
    (lost.saturating_mul(2) > before.len()).then_some(Shrunken::LostMoreThanHalf {
        before: before.len(),
        kept,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn an_empty_read_is_held_back_even_on_first_link() {
        assert_eq!(shrunken(&[], &[]), Some(Shrunken::Empty));
        assert_eq!(shrunken(&ids("a b"), &[]), Some(Shrunken::Empty));
    }

    #[test]
    fn a_read_that_lost_half_passes_and_one_that_lost_more_does_not() {
        assert_eq!(shrunken(&ids("a b c d"), &ids("a b")), None);
        let held = Some(Shrunken::LostMoreThanHalf { before: 4, kept: 1 });
        assert_eq!(shrunken(&ids("a b c d"), &ids("a")), held);
        assert_eq!(shrunken(&ids("a b c d"), &ids("a x y z")), held);
    }

    #[test]
    fn a_first_read_and_a_grown_one_pass() {
        assert_eq!(shrunken(&[], &ids("a")), None);
        assert_eq!(shrunken(&ids("a b"), &ids("a b c")), None);
    }

    #[test]
    fn an_accepted_removal_passes_unless_a_list_that_may_not_be_empty_is() {
        let (before, now) = (ids("a b c"), ids("a"));
        let list = |empty, now| Listing {
            what: "rooms",
            before: &before,
            now,
            empty,
        };
        let shorter = [list(Empty::Never, &now)];
        assert_eq!(held_back(&shorter, Accepted::Yes), None);
        let words = held_back(&shorter, Accepted::No).unwrap();
        assert_eq!(words, "the diary shows only 1 of 3 rooms");
        for (empty, accepted, passes) in [
            (Empty::Never, Accepted::Yes, false),
            (Empty::Accepted, Accepted::Yes, true),
            (Empty::Accepted, Accepted::No, false),
            (Empty::AsBefore, Accepted::No, true),
        ] {
            let held = held_back(&[list(empty, &[])], accepted);
            assert_eq!(held.is_none(), passes, "{empty:?} {accepted:?}");
        }
    }
}
