//! The ten-minute rule.

use healthengine_connector::sandbox::{Ask, Wish};
use serde_json::json;

use super::world::{MONDAY, World, confirmation, day};

impl World {
    fn reason(&self) -> Option<String> {
        self.view().health.reason
    }
}

#[tokio::test]
async fn a_booking_unanswered_for_ten_minutes_hides_the_practice_until_it_is_answered() {
    let world = World::published().await;
    let booking = world.book(Wish::default()).booking;
    world.advance(600);
    assert_eq!(world.reason(), None);
    world.advance(1);
    assert_eq!(
        world.reason().as_deref(),
        Some("a request of kind bookings was not answered for ten minutes")
    );
    assert!(world.offered("r1", None).is_empty());
    let path = format!("/bookings/{booking}/confirmInsert");
    world.post(&path, &confirmation()).await.accepted();
    assert_eq!(world.reason(), None);
    assert!(!world.offered("r1", None).is_empty());
    assert_eq!(world.view().health.changes.len(), 2, "both are recorded");
}

#[tokio::test]
async fn updates_and_availability_requests_count_for_health_and_other_kinds_do_not() {
    for (ask, hides) in [
        (Ask::BookingUpdates { booking: 1 }, true),
        (
            Ask::Availability {
                day: MONDAY.parse().unwrap(),
                resource: None,
            },
            true,
        ),
        (Ask::PmsResources {}, false),
        (Ask::PmsAppointmentTypes {}, false),
    ] {
        let world = World::published().await;
        world.sandbox.ask(&world.practice, ask.clone()).unwrap();
        world.advance(601);
        assert_eq!(world.reason().is_some(), hides, "{ask:?}");
    }
}

#[tokio::test]
async fn polls_more_than_ten_minutes_apart_hide_the_practice_until_the_next() {
    let world = World::published().await;
    world.get("/requests").await.accepted();
    world.advance(5);
    world.get("/requests").await.accepted();
    world.advance(601);
    assert_eq!(world.reason().as_deref(), Some("no poll for ten minutes"));
    world.get("/requests").await.accepted();
    assert_eq!(world.reason(), None);
    let polls = world.view().polls;
    assert_eq!((polls.count, polls.widest_gap_ms), (3, 601_000));
}

#[tokio::test]
async fn outside_live_hours_nothing_is_held_against_the_practice() {
    let world = World::published().await;
    let contract = json!({"liveHours": {"monday": [{"start": "09:00", "end": "17:00"}]}});
    world
        .post("/config/livenessContract", &contract)
        .await
        .accepted();
    world
        .post(
            "/availability/snapshot",
            &day("r1", MONDAY, "11:00", "12:00"),
        )
        .await
        .accepted();
    world.get("/requests").await.accepted();
    world.book(Wish::default());
    // 08:45: forty-five minutes late, and still before the practice's hours.
    world.advance(45 * 60);
    assert_eq!(world.reason(), None);
    // 09:10: the ten minutes have begun at 09:00.
    world.advance(25 * 60);
    assert_eq!(world.reason(), None);
    world.advance(1);
    assert!(world.reason().is_some());
}
