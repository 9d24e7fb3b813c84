//! The controls over HTTP, as `docs/sandbox.md` describes them.

use reqwest::Method;
use serde_json::{Value, json};

use super::world::{MONDAY, World};

const PRACTICE: &str = "/practices/1234567";

impl World {
    async fn look(&self, path: &str) -> Value {
        self.control(Method::GET, path, &Value::Null)
            .await
            .accepted()
    }

    async fn tell(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self.control(Method::POST, path, &body).await;
        (answer.status, answer.body)
    }
}

#[tokio::test]
async fn a_practice_is_added_and_its_keys_can_change() {
    let world = World::empty().await;
    let with =
        |key: &str| json!({"practice_id": "7", "practice_key": key, "timezone": "Australia/Perth"});
    assert_eq!(world.tell("/practices", with("one")).await.0, 201);
    assert_eq!(world.tell("/practices", with("two")).await.0, 201);
    assert_eq!(
        world.look("/practices/7").await["timezone"],
        "Australia/Perth"
    );
    assert_eq!(world.look("/practices").await.as_array().unwrap().len(), 2);
    let nowhere = json!({"practice_id": "8", "practice_key": "k", "timezone": "Perth"});
    assert_eq!(world.tell("/practices", nowhere).await.0, 400);
    let misspelt = json!({"practice_id": "8", "practice_kay": "k"});
    assert_eq!(world.tell("/practices", misspelt).await.0, 400);
}

#[tokio::test]
async fn a_patient_looks_books_and_cancels() {
    let world = World::published().await;
    let path = format!("{PRACTICE}/offered?resource=r1&type=long&date={MONDAY}");
    let offered = world.look(&path).await;
    assert_eq!(
        offered[0],
        json!({"start": "2026-11-23 09:00:00", "resource": "r1", "type": "long",
               "length_seconds": 3600})
    );
    let today = world.look(&format!("{PRACTICE}/offered")).await;
    assert_eq!(today.as_array().unwrap().len(), 12, "today is that day");
    let bookings = format!("{PRACTICE}/bookings");
    let wish = json!({"resource": "r1", "start": "2026-11-23 09:00", "type": "long",
                      "patient": {"firstname": "Testa", "lastname": "Sample-1"}});
    let (status, booking) = world.tell(&bookings, wish.clone()).await;
    assert_eq!(status, 201);
    assert_eq!(booking["standing"], "requested");
    assert_eq!(booking["patient"], "Testa Sample-1");
    let (status, why) = world.tell(&bookings, wish).await;
    assert_eq!(status, 409);
    assert_eq!(
        why["error"],
        "the time is not offered: `force` books it anyway"
    );
    let cancel = format!("{bookings}/{}/cancel", booking["booking"]);
    assert_eq!(world.tell(&cancel, json!(null)).await.0, 200);
    assert_eq!(world.tell(&cancel, json!(null)).await.0, 409);
    let books = world.look("/books").await;
    let happened = |line: usize| books[0]["history"][line]["what"].clone();
    assert_eq!(
        (happened(0), happened(1)),
        (json!("made"), json!("cancelled_by_patient"))
    );
}

#[tokio::test]
async fn a_booking_of_what_was_never_sent_needs_force_and_says_so() {
    let world = World::published().await;
    let bookings = format!("{PRACTICE}/bookings");
    for (wish, status) in [
        (json!({"type": "never-sent"}), 409),
        (json!({"resource": "never-sent"}), 409),
        (json!({"force": true}), 400),
        (json!({"start": "tomorrow"}), 400),
        (json!({"forced": true}), 400),
        (
            json!({"force": true, "resource": "never-sent", "start": "2026-11-23 03:00",
                   "length_seconds": 600}),
            201,
        ),
    ] {
        assert_eq!(
            world.tell(&bookings, wish.clone()).await.0,
            status,
            "{wish}"
        );
    }
    let unknown = "/practices/8/bookings";
    assert_eq!(world.tell(unknown, json!({})).await.0, 404);
}

#[tokio::test]
async fn what_is_asked_is_checked_against_the_practice() {
    let world = World::published().await;
    let requests = format!("{PRACTICE}/requests");
    for (ask, status) in [
        (json!({"kind": "availability", "day": MONDAY}), 201),
        (
            json!({"kind": "availability", "day": MONDAY, "resource": "r9"}),
            409,
        ),
        (json!({"kind": "availability"}), 400),
        (json!({"kind": "pmsAppointmentChanges", "booking": 1}), 404),
        (json!({"kind": "bookingUpdates", "booking": 1}), 201),
        (json!({}), 400),
    ] {
        assert_eq!(world.tell(&requests, ask.clone()).await.0, status, "{ask}");
    }
}

#[tokio::test]
async fn violations_are_listed_with_practice_time_operation_and_rule() {
    let world = World::empty().await;
    world.post("/config/livenessContract", &json!([])).await;
    assert_eq!(
        world.look("/violations").await,
        json!({
            "unknown_practice_calls": 0,
            "violations": [{
                "practice": "1234567",
                "at": "2026-11-22 21:00:00",
                "operation": "POST /config/livenessContract",
                "rule": "body: must be an object",
            }],
        })
    );
}

#[tokio::test]
async fn a_reset_forgets_everything() {
    let world = World::published().await;
    world.tell("/faults", json!({"status": 500})).await;
    assert_eq!(world.tell("/reset", json!(null)).await.0, 200);
    assert_eq!(world.look("/practices").await, json!([]));
    assert_eq!(world.look("/faults").await, json!([]));
    assert_eq!(world.get("/requests").await.status, 401);
}
