//! The controls over HTTP: each calls the method of [`Sandbox`] of the same meaning.

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::answer_error;
use crate::domain::civil::Zone;
use crate::domain::id::{BookingId, PracticeId};
use crate::sandbox::request::Kind;
use crate::sandbox::{Ask, ControlError, Fault, Sandbox, Strangers, Wish};

/// All controls.
pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/practices", get(practices).post(add_practice))
        .route("/practices/{id}", get(practice))
        .route("/practices/{id}/offered", get(offered))
        .route("/practices/{id}/bookings", post(book))
        .route("/practices/{id}/bookings/{booking}/cancel", post(cancel))
        .route("/practices/{id}/requests", post(ask))
        .route("/practices/{id}/consent", post(consent))
        .route("/books", get(books))
        .route("/violations", get(violations))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/settings", post(settings))
        .route("/reset", post(reset))
}

/// A body, or what is wrong with it.
type Input<T> = Result<Json<T>, JsonRejection>;
/// An answer, or why there is none.
type Answer = Result<Response, Failed>;

/// Why a control did nothing.
struct Failed(StatusCode, String);

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        answer_error(self.0, &self.1)
    }
}

impl Failed {
    fn input(why: &(impl ToString + ?Sized)) -> Self {
        Self(StatusCode::BAD_REQUEST, why.to_string())
    }
}

impl From<ControlError> for Failed {
    fn from(error: ControlError) -> Self {
        let status = match error {
            ControlError::NoPractice | ControlError::NoBooking => StatusCode::NOT_FOUND,
            ControlError::NoType
            | ControlError::NoResource
            | ControlError::NotOffered
            | ControlError::AlreadyOver => StatusCode::CONFLICT,
            ControlError::ForcedWithoutTime => StatusCode::BAD_REQUEST,
        };
        Self(status, error.to_string())
    }
}

fn read<T>(input: Input<T>) -> Result<T, Failed> {
    input
        .map(|Json(value)| value)
        .map_err(|error| Failed::input(&error.body_text()))
}

fn practice_id(text: &str) -> Result<PracticeId, Failed> {
    PracticeId::parse(text).map_err(|error| Failed::input(&error))
}

fn done() -> Response {
    Json(json!({})).into_response()
}

async fn practices(State(sandbox): State<Sandbox>) -> Response {
    Json(sandbox.practices()).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPractice {
    practice_id: String,
    practice_key: String,
    #[serde(default = "sydney")]
    timezone: String,
}

fn sydney() -> String {
    "Australia/Sydney".to_owned()
}

async fn add_practice(State(sandbox): State<Sandbox>, input: Input<NewPractice>) -> Answer {
    let new = read(input)?;
    let id = practice_id(&new.practice_id)?;
    let zone = Zone::parse(&new.timezone)
        .ok_or_else(|| Failed::input("timezone: must be an IANA name"))?;
    sandbox.add_practice(&id, &new.practice_key, zone);
    Ok((StatusCode::CREATED, Json(json!({"practice": id.as_str()}))).into_response())
}

async fn practice(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Answer {
    let view = sandbox.state(&practice_id(&id)?);
    let view = view.ok_or(ControlError::NoPractice)?;
    Ok(Json(view).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    resource: Option<String>,
    date: Option<NaiveDate>,
    #[serde(rename = "type")]
    chosen: Option<String>,
}

async fn offered(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Answer {
    let id = practice_id(&id)?;
    let date = match wanted.date {
        Some(date) => date,
        None => sandbox.today(&id)?,
    };
    let (resource, chosen) = (wanted.resource.as_deref(), wanted.chosen.as_deref());
    let offered = sandbox.offered(&id, resource, date, chosen)?;
    Ok(Json(offered).into_response())
}

async fn book(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    input: Input<Wish>,
) -> Answer {
    let entry = sandbox.book(&practice_id(&id)?, read(input)?)?;
    Ok((StatusCode::CREATED, Json(entry)).into_response())
}

async fn cancel(
    State(sandbox): State<Sandbox>,
    Path((id, booking)): Path<(String, i64)>,
) -> Answer {
    let request = sandbox.cancel(&practice_id(&id)?, BookingId::new(booking))?;
    Ok(Json(json!({"request": request.number()})).into_response())
}

/// Reads what is to be asked; a kind that the definition does not have is asked by its word.
fn read_ask(value: Value) -> Result<Ask, Failed> {
    let word = value
        .get("kind")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let is_known = Kind::ALL.iter().any(|kind| kind.word() == word);
    if is_known || word.is_empty() {
        serde_json::from_value(value).map_err(|error| Failed::input(&error))
    } else {
        Ok(Ask::Other(word.to_owned()))
    }
}

async fn ask(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    input: Input<Value>,
) -> Answer {
    let ask = read_ask(read(input)?)?;
    let request = sandbox.ask(&practice_id(&id)?, ask)?;
    let answer = Json(json!({"request": request.number()}));
    Ok((StatusCode::CREATED, answer).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Consent {
    granted: bool,
}

async fn consent(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    input: Input<Consent>,
) -> Answer {
    let id = practice_id(&id)?;
    let changed = if read(input)?.granted {
        sandbox.grant_consent(&id)
    } else {
        sandbox.revoke_consent(&id)
    };
    changed?;
    Ok(done())
}

async fn books(State(sandbox): State<Sandbox>) -> Response {
    Json(sandbox.books()).into_response()
}

async fn violations(State(sandbox): State<Sandbox>) -> Response {
    Json(json!({
        "violations": sandbox.violations(),
        "unknown_practice_calls": sandbox.strangers_refused(),
    }))
    .into_response()
}

async fn faults(State(sandbox): State<Sandbox>) -> Response {
    Json(sandbox.faults()).into_response()
}

async fn add_fault(State(sandbox): State<Sandbox>, input: Input<Fault>) -> Answer {
    let fault = read(input)?;
    if !fault.has_effect() {
        let needs = "a count above 0, and status (200 to 599), retry_after, delay_ms, hold_ms, drop or garble";
        return Err(Failed::input(&format!("a fault needs {needs}")));
    }
    sandbox.add_fault(fault);
    Ok((StatusCode::CREATED, Json(sandbox.faults())).into_response())
}

async fn clear_faults(State(sandbox): State<Sandbox>) -> Response {
    sandbox.clear_faults();
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSettings {
    per_page: Option<usize>,
    accept_any_practice: Option<bool>,
}

async fn settings(State(sandbox): State<Sandbox>, input: Input<NewSettings>) -> Answer {
    let new = read(input)?;
    if let Some(per_page) = new.per_page {
        sandbox.set_per_page(per_page);
    }
    if let Some(accept) = new.accept_any_practice {
        sandbox.set_strangers(if accept {
            Strangers::Welcome
        } else {
            Strangers::Refused
        });
    }
    Ok(done())
}

async fn reset(State(sandbox): State<Sandbox>) -> Response {
    sandbox.reset();
    done()
}
