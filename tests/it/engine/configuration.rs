//! Live hours, resources and appointment types: sent when asked, when changed, and never so that
//! something is deleted by mistake.

use healthengine_connector::domain::booking::RejectReason;
use healthengine_connector::healthengine::{Refusal, RequestKind, Verdict};
use healthengine_connector::pms::PmsError;
use healthengine_connector::practice::control::Removals;
use healthengine_connector::practice::status::Condition;

use crate::world::healthengine::{Answer, Fault as CallFault, Op};
use crate::world::pms::{Call, Fault, appointment_type, resource};
use crate::world::{World, minutes, seconds};

#[tokio::test]
async fn resources_and_types_are_sent_again_when_healthengine_asks() {
    for kind in [RequestKind::PmsResources, RequestKind::PmsAppointmentTypes] {
        let mut world = World::linked().await;
        world.healthengine.books().kinds.insert(kind.clone());
        world.activate().await;
        assert!(world.healthengine.books().kinds.is_empty(), "{kind}");
        world.run_for(seconds(20)).await;
        assert_eq!(world.healthengine.calls(Op::Resources), 1, "once");
        assert_eq!(
            world.healthengine.calls(Op::Availability),
            0,
            "no day changed"
        );
        world.finish().await;
    }
}

#[tokio::test]
async fn what_changed_in_the_diary_is_sent_and_what_did_not_is_not() {
    let mut world = World::linked().await;
    {
        let mut state = world.pms.state();
        state.diary.resources.push(resource("R3"));
        state.diary.everything_changed();
    }
    world.run_for(seconds(70)).await;
    assert_eq!(world.healthengine.calls(Op::Resources), 1);
    assert_eq!(world.healthengine.calls(Op::Types), 0);
    assert_eq!(
        world.healthengine.books().batches,
        [3],
        "the new resource's days"
    );
    {
        let mut state = world.pms.state();
        state.diary.types.push(appointment_type("T3", None));
        state.diary.everything_changed();
    }
    world.run_for(seconds(70)).await;
    assert_eq!(world.healthengine.calls(Op::Resources), 1);
    assert_eq!(world.healthengine.calls(Op::Types), 1);
    world.finish().await;
}

#[tokio::test]
async fn an_empty_or_shrunken_read_waits_for_a_person_who_may_accept_it() {
    for left in [0, 1] {
        // GIVEN a diary that shows fewer than half of its resources, or none
        let mut world = World::with(|plan| {
            plan.pms.state().diary.resources.push(resource("R3"));
        });
        world.run_for(seconds(10)).await;
        let before = world.pms.state().diary.resources.clone();
        world.pms.state().diary.resources.truncate(left);
        world.pms.state().diary.everything_changed();
        world.run_for(minutes(5)).await;
        // THEN nothing is deleted, and a person is asked once
        assert_eq!(world.healthengine.books().resources.len(), 3);
        assert_eq!(world.healthengine.calls(Op::Resources), 1);
        let items = world.items().await;
        assert_eq!(items.len(), 1);
        assert!(
            items[0]
                .sentence
                .contains("resync harbour-dental --accept-removals")
        );
        assert_eq!(world.status.condition, Condition::WaitingForPerson);
        // AND a plain resync changes nothing
        world.resync(Removals::Guarded).await;
        assert_eq!(world.healthengine.books().resources.len(), 3);
        // WHEN the person accepts
        world.resync(Removals::Accepted).await;
        if left == 0 {
            // Even then an empty list is never sent.
            assert_eq!(world.healthengine.books().resources.len(), 3);
            world.pms.state().diary.resources = before;
            world.run_for(minutes(2)).await;
        } else {
            assert_eq!(world.healthengine.books().resources.len(), 1);
        }
        world.finish().await;
    }
}

#[tokio::test]
async fn types_that_vanish_wait_for_a_person_too() {
    let mut world = World::linked().await;
    world.pms.state().diary.types.clear();
    world.pms.state().diary.everything_changed();
    world.run_for(minutes(2)).await;
    assert_eq!(world.healthengine.books().types.len(), 2);
    assert_eq!(world.items().await.len(), 1);
    world.resync(Removals::Accepted).await;
    assert!(world.healthengine.books().types.is_empty());
    world.finish().await;
}

#[tokio::test]
async fn a_practice_whose_types_were_accepted_as_gone_waits_for_nobody_again() {
    let mut world = World::linked().await;
    world.pms.state().diary.types.clear();
    world.pms.state().diary.everything_changed();
    world.run_for(minutes(2)).await;
    world.resync(Removals::Accepted).await;
    world.healthengine.forget_traffic();
    // WHEN the diary is read again, and something else has changed
    world.pms.state().diary.resources.push(resource("R3"));
    world.pms.state().diary.everything_changed();
    world.run_for(minutes(2)).await;
    // THEN it is sent, and nobody is asked
    assert_eq!(world.healthengine.books().resources.len(), 3);
    assert!(world.items().await.is_empty());
    world.finish().await;
}

#[tokio::test]
async fn the_guard_outlives_a_restart() {
    let mut world = World::linked().await;
    world.pms.state().diary.resources.clear();
    world.restart();
    world.run_for(minutes(2)).await;
    assert_eq!(world.healthengine.books().resources.len(), 2);
    world.pms.state().diary.resources = vec![resource("R1"), resource("R2")];
    world.run_for(minutes(2)).await;
    world.finish().await;
}

