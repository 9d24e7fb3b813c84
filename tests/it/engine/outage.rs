//! When the practice's system is down, slow, or loses its answers.

use std::time::Duration;

use chrono::TimeDelta;
use healthengine_connector::domain::booking::RejectReason;
use healthengine_connector::domain::clock::Clock as _;
use healthengine_connector::domain::id::{BookingId, BookingKey};
use healthengine_connector::ledger::ItemKind;
use healthengine_connector::pms::{PmsError, Support};
use healthengine_connector::practice::WhenPmsUnavailable;
use healthengine_connector::practice::control::Removals;
use healthengine_connector::practice::status::Condition;

use crate::world::healthengine::{Answer, Op};
use crate::world::patient::patient;
use crate::world::pms::{Call, Fault, FrontDesk as _};
use crate::world::{World, minutes, seconds};

fn told_after(world: &World, booking: BookingId) -> TimeDelta {
    let books = world.healthengine.books();
    let told = books
        .told
        .iter()
        .find(|told| told.booking == booking)
        .unwrap();
    told.at
        - "2026-11-22T22:00:05Z"
            .parse::<chrono::DateTime<chrono::Utc>>()
            .unwrap()
}

async fn holding() -> World {
    World::linked_with(|plan| plan.profile.when_pms_unavailable = WhenPmsUnavailable::Hold).await
}

#[tokio::test]
async fn a_diary_that_is_back_in_time_gets_the_booking() {
    let mut world = World::linked().await;
    world.pms.set_down(true);
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    world.run_for(seconds(9)).await;
    assert!(world.healthengine.told(booking).is_empty());
    world.pms.set_down(false);
    world.run_for(seconds(6)).await;
    assert!(world.is_confirmed(booking));
    world.finish().await;
}

#[tokio::test]
async fn a_diary_that_stays_down_rejects_at_the_margin_and_before_the_limit() {
    // Every way in which it can be out of reach, reads whose answer is lost included.
    for lost in [false, true] {
        let mut world = World::linked().await;
        world.pms.set_down(!lost);
        world.pms.fail(
            Call::PatientsLike,
            vec![Fault::LoseRequest; if lost { 50 } else { 0 }],
        );
        let booking = world.healthengine.book(1, "2026-11-23 09:30");
        world.run_for(seconds(20)).await;
        let told = world.healthengine.told(booking);
        assert_eq!(
            told,
            [Answer::Rejected(RejectReason::PmsUnavailable.to_string())]
        );
        let after = told_after(&world, booking);
        assert!(
            after >= TimeDelta::seconds(15) && after < TimeDelta::seconds(16),
            "{after}"
        );
        world.pms.set_down(false);
        world.finish().await;
    }
}

#[tokio::test]
async fn a_slow_diary_never_lets_a_rejection_slip_past_the_limit() {
    let mut world = World::linked().await;
    let slow = [Fault::RespondSlowly(seconds(3)), Fault::LoseRequest];
    let faults: Vec<Fault> = slow.iter().cycle().take(40).cloned().collect();
    world.pms.fail(Call::PatientsLike, faults);
    world.pms.fail(
        Call::Book,
        vec![Fault::Reject(PmsError::NotDone("busy".to_owned())); 40],
    );
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    world.run_for(seconds(20)).await;
    let after = told_after(&world, booking);
    assert!(after < TimeDelta::seconds(20), "{after}");
    assert!(matches!(
        &world.healthengine.told(booking)[..],
        [Answer::Rejected(_)]
    ));
    world.finish().await;
}

#[tokio::test]
async fn a_practice_that_holds_waits_for_its_diary_as_long_as_it_takes() {
    let mut world = holding().await;
    world.pms.set_down(true);
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    world.run_for(minutes(30)).await;
    assert!(world.healthengine.told(booking).is_empty());
    assert_eq!(world.status.condition, Condition::PmsUnreachable);
    assert!(world.status.remedy.is_some());
    world.pms.set_down(false);
    world.run_for(minutes(1)).await;
    assert!(world.is_confirmed(booking));
    world.finish().await;
}

#[tokio::test]
async fn an_unknown_outcome_that_is_found_is_confirmed_and_not_inserted_again() {
    let mut world = World::linked().await;
    world.pms.fail(Call::Book, [Fault::FailAfterWrite]);
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    world.activate().await;
    assert!(world.is_confirmed(booking));
    assert_eq!(world.pms.calls(Call::Book), 1);
    world.finish().await;
}

