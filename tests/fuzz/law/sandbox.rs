//! The sandbox: whatever is sent, in whatever order, it goes on, and a broken rule is named without
//! the value that breaks it.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use healthengine_connector::domain::clock::Clock;
use healthengine_connector::sandbox::{BASE_PATH, Sandbox, SandboxSettings};
use serde_json::Value;

use super::exchange::{Answer, ask, request};

const CANARY: &str = "canary7";

/// Stands between the requests of an input.
const NEXT: &str = "\n=====\n";

/// The most requests of one input.
const MOST: usize = 6;

const HEADERS: [(&str, &str); 5] = [
    ("content-type", "application/json"),
    ("user-agent", "Example (example@example.com) DEV"),
    ("api-key", "sandbox"),
    ("practice-id", "1234567"),
    ("practice-key", "k"),
];

struct Still;

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_secs(1_795_000_000).unwrap()
    }
}

/// An input is requests, each a line with method and path, and a body.
pub(crate) fn hold(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let router = Sandbox::new(SandboxSettings::default(), Arc::new(Still)).router();
    let practice = br#"{"practice_id": "1234567", "practice_key": "k"}"#;
    let added = tell(&router, "POST /_sandbox/practices", practice).unwrap();
    assert!(added.status.is_success(), "{}", added.body);
    for part in text.split(NEXT).take(MOST) {
        let (line, body) = part.split_once('\n').unwrap_or((part, ""));
        // A fault is asked for to make the sandbox slow or wrong.
        if line.contains("/faults") {
            continue;
        }
        tell(&router, line, body.as_bytes());
        if line.contains(BASE_PATH)
            // The names of fields are told.
            && !body.contains(CANARY)
            && let Ok(mut body) = serde_json::from_str::<Value>(body)
        {
            plant(&mut body);
            let told = tell(&router, line, body.to_string().as_bytes());
            let refused = told.filter(|answer| answer.status == StatusCode::BAD_REQUEST);
            if let Some(Answer { body: rule, .. }) = refused {
                assert!(!rule.contains(CANARY), "{rule}");
                assert!(rule.len() < 1_000, "{rule}");
            }
        }
    }
    let violations = tell(&router, "GET /_sandbox/violations", b"").unwrap().body;
    assert!(
        text.contains(CANARY) || !violations.contains(CANARY),
        "{violations}"
    );
}

fn tell(router: &Router, line: &str, body: &[u8]) -> Option<Answer> {
    let answer = ask(router, request(line, &HEADERS, body)?);
    assert!(!answer.is_page, "markup of the sandbox: {}", answer.body);
    Some(answer)
}

/// Puts the canary into every text; the names of fields stay.
fn plant(value: &mut Value) {
    match value {
        Value::String(text) => CANARY.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(plant),
        Value::Object(fields) => fields.values_mut().for_each(plant),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
