//! Every situation in which a booking can be, and what becomes of it.

use healthengine_connector::domain::booking::{How, RejectReason};
use healthengine_connector::domain::civil::Zone;
use healthengine_connector::domain::clock::Clock as _;
use healthengine_connector::domain::diary::Standing;
use healthengine_connector::domain::id::{
    BookingId, BookingKey, PmsAppointmentTypeId, PmsPatientId, PmsResourceId,
};
use healthengine_connector::domain::redacted::Redacted;
use healthengine_connector::ledger::ItemKind;

use crate::world::healthengine::Answer;
use crate::world::patient::patient;
use crate::world::pms::{Call, FrontDesk as _};
use crate::world::{World, minutes, seconds};

async fn rejection_of(world: &mut World, booking: BookingId) -> String {
    world.activate().await;
    match world.healthengine.told(booking).as_slice() {
        [Answer::Rejected(reason)] => reason.clone(),
        other => panic!("not one rejection: {other:?}"),
    }
}

#[tokio::test]
async fn a_free_slot_is_booked_with_the_key_confirmed_and_its_day_sent_at_once() {
    // GIVEN a linked practice
    let mut world = World::linked().await;
    // WHEN a patient books a free time
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    world.activate().await;
    // THEN one activation inserts, confirms and publishes the day without that time
    assert!(world.is_confirmed(booking));
    let key = BookingKey::of(&world.profile.id, booking);
    assert_eq!(
        world.pms.state().diary.with_key(&key).unwrap().standing,
        Standing::Booked
    );
    assert_eq!(
        world.healthengine.books().batches,
        [1],
        "only that day is sent"
    );
    world.assert_published();
    world.finish().await;
}

#[tokio::test]
async fn a_known_patient_is_not_made_twice_and_a_new_one_is_made() {
    let mut world = World::linked().await;
    let known = world.pms.state().diary.register(patient(1));
    let first = world.healthengine.book(1, "2026-11-23 09:30");
    let second = world.healthengine.book(2, "2026-11-23 10:00");
    world.activate().await;
    let of = |booking| match &world.healthengine.told(booking)[..] {
        [Answer::Confirmed(place)] => place.patient.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(of(first), known);
    assert_eq!(of(second), PmsPatientId::parse("P2").unwrap());
    assert_eq!(world.pms.state().diary.patients.len(), 2);
    world.finish().await;
}

#[tokio::test]
async fn two_patients_alike_make_a_new_one_and_an_item_to_compare_them() {
    let mut world = World::linked().await;
    world.pms.state().diary.register(patient(1));
    world.pms.state().diary.register(patient(1));
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    world.activate().await;
    assert!(world.is_confirmed(booking));
    assert_eq!(world.pms.state().diary.patients.len(), 3);
    world.finish_with(&[ItemKind::ComparePatients]).await;
}

#[tokio::test]
async fn a_taken_slot_is_rejected_at_once() {
    let mut world = World::linked().await;
    world
        .pms
        .state()
        .diary
        .type_in("R1", "2026-11-23 09:30", patient(9));
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    let reason = rejection_of(&mut world, booking).await;
    assert_eq!(reason, RejectReason::SlotTaken.to_string());
    world.finish().await;
}

#[tokio::test]
async fn two_bookings_of_one_slot_end_as_one_confirmed_and_one_rejected() {
    let mut world = World::linked().await;
    let first = world.healthengine.book(2, "2026-11-23 09:30");
    world.clock.advance(seconds(1));
    let second = world.healthengine.book(1, "2026-11-23 09:30");
    let reason = rejection_of(&mut world, second).await;
    assert_eq!(reason, RejectReason::SlotTaken.to_string());
    assert!(world.is_confirmed(first), "who waited longest comes first");
    world.finish().await;
}

#[tokio::test]
async fn a_booking_without_resource_is_rejected_at_once() {
    let mut world = World::linked().await;
    let booking = world
        .healthengine
        .book_as(1, "2026-11-23 09:30", |one| one.resource = None);
    let reason = rejection_of(&mut world, booking).await;
    assert_eq!(reason, RejectReason::ResourceRemoved.to_string());
    assert_eq!(world.pms.calls(Call::Book), 0);
    world.finish().await;
}

#[tokio::test]
async fn a_booking_with_an_unknown_resource_is_rejected_at_once() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book_as(1, "2026-11-23 09:30", |one| {
        one.resource = PmsResourceId::parse("R9").ok();
    });
    let reason = rejection_of(&mut world, booking).await;
    assert_eq!(reason, RejectReason::ResourceUnknown.to_string());
    world.finish().await;
}

