//! Availability snapshots, one at a time or in batches.

use std::collections::HashSet;

use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};

use super::call::Call;
use crate::sandbox::fields::{Broken, Read};
use crate::sandbox::practice::{State, Stored};
use crate::sandbox::wire::availability::{Snapshot, read_batch};

/// `POST /availability/snapshot`.
pub(super) async fn one(call: Call) -> Response {
    call.settle(|state| {
        let snapshot = Snapshot::read(&call.json()?, "", state)?;
        state.store_day(snapshot, call.now);
        Ok(())
    })
}

/// What became of a batch, in the definition's words.
#[derive(Default, Serialize)]
struct Outcome {
    created: Vec<String>,
    existing: Vec<String>,
    failed: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Value>,
}

/// `POST /availability/snapshots`: a bad snapshot fails alone, inside a 200, and is counted.
pub(super) async fn batch(call: Call) -> Response {
    let mut rules = Vec::new();
    let answer = call.answer(|state| {
        let body = call.json()?;
        let mut outcome = Outcome::default();
        let (mut references, mut days) = (HashSet::new(), HashSet::new());
        for (index, (path, member)) in read_batch(&body)?.into_iter().enumerate() {
            let reference = Snapshot::reference(member, index);
            let read = read_once(member, &path, state, &mut days).and_then(|snapshot| {
                // Rule: an answer refers to a snapshot by its id.
                if references.insert(reference.clone()) {
                    Ok(snapshot)
                } else {
                    Err(Broken::at(&path, "its id must be unique within the call"))
                }
            });
            match read.map(|snapshot| state.store_day(snapshot, call.now)) {
                Ok(Stored::Created) => outcome.created.push(reference),
                Ok(Stored::Existing) => outcome.existing.push(reference),
                Err(broken) => {
                    state.sent.snapshots_failed = state.sent.snapshots_failed.saturating_add(1);
                    let error = json!({"snapshot": reference, "error": broken.rule()});
                    outcome.errors.push(error);
                    outcome.failed.push(reference);
                    rules.push(broken);
                }
            }
        }
        Ok(outcome)
    });
    for broken in rules {
        call.note(broken.rule());
    }
    answer
}

fn read_once(
    member: &Value,
    path: &str,
    state: &State,
    days: &mut HashSet<(String, String)>,
) -> Read<Snapshot> {
    let snapshot = Snapshot::read(member, path, state)?;
    let day = (snapshot.resource.to_string(), snapshot.date.to_string());
    if days.insert(day) {
        Ok(snapshot)
    } else {
        Err(Broken::at(
            path,
            "its resource and date must be unique within the call",
        ))
    }
}
