//! Days with their patients: each request is answered, no list shrinks unless a person accepts it,
//! and nobody leaves the practice who has no appointment on that day.

use chrono::NaiveDate;
use healthengine_connector::domain::booking::RejectReason;
use healthengine_connector::domain::civil::Zone;
use healthengine_connector::domain::client_day::{ClientDay, DayOf};
use healthengine_connector::domain::feature::{ExtraFeature, Features};
use healthengine_connector::healthengine::{Refusal, Verdict};
use healthengine_connector::ledger::ItemKind;
use healthengine_connector::pms::{PmsError, Support};
use healthengine_connector::practice::control::Removals;
use healthengine_connector::practice::status::Condition;

use crate::world::healthengine::{Fault, Op};
use crate::world::patient::patient;
use crate::world::pms::{Call, Fault as PmsFault, FrontDesk as _};
use crate::world::{Plan, World, minutes, seconds};

const DAY: &str = "2026-11-23";

fn serving(plan: &mut Plan) {
    plan.pms.can.client_days = Support::Yes;
    plan.profile.features = Features::of([ExtraFeature::ClientSnapshots]);
    let mut state = plan.pms.state();
    state.diary.zone = Zone::parse("Australia/Sydney");
    state.diary.locations = ["L1", "L2", "L3"].map(str::to_owned).into();
}

