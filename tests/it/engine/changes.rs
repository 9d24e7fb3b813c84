//! What a practice does itself to bookings that stand: unasked, as soon as the diary shows it, and
//! asked.

use healthengine_connector::domain::diary::Standing;
use healthengine_connector::domain::id::BookingId;
use healthengine_connector::healthengine::{Refusal, Verdict};
use healthengine_connector::ledger::ItemKind;
use healthengine_connector::pms::{PmsError, Support};
use healthengine_connector::practice::control::Removals;

use crate::world::healthengine::{Answer, Fault as CallFault, Op};
use crate::world::patient::patient;
use crate::world::pms::{Call, Fault, FrontDesk as _};
use crate::world::{Plan, World, minutes, seconds};

mod asked;
mod crash;

/// A linked practice in which booking 1 stands.
async fn booked(change: impl FnOnce(&mut Plan)) -> (World, BookingId) {
    let mut world = World::linked_with(change).await;
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    world.run_for(seconds(70)).await;
    assert!(world.is_confirmed(booking));
    (world, booking)
}

/// Staff change what has become of a confirmed booking's appointment.
fn mark(world: &World, booking: BookingId, standing: Standing) {
    let told = world.healthengine.told(booking);
    let Some(Answer::Confirmed(place)) = told.first() else {
        panic!("booking {booking} is not confirmed: {told:?}");
    };
    let mut state = world.pms.state();
    state.diary.mark(&place.appointments[0], standing);
}

/// What was told after the confirmation.
fn after(world: &World, booking: BookingId) -> Vec<Answer> {
    let mut told = world.healthengine.told(booking);
    assert!(matches!(told[0], Answer::Confirmed(_)), "{told:?}");
    told.split_off(1)
}

#[tokio::test]
async fn a_cancellation_in_the_diary_is_told_once_and_its_time_offered() {
    for feed in [Support::Yes, Support::No] {
        let (mut world, booking) = booked(|plan| plan.pms.can.change_feed = feed).await;
        mark(&world, booking, Standing::Cancelled);
        world.run_for(seconds(65)).await;
        assert_eq!(after(&world, booking), [Answer::Cancelled], "{feed:?}");
        world.assert_published();
        let story = world.story(booking).await;
        let lines: Vec<&str> = story.iter().map(|line| &*line.what).collect();
        let end = [
            "The practice cancelled the appointment in its diary.",
            "Healthengine was told of the cancellation.",
        ];
        assert!(lines.ends_with(&end), "{lines:?}");
        // Neither later looks nor a restart tell it again.
        world.run_for(minutes(5)).await;
        world.start_anew();
        world.run_for(minutes(2)).await;
        assert_eq!(after(&world, booking), [Answer::Cancelled], "{feed:?}");
        world.finish().await;
    }
}

#[tokio::test]
async fn a_no_show_is_told_once_and_a_cancellation_after_it_as_well() {
    for feed in [Support::Yes, Support::No] {
        let (mut world, booking) = booked(|plan| plan.pms.can.change_feed = feed).await;
        mark(&world, booking, Standing::DidNotAttend);
        world.run_for(minutes(3)).await;
        assert_eq!(after(&world, booking), [Answer::DidNotAttend], "{feed:?}");
        world.start_anew();
        world.run_for(minutes(2)).await;
        assert_eq!(after(&world, booking), [Answer::DidNotAttend], "{feed:?}");
        mark(&world, booking, Standing::Cancelled);
        world.run_for(minutes(3)).await;
        let both = [Answer::DidNotAttend, Answer::Cancelled];
        assert_eq!(after(&world, booking), both, "{feed:?}");
        // The other way round there is nothing more to tell.
        mark(&world, booking, Standing::DidNotAttend);
        world.run_for(minutes(3)).await;
        mark(&world, booking, Standing::Cancelled);
        world.run_for(minutes(3)).await;
        assert_eq!(after(&world, booking), both, "{feed:?}");
        world.finish().await;
    }
}

