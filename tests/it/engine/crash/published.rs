//! What is published after a kill at any call: no more than the diary offers, and no less.

use std::time::Duration;

use healthengine_connector::domain::booking::RejectReason;
use healthengine_connector::domain::id::BookingId;

use super::{LONG_ENOUGH, killed_everywhere, killed_while};
use crate::world::healthengine::Answer;
use crate::world::patient::patient;
use crate::world::pms::{Call, Fault, FrontDesk as _, resource};
use crate::world::{World, range, seconds};

#[tokio::test]
async fn a_list_that_has_shrunk_is_not_sent_at_any_kill() {
    for left in [0, 1] {
        let scene = async || {
            let mut world = World::with(|plan| {
                plan.pms.state().diary.resources.push(resource("R3"));
            });
            world.run_for(seconds(10)).await;
            world.pms.state().diary.resources.truncate(left);
            world.pms.state().diary.everything_changed();
            world
        };
        // The diary was mended: the practice goes on as if nothing had been.
        let check = |world: &World| {
            assert_eq!(world.healthengine.books().resources.len(), 3);
            let mut state = world.pms.state();
            state.diary.resources = ["R1", "R2", "R3"].map(resource).into();
            state.diary.everything_changed();
        };
        killed_while(
            ("shrunken list", LONG_ENOUGH),
            scene,
            |_| {},
            check,
            Some(&[]),
        )
        .await;
    }
}

#[tokio::test]
async fn a_day_that_fails_inside_a_success_is_sent_again_at_every_kill() {
    let scene = async || {
        let world = World::new();
        let day = "2026-11-24".parse().unwrap();
        world.healthengine.books().bad_days.insert(day, 1);
        world
    };
    killed_everywhere("failed day", scene, |_| {}).await;
}

#[tokio::test]
async fn a_changed_day_that_cannot_be_read_is_read_again_at_every_kill() {
    let scene = async || {
        let world = World::linked().await;
        let mut state = world.pms.state();
        state.diary.type_in("R1", "2026-11-24 09:30", patient(90));
        drop(state);
        world.pms.fail(Call::Availability, [Fault::LoseRequest]);
        world.clock.advance(Duration::from_secs(60));
        world
    };
    killed_everywhere("unread day", scene, |_| {}).await;
}

#[tokio::test]
async fn a_time_that_the_clock_jumps_over_is_neither_offered_nor_booked_at_any_kill() {
    let scene = async || {
        let world = World::linked_with(|plan| {
            // Sydney, in the evening before the clocks go forward.
            plan.begin = "2026-10-03T10:00:00Z".parse().unwrap();
            plan.pms.state().diary.hours = vec![range("00:00", "12:00")];
        })
        .await;
        world.healthengine.book(1, "2026-10-04 02:30");
        world
    };
    killed_everywhere("gap", scene, |world| {
        let told = world.healthengine.told(BookingId::new(1));
        let expected = Answer::Rejected(RejectReason::TimeDoesNotExist.to_string());
        assert_eq!(told, [expected]);
    })
    .await;
}
