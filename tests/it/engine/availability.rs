//! Free time: what is sent, when, and what becomes of what is refused.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use healthengine_connector::domain::clock::Clock as _;
use healthengine_connector::domain::diary::Standing;
use healthengine_connector::domain::id::PmsResourceId;
use healthengine_connector::healthengine::Verdict;
use healthengine_connector::pms::Support;

use crate::world::healthengine::{Fault as CallFault, Op};
use crate::world::patient::patient;
use crate::world::pms::{Call, Fault, FrontDesk as _, resource};
use crate::world::{World, minutes, range, seconds, time};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn ranges(world: &World, resource: &str, day: &str) -> Vec<String> {
    let books = world.healthengine.books();
    let key = (PmsResourceId::parse(resource).unwrap(), date(day));
    books.days[&key]
        .free
        .iter()
        .map(|time| time.range.to_string())
        .collect()
}

#[tokio::test]
async fn a_first_link_sends_contract_resources_types_then_every_day_then_what_is_outstanding() {
    let mut world = World::with(|plan| {
        plan.profile.publish_days = 80;
        plan.pms.can.window_days = 7;
    });
    world.healthengine.book(1, "2026-11-23 09:30");
    world.run_for(seconds(4)).await;
    let mut order = world.healthengine.sequence();
    order.dedup();
    let expected = [
        Op::Requests,
        Op::Contract,
        Op::Resources,
        Op::Types,
        Op::Availability,
        Op::Bookings,
        Op::ConfirmInsert,
    ];
    assert_eq!(order[..expected.len()], expected);
    let batches = world.healthengine.books().batches.clone();
    assert_eq!(
        batches[..2],
        [100, 60],
        "two resources, eighty days each, up to 100 in a batch"
    );
    assert_eq!(world.healthengine.books().days.len(), 160);
    assert!(world.status.availability_full_at.is_some());
    world.finish().await;
}

#[tokio::test]
async fn only_a_day_that_changed_is_sent_by_feed_and_by_scan() {
    for feed in [Support::Yes, Support::No] {
        let mut world = World::linked_with(|plan| plan.pms.can.change_feed = feed).await;
        world.run_for(minutes(3)).await;
        assert!(
            world.healthengine.books().batches.is_empty(),
            "nothing changed"
        );
        world
            .pms
            .state()
            .diary
            .type_in("R2", "2026-11-24 10:00", patient(5));
        world.run_for(seconds(66)).await;
        assert_eq!(world.healthengine.books().batches, [1]);
        assert_eq!(
            ranges(&world, "R2", "2026-11-24"),
            ["09:00-10:00", "10:30-12:00"]
        );
        world.finish().await;
    }
}

#[tokio::test]
async fn an_appointment_cancelled_in_the_diary_is_offered_again() {
    let mut world = World::linked().await;
    let id = world
        .pms
        .state()
        .diary
        .type_in("R1", "2026-11-24 10:00", patient(5));
    world.run_for(seconds(66)).await;
    world.pms.state().diary.mark(&id, Standing::Cancelled);
    world.run_for(seconds(66)).await;
    assert_eq!(ranges(&world, "R1", "2026-11-24"), ["09:00-12:00"]);
    world.finish().await;
}