#[tokio::test]
async fn an_appointment_that_is_kept_is_not_told_of() {
    let (mut world, booking) = booked(|_| {}).await;
    for standing in [Standing::Arrived, Standing::InConsult, Standing::Complete] {
        mark(&world, booking, standing);
        world.run_for(seconds(65)).await;
    }
    assert!(after(&world, booking).is_empty());
    world.finish().await;
}

#[tokio::test]
async fn what_was_cancelled_while_the_daemon_was_down_is_told_after_its_start() {
    for feed in [Support::Yes, Support::No] {
        let (mut world, booking) = booked(|plan| plan.pms.can.change_feed = feed).await;
        world.kill();
        mark(&world, booking, Standing::Cancelled);
        world.clock.advance(minutes(90));
        world.restart();
        world.run_for(seconds(6)).await;
        assert_eq!(after(&world, booking), [Answer::Cancelled], "{feed:?}");
        world.finish().await;
    }
}

#[tokio::test]
async fn a_no_show_that_is_marked_days_later_is_told() {
    let (mut world, booking) = booked(|_| {}).await;
    world.kill();
    // Five days after the appointment.
    world.clock.advance(minutes(6 * 24 * 60));
    mark(&world, booking, Standing::DidNotAttend);
    world.restart();
    world.run_for(seconds(30)).await;
    assert_eq!(after(&world, booking), [Answer::DidNotAttend]);
    world.finish().await;
}

#[tokio::test]
async fn a_feed_that_repeats_itself_tells_nothing_twice() {
    let (mut world, booking) = booked(|_| {}).await;
    for _ in 0..3 {
        mark(&world, booking, Standing::Cancelled);
        world.run_for(seconds(61)).await;
        world.pms.state().diary.everything_changed();
        world.run_for(seconds(61)).await;
    }
    assert_eq!(after(&world, booking), [Answer::Cancelled]);
    world.finish().await;
}

#[tokio::test]
async fn the_patients_own_cancellation_is_not_told_back() {
    for feed in [Support::Yes, Support::No] {
        let (mut world, booking) = booked(|plan| plan.pms.can.change_feed = feed).await;
        let request = world.healthengine.cancel(2, booking);
        world.run_for(minutes(3)).await;
        world.start_anew();
        world.run_for(minutes(3)).await;
        let told = after(&world, booking);
        assert_eq!(told, [Answer::UpdateConfirmed(request)], "{feed:?}");
        world.finish().await;
    }
}

#[tokio::test]
async fn a_cancellation_that_patient_and_staff_make_at_once_is_the_patients() {
    let (mut world, booking) = booked(|_| {}).await;
    // The diary shows it before the connector has worked the patient's.
    let busy = PmsError::NotDone("busy".to_owned());
    world.pms.fail(Call::Cancel, vec![Fault::Reject(busy); 8]);
    let request = world.healthengine.cancel(2, booking);
    mark(&world, booking, Standing::Cancelled);
    world.run_for(minutes(5)).await;
    let told = after(&world, booking);
    assert_eq!(told, [Answer::UpdateConfirmed(request)]);
    world.finish().await;
}

#[tokio::test]
async fn a_cancellation_that_staff_do_by_hand_is_told_and_ends_their_item() {
    let (mut world, booking) = booked(|plan| plan.pms.can.cancel = Support::No).await;
    world.healthengine.cancel(2, booking);
    world.run_for(seconds(6)).await;
    assert_eq!(world.items().await[0].key.kind, ItemKind::RemoveByHand);
    mark(&world, booking, Standing::Cancelled);
    world.run_for(minutes(2)).await;
    let told = after(&world, booking);
    assert!(
        matches!(&told[..], [Answer::UpdateRejected(..), Answer::Cancelled]),
        "{told:?}"
    );
    world.finish().await;
}

