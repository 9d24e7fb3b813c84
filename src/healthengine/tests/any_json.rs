//! Whatever arrives, no parser panics.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::lenient_in::three_days;
use crate::healthengine::wire::list::{parse_list, parse_page};
use crate::healthengine::wire::{
    attach_document, availability, booking, configuration, feature, field, request, subscription,
};

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

fn read_everything(text: &str) {
    let elements = parse_page(text)
        .map(|page| page.elements)
        .or_else(|_| parse_list(text))
        .unwrap_or_default();
    for raw in elements {
        drop(booking::parse_booking(raw));
        drop(booking::parse_update(raw));
        drop(availability::parse_request(raw));
        drop(request::parse_question(raw));
        drop(request::parse_upload(raw));
        drop(request::parse_snapshot_request(raw));
        drop(attach_document::parse_request(raw));
        drop(configuration::parse_resource(raw));
        drop(configuration::parse_type(raw));
        drop(subscription::parse_error(raw));
        if let Ok(value) = field::value(raw) {
            drop(feature::parse_feature(&value));
            drop(subscription::parse_subscription(&value));
        }
    }
    drop(request::parse_kinds(text));
    drop(configuration::parse_contract(text));
    drop(attach_document::parse_document(text));
    if let Ok(outcome) = availability::parse_outcome(text, &three_days(), &[0, 1, 2]) {
        assert!(outcome.failed.iter().all(|&(index, _)| index < 3));
    }
}

proptest! {
    #[test]
    fn no_json_makes_a_parser_panic(value in any_json()) {
        read_everything(&value.to_string());
        read_everything(&json!([value]).to_string());
        read_everything(&json!({"data": [value], "page": value}).to_string());
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in "[\\[\\]{}\",:0-9a-e\\\\ ]{0,60}") {
        read_everything(&text);
    }
}
