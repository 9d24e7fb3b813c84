//! Liveness contract, resources, appointment types and features.

use reqwest::Method;
use serde_json::json;

use super::world::{MONDAY, World, day, resources};

const RESOURCES: &str = "/config/pmsResources/snapshot";
const TYPES: &str = "/config/pmsAppointmentTypes/snapshot";
const CONTRACT: &str = "/config/livenessContract";

#[tokio::test]
async fn ids_and_names_of_resources_are_each_unique() {
    let world = World::empty().await;
    let rule = world
        .post(RESOURCES, &resources(&["r1", "r1"]))
        .await
        .rule();
    assert_eq!(
        rule,
        "[1].pmsResourceId: must be unique within the snapshot"
    );
    let twins = json!([
        {"pmsResourceId": "r1", "pmsResourceName": "Same"},
        {"pmsResourceId": "r2", "pmsResourceName": "Same"},
    ]);
    let rule = world.post(RESOURCES, &twins).await.rule();
    assert_eq!(
        rule,
        "[1].pmsResourceName: must be unique within the snapshot"
    );
    assert!(world.view().resources.is_empty(), "nothing was taken");
}

#[tokio::test]
async fn a_length_of_a_type_is_whole_minutes_within_a_day() {
    let world = World::published().await;
    for (length, rule) in [
        (json!("30"), "must be an integer"),
        (json!(0), "must be 1 to 1440"),
        (json!(1800), "must be 1 to 1440"),
    ] {
        let types = json!([{"pmsAppointmentTypeId": "t", "pmsAppointmentTypeName": "T",
                            "pmsAppointmentLength": length}]);
        let said = world.post(TYPES, &types).await.rule();
        assert_eq!(said, format!("[0].pmsAppointmentLength: {rule}"));
    }
}

#[tokio::test]
async fn a_type_is_for_all_resources_or_for_one_that_was_sent() {
    let world = World::published().await;
    let types = json!([{"pmsAppointmentTypeId": "t", "pmsAppointmentTypeName": "T",
                        "pmsResourceId": "r9"}]);
    let rule = world.post(TYPES, &types).await.rule();
    assert_eq!(
        rule,
        "[0].pmsResourceId: is not a resource of the last snapshot"
    );
    let null = json!([{"pmsAppointmentTypeId": "t", "pmsAppointmentTypeName": "T",
                       "pmsResourceId": null}]);
    let rule = world.post(TYPES, &null).await.rule();
    assert_eq!(rule, "[0].pmsResourceId: must be a string");
}

#[tokio::test]
async fn what_a_snapshot_leaves_out_is_deleted_with_its_times() {
    let world = World::published().await;
    assert!(!world.offered("r1", None).is_empty());
    world.post(RESOURCES, &resources(&["r2"])).await.accepted();
    assert!(world.offered("r1", None).is_empty());
    let listed = world.get("/config/pmsResources").await.accepted();
    assert_eq!(listed, resources(&["r2"]));
    let found = world.get("/config/pmsResources/findById?id=r1").await;
    assert_eq!(found.accepted(), json!([]));
    // Sent anew it has no times until they are sent anew.
    world
        .post(RESOURCES, &resources(&["r1", "r2"]))
        .await
        .accepted();
    let again = day("r1", MONDAY, "09:00", "12:00");
    let batch = world.post("/availability/snapshots", &json!([again])).await;
    assert_eq!(batch.accepted()["created"], json!(["0"]));
}

#[tokio::test]
async fn find_by_id_answers_with_a_list_and_needs_an_id() {
    let world = World::published().await;
    let path = "/config/pmsAppointmentTypes/findById";
    let found = world.get(&format!("{path}?id=long")).await.accepted();
    assert_eq!(found[0]["pmsAppointmentLength"], 60);
    assert_eq!(world.get(path).await.rule(), "id: is required");
}

#[tokio::test]
async fn the_liveness_contract_is_absent_until_it_is_sent() {
    let world = World::empty().await;
    assert_eq!(world.get(CONTRACT).await.accepted(), json!({}));
    // The guide's own example has ranges that overlap, and ranges out of order.
    let contract = json!({"liveHours": {
        "saturday": [{"start": "13:45", "end": "14:45"}, {"start": "08:01", "end": "17:45"}],
        "publicHolidays": [{"start": "09:00", "end": "12:00"}],
    }});
    world.post(CONTRACT, &contract).await.accepted();
    assert_eq!(world.get(CONTRACT).await.accepted(), contract);
}

#[tokio::test]
async fn a_live_range_starts_before_it_ends_within_the_day() {
    let world = World::empty().await;
    for (start, end, rule) in [
        ("17:00", "08:00", "start: must be before end"),
        (
            "08:00",
            "24:00",
            "end: must be a time, HH:MM, 00:00 to 23:59",
        ),
        (
            "8:00",
            "17:00",
            "start: must be a time, HH:MM, 00:00 to 23:59",
        ),
    ] {
        let contract = json!({"liveHours": {"monday": [{"start": start, "end": end}]}});
        let said = world.post(CONTRACT, &contract).await.rule();
        assert_eq!(said, format!("liveHours.monday[0].{rule}"));
    }
    let rule = world.post(CONTRACT, &json!({})).await.rule();
    assert_eq!(rule, "liveHours: is required");
}

#[tokio::test]
async fn a_request_for_resources_or_types_is_answered_by_the_snapshot() {
    let world = World::empty().await;
    for kind in ["pmsResources", "pmsAppointmentTypes"] {
        let asked = world
            .control(
                Method::POST,
                "/practices/1234567/requests",
                &json!({"kind": kind}),
            )
            .await;
        assert_eq!(asked.status, 201);
    }
    let waiting = || async { world.get("/requests").await.accepted() };
    assert_eq!(
        waiting().await,
        json!(["pmsResources", "pmsAppointmentTypes"])
    );
    world.post(RESOURCES, &json!([])).await.accepted();
    assert_eq!(waiting().await, json!(["pmsAppointmentTypes"]));
    world.post(TYPES, &json!([])).await.accepted();
    assert_eq!(waiting().await, json!([]));
}

#[tokio::test]
async fn features_are_off_until_they_are_enabled() {
    let world = World::empty().await;
    let enabled = |id: &str| {
        let path = format!("/features/{id}");
        let world = &world;
        async move { world.get(&path).await.accepted()["enabled"].clone() }
    };
    assert_eq!(enabled("documents").await, false);
    world
        .post_nothing("/features/documents/enable")
        .await
        .accepted();
    assert_eq!(enabled("documents").await, true);
    world
        .post_nothing("/features/documents/disable")
        .await
        .accepted();
    assert_eq!(enabled("documents").await, false);
    assert_eq!(world.get("/features/other").await.status, 404);
    assert_eq!(
        world.post_nothing("/features/other/enable").await.status,
        404
    );
    let all = world.get("/features").await.accepted();
    assert_eq!(all.as_array().unwrap().len(), 3);
}
