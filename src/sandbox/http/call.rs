//! One call: who makes it, whether it keeps the rules that hold for every call, and its answer.

use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, MatchedPath, Request};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use flate2::read::GzDecoder;
use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::civil::Zone;
use crate::domain::id::PracticeId;
use crate::sandbox::fields::{Broken, Fields};
use crate::sandbox::practice::{Practice, Refused, State};
use crate::sandbox::{BASE_PATH, Sandbox};

/// The largest body as it travels, in bytes.
const LARGEST_BODY: usize = 64 << 20;
/// The largest body once unpacked, in bytes.
const LARGEST_UNPACKED: u64 = 64 << 20;
/// Where a practice that comes unannounced is taken to be.
const STRANGERS_ZONE: &str = "Australia/Sydney";

/// A call whose caller is known. Every handler takes one.
pub(super) struct Call {
    pub(super) sandbox: Sandbox,
    practice: Arc<Practice>,
    operation: String,
    query: Vec<(String, String)>,
    body: Payload,
    pub(super) now: DateTime<Utc>,
}

/// A call's body, as far as it could be read.
enum Payload {
    Absent,
    Bytes { json: bool, bytes: Bytes },
    Unreadable(Broken),
}

impl FromRequest<Sandbox> for Call {
    type Rejection = Response;

    async fn from_request(request: Request, sandbox: &Sandbox) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let Some(practice) = authenticate(sandbox, &parts.headers) else {
            let why = "keys are wrong or missing, or consent is not granted";
            return Err(answer_error(StatusCode::UNAUTHORIZED, why));
        };
        let matched = parts.extensions.get::<MatchedPath>();
        let path = matched.map_or_else(|| parts.uri.path(), MatchedPath::as_str);
        let operation = format!(
            "{} {}",
            parts.method,
            path.strip_prefix(BASE_PATH).unwrap_or(path)
        );
        let query = parts.uri.query().unwrap_or_default().as_bytes();
        let body = if parts.method == Method::POST {
            read_body(&parts.headers, body).await
        } else {
            Payload::Absent
        };
        let call = Self {
            sandbox: sandbox.clone(),
            practice,
            operation,
            query: url::form_urlencoded::parse(query).into_owned().collect(),
            body,
            now: sandbox.now(),
        };
        // Rule: User-Agent is VENDOR_NAME (VENDOR_EMAIL) ENVIRONMENT.
        if is_user_agent(&parts.headers) {
            Ok(call)
        } else {
            let rule = "must be VENDOR_NAME (VENDOR_EMAIL) DEV, UAT or PROD";
            Err(call.refuse(&Refused::Broken(Broken::at("User-Agent", rule))))
        }
    }
}

/// Rule: api-key, practice-id and practice-key on every call; 401 when one is wrong or missing, or
/// when consent is not granted.
fn authenticate(sandbox: &Sandbox, headers: &HeaderMap) -> Option<Arc<Practice>> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (api_key, id, key) = (
        text("api-key")?,
        text("practice-id")?,
        text("practice-key")?,
    );
    let inner = &sandbox.inner;
    let known = sandbox.find_practice(id).or_else(|| {
        let welcome = inner.strangers_welcome.load(Ordering::Relaxed)
            && api_key == inner.api_key
            && !key.is_empty()
            && PracticeId::parse(id).is_ok();
        let zone = Zone::parse(STRANGERS_ZONE).filter(|_| welcome)?;
        Some(sandbox.put_practice(id, key, zone))
    });
    let Some(practice) = known else {
        inner.strangers_refused.fetch_add(1, Ordering::Relaxed);
        return None;
    };
    let may = {
        let mut state = practice.at(sandbox.now());
        let may = api_key == inner.api_key && key == state.key && state.consent;
        if !may {
            state.unauthorised = state.unauthorised.saturating_add(1);
        }
        may
    };
    may.then_some(practice)
}

fn is_user_agent(headers: &HeaderMap) -> bool {
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok());
    let Some((rest, environment)) = agent.and_then(|agent| agent.rsplit_once(' ')) else {
        return false;
    };
    let Some((name, email)) = rest
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once(" ("))
    else {
        return false;
    };
    let is_email = email
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'));
    !name.trim().is_empty() && is_email && matches!(environment, "DEV" | "UAT" | "PROD")
}

async fn read_body(headers: &HeaderMap, body: Body) -> Payload {
    let broken = |rule: &str| Payload::Unreadable(Broken::at("", rule));
    let Ok(bytes) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        return broken("must be at most 64 MiB");
    };
    if bytes.is_empty() {
        return Payload::Absent;
    }
    let value = |name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let json = value(header::CONTENT_TYPE)
        .split(';')
        .next()
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    match value(header::CONTENT_ENCODING) {
        "" | "identity" => Payload::Bytes { json, bytes },
        "gzip" => {
            let mut unpacked = Vec::new();
            let mut reader = GzDecoder::new(&*bytes).take(LARGEST_UNPACKED + 1);
            match reader.read_to_end(&mut unpacked) {
                Err(_) => broken("must be gzip, as its Content-Encoding says"),
                Ok(length) if u64::try_from(length).unwrap_or(u64::MAX) > LARGEST_UNPACKED => {
                    broken("must be at most 64 MiB unpacked")
                }
                Ok(_) => Payload::Bytes {
                    json,
                    bytes: unpacked.into(),
                },
            }
        }
        _ => broken("Content-Encoding must be gzip or absent"),
    }
}