#[tokio::test]
async fn nothing_is_told_while_the_list_of_updates_cannot_be_fetched() {
    let (mut world, booking) = booked(|_| {}).await;
    let lost = CallFault::Before(Verdict::Unknown);
    world.healthengine.fail(Op::Updates, vec![lost; 1000]);
    world.healthengine.cancel(2, BookingId::new(404));
    mark(&world, booking, Standing::Cancelled);
    world.run_for(minutes(3)).await;
    assert!(after(&world, booking).is_empty());
    world.healthengine.heal();
    world.run_for(seconds(20)).await;
    assert_eq!(after(&world, booking), [Answer::Cancelled]);
    world.finish().await;
}

#[tokio::test]
async fn a_consent_that_is_revoked_meanwhile_keeps_the_report_for_later() {
    let (mut world, booking) = booked(|_| {}).await;
    world.healthengine.books().revoked = true;
    mark(&world, booking, Standing::Cancelled);
    world.run_for(minutes(12)).await;
    let no = CallFault::Before(Verdict::Unauthorised);
    world.healthengine.fail(Op::ReportCancelled, [no]);
    world.healthengine.books().revoked = false;
    world.run_for(minutes(12)).await;
    assert_eq!(after(&world, booking), [Answer::Cancelled]);
    world.finish().await;
}

#[tokio::test]
async fn a_report_that_is_lost_is_sent_again_and_never_once_it_is_known_to_have_arrived() {
    for (fault, times) in [
        (CallFault::Before(Verdict::Unknown), 1),
        (CallFault::Before(Verdict::NotSent), 1),
        (CallFault::Before(Verdict::Slow(Some(seconds(20)))), 1),
        (CallFault::After(Verdict::Unknown), 2),
        (CallFault::TimesOut(true), 2),
        (CallFault::Twice, 2),
    ] {
        let (mut world, booking) = booked(|_| {}).await;
        world.healthengine.fail(Op::ReportCancelled, [fault]);
        mark(&world, booking, Standing::Cancelled);
        world.run_for(minutes(2)).await;
        assert_eq!(after(&world, booking).len(), times, "{fault:?}");
        world.start_anew();
        world.run_for(minutes(2)).await;
        assert_eq!(after(&world, booking).len(), times, "{fault:?}");
        world.finish().await;
    }
}

#[tokio::test]
async fn a_report_that_healthengine_refuses_is_settled_without_an_item() {
    for refusal in [Refusal::NotFound, Refusal::Gone, Refusal::Invalid] {
        let (mut world, booking) = booked(|_| {}).await;
        world.watches = false;
        let no = CallFault::Before(Verdict::Refused(refusal));
        world.healthengine.fail(Op::ReportDidNotAttend, [no]);
        mark(&world, booking, Standing::DidNotAttend);
        world.run_for(minutes(5)).await;
        world.start_anew();
        world.run_for(minutes(2)).await;
        assert_eq!(
            world.healthengine.calls(Op::ReportDidNotAttend),
            1,
            "{refusal:?}"
        );
        let story = world.story(booking).await;
        let last = &story.last().unwrap().what;
        assert!(last.contains("does not take the report"), "{last}");
        world.finish().await;
    }
}

#[tokio::test]
async fn a_system_without_standings_is_asked_for_the_key_on_the_days_that_changed() {
    let (mut world, booking) = booked(|plan| plan.pms.can.standings = Support::No).await;
    mark(&world, booking, Standing::Cancelled);
    world.run_for(seconds(65)).await;
    assert_eq!(after(&world, booking), [Answer::Cancelled]);
    // Gone is not cancelled where only the key can be asked for: staff may have edited the note.
    let other = world.healthengine.book(2, "2026-11-24 10:30");
    world.run_for(seconds(70)).await;
    world.pms.state().diary.appointments[1].key = None;
    mark(&world, other, Standing::Arrived);
    world.run_for(seconds(130)).await;
    assert!(after(&world, other).is_empty());
}

