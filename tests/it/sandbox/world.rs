//! A served sandbox with one practice, a clock that stands still, and a caller who keeps the rules
//! unless a test says otherwise.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use healthengine_connector::domain::civil::Zone;
use healthengine_connector::domain::clock::Clock;
use healthengine_connector::domain::id::PracticeId;
use healthengine_connector::sandbox::{Entry, PracticeView, Sandbox, SandboxSettings, Wish};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A clock that moves when it is told to.
pub(crate) struct StillClock(AtomicI64);

impl Clock for StillClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.load(Ordering::SeqCst), 0).unwrap()
    }
}

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) practice: PracticeId,
    pub(crate) base: String,
    clock: Arc<StillClock>,
    client: reqwest::Client,
    _server: JoinSet<()>,
}

pub(crate) const USER_AGENT: &str = "Acme Dental Cloud (integrations@acme.example) UAT";

/// Monday, 23 November 2026, 08:00 in Sydney.
const MONDAY_EIGHT: i64 = 1_795_381_200;
/// That day.
pub(crate) const MONDAY: &str = "2026-11-23";
/// The day after.
pub(crate) const TUESDAY: &str = "2026-11-24";

impl World {
    /// A practice that has granted its consent, and to which nothing was sent.
    pub(crate) async fn empty() -> Self {
        let clock = Arc::new(StillClock(AtomicI64::new(MONDAY_EIGHT)));
        let sandbox = Sandbox::new(SandboxSettings::default(), Arc::<StillClock>::clone(&clock));
        let practice = PracticeId::parse("1234567").unwrap();
        let sydney = Zone::parse("Australia/Sydney").unwrap();
        sandbox.add_practice(&practice, "practice-key", sydney);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut server = JoinSet::new();
        let handle = sandbox.clone();
        server.spawn(async move {
            handle
                .serve(listener, std::future::pending())
                .await
                .unwrap();
        });
        Self {
            sandbox,
            practice,
            base: format!("http://{address}"),
            clock,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            _server: server,
        }
    }

    /// A practice with two resources, a type for all, a type for one, and Monday from 9 to 12.
    pub(crate) async fn published() -> Self {
        let world = Self::empty().await;
        world
            .post("/config/pmsResources/snapshot", &resources(&["r1", "r2"]))
            .await
            .accepted();
        world
            .post(
                "/config/pmsAppointmentTypes/snapshot",
                &json!([
                    {"pmsAppointmentTypeId": "short", "pmsAppointmentTypeName": "Short",
                     "pmsAppointmentLength": 15},
                    {"pmsAppointmentTypeId": "long", "pmsAppointmentTypeName": "Long",
                     "pmsAppointmentLength": 60, "pmsResourceId": "r1"},
                ]),
            )
            .await
            .accepted();
        world
            .post(
                "/availability/snapshot",
                &day("r1", MONDAY, "09:00", "12:00"),
            )
            .await
            .accepted();
        world
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// A call without a body, with the headers of a caller who keeps the rules.
    pub(crate) fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}/pms-api/v1{path}", self.base))
            .header("api-key", "sandbox")
            .header("practice-id", "1234567")
            .header("practice-key", "practice-key")
            .header("user-agent", USER_AGENT)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.call(Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.call(Method::DELETE, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(with_json(self.call(Method::POST, path), body)).await
    }

    /// A `POST` of an operation that has no body.
    pub(crate) async fn post_nothing(&self, path: &str) -> Answer {
        Answer::of(self.call(Method::POST, path)).await
    }

    /// A control, by its path below `/_sandbox`.
    pub(crate) async fn control(&self, method: Method, path: &str, body: &Value) -> Answer {
        let url = format!("{}/_sandbox{path}", self.base);
        Answer::of(with_json(self.client.request(method, url), body)).await
    }

    pub(crate) fn view(&self) -> PracticeView {
        self.sandbox.state(&self.practice).unwrap()
    }

    pub(crate) fn book(&self, wish: Wish) -> Entry {
        self.sandbox.book(&self.practice, wish).unwrap()
    }

    /// A booking as it stands now.
    pub(crate) fn booking(&self, id: i64) -> Entry {
        let mut books = self.sandbox.books().into_iter();
        books.find(|entry| entry.booking == id).unwrap()
    }

    /// The starts offered on Monday, as `HH:MM`.
    pub(crate) fn offered(&self, resource: &str, chosen: Option<&str>) -> Vec<String> {
        self.sandbox
            .offered(
                &self.practice,
                Some(resource),
                MONDAY.parse().unwrap(),
                chosen,
            )
            .unwrap()
            .iter()
            .map(|offered| offered.start.format("%H:%M").to_string())
            .collect()
    }
}

pub(crate) fn with_json(call: RequestBuilder, body: &Value) -> RequestBuilder {
    call.header("content-type", "application/json")
        .body(body.to_string())
}

/// A status and a body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) async fn of(call: RequestBuilder) -> Self {
        let answer = call.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        Self {
            status,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
        }
    }

    pub(crate) fn accepted(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// The rule that a 400 names.
    pub(crate) fn rule(self) -> String {
        assert_eq!(self.status, 400, "{}", self.body);
        self.body["error"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn resources(ids: &[&str]) -> Value {
    ids.iter()
        .map(|id| json!({"pmsResourceId": id, "pmsResourceName": format!("Resource {id}")}))
        .collect()
}

/// A snapshot of one range in slots of 15 minutes.
pub(crate) fn day(resource: &str, date: &str, start: &str, end: &str) -> Value {
    json!({
        "pmsResourceId": resource,
        "date": date,
        "availability": [{"start": start, "end": end, "slotLength": 900}],
    })
}

/// A confirmation of one appointment.
pub(crate) fn confirmation() -> Value {
    json!({"pmsAppointmentIds": ["a1"], "pmsPatientId": "p1"})
}
