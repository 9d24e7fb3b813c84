//! The one way in which a call is made: headers, room, time, size, status, verdict.

use std::io::Write;
use std::time::Duration;

use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::{Body, Method, Request, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use tokio::time::Instant;
use url::Url;

use super::connection::Shared;
use super::error::{CallError, Verdict};
use super::outcome::{Effect, Outcome, verdict};
use super::practice_client::{Keys, PracticeClient};
use super::{retry_after, words};

/// The largest answer that holds a document, in bytes: 20 MB and more of base64.
const LARGEST_DOCUMENT: usize = 64 * 1024 * 1024;

/// How many times the usual total time-out a call that carries a document may take.
const DOCUMENT_TIME: u32 = 4;

/// The most that is read of an answer whose body does not matter, or that says no.
const LARGEST_ASIDE: usize = 64 * 1024;

/// The longest text of Healthengine's that an error repeats, in characters.
const LONGEST_WORDS: usize = 200;

/// From which size on a body is compressed on a thread of its own, so that one large body never
/// holds up the polls of other practices.
const COMPRESS_ASIDE: usize = 256 * 1024;

/// Room in a document's body for what stands beside its content, in bytes.
const BESIDE_CONTENT: usize = 16 * 1024;

/// What is done with the body of an answer that went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// It is what was asked for.
    Needed,
    /// It is what was asked for, and holds a document.
    Document,
    /// The status says it all.
    Ignored,
}

/// Whether an error may repeat Healthengine's words about what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// Nothing that was sent tells of a person.
    Repeated,
    /// What was sent tells of a person, and the words may quote it.
    Withheld,
}

/// One call.
pub(super) struct Call {
    pub(super) operation: &'static str,
    pub(super) url: Url,
    method: Method,
    effect: Effect,
    body: Vec<u8>,
    answer: Answer,
    words: Words,
    /// A document's body as it travels, made before the call.
    document: Option<Prepared>,
    secret: Option<SecretString>,
}

impl Call {
    /// A call that only looks.
    pub(super) fn read(operation: &'static str, url: Url) -> Self {
        Self {
            operation,
            url,
            method: Method::GET,
            effect: Effect::Read,
            body: Vec::new(),
            answer: Answer::Needed,
            words: Words::Repeated,
            document: None,
            secret: None,
        }
    }

    /// A call that changes something and has no body.
    pub(super) fn write(operation: &'static str, url: Url) -> Self {
        Self {
            method: Method::POST,
            effect: Effect::Write,
            answer: Answer::Ignored,
            ..Self::read(operation, url)
        }
    }

    /// A call that deletes.
    pub(super) fn delete(operation: &'static str, url: Url) -> Self {
        Self {
            method: Method::DELETE,
            ..Self::write(operation, url)
        }
    }

    /// A call that changes something, with a body.
    pub(super) fn post(
        operation: &'static str,
        url: Url,
        body: &impl Serialize,
    ) -> Result<Self, CallError> {
        let body = serde_json::to_vec(body).map_err(|_| {
            CallError::new(operation, Verdict::NotSent, "the body cannot be written")
        })?;
        Ok(Self {
            body,
            ..Self::write(operation, url)
        })
    }

    /// Sets what is done with the answer's body.
    pub(super) fn answer(mut self, answer: Answer) -> Self {
        self.answer = answer;
        self
    }

    /// Says that the body tells of a person.
    pub(super) fn about_a_person(mut self) -> Self {
        self.words = Words::Withheld;
        self
    }

    /// A call that sends a document of this many bytes, which takes its time.
    ///
    /// The body is written on a thread of its own, and compressed while it is written: beside the
    /// content, which is let go with `write`, memory holds no more than the body as it travels.
    pub(super) async fn post_document(
        operation: &'static str,
        url: Url,
        (size, gzip_from): (usize, usize),
        write: impl FnOnce(&mut dyn Write) -> std::io::Result<()> + Send + 'static,
    ) -> Result<Self, CallError> {
        let written = tokio::task::spawn_blocking(move || document_body(size, gzip_from, write));
        let document = written
            .await
            .unwrap_or_else(|error| Err(std::io::Error::other(error)));
        let document = document.map_err(|_| {
            CallError::new(operation, Verdict::NotSent, "the body cannot be written")
        })?;
        Ok(Self {
            document: Some(document),
            ..Self::write(operation, url)
        })
    }

