//! Lists come in pages, and shrink while they are answered.

use healthengine_connector::sandbox::Wish;
use reqwest::Method;
use serde_json::{Value, json};

use super::world::{World, confirmation};

#[tokio::test]
async fn a_list_comes_in_pages_and_shrinks_while_it_is_answered() {
    let world = World::published().await;
    world
        .control(Method::POST, "/settings", &json!({"per_page": 2}))
        .await
        .accepted();
    let bookings: Vec<i64> = (0..5)
        .map(|_| world.book(Wish::default()).booking)
        .collect();
    let page = |number: u32| {
        let path = format!("/requests/bookings?page={number}");
        let world = &world;
        async move { world.get(&path).await.accepted() }
    };
    let ids = |page: &Value| -> Vec<i64> {
        let data = page["data"].as_array().unwrap().iter();
        data.map(|one| one["bookingId"].as_i64().unwrap()).collect()
    };
    let first = page(1).await;
    assert_eq!(
        first["page"],
        json!({"currentPage": 1, "totalPages": 3, "perPage": 2, "total": 5})
    );
    assert_eq!(ids(&first), bookings[..2]);
    for id in ids(&first) {
        let path = format!("/bookings/{id}/confirmInsert");
        world.post(&path, &confirmation()).await.accepted();
    }
    // What was on page two has moved to page one.
    assert_eq!(ids(&page(2).await), bookings[4..]);
    assert_eq!(ids(&page(1).await), bookings[2..4]);
    assert!(ids(&page(9).await).is_empty());
}

#[tokio::test]
async fn pages_are_numbered_from_one() {
    let world = World::empty().await;
    for bad in ["0", "-1", "one", ""] {
        let path = format!("/requests/bookings?page={bad}");
        let rule = world.get(&path).await.rule();
        assert_eq!(rule, "page: must be an integer from 1", "{bad}");
    }
    let empty = world.get("/requests/bookings").await.accepted();
    assert_eq!(
        empty["page"],
        json!({"currentPage": 1, "totalPages": 1, "perPage": 100, "total": 0})
    );
}

#[tokio::test]
async fn a_kind_that_the_definition_does_not_have_can_be_asked() {
    let world = World::empty().await;
    let asked = world
        .control(
            Method::POST,
            "/practices/1234567/requests",
            &json!({"kind": "somethingNew"}),
        )
        .await;
    assert_eq!(asked.status, 201);
    assert_eq!(
        world.get("/requests").await.accepted(),
        json!(["somethingNew"])
    );
}
