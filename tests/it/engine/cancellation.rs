//! Booking updates: nearly always cancellations.

use healthengine_connector::domain::booking::BookingStatus;
use healthengine_connector::domain::diary::Standing;
use healthengine_connector::domain::id::BookingId;
use healthengine_connector::healthengine::{Refusal, Verdict};
use healthengine_connector::ledger::ItemKind;
use healthengine_connector::pms::{PmsError, Support};

use crate::world::healthengine::{Answer, Fault as CallFault, Op};
use crate::world::patient::patient;
use crate::world::pms::{Call, Fault, FrontDesk as _};
use crate::world::{Plan, World, minutes, seconds};

/// A linked practice in which a booking stands.
async fn booked(change: impl FnOnce(&mut Plan)) -> (World, BookingId) {
    let mut world = World::linked_with(change).await;
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    world.run_for(seconds(6)).await;
    assert_eq!(world.healthengine.told(booking).len(), 1);
    world.healthengine.forget_traffic();
    (world, booking)
}

fn last(world: &World, booking: BookingId) -> Answer {
    world.healthengine.told(booking).last().unwrap().clone()
}

fn standing(world: &World) -> Vec<Standing> {
    world
        .pms
        .state()
        .diary
        .appointments
        .iter()
        .map(|one| one.standing)
        .collect()
}

#[tokio::test]
async fn a_cancellation_frees_the_time_and_offers_it_at_once() {
    let (mut world, booking) = booked(|_| {}).await;
    let request = world.healthengine.cancel(2, booking);
    world.activate().await;
    assert_eq!(last(&world, booking), Answer::UpdateConfirmed(request));
    assert_eq!(standing(&world), [Standing::Cancelled]);
    world.assert_published();
    world.finish().await;
}

#[tokio::test]
async fn a_cancellation_after_a_restart_finds_the_booking_in_the_ledger() {
    let (mut world, booking) = booked(|_| {}).await;
    world.restart();
    let request = world.healthengine.cancel(2, booking);
    world.activate().await;
    assert_eq!(last(&world, booking), Answer::UpdateConfirmed(request));
    world.finish().await;
}

#[tokio::test]
async fn a_system_that_cannot_cancel_rejects_it_and_staff_remove_it_by_hand() {
    let (mut world, booking) = booked(|plan| plan.pms.can.cancel = Support::No).await;
    world.healthengine.cancel(2, booking);
    world.activate().await;
    assert!(matches!(last(&world, booking), Answer::UpdateRejected(..)));
    let items = world.items().await;
    assert!(
        items[0]
            .sentence
            .contains("Remove the appointment of booking 1"),
        "{items:?}"
    );
    world.finish_with(&[ItemKind::RemoveByHand]).await;
}

#[tokio::test]
async fn an_update_of_an_unknown_booking_is_rejected_so_that_the_queue_stays_healthy() {
    for keeps_key in [Support::Yes, Support::No] {
        let mut world = World::linked_with(|plan| plan.pms.can.keeps_key = keeps_key).await;
        let unknown = BookingId::new(404);
        world.healthengine.cancel(2, unknown);
        world.activate().await;
        assert!(matches!(last(&world, unknown), Answer::UpdateRejected(..)));
        world.finish().await;
    }
}

#[tokio::test]
async fn a_cancellation_of_a_booking_that_is_younger_than_the_list_is_not_rejected() {
    // GIVEN a list of bookings that fails, while a booking and its cancellation wait
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    let request = world.healthengine.cancel(2, booking);
    let lost = CallFault::Before(Verdict::Unknown);
    world.healthengine.fail(Op::Bookings, [lost]);
    world.run_for(seconds(20)).await;
    // THEN both are answered, and nothing stands
    assert_eq!(last(&world, booking), Answer::UpdateConfirmed(request));
    assert!(standing(&world).is_empty());
    world.finish().await;
}

#[tokio::test]
async fn a_booking_that_only_the_diary_knows_is_cancelled_by_its_key() {
    // GIVEN a booking that the ledger has forgotten
    let (mut world, booking) = booked(|_| {}).await;
    world.forget_ledger();
    let request = world.healthengine.cancel(2, booking);
    world.run_for(seconds(6)).await;
    assert_eq!(last(&world, booking), Answer::UpdateConfirmed(request));
    assert_eq!(standing(&world), [Standing::Cancelled]);
    world.finish().await;
}

