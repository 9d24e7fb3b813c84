//! What somebody probably meant by a misspelt word.

/// The known word nearest to a misspelt one, if one is near: at most half of it is wrong.
pub(super) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .iter()
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), *candidate))
        .min()
        .filter(|(wrong, candidate)| wrong.saturating_mul(2) <= candidate.chars().count())
        .map(|(_, candidate)| candidate)
}

/// How many letters must be added, dropped or changed to get from one word to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, letter) in from.chars().enumerate() {
        let mut next = vec![i.saturating_add(1)];
        let mut left = i.saturating_add(1);
        for (pair, &target) in row.windows(2).zip(&to) {
            let &[diagonal, above] = pair else { continue };
            let changed = diagonal.saturating_add(usize::from(letter != target));
            left = changed
                .min(above.saturating_add(1))
                .min(left.saturating_add(1));
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_what_was_meant_and_a_different_word_finds_nothing() {
        let known = ["poll_interval", "change_scan_interval", "listen"];
        assert_eq!(nearest("pol_intervall", &known), Some("poll_interval"));
        assert_eq!(nearest("LISTEN", &known), Some("listen"));
        assert_eq!(nearest("webhooks", &known), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
