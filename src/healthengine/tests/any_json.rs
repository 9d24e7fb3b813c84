//! Whatever arrives, no parser panics, tells of a person, or reads its own words otherwise.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::healthengine::fuzzing::{answer, retry_after};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "[0-9]{1,4}[-/: T.][0-9]{1,4}[-/: T.][0-9]{1,4}".prop_map(Value::from),
    ];
    let name = prop_oneof![
        proptest::sample::select(
            &[
                "data",
                "page",
                "totalPages",
                "bookingId",
                "requestId",
                "pmsResourceId",
                "pmsAppointmentTime",
                "pmsAppointmentIds",
                "pmsAppointmentLength",
                "patient",
                "dob",
                "medicareNumber",
                "medicareExpiry",
                "day",
                "date",
                "dateType",
                "failed",
                "errors",
                "snapshot",
                "created",
                "id",
                "payload",
                "liveHours",
                "monday",
                "start",
                "end",
                "bookedTime",
                "documentContent",
                "pmsDocumentId",
                "documentSize",
            ][..]
        )
        .prop_map(ToOwned::to_owned),
        "[a-z]{0,4}".prop_map(|name| name),
    ];
    leaf.prop_recursive(4, 48, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(name.clone(), inner, 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_makes_a_parser_panic(value in any_json()) {
        answer(value.to_string().as_bytes());
        answer(json!([value]).to_string().as_bytes());
        answer(json!({"data": [value], "page": value}).to_string().as_bytes());
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in "[\\[\\]{}\",:0-9a-e\\\\ ]{0,60}") {
        answer(text.as_bytes());
    }
}

#[test]
fn the_seeds_of_fuzzing_are_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/seeds/answer");
    for entry in std::fs::read_dir(folder).unwrap() {
        let seed = std::fs::read(entry.unwrap().path()).unwrap();
        answer(&seed);
        retry_after(&String::from_utf8_lossy(&seed));
    }
}
