//! Where fuzzing comes in: whatever Healthengine may answer, and what must hold of it.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::retry_after;
use super::wire::configuration::{WireContract, WireResource, WireType};
use super::wire::list::{body_text, parse_list, parse_page};
use super::wire::{
    BadElement, attach_document, availability, booking, configuration, feature, field, request,
    subscription,
};
use crate::domain::availability::FreeDay;
use crate::domain::id::PmsResourceId;
use crate::healthengine::{Pending, RequestKind};

/// Stands in the place of a person's details, and must not be told.
const CANARY: &str = "canary7";

/// The fields whose values tell of a person, or are a secret.
const PERSONAL: [&str; 18] = [
    "firstname",
    "lastname",
    "dob",
    "phone",
    "email",
    "address",
    "suburb",
    "state",
    "postcode",
    "gender",
    "medicareNumber",
    "medicareIrn",
    "medicareExpiry",
    "reason",
    "comments",
    "telehealthUrl",
    "documentName",
    "clientId",
];

/// Longer than whatever is said of an element that cannot be read: a field's name and its kind.
const LONGEST_PROBLEM: usize = 120;

/// Reads a body as every answer that it could be.
///
/// # Panics
///
/// When a person's detail is told, a problem has no bounded length, or what was read is not read
/// the same once it is sent back.
pub fn answer(body: &[u8]) {
    let text = body_text(body);
    let value = serde_json::from_str::<Value>(&text);
    let unescaped = value.as_ref().map(Value::to_string).unwrap_or_default();
    // Only what the canary is planted into must not be told: an id is.
    if text.contains(CANARY) || unescaped.contains(CANARY) {
        return;
    }
    everything(&text);
    if let Ok(mut value) = value {
        plant(&mut value);
        everything(&value.to_string());
    }
}

/// Reads a `Retry-After`.
///
/// # Panics
///
/// When the wait is outside its bounds.
pub fn retry_after(text: &str) {
    if let Some(wait) = retry_after::parse(text, chrono::DateTime::UNIX_EPOCH) {
        assert!((1..=600).contains(&wait.as_secs()), "{wait:?}");
    }
}

/// Puts the canary where a person's details stand.
fn plant(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(plant),
        Value::Object(fields) => {
            for (name, value) in fields {
                if PERSONAL.contains(&name.as_str()) && !value.is_object() {
                    *value = CANARY.into();
                } else {
                    plant(value);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn everything(text: &str) {
    let elements = parse_page(text)
        .map(|page| page.elements)
        .or_else(|_| parse_list(text))
        .unwrap_or_default();
    for raw in elements {
        element(raw);
    }
    if let Ok(kinds) = request::parse_kinds(text) {
        for (at, kind) in kinds.iter().enumerate() {
            assert!(!kinds.iter().skip(at + 1).any(|other| other == kind));
            if let RequestKind::Other(word) = kind {
                assert!(word.chars().count() <= 100, "a kind without bounds");
            }
        }
        assert!(kinds.len() <= 200, "kinds without bounds");
    }
    contract(text);
    tells_nothing(&attach_document::parse_document(text));
    let days = days();
    if let Ok(outcome) = availability::parse_outcome(text, &days, &[0, 1]) {
        assert!(outcome.failed.iter().all(|&(index, _)| index < days.len()));
        assert!(outcome.failed.len() <= days.len());
    }
}

fn days() -> Vec<FreeDay> {
    let date = chrono::NaiveDate::default();
    let resources = ["alva", "bert"].into_iter();
    resources
        .filter_map(|id| PmsResourceId::parse(id).ok())
        .map(|resource| FreeDay {
            resource,
            date,
            free: Vec::new(),
        })
        .collect()
}

fn element(raw: &RawValue) {
    let booking = booking::parse_booking(raw);
    if let Ok(Pending::Unreadable { problem, .. }) = &booking {
        assert!(problem.len() <= LONGEST_PROBLEM, "{problem}");
    }
    bounded(booking);
    bounded(booking::parse_update(raw));
    bounded(availability::parse_request(raw));
    bounded(request::parse_question(raw));
    bounded(request::parse_upload(raw));
    bounded(request::parse_snapshot_request(raw));
    bounded(attach_document::parse_request(raw));
    bounded(subscription::parse_error(raw));
    if let Ok(value) = field::value(raw) {
        bounded(feature::parse_feature(&value));
        bounded(subscription::parse_subscription(&value));
    }
    if let Ok(resource) = configuration::parse_resource(raw) {
        let again = sent(&WireResource::of(&resource));
        let again = again.map(|raw| configuration::parse_resource(&raw));
        assert_eq!(again, Some(Ok(resource)));
    }
    if let Ok(kind) = configuration::parse_type(raw) {
        let again = sent(&WireType::of(&kind));
        let again = again.map(|raw| configuration::parse_type(&raw));
        assert_eq!(again, Some(Ok(kind)));
    }
}

/// Live hours are sent to the minute before midnight at the latest; from then on they stay.
fn contract(text: &str) {
    let Ok(hours) = configuration::parse_contract(text) else {
        return;
    };
    let again = |hours| {
        let raw = sent(&WireContract::of(hours));
        raw.and_then(|raw| configuration::parse_contract(raw.get()).ok())
    };
    let once = again(&hours);
    assert!(once.is_some());
    assert_eq!(once.as_ref().and_then(again), once);
}

fn sent(body: &impl Serialize) -> Option<Box<RawValue>> {
    serde_json::value::to_raw_value(body).ok()
}

fn bounded<T: std::fmt::Debug>(read: Result<T, BadElement>) {
    match read {
        Ok(value) => tells_nothing(&value),
        Err(BadElement(problem)) => assert!(problem.len() <= LONGEST_PROBLEM, "{problem}"),
    }
}

fn tells_nothing(read: &impl std::fmt::Debug) {
    let told = format!("{read:?}");
    assert!(!told.contains(CANARY), "{told}");
}
