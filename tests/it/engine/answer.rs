//! What becomes of an answer that Healthengine does not take, or did not hear.

use healthengine_connector::domain::booking::How;
use healthengine_connector::healthengine::{Refusal, Verdict};
use healthengine_connector::ledger::ItemKind;

use crate::world::healthengine::{Answer, Fault as CallFault, Op};
use crate::world::patient::patient;
use crate::world::pms::{Call, Fault, FrontDesk as _};
use crate::world::{World, seconds};

#[tokio::test]
async fn a_rejection_that_arrives_late_calls_the_patient_once() {
    // GIVEN a rejection that Healthengine does not take for half a minute
    let mut world = World::linked().await;
    world
        .pms
        .state()
        .diary
        .type_in("R1", "2026-11-23 09:30", patient(9));
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    let down = CallFault::Before(Verdict::NotSent);
    world.healthengine.fail(Op::RejectInsert, [down; 6]);
    world.run_for(seconds(60)).await;
    // THEN it is rejected, and the patient is to be called
    assert!(matches!(
        &world.healthengine.told(booking)[..],
        [Answer::Rejected(_)]
    ));
    world.finish_with(&[ItemKind::CallPatient]).await;
}

#[tokio::test]
async fn an_answer_that_is_not_found_is_settled_when_the_booking_is_no_longer_listed() {
    for refusal in [Refusal::NotFound, Refusal::Gone] {
        let mut world = World::linked().await;
        let booking = world.healthengine.book(1, "2026-11-23 09:30");
        // The first answer arrives and is lost; the second is not found.
        let faults = [
            CallFault::After(Verdict::Unknown),
            CallFault::Before(Verdict::Refused(refusal)),
        ];
        world.healthengine.fail(Op::ConfirmInsert, faults);
        world.run_for(seconds(10)).await;
        assert_eq!(world.how(booking).await, How::Booked);
        assert_eq!(world.status.bookings.open, 0);
        assert_eq!(world.pms.calls(Call::Book), 1);
        world.finish().await;
    }
}

#[tokio::test]
async fn an_answer_that_is_not_found_is_sent_again_while_the_booking_is_listed() {
    let mut world = World::linked().await;
    world
        .pms
        .state()
        .diary
        .type_in("R1", "2026-11-23 10:00", patient(9));
    let one = world.healthengine.book(1, "2026-11-23 09:30");
    let other = world.healthengine.book(2, "2026-11-23 10:00");
    let gone = CallFault::Before(Verdict::Refused(Refusal::Gone));
    world.healthengine.fail(Op::ConfirmInsert, [gone]);
    world.healthengine.fail(Op::RejectInsert, [gone]);
    world.run_for(seconds(10)).await;
    assert!(world.is_confirmed(one));
    assert!(matches!(
        &world.healthengine.told(other)[..],
        [Answer::Rejected(_)]
    ));
    world.finish().await;
}

#[tokio::test]
async fn a_confirmation_that_is_refused_is_for_a_person() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    let no = CallFault::Before(Verdict::Refused(Refusal::Invalid));
    world.healthengine.fail(Op::ConfirmInsert, [no]);
    world.run_for(seconds(30)).await;
    assert!(world.healthengine.told(booking).is_empty());
    assert_eq!(
        world.healthengine.calls(Op::ConfirmInsert),
        1,
        "it is not repeated"
    );
    world.finish_with(&[ItemKind::CheckBooking]).await;
}

#[tokio::test]
async fn a_settled_booking_that_is_listed_again_gets_the_same_answer_again() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    world.run_for(seconds(6)).await;
    world.healthengine.books().told.clear();
    world.healthengine.books().pending.insert(booking);
    world.run_for(seconds(6)).await;
    assert!(world.is_confirmed(booking));
    assert_eq!(world.pms.calls(Call::Book), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_settled_booking_whose_answer_is_refused_again_slows_nothing_down() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    world.run_for(seconds(6)).await;
    world.healthengine.books().told.clear();
    world.healthengine.books().pending.insert(booking);
    let no = CallFault::Before(Verdict::Refused(Refusal::Invalid));
    world.healthengine.fail(Op::ConfirmInsert, [no; 3]);
    let waits = [world.activate().await.wait, world.activate().await.wait];
    assert!(waits.iter().all(|wait| *wait > seconds(4)), "{waits:?}");
    world.run_for(seconds(10)).await;
    world.finish().await;
}

#[tokio::test]
async fn an_answer_that_was_put_off_is_sent_right_after_a_slow_sending() {
    // GIVEN a confirmation that does not arrive, and free time that takes two seconds to read
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    let down = CallFault::Before(Verdict::NotSent);
    world.healthengine.fail(Op::ConfirmInsert, [down]);
    world
        .pms
        .fail(Call::Availability, [Fault::RespondSlowly(seconds(2))]);
    // WHEN its pause is over before the activation is
    let wait = world.activate().await.wait;
    // THEN it does not wait for the next poll
    assert!(wait < seconds(1), "{wait:?}");
    world.run_for(seconds(1)).await;
    assert!(world.is_confirmed(booking));
    world.finish().await;
}
