//! What a person says: an item is dealt with, a booking is to be tried again.

use healthengine_connector::domain::booking::State;
use healthengine_connector::domain::diary::Standing;
use healthengine_connector::domain::id::BookingId;
use healthengine_connector::healthengine::{Refusal, Verdict};
use healthengine_connector::ledger::{ItemKey, ItemKind, Ledger as _};
use healthengine_connector::pms::Support;
use healthengine_connector::practice::control::Wishes;

use crate::world::healthengine::{Answer, Fault as CallFault, Op};
use crate::world::patient::patient;
use crate::world::pms::{Call, Fault, FrontDesk as _};
use crate::world::{World, seconds};

const TIME: &str = "2026-11-24 09:30";

async fn done(world: &mut World, kind: ItemKind, booking: BookingId) {
    let subject = booking.to_string();
    let wishes = Wishes {
        done: vec![ItemKey { kind, subject }],
        ..Wishes::default()
    };
    world.wish(wishes).await;
}

async fn retry(world: &mut World, booking: BookingId) {
    let wishes = Wishes {
        retry: vec![booking],
        ..Wishes::default()
    };
    world.wish(wishes).await;
}

async fn state(world: &World, booking: BookingId) -> State {
    let known = world.ledger().load_booking(&world.profile.id, booking);
    known.await.unwrap().unwrap().state
}

/// A booking that may or may not stand in a diary without keys.
async fn stuck(fault: Fault) -> (World, BookingId) {
    let mut world = World::linked_with(|plan| plan.pms.can.keeps_key = Support::No).await;
    world.pms.fail(Call::Book, [fault]);
    let booking = world.healthengine.book(1, TIME);
    world.run_for(seconds(30)).await;
    assert!(world.healthengine.told(booking).is_empty());
    assert_eq!(world.status.items[0].kind, "check-diary");
    assert_eq!(world.status.items[0].subject, booking.to_string());
    (world, booking)
}

#[tokio::test]
async fn a_booking_that_a_person_settled_is_theirs_and_so_is_its_cancellation() {
    let (mut world, booking) = stuck(Fault::FailAfterWrite).await;
    done(&mut world, ItemKind::CheckDiary, booking).await;
    assert_eq!(state(&world, booking).await, State::SettledByPerson);
    assert!(world.items().await.is_empty());
    assert_eq!(world.status.bookings.open, 0);
    // WHEN it stays listed, and the daemon is killed THEN nothing is said of it
    world.restart();
    world.run_for(seconds(60)).await;
    assert!(world.healthengine.told(booking).is_empty());
    assert_eq!(world.journal.count("lists an answered"), 0);
    world.healthengine.books().pending.remove(&booking);
    world.run_for(seconds(10)).await;
    assert_eq!(state(&world, booking).await, State::SettledByPerson);
    // AND WHEN the patient cancels THEN it is not called done: staff remove it
    world.healthengine.cancel(2, booking);
    world.run_for(seconds(10)).await;
    let told = world.healthengine.told(booking);
    assert!(matches!(told[..], [Answer::UpdateRejected(..)]), "{told:?}");
    world.finish_with(&[ItemKind::RemoveByHand]).await;
}

#[tokio::test]
async fn the_time_of_a_settled_booking_is_offered_again_when_the_diary_has_it_free() {
    let (mut world, booking) = stuck(Fault::LoseRequest).await;
    world.healthengine.books().pending.remove(&booking);
    done(&mut world, ItemKind::CheckDiary, booking).await;
    world.run_for(seconds(1)).await;
    assert_eq!(world.status.bookings.open, 0);
    world.assert_published();
    world.finish().await;
}

#[tokio::test]
async fn another_items_end_settles_no_booking() {
    let (mut world, booking) = stuck(Fault::FailAfterWrite).await;
    world.healthengine.cancel(2, booking);
    world.run_for(seconds(10)).await;
    done(&mut world, ItemKind::RemoveByHand, booking).await;
    assert!(matches!(
        state(&world, booking).await,
        State::NeedsPerson { .. }
    ));
    // What nobody raised is nothing.
    done(&mut world, ItemKind::CallPatient, booking).await;
    world.finish_with(&[ItemKind::CheckDiary]).await;
}

