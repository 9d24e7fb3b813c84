//! A server that answers what it is told to, and keeps what it was sent.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri};
use chrono::{DateTime, TimeZone, Utc};
use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::domain::clock::Clock;
use crate::domain::id::PracticeId;
use crate::healthengine::{Access, ClientLimits, Connection, ConnectionSettings, PracticeClient};

pub(in crate::healthengine) const API_KEY: &str = "deployment-key-of-a-test";
pub(in crate::healthengine) const PRACTICE_KEY: &str = "practice-key-of-a-test";

/// The clock of every test: `Retry-After` dates count from here.
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 21, 2, 0, 0).unwrap()
    }
}

/// A call as it arrived.
#[derive(Debug, Clone)]
pub(in crate::healthengine) struct Arrived {
    pub(in crate::healthengine) method: Method,
    pub(in crate::healthengine) path: String,
    pub(in crate::healthengine) headers: HeaderMap,
    pub(in crate::healthengine) body: Bytes,
}

impl Arrived {
    pub(in crate::healthengine) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, unpacked where it came as gzip.
    pub(in crate::healthengine) fn text(&self) -> String {
        let mut text = String::new();
        if self.header("content-encoding") == Some("gzip") {
            flate2::read::GzDecoder::new(&self.body[..])
                .read_to_string(&mut text)
                .unwrap();
        } else {
            text.push_str(std::str::from_utf8(&self.body).unwrap());
        }
        text
    }
}

type Script = Arc<Mutex<(VecDeque<Response<Body>>, Vec<Arrived>)>>;

/// The server; it stops when it is dropped.
pub(in crate::healthengine) struct Server {
    address: String,
    script: Script,
    _tasks: JoinSet<()>,
}

impl Server {
    pub(in crate::healthengine) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let script = Script::default();
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&script));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            script,
            _tasks: tasks,
        }
    }

    /// A server that answers one call with this body.
    pub(in crate::healthengine) async fn answering(status: u16, body: &str) -> Self {
        let server = Self::start().await;
        server.then(status, body);
        server
    }

    /// Answers the next call so; without an answer left, a call gets 200 and `{}`.
    pub(in crate::healthengine) fn then(&self, status: u16, body: impl Into<String>) {
        self.then_with(status, &[], body);
    }

    pub(in crate::healthengine) fn then_with(
        &self,
        status: u16,
        headers: &[(&str, &str)],
        body: impl Into<String>,
    ) {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let response = response.body(Body::from(body.into())).unwrap();
        self.script.lock().unwrap().0.push_back(response);
    }

    pub(in crate::healthengine) fn arrived(&self) -> Vec<Arrived> {
        self.script.lock().unwrap().1.clone()
    }

    pub(in crate::healthengine) fn last(&self) -> Arrived {
        self.arrived().pop().unwrap()
    }

    pub(in crate::healthengine) fn client(&self) -> PracticeClient {
        client(&settings(&format!("{}/pms-api/v1", self.address)))
    }

    pub(in crate::healthengine) fn client_with(&self, limits: ClientLimits) -> PracticeClient {
        let mut settings = settings(&format!("{}/pms-api/v1", self.address));
        settings.limits = limits;
        client(&settings)
    }
}

async fn answer(
    State(script): State<Script>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let mut script = script.lock().unwrap();
    script.1.push(Arrived {
        method,
        path: uri.to_string(),
        headers,
        body,
    });
    let otherwise = || Response::new(Body::from("{}"));
    script.0.pop_front().unwrap_or_else(otherwise)
}

/// A server that reads one call whole, writes these bytes and then holds or closes.
pub(in crate::healthengine) struct RawServer {
    pub(in crate::healthengine) address: String,
    _tasks: JoinSet<()>,
}

/// What a [`RawServer`] does after its last byte.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::healthengine) enum After {
    Close,
    Hold,
}

impl RawServer {
    pub(in crate::healthengine) async fn start(bytes: &'static [u8], after: After) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/v1", listener.local_addr().unwrap());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut held = Vec::new();
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                // The calls of these tests fit into one segment.
                let mut call = vec![0; 16 * 1024];
                assert!(stream.read(&mut call).await.unwrap() > 0);
                stream.write_all(bytes).await.unwrap();
                if after == After::Hold {
                    held.push(stream);
                }
            }
        });
        Self {
            address,
            _tasks: tasks,
        }
    }
}

pub(in crate::healthengine) fn limits() -> ClientLimits {
    ClientLimits {
        connect_timeout: Duration::from_secs(5),
        total_timeout: Duration::from_secs(10),
        largest_answer: 1024 * 1024,
        gzip_from: 16 * 1024,
        calls_at_once: 8,
    }
}

pub(in crate::healthengine) fn settings(base_url: &str) -> ConnectionSettings {
    ConnectionSettings {
        base_url: base_url.parse().unwrap(),
        api_key: SecretString::from(API_KEY),
        vendor_name: "Acme Dental Cloud".to_owned(),
        vendor_email: "integrations@acme.example".to_owned(),
        environment: "UAT".to_owned(),
        extra_ca: None,
        limits: limits(),
    }
}

pub(in crate::healthengine) fn open(settings: &ConnectionSettings) -> Connection {
    Connection::open(settings, Arc::new(FixedClock)).unwrap()
}

pub(in crate::healthengine) fn refusal(settings: &ConnectionSettings) -> String {
    Connection::open(settings, Arc::new(FixedClock))
        .unwrap_err()
        .to_string()
}

pub(in crate::healthengine) fn access(key: &str) -> Arc<Access> {
    Arc::new(Access {
        practice_id: PracticeId::parse("1234567").unwrap(),
        practice_key: SecretString::from(key),
    })
}

pub(in crate::healthengine) fn client(settings: &ConnectionSettings) -> PracticeClient {
    open(settings).practice(&access(PRACTICE_KEY))
}