#[tokio::test]
async fn a_booking_on_its_way_is_taken_out_of_what_is_offered() {
    // GIVEN a booking that the diary does not show yet, and may still be writing
    let mut world = World::linked_with(|plan| plan.pms.can.settles_within = seconds(30)).await;
    world.pms.fail(Call::Book, [Fault::WriteLater(seconds(40))]);
    let booking = world.healthengine.book(1, "2026-11-24 10:00");
    // WHEN Healthengine wants that day
    world.healthengine.want("2026-11-24", Some("R1"));
    world.run_for(seconds(6)).await;
    // THEN its time is not offered, although the diary says that it is free
    assert!(world.pms.state().diary.appointments.is_empty());
    assert_eq!(
        ranges(&world, "R1", "2026-11-24"),
        ["09:00-10:00", "10:30-12:00"]
    );
    world.run_for(minutes(1)).await;
    assert_eq!(world.healthengine.told(booking).len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_failure_inside_a_200_is_shown_and_sent_again_one_by_one() {
    let mut world = World::new();
    world
        .healthengine
        .books()
        .bad_days
        .insert(date("2026-11-24"), 3);
    world.run_for(seconds(30)).await;
    // Two resources, one day.
    assert_eq!(world.status.availability_refused.len(), 2);
    assert!(
        world.status.availability_refused[0]
            .error
            .contains("does not like")
    );
    assert_eq!(
        world.healthengine.books().days.len(),
        4,
        "the others are there"
    );
    world.run_for(minutes(2)).await;
    assert_eq!(
        world.status.availability_refused.len(),
        1,
        "again after a minute"
    );
    world.run_for(minutes(11)).await;
    assert!(
        world.status.availability_refused.is_empty(),
        "and after ten"
    );
    assert_eq!(world.healthengine.books().days.len(), 6);
    world.finish().await;
}

#[tokio::test]
async fn a_day_that_is_wanted_and_refused_keeps_to_its_pauses() {
    let mut world = World::linked().await;
    world
        .healthengine
        .books()
        .bad_days
        .insert(date("2026-11-24"), 2);
    world.healthengine.want("2026-11-24", Some("R1"));
    world.run_for(minutes(5)).await;
    assert_eq!(world.healthengine.calls(Op::Availability), 2);
    world.run_for(minutes(10)).await;
    assert!(world.healthengine.books().wanted.is_empty());
    world.finish().await;
}

#[tokio::test]
async fn a_batch_that_is_refused_as_a_whole_is_sent_day_by_day() {
    let mut world = World::new();
    world.healthengine.books().poison = BTreeSet::from([date("2026-11-24")]);
    world.run_for(seconds(6)).await;
    assert_eq!(
        world.healthengine.books().batches[..7],
        [6, 1, 1, 1, 1, 1, 1]
    );
    assert_eq!(world.healthengine.books().days.len(), 4);
    assert_eq!(world.status.availability_refused.len(), 2);
    world.healthengine.books().poison.clear();
    world.run_for(minutes(2)).await;
    assert!(world.status.availability_refused.is_empty());
    world.finish().await;
}

#[tokio::test]
async fn a_wanted_day_is_sent_although_it_did_not_change() {
    let mut world = World::linked().await;
    world.healthengine.want("2026-11-24", Some("R1"));
    world.healthengine.want("2026-11-25", None);
    world.activate().await;
    assert_eq!(world.healthengine.books().batches, [3]);
    assert!(world.healthengine.books().wanted.is_empty());
    world.finish().await;
}

#[tokio::test]
async fn a_wanted_day_outside_the_horizon_or_of_an_unknown_resource_is_answered_empty() {
    let mut world = World::linked().await;
    world.healthengine.want("2027-03-01", Some("R1"));
    world.healthengine.want("2026-11-22", Some("R1"));
    world.healthengine.want("2026-11-24", Some("R9"));
    world.run_for(seconds(20)).await;
    assert!(world.healthengine.books().wanted.is_empty());
    assert_eq!(
        world.healthengine.calls(Op::Availability),
        1,
        "it does not spin"
    );
    assert!(ranges(&world, "R1", "2027-03-01").is_empty());
    assert!(ranges(&world, "R9", "2026-11-24").is_empty());
    world.finish().await;
}

#[tokio::test]
async fn everything_is_sent_once_a_day_at_the_practice_local_time() {
    for (zone, begin, days) in [
        ("Australia/Sydney", "2026-11-22T22:00:00Z", 3),
        ("Australia/Perth", "2026-11-22T22:00:00Z", 3),
        // 02:30 does not exist in Sydney on 4 October 2026, and happens late on Lord Howe.
        ("Australia/Sydney", "2026-10-02T22:00:00Z", 3),
        ("Australia/Lord_Howe", "2026-10-02T22:00:00Z", 3),
        ("Australia/Sydney", "2026-04-03T22:00:00Z", 3),
    ] {
        let mut world = World::linked_with(|plan| {
            plan.begin = begin.parse().unwrap();
            plan.profile.zone = healthengine_connector::domain::civil::Zone::parse(zone).unwrap();
            plan.rhythm.poll = minutes(5);
            plan.rhythm.poll_outside_live_hours = minutes(5);
        })
        .await;
        world.run_for(minutes(days * 24 * 60)).await;
        let sent: Vec<_> = {
            let books = world.healthengine.books();
            let of = books.traffic.iter().filter(|(_, op)| *op == Op::Contract);
            of.map(|(at, _)| *at).collect()
        };
        assert_eq!(
            sent.len(),
            usize::try_from(days).unwrap(),
            "{zone}: {sent:?}"
        );
        for at in sent {
            let at = world.profile.zone.local(at).time_of_day();
            let latest = time("03:10");
            assert!(at >= time("02:30") && at < latest, "{zone}: {at}");
        }
        world.finish().await;
    }
}

#[tokio::test]
async fn at_midnight_the_day_that_enters_the_horizon_is_sent() {
    let mut world = World::linked_with(|plan| {
        plan.begin = "2026-11-23T12:58:00Z".parse().unwrap();
    })
    .await;
    world.run_for(minutes(4)).await;
    assert_eq!(world.local().date(), date("2026-11-24"));
    assert_eq!(world.healthengine.books().batches, [2]);
    assert_eq!(ranges(&world, "R1", "2026-11-26"), ["09:00-12:00"]);
    world.finish().await;
}

#[tokio::test]
async fn hours_that_changed_are_sent() {
    let mut world = World::linked().await;
    {
        let mut state = world.pms.state();
        let closed = (date("2026-11-25"), vec![range("10:00", "11:00")]);
        state.diary.exceptions.insert(closed.0, closed.1);
        state.diary.everything_changed();
    }
    world.run_for(seconds(66)).await;
    assert_eq!(ranges(&world, "R1", "2026-11-25"), ["10:00-11:00"]);
    assert_eq!(world.healthengine.books().batches, [2]);
    world.finish().await;
}

#[tokio::test]
async fn availability_that_cannot_be_sent_is_sent_later_and_keeps_no_booking_waiting() {
    let mut world = World::linked().await;
    let lost = CallFault::Before(Verdict::Unknown);
    world.healthengine.fail(Op::Availability, [lost; 12]);
    world.healthengine.want("2026-11-24", None);
    world.run_for(seconds(30)).await;
    let polls = world.healthengine.calls(Op::Requests);
    assert!(polls >= 6, "polls go on: {polls}");
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    world.run_for(seconds(6)).await;
    assert_eq!(world.healthengine.told(booking).len(), 1);
    world.run_for(minutes(5)).await;
    assert!(world.healthengine.books().wanted.is_empty());
    world.finish().await;
}

#[tokio::test]
async fn a_resource_that_cannot_be_read_keeps_no_other_back() {
    // GIVEN three resources of which the first cannot be read
    let mut world = World::linked_with(|plan| {
        plan.pms.state().diary.resources.push(resource("R3"));
        plan.pms.can.change_feed = Support::Yes;
    })
    .await;
    world.pms.state().diary.unreadable = PmsResourceId::parse("R1").ok();
    world.healthengine.want("2026-11-24", None);
    world.run_for(seconds(30)).await;
    // THEN the others are sent
    let missing: Vec<_> = world
        .healthengine
        .books()
        .wanted
        .iter()
        .map(|(_, of)| of.clone())
        .collect();
    assert_eq!(
        missing,
        [BTreeSet::from([PmsResourceId::parse("R1").unwrap()])]
    );
    world.pms.state().diary.unreadable = None;
    world.run_for(minutes(2)).await;
    assert!(world.healthengine.books().wanted.is_empty());
    world.finish().await;
}

#[tokio::test]
async fn a_long_sending_pauses_for_bookings_and_goes_on_at_once() {
    // GIVEN a diary that needs a second for each read
    let mut world = World::with(|plan| plan.profile.publish_days = 30);
    for n in 3..12 {
        world
            .pms
            .state()
            .diary
            .resources
            .push(resource(&format!("R{n}")));
    }
    world.pms.fail(
        Call::Availability,
        vec![Fault::RespondSlowly(seconds(1)); 30],
    );
    world.activate().await;
    assert!(world.status.availability_waiting > 0);
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    let begun = world.clock.now();
    world.activate().await;
    let waited = world.healthengine.told_at(booking).unwrap() - begun;
    assert!(waited < chrono::TimeDelta::seconds(5), "{waited}");
    world.run_for(seconds(20)).await;
    assert_eq!(world.status.availability_waiting, 0);
    world.finish().await;
}
