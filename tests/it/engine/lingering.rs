//! What lasts: an answer that is never taken, a booking that stays listed, a failure that is over.

use healthengine_connector::domain::booking::BookingStatus;
use healthengine_connector::healthengine::{Refusal, Verdict};
use healthengine_connector::ledger::ItemKind;

use crate::world::healthengine::{Answer, Fault as CallFault, Op};
use crate::world::patient::patient;
use crate::world::pms::FrontDesk as _;
use crate::world::{World, minutes, seconds};

const GONE: CallFault = CallFault::Before(Verdict::Refused(Refusal::Gone));

#[tokio::test]
async fn an_answer_that_is_never_found_while_the_booking_is_listed_is_shown_once_and_slows_down() {
    for op in [Op::ConfirmInsert, Op::RejectInsert] {
        let mut world = World::linked().await;
        if op == Op::RejectInsert {
            let mut state = world.pms.state();
            state.diary.type_in("R1", "2026-11-24 09:30", patient(9));
        }
        let booking = world.healthengine.book(1, "2026-11-24 09:30");
        world.healthengine.fail(op, vec![GONE; 1000]);
        world.run_for(minutes(2)).await;
        assert!(world.items().await.is_empty(), "it may be a hiccup");
        world.run_for(minutes(8)).await;
        let items = world.items().await;
        assert_eq!(items.len(), 1, "{items:?}");
        assert!(
            items[0]
                .sentence
                .contains("Check the booking in its portal")
        );
        let before = world.healthengine.calls(op);
        world.run_for(minutes(50)).await;
        let calls = world.healthengine.calls(op) - before;
        assert!((9..=12).contains(&calls), "{calls} in fifty minutes");
        assert_eq!(world.journal.count("a person must act"), 1);
        // WHEN it is taken at last THEN nobody need look any more
        world.healthengine.heal();
        world.run_for(minutes(6)).await;
        assert_eq!(world.healthengine.told(booking).len(), 1);
        let call = [ItemKind::CallPatient];
        let late = op == Op::RejectInsert;
        world.finish_with(if late { &call } else { &[] }).await;
    }
}

#[tokio::test]
async fn a_settled_booking_that_stays_listed_is_logged_once() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    world.run_for(seconds(6)).await;
    world.healthengine.books().told.clear();
    world.healthengine.books().pending.insert(booking);
    world.healthengine.fail(Op::ConfirmInsert, vec![GONE; 1000]);
    world.run_for(minutes(20)).await;
    assert_eq!(world.journal.count("lists an answered booking again"), 1);
    let calls = world.healthengine.calls(Op::ConfirmInsert);
    assert!(calls < 60, "{calls} in twenty minutes");
    world.healthengine.heal();
    world.run_for(minutes(1)).await;
    assert!(world.is_confirmed(booking));
    world.finish().await;
}

#[tokio::test]
async fn a_cancellation_without_its_time_is_given_back_as_well_when_the_diary_stays_down() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    world.run_for(seconds(6)).await;
    world.pms.set_down(true);
    let request = world
        .healthengine
        .update(2, booking, BookingStatus::Cancelled);
    let forget = |world: &World| {
        let mut books = world.healthengine.books();
        books.updates.get_mut(&request).unwrap().updated_at = None;
    };
    forget(&world);
    world.run_for(minutes(7)).await;
    assert_eq!(world.healthengine.told(booking).len(), 1);
    world.run_for(minutes(2)).await;
    let told = world.healthengine.told(booking);
    assert!(
        matches!(told.last(), Some(Answer::UpdateRejected(..))),
        "{told:?}"
    );
    world.pms.set_down(false);
    world.finish_with(&[ItemKind::RemoveByHand]).await;
}

#[tokio::test]
async fn a_failure_is_forgotten_when_what_failed_works_again() {
    let mut world = World::linked().await;
    let unknown = CallFault::Before(Verdict::Unknown);
    let cases: [(&str, &[Op]); 2] = [
        ("a poll", &[Op::Requests]),
        ("an answer", &[Op::ConfirmInsert]),
    ];
    for (at, (name, ops)) in cases.into_iter().enumerate() {
        let start = ["2026-11-24 09:30", "2026-11-24 10:00"][at];
        world
            .healthengine
            .book(i64::try_from(at).unwrap() + 1, start);
        for op in ops {
            world.healthengine.fail(*op, [unknown]);
        }
        world.activate().await;
        assert!(world.status.last_error.is_some(), "{name}");
        world.run_for(seconds(10)).await;
        assert_eq!(world.status.last_error, None, "{name}");
    }
    // The diary fails, and while it does, Healthengine too: what still fails stays.
    world.pms.set_down(true);
    world.pms.state().diary.everything_changed();
    world.run_for(minutes(2)).await;
    world.healthengine.fail(Op::Requests, [unknown]);
    world.run_for(seconds(40)).await;
    let words = world.status.last_error.clone().unwrap();
    assert!(words.contains("switched off"), "{words}");
    world.pms.set_down(false);
    world.run_for(minutes(2)).await;
    assert_eq!(world.status.last_error, None);
    // The ledger.
    world.ledger().set_broken(true);
    world.healthengine.book(3, "2026-11-24 11:00");
    world.activate().await;
    assert!(world.status.last_error.is_some());
    world.ledger().set_broken(false);
    world.run_for(minutes(1)).await;
    assert_eq!(world.status.last_error, None);
    world.finish().await;
}
