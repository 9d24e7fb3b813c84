//! Kinds of request that this practice does not answer.

use healthengine_connector::healthengine::RequestKind;
use healthengine_connector::practice::status::Condition;

use crate::world::{World, minutes, seconds};

#[tokio::test]
async fn a_kind_that_is_not_enabled_is_logged_once_shown_and_does_not_spin() {
    let mut world = World::linked().await;
    let kinds = [
        RequestKind::AvailableDocuments,
        RequestKind::UploadDocuments,
        RequestKind::ClientSnapshots,
        RequestKind::AttachDocuments,
        RequestKind::Other("somethingNew".to_owned()),
    ];
    world.healthengine.books().kinds.extend(kinds.clone());
    let wait = world.activate().await.wait;
    assert!(wait > seconds(4));
    world.run_for(minutes(2)).await;
    let not_answered = world.status.not_answered.clone();
    assert!(
        not_answered
            .iter()
            .all(|kind| kind.waits && kind.polls > 20)
    );
    let mut shown: Vec<String> = not_answered.into_iter().map(|kind| kind.kind).collect();
    let mut names: Vec<String> = kinds.iter().map(ToString::to_string).collect();
    shown.sort();
    names.sort();
    assert_eq!(shown, names);
    assert_eq!(
        world.journal.count("not enabled for this practice"),
        kinds.len() - 1
    );
    assert_eq!(world.journal.count("this version does not know"), 1);
    assert_eq!(world.status.condition, Condition::Healthy);
    world.healthengine.books().kinds.clear();
    world.run_for(seconds(6)).await;
    assert!(world.status.not_answered.iter().all(|kind| !kind.waits));
    world.finish().await;
}