    /// Says that the body holds a secret, which no error may repeat.
    pub(super) fn with_secret(mut self, secret: SecretString) -> Self {
        self.secret = Some(secret);
        self
    }

    fn failed(&self, outcome: Outcome, detail: impl Into<String>) -> CallError {
        // An outcome that failed always has a verdict; "may have happened" is the safe one.
        let verdict = verdict(self.effect, outcome).unwrap_or(Verdict::Unknown);
        CallError::new(self.operation, verdict, detail)
    }

    fn time(&self, usual: Duration) -> Duration {
        if self.document.is_some() || self.answer == Answer::Document {
            usual.saturating_mul(DOCUMENT_TIME)
        } else {
            usual
        }
    }
}

impl PracticeClient {
    /// Makes the call once, and gives the body of an answer that went well; it may be cut off where
    /// the call ignores it.
    pub(super) async fn send(&self, call: Call) -> Result<Vec<u8>, CallError> {
        let started = Instant::now();
        let operation = call.operation;
        let result = self.send_within(call, started).await;
        tracing::debug!(
            practice.id = %self.practice(),
            operation,
            duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            outcome = result.as_ref().err().map_or("done", |error| error.verdict.name()),
            "called Healthengine"
        );
        result
    }

    async fn send_within(&self, mut call: Call, started: Instant) -> Result<Vec<u8>, CallError> {
        let shared = self.connection().shared();
        let Some(keys) = self.keys() else {
            return Err(CallError::new(
                call.operation,
                Verdict::Unauthorised,
                "the practice key is empty or holds a character that no HTTP header can carry",
            ));
        };
        let total = call.time(shared.limits.total_timeout);
        let body = match call.document.as_mut() {
            Some(document) => std::mem::take(document),
            None => prepared_body(&mut call, shared.limits.gzip_from).await?,
        };
        let _room = tokio::time::timeout(total, shared.room.acquire())
            .await
            .ok()
            .and_then(Result::ok)
            .ok_or_else(|| {
                let detail = "not sent: too many calls were under way for too long";
                call.failed(Outcome::NotConnected, detail)
            })?;
        let mut request = request(&call, shared, keys, body);
        *request.timeout_mut() = Some(total.saturating_sub(started.elapsed()));
        let mut response = shared
            .http
            .execute(request)
            .await
            .map_err(|error| broken(&call, &error))?;
        let status = response.status().as_u16();
        let wait = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| retry_after::parse(text, shared.clock.now()));
        let answered = Outcome::Answered(status, wait);
        if verdict(call.effect, answered).is_some() {
            let words = refusal_words(&call, &mut response, shared, keys).await;
            return Err(call.failed(answered, format!("answered {status}{words}")));
        }
        success_body(&call, &mut response, shared.limits.largest_answer).await
    }
}

/// The body as it travels.
#[derive(Default)]
struct Prepared {
    bytes: Vec<u8>,
    gzip: bool,
}

async fn prepared_body(call: &mut Call, gzip_from: usize) -> Result<Prepared, CallError> {
    let bytes = std::mem::take(&mut call.body);
    if bytes.is_empty() || bytes.len() < gzip_from {
        return Ok(Prepared { bytes, gzip: false });
    }
    let compressed = if bytes.len() < COMPRESS_ASIDE {
        gzip(&bytes)
    } else {
        tokio::task::spawn_blocking(move || gzip(&bytes))
            .await
            .unwrap_or_else(|error| Err(std::io::Error::other(error)))
    };
    let bytes = compressed
        .map_err(|_| call.failed(Outcome::NotConnected, "the body was not compressed"))?;
    Ok(Prepared { bytes, gzip: true })
}

