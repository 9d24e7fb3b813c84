//! The API: the statuses as JSON, and what an operator can ask of a practice.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::{Listed, Site, attention};
use crate::domain::id::BookingId;
use crate::ledger::{ItemKey, ItemKind};
use crate::practice::control::Removals;
use crate::practice::status::PracticeStatus;

/// The answer of `GET /api/v1/practices`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Practices {
    /// The daemon's version.
    pub version: String,
    /// Every practice, the one that needs a person most first.
    pub practices: Vec<PracticeShown>,
}

/// The answer of `GET /api/v1/practices/{name}`, and each practice of the list.
#[derive(Debug, Serialize, Deserialize)]
pub struct PracticeShown {
    /// Its name on the command line and in addresses.
    pub name: String,
    /// Healthengine's id of it.
    pub practice_id: String,
    /// Its time zone.
    pub timezone: String,
    /// Whether its file says that it is served at all.
    pub enabled: bool,
    /// How it is.
    pub status: Arc<PracticeStatus>,
}

/// What is to be sent anew.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Resync {
    accept_removals: bool,
}

/// A body without content: a JSON object all the same, because a form cannot send one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// A request that is not answered as asked, and why.
#[derive(Debug)]
pub(super) struct Refused {
    status: StatusCode,
    error: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Asked {
    name: String,
    asked: &'static str,
}

/// Lists every practice, the one that needs a person most first.
pub(super) async fn practices(State(site): State<Arc<Site>>) -> Json<Practices> {
    let mut practices: Vec<PracticeShown> = site.roster.iter().map(PracticeShown::of).collect();
    practices.sort_by_cached_key(|practice| attention::order(&practice.status));
    Json(Practices {
        version: site.version.to_owned(),
        practices,
    })
}

/// Shows one practice.
pub(super) async fn practice(
    State(site): State<Arc<Site>>,
    Path(name): Path<String>,
) -> Result<Json<PracticeShown>, Refused> {
    find(&site, &name).map(|listed| Json(PracticeShown::of(listed)))
}

/// Asks a practice to send everything anew.
pub(super) async fn resync(
    State(site): State<Arc<Site>>,
    Path(name): Path<String>,
    body: Result<Json<Resync>, JsonRejection>,
) -> Result<(StatusCode, Json<Asked>), Refused> {
    let listed = find(&site, &name)?;
    let Json(wanted) = body?;
    listed.control.resync(if wanted.accept_removals {
        Removals::Accepted
    } else {
        Removals::Guarded
    });
    Ok(asked(listed, "resync"))
}

/// Asks a practice to stop.
pub(super) async fn pause(
    State(site): State<Arc<Site>>,
    Path(name): Path<String>,
    body: Result<Json<Nothing>, JsonRejection>,
) -> Result<(StatusCode, Json<Asked>), Refused> {
    let listed = find(&site, &name)?;
    let Json(Nothing {}) = body?;
    listed.control.pause();
    Ok(asked(listed, "pause"))
}

/// Asks a practice to go on.
pub(super) async fn resume(
    State(site): State<Arc<Site>>,
    Path(name): Path<String>,
    body: Result<Json<Nothing>, JsonRejection>,
) -> Result<(StatusCode, Json<Asked>), Refused> {
    let listed = find(&site, &name)?;
    let Json(Nothing {}) = body?;
    listed.control.resume();
    Ok(asked(listed, "resume"))
}

/// Says that a person has dealt with an item about a booking or a request.
pub(super) async fn done(
    State(site): State<Arc<Site>>,
    Path((name, kind, subject)): Path<(String, String, String)>,
    body: Result<Json<Nothing>, JsonRejection>,
) -> Result<(StatusCode, Json<Asked>), Refused> {
    let Json(Nothing {}) = body?;
    deal_with(&site, &name, &kind, subject)
}

/// Says that a person has dealt with an item about the practice as a whole.
pub(super) async fn done_as_a_whole(
    State(site): State<Arc<Site>>,
    Path((name, kind)): Path<(String, String)>,
    body: Result<Json<Nothing>, JsonRejection>,
) -> Result<(StatusCode, Json<Asked>), Refused> {
    let Json(Nothing {}) = body?;
    deal_with(&site, &name, &kind, String::new())
}

fn deal_with(
    site: &Site,
    name: &str,
    kind: &str,
    subject: String,
) -> Result<(StatusCode, Json<Asked>), Refused> {
    let listed = find(site, name)?;
    let kind = ItemKind::parse(kind).filter(|kind| waits(listed, *kind, &subject));
    let Some(kind) = kind else {
        return Err(Refused {
            status: StatusCode::NOT_FOUND,
            error: "nothing of this kind and subject waits for a person; `items` lists what does"
                .to_owned(),
        });
    };
    if kind.ends_by_itself() {
        return Err(Refused {
            status: StatusCode::CONFLICT,
            error: "this ends by itself when its reason does: do what its sentence says".to_owned(),
        });
    }
    listed.control.done(ItemKey { kind, subject });
    Ok(asked(listed, "close an item"))
}

/// Asks for a booking to be tried again that waits for a person.
pub(super) async fn retry(
    State(site): State<Arc<Site>>,
    Path((name, booking)): Path<(String, String)>,
    body: Result<Json<Nothing>, JsonRejection>,
) -> Result<(StatusCode, Json<Asked>), Refused> {
    let listed = find(&site, &name)?;
    let Json(Nothing {}) = body?;
    let Ok(id) = booking.parse().map(BookingId::new) else {
        return Err(Refused {
            status: StatusCode::BAD_REQUEST,
            error: "a booking's id is a whole number".to_owned(),
        });
    };
    let stuck = [ItemKind::CheckDiary, ItemKind::CheckBooking];
    if !stuck
        .into_iter()
        .any(|kind| waits(listed, kind, &id.to_string()))
    {
        return Err(Refused {
            status: StatusCode::CONFLICT,
            error: "this booking does not wait for a person; `items` lists what does".to_owned(),
        });
    }
    listed.control.retry(id);
    Ok(asked(listed, "try a booking again"))
}

fn waits(listed: &Listed, kind: ItemKind, subject: &str) -> bool {
    let status = listed.latest();
    let mut items = status.items.iter();
    items.any(|item| item.kind == kind.name() && item.subject == subject)
}

/// Answers for every address that is not ours.
pub(super) async fn no_such_address() -> Refused {
    Refused {
        status: StatusCode::NOT_FOUND,
        error: "there is nothing at this address".to_owned(),
    }
}

fn find<'a>(site: &'a Site, name: &str) -> Result<&'a Listed, Refused> {
    site.roster.find(name).ok_or_else(|| Refused {
        status: StatusCode::NOT_FOUND,
        error:
            "there is no practice of this name; a practice is called like its file in practices/"
                .to_owned(),
    })
}

fn asked(listed: &Listed, wish: &'static str) -> (StatusCode, Json<Asked>) {
    let name = listed.profile.name.to_string();
    tracing::info!(
        practice.id = %listed.profile.id,
        practice.name = %name,
        "an operator asks practice {name} to {wish}"
    );
    (StatusCode::ACCEPTED, Json(Asked { name, asked: wish }))
}

impl PracticeShown {
    fn of(listed: &Listed) -> Self {
        Self {
            name: listed.profile.name.to_string(),
            practice_id: listed.profile.id.to_string(),
            timezone: listed.profile.zone.name().to_owned(),
            enabled: listed.profile.enabled,
            status: listed.latest(),
        }
    }
}

impl From<JsonRejection> for Refused {
    fn from(rejection: JsonRejection) -> Self {
        Self {
            status: rejection.status(),
            error: rejection.body_text(),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = serde_json::json!({ "error": self.error });
        (self.status, Json(body)).into_response()
    }
}
