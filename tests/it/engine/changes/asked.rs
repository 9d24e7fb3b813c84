//! Healthengine asks whether an appointment has changed.

use healthengine_connector::domain::diary::Standing;
use healthengine_connector::domain::id::{BookingId, PmsAppointmentId, PmsPatientId};
use healthengine_connector::healthengine::{BookingQuestion, Refusal, Verdict};
use healthengine_connector::ledger::ItemKind;
use healthengine_connector::pms::{PmsError, Support};

use super::{after, booked, mark};
use crate::world::healthengine::{Answer, Fault as CallFault, Op};
use crate::world::patient::patient;
use crate::world::pms::{Call, Fault, FrontDesk as _};
use crate::world::{World, minutes, seconds};

/// Healthengine asks, with the ids that it was told.
fn ask(world: &World, booking: BookingId) {
    let told = world.healthengine.told(booking);
    let place = told.iter().find_map(|answer| match answer {
        Answer::Confirmed(place) => Some(place.clone()),
        Answer::Rejected(_)
        | Answer::UpdateConfirmed(_)
        | Answer::UpdateRejected(..)
        | Answer::Cancelled
        | Answer::DidNotAttend
        | Answer::NoChange => None,
    });
    ask_with(
        world,
        booking,
        place.iter().flat_map(|place| place.appointments.clone()),
        place.as_ref().map(|place| place.patient.clone()),
    );
}

fn ask_with(
    world: &World,
    booking: BookingId,
    appointments: impl IntoIterator<Item = PmsAppointmentId>,
    pms_patient: Option<PmsPatientId>,
) {
    let question = BookingQuestion {
        booking,
        appointments: appointments.into_iter().collect(),
        pms_patient,
    };
    world
        .healthengine
        .books()
        .questions
        .insert(booking, question);
}

fn waits(world: &World, booking: BookingId) -> bool {
    world.healthengine.books().questions.contains_key(&booking)
}

#[tokio::test]
async fn a_booking_that_stands_is_answered_with_what_the_diary_shows() {
    for (standing, answer) in [
        (Standing::Booked, Answer::NoChange),
        (Standing::Arrived, Answer::NoChange),
        (Standing::InConsult, Answer::NoChange),
        (Standing::Complete, Answer::NoChange),
        (Standing::DidNotAttend, Answer::DidNotAttend),
        (Standing::Cancelled, Answer::Cancelled),
    ] {
        for standings in [Support::Yes, Support::No] {
            let (mut world, booking) = booked(|plan| plan.pms.can.standings = standings).await;
            mark(&world, booking, standing);
            ask(&world, booking);
            world.activate().await;
            let expected = std::slice::from_ref(&answer);
            assert_eq!(after(&world, booking), expected, "{standing:?}");
            // What was asked is not told again unasked, in this life or the next.
            world.run_for(minutes(2)).await;
            world.start_anew();
            world.run_for(minutes(2)).await;
            assert_eq!(after(&world, booking), expected, "{standing:?}");
            world.finish().await;
        }
    }
}

#[tokio::test]
async fn a_question_that_is_asked_again_is_answered_again() {
    let (mut world, booking) = booked(|_| {}).await;
    mark(&world, booking, Standing::Cancelled);
    world.run_for(seconds(65)).await;
    for _ in 0..2 {
        ask(&world, booking);
        world.run_for(seconds(6)).await;
    }
    assert_eq!(after(&world, booking), vec![Answer::Cancelled; 3]);
    assert!(!waits(&world, booking));
    world.run_for(minutes(2)).await;
    assert_eq!(after(&world, booking), vec![Answer::Cancelled; 3]);
    world.finish().await;
}

#[tokio::test]
async fn a_booking_that_nobody_knows_is_never_called_cancelled() {
    for keeps_key in [Support::Yes, Support::No] {
        let mut world = World::linked_with(|plan| plan.pms.can.keeps_key = keeps_key).await;
        let unknown = BookingId::new(404);
        ask(&world, unknown);
        let strange = BookingId::new(405);
        let ids = ["X-17"].map(|id| PmsAppointmentId::parse(id).unwrap());
        ask_with(&world, strange, ids, PmsPatientId::parse("X-9").ok());
        world.run_for(seconds(6)).await;
        for id in [unknown, strange] {
            assert_eq!(world.healthengine.told(id), [Answer::NoChange]);
        }
        world.finish().await;
    }
}

