//! Where fuzzing comes in: whatever may stand in a row of the ledger.

use super::word::{
    StateColumns, instant, list, local, parse_instant, parse_list, parse_local, parse_update,
    update_word,
};

/// Reads the columns of a booking's state, and one text as each of the other kinds of column.
///
/// # Panics
///
/// When what was read is not read the same once it is written again.
pub fn row(columns: [Option<String>; 9]) {
    let [
        state,
        since,
        appointments,
        patient,
        how,
        reason,
        reason_words,
        stuck,
        stuck_words,
    ] = columns;
    let word = state.unwrap_or_default();
    if let Some(update) = parse_update(&word, reason_words.clone()) {
        let (word, words) = update_word(&update);
        assert_eq!(parse_update(word, words.map(str::to_owned)), Some(update));
    }
    for text in [&since, &appointments].into_iter().flatten() {
        column(text);
    }
    let read = StateColumns {
        state: word,
        since,
        appointments,
        patient,
        how,
        reason,
        reason_words,
        stuck,
        stuck_words,
    }
    .parse();
    if let Ok(state) = read {
        assert_eq!(StateColumns::of(&state).parse(), Ok(state));
    }
}

fn column(text: &str) {
    if let Some(at) = parse_instant(text) {
        assert_eq!(parse_instant(&instant(at)), Some(at));
    }
    if let Some(at) = parse_local(text) {
        assert_eq!(parse_local(&local(at)), Some(at));
    }
    if let Some(texts) = parse_list(text) {
        let again = list(texts.iter().map(String::as_str));
        assert_eq!(parse_list(&again), Some(texts));
    }
}

#[cfg(test)]
mod tests {
    use proptest::option;
    use proptest::prelude::*;

    use super::*;

    const STATES: &str =
        "received|inserting|inserted|confirmed|rejecting|rejected|needs a person|done|refused";

    fn column() -> impl Strategy<Value = Option<String>> {
        let text = prop_oneof![
            "\\PC{0,12}",
            "[+-]?[0-9]{1,6}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,10})?Z?",
            "\\[(\"\\PC{0,4}\",?){0,3}\\]",
            "booked|found by key|slot taken|refused|unreadable|cannot look|answer refused",
        ];
        option::of(text)
    }

    fn any_row() -> impl Strategy<Value = [Option<String>; 9]> {
        let columns = proptest::array::uniform9(column());
        (STATES, columns).prop_map(|(state, mut columns)| {
            columns[0] = Some(state);
            columns
        })
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_row_is_read_the_same_once_it_is_written_again(columns in any_row()) {
            row(columns);
        }
    }

    #[test]
    fn the_seeds_of_fuzzing_are_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/seeds/row");
        for entry in std::fs::read_dir(folder).unwrap() {
            let seed = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let mut lines = seed.split('\n').map(str::to_owned);
            row([(); 9].map(|()| lines.next().filter(|line| !line.is_empty())));
        }
    }
}