#[tokio::test]
async fn a_cancellation_of_a_rejected_booking_is_done_and_another_update_is_rejected() {
    let mut world = World::linked().await;
    let booking = world
        .healthengine
        .book_as(1, "2026-11-23 09:30", |one| one.resource = None);
    world.activate().await;
    let first = world.healthengine.cancel(2, booking);
    world.activate().await;
    assert_eq!(last(&world, booking), Answer::UpdateConfirmed(first));
    world
        .healthengine
        .update(3, booking, BookingStatus::Confirmed);
    world.activate().await;
    assert!(matches!(last(&world, booking), Answer::UpdateRejected(..)));
    world.finish().await;
}

#[tokio::test]
async fn a_change_that_is_not_known_is_never_called_done() {
    let (mut world, booking) = booked(|_| {}).await;
    world
        .healthengine
        .update(2, booking, BookingStatus::Other("rescheduled".to_owned()));
    world.activate().await;
    assert!(matches!(last(&world, booking), Answer::UpdateRejected(..)));
    assert_eq!(standing(&world), [Standing::Booked]);
    world.finish().await;
}

#[tokio::test]
async fn a_cancellation_waits_for_a_diary_that_is_down() {
    let (mut world, booking) = booked(|_| {}).await;
    world.pms.set_down(true);
    world.healthengine.cancel(2, booking);
    world.run_for(minutes(3)).await;
    assert_eq!(world.healthengine.told(booking).len(), 1);
    world.pms.set_down(false);
    world.run_for(minutes(1)).await;
    assert!(matches!(last(&world, booking), Answer::UpdateConfirmed(_)));
    world.finish().await;
}

#[tokio::test]
async fn a_cancellation_is_given_back_before_ten_minutes_when_the_diary_stays_down() {
    let (mut world, booking) = booked(|_| {}).await;
    world.pms.set_down(true);
    world.healthengine.cancel(2, booking);
    world.run_for(minutes(9)).await;
    assert!(matches!(last(&world, booking), Answer::UpdateRejected(..)));
    world.pms.set_down(false);
    world.finish_with(&[ItemKind::RemoveByHand]).await;
}

#[tokio::test]
async fn a_cancellation_of_unknown_outcome_is_done_again_and_has_the_effect_of_once() {
    let (mut world, booking) = booked(|_| {}).await;
    world
        .pms
        .fail(Call::Cancel, [Fault::FailAfterWrite, Fault::LoseRequest]);
    let request = world.healthengine.cancel(2, booking);
    world.run_for(seconds(10)).await;
    assert_eq!(last(&world, booking), Answer::UpdateConfirmed(request));
    assert_eq!(world.pms.calls(Call::Cancel), 3);
    world.finish().await;
}

#[tokio::test]
async fn a_cancellation_that_the_diary_refuses_is_rejected_and_removed_by_hand() {
    use healthengine_connector::domain::booking::RejectReason;
    let (mut world, booking) = booked(|_| {}).await;
    let words = RejectReason::Refused("it is invoiced".to_owned());
    world
        .pms
        .fail(Call::Cancel, [Fault::Reject(PmsError::Refused(words))]);
    world.healthengine.cancel(2, booking);
    world.activate().await;
    assert!(matches!(last(&world, booking), Answer::UpdateRejected(..)));
    world.finish_with(&[ItemKind::RemoveByHand]).await;
}

#[tokio::test]
async fn a_cancellation_that_waits_with_its_booking_is_answered_without_an_appointment() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    let request = world.healthengine.cancel(2, booking);
    world.activate().await;
    let told = world.healthengine.told(booking);
    assert!(
        matches!(&told[..], [Answer::Rejected(_), Answer::UpdateConfirmed(of)] if *of == request),
        "{told:?}"
    );
    assert_eq!(world.pms.calls(Call::Book), 0);
    world.finish().await;
}

