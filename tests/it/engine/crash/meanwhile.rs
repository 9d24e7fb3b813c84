//! While the daemon is down the world goes on: what it finds when it starts is not what it left.

use healthengine_connector::domain::id::BookingId;
use healthengine_connector::ledger::ItemKind;

use super::{LONG_ENOUGH, confirmed, killed_while, rejected};
use crate::world::patient::patient;
use crate::world::pms::FrontDesk as _;
use crate::world::{World, minutes};

async fn booked() -> World {
    let world = World::linked().await;
    world.healthengine.book(1, "2026-11-23 09:30");
    world
}

#[tokio::test]
async fn a_booking_that_is_cancelled_while_the_daemon_is_down_ends_without_an_appointment() {
    let cancels = |world: &World| {
        world.healthengine.cancel(2, BookingId::new(1));
    };
    let check = |world: &World| {
        let cancelled = world.healthengine.books().updates.len() == 1;
        let diary = &world.pms.state().diary;
        let standing = diary.appointments.iter().filter(|one| {
            one.standing != healthengine_connector::domain::diary::Standing::Cancelled
        });
        assert_eq!(standing.count(), usize::from(!cancelled));
    };
    killed_while(
        ("cancelled meanwhile", LONG_ENOUGH),
        booked,
        cancels,
        check,
        None,
    )
    .await;
}

#[tokio::test]
async fn a_booking_whose_diary_is_down_after_the_kill_is_not_rejected_if_it_stands() {
    let goes_down = |world: &World| {
        world.clock.advance(minutes(20));
        let down = healthengine_connector::pms::PmsError::NotDone("it is starting".to_owned());
        let faults = std::iter::repeat_n(crate::world::pms::Fault::Reject(down), 3);
        world
            .pms
            .fail(crate::world::pms::Call::AppointmentsAt, faults);
    };
    killed_while(
        ("down afterwards", LONG_ENOUGH),
        booked,
        goes_down,
        |_| {},
        None,
    )
    .await;
}

#[tokio::test]
async fn a_rejected_booking_whose_time_becomes_free_meanwhile_has_one_answer() {
    let scene = async || {
        let world = World::linked().await;
        let mut state = world.pms.state();
        state.diary.type_in("R1", "2026-11-23 09:30", patient(90));
        drop(state);
        world.healthengine.book(1, "2026-11-23 09:30");
        world
    };
    let becomes_free = |world: &World| {
        let mut state = world.pms.state();
        let id = state.diary.appointments[0].id.clone();
        let cancelled = healthengine_connector::domain::diary::Standing::Cancelled;
        state.diary.mark(&id, cancelled);
    };
    killed_while(
        ("freed meanwhile", LONG_ENOUGH),
        scene,
        becomes_free,
        |_| {},
        None,
    )
    .await;
}

#[tokio::test]
async fn late_bookings_survive_a_kill_at_every_call_and_whom_to_call_is_never_lost() {
    let scene = async || {
        let world = World::linked().await;
        let mut state = world.pms.state();
        // Staff read the e-mail, and squeezed the second in elsewhere; the third's time is gone.
        state.diary.type_in("R1", "2026-11-24 10:00", patient(2));
        state.diary.type_in("R1", "2026-11-24 10:30", patient(90));
        drop(state);
        world.healthengine.book(1, "2026-11-24 09:30");
        world.healthengine.book(2, "2026-11-24 10:00");
        world.healthengine.book(3, "2026-11-24 10:30");
        world.clock.advance(minutes(3));
        world
    };
    let check = |world: &World| {
        confirmed(world, BookingId::new(1));
        confirmed(world, BookingId::new(2));
        rejected(world, BookingId::new(3));
        assert_eq!(world.pms.state().diary.appointments.len(), 3);
    };
    let call = [ItemKind::CallPatient];
    killed_while(("late", LONG_ENOUGH), scene, |_| {}, check, Some(&call)).await;
}