impl Call {
    /// Runs the operation on the practice as it is now, and counts the rule it breaks, if any.
    pub(super) fn answer<T>(&self, act: impl FnOnce(&mut State) -> Result<T, Refused>) -> Response
    where
        T: Serialize,
    {
        self.answer_with(StatusCode::OK, act)
    }

    /// As [`Call::answer`], with another status when it goes well.
    pub(super) fn answer_with<T>(
        &self,
        status: StatusCode,
        act: impl FnOnce(&mut State) -> Result<T, Refused>,
    ) -> Response
    where
        T: Serialize,
    {
        let acted = act(&mut self.practice.at(self.now));
        match acted {
            Ok(answer) => (status, Json(answer)).into_response(),
            Err(refused) => self.refuse(&refused),
        }
    }

    /// As [`Call::answer`], for operations that answer with nothing.
    pub(super) fn settle(&self, act: impl FnOnce(&mut State) -> Result<(), Refused>) -> Response {
        self.answer(|state| act(state).map(|()| json!({})))
    }

    /// Answers with an error, and counts it when it is a broken rule.
    pub(super) fn refuse(&self, refused: &Refused) -> Response {
        match refused {
            Refused::Broken(broken) => {
                self.note(broken.rule());
                answer_error(StatusCode::BAD_REQUEST, broken.rule())
            }
            Refused::NotFound(what) => answer_error(StatusCode::NOT_FOUND, what),
            Refused::Gone(what) => answer_error(StatusCode::GONE, what),
            Refused::Forbidden(what) => answer_error(StatusCode::FORBIDDEN, what),
        }
    }

    /// Counts a broken rule.
    pub(super) fn note(&self, rule: &str) {
        self.practice
            .at(self.now)
            .note_violation(self.now, &self.operation, rule);
    }

    /// The body, which must be there.
    pub(super) fn json(&self) -> Result<Value, Refused> {
        let broken = |path: &str, rule: &str| Err(Refused::Broken(Broken::at(path, rule)));
        match &self.body {
            Payload::Absent => broken("", "is required"),
            Payload::Unreadable(rule) => Err(Refused::Broken(rule.clone())),
            Payload::Bytes { json: false, .. } => {
                broken("Content-Type", "must be application/json")
            }
            Payload::Bytes { bytes, .. } => {
                serde_json::from_slice(bytes).or_else(|_| broken("", "must be one JSON text"))
            }
        }
    }

    /// Refuses a body where the definition has none; an empty object is let pass.
    pub(super) fn without_body(&self) -> Result<(), Refused> {
        match &self.body {
            Payload::Absent => Ok(()),
            Payload::Bytes { .. } | Payload::Unreadable(_) => {
                Fields::of(&self.json()?, "", &[])?;
                Ok(())
            }
        }
    }

    /// The query's value with this name; any name but the known is a broken rule.
    pub(super) fn query(&self, name: &str, known: &[&str]) -> Result<Option<&str>, Broken> {
        if let Some((other, _)) = self
            .query
            .iter()
            .find(|(other, _)| !known.contains(&other.as_str()))
        {
            let shown: String = other.chars().take(60).collect();
            return Err(Broken::at(&shown, "is not a parameter of the operation"));
        }
        Ok(self
            .query
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str()))
    }

    /// One page of a list, in the definition's words.
    pub(super) fn page<T: Serialize>(&self, all: Vec<T>, known: &[&str]) -> Result<Value, Refused> {
        let page = match self.query("page", known)? {
            None => 1,
            Some(text) => text
                .parse::<usize>()
                .ok()
                .filter(|page| *page >= 1)
                .ok_or_else(|| Broken::at("page", "must be an integer from 1"))?,
        };
        let (total, per_page) = (all.len(), self.sandbox.per_page());
        let data: Vec<T> = all
            .into_iter()
            .skip((page - 1).saturating_mul(per_page))
            .take(per_page)
            .collect();
        Ok(json!({
            "data": data,
            "page": {
                "currentPage": page,
                "totalPages": total.div_ceil(per_page).max(1),
                "perPage": per_page,
                "total": total,
            },
        }))
    }
}

/// An id of the path: int64 in the definition.
pub(super) fn number(name: &str, text: &str) -> Result<i64, Broken> {
    text.parse()
        .map_err(|_| Broken::at(name, "must be an integer"))
}

/// The definition's error body.
pub(super) fn answer_error(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({"error": error}))).into_response()
}

/// A path or a method that the definition does not have.
pub(super) async fn no_such_operation(call: Call) -> Response {
    call.note("path: no such operation");
    answer_error(StatusCode::NOT_FOUND, "no such operation")
}
