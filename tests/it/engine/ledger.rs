//! When the ledger fails, nothing is begun; when it is back, everything goes on.

use healthengine_connector::ledger::{ItemKind, Ledger as _};
use healthengine_connector::practice::control::{Removals, Wishes};
use healthengine_connector::practice::status::Condition;
use healthengine_connector::simulation::ledger::DiskFault;

use crate::world::healthengine::Op;
use crate::world::pms::Call;
use crate::world::{World, minutes, seconds};

#[tokio::test]
async fn idle_polls_and_scans_that_find_nothing_never_touch_the_ledger() {
    let mut world = World::linked().await;
    let before = world.ledger().touched();
    world.run_for(minutes(10)).await;
    assert!(world.healthengine.calls(Op::Requests) > 100);
    assert!(world.pms.calls(Call::Changes) >= 9);
    assert_eq!(world.ledger().touched(), before);
    world.finish().await;
}

#[tokio::test]
async fn without_its_ledger_a_practice_inserts_nothing_says_so_and_recovers() {
    let mut world = World::linked().await;
    world.ledger().set_broken(true);
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    world.run_for(minutes(2)).await;
    assert_eq!(world.pms.calls(Call::Book), 0);
    assert!(world.healthengine.told(booking).is_empty());
    assert_eq!(world.status.condition, Condition::LedgerFailing);
    assert!(
        world
            .status
            .remedy
            .as_deref()
            .unwrap()
            .contains("ledger.url")
    );
    assert!(
        world.journal.count("the ledger cannot be used") == 1,
        "said once"
    );
    world.ledger().set_broken(false);
    world.run_for(minutes(1)).await;
    assert!(world.is_confirmed(booking));
    world.finish().await;
}

#[tokio::test]
async fn a_first_link_that_could_not_be_recorded_is_made_again_and_recorded() {
    for fault in [DiskFault::Full, DiskFault::AnswerLost] {
        // GIVEN a disk that does not take which configuration was sent
        let mut world = World::new();
        world.ledger().fail_after(0, fault);
        // WHEN the practice goes on
        world.run_for(seconds(20)).await;
        // THEN it is linked: what was sent is in the ledger, and the features are looked at
        let ledger = world.ledger();
        let record = ledger.load_practice(&world.profile.id).await.unwrap();
        assert_eq!(record.marks.resources, ["R1", "R2"], "{fault:?}");
        assert_eq!(world.healthengine.calls(Op::Features), 1);
        world.finish().await;
    }
}

#[tokio::test]
async fn a_record_that_was_written_and_failed_all_the_same_doubles_nothing() {
    for nth in 0..4 {
        let mut world = World::linked().await;
        let booking = world.healthengine.book(1, "2026-11-23 09:30");
        // Loses the answer of the nth record that this booking needs.
        world.ledger().lose_answer_after(nth);
        world.run_for(seconds(20)).await;
        assert!(world.is_confirmed(booking));
        assert_eq!(
            world.pms.state().diary.appointments.len(),
            1,
            "record {nth}"
        );
        world.finish().await;
    }
}

#[tokio::test]
async fn being_woken_while_the_ledger_rests_neither_prolongs_the_rest_nor_its_words() {
    let mut world = World::linked().await;
    world.ledger().set_broken(true);
    world.healthengine.book(1, "2026-11-24 09:30");
    world.activate().await;
    let words = world.status.last_error.clone();
    let first = world.activate().await.wait;
    for _ in 0..20 {
        let wait = world.activate().await.wait;
        assert!(wait <= first, "{wait:?}");
    }
    assert_eq!(world.status.last_error, words);
    world.ledger().set_broken(false);
    world.run_for(seconds(10)).await;
    world.finish().await;
}

#[tokio::test]
async fn an_operators_wish_is_kept_until_the_ledger_can_take_it() {
    let mut world = World::linked().await;
    world.ledger().set_broken(true);
    world
        .wish(Wishes {
            resync: Some(Removals::Guarded),
            paused: Some(true),
            ..Wishes::default()
        })
        .await;
    assert_eq!(world.status.condition, Condition::LedgerFailing);
    world.ledger().set_broken(false);
    world.run_for(seconds(5)).await;
    assert_eq!(world.status.condition, Condition::Paused);
    world.pause(false).await;
    world.run_for(seconds(5)).await;
    assert!(world.healthengine.calls(Op::Contract) >= 1);
    world.finish().await;
}

#[tokio::test]
async fn an_item_is_raised_once_although_its_reason_comes_back() {
    let mut world = World::linked().await;
    world.pms.state().diary.resources.clear();
    world.pms.state().diary.everything_changed();
    world.run_for(minutes(10)).await;
    assert_eq!(world.journal.count("a person must act"), 1);
    world.pms.state().diary.resources = vec![
        crate::world::pms::resource("R1"),
        crate::world::pms::resource("R2"),
    ];
    assert_eq!(world.items().await[0].key.kind, ItemKind::AcceptRemovals);
    world.finish().await;
}