#[tokio::test]
async fn a_booking_with_a_withdrawn_resource_is_rejected_at_once() {
    let mut world = World::linked().await;
    world.pms.state().diary.resources.truncate(1);
    world.pms.state().diary.everything_changed();
    world.run_for(minutes(2)).await;
    let booking = world.healthengine.book_as(1, "2026-11-23 09:30", |one| {
        one.resource = PmsResourceId::parse("R2").ok();
    });
    let reason = rejection_of(&mut world, booking).await;
    assert_eq!(reason, RejectReason::ResourceUnknown.to_string());
    world.finish().await;
}

#[tokio::test]
async fn a_time_in_the_spring_gap_is_rejected_at_once_in_every_zone_that_has_one() {
    for (zone, time, exists) in [
        ("Australia/Sydney", "2026-10-04 02:30", false),
        ("Australia/Lord_Howe", "2026-10-04 02:15", false),
        ("Australia/Lord_Howe", "2026-10-04 02:30", true),
        ("Australia/Brisbane", "2026-10-04 02:30", true),
    ] {
        let mut world = World::linked_with(|plan| {
            plan.begin = "2026-10-03T00:00:00Z".parse().unwrap();
            plan.profile.zone = Zone::parse(zone).unwrap();
            plan.pms.state().diary.hours = vec![crate::world::range("01:00", "06:00")];
        })
        .await;
        let booking = world.healthengine.book(1, time);
        world.activate().await;
        assert_eq!(world.is_confirmed(booking), exists, "{zone} {time}");
        world.finish().await;
    }
}

#[tokio::test]
async fn a_type_that_the_resource_does_not_offer_is_rejected_at_once() {
    let mut world = World::linked().await;
    for (id, wanted) in [(1, "T2"), (2, "T9")] {
        let booking = world.healthengine.book_as(id, "2026-11-23 09:30", |one| {
            one.appointment_type = PmsAppointmentTypeId::parse(wanted).ok();
        });
        let reason = rejection_of(&mut world, booking).await;
        assert_eq!(reason, RejectReason::TypeNotOffered.to_string());
    }
    world.finish().await;
}

#[tokio::test]
async fn a_booking_that_cannot_be_read_is_rejected_with_the_field() {
    let mut world = World::linked().await;
    let booking = world
        .healthengine
        .book_unreadably(1, "pmsAppointmentTime is not a time");
    let reason = rejection_of(&mut world, booking).await;
    assert!(reason.contains("pmsAppointmentTime"), "{reason}");
    world.finish().await;
}

#[tokio::test]
async fn a_booking_without_length_takes_its_types_even_right_after_a_start() {
    let mut world = World::linked().await;
    world.restart();
    let booking = world
        .healthengine
        .book_as(1, "2026-11-23 09:30", |one| one.length = None);
    world.activate().await;
    assert!(
        world.is_confirmed(booking),
        "{:?}",
        world.healthengine.told(booking)
    );
    assert_eq!(world.pms.state().diary.appointments[0].length, minutes(30));
    world.finish().await;
}

#[tokio::test]
async fn a_booking_with_neither_length_nor_type_is_rejected() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book_as(1, "2026-11-23 09:30", |one| {
        one.length = None;
        one.appointment_type = None;
    });
    let reason = rejection_of(&mut world, booking).await;
    assert_eq!(reason, RejectReason::LengthNotAllowed.to_string());
    world.finish().await;
}

#[tokio::test]
async fn what_the_patient_wrote_reaches_the_appointment_with_all_its_lines() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book_as(1, "2026-11-23 09:30", |one| {
        one.reason = Some(Redacted::new("tooth-ache\nsince Sunday".to_owned()));
    });
    world.activate().await;
    assert!(world.is_confirmed(booking));
    world.finish().await;
}

