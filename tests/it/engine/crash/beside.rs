//! Two practices in one process, killed at every call of either: nothing crosses over.

use std::time::Duration;

use healthengine_connector::domain::clock::Clock as _;
use healthengine_connector::domain::id::BookingId;
use healthengine_connector::ledger::Ledger as _;

use super::{LONG_ENOUGH, confirmed};
use crate::world::{World, seconds};

/// Runs both in turn, as if each had the process to itself for an activation.
async fn run_both(one: &mut World, other: &mut World, length: Duration) {
    let end = one.clock.now() + length;
    while one.clock.now() < end {
        let waits = [one.activate().await.wait, other.activate().await.wait];
        one.clock.advance(waits.into_iter().min().unwrap());
    }
}

#[tokio::test]
async fn two_practices_of_one_process_survive_a_kill_at_every_call_of_either() {
    let mut n = 0;
    loop {
        n += 1;
        let mut one = World::linked().await;
        let mut other = one.beside("7654321");
        run_both(&mut one, &mut other, seconds(6)).await;
        one.healthengine.book(1, "2026-11-23 09:30");
        other.healthengine.book(2, "2026-11-23 09:30");
        one.gate.hold_at(Some(n));
        let gate = one.gate.clone();
        let ended = tokio::select! {
            biased;
            () = run_both(&mut one, &mut other, LONG_ENOUGH) => true,
            () = gate.holding() => false,
        };
        one.gate.hold_at(None);
        one.restart_with(&mut other);
        for (world, foreign) in [(&one, 2), (&other, 1)] {
            world.assert_nothing_forgotten().await;
            let foreign = BookingId::new(foreign);
            let record = world.ledger().load_booking(&world.profile.id, foreign);
            assert_eq!(record.await.unwrap(), None, "pass {n}");
        }
        run_both(&mut one, &mut other, LONG_ENOUGH).await;
        confirmed(&one, BookingId::new(1));
        confirmed(&other, BookingId::new(2));
        one.finish().await;
        other.finish().await;
        if ended {
            assert!(n > 20, "over after {n} passes");
            return;
        }
    }
}
