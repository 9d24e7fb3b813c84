//! A configuration snapshot deletes by omission: a read that looks shrunken is held back.

/// Why a snapshot is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shrunken {
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

/// Compares what Healthengine took last with what the PMS shows now, by id; both sorted.
pub(super) fn shrunken(before: &[String], now: &[String]) -> Option<Shrunken> {
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
}