#[tokio::test]
async fn a_cancellation_of_a_booking_whose_outcome_is_unknown_waits_until_it_is_known() {
    let mut world = World::linked().await;
    world.pms.fail(Call::Book, [Fault::FailAfterWrite]);
    world.pms.fail(Call::Find, vec![Fault::LoseRequest; 3]);
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    world.activate().await;
    world.healthengine.cancel(2, booking);
    world.run_for(seconds(2)).await;
    assert!(world.healthengine.told(booking).is_empty());
    world.run_for(seconds(20)).await;
    let told = world.healthengine.told(booking);
    assert!(
        matches!(
            &told[..],
            [Answer::Confirmed(_), Answer::UpdateConfirmed(_)]
        ),
        "{told:?}"
    );
    assert_eq!(standing(&world), [Standing::Cancelled]);
    world.finish().await;
}

#[tokio::test]
async fn bookings_come_before_updates_and_updates_before_availability() {
    let (mut world, booking) = booked(|_| {}).await;
    world.healthengine.cancel(9, booking);
    world
        .healthengine
        .update(4, BookingId::new(404), BookingStatus::Cancelled);
    world.healthengine.want("2026-11-24", None);
    world.healthengine.book(2, "2026-11-24 10:00");
    world.activate().await;
    let writes: Vec<Op> = world
        .healthengine
        .sequence()
        .into_iter()
        .filter(|op| {
            matches!(
                op,
                Op::ConfirmInsert | Op::RejectUpdate | Op::ConfirmUpdate | Op::Availability
            )
        })
        .collect();
    // The unknown booking's request is older than the cancellation's.
    let expected = [
        Op::ConfirmInsert,
        Op::RejectUpdate,
        Op::ConfirmUpdate,
        Op::Availability,
    ];
    assert_eq!(writes, expected);
    world.finish().await;
}

#[tokio::test]
async fn a_lost_answer_to_a_cancellation_is_settled_without_a_second_one() {
    for fault in [
        CallFault::After(Verdict::Unknown),
        CallFault::Before(Verdict::Unknown),
        CallFault::Before(Verdict::Refused(Refusal::Gone)),
    ] {
        let (mut world, booking) = booked(|_| {}).await;
        world.healthengine.fail(Op::ConfirmUpdate, [fault]);
        let request = world.healthengine.cancel(2, booking);
        world.run_for(seconds(20)).await;
        assert_eq!(last(&world, booking), Answer::UpdateConfirmed(request));
        assert_eq!(world.pms.calls(Call::Cancel), 1, "{fault:?}");
        world.finish().await;
    }
}

#[tokio::test]
async fn an_update_whose_answer_is_refused_is_for_a_person() {
    let (mut world, booking) = booked(|_| {}).await;
    let no = CallFault::Before(Verdict::Refused(Refusal::Invalid));
    world.healthengine.fail(Op::ConfirmUpdate, [no]);
    world.healthengine.cancel(2, booking);
    world.run_for(minutes(1)).await;
    assert_eq!(
        world.healthengine.calls(Op::ConfirmUpdate),
        1,
        "it is not repeated"
    );
    world.finish_with(&[ItemKind::CheckBooking]).await;
}

#[tokio::test]
async fn a_list_of_updates_that_cannot_be_fetched_settles_nothing() {
    // GIVEN an update whose answer was lost
    let (mut world, booking) = booked(|_| {}).await;
    let lost = CallFault::Before(Verdict::Unknown);
    world.healthengine.fail(Op::ConfirmUpdate, [lost]);
    world.healthengine.cancel(2, booking);
    world.activate().await;
    // WHEN the next list cannot be fetched
    world.healthengine.fail(Op::Updates, [lost; 2]);
    world.clock.advance(seconds(1));
    world.activate().await;
    // THEN it is still open
    let open = world.open_updates().await;
    assert_eq!(open, 1);
    world.run_for(seconds(10)).await;
    assert!(matches!(last(&world, booking), Answer::UpdateConfirmed(_)));
    world.finish().await;
}

#[tokio::test]
async fn a_late_booking_that_staff_typed_in_can_be_cancelled() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    world
        .pms
        .state()
        .diary
        .type_in("R1", "2026-11-24 09:30", patient(1));
    world.clock.advance(seconds(30));
    world.activate().await;
    let request = world.healthengine.cancel(2, booking);
    world.activate().await;
    assert_eq!(last(&world, booking), Answer::UpdateConfirmed(request));
    assert_eq!(standing(&world), [Standing::Cancelled]);
    world.finish().await;
}
