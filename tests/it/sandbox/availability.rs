//! Snapshots, and what patients see of them.

use healthengine_connector::sandbox::{ControlError, Wish};
use serde_json::{Value, json};

use super::world::{MONDAY, TUESDAY, World, day, resources};

const ONE: &str = "/availability/snapshot";
const BATCH: &str = "/availability/snapshots";

fn ranges(availability: &Value) -> Value {
    json!({"pmsResourceId": "r1", "date": MONDAY, "availability": availability})
}

#[tokio::test]
async fn a_slot_length_is_an_integer_of_seconds() {
    let world = World::published().await;
    for (length, rule) in [
        (json!("30"), "must be an integer"),
        (json!(-1), "must be 0 to 86400"),
        (json!(86_401), "must be 0 to 86400"),
    ] {
        let snapshot = ranges(&json!([{"start": "09:00", "end": "10:00", "slotLength": length}]));
        let said = world.post(ONE, &snapshot).await.rule();
        assert_eq!(said, format!("availability[0].slotLength: {rule}"));
    }
}

#[tokio::test]
async fn a_snapshot_is_of_a_resource_that_was_sent() {
    let world = World::published().await;
    let rule = world
        .post(ONE, &day("r9", MONDAY, "09:00", "10:00"))
        .await
        .rule();
    assert_eq!(
        rule,
        "pmsResourceId: is not a resource of the last snapshot"
    );
}

#[tokio::test]
async fn ranges_for_one_type_do_not_overlap_and_for_different_types_they_may() {
    let world = World::published().await;
    let two = |first: Value, second: Value| {
        ranges(&json!([
            {"start": "09:00", "end": "10:00", "slotLength": 900, "pmsAppointmentTypeIds": first},
            {"start": "09:30", "end": "11:00", "slotLength": 900, "pmsAppointmentTypeIds": second},
        ]))
    };
    let same = two(json!(["short"]), json!(["short", "long"]));
    assert_eq!(
        world.post(ONE, &same).await.rule(),
        "availability[1]: overlaps another range of the snapshot"
    );
    world
        .post(ONE, &two(json!(["short"]), json!(["long"])))
        .await
        .accepted();
}

#[tokio::test]
async fn the_types_of_a_range_were_sent_are_named_once_and_at_least_one() {
    let world = World::published().await;
    for (types, rule) in [
        (
            json!([]),
            ": must name a type, or be left out when every type may be booked",
        ),
        (
            json!(["other"]),
            "[0]: is not an appointment type of the last snapshot",
        ),
        (json!(["short", "short"]), "[1]: is named twice"),
        (json!([3]), "[0]: must be a string"),
    ] {
        let snapshot = ranges(&json!([{
            "start": "09:00", "end": "10:00", "slotLength": 900, "pmsAppointmentTypeIds": types,
        }]));
        let said = world.post(ONE, &snapshot).await.rule();
        assert_eq!(said, format!("availability[0].pmsAppointmentTypeIds{rule}"));
    }
}

