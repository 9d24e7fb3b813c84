//! Kinds of request that this practice does not answer.

use healthengine_connector::healthengine::RequestKind;

use crate::world::{World, minutes, seconds};

#[tokio::test]
async fn a_kind_that_is_not_enabled_is_logged_once_shown_and_does_not_spin() {
    let mut world = World::linked().await;
    let kinds = [
        RequestKind::AvailableDocuments,
        RequestKind::UploadDocuments,
        RequestKind::ClientSnapshots,
        RequestKind::AttachDocuments,
        RequestKind::PmsAppointmentChanges,
        RequestKind::Other("somethingNew".to_owned()),
    ];
    world.healthengine.books().kinds.extend(kinds.clone());
    let wait = world.activate().await.wait;
    assert!(wait > seconds(4));
    world.run_for(minutes(2)).await;
    let mut shown = world.status.not_enabled.clone();
    let mut names: Vec<String> = kinds.iter().map(ToString::to_string).collect();
    shown.sort();
    names.sort();
    assert_eq!(shown, names);
    assert_eq!(
        world.journal.count("not enabled for this practice"),
        kinds.len()
    );
    world.healthengine.books().kinds.clear();
    world.run_for(seconds(6)).await;
    assert!(world.status.not_enabled.is_empty());
    world.finish().await;
}