#[tokio::test]
async fn a_withdrawn_resource_loses_its_days_and_its_bookings_are_rejected() {
    let mut world = World::linked().await;
    world.pms.state().diary.resources.truncate(1);
    world.pms.state().diary.everything_changed();
    world.run_for(seconds(70)).await;
    assert_eq!(world.healthengine.books().days.len(), 3);
    let booking = world.healthengine.book_as(1, "2026-11-24 09:30", |one| {
        one.resource = Some(resource("R2").id);
    });
    world.run_for(seconds(6)).await;
    let expected = Answer::Rejected(RejectReason::ResourceUnknown.to_string());
    assert_eq!(world.healthengine.told(booking), [expected]);
    world.finish().await;
}

#[tokio::test]
async fn a_resync_sends_contract_resources_types_and_every_day() {
    let mut world = World::linked().await;
    world.resync(Removals::Guarded).await;
    for op in [Op::Contract, Op::Resources, Op::Types, Op::Availability] {
        assert_eq!(world.healthengine.calls(op), 1, "{op:?}");
    }
    assert_eq!(world.healthengine.books().batches, [6]);
    world.finish().await;
}

#[tokio::test]
async fn a_pause_outlives_a_restart_and_a_resume_sends_everything_anew() {
    // GIVEN a practice that is paused while a booking waits
    let mut world = World::linked().await;
    world.pause(true).await;
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    world.run_for(minutes(5)).await;
    world.restart();
    world.run_for(minutes(5)).await;
    assert!(world.healthengine.sequence().is_empty(), "no call is made");
    assert_eq!(world.status.condition, Condition::Paused);
    assert!(
        world
            .status
            .remedy
            .as_deref()
            .unwrap()
            .contains("resume harbour-dental")
    );
    // WHEN it goes on
    world.pause(false).await;
    world.run_for(seconds(6)).await;
    // THEN everything is sent anew, and the booking is answered
    assert!(world.is_confirmed(booking));
    for op in [Op::Contract, Op::Resources, Op::Types] {
        assert_eq!(world.healthengine.calls(op), 1, "{op:?}");
    }
    assert!(world.healthengine.books().batches.iter().sum::<usize>() >= 6);
    world.finish().await;
}

#[tokio::test]
async fn a_practice_that_is_not_enabled_makes_no_call() {
    let mut world = World::with(|plan| plan.profile.enabled = false);
    world.run_for(minutes(5)).await;
    assert!(world.healthengine.sequence().is_empty());
    assert!(
        world
            .status
            .remedy
            .as_deref()
            .unwrap()
            .contains("enabled = true")
    );
}

#[tokio::test]
async fn a_configuration_that_is_refused_is_shown_and_tried_again_each_minute() {
    let mut world = World::new();
    let no = CallFault::Before(Verdict::Refused(Refusal::Invalid));
    world.healthengine.fail(Op::Types, [no; 2]);
    world.run_for(seconds(50)).await;
    assert_eq!(world.healthengine.calls(Op::Types), 1);
    assert_eq!(world.status.condition, Condition::WaitingForPerson);
    world.run_for(minutes(2)).await;
    assert_eq!(world.healthengine.calls(Op::Types), 3);
    world.finish().await;
}

#[tokio::test]
async fn what_was_read_before_a_diary_failed_is_never_sent_after_it() {
    // GIVEN a diary that fails between its resources and its types
    let mut world = World::linked().await;
    let busy = Fault::Reject(PmsError::NotDone("busy".to_owned()));
    world.pms.fail(Call::Types, [busy]);
    world.pms.state().diary.everything_changed();
    world.clock.advance(seconds(60));
    world.activate().await;
    assert_eq!(world.pms.calls(Call::Types), 2);
    // WHEN a resource is added before it answers again
    world.pms.state().diary.resources.push(resource("R3"));
    world.run_for(seconds(10)).await;
    // THEN what is sent has it
    assert_eq!(world.healthengine.books().resources.len(), 3);
    world.finish().await;
}

#[tokio::test]
async fn a_configuration_whose_answer_is_lost_is_sent_again() {
    for op in [Op::Contract, Op::Resources, Op::Types] {
        let mut world = World::new();
        world
            .healthengine
            .fail(op, [CallFault::After(Verdict::Unknown)]);
        world.run_for(seconds(10)).await;
        assert!(world.healthengine.calls(op) >= 2, "{op:?}");
        world.finish().await;
    }
}

#[tokio::test]
async fn what_may_have_been_taken_is_guarded_although_no_answer_told_and_the_daemon_was_killed() {
    for fault in [
        CallFault::After(Verdict::Unknown),
        CallFault::Before(Verdict::NotSent),
    ] {
        // GIVEN a first link of which Healthengine has the resources, and no types yet
        let mut world = World::new();
        world.pms.state().diary.resources.push(resource("R3"));
        let op = if fault == CallFault::After(Verdict::Unknown) {
            Op::Resources
        } else {
            Op::Types
        };
        world.healthengine.fail(op, [fault]);
        world.activate().await;
        assert_eq!(world.healthengine.books().resources.len(), 3);
        // WHEN the daemon is killed, and the diary then shows one resource
        world.pms.state().diary.resources.truncate(1);
        world.restart();
        world.run_for(minutes(2)).await;
        // THEN nothing is deleted until a person accepts it
        assert_eq!(world.healthengine.books().resources.len(), 3, "{fault:?}");
        assert_eq!(world.status.condition, Condition::WaitingForPerson);
        world.resync(Removals::Accepted).await;
        world.run_for(minutes(2)).await;
        assert_eq!(world.healthengine.books().resources.len(), 1);
        world.finish().await;
    }
}