#[tokio::test]
async fn an_unknown_outcome_that_is_not_found_is_inserted_once_more() {
    let mut world = World::linked().await;
    world.pms.fail(Call::Book, [Fault::LoseRequest]);
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    world.run_for(seconds(2)).await;
    assert!(world.is_confirmed(booking));
    assert_eq!(world.pms.calls(Call::Book), 2);
    world.finish().await;
}

#[tokio::test]
async fn a_diary_that_loses_every_request_is_not_hammered() {
    let mut world = World::linked().await;
    world.pms.fail(Call::Book, vec![Fault::LoseRequest; 100]);
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    world.run_for(seconds(20)).await;
    assert!(matches!(
        &world.healthengine.told(booking)[..],
        [Answer::Rejected(_)]
    ));
    let tries = world.pms.calls(Call::Book);
    assert!(tries <= 12, "{tries} tries");
    world.finish().await;
}

#[tokio::test]
async fn while_a_look_fails_a_booking_is_neither_rejected_nor_inserted_again() {
    // GIVEN a booking of unknown outcome, and a diary that cannot be asked
    let mut world = World::linked().await;
    world.pms.fail(Call::Book, [Fault::FailAfterWrite]);
    world.pms.fail(Call::Find, vec![Fault::LoseRequest; 18]);
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    // WHEN five minutes pass
    world.run_for(minutes(4)).await;
    assert!(
        world.items().await.is_empty(),
        "it is not shown to a person at once"
    );
    world.run_for(minutes(2)).await;
    // THEN nothing was said or written, and a person was told
    assert!(world.healthengine.told(booking).is_empty());
    assert_eq!(world.pms.calls(Call::Book), 1);
    let items = world.items().await;
    assert_eq!(items.len(), 1);
    assert!(
        items[0].sentence.contains("may or may not be in the diary"),
        "{items:?}"
    );
    // AND WHEN the diary answers again THEN it is confirmed, and the item is gone
    world.run_for(minutes(3)).await;
    assert!(world.is_confirmed(booking));
    world.finish().await;
}

#[tokio::test]
async fn a_system_without_keys_gives_an_unknown_outcome_to_a_person() {
    let mut world = World::linked_with(|plan| plan.pms.can.keeps_key = Support::No).await;
    world.pms.fail(Call::Book, [Fault::FailAfterWrite]);
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    world.run_for(minutes(10)).await;
    assert!(world.healthengine.told(booking).is_empty());
    assert_eq!(world.pms.calls(Call::Book), 1);
    assert_eq!(world.status.condition, Condition::WaitingForPerson);
    world.finish_with(&[ItemKind::CheckDiary]).await;
}

#[tokio::test]
async fn a_system_that_may_still_be_writing_is_believed_only_when_it_has_settled() {
    let mut world = World::linked_with(|plan| plan.pms.can.settles_within = seconds(10)).await;
    world.pms.fail(Call::Book, [Fault::WriteLater(seconds(20))]);
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    world.run_for(seconds(19)).await;
    assert!(world.healthengine.told(booking).is_empty());
    world.run_for(seconds(10)).await;
    assert!(world.is_confirmed(booking));
    assert_eq!(
        world.pms.calls(Call::Book),
        1,
        "never inserted again before it has settled"
    );
    world.finish().await;
}

#[tokio::test]
async fn an_answer_that_never_comes_is_found_after_a_restart() {
    let mut world = World::linked().await;
    world.pms.fail(Call::Book, [Fault::HoldResponse]);
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    assert!(!world.activate_until_held().await, "the call is held");
    world.restart();
    world.activate().await;
    assert!(world.is_confirmed(booking));
    let key = BookingKey::of(&world.profile.id, booking);
    assert!(world.pms.state().diary.with_key(&key).is_some());
    world.finish().await;
}

#[tokio::test]
async fn a_late_booking_waits_for_a_diary_that_is_down_and_is_then_inserted() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    world.pms.set_down(true);
    world.clock.advance(seconds(30));
    world.run_for(minutes(4)).await;
    assert!(world.healthengine.told(booking).is_empty());
    world.pms.set_down(false);
    world.run_for(minutes(1)).await;
    assert!(world.is_confirmed(booking));
    world.finish().await;
}

