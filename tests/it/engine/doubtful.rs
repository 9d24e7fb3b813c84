//! A doubtful match leaves its item for a person, whatever becomes of the insert's answer.

use healthengine_connector::domain::booking::RejectReason;
use healthengine_connector::ledger::ItemKind;
use healthengine_connector::pms::PmsError;

use crate::world::patient::patient;
use crate::world::pms::{Call, Fault, FrontDesk as _};
use crate::world::{World, seconds};

/// A practice that has a patient twice, so that nobody can tell which one books.
async fn doubtful() -> World {
    let world = World::linked().await;
    world.pms.state().diary.register(patient(1));
    world.pms.state().diary.register(patient(1));
    world.healthengine.book(1, "2026-11-24 09:30");
    world
}

#[tokio::test]
async fn a_doubtful_match_leaves_its_item_when_the_inserts_answer_is_lost() {
    let mut world = doubtful().await;
    world.pms.fail(Call::Book, [Fault::FailAfterWrite]);
    world.run_for(seconds(5)).await;
    assert_eq!(world.journal.count("a person must act"), 1);
    world.finish_with(&[ItemKind::ComparePatients]).await;
}

#[tokio::test]
async fn nobody_is_asked_to_compare_patients_when_none_was_made() {
    let refused = Fault::Reject(PmsError::Refused(RejectReason::OutsideHours));
    for faults in [vec![refused.clone()], vec![Fault::LoseRequest, refused]] {
        let mut world = doubtful().await;
        world.pms.fail(Call::Book, faults);
        world.run_for(seconds(10)).await;
        assert_eq!(world.pms.state().diary.patients.len(), 2);
        assert_eq!(world.journal.count("a person must act"), 0);
        world.finish().await;
    }
}
