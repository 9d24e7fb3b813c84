//! The crash matrix: every kind of request, crossed with every way in which one of its calls can
//! fail, crossed with a kill at every step from receiving to settling. Nothing is sampled.
//!
//! # How it is exhaustive
//! - Which calls a scene makes is found by a dry run, so a new call is in the matrix by itself.
//! - The gate stops at every pass, before and after each call of each port, from the first until
//!   everything is settled. Each time all that a kill leaves behind is copied: both systems, the
//!   clock, and the ledger's file as the disk has it.
//! - The polls of an idle practice that follow each other are one step: nothing lies between them.
//! - The daemon is started on each copy, and must bring the scene to an allowed end. A copy that is
//!   equal to the one before it would end equally, since a start knows nothing else: such passes
//!   share a start, and each is counted as a kill.
//!
//! `CRASH_MATRIX='Confirmed/diary's Book 1 FailAfterWrite' cargo test --test it matrix` runs only
//! the cells whose name begins like this.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use healthengine_connector::practice::status::Condition;

use self::fault::{Calls, Fault};
use self::scene::Scene;
use crate::world::copy::Moment;
use crate::world::{World, seconds};

mod expect;
mod fault;
mod scene;

/// Which cells run, by the beginning of their name.
const ONLY: &str = "CRASH_MATRIX";

/// After this many cells of one fault that do not hold nothing more is learnt of it.
const ENOUGH_FAILURES: usize = 5;

/// How long a scene runs before it is asked whether it is over.
const STRETCH: std::time::Duration = seconds(10);

/// After how many such stretches it must be over.
const MOST_STRETCHES: usize = 100;

/// How long it runs after that: long enough for another look at all that changes in a diary.
const AFTERWARDS: std::time::Duration = seconds(25);

/// What was run.
#[derive(Debug, Default)]
struct Count {
    scenes: usize,
    faults: usize,
    kills: usize,
    starts: usize,
    failed: Vec<String>,
}

impl Scene {
    /// Whether all is done.
    fn is_over(self, world: &World, fault: &Fault) -> bool {
        let ending = self.ending(world);
        let expected = self.expected(fault).endings;
        expected.contains(&ending)
            && world.waits_for_nothing()
            && world.published_otherwise().is_none()
            && world.status.condition != Condition::ConsentNeeded
    }

    /// Runs until all is done, and copies what a kill would leave behind at each step on the way.
    async fn run_and_copy(self, world: &mut World, fault: &Fault) -> Vec<Moment> {
        let mut moments = Vec::new();
        for _ in 0..MOST_STRETCHES {
            moments.extend(world.run_and_copy(STRETCH).await);
            if self.is_over(world, fault) {
                break;
            }
        }
        // The polls of an idle practice that follow each other are one step.
        moments.dedup_by(|next, before| next.is_idle() && before.is_idle());
        moments
    }

    /// Which calls it makes when nothing fails.
    async fn dry_run(self) -> Vec<Fault> {
        let mut world = self.begin().await;
        let moments = self.run_and_copy(&mut world, &Fault::None).await;
        let passes: Vec<&String> = moments.iter().flat_map(|one| &one.passes).collect();
        let until = moments.last().unwrap().copy.now;
        Calls::of(&world, until, &passes).faults(&world)
    }

    /// It ended as it may, and nothing is left over.
    async fn check(self, mut world: World, fault: &Fault) -> World {
        for _ in 0..MOST_STRETCHES {
            world.run_for(STRETCH).await;
            if self.is_over(&world, fault) {
                break;
            }
        }
        let expected = self.expected(fault);
        let ending = self.ending(&world);
        assert!(
            expected.endings.contains(&ending),
            "it ended as {ending:?}, and may end as {:?}",
            expected.endings
        );
        world.watches &= !expected.refused;
        world.finish_within(AFTERWARDS, &expected.items).await
    }
}

