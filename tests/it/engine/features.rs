//! The extra features at Healthengine end as the practice's file says, whatever happens on the way.

use healthengine_connector::domain::feature::{ExtraFeature, Features};
use healthengine_connector::healthengine::{Refusal, Verdict};
use healthengine_connector::pms::Support;
use healthengine_connector::practice::control::Removals;
use healthengine_connector::practice::status::{Condition, FeatureAt};

use crate::world::healthengine::{Fault, Op};
use crate::world::{Plan, World, minutes, seconds};

/// A practice whose system serves client snapshots, and whose file asks for these.
fn asking(plan: &mut Plan, wanted: &[ExtraFeature]) {
    plan.pms.can.client_days = Support::Yes;
    plan.profile.features = Features::of(wanted.iter().copied());
}

fn is_on(world: &World, feature: ExtraFeature) -> bool {
    world.healthengine.books().extra.is_on(feature)
}

/// Another connector has left it on.
fn left_on(world: &World, feature: ExtraFeature) {
    world.healthengine.books().extra.set(feature, true);
}

/// Somebody else has switched them the other way round.
fn switched_otherwise(world: &World) {
    let mut books = world.healthengine.books();
    books.extra.set(ExtraFeature::ClientSnapshots, false);
    books.extra.set(ExtraFeature::Documents, true);
}

fn sentence(world: &World, feature: ExtraFeature) -> String {
    let mut features = world.status.features.iter();
    let found = features.find(|one| one.feature == feature.id()).unwrap();
    found.sentence.clone()
}

#[tokio::test]
async fn what_the_file_asks_for_goes_on_at_the_first_link_after_the_configuration() {
    let mut world = World::with(|plan| asking(plan, &[ExtraFeature::ClientSnapshots]));
    world.run_for(seconds(10)).await;
    assert!(is_on(&world, ExtraFeature::ClientSnapshots));
    assert!(!is_on(&world, ExtraFeature::Documents));
    let order = world.healthengine.sequence();
    let at = |op| order.iter().position(|seen| *seen == op).unwrap();
    assert!(at(Op::Contract) < at(Op::EnableFeature));
    assert!(at(Op::Types) < at(Op::Features));
    assert_eq!(
        sentence(&world, ExtraFeature::ClientSnapshots),
        "clientSnapshots: on, as the practice's file asks"
    );
    world.finish().await;
}

#[tokio::test]
async fn what_is_on_and_no_longer_asked_for_goes_off_and_an_unknown_feature_is_left_alone() {
    let mut world = World::new();
    {
        let mut books = world.healthengine.books();
        books.extra.set(ExtraFeature::ClientSnapshots, true);
        books.extra.set(ExtraFeature::AttachDocuments, true);
        books.extra.features.insert("recalls".to_owned(), true);
    }
    world.run_for(seconds(10)).await;
    for feature in ExtraFeature::ALL {
        assert!(!is_on(&world, feature), "{feature:?}");
    }
    assert!(world.healthengine.books().extra.features["recalls"]);
    world.finish().await;
}

#[tokio::test]
async fn a_feature_that_the_system_cannot_serve_is_never_switched_on() {
    let mut world = World::with(|plan| {
        asking(plan, &[ExtraFeature::ClientSnapshots]);
        plan.pms.can.client_days = Support::No;
    });
    world.run_for(seconds(10)).await;
    assert!(!is_on(&world, ExtraFeature::ClientSnapshots));
    let words = sentence(&world, ExtraFeature::ClientSnapshots);
    assert!(words.contains("cannot serve it"), "{words}");
    world.finish().await;
}

#[tokio::test]
async fn idle_polls_do_not_ask_which_features_are_on_and_a_resync_does() {
    let mut world = World::linked_with(|plan| asking(plan, &[ExtraFeature::ClientSnapshots])).await;
    world.run_for(minutes(30)).await;
    assert_eq!(world.healthengine.calls(Op::Features), 0);
    // Somebody switched it off in the portal.
    let off = |world: &World| {
        let mut books = world.healthengine.books();
        books.extra.set(ExtraFeature::ClientSnapshots, false);
    };
    off(&world);
    world.resync(Removals::Guarded).await;
    assert!(is_on(&world, ExtraFeature::ClientSnapshots));
    // The daily sending looks as well.
    off(&world);
    world.healthengine.forget_traffic();
    world.run_for(minutes(24 * 60)).await;
    assert!(is_on(&world, ExtraFeature::ClientSnapshots));
    assert_eq!(world.healthengine.calls(Op::Features), 1);
    // And a start.
    off(&world);
    world.restart();
    world.run_for(seconds(10)).await;
    assert!(is_on(&world, ExtraFeature::ClientSnapshots));
    world.finish().await;
}

