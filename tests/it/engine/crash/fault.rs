//! Something fails, and the process is killed on top of it.

use healthengine_connector::domain::diary::Standing;
use healthengine_connector::domain::id::BookingId;
use healthengine_connector::healthengine::{Refusal, Verdict};
use healthengine_connector::pms::PmsError;

use super::{confirmed, killed_everywhere, rejected};
use crate::world::healthengine::{Answer, Fault as CallFault, Op};
use crate::world::patient::patient;
use crate::world::pms::{Call, Fault, FrontDesk as _};
use crate::world::{World, seconds};

fn not_done() -> Fault {
    Fault::Reject(PmsError::NotDone("it is busy".to_owned()))
}

async fn booked() -> World {
    let world = World::linked().await;
    world.healthengine.book(1, "2026-11-23 09:30");
    world
}

#[tokio::test]
async fn a_record_whose_answer_is_lost_survives_a_kill_at_every_call() {
    for nth in 0..3 {
        let scene = async || {
            let world = booked().await;
            world.ledger().lose_answer_after(nth);
            world
        };
        killed_everywhere("record lost", scene, |world| {
            confirmed(world, BookingId::new(1));
        })
        .await;
    }
}

#[tokio::test]
async fn a_system_that_is_still_writing_is_not_believed_at_every_kill() {
    let scene = async || {
        let world = World::linked_with(|plan| plan.pms.can.settles_within = seconds(2)).await;
        let later = Fault::WriteLater(seconds(16));
        let faults = std::iter::once(later).chain(std::iter::repeat_n(not_done(), 12));
        world.pms.fail(Call::Book, faults);
        world.healthengine.book(1, "2026-11-23 09:30");
        world
    };
    killed_everywhere("still writing", scene, |_| {}).await;
}

#[tokio::test]
async fn a_cancellation_that_fails_at_first_is_done_before_it_is_confirmed_at_every_kill() {
    for fault in [not_done(), Fault::LoseRequest, Fault::AnswerTooLate] {
        let scene = async || {
            let mut world = World::linked().await;
            let booking = world.healthengine.book(1, "2026-11-23 09:30");
            world.run_for(seconds(10)).await;
            world.pms.fail(Call::Cancel, [fault.clone()]);
            world.healthengine.cancel(2, booking);
            world
        };
        killed_everywhere("cancellation fails", scene, |world| {
            let told = world.healthengine.told(BookingId::new(1));
            assert!(
                matches!(told.last(), Some(Answer::UpdateConfirmed(_))),
                "{told:?}"
            );
        })
        .await;
    }
}

#[tokio::test]
async fn a_cancellation_waits_for_a_booking_whose_outcome_is_unknown_at_every_kill() {
    let scene = async || {
        let mut world = World::linked().await;
        world.pms.fail(Call::Book, [Fault::FailAfterWrite]);
        let lost = std::iter::repeat_n(Fault::LoseRequest, 4);
        world.pms.fail(Call::Find, lost);
        let booking = world.healthengine.book(1, "2026-11-23 09:30");
        world.run_for(seconds(1)).await;
        world.healthengine.cancel(2, booking);
        world
    };
    killed_everywhere("cancelled on its way", scene, |world| {
        let diary = &world.pms.state().diary;
        let mut appointments = diary.appointments.iter();
        assert!(appointments.all(|one| one.standing == Standing::Cancelled));
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_is_not_known_there_is_settled_at_every_kill() {
    for (op, taken) in [(Op::ConfirmInsert, false), (Op::RejectInsert, true)] {
        let scene = async || {
            let world = booked().await;
            if taken {
                let mut state = world.pms.state();
                state.diary.type_in("R1", "2026-11-23 09:30", patient(90));
            }
            // It is taken, and all that comes back is that it is not known any more.
            let gone = CallFault::After(Verdict::Refused(Refusal::Gone));
            world.healthengine.fail(op, [gone]);
            world
        };
        killed_everywhere("not known there", scene, |world| {
            let booking = BookingId::new(1);
            if taken {
                rejected(world, booking);
            } else {
                confirmed(world, booking);
            }
            assert_eq!(world.status.bookings.open, 0, "{:?}", world.status);
            assert!(world.healthengine.calls(op) < 5);
        })
        .await;
    }
}

#[tokio::test]
async fn a_patient_of_the_same_name_is_not_taken_for_another_at_any_kill() {
    let scene = async || {
        let world = World::linked().await;
        let mut namesake = patient(90);
        namesake.surname = patient(1).surname;
        namesake.given_name = patient(1).given_name.map(|_| {
            healthengine_connector::domain::redacted::Redacted::new("Otherwise".to_owned())
        });
        world.pms.state().diary.register(namesake);
        world.healthengine.book(1, "2026-11-23 09:30");
        world
    };
    killed_everywhere("namesake", scene, |world| {
        confirmed(world, BookingId::new(1));
        let diary = &world.pms.state().diary;
        assert_ne!(diary.appointments[0].patient, diary.patients[0].id);
    })
    .await;
}
