//! Which names are common: that two people share one of these says little.

use std::collections::HashMap;
use std::sync::LazyLock;

/// How common a name is in Australia.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Frequency {
    /// About one person in a hundred.
    VeryCommon,
    /// About one in five hundred.
    Common,
    /// Rarer, or in no list of ours.
    Rare,
}

const GIVEN: &str = include_str!("frequency/given.txt");
const SURNAMES: &str = include_str!("frequency/surname.txt");

static OF_GIVEN: LazyLock<HashMap<&'static str, Frequency>> = LazyLock::new(|| read(GIVEN));
static OF_SURNAME: LazyLock<HashMap<&'static str, Frequency>> = LazyLock::new(|| read(SURNAMES));

/// Reads a list: the very common names, a line with a per cent sign, the common ones.
fn read(list: &'static str) -> HashMap<&'static str, Frequency> {
    let mut names = HashMap::new();
    let (most, more) = list.split_once('%').unwrap_or((list, ""));
    for (part, frequency) in [(most, Frequency::VeryCommon), (more, Frequency::Common)] {
        for name in part.split_whitespace() {
            names.entry(name).or_insert(frequency);
        }
    }
    names
}

/// The given names of the list.
pub(super) fn given_names() -> impl Iterator<Item = &'static str> {
    GIVEN.split_whitespace()
}

/// How common a folded given name is.
pub(super) fn of_given(name: &str) -> Frequency {
    OF_GIVEN.get(name).copied().unwrap_or(Frequency::Rare)
}

/// How common a folded surname is.
pub(super) fn of_surname(name: &str) -> Frequency {
    OF_SURNAME.get(name).copied().unwrap_or(Frequency::Rare)
}