fn document_body(
    size: usize,
    gzip_from: usize,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> std::io::Result<Prepared> {
    let text = size.div_ceil(3).saturating_mul(4);
    if text < gzip_from {
        let mut bytes = Vec::with_capacity(text.saturating_add(BESIDE_CONTENT));
        write(&mut bytes)?;
        return Ok(Prepared { bytes, gzip: false });
    }
    // Content that is compressed already comes out about as large as it was before base64.
    let room = size
        .saturating_add(size / 32)
        .saturating_add(BESIDE_CONTENT);
    let mut encoder =
        flate2::write::GzEncoder::new(Vec::with_capacity(room), flate2::Compression::fast());
    write(&mut encoder)?;
    let bytes = encoder.finish()?;
    Ok(Prepared { bytes, gzip: true })
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let buffer = Vec::with_capacity(bytes.len() / 4);
    let mut encoder = flate2::write::GzEncoder::new(buffer, flate2::Compression::new(4));
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn request(call: &Call, shared: &Shared, keys: &Keys, body: Prepared) -> Request {
    let mut request = Request::new(call.method.clone(), call.url.clone());
    let headers = request.headers_mut();
    headers.insert("api-key", shared.api_key.clone());
    headers.insert("practice-id", keys.id.clone());
    headers.insert("practice-key", keys.key.clone());
    if !body.bytes.is_empty() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if body.gzip {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        *request.body_mut() = Some(Body::from(body.bytes));
    } else if call.method == Method::POST {
        // Some servers refuse a POST that does not say how long it is.
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    request
}

fn broken(call: &Call, error: &reqwest::Error) -> CallError {
    let (outcome, what) = if error.is_connect() || error.is_builder() {
        (Outcome::NotConnected, "no connection")
    } else if error.is_timeout() {
        (Outcome::TimedOut, "no answer in time")
    } else {
        (Outcome::Broken, "the connection broke")
    };
    // The innermost cause says what happened; the outer ones repeat the address.
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let cause = words::bounded(&cause.to_string(), LONGEST_WORDS);
    call.failed(outcome, format!("{what}: {cause}"))
}

/// Why a body was not read to its end.
enum Unread {
    TooLarge,
    Broken(reqwest::Error),
}

async fn read(response: &mut Response, most: usize) -> Result<Vec<u8>, Unread> {
    // What is said about the length spares a large body its growth; it is not trusted further.
    let said = response.content_length().unwrap_or_default();
    let room = usize::try_from(said).unwrap_or(most).min(most);
    let mut body = Vec::with_capacity(room);
    while let Some(chunk) = response.chunk().await.map_err(Unread::Broken)? {
        if body.len().saturating_add(chunk.len()) > most {
            return Err(Unread::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

async fn success_body(
    call: &Call,
    response: &mut Response,
    largest: usize,
) -> Result<Vec<u8>, CallError> {
    let most = match call.answer {
        Answer::Needed => largest,
        Answer::Document => LARGEST_DOCUMENT.max(largest),
        Answer::Ignored => LARGEST_ASIDE,
    };
    match read(response, most).await {
        Ok(body) => Ok(body),
        // Done is done, however much is said about it.
        Err(Unread::TooLarge) if call.answer == Answer::Ignored => Ok(Vec::new()),
        Err(Unread::TooLarge) => Err(call.failed(
            Outcome::OutOfShape,
            format!("the answer is over {most} bytes"),
        )),
        Err(Unread::Broken(error)) => Err(broken(call, &error)),
    }
}

/// Healthengine's own words about a call that did not go well, where they may be repeated.
async fn refusal_words(
    call: &Call,
    response: &mut Response,
    shared: &Shared,
    keys: &Keys,
) -> String {
    // The status has been said: a body that is lost or too large takes nothing from it.
    let Ok(body) = read(response, LARGEST_ASIDE).await else {
        return String::new();
    };
    if call.words == Words::Withheld {
        return String::new();
    }
    let text = serde_json::from_slice::<serde_json::Value>(&body)
        .ok()
        .and_then(|body| Some(body.get("error")?.as_str()?.to_owned()))
        .unwrap_or_default();
    let quotes_a_key = [&shared.api_key, &keys.key]
        .iter()
        .filter_map(|key| key.to_str().ok())
        .chain(call.secret.as_ref().map(ExposeSecret::expose_secret))
        .any(|key| text.contains(key));
    if text.is_empty() || quotes_a_key {
        return String::new();
    }
    format!(": {}", words::bounded(&text, LONGEST_WORDS))
}
