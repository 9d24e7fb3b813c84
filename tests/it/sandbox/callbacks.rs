//! Subscriptions, their callbacks, and the log of those that failed.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use healthengine_connector::sandbox::{Ask, Wish};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::world::World;

/// Somebody who is called back, and answers each call with this status.
struct Listener {
    url: String,
    heard: Arc<Mutex<Vec<Value>>>,
    _server: JoinSet<()>,
}

impl Listener {
    async fn answering(status: StatusCode) -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&heard);
        let hear = post(move |body: String| async move {
            into.lock()
                .unwrap()
                .push(serde_json::from_str(&body).unwrap());
            status
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let mut server = JoinSet::new();
        server.spawn(async move {
            let router = Router::new().route("/hook", hear);
            axum::serve(listener, router).await.unwrap();
        });
        Self {
            url,
            heard,
            _server: server,
        }
    }

    fn heard(&self) -> Vec<Value> {
        self.heard.lock().unwrap().clone()
    }

    /// Waits until so many callbacks were heard.
    async fn hears(&self, count: usize) {
        for _ in 0..500 {
            if self.heard().len() >= count {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("{} of {count} callbacks", self.heard().len());
    }
}

impl World {
    async fn subscribe(&self, body: Value) -> Value {
        let answer = self.post("/subscription", &body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body
    }

    /// Waits until so many failures are logged.
    async fn logs(&self, count: usize) -> Value {
        for _ in 0..500 {
            let log = self.get("/subscriptionErrorLog").await.accepted();
            if log["data"].as_array().unwrap().len() >= count {
                return log["data"].clone();
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("never {count} failures");
    }
}

#[tokio::test]
async fn a_subscriber_hears_of_its_topic_with_its_client_id_and_no_patient() {
    let world = World::published().await;
    let listener = Listener::answering(StatusCode::NO_CONTENT).await;
    let subscription = world
        .subscribe(
            json!({"topic": "requests.bookings", "callbackUrl": listener.url,
                          "clientId": "secret"}),
        )
        .await;
    world
        .sandbox
        .ask(&world.practice, Ask::PmsResources {})
        .unwrap();
    let booking = world.book(Wish::default());
    listener.hears(1).await;
    assert_eq!(
        listener.heard(),
        [json!({
            "timestamp": "2026-11-22 21:00:00",
            "id": subscription["id"],
            "clientId": "secret",
            "topic": "requests.bookings",
            "data": {"target": "/requests/bookings", "requestType": "bookings",
                     "bookingId": booking.booking},
        })]
    );
}

#[tokio::test]
async fn a_subscriber_to_everything_hears_of_everything() {
    let world = World::published().await;
    let listener = Listener::answering(StatusCode::OK).await;
    world
        .subscribe(json!({"topic": "requests.*", "callbackUrl": listener.url}))
        .await;
    let booking = world.book(Wish::default()).booking;
    let ask = |ask| world.sandbox.ask(&world.practice, ask).unwrap();
    ask(Ask::BookingUpdates { booking });
    ask(Ask::PmsResources {});
    listener.hears(3).await;
    let heard = listener.heard();
    let resources = heard
        .iter()
        .find(|one| one["data"]["requestType"] == "pmsResources")
        .unwrap();
    assert_eq!(resources["data"]["target"], Value::Null);
}

#[tokio::test]
async fn a_failed_callback_is_logged_and_tried_again_after_10_100_and_1000_seconds() {
    let world = World::published().await;
    let listener = Listener::answering(StatusCode::INTERNAL_SERVER_ERROR).await;
    let id = world
        .subscribe(json!({"topic": "requests.bookings", "callbackUrl": listener.url}))
        .await["id"]
        .clone();
    world.book(Wish::default());
    world.logs(1).await;
    for (attempt, wait) in [(2, 10), (3, 100), (4, 1000)] {
        world.advance(wait - 1);
        world.sandbox.deliver_due().await;
        assert_eq!(listener.heard().len(), attempt - 1, "not too early");
        world.advance(1);
        world.logs(attempt).await;
    }
    world.advance(100_000);
    world.sandbox.deliver_due().await;
    assert_eq!(listener.heard().len(), 4, "then dropped");
    let id = id.as_str().unwrap();
    let path = format!("/subscriptionErrorLog?subscriptionId={id}&from=2026-11-22%2021:00:05");
    let log = world.get(&path).await.accepted();
    assert_eq!(log["page"]["total"], 3, "the first was earlier");
    assert_eq!(log["data"][2]["attempt"], 4);
    assert_eq!(log["data"][0]["payload"]["data"]["requestType"], "bookings");
    let other = world.get("/subscriptionErrorLog?subscriptionId=x").await;
    assert_eq!(other.accepted()["page"]["total"], 0);
}

#[tokio::test]
async fn a_subscription_is_created_updated_read_and_deleted() {
    let world = World::empty().await;
    let body = json!({"topic": "requests.bookings", "callbackUrl": "http://127.0.0.1:9/a"});
    let first = world.subscribe(body.clone()).await;
    assert_eq!(first["startAt"], "2026-11-22 21:00:00");
    let mut renewed = body;
    renewed["expireAt"] = json!("2026-11-23 21:00:00");
    let second = world.subscribe(renewed).await;
    assert_eq!(first["id"], second["id"], "the same topic and URL");
    let path = format!("/subscription/{}", first["id"].as_str().unwrap());
    assert_eq!(world.get(&path).await.accepted(), second);
    assert_eq!(world.get("/subscription").await.accepted(), json!([second]));
    assert_eq!(world.delete(&path).await.status, 204);
    assert_eq!(world.delete(&path).await.status, 404);
    assert_eq!(world.get(&path).await.status, 404);
}

#[tokio::test]
async fn a_subscription_ends_when_it_expires() {
    let world = World::empty().await;
    world
        .subscribe(
            json!({"topic": "requests.*", "callbackUrl": "http://127.0.0.1:9/a",
                          "expireAt": "2026-11-22 21:01:00"}),
        )
        .await;
    world.advance(59);
    let current = || async { world.get("/subscription").await.accepted() };
    assert_eq!(current().await.as_array().unwrap().len(), 1);
    world.advance(1);
    assert_eq!(current().await, json!([]));
}

#[tokio::test]
async fn a_subscription_has_a_known_topic_a_url_of_this_machine_and_ordered_times() {
    let world = World::empty().await;
    for (body, rule) in [
        (
            json!({"topic": "bookings", "callbackUrl": "http://127.0.0.1/"}),
            "topic: must be requests.* or requests.<type>",
        ),
        (
            json!({"topic": "requests.*", "callbackUrl": "127.0.0.1"}),
            "callbackUrl: must be an http or https URL",
        ),
        (
            json!({"topic": "requests.*", "callbackUrl": "https://hooks.example/"}),
            "callbackUrl: must be on this machine: this sandbox calls no other",
        ),
        (
            json!({"topic": "requests.*", "callbackUrl": "http://localhost/",
                   "startAt": "2026-11-23 00:00:00", "expireAt": "2026-11-23 00:00:00"}),
            "expireAt: must be after startAt",
        ),
        (
            json!({"topic": "requests.*", "callbackUrl": "http://localhost/",
                   "expireAt": "2026-11-23T00:00:00Z"}),
            "expireAt: must be a timestamp, YYYY-MM-DD HH:MM:SS",
        ),
    ] {
        assert_eq!(world.post("/subscription", &body).await.rule(), rule);
    }
}
