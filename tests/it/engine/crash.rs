//! Killed at every call of every port, before it takes effect and after: whatever was going on ends
//! as one appointment and one answer, or as none and a rejection.

use healthengine_connector::domain::booking::BookingStatus;
use healthengine_connector::domain::id::BookingId;
use healthengine_connector::ledger::ItemKind;
use healthengine_connector::pms::Support;

use crate::world::healthengine::{Answer, Fault as CallFault, Op};
use crate::world::patient::patient;
use crate::world::pms::{Call, Fault, FrontDesk as _};
use crate::world::{World, minutes, seconds};
use healthengine_connector::healthengine::Verdict;

mod beside;
mod fault;
mod meanwhile;
mod published;

/// How long a world runs before it must have come to rest.
pub(crate) const LONG_ENOUGH: std::time::Duration = seconds(45);

/// Runs the scene once for every pass of the gate, killing it there, until a run is not held.
pub(crate) async fn killed_everywhere(
    name: &str,
    scene: impl AsyncFn() -> World,
    check: impl Fn(&World),
) {
    killed_everywhere_within(LONG_ENOUGH, name, scene, check).await;
}

/// The same, for worlds that come to rest within this time.
pub(crate) async fn killed_everywhere_within(
    length: std::time::Duration,
    name: &str,
    scene: impl AsyncFn() -> World,
    check: impl Fn(&World),
) {
    killed_while((name, length), scene, |_| {}, check, None).await;
}

/// The same; something happens while the daemon is down, and just these items are left, or the
/// call of a patient if it has come to that.
pub(crate) async fn killed_while(
    (name, length): (&str, std::time::Duration),
    scene: impl AsyncFn() -> World,
    meanwhile: impl Fn(&World),
    check: impl Fn(&World),
    left: Option<&[ItemKind]>,
) {
    let mut n = 0;
    loop {
        n += 1;
        assert!(n < 500, "{name} never comes to its end");
        let mut world = scene().await;
        world.gate.hold_at(Some(n));
        let ended = world.run_until_held(length).await;
        let passed = world.gate.names();
        let last = passed.last().cloned().unwrap_or_default();
        world.gate.hold_at(None);
        println!("{name}: killed {last} (pass {n})");
        if !ended {
            world.restart();
            world.assert_nothing_forgotten().await;
            meanwhile(&world);
            world.run_for(length).await;
        }
        check(&world);
        let calls_patient = world
            .items()
            .await
            .iter()
            .any(|item| item.key.kind == ItemKind::CallPatient);
        let call: &[ItemKind] = if calls_patient {
            &[ItemKind::CallPatient]
        } else {
            &[]
        };
        world.finish_with(left.unwrap_or(call)).await;
        if ended {
            assert!(n > 10, "{name} was over after {n} passes");
            return;
        }
    }
}

pub(crate) fn confirmed(world: &World, booking: BookingId) {
    let told = world.healthengine.told(booking);
    assert!(
        matches!(told.first(), Some(Answer::Confirmed(_))),
        "{told:?}"
    );
}

pub(crate) fn rejected(world: &World, booking: BookingId) {
    let told = world.healthengine.told(booking);
    assert!(matches!(told.as_slice(), [Answer::Rejected(_)]), "{told:?}");
}

#[tokio::test]
async fn a_plain_booking_survives_a_kill_at_every_call() {
    let scene = async || {
        let world = World::linked().await;
        world.healthengine.book(1, "2026-11-23 09:30");
        world
    };
    killed_everywhere("plain", scene, |world| confirmed(world, BookingId::new(1))).await;
}

#[tokio::test]
async fn a_booking_whose_outcome_is_unknown_survives_a_kill_at_every_call() {
    for fault in [Fault::FailAfterWrite, Fault::LoseRequest] {
        let scene = async || {
            let world = World::linked().await;
            world.pms.fail(Call::Book, [fault.clone()]);
            world.pms.fail(Call::Find, [Fault::LoseRequest]);
            world.healthengine.book(1, "2026-11-23 09:30");
            world
        };
        killed_everywhere("unknown", scene, |world| {
            confirmed(world, BookingId::new(1));
        })
        .await;
    }
}

#[tokio::test]
async fn a_booking_that_the_system_writes_after_its_limit_survives_a_kill_at_every_call() {
    let scene = async || {
        let world = World::linked_with(|plan| plan.pms.can.settles_within = seconds(2)).await;
        world.pms.fail(Call::Book, [Fault::WriteLater(seconds(16))]);
        world.healthengine.book(1, "2026-11-23 09:30");
        world
    };
    killed_everywhere("written later", scene, |world| {
        confirmed(world, BookingId::new(1));
    })
    .await;
}