#[tokio::test]
async fn at_most_a_hundred_snapshots_travel_in_one_call() {
    let world = World::published().await;
    let date = |index: i64| {
        let first: chrono::NaiveDate = MONDAY.parse().unwrap();
        (first + chrono::TimeDelta::days(index)).to_string()
    };
    let batch = |size: i64| -> Value {
        (0..size)
            .map(|index| day("r2", &date(index), "09:00", "10:00"))
            .collect()
    };
    let rule = world.post(BATCH, &batch(101)).await.rule();
    assert_eq!(rule, "body: at most 100 snapshots in a single call");
    let outcome = world.post(BATCH, &batch(100)).await.accepted();
    assert_eq!(outcome["created"].as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn a_bad_snapshot_fails_alone_inside_a_200_and_an_unchanged_one_is_existing() {
    let world = World::published().await;
    let mut named = day("r2", TUESDAY, "09:00", "10:00");
    named["id"] = json!("tuesday");
    let batch = json!([
        day("r1", MONDAY, "09:00", "12:00"),
        named,
        day("r2", MONDAY, "10:00", "09:00"),
    ]);
    let outcome = world.post(BATCH, &batch).await.accepted();
    assert_eq!(outcome["existing"], json!(["0"]));
    assert_eq!(outcome["created"], json!(["tuesday"]));
    assert_eq!(outcome["failed"], json!(["2"]));
    assert_eq!(
        outcome["errors"],
        json!([{"snapshot": "2",
                "error": "[2].availability[0].start: must be before end"}])
    );
    assert_eq!(world.view().violation_count, 1);
}

#[tokio::test]
async fn a_resource_and_day_travel_once_in_a_call() {
    let world = World::published().await;
    let batch = json!([
        day("r2", MONDAY, "09:00", "10:00"),
        day("r2", MONDAY, "09:00", "11:00"),
    ]);
    let outcome = world.post(BATCH, &batch).await.accepted();
    assert_eq!(outcome["failed"], json!(["1"]));
}

#[tokio::test]
async fn patients_see_slots_cut_from_the_last_snapshot_and_not_the_past() {
    let world = World::published().await;
    world
        .post(ONE, &day("r1", MONDAY, "07:30", "08:50"))
        .await
        .accepted();
    // It is 08:00; what does not fit before 08:50 is not offered.
    assert_eq!(world.offered("r1", None), ["08:15", "08:30"]);
    world.post(ONE, &ranges(&json!([]))).await.accepted();
    assert!(world.offered("r1", None).is_empty());
}

#[tokio::test]
async fn a_slot_length_under_a_minute_means_healthengines_own() {
    let world = World::published().await;
    let snapshot = ranges(&json!([{"start": "09:00", "end": "11:00", "slotLength": 30}]));
    world.post(ONE, &snapshot).await.accepted();
    assert_eq!(world.offered("r1", Some("long")), ["09:00", "10:00"]);
    assert_eq!(world.offered("r1", None).len(), 8);
}

#[tokio::test]
async fn a_type_longer_than_what_is_free_is_not_offered() {
    let world = World::published().await;
    world
        .post(ONE, &day("r1", MONDAY, "09:00", "10:15"))
        .await
        .accepted();
    assert_eq!(world.offered("r1", Some("long")), ["09:00", "09:15"]);
}

#[tokio::test]
async fn a_range_for_some_types_is_offered_for_these_and_a_type_only_with_its_resource() {
    let world = World::published().await;
    let snapshot = ranges(&json!([{
        "start": "09:00", "end": "09:30", "slotLength": 900, "pmsAppointmentTypeIds": ["short"],
    }]));
    world.post(ONE, &snapshot).await.accepted();
    assert_eq!(world.offered("r1", Some("short")), ["09:00", "09:15"]);
    assert!(world.offered("r1", Some("long")).is_empty());
    assert!(world.offered("r1", None).is_empty());
    world
        .post(ONE, &day("r2", MONDAY, "09:00", "12:00"))
        .await
        .accepted();
    assert!(world.offered("r2", Some("long")).is_empty());
}

#[tokio::test]
async fn a_time_in_the_spring_gap_is_not_offered() {
    let world = World::published().await;
    let gap = day("r1", "2027-10-03", "01:30", "03:30");
    world.post(ONE, &gap).await.accepted();
    let offered = world
        .sandbox
        .offered(&world.practice, None, "2027-10-03".parse().unwrap(), None)
        .unwrap();
    let starts: Vec<String> = offered
        .iter()
        .map(|offered| offered.start.format("%H:%M").to_string())
        .collect();
    assert_eq!(starts, ["01:30", "01:45", "03:00", "03:15"]);
}

#[tokio::test]
async fn a_patient_books_only_what_is_offered_unless_forced() {
    let world = World::published().await;
    let wish = |start: &str| Wish {
        resource: Some("r1".to_owned()),
        start: Some(format!("{MONDAY}T{start}:00").parse().unwrap()),
        appointment_type: Some("short".to_owned()),
        ..Wish::default()
    };
    let entry = world.book(wish("09:00"));
    assert_eq!(entry.length_seconds, 900);
    assert!(!world.offered("r1", None).contains(&"09:00".to_owned()));
    let refused = world.sandbox.book(&world.practice, wish("09:00"));
    assert_eq!(refused, Err(ControlError::NotOffered));
    let forced = world.book(Wish {
        force: true,
        ..wish("09:00")
    });
    assert!(forced.forced);
}

#[tokio::test]
async fn what_is_left_out_of_a_booking_is_the_next_time_with_the_first_type() {
    let world = World::published().await;
    let entry = world.book(Wish::default());
    assert_eq!(entry.start, "2026-11-23T09:00:00".parse().unwrap());
    assert_eq!(entry.appointment_type.as_deref(), Some("short"));
    assert_eq!(entry.patient, "Testa Sample-0");
}

#[tokio::test]
async fn a_day_that_was_asked_for_is_answered_by_its_snapshots_changed_or_not() {
    let world = World::published().await;
    let ask = |resource: Option<&str>| healthengine_connector::sandbox::Ask::Availability {
        day: MONDAY.parse().unwrap(),
        resource: resource.map(str::to_owned),
    };
    world.sandbox.ask(&world.practice, ask(None)).unwrap();
    world.sandbox.ask(&world.practice, ask(Some("r1"))).unwrap();
    let listed = || async { world.get("/requests/availability").await.accepted()["data"].clone() };
    assert_eq!(
        listed().await,
        json!([{"day": MONDAY},
               {"day": MONDAY, "pmsResourceId": "r1", "pms_resource_id": "r1"}])
    );
    world
        .post(ONE, &day("r1", MONDAY, "09:00", "12:00"))
        .await
        .accepted();
    assert_eq!(
        listed().await,
        json!([{"day": MONDAY}]),
        "one for all waits for each"
    );
    world
        .post(ONE, &day("r2", MONDAY, "09:00", "12:00"))
        .await
        .accepted();
    assert_eq!(listed().await, json!([]));
}

#[tokio::test]
async fn nothing_is_offered_without_consent() {
    let world = World::published().await;
    world.sandbox.revoke_consent(&world.practice).unwrap();
    assert!(world.offered("r1", None).is_empty());
    let refused = world.sandbox.book(&world.practice, Wish::default());
    assert_eq!(refused, Err(ControlError::NotOffered));
    world.sandbox.grant_consent(&world.practice).unwrap();
    world
        .post("/config/pmsResources/snapshot", &resources(&["r1"]))
        .await
        .accepted();
    assert!(!world.offered("r1", None).is_empty());
}