#[tokio::test]
async fn a_booking_that_was_rejected_has_not_changed() {
    let mut world = World::linked().await;
    let booking = world
        .healthengine
        .book_as(1, "2026-11-23 09:30", |one| one.resource = None);
    world.activate().await;
    ask(&world, booking);
    world.activate().await;
    let told = world.healthengine.told(booking);
    assert!(
        matches!(&told[..], [Answer::Rejected(_), Answer::NoChange]),
        "{told:?}"
    );
    world.finish().await;
}

#[tokio::test]
async fn a_booking_that_needs_a_person_is_never_called_cancelled() {
    let mut world = World::linked_with(|plan| plan.pms.can.keeps_key = Support::No).await;
    world.pms.fail(Call::Book, [Fault::LoseRequest]);
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    world.run_for(seconds(6)).await;
    ask(&world, booking);
    world.run_for(seconds(6)).await;
    assert_eq!(world.healthengine.told(booking), [Answer::NoChange]);
    world.finish_with(&[ItemKind::CheckDiary]).await;
}

#[tokio::test]
async fn a_booking_on_its_way_is_answered_once_it_has_arrived() {
    let mut world = World::linked().await;
    world.pms.fail(Call::Book, [Fault::FailAfterWrite]);
    world.pms.fail(Call::Find, vec![Fault::LoseRequest; 4]);
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    ask(&world, booking);
    world.activate().await;
    assert!(world.healthengine.told(booking).is_empty());
    world.run_for(seconds(30)).await;
    assert_eq!(after(&world, booking), [Answer::NoChange]);
    world.finish().await;
}

#[tokio::test]
async fn a_booking_that_the_ledger_has_forgotten_is_found_by_its_key() {
    let (mut world, booking) = booked(|_| {}).await;
    mark(&world, booking, Standing::Cancelled);
    world.forget_ledger();
    ask_with(&world, booking, [], None);
    world.run_for(seconds(6)).await;
    assert_eq!(after(&world, booking), [Answer::Cancelled]);
    world.finish().await;
}

#[tokio::test]
async fn one_that_staff_had_typed_in_is_found_by_the_ids_that_healthengine_was_told() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    world
        .pms
        .state()
        .diary
        .type_in("R1", "2026-11-24 09:30", patient(1));
    world.clock.advance(seconds(30));
    world.run_for(seconds(6)).await;
    mark(&world, booking, Standing::DidNotAttend);
    world.forget_ledger();
    ask(&world, booking);
    world.run_for(seconds(6)).await;
    assert_eq!(after(&world, booking), [Answer::DidNotAttend]);
    world.finish().await;
}

#[tokio::test]
async fn a_question_waits_for_the_patients_own_cancellation() {
    let (mut world, booking) = booked(|_| {}).await;
    let busy = PmsError::NotDone("busy".to_owned());
    world.pms.fail(Call::Cancel, vec![Fault::Reject(busy); 4]);
    let request = world.healthengine.cancel(2, booking);
    ask(&world, booking);
    world.activate().await;
    assert!(after(&world, booking).is_empty());
    world.run_for(minutes(1)).await;
    let told = after(&world, booking);
    assert_eq!(told, [Answer::UpdateConfirmed(request), Answer::Cancelled]);
    world.finish().await;
}

#[tokio::test]
async fn a_diary_that_is_down_delays_only_the_answers_that_need_it() {
    let (mut world, booking) = booked(|_| {}).await;
    let rejected = world
        .healthengine
        .book_as(2, "2026-11-23 09:30", |one| one.resource = None);
    world.run_for(seconds(6)).await;
    world.pms.set_down(true);
    ask(&world, booking);
    ask(&world, rejected);
    world.run_for(minutes(3)).await;
    assert!(waits(&world, booking));
    let told = world.healthengine.told(rejected);
    assert_eq!(told.last(), Some(&Answer::NoChange));
    world.pms.set_down(false);
    world.run_for(seconds(40)).await;
    assert_eq!(after(&world, booking), [Answer::NoChange]);
    world.finish().await;
}

