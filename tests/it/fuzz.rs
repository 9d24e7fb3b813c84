//! The laws that `tests/fuzz/run` looks for a counterexample to, here on the seeds and on what
//! proptest makes of them.

use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

#[path = "../fuzz/law/exchange.rs"]
mod exchange;
#[path = "../fuzz/law/lists.rs"]
mod lists;
#[path = "../fuzz/law/operator.rs"]
mod operator;
#[path = "../fuzz/law/plan.rs"]
mod plan;
#[path = "../fuzz/law/sandbox.rs"]
mod sandbox;
#[path = "../fuzz/law/settings.rs"]
mod settings;

/// The seeds of a law: valid examples, and whatever once broke it.
fn seeds(law: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/seeds")
        .join(law);
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{law} has no seeds");
    paths
        .into_iter()
        .map(|path| fs::read(path).unwrap())
        .collect()
}

/// What may be put into the middle of a seed.
const PIECES: [&str; 24] = [
    "",
    "\n",
    "\"",
    "canary7",
    "= 1",
    "[[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "-",
    "\u{0}",
    "\u{1}",
    "é",
    "9999999999",
    "-1",
    "1e999",
    "null",
    "true",
    "2026-02-30",
    "24:00",
    "\\",
    "/",
];

/// A seed with pieces of it cut out, doubled, or replaced.
fn misshapen(law: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let edit = (
        any::<Index>(),
        0..40_usize,
        select(&PIECES[..]),
        any::<bool>(),
    );
    (select(seeds(law)), vec(edit, 1..4)).prop_map(|(mut seed, edits)| {
        for (place, length, piece, doubled) in edits {
            let from = place.index(seed.len() + 1);
            let to = (from + length).min(seed.len());
            let cut = seed[from..to].to_vec();
            let tail = if doubled {
                [cut.clone(), cut].concat()
            } else {
                piece.into()
            };
            seed.splice(from..to, tail);
        }
        seed
    })
}

/// Holds a law on its seeds, and on misshapen ones.
macro_rules! laws {
    ($($law:ident: $name:ident, $cases:literal;)*) => {$(
        #[test]
        fn $name() {
            for seed in seeds(stringify!($law)) {
                $law::hold(&seed);
            }
            let config = ProptestConfig {
                cases: $cases,
                failure_persistence: None,
                ..ProptestConfig::default()
            };
            proptest!(config, |(input in misshapen(stringify!($law)))| $law::hold(&input));
        }
    )*};
}

laws! {
    plan: a_diarys_import_file_is_read_or_refused_without_a_patients_detail, 60;
    settings: settings_are_read_or_refused_without_a_secret, 100;
    lists: two_lists_of_people_are_matched_line_by_line_or_refused_without_what_they_hold, 200;
    operator: a_request_to_the_operators_server_never_steers_from_elsewhere, 200;
    sandbox: the_sandbox_names_a_broken_rule_without_the_value_and_goes_on, 100;
}
