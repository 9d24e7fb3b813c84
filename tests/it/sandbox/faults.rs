//! Faults on demand.

use healthengine_connector::sandbox::{DropWhen, Fault, Wish};
use reqwest::Method;
use serde_json::json;

use super::world::{World, confirmation, with_json};

fn once(path: &str) -> Fault {
    Fault {
        path: path.to_owned(),
        ..Fault::default()
    }
}

#[tokio::test]
async fn a_status_answers_so_many_calls_and_does_nothing() {
    let world = World::published().await;
    let booking = world.book(Wish::default()).booking;
    let fault = json!({"path": "/bookings/*/confirmInsert", "count": 2, "status": 503,
                       "retry_after": 7});
    let added = world.control(Method::POST, "/faults", &fault).await;
    assert_eq!(added.status, 201);
    let path = format!("/bookings/{booking}/confirmInsert");
    for _ in 0..2 {
        let call = with_json(world.call(Method::POST, &path), &confirmation());
        let answer = call.send().await.unwrap();
        assert_eq!(answer.status(), 503);
        assert_eq!(answer.headers()["retry-after"], "7");
    }
    assert_eq!(world.booking(booking).answers, 0);
    world.post(&path, &confirmation()).await.accepted();
}

#[tokio::test]
async fn a_connection_dropped_before_has_done_nothing_and_one_dropped_after_has_done_it() {
    for (when, answers) in [(DropWhen::Before, 0), (DropWhen::After, 1)] {
        let world = World::published().await;
        let booking = world.book(Wish::default()).booking;
        world.sandbox.add_fault(Fault {
            drop: Some(when),
            ..once("/bookings/*")
        });
        let path = format!("/bookings/{booking}/confirmInsert");
        let call = with_json(world.call(Method::POST, &path), &confirmation());
        call.send().await.expect_err("there is no answer");
        assert_eq!(world.booking(booking).answers, answers, "{when:?}");
    }
}

#[tokio::test]
async fn a_garbled_answer_is_not_json_and_a_fault_is_one_practices_own() {
    let world = World::published().await;
    world.sandbox.add_fault(Fault {
        practice: Some("other".to_owned()),
        status: Some(500),
        ..once("/requests")
    });
    world.sandbox.add_fault(Fault {
        method: Some("GET".to_owned()),
        garble: true,
        ..once("/requests*")
    });
    let answer = world.call(Method::GET, "/requests").send().await.unwrap();
    let text = answer.text().await.unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_err());
    world.get("/requests").await.accepted();
    assert_eq!(world.sandbox.faults().len(), 1);
    world
        .control(Method::DELETE, "/faults", &json!(null))
        .await
        .accepted();
    assert!(world.sandbox.faults().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_held_back_was_done_when_the_caller_gave_up() {
    let world = World::published().await;
    let booking = world.book(Wish::default()).booking;
    world.sandbox.add_fault(Fault {
        hold_ms: Some(60_000),
        ..once("/bookings/*")
    });
    let path = format!("/bookings/{booking}/confirmInsert");
    let call = with_json(world.call(Method::POST, &path), &confirmation())
        .timeout(std::time::Duration::from_millis(300));
    assert!(call.send().await.unwrap_err().is_timeout());
    assert_eq!(world.booking(booking).answers, 1);
}

#[tokio::test]
async fn a_fault_without_an_effect_is_refused() {
    let world = World::empty().await;
    for bad in [
        json!({"path": "*"}),
        json!({"status": 99}),
        json!({"stat": 1}),
    ] {
        let added = world.control(Method::POST, "/faults", &bad).await;
        assert!((400..500).contains(&added.status), "{bad}");
    }
    assert!(world.sandbox.faults().is_empty());
}