#[tokio::test]
async fn an_answer_that_is_lost_is_given_again() {
    for (op, standing) in [
        (Op::ReportCancelled, Standing::Cancelled),
        (Op::ReportDidNotAttend, Standing::DidNotAttend),
        (Op::ReportNoChange, Standing::Booked),
        (Op::AppointmentChanges, Standing::Booked),
    ] {
        let (mut world, booking) = booked(|_| {}).await;
        let lost = CallFault::Before(Verdict::Unknown);
        world.healthengine.fail(op, [lost; 3]);
        mark(&world, booking, standing);
        ask(&world, booking);
        world.run_for(seconds(40)).await;
        assert_eq!(after(&world, booking).len(), 1, "{op:?}");
        assert!(!waits(&world, booking));
        world.finish().await;
    }
}

#[tokio::test]
async fn an_answer_that_is_refused_is_not_hammered() {
    for op in [Op::ReportCancelled, Op::ReportNoChange] {
        for refusal in [Refusal::NotFound, Refusal::Invalid] {
            let (mut world, booking) = booked(|_| {}).await;
            world.watches = false;
            let no = CallFault::Before(Verdict::Refused(refusal));
            world.healthengine.fail(op, [no; 100]);
            if op == Op::ReportCancelled {
                mark(&world, booking, Standing::Cancelled);
            }
            ask(&world, booking);
            world.run_for(minutes(30)).await;
            let calls = world.healthengine.calls(op);
            assert!((2..=6).contains(&calls), "{op:?} {refusal:?}: {calls}");
            assert!(world.items().await.is_empty());
            world.healthengine.books().questions.clear();
            world.finish().await;
        }
    }
}

#[tokio::test]
async fn bookings_updates_and_availability_come_before_questions() {
    let (mut world, booking) = booked(|_| {}).await;
    world.healthengine.forget_traffic();
    ask(&world, booking);
    world.healthengine.want("2026-11-24", None);
    world.healthengine.book(2, "2026-11-24 10:30");
    world.activate().await;
    let writes: Vec<Op> = world
        .healthengine
        .sequence()
        .into_iter()
        .filter(|op| !op.reads())
        .collect();
    let expected = [Op::ConfirmInsert, Op::Availability, Op::ReportNoChange];
    assert_eq!(writes, expected);
    world.finish().await;
}

#[tokio::test]
async fn many_questions_are_answered_a_few_at_a_time_and_keep_no_booking_waiting() {
    let mut world = World::linked().await;
    for id in 400..445 {
        ask(&world, BookingId::new(id));
    }
    world.activate().await;
    assert_eq!(world.healthengine.calls(Op::ReportNoChange), 20);
    world.healthengine.book(1, "2026-11-24 09:30");
    world.run_for(seconds(11)).await;
    assert!(world.is_confirmed(BookingId::new(1)));
    assert_eq!(world.healthengine.calls(Op::ReportNoChange), 45);
    world.finish().await;
}

#[tokio::test]
async fn many_questions_to_a_diary_that_is_down_keep_the_others_from_nothing() {
    let (mut world, booking) = booked(|_| {}).await;
    let rejected = world
        .healthengine
        .book_as(1000, "2026-11-23 09:30", |one| one.resource = None);
    world.run_for(seconds(6)).await;
    world.pms.set_down(true);
    ask(&world, booking);
    for id in 400..445 {
        ask(&world, BookingId::new(id));
    }
    ask(&world, rejected);
    world.run_for(seconds(40)).await;
    let told = world.healthengine.told(rejected);
    assert_eq!(told.last(), Some(&Answer::NoChange));
    world.pms.set_down(false);
    world.run_for(minutes(2)).await;
    assert!(world.healthengine.books().questions.is_empty());
    world.finish().await;
}