#[tokio::test]
async fn a_late_booking_that_staff_typed_in_is_confirmed_with_that_appointment() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    let typed = world
        .pms
        .state()
        .diary
        .type_in("R1", "2026-11-24 09:30", patient(1));
    world.clock.advance(seconds(21));
    world.activate().await;
    let told = world.healthengine.told(booking);
    assert!(matches!(&told[..], [Answer::Confirmed(place)] if place.appointments == [typed]));
    assert_eq!(world.how(booking).await, How::TypedIn);
    assert_eq!(world.pms.calls(Call::Book), 0);
    world.finish().await;
}

#[tokio::test]
async fn a_late_booking_whose_time_has_passed_is_confirmed_when_staff_typed_it_in() {
    // GIVEN a booking that staff entered while the daemon was down
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    world
        .pms
        .state()
        .diary
        .type_in("R1", "2026-11-23 09:30", patient(1));
    // WHEN the daemon is back after the appointment
    world.clock.advance(minutes(180));
    world.activate().await;
    // THEN it is confirmed, and nobody is sent to call the patient
    assert!(
        world.is_confirmed(booking),
        "{:?}",
        world.healthengine.told(booking)
    );
    world.finish().await;
}

#[tokio::test]
async fn a_late_booking_whose_time_has_passed_is_rejected_and_the_patient_is_called() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    world.clock.advance(minutes(180));
    let reason = rejection_of(&mut world, booking).await;
    assert_eq!(reason, RejectReason::TimePassed.to_string());
    world.finish_with(&[ItemKind::CallPatient]).await;
}

#[tokio::test]
async fn a_late_booking_that_nobody_typed_in_is_inserted_when_free() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    world.clock.advance(minutes(9));
    world.activate().await;
    assert!(world.is_confirmed(booking));
    assert_eq!(world.how(booking).await, How::Booked);
    world.finish().await;
}

#[tokio::test]
async fn a_late_booking_whose_slot_is_taken_is_rejected_and_the_patient_is_called() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    world
        .pms
        .state()
        .diary
        .type_in("R1", "2026-11-24 09:30", patient(9));
    world.clock.advance(seconds(21));
    let reason = rejection_of(&mut world, booking).await;
    assert_eq!(reason, RejectReason::SlotTaken.to_string());
    let items = world.items().await;
    assert!(
        items[0].sentence.contains("Call the patient of booking 1"),
        "{items:?}"
    );
    world.finish_with(&[ItemKind::CallPatient]).await;
}

#[tokio::test]
async fn a_booking_that_is_missing_from_one_list_is_worked_when_it_is_listed_again() {
    // GIVEN a booking that waits for the diary
    let mut world = World::linked_with(|plan| {
        plan.profile.when_pms_unavailable =
            healthengine_connector::practice::WhenPmsUnavailable::Hold;
    })
    .await;
    world.pms.set_down(true);
    let booking = world.healthengine.book(1, "2026-11-24 09:30");
    world.activate().await;
    // WHEN one list does not have it, and the next one does
    world.healthengine.books().pending.remove(&booking);
    world.run_for(seconds(5)).await;
    world.pms.set_down(false);
    world.healthengine.books().pending.insert(booking);
    world.run_for(minutes(1)).await;
    // THEN it is inserted, and not rejected
    assert!(
        world.is_confirmed(booking),
        "{:?}",
        world.healthengine.told(booking)
    );
    world.finish().await;
}

#[tokio::test]
async fn a_booking_that_is_withdrawn_is_not_inserted() {
    let mut world = World::linked().await;
    world.pms.set_down(true);
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    world.activate().await;
    world.healthengine.books().pending.remove(&booking);
    world.pms.set_down(false);
    world.run_for(seconds(30)).await;
    assert!(world.healthengine.told(booking).is_empty());
    assert_eq!(world.pms.calls(Call::Book), 0);
    assert_eq!(world.status.bookings.open, 0);
    world.finish().await;
}

#[tokio::test]
async fn a_story_tells_what_happened_to_a_booking() {
    let mut world = World::linked().await;
    let booking = world.healthengine.book(1, "2026-11-23 09:30");
    world.activate().await;
    let story: Vec<String> = world
        .story(booking)
        .await
        .into_iter()
        .map(|line| line.what)
        .collect();
    assert_eq!(
        story,
        [
            "Healthengine asked for this booking.",
            "The diary is asked to make the appointment.",
            "The appointment stands in the diary.",
            "Healthengine took the confirmation.",
        ]
    );
    assert_eq!(world.healthengine.told_at(booking), Some(world.clock.now()));
    world.finish().await;
}