#[tokio::test]
async fn once_the_consent_is_back_the_features_are_looked_at_again() {
    let mut world = World::linked_with(|plan| asking(plan, &[ExtraFeature::ClientSnapshots])).await;
    world.healthengine.books().revoked = true;
    world.run_for(minutes(11)).await;
    assert_eq!(world.healthengine.calls(Op::Features), 0);
    {
        let mut books = world.healthengine.books();
        books.revoked = false;
        books.extra.set(ExtraFeature::ClientSnapshots, false);
    }
    world.run_for(minutes(6)).await;
    assert!(is_on(&world, ExtraFeature::ClientSnapshots));
    world.finish().await;
}

#[tokio::test]
async fn a_practice_that_is_paused_or_switched_off_keeps_its_features_as_they_are() {
    let mut world = World::with(|plan| plan.profile.enabled = false);
    let on = |world: &World| {
        let mut books = world.healthengine.books();
        books.extra.set(ExtraFeature::ClientSnapshots, true);
    };
    on(&world);
    world.run_for(minutes(5)).await;
    assert!(world.healthengine.sequence().is_empty());
    assert!(is_on(&world, ExtraFeature::ClientSnapshots));

    let mut world = World::linked().await;
    world.pause(true).await;
    on(&world);
    world.run_for(minutes(5)).await;
    assert!(is_on(&world, ExtraFeature::ClientSnapshots));
    world.pause(false).await;
    world.run_for(seconds(10)).await;
    assert!(!is_on(&world, ExtraFeature::ClientSnapshots));
    world.finish().await;
}

#[tokio::test]
async fn a_refused_permission_for_features_is_not_a_revoked_consent() {
    for refused in [Op::Features, Op::EnableFeature] {
        for verdict in [
            Verdict::Unauthorised,
            Verdict::Refused(Refusal::NotFound),
            Verdict::Refused(Refusal::Other(409)),
        ] {
            let mut world = World::with(|plan| asking(plan, &[ExtraFeature::ClientSnapshots]));
            world.healthengine.fail(refused, [Fault::Before(verdict)]);
            world.run_for(seconds(20)).await;
            assert_eq!(world.status.condition, Condition::Healthy, "{verdict:?}");
            assert_eq!(world.status.availability_waiting, 0);
            assert!(!is_on(&world, ExtraFeature::ClientSnapshots));
            assert_eq!(world.healthengine.calls(refused), 1, "no storm");
            let booking = world.healthengine.book(1, "2026-11-23 09:30");
            world.run_for(seconds(6)).await;
            assert!(world.is_confirmed(booking));
            world.run_for(minutes(6)).await;
            assert!(is_on(&world, ExtraFeature::ClientSnapshots));
            world.finish().await;
        }
    }
}

#[tokio::test]
async fn a_feature_that_healthengine_does_not_offer_is_logged_once_and_shown() {
    let mut world = World::with(|plan| asking(plan, &[ExtraFeature::ClientSnapshots]));
    let id = ExtraFeature::ClientSnapshots.id();
    world.healthengine.books().extra.features.remove(id);
    world.run_for(seconds(20)).await;
    world.resync(Removals::Guarded).await;
    world.run_for(seconds(20)).await;
    assert_eq!(world.journal.count("does not offer this practice"), 1);
    let words = sentence(&world, ExtraFeature::ClientSnapshots);
    assert!(words.contains("ask Healthengine's support"), "{words}");
    assert_eq!(world.status.condition, Condition::Healthy);
    world.finish().await;
}