#[tokio::test]
async fn a_rejection_survives_a_kill_at_every_call() {
    let scene = async || {
        let world = World::linked().await;
        let mut state = world.pms.state();
        state.diary.type_in("R1", "2026-11-23 09:30", patient(90));
        drop(state);
        world.healthengine.book(1, "2026-11-23 09:30");
        world
    };
    killed_everywhere("rejection", scene, |world| {
        rejected(world, BookingId::new(1));
    })
    .await;
}

#[tokio::test]
async fn a_lost_confirmation_survives_a_kill_at_every_call() {
    let scene = async || {
        let world = World::linked().await;
        world
            .healthengine
            .fail(Op::ConfirmInsert, [CallFault::After(Verdict::Unknown)]);
        world.healthengine.book(1, "2026-11-23 09:30");
        world
    };
    killed_everywhere("lost answer", scene, |world| {
        confirmed(world, BookingId::new(1));
    })
    .await;
}

#[tokio::test]
async fn a_cancellation_survives_a_kill_at_every_call() {
    let scene = async || {
        let mut world = World::linked().await;
        let booking = world.healthengine.book(1, "2026-11-23 09:30");
        world.run_for(seconds(10)).await;
        world.pms.fail(Call::Cancel, [Fault::FailAfterWrite]);
        world.healthengine.cancel(2, booking);
        world
    };
    killed_everywhere("cancellation", scene, |world| {
        confirmed(world, BookingId::new(1));
        let told = world.healthengine.told(BookingId::new(1));
        assert!(
            matches!(told.last(), Some(Answer::UpdateConfirmed(_))),
            "{told:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_booking_and_its_cancellation_at_once_survive_a_kill_at_every_call() {
    let scene = async || {
        let world = World::linked().await;
        let booking = world.healthengine.book(1, "2026-11-23 09:30");
        world.healthengine.cancel(2, booking);
        world
    };
    killed_everywhere("cancelled at once", scene, |world| {
        let diary = &world.pms.state().diary;
        assert!(diary.appointments.iter().all(|one| {
            one.standing == healthengine_connector::domain::diary::Standing::Cancelled
        }));
    })
    .await;
}

#[tokio::test]
async fn a_late_booking_survives_a_kill_at_every_call() {
    let scene = async || {
        let world = World::linked().await;
        world.healthengine.book(1, "2026-11-24 09:30");
        world.healthengine.book(2, "2026-11-24 10:00");
        let mut state = world.pms.state();
        state.diary.type_in("R1", "2026-11-24 10:00", patient(2));
        drop(state);
        world.clock.advance(minutes(3));
        world
    };
    killed_everywhere("late", scene, |world| {
        confirmed(world, BookingId::new(1));
        confirmed(world, BookingId::new(2));
        assert_eq!(world.pms.state().diary.appointments.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_first_link_with_work_left_by_a_previous_integration_survives_a_kill_at_every_call() {
    let scene = async || {
        let world = World::new();
        world.healthengine.book(1, "2026-11-23 09:30");
        world
            .healthengine
            .update(2, BookingId::new(77), BookingStatus::Cancelled);
        world
    };
    killed_everywhere("first link", scene, |world| {
        confirmed(world, BookingId::new(1));
        let told = world.healthengine.told(BookingId::new(77));
        assert!(
            matches!(told.as_slice(), [Answer::UpdateRejected(..)]),
            "{told:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn without_a_key_a_kill_while_inserting_is_for_a_person_and_never_inserts_again() {
    let mut n = 0;
    loop {
        n += 1;
        let mut world = World::linked_with(|plan| plan.pms.can.keeps_key = Support::No).await;
        let booking = world.healthengine.book(1, "2026-11-23 09:30");
        world.gate.hold_at(Some(n));
        let ended = world.run_until_held(LONG_ENOUGH).await;
        world.gate.hold_at(None);
        world.restart();
        world.run_for(LONG_ENOUGH).await;
        assert!(world.pms.state().diary.appointments.len() <= 1, "pass {n}");
        let asked = world
            .items()
            .await
            .iter()
            .any(|item| item.key.kind == ItemKind::CheckDiary);
        assert_ne!(
            asked,
            !world.healthengine.told(booking).is_empty(),
            "pass {n}"
        );
        if ended {
            return;
        }
    }
}