#[tokio::test]
async fn a_system_without_standings_is_asked_for_every_key_after_a_start_and_hourly_without_a_feed()
{
    for feed in [Support::Yes, Support::No] {
        let (mut world, booking) = booked(|plan| {
            plan.pms.can.standings = Support::No;
            plan.pms.can.change_feed = feed;
        })
        .await;
        let other = world.healthengine.book(2, "2026-11-24 10:30");
        world.run_for(seconds(70)).await;
        world.kill();
        mark(&world, booking, Standing::Cancelled);
        world.restart();
        world.run_for(seconds(20)).await;
        assert_eq!(after(&world, booking), [Answer::Cancelled], "{feed:?}");
        let finds = world.pms.calls(Call::Find);
        world.run_for(minutes(50)).await;
        assert_eq!(world.pms.calls(Call::Find), finds, "{feed:?}");
        mark(&world, other, Standing::DidNotAttend);
        world.run_for(minutes(15)).await;
        assert_eq!(after(&world, other), [Answer::DidNotAttend], "{feed:?}");
        world.finish().await;
    }
}

#[tokio::test]
async fn a_booking_that_staff_had_typed_in_is_watched_too() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    world
        .pms
        .state()
        .diary
        .type_in("R1", "2026-11-24 09:30", patient(1));
    world.clock.advance(seconds(30));
    world.run_for(seconds(6)).await;
    mark(&world, booking, Standing::Cancelled);
    world.run_for(seconds(65)).await;
    assert_eq!(after(&world, booking), [Answer::Cancelled]);
    world.finish().await;
}

#[tokio::test]
async fn an_appointment_that_was_cancelled_before_it_was_found_is_confirmed_and_then_told() {
    for feed in [Support::Yes, Support::No] {
        let mut world = World::linked_with(|plan| plan.pms.can.change_feed = feed).await;
        world.pms.fail(Call::Book, [Fault::FailAfterWrite]);
        world.pms.fail(Call::Find, [Fault::LoseRequest]);
        let booking = world.healthengine.book(1, "2026-11-24 09:30");
        world.activate().await;
        let id = world.pms.state().diary.appointments[0].id.clone();
        world.pms.state().diary.mark(&id, Standing::Cancelled);
        world.run_for(seconds(65)).await;
        assert_eq!(after(&world, booking), [Answer::Cancelled], "{feed:?}");
        world.finish().await;
    }
}

#[tokio::test]
async fn what_is_cancelled_before_its_confirmation_arrived_is_told_after_it() {
    let mut world = World::linked().await;
    let slow = CallFault::Before(Verdict::Slow(None));
    world.healthengine.fail(Op::ConfirmInsert, [slow; 12]);
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    world.activate().await;
    let id = world.pms.state().diary.appointments[0].id.clone();
    world.run_for(seconds(62)).await;
    world.pms.state().diary.mark(&id, Standing::Cancelled);
    world.run_for(seconds(62)).await;
    assert!(world.healthengine.told(booking).is_empty());
    world.run_for(minutes(8)).await;
    assert_eq!(after(&world, booking), [Answer::Cancelled]);
    world.finish().await;
}

/// A linked practice with this many bookings, one after the other.
async fn with_bookings(count: i64) -> (World, Vec<BookingId>) {
    let mut world = World::linked_with(|plan| plan.profile.publish_days = 30).await;
    let mut bookings = Vec::new();
    for number in 0..count {
        let day = 24 + number / 6;
        let (month, day) = if day > 30 { (12, day - 30) } else { (11, day) };
        let half = number % 6;
        let start = format!(
            "2026-{month}-{day:02} {:02}:{:02}",
            9 + half / 2,
            30 * (half % 2)
        );
        bookings.push(world.healthengine.book(number + 1, &start));
        world.run_for(seconds(6)).await;
    }
    world.run_for(seconds(70)).await;
    (world, bookings)
}