#[tokio::test]
async fn an_item_that_was_dealt_with_does_not_come_back_with_a_restart() {
    let mut world = World::linked().await;
    world.pms.state().diary.register(patient(1));
    world.pms.state().diary.register(patient(1));
    let booking = world.healthengine.book(1, TIME);
    world.activate().await;
    done(&mut world, ItemKind::ComparePatients, booking).await;
    assert!(world.status.items.is_empty());
    world.restart();
    world.finish().await;
}

#[tokio::test]
async fn without_a_key_a_retry_finds_the_appointment_by_patient_and_time() {
    let (mut world, booking) = stuck(Fault::FailAfterWrite).await;
    retry(&mut world, booking).await;
    assert!(world.is_confirmed(booking));
    assert_eq!(world.pms.calls(Call::Book), 1);
    world.finish().await;
}

#[tokio::test]
async fn without_a_key_a_retry_inserts_what_is_not_there() {
    let (mut world, booking) = stuck(Fault::LoseRequest).await;
    retry(&mut world, booking).await;
    assert!(world.is_confirmed(booking));
    assert_eq!(world.pms.state().diary.appointments.len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_retry_that_cannot_tell_goes_back_to_the_person() {
    // Somebody who may be the patient has that time.
    let (mut world, booking) = stuck(Fault::LoseRequest).await;
    let mut alike = patient(1);
    alike.date_of_birth = None;
    world.pms.state().diary.type_in("R1", TIME, alike);
    retry(&mut world, booking).await;
    assert!(world.healthengine.told(booking).is_empty());
    assert_eq!(world.pms.calls(Call::Book), 1);
    world.finish_with(&[ItemKind::CheckDiary]).await;
}

#[tokio::test]
async fn a_retry_of_what_is_no_longer_listed_goes_back_to_the_person() {
    let (mut world, booking) = stuck(Fault::LoseRequest).await;
    world.healthengine.books().pending.remove(&booking);
    retry(&mut world, booking).await;
    world.run_for(seconds(10)).await;
    assert!(matches!(
        state(&world, booking).await,
        State::NeedsPerson { .. }
    ));
    world.finish_with(&[ItemKind::CheckDiary]).await;
}

#[tokio::test]
async fn a_refused_confirmation_is_sent_again_on_a_retry() {
    let mut world = World::linked().await;
    let no = CallFault::Before(Verdict::Refused(Refusal::Invalid));
    world.healthengine.fail(Op::ConfirmInsert, [no]);
    let booking = world.healthengine.book(1, TIME);
    world.run_for(seconds(30)).await;
    assert_eq!(world.items().await.len(), 1);
    retry(&mut world, booking).await;
    assert!(world.is_confirmed(booking));
    assert_eq!(world.pms.state().diary.appointments.len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_retry_survives_a_kill_at_every_call() {
    for fault in [Fault::FailAfterWrite, Fault::LoseRequest] {
        let mut n = 0;
        loop {
            n += 1;
            let (mut world, booking) = stuck(fault.clone()).await;
            world.gate.hold_at(Some(n));
            let gate = std::sync::Arc::clone(&world.gate);
            let ended = tokio::select! {
                biased;
                () = retry(&mut world, booking) => true,
                () = gate.holding() => false,
            };
            world.gate.hold_at(None);
            world.restart();
            world.run_for(seconds(30)).await;
            let made = &world.pms.state().diary.appointments.clone();
            assert!(made.len() <= 1, "pass {n}: {made:?}");
            assert!(made.iter().all(|one| one.standing == Standing::Booked));
            let left = world.items().await;
            assert_eq!(
                left.is_empty(),
                world.is_confirmed(booking),
                "pass {n}: {left:?}"
            );
            if ended {
                break;
            }
        }
    }
}
