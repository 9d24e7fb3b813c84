//! A key that Healthengine refuses: consent missing or revoked, or the key wrong.

use healthengine_connector::healthengine::Verdict;
use healthengine_connector::practice::control::Removals;
use healthengine_connector::practice::status::Condition;

use crate::world::healthengine::{Answer, Fault as CallFault, Op};
use crate::world::{World, minutes, seconds};

#[tokio::test]
async fn a_revoked_consent_stops_all_calls_but_slow_probes_and_says_what_to_do() {
    let mut world = World::linked().await;
    world.healthengine.books().revoked = true;
    world.run_for(minutes(20)).await;
    let calls = world.healthengine.sequence();
    assert!(calls.iter().all(|op| *op == Op::Requests), "{calls:?}");
    assert!(
        (4..=5).contains(&calls.len()),
        "one probe in five minutes: {}",
        calls.len()
    );
    assert_eq!(world.status.condition, Condition::ConsentNeeded);
    assert!(
        world
            .status
            .remedy
            .as_deref()
            .unwrap()
            .contains("Integration Consent")
    );
    assert_eq!(world.journal.count("Integration Consent"), 1, "said once");
    world.healthengine.books().revoked = false;
    world.run_for(minutes(6)).await;
    assert_eq!(world.status.condition, Condition::Healthy);
    for op in [Op::Contract, Op::Resources, Op::Types] {
        assert_eq!(
            world.healthengine.calls(op),
            1,
            "{op:?}: everything is sent anew"
        );
    }
    assert_eq!(world.healthengine.books().batches, [6]);
    world.finish().await;
}

#[tokio::test]
async fn a_consent_revoked_between_insert_and_answer_is_answered_after_its_return() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    let no = CallFault::Before(Verdict::Unauthorised);
    world.healthengine.fail(Op::ConfirmInsert, [no]);
    world.activate().await;
    assert_eq!(world.status.condition, Condition::ConsentNeeded);
    world.run_for(minutes(4)).await;
    assert!(world.healthengine.told(booking).is_empty());
    world.run_for(minutes(2)).await;
    assert!(world.is_confirmed(booking));
    world.finish().await;
}

#[tokio::test]
async fn an_operator_who_asks_is_probed_for_at_once() {
    let mut world = World::linked().await;
    world.healthengine.books().revoked = true;
    world.activate().await;
    world.healthengine.books().revoked = false;
    world.resync(Removals::Guarded).await;
    assert_eq!(world.status.condition, Condition::Healthy);
    world.finish().await;
}

#[tokio::test]
async fn a_probe_that_cannot_be_made_waits_as_a_poll_does() {
    let mut world = World::linked().await;
    world.healthengine.books().revoked = true;
    world.activate().await;
    world.healthengine.books().revoked = false;
    let down = CallFault::Before(Verdict::NotSent);
    world.healthengine.fail(Op::Requests, [down; 4]);
    world.clock.advance(minutes(5));
    for _ in 0..4 {
        let wait = world.activate().await.wait;
        assert!(wait >= std::time::Duration::from_millis(500), "{wait:?}");
        world.clock.advance(wait);
    }
    world.activate().await;
    assert_eq!(world.status.condition, Condition::Healthy);
    world.finish().await;
}

#[tokio::test]
async fn one_practices_revoked_consent_leaves_another_untouched() {
    let mut one = World::linked().await;
    let mut other = one.beside("7654321");
    other.activate().await;
    one.healthengine.books().revoked = true;
    one.activate().await;
    let booking = other.healthengine.book(1, "2026-11-24 09:30");
    one.activate().await;
    other.activate().await;
    assert_eq!(one.status.condition, Condition::ConsentNeeded);
    assert_eq!(other.status.condition, Condition::Healthy);
    assert!(matches!(
        &other.healthengine.told(booking)[..],
        [Answer::Confirmed(_)]
    ));
    one.healthengine.books().revoked = false;
    other.run_for(seconds(6)).await;
    other.finish().await;
}