/// A linked practice that serves snapshots, with an appointment on each of two days, both made
/// on the first.
async fn world() -> World {
    let world = World::linked_with(serving).await;
    {
        let mut state = world.pms.state();
        state.diary.type_in("R1", "2026-11-23 09:30", patient(1));
        state.diary.type_in("R2", "2026-11-24 09:30", patient(2));
        state.diary.register(patient(3));
    }
    world
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn want(world: &World, day: &str, by: DayOf) {
    let mut books = world.healthengine.books();
    books.extra.snapshots_wanted.insert((date(day), by));
}

fn sent(world: &World) -> Vec<ClientDay> {
    world.healthengine.books().extra.snapshots.clone()
}

fn is_answered(world: &World) -> bool {
    world.healthengine.books().extra.snapshots_wanted.is_empty()
}

#[tokio::test]
async fn a_day_is_sent_by_either_date_with_all_lists_and_only_its_own_people() {
    for careless in [false, true] {
        let mut world = world().await;
        world.pms.state().diary.careless = careless;
        want(&world, DAY, DayOf::Appointment);
        want(&world, DAY, DayOf::Creation);
        want(&world, "2026-11-24", DayOf::Creation);
        world.run_for(seconds(6)).await;
        assert!(is_answered(&world));
        let found: Vec<_> = sent(&world)
            .iter()
            .map(|day| {
                assert_eq!(day.locations.len(), 3);
                assert_eq!(day.practitioners.len(), 2);
                assert_eq!(day.appointment_types.len(), 2);
                (day.by, day.appointments.len(), day.patients.len())
            })
            .collect();
        assert_eq!(
            found,
            [
                (DayOf::Appointment, 1, 1),
                (DayOf::Creation, 2, 2),
                (DayOf::Creation, 0, 0)
            ]
        );
        let warned = world.journal.count("it was left out");
        assert_eq!(warned, if careless { 3 } else { 0 });
        assert_eq!(world.status.snapshots_sent, 3);
        world.finish().await;
    }
}

#[tokio::test]
async fn a_day_years_away_is_answered_without_appointments() {
    let mut world = world().await;
    for day in ["1900-01-01", "2126-11-23", "9999-12-31"] {
        want(&world, day, DayOf::Appointment);
    }
    world.run_for(seconds(6)).await;
    assert!(is_answered(&world));
    for day in sent(&world) {
        assert!(day.appointments.is_empty() && day.patients.is_empty());
        assert_eq!(day.locations.len(), 3);
    }
    world.finish().await;
}

#[tokio::test]
async fn a_feature_that_the_file_does_not_ask_for_sends_nothing() {
    let mut world = World::linked_with(|plan| {
        serving(plan);
        plan.profile.features = Features::default();
    })
    .await;
    {
        let mut books = world.healthengine.books();
        books.extra.set(ExtraFeature::ClientSnapshots, true);
    }
    want(&world, DAY, DayOf::Appointment);
    world.run_for(minutes(2)).await;
    assert_eq!(world.pms.calls(Call::ClientDay), 0);
    assert!(sent(&world).is_empty());
    let kinds = &world.status.not_answered;
    assert!(kinds[0].sentence.contains("client_snapshots = true"));
    world.finish().await;
}

#[tokio::test]
async fn a_list_that_shrank_waits_for_a_person_and_an_empty_one_is_never_sent() {
    for left in [0, 1] {
        // GIVEN a practice whose last snapshot listed three locations
        let mut world = world().await;
        want(&world, DAY, DayOf::Appointment);
        world.run_for(seconds(6)).await;
        // WHEN the system shows fewer than half of them, or none
        let before = world.pms.state().diary.locations.clone();
        world.pms.state().diary.locations.truncate(left);
        want(&world, "2026-11-24", DayOf::Appointment);
        world.run_for(minutes(5)).await;
        // THEN nothing is sent, and a person is asked once, also across a restart
        world.restart();
        world.run_for(minutes(5)).await;
        assert_eq!(sent(&world).len(), 1);
        let items = world.items().await;
        assert_eq!(items.len(), 1);
        assert_eq!(items[0].key.kind, ItemKind::AcceptRemovals);
        assert_eq!(items[0].key.subject, "client-snapshots");
        assert!(
            items[0].sentence.contains("locations"),
            "{}",
            items[0].sentence
        );
        assert!(
            items[0]
                .sentence
                .contains("resync harbour-dental --accept-removals")
        );
        assert_eq!(world.status.condition, Condition::WaitingForPerson);
        // AND a plain resync changes nothing
        world.resync(Removals::Guarded).await;
        assert_eq!(sent(&world).len(), 1);
        // WHEN the person accepts, or, where the list is empty, mends the diary
        world.resync(Removals::Accepted).await;
        if left == 0 {
            assert_eq!(sent(&world).len(), 1, "an empty list is never sent");
            world.pms.state().diary.locations = before;
        }
        world.run_for(minutes(2)).await;
        // THEN the day is sent and the item is settled
        assert!(is_answered(&world));
        let last = sent(&world).pop().unwrap();
        assert_eq!(last.locations.len(), if left == 0 { 3 } else { 1 });
        world.finish().await;
    }
}

#[tokio::test]
async fn an_acceptance_that_nobody_was_asked_for_does_not_wait_for_a_later_shrunken_list() {
    let mut world = world().await;
    want(&world, DAY, DayOf::Appointment);
    world.run_for(seconds(6)).await;
    world.resync(Removals::Accepted).await;
    world.pms.state().diary.locations.truncate(1);
    want(&world, "2026-11-24", DayOf::Appointment);
    world.run_for(minutes(2)).await;
    assert_eq!(sent(&world).len(), 1);
    world.pms.state().diary.locations = ["L1", "L2", "L3"].map(str::to_owned).into();
    world.run_for(minutes(2)).await;
    assert!(is_answered(&world));
    world.finish().await;
}

#[tokio::test]
async fn a_request_that_stays_listed_is_no_storm() {
    let mut world = world().await;
    want(&world, DAY, DayOf::Appointment);
    world.run_for(seconds(6)).await;
    // Healthengine takes its time to notice, or forgets: the request is listed on, poll after poll,
    // or now and then.
    for apart in [5, 10] {
        world.healthengine.forget_traffic();
        for _ in 0..3_600 / apart {
            want(&world, DAY, DayOf::Appointment);
            world.run_for(seconds(apart - 1)).await;
            world.clock.advance(seconds(1));
        }
        let calls = world.healthengine.calls(Op::ClientSnapshot);
        assert!((3..=8).contains(&calls), "{calls} in an hour");
    }
    // A new request for the same day, once the old one was gone, is answered at once.
    world.healthengine.books().extra.snapshots_wanted.clear();
    world.run_for(minutes(2)).await;
    let before = sent(&world).len();
    want(&world, DAY, DayOf::Appointment);
    world.run_for(seconds(6)).await;
    assert_eq!(sent(&world).len(), before + 1);
    world.finish().await;
}

#[tokio::test]
async fn hundreds_of_days_are_answered_and_a_booking_among_them_does_not_wait() {
    let mut world = world().await;
    for day in date("2026-01-01").iter_days().take(365) {
        world
            .healthengine
            .books()
            .extra
            .snapshots_wanted
            .insert((day, DayOf::Creation));
    }
    // Each day takes its time: the allowance paces them.
    let slow = PmsFault::RespondSlowly(seconds(1));
    world
        .pms
        .fail(Call::ClientDay, std::iter::repeat_n(slow, 365));
    world.activate().await;
    assert!(sent(&world).len() <= 3, "an activation is bounded");
    let booking = world.healthengine.book(1, "2026-11-23 10:30");
    world.run_for(seconds(6)).await;
    assert!(world.is_confirmed(booking));
    world.run_for(minutes(25)).await;
    assert!(is_answered(&world));
    assert_eq!(sent(&world).len(), 365);
    world.finish().await;
}

#[tokio::test]
async fn a_day_that_cannot_be_read_or_is_refused_keeps_no_other_day_back() {
    // The nearest day is tried first, and fails every time.
    let refuse = PmsError::Refused(RejectReason::Refused("it is sealed".to_owned()));
    let down = PmsError::NotDone("it is busy".to_owned());
    for (error, shown) in [(refuse, true), (down, false)] {
        let mut world = world().await;
        want(&world, DAY, DayOf::Appointment);
        world.pms.fail(Call::ClientDay, [PmsFault::Reject(error)]);
        world.activate().await;
        assert_eq!(world.status.snapshots_refused.len(), usize::from(shown));
        want(&world, "2026-11-20", DayOf::Appointment);
        world.run_for(seconds(20)).await;
        assert_eq!(
            sent(&world)[0].date,
            date(if shown { "2026-11-20" } else { DAY })
        );
        world.run_for(minutes(3)).await;
        assert!(is_answered(&world));
        assert!(world.status.snapshots_refused.is_empty());
        world.finish().await;
    }
}

#[tokio::test]
async fn a_snapshot_that_healthengine_refuses_is_shown_and_stops_nothing() {
    for verdict in [
        Verdict::Unauthorised,
        Verdict::Refused(Refusal::Invalid),
        Verdict::Refused(Refusal::Gone),
    ] {
        for op in [Op::ClientSnapshot, Op::ClientSnapshotRequests] {
            let mut world = world().await;
            world.healthengine.fail(op, [Fault::Before(verdict)]);
            want(&world, DAY, DayOf::Appointment);
            world.run_for(seconds(20)).await;
            assert_eq!(
                world.status.condition,
                Condition::Healthy,
                "{op:?} {verdict:?}"
            );
            assert_eq!(world.healthengine.calls(op), 1, "no storm");
            let booking = world.healthengine.book(1, "2026-11-23 10:30");
            world.run_for(seconds(6)).await;
            assert!(world.is_confirmed(booking));
            world.run_for(minutes(2)).await;
            assert!(is_answered(&world));
            world.finish().await;
        }
    }
}

/// A scene of the matrix: what goes wrong beside the kill.
type Wrong = fn(&World);

const WRONGS: [(&str, Wrong); 8] = [
    ("nothing", |_| {}),
    ("the list is lost before", |world| {
        let fault = Fault::Before(Verdict::NotSent);
        world.healthengine.fail(Op::ClientSnapshotRequests, [fault]);
    }),
    ("the list is lost after", |world| {
        let fault = Fault::After(Verdict::Unknown);
        world.healthengine.fail(Op::ClientSnapshotRequests, [fault]);
    }),
    ("the snapshot is lost before", |world| {
        let fault = Fault::Before(Verdict::Unknown);
        world.healthengine.fail(Op::ClientSnapshot, [fault]);
    }),
    ("the snapshot's answer is lost", |world| {
        let fault = Fault::After(Verdict::Unknown);
        world.healthengine.fail(Op::ClientSnapshot, [fault]);
    }),
    ("the system is down", |world| {
        let error = PmsError::NotDone("it is switched off".to_owned());
        let fault = PmsFault::Reject(error);
        world.pms.fail(Call::ClientDay, [fault.clone(), fault]);
    }),
    ("the system hangs", |world| {
        world.pms.fail(Call::ClientDay, [PmsFault::Hang]);
    }),
    ("the ledger fails", |world| {
        world.ledger().lose_answer_after(0);
    }),
];

#[tokio::test]
async fn killed_at_every_call_whatever_fails_every_day_is_answered_and_no_list_shrinks() {
    for (name, goes_wrong) in WRONGS {
        let mut n = 0;
        loop {
            n += 1;
            assert!(n < 200, "{name} never comes to its end");
            let mut world = world().await;
            want(&world, DAY, DayOf::Appointment);
            want(&world, DAY, DayOf::Creation);
            goes_wrong(&world);
            world.gate.hold_at(Some(n));
            let ended = world.run_until_held(seconds(25)).await;
            world.gate.hold_at(None);
            if !ended {
                world.restart();
                world.run_for(seconds(25)).await;
            }
            assert!(is_answered(&world), "{name}, pass {n}");
            for day in sent(&world) {
                let lists = (day.locations.len(), day.practitioners.len());
                assert_eq!(lists, (3, 2), "{name}, pass {n}");
            }
            world.finish().await;
            if ended {
                assert!(n > 8, "{name} was over after {n} passes");
                break;
            }
        }
    }
}

#[tokio::test]
async fn killed_at_every_call_with_a_shrunken_list_nothing_is_deleted() {
    let mut n = 0;
    loop {
        n += 1;
        assert!(n < 200);
        let mut world = world().await;
        want(&world, DAY, DayOf::Appointment);
        world.run_for(seconds(6)).await;
        world.pms.state().diary.locations.truncate(1);
        want(&world, "2026-11-24", DayOf::Appointment);
        world.gate.hold_at(Some(n));
        let ended = world.run_until_held(seconds(30)).await;
        world.gate.hold_at(None);
        if !ended {
            world.restart();
            world.run_for(minutes(2)).await;
        }
        assert_eq!(sent(&world).len(), 1, "pass {n}");
        assert!(!is_answered(&world));
        world.finish_with(&[ItemKind::AcceptRemovals]).await;
        if ended {
            assert!(n > 5, "{n}");
            return;
        }
    }
}