/// Crosses these scenes with every fault and every kill.
async fn cross(name: &str, scenes: &[Scene]) -> Count {
    let only = std::env::var_os(ONLY).map(|only| only.into_string().unwrap());
    let runs = |cell: &str| only.as_ref().is_none_or(|only| cell.starts_with(only));
    let might_run = |part: &str| {
        let only = only.as_ref();
        only.is_none_or(|only| part.starts_with(only) || only.starts_with(part))
    };
    let mut count = Count::default();
    for scene in scenes {
        if !might_run(&format!("{scene:?}")) {
            continue;
        }
        count.scenes += 1;
        for fault in scene.dry_run().await {
            let part = format!("{scene:?}/{fault}");
            if !might_run(&part) {
                continue;
            }
            let failed_before = count.failed.len();
            count.faults += 1;
            let mut world = scene.begin().await;
            fault.arm(&world);
            let ran = caught(scene.run_and_copy(&mut world, &fault)).await;
            let moments = count.note(&format!("{part}/not killed"), ran);
            for (n, moment) in moments.unwrap_or_default().into_iter().enumerate() {
                count.kills += moment.passes.len();
                let cell = format!("{part}/killed {}: {}", n + 1, moment.passes.join(", "));
                let enough = count.failed.len() >= failed_before + ENOUGH_FAILURES;
                if runs(&cell) && !enough {
                    count.starts += 1;
                    let held = caught(Box::pin(async {
                        let started = world.started_on(&moment.copy);
                        started.assert_nothing_forgotten().await;
                        let ended = scene.check(started, &fault).await;
                        // To search the files takes longer than all the rest: once for each fault.
                        if n == 0 {
                            ended.assert_nothing_personal().await;
                        }
                    }));
                    count.note(&cell, held.await);
                }
            }
            let cell = format!("{part}/not killed");
            let held = caught(Box::pin(async {
                let world = scene.check(world, &fault).await;
                world.assert_nothing_personal().await;
            }));
            count.note(&cell, held.await);
        }
    }
    let Count {
        scenes,
        faults,
        kills,
        starts,
        ref failed,
    } = count;
    assert!(
        failed.is_empty(),
        "{} cells do not hold; each runs alone with {ONLY}='its name':\n{}",
        failed.len(),
        failed.join("\n")
    );
    println!(
        "{name}: {scenes} scenes, {faults} faults, {kills} kills, {starts} different: all held"
    );
    count
}

impl Count {
    fn note<T>(&mut self, cell: &str, ran: Result<T, String>) -> Option<T> {
        ran.map_err(|why| self.failed.push(format!("{cell}\n    {why}")))
            .ok()
    }

    /// The matrix has not become smaller than it was.
    fn at_least(&self, faults: usize, kills: usize) {
        if std::env::var_os(ONLY).is_none() {
            assert!(self.faults >= faults, "only {} faults", self.faults);
            assert!(self.kills >= kills, "only {} kills", self.kills);
        }
    }
}

/// Runs to its end, or until it panics; in which words.
async fn caught<T>(run: impl Future<Output = T>) -> Result<T, String> {
    let mut run = pin!(run);
    std::future::poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| run.as_mut().poll(context)));
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
            Err(panic) => {
                let words = panic.downcast_ref::<String>().cloned();
                let short = panic
                    .downcast_ref::<&str>()
                    .map(|words| (*words).to_owned());
                Poll::Ready(Err(words.or(short).unwrap_or_default()))
            }
        }
    })
    .await
}

#[tokio::test]
async fn bookings_end_once_wherever_they_fail_and_are_killed() {
    let scenes = [
        Scene::Confirmed,
        Scene::Rejected,
        Scene::Unreadable,
        Scene::Doubtful,
        Scene::ConsentRevokedAmid,
    ];
    Box::pin(cross("bookings", &scenes))
        .await
        .at_least(520, 18_500);
}

#[tokio::test]
async fn late_bookings_and_odd_systems_end_once_wherever_they_fail_and_are_killed() {
    let scenes = [
        Scene::LateTypedIn,
        Scene::LateFree,
        Scene::LateTaken,
        Scene::WithoutKeys,
        Scene::WritesOn,
    ];
    Box::pin(cross("late bookings and odd systems", &scenes))
        .await
        .at_least(455, 14_500);
}

#[tokio::test]
async fn updates_end_once_wherever_they_fail_and_are_killed() {
    let scenes = [
        Scene::Cancelled,
        Scene::CannotCancel,
        Scene::CancelledAtOnce,
        Scene::UnknownUpdate,
    ];
    Box::pin(cross("updates", &scenes))
        .await
        .at_least(265, 6_300);
}

#[tokio::test]
async fn changes_in_the_diary_are_told_wherever_it_fails_and_is_killed() {
    let scenes = [
        Scene::AskedUnchanged,
        Scene::AskedCancelled,
        Scene::AskedDidNotAttend,
        Scene::AskedUnknown,
        Scene::UnaskedCancelled,
        Scene::UnaskedCancelledWithoutFeed,
        Scene::UnaskedDidNotAttend,
    ];
    Box::pin(cross("changes in the diary", &scenes))
        .await
        .at_least(500, 19_000);
}

#[tokio::test]
async fn what_is_published_is_the_diarys_wherever_it_fails_and_is_killed() {
    let scenes = [
        Scene::FirstLink,
        Scene::AvailabilityWanted,
        Scene::ResourcesWanted,
        Scene::TypesWanted,
        Scene::HoursChanged,
    ];
    Box::pin(cross("configuration and free time", &scenes))
        .await
        .at_least(450, 18_000);
}

#[tokio::test]
async fn extra_features_are_served_wherever_it_fails_and_is_killed() {
    let scenes = [
        Scene::FeaturesOnAndOff,
        Scene::DocumentsWanted,
        Scene::DocumentOffered,
        Scene::UploadWanted,
        Scene::UploadOfNothing,
        Scene::HandedInWell,
        Scene::HandedInWrong,
        Scene::HandedInGone,
        Scene::SnapshotsWanted,
    ];
    Box::pin(cross("extra features", &scenes))
        .await
        .at_least(800, 46_000);
}