#[tokio::test]
async fn after_a_start_the_bookings_are_looked_at_a_few_at_a_time() {
    let (mut world, bookings) = with_bookings(110).await;
    mark(&world, bookings[109], Standing::Cancelled);
    world.start_anew();
    for looks in 1..=3 {
        let before = world.pms.calls(Call::Standings);
        assert!(after(&world, bookings[109]).is_empty(), "look {looks}");
        let wait = world.activate().await.wait;
        assert_eq!(world.pms.calls(Call::Standings), before + 1, "look {looks}");
        world.clock.advance(wait.max(seconds(5)));
    }
    assert_eq!(after(&world, bookings[109]), [Answer::Cancelled]);
    world.finish().await;
}

#[tokio::test]
async fn an_idle_poll_looks_at_nothing() {
    let (mut world, booking) = booked(|_| {}).await;
    mark(&world, booking, Standing::Cancelled);
    world.run_for(minutes(3)).await;
    let (touched, calls) = (world.ledger().touched(), world.pms.calls(Call::Standings));
    world.run_for(minutes(10)).await;
    assert_eq!(world.ledger().touched(), touched);
    assert_eq!(world.pms.calls(Call::Standings), calls);
    world.finish().await;
}

#[tokio::test]
async fn a_diary_that_was_lost_cancels_nothing_until_a_person_says_so() {
    let (mut world, bookings) = with_bookings(5).await;
    let kept = std::mem::take(&mut world.pms.state().diary.appointments);
    world.pms.state().diary.everything_changed();
    world.run_for(minutes(3)).await;
    assert!(bookings.iter().all(|id| after(&world, *id).is_empty()));
    let items = world.items().await;
    assert_eq!(items.len(), 1);
    let sentence = &items[0].sentence;
    assert!(
        sentence.contains("5 of 5 booked appointments"),
        "{sentence}"
    );
    // Found again, it was never lost.
    world.pms.state().diary.appointments = kept;
    world.run_for(minutes(3)).await;
    assert!(world.items().await.is_empty());
    // Removed for good, it is told.
    world.pms.state().diary.appointments.clear();
    world.pms.state().diary.everything_changed();
    world.run_for(minutes(3)).await;
    assert_eq!(world.items().await.len(), 1);
    world.resync(Removals::Accepted).await;
    world.run_for(minutes(3)).await;
    for id in bookings {
        assert_eq!(after(&world, id), [Answer::Cancelled]);
    }
    world.finish().await;
}

#[tokio::test]
async fn an_appointment_that_is_gone_is_told_as_cancelled() {
    let (mut world, bookings) = with_bookings(4).await;
    let date = world.pms.state().diary.appointments[2].start.date();
    world.pms.state().diary.appointments.remove(2);
    let other = world.pms.state().diary.appointments[0].clone();
    assert_eq!(other.start.date(), date);
    mark(&world, bookings[0], Standing::Arrived);
    world.run_for(minutes(2)).await;
    assert_eq!(after(&world, bookings[2]), [Answer::Cancelled]);
    assert!(after(&world, bookings[0]).is_empty());
    world.finish().await;
}

#[tokio::test]
async fn a_diary_that_cannot_be_read_is_asked_again() {
    for fault in [
        Fault::Reject(PmsError::NotDone("busy".to_owned())),
        Fault::LoseRequest,
        Fault::Hang,
        Fault::RespondSlowly(seconds(8)),
    ] {
        let (mut world, booking) = booked(|_| {}).await;
        world.pms.fail(Call::Standings, vec![fault.clone(); 3]);
        mark(&world, booking, Standing::Cancelled);
        world.run_for(minutes(3)).await;
        assert_eq!(after(&world, booking), [Answer::Cancelled], "{fault:?}");
        world.finish().await;
    }
}
