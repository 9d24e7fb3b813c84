//! Subscriptions and the log of failed callbacks.

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::call::Call;
use crate::sandbox::Sandbox;
use crate::sandbox::fields::{Broken, parse_timestamp};
use crate::sandbox::practice::Refused;
use crate::sandbox::practice::subscriptions::Failure;
use crate::sandbox::wire::subscription::Subscribe;

/// The operations on subscriptions.
pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/subscription", get(all).post(subscribe))
        .route("/subscription/{id}", get(one).delete(delete))
        .route("/subscriptionErrorLog", get(failures))
}

const NO_SUBSCRIPTION: Refused = Refused::NotFound("no such subscription");

async fn all(call: Call) -> Response {
    call.answer(|state| Ok(state.subscriptions.current.clone()))
}

async fn subscribe(call: Call) -> Response {
    call.answer_with(StatusCode::CREATED, |state| {
        let wanted = Subscribe::read(&call.json()?, call.sandbox.inner.callback_targets)?;
        let fresh_id = call.sandbox.fresh_uuid();
        Ok(state.subscriptions.upsert(wanted, fresh_id, call.now))
    })
}

async fn one(Path(id): Path<String>, call: Call) -> Response {
    call.answer(|state| {
        let found = state.subscriptions.find(&id);
        found.cloned().ok_or(NO_SUBSCRIPTION)
    })
}

async fn delete(Path(id): Path<String>, call: Call) -> Response {
    let answer = call.settle(|state| {
        if state.subscriptions.delete(&id) {
            Ok(())
        } else {
            Err(NO_SUBSCRIPTION)
        }
    });
    if answer.status().is_success() {
        StatusCode::NO_CONTENT.into_response()
    } else {
        answer
    }
}

async fn failures(call: Call) -> Response {
    let known = ["subscriptionId", "from", "to", "page"];
    call.answer(|state| {
        let time = |name: &str| match call.query(name, &known)? {
            None => Ok(None),
            Some(text) => parse_timestamp(text)
                .map(|time| Some(time.and_utc()))
                .ok_or_else(|| Broken::at(name, "must be YYYY-MM-DD HH:MM:SS")),
        };
        let (from, to) = (time("from")?, time("to")?);
        let subscription = call.query("subscriptionId", &known)?;
        let chosen: Vec<&Failure> = state
            .subscriptions
            .failures
            .iter()
            .filter(|failure| subscription.is_none_or(|id| failure.subscription_id == id))
            .filter(|failure| from.is_none_or(|from| from <= failure.timestamp))
            .filter(|failure| to.is_none_or(|to| failure.timestamp <= to))
            .collect();
        call.page(chosen, &known)
    })
}
