//! How long a practice rests between two activations.

use std::time::Duration;

use chrono::{DateTime, Utc};
use healthengine_connector::domain::clock::Clock as _;
use healthengine_connector::healthengine::Verdict;
use healthengine_connector::practice::status::Condition;

use crate::world::healthengine::{Fault as CallFault, Op};
use crate::world::{World, minutes, seconds};

#[tokio::test]
async fn inside_live_hours_a_practice_polls_at_least_every_five_seconds() {
    let mut world = World::linked().await;
    for _ in 0..50 {
        let wait = world.activate().await.wait;
        assert!(
            wait <= seconds(5) && wait >= Duration::from_millis(4500),
            "{wait:?}"
        );
        world.clock.advance(wait);
    }
    world.finish().await;
}

#[tokio::test]
async fn a_clock_that_is_put_back_stops_no_polls() {
    let mut world = World::linked().await;
    world.clock.set("2026-11-22T21:30:00Z".parse().unwrap());
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    for _ in 0..3 {
        let wait = world.activate().await.wait;
        assert!(wait <= seconds(5), "{wait:?}");
        world.clock.advance(wait);
    }
    assert_eq!(world.healthengine.told(booking).len(), 1);
    assert_eq!(world.healthengine.calls(Op::Requests), 3);
}

#[tokio::test]
async fn outside_live_hours_a_practice_polls_as_configured() {
    let mut world = World::linked_with(|plan| {
        plan.begin = "2026-11-22T12:00:00Z".parse().unwrap();
        plan.rhythm.poll_outside_live_hours = minutes(10);
    })
    .await;
    let wait = world.activate().await.wait;
    assert!(wait <= minutes(10) && wait >= minutes(9), "{wait:?}");
    world.finish().await;
}

#[tokio::test]
async fn the_longer_wait_outside_live_hours_ends_where_they_begin() {
    // 07:57 in Sydney, three minutes before the practice opens.
    let mut world = World::linked_with(|plan| {
        plan.begin = "2026-11-22T20:57:00Z".parse().unwrap();
        plan.rhythm.poll_outside_live_hours = minutes(10);
    })
    .await;
    let opening = "2026-11-22T21:00:00Z".parse::<DateTime<Utc>>().unwrap();
    let wait = world.activate().await.wait;
    let next = world.clock.now() + wait;
    assert!(next >= opening && next <= opening + seconds(5), "{next}");
    world.finish().await;
}

#[tokio::test]
async fn retry_after_is_honoured_for_a_poll_and_for_availability() {
    for op in [Op::Requests, Op::Availability] {
        let mut world = World::linked().await;
        let slow = CallFault::Before(Verdict::Slow(Some(seconds(40))));
        world.healthengine.fail(op, [slow]);
        world.healthengine.want("2026-11-24", None);
        let wait = world.activate().await.wait;
        assert_eq!(wait, seconds(40), "{op:?}");
        let calls = world.healthengine.sequence().len();
        // Woken all the same, it makes no call.
        world.clock.advance(seconds(20));
        world.activate().await;
        assert_eq!(world.healthengine.sequence().len(), calls, "{op:?}");
        world.clock.advance(seconds(20));
        world.run_for(seconds(6)).await;
        world.finish().await;
    }
}

#[tokio::test]
async fn a_poll_that_fails_backs_off_up_to_half_a_minute() {
    let mut world = World::linked().await;
    let down = CallFault::Before(Verdict::NotSent);
    world.healthengine.fail(Op::Requests, [down; 8]);
    let mut waits = Vec::new();
    for _ in 0..8 {
        let wait = world.activate().await.wait;
        waits.push(wait.as_millis());
        world.clock.advance(wait);
    }
    assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    assert_eq!(world.status.condition, Condition::HealthengineUnreachable);
    world.finish().await;
}

#[tokio::test]
async fn a_list_that_keeps_failing_is_fetched_at_the_pace_of_the_polls_and_shown() {
    for op in [Op::Updates, Op::AvailabilityRequests, Op::Bookings] {
        let mut world = World::linked().await;
        let lost = CallFault::Before(Verdict::Unknown);
        world.healthengine.fail(op, [lost; 200]);
        world.healthengine.want("2026-11-24", None);
        world
            .healthengine
            .cancel(2, healthengine_connector::domain::id::BookingId::new(404));
        world.healthengine.book_unreadably(7, "nothing");
        world.run_for(minutes(1)).await;
        let polls = world.healthengine.calls(Op::Requests);
        assert!(polls <= 30, "{op:?}: {polls} polls in a minute");
        assert_eq!(
            world.status.condition,
            Condition::HealthengineUnreachable,
            "{op:?}"
        );
        world.healthengine.heal();
        world.run_for(seconds(10)).await;
        assert_eq!(world.status.condition, Condition::Healthy, "{op:?}");
    }
}

#[tokio::test]
async fn a_diary_that_is_down_is_asked_ever_more_slowly() {
    let mut world = World::linked().await;
    world.pms.set_down(true);
    world.healthengine.want("2026-11-24", None);
    world.run_for(minutes(2)).await;
    let before = world.pms.state().traffic.len();
    world.run_for(minutes(5)).await;
    let asked = world.pms.state().traffic.len() - before;
    assert!((8..=22).contains(&asked), "{asked} calls in five minutes");
    assert_eq!(world.status.condition, Condition::PmsUnreachable);
    world.pms.set_down(false);
    world.run_for(minutes(1)).await;
    world.finish().await;
}