#[tokio::test]
async fn a_late_booking_whose_diary_stays_down_is_rejected_before_ten_minutes_and_the_patient_called()
 {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    let made = world.clock.now();
    world.pms.set_down(true);
    world.clock.advance(seconds(30));
    world.run_for(minutes(10)).await;
    assert!(matches!(
        &world.healthengine.told(booking)[..],
        [Answer::Rejected(_)]
    ));
    let after = world.healthengine.told_at(booking).unwrap() - made;
    assert!(
        after > TimeDelta::minutes(8) && after < TimeDelta::minutes(10),
        "{after}"
    );
    world.pms.set_down(false);
    world.finish_with(&[ItemKind::CallPatient]).await;
}

#[tokio::test]
async fn a_late_booking_of_a_system_that_shows_no_appointments_is_inserted_when_free() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    let cannot = Fault::Reject(PmsError::Unsupported("to list appointments"));
    world.pms.fail(Call::AppointmentsAt, [cannot]);
    world.clock.advance(seconds(30));
    world.activate().await;
    assert!(world.is_confirmed(booking));
    world.finish().await;
}

#[tokio::test]
async fn a_refusal_in_the_systems_own_words_is_passed_on_at_once() {
    let mut world = World::linked().await;
    let words = RejectReason::Refused("the practitioner is locked".to_owned());
    world
        .pms
        .fail(Call::Book, [Fault::Reject(PmsError::Refused(words))]);
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    world.activate().await;
    let told = world.healthengine.told(booking);
    assert!(
        matches!(&told[..], [Answer::Rejected(why)] if why.contains("is locked")),
        "{told:?}"
    );
    world.finish().await;
}

#[tokio::test]
async fn wrong_settings_of_the_diary_are_said_with_their_remedy() {
    let mut world = holding().await;
    let wrong = Fault::Reject(PmsError::Misconfigured(
        "the password is refused".to_owned(),
    ));
    world.pms.fail(Call::PatientsLike, vec![wrong; 2]);
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    world.activate().await;
    assert_eq!(world.status.condition, Condition::PmsMisconfigured);
    assert!(world.status.remedy.as_deref().unwrap().contains("[pms]"));
    world.run_for(seconds(10)).await;
    assert!(world.is_confirmed(booking));
    world.finish().await;
}

#[tokio::test]
async fn a_system_that_takes_its_time_still_gets_every_booking_once() {
    let mut world = World::linked().await;
    let slowly = Fault::RespondSlowly(Duration::from_millis(1500));
    world.pms.fail(Call::Book, vec![slowly; 3]);
    for id in 1..=3 {
        world.healthengine.book(
            id,
            ["2026-11-23 09:30", "2026-11-23 10:00", "2026-11-23 10:30"]
                [usize::try_from(id - 1).unwrap()],
        );
    }
    world.pms.state().diary.register(patient(7));
    world.run_for(seconds(10)).await;
    assert_eq!(world.pms.calls(Call::Book), 3);
    world.finish().await;
}

#[tokio::test]
async fn a_diary_that_hangs_on_one_booking_does_not_carry_the_others_past_the_limit() {
    let mut world = World::linked().await;
    world.pms.fail(Call::Book, [Fault::Hang]);
    world.pms.fail(Call::Find, vec![Fault::Hang; 2]);
    world
        .pms
        .fail(Call::PatientsLike, [Fault::RespondSlowly(seconds(1))]);
    let times = ["09:30", "10:00", "10:30", "11:00"];
    let bookings = times.map(|time| world.healthengine.book(1, &format!("2026-11-23 {time}")));
    world.run_for(seconds(60)).await;
    for booking in bookings {
        assert!(!world.healthengine.told(booking).is_empty());
        let after = told_after(&world, booking);
        assert!(
            after < TimeDelta::seconds(20) || world.is_confirmed(booking),
            "{after}"
        );
    }
    world.finish().await;
}

#[tokio::test]
async fn slow_reads_of_the_diary_keep_no_booking_waiting_longer_than_one_read() {
    // Each read takes eight seconds, and a resync reads resources, types and two columns.
    let mut world = World::linked().await;
    for call in [Call::Resources, Call::Types, Call::Availability] {
        world
            .pms
            .fail(call, vec![Fault::RespondSlowly(seconds(8)); 20]);
    }
    let begin = world.clock.now();
    world.resync(Removals::Guarded).await;
    world.run_for(minutes(2)).await;
    let polls: Vec<_> = {
        let books = world.healthengine.books();
        let polls = books
            .traffic
            .iter()
            .filter(|(at, op)| *at >= begin && *op == Op::Requests);
        polls.map(|(at, _)| *at).collect()
    };
    let longest = polls
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .max()
        .unwrap();
    assert!(longest <= TimeDelta::seconds(9), "{longest}");
    world.finish().await;
}