#[tokio::test]
async fn features_end_as_the_file_says_whatever_call_fails_and_bookings_do_not_wait() {
    for op in [Op::Features, Op::EnableFeature, Op::DisableFeature] {
        for fault in [
            Fault::Before(Verdict::NotSent),
            Fault::Before(Verdict::Slow(None)),
            Fault::After(Verdict::Unknown),
            Fault::After(Verdict::Garbled),
            Fault::TimesOut(true),
            Fault::TimesOut(false),
            Fault::Twice,
        ] {
            let mut world = World::with(|plan| asking(plan, &[ExtraFeature::ClientSnapshots]));
            left_on(&world, ExtraFeature::Documents);
            world.healthengine.fail(op, [fault, fault, fault]);
            let booking = world.healthengine.book(1, "2026-11-23 09:30");
            world.run_for(minutes(2)).await;
            assert!(world.is_confirmed(booking), "{op:?} {fault:?}");
            assert!(
                is_on(&world, ExtraFeature::ClientSnapshots),
                "{op:?} {fault:?}"
            );
            assert!(!is_on(&world, ExtraFeature::Documents), "{op:?} {fault:?}");
            let seen = world.status.features.iter().map(|one| one.at_healthengine);
            assert!(seen.eq([FeatureAt::Off, FeatureAt::Off, FeatureAt::On]));
            world.finish().await;
        }
    }
}

#[tokio::test]
async fn killed_at_every_call_of_a_first_link_features_end_as_the_file_says() {
    let mut n = 0;
    loop {
        n += 1;
        assert!(n < 500);
        let mut world = World::with(|plan| asking(plan, &[ExtraFeature::ClientSnapshots]));
        left_on(&world, ExtraFeature::Documents);
        world.gate.hold_at(Some(n));
        let ended = world.run_until_held(seconds(30)).await;
        world.gate.hold_at(None);
        if !ended {
            world.restart();
            world.run_for(seconds(30)).await;
        }
        assert!(is_on(&world, ExtraFeature::ClientSnapshots), "pass {n}");
        assert!(!is_on(&world, ExtraFeature::Documents), "pass {n}");
        world.finish().await;
        if ended {
            assert!(n > 20, "{n}");
            return;
        }
    }
}

/// What goes wrong beside the kill.
type Wrong = fn(&World);

const WRONGS: [(&str, Wrong); 6] = [
    ("the list is lost before", |world| {
        let fault = Fault::Before(Verdict::NotSent);
        world.healthengine.fail(Op::Features, [fault]);
    }),
    ("switching on is lost before", |world| {
        let fault = Fault::Before(Verdict::Unknown);
        world.healthengine.fail(Op::EnableFeature, [fault]);
    }),
    ("switching on is lost after", |world| {
        let fault = Fault::After(Verdict::Unknown);
        world.healthengine.fail(Op::EnableFeature, [fault]);
    }),
    ("switching off is lost after", |world| {
        let fault = Fault::After(Verdict::Unknown);
        world.healthengine.fail(Op::DisableFeature, [fault]);
    }),
    ("the system is down", |world| world.pms.set_down(true)),
    ("the ledger fails", |world| world.ledger().set_broken(true)),
];

#[tokio::test]
async fn killed_at_every_call_after_a_start_whatever_fails_features_end_as_the_file_says() {
    for (name, goes_wrong) in WRONGS {
        let mut n = 0;
        loop {
            n += 1;
            assert!(n < 200, "{name} never comes to its end");
            let mut world =
                World::linked_with(|plan| asking(plan, &[ExtraFeature::ClientSnapshots])).await;
            // The file was changed since, and the daemon started again.
            switched_otherwise(&world);
            world.restart();
            goes_wrong(&world);
            world.gate.hold_at(Some(n));
            let ended = world.run_until_held(seconds(12)).await;
            world.gate.hold_at(None);
            if !ended {
                world.restart();
                world.run_for(seconds(12)).await;
            }
            assert!(
                is_on(&world, ExtraFeature::ClientSnapshots),
                "{name}, pass {n}"
            );
            assert!(!is_on(&world, ExtraFeature::Documents), "{name}, pass {n}");
            world.pms.set_down(false);
            world.ledger().set_broken(false);
            world.finish().await;
            if ended {
                assert!(n > 8, "{name} was over after {n} passes");
                break;
            }
        }
    }
}
