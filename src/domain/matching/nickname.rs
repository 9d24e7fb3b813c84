//! Short and other forms of given names, as Australians use them.
//!
//! A line of the list is one group: its names stand for each other. A name in two groups, such as
//! "Alex", stands for those of both, which makes no two of them the same.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::frequency;

static GROUPS: LazyLock<HashMap<&'static str, Vec<usize>>> = LazyLock::new(|| {
    let mut groups: HashMap<&'static str, Vec<usize>> = HashMap::new();
    for (number, line) in include_str!("nickname/groups.txt").lines().enumerate() {
        for name in line.split_whitespace() {
            groups.entry(name).or_default().push(number);
        }
    }
    groups
});

static KNOWN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let heads = include_str!("nickname/groups.txt").lines();
    heads
        .flat_map(str::split_whitespace)
        .chain(frequency::given_names())
        .collect()
});

/// Whether two folded names are forms of one.
pub(super) fn same(one: &str, other: &str) -> bool {
    match (GROUPS.get(one), GROUPS.get(other)) {
        (Some(a), Some(b)) => a.iter().any(|group| b.contains(group)),
        (Some(_) | None, _) => false,
    }
}

/// The names that are known to be names, so that no two of them are a slip of each other.
pub(super) struct Known;

impl Known {
    /// Whether a folded word is a given name in its own right.
    pub(super) fn is(name: &str) -> bool {
        KNOWN.contains(name)
    }
}
