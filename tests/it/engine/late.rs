//! What staff did meanwhile: a rejection that goes out late, a cancellation of what they typed in.

use healthengine_connector::domain::booking::{BookingStatus, How, RejectReason};
use healthengine_connector::domain::diary::Standing;
use healthengine_connector::domain::id::BookingId;
use healthengine_connector::healthengine::Verdict;
use healthengine_connector::ledger::ItemKind;
use healthengine_connector::pms::{PmsError, Support};

use crate::world::healthengine::{Answer, Fault as CallFault, Op};
use crate::world::patient::patient;
use crate::world::pms::{Call, Fault, FrontDesk as _};
use crate::world::{World, minutes, seconds};

const TIME: &str = "2026-11-24 09:30";

/// A booking whose rejection was decided in time, and was still to be sent when the daemon died.
async fn killed_before_the_rejection() -> (World, BookingId) {
    let mut world = World::linked().await;
    let closed = Fault::Reject(PmsError::Refused(RejectReason::OutsideHours));
    world.pms.fail(Call::Book, [closed]);
    let booking = world.healthengine.book(1, TIME);
    let down = CallFault::Before(Verdict::NotSent);
    world.healthengine.fail(Op::RejectInsert, [down]);
    world.activate().await;
    assert!(world.healthengine.told(booking).is_empty());
    world.kill();
    (world, booking)
}

#[tokio::test]
async fn a_rejection_sent_after_an_outage_gives_way_to_what_staff_typed_in() {
    let (mut world, booking) = killed_before_the_rejection().await;
    world.clock.advance(minutes(30));
    world.pms.state().diary.type_in("R1", TIME, patient(1));
    world.restart();
    world.activate().await;
    assert!(world.is_confirmed(booking));
    assert_eq!(world.how(booking).await, How::TypedIn);
    world.finish().await;
}

#[tokio::test]
async fn a_rejection_sent_after_an_outage_goes_out_when_nobody_typed_it_in() {
    let (mut world, booking) = killed_before_the_rejection().await;
    world.clock.advance(minutes(30));
    world.pms.state().diary.type_in("R1", TIME, patient(9));
    world.restart();
    world.run_for(seconds(10)).await;
    let told = world.healthengine.told(booking);
    assert!(matches!(told[..], [Answer::Rejected(_)]), "{told:?}");
    world.finish_with(&[ItemKind::CallPatient]).await;
}

#[tokio::test]
async fn a_late_rejection_waits_for_the_look_but_not_for_ever() {
    let (mut world, booking) = killed_before_the_rejection().await;
    world.pms.set_down(true);
    world.restart();
    world.clock.advance(minutes(1));
    world.run_for(minutes(3)).await;
    assert!(world.healthengine.told(booking).is_empty());
    world.run_for(minutes(6)).await;
    let told = world.healthengine.told(booking);
    assert!(matches!(told[..], [Answer::Rejected(_)]), "{told:?}");
    world.pms.set_down(false);
    world.finish_with(&[ItemKind::CallPatient]).await;
}

#[tokio::test]
async fn a_rejection_that_may_have_arrived_is_not_taken_back() {
    let mut world = World::linked().await;
    world.pms.state().diary.type_in("R1", TIME, patient(9));
    let booking = world.healthengine.book(1, TIME);
    let lost = CallFault::Before(Verdict::Unknown);
    world.healthengine.fail(Op::RejectInsert, [lost; 7]);
    world.run_for(minutes(2)).await;
    let told = world.healthengine.told(booking);
    assert!(matches!(told[..], [Answer::Rejected(_)]), "{told:?}");
    assert_eq!(world.pms.calls(Call::AppointmentsAt), 0);
    world.finish_with(&[ItemKind::CallPatient]).await;
}

fn standing(world: &World) -> Vec<Standing> {
    let state = world.pms.state();
    let all = state.diary.appointments.iter();
    all.map(|one| one.standing).collect()
}

#[tokio::test]
async fn a_late_booking_that_was_typed_in_and_is_cancelled_is_cancelled_in_the_diary_as_well() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, TIME);
    world.pms.state().diary.type_in("R1", TIME, patient(1));
    let request = world.healthengine.cancel(2, booking);
    world.clock.advance(minutes(20));
    world.run_for(seconds(10)).await;
    let told = world.healthengine.told(booking);
    assert!(
        matches!(&told[..], [Answer::Confirmed(_), Answer::UpdateConfirmed(of)] if *of == request),
        "{told:?}"
    );
    assert_eq!(standing(&world), [Standing::Cancelled]);
    world.finish().await;
}

#[tokio::test]
async fn a_late_cancelled_booking_in_a_diary_that_cannot_cancel_is_removed_by_hand() {
    let mut world = World::linked_with(|plan| plan.pms.can.cancel = Support::No).await;
    let booking = world.healthengine.book(1, TIME);
    world.pms.state().diary.type_in("R1", TIME, patient(1));
    world.healthengine.cancel(2, booking);
    world.clock.advance(minutes(20));
    world.run_for(seconds(10)).await;
    let told = world.healthengine.told(booking);
    assert!(
        matches!(told[..], [Answer::Confirmed(_), Answer::UpdateRejected(..)]),
        "{told:?}"
    );
    world.finish_with(&[ItemKind::RemoveByHand]).await;
}

#[tokio::test]
async fn a_late_booking_that_is_called_cancelled_is_removed_by_hand_until_its_update_comes() {
    let mut world = World::linked().await;
    let booking = world
        .healthengine
        .book_as(1, TIME, |one| one.status = BookingStatus::Cancelled);
    world.pms.state().diary.type_in("R1", TIME, patient(1));
    world.clock.advance(minutes(20));
    world.run_for(seconds(10)).await;
    let items = world.items().await;
    assert_eq!(items[0].key.kind, ItemKind::RemoveByHand, "{items:?}");
    // WHEN the update comes THEN the connector cancels it, and nobody need do it by hand
    world.healthengine.cancel(2, booking);
    world.run_for(seconds(10)).await;
    assert_eq!(standing(&world), [Standing::Cancelled]);
    world.finish().await;
}

#[tokio::test]
async fn a_late_cancelled_booking_that_nobody_typed_in_is_rejected_quietly() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, TIME);
    let request = world.healthengine.cancel(2, booking);
    world.clock.advance(minutes(20));
    world.run_for(seconds(10)).await;
    let told = world.healthengine.told(booking);
    assert!(
        matches!(&told[..], [Answer::Rejected(_), Answer::UpdateConfirmed(of)] if *of == request),
        "{told:?}"
    );
    assert_eq!(world.pms.calls(Call::Book), 0);
    world.finish().await;
}

#[tokio::test]
async fn a_late_cancelled_booking_of_which_nobody_knows_is_for_staff_to_look_at() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, TIME);
    world.healthengine.cancel(2, booking);
    world.pms.set_down(true);
    world.clock.advance(minutes(1));
    world.run_for(minutes(9)).await;
    let told = world.healthengine.told(booking);
    assert!(matches!(told[0], Answer::Rejected(_)), "{told:?}");
    world.pms.set_down(false);
    world.finish_with(&[ItemKind::RemoveByHand]).await;
}
