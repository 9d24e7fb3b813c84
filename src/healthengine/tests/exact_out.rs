//! What is sent, byte for byte, where the definition leaves no room.

use std::time::Duration;

use chrono::{NaiveDate, TimeZone, Utc};
use secrecy::SecretString;

use super::server::Server;
use crate::domain::availability::{Cut, FreeDay, FreeTime};
use crate::domain::booking::Place;
use crate::domain::civil::{TimeOfDay, TimeRange};
use crate::domain::diary::{AppointmentType, Resource};
use crate::domain::id::{
    BookingId, PmsAppointmentId, PmsAppointmentTypeId, PmsPatientId, PmsResourceId, RequestId,
};
use crate::domain::live_hours::LiveHours;
use crate::healthengine::{
    Healthengine, NewSubscription, Refusal, TelehealthLinks, Topic, Verdict,
};

const BOOKING: BookingId = BookingId::new(154);

fn date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

fn time(text: &str) -> TimeOfDay {
    TimeOfDay::parse(text).unwrap()
}

fn free(start: &str, end: &str, cut: Cut, types: &[&str]) -> FreeTime {
    FreeTime {
        range: TimeRange::new(time(start), time(end)).unwrap(),
        cut,
        types: types
            .iter()
            .map(|id| PmsAppointmentTypeId::parse(id).unwrap())
            .collect(),
    }
}

fn day(resource: &str, free: Vec<FreeTime>) -> FreeDay {
    FreeDay {
        resource: PmsResourceId::parse(resource).unwrap(),
        date: date(),
        free,
    }
}

fn every(minutes: u64) -> Cut {
    Cut::Every(Duration::from_secs(minutes * 60))
}

#[tokio::test]
async fn the_slot_length_is_a_whole_number_of_seconds() {
    let server = Server::start().await;
    let days = [
        day(
            "12",
            vec![
                free("09:00", "12:30", every(15), &["G1", "G2:12"]),
                free("13:00", "13:40", Cut::Whole, &[]),
            ],
        ),
        day("13", vec![]),
    ];
    server.client().send_availability(&days).await.unwrap();
    let call = server.last();
    assert_eq!(call.path, "/pms-api/v1/availability/snapshots");
    assert_eq!(
        call.text(),
        concat!(
            r#"[{"id":"2026-11-23/12","date":"2026-11-23","pmsResourceId":"12","availability":["#,
            r#"{"start":"09:00","end":"12:30","slotLength":900,"#,
            r#""pmsAppointmentTypeIds":["G1","G2:12"]},"#,
            r#"{"start":"13:00","end":"13:40","slotLength":2400}]},"#,
            r#"{"id":"2026-11-23/13","date":"2026-11-23","pmsResourceId":"13","availability":[]}]"#
        )
    );
    server
        .client()
        .send_availability_snapshot(&days[1])
        .await
        .unwrap();
    let call = server.last();
    assert_eq!(call.path, "/pms-api/v1/availability/snapshot");
    assert_eq!(
        call.text(),
        r#"{"id":"2026-11-23/13","date":"2026-11-23","pmsResourceId":"13","availability":[]}"#
    );
}

#[tokio::test]
async fn a_day_ends_at_23_59_on_the_wire() {
    let server = Server::start().await;
    let days = [day(
        "12",
        vec![
            free("20:00", "24:00", every(30), &[]),
            free("23:00", "24:00", Cut::Whole, &[]),
            free("23:59", "24:00", Cut::Whole, &[]),
        ],
    )];
    server.client().send_availability(&days).await.unwrap();
    assert_eq!(
        server.last().text(),
        concat!(
            r#"[{"id":"2026-11-23/12","date":"2026-11-23","pmsResourceId":"12","availability":["#,
            r#"{"start":"20:00","end":"23:59","slotLength":1800},"#,
            r#"{"start":"23:00","end":"23:59","slotLength":3540}]}]"#
        )
    );
}

#[tokio::test]
async fn a_slot_length_under_60_seconds_is_never_sent() {
    let server = Server::start().await;
    let short = Cut::Every(Duration::from_secs(59));
    let days = [
        day("12", vec![free("09:00", "10:00", short, &[])]),
        day("13", vec![]),
    ];
    server.then(200, r#"{"failed": [0]}"#);
    let outcome = server.client().send_availability(&days).await.unwrap();
    assert_eq!(
        outcome.failed,
        [
            (0, "not sent: a slot length is under 60 seconds".to_owned()),
            (1, "no reason given".to_owned()),
        ],
        "an index in the answer counts what was sent"
    );
    let outcome = server.client().send_availability(&days[..1]).await;
    assert_eq!(outcome.unwrap().failed.len(), 1);
    assert_eq!(server.arrived().len(), 1, "nothing is left to send");
    let single = server.client().send_availability_snapshot(&days[0]).await;
    assert_eq!(
        single.unwrap_err().verdict,
        Verdict::Refused(Refusal::Invalid)
    );
}

#[tokio::test]
async fn a_batch_holds_100_days_at_most() {
    let server = Server::start().await;
    let days = vec![day("12", vec![]); 101];
    let error = server.client().send_availability(&days).await.unwrap_err();
    assert_eq!(error.verdict, Verdict::Refused(Refusal::Invalid));
    assert!(server.arrived().is_empty());
    server
        .client()
        .send_availability(&days[..100])
        .await
        .unwrap();
}

#[tokio::test]
async fn a_resource_is_sent_without_the_fields_it_does_not_have() {
    let server = Server::start().await;
    let resources = [
        Resource {
            id: PmsResourceId::parse("12").unwrap(),
            name: "Dr Sample (Dentist)".to_owned(),
            title: Some("Dr".to_owned()),
            first_name: Some("Testa".to_owned()),
            last_name: Some("Sample".to_owned()),
        },
        Resource {
            id: PmsResourceId::parse("room/2").unwrap(),
            name: "Room 2".to_owned(),
            title: Some(String::new()),
            first_name: None,
            last_name: None,
        },
    ];
    server.client().send_resources(&resources).await.unwrap();
    let call = server.last();
    assert_eq!(call.path, "/pms-api/v1/config/pmsResources/snapshot");
    assert_eq!(
        call.text(),
        concat!(
            r#"[{"pmsResourceId":"12","pmsResourceName":"Dr Sample (Dentist)","#,
            r#""pmsPractitionerTitle":"Dr","pmsPractitionerFirstname":"Testa","#,
            r#""pmsPractitionerLastname":"Sample"},"#,
            r#"{"pmsResourceId":"room/2","pmsResourceName":"Room 2"}]"#
        )
    );
}

fn kind(id: &str, seconds: Option<u64>, resource: Option<&str>) -> AppointmentType {
    AppointmentType {
        id: PmsAppointmentTypeId::parse(id).unwrap(),
        name: format!("Type {id}"),
        length: seconds.map(Duration::from_secs),
        resource: resource.map(|id| PmsResourceId::parse(id).unwrap()),
    }
}

#[tokio::test]
async fn the_length_of_an_appointment_type_is_a_whole_number_of_minutes() {
    let server = Server::start().await;
    let types = [
        kind("a", Some(45 * 60), None),
        kind("b", Some(61), None),
        kind("c", Some(0), None),
        kind("d", None, None),
    ];
    server
        .client()
        .send_appointment_types(&types)
        .await
        .unwrap();
    let call = server.last();
    assert_eq!(call.path, "/pms-api/v1/config/pmsAppointmentTypes/snapshot");
    assert_eq!(
        call.text(),
        concat!(
            r#"[{"pmsAppointmentTypeId":"a","pmsAppointmentTypeName":"Type a","pmsAppointmentLength":45},"#,
            r#"{"pmsAppointmentTypeId":"b","pmsAppointmentTypeName":"Type b","pmsAppointmentLength":2},"#,
            r#"{"pmsAppointmentTypeId":"c","pmsAppointmentTypeName":"Type c"},"#,
            r#"{"pmsAppointmentTypeId":"d","pmsAppointmentTypeName":"Type d"}]"#
        )
    );
}

#[tokio::test]
async fn a_type_available_to_all_has_no_resource_and_one_per_resource_has_its_own_id() {
    let server = Server::start().await;
    let types = [
        kind("G1235", None, None),
        kind("G1235:12", None, Some("12")),
    ];
    server
        .client()
        .send_appointment_types(&types)
        .await
        .unwrap();
    assert_eq!(
        server.last().text(),
        concat!(
            r#"[{"pmsAppointmentTypeId":"G1235","pmsAppointmentTypeName":"Type G1235"},"#,
            r#"{"pmsAppointmentTypeId":"G1235:12","pmsAppointmentTypeName":"Type G1235:12","#,
            r#""pmsResourceId":"12"}]"#
        )
    );
}

#[tokio::test]
async fn the_liveness_contract_names_every_day() {
    let server = Server::start().await;
    let mut days: [Vec<TimeRange>; 7] = Default::default();
    days[0] = vec![
        TimeRange::new(time("08:00"), time("12:00")).unwrap(),
        TimeRange::new(time("13:00"), time("24:00")).unwrap(),
    ];
    let hours = LiveHours::new(days, Vec::new());
    server
        .client()
        .send_liveness_contract(&hours)
        .await
        .unwrap();
    let call = server.last();
    assert_eq!(call.path, "/pms-api/v1/config/livenessContract");
    assert_eq!(
        call.text(),
        concat!(
            r#"{"liveHours":{"monday":[{"start":"08:00","end":"12:00"},"#,
            r#"{"start":"13:00","end":"23:59"}],"tuesday":[],"wednesday":[],"thursday":[],"#,
            r#""friday":[],"saturday":[],"sunday":[],"publicHolidays":[]}}"#
        )
    );
}

#[tokio::test]
async fn answers_to_bookings_and_updates_are_as_defined() {
    let server = Server::start().await;
    let client = server.client();
    let place = Place {
        appointments: vec![
            PmsAppointmentId::parse("A-1").unwrap(),
            PmsAppointmentId::parse("A-2").unwrap(),
        ],
        patient: PmsPatientId::parse("P-1").unwrap(),
    };
    let links = TelehealthLinks {
        patient_appointment_link: Some("https://telehealth.example/1".to_owned()),
        ..TelehealthLinks::default()
    };
    let (request, late) = (RequestId::new(9), "a\nb");
    client.confirm_insert(BOOKING, &place).await.unwrap();
    client
        .confirm_booking_insert(BOOKING, &place, Some(&links))
        .await
        .unwrap();
    client.reject_insert(BOOKING, late).await.unwrap();
    client.reject_insert(BOOKING, "").await.unwrap();
    client.confirm_update(BOOKING, request).await.unwrap();
    client.reject_update(BOOKING, request, late).await.unwrap();
    client.report_cancelled(BOOKING, late).await.unwrap();
    client.report_did_not_attend(BOOKING, late).await.unwrap();
    client.report_no_change(BOOKING).await.unwrap();
    let expected = [
        (
            "confirmInsert",
            r#"{"pmsAppointmentIds":["A-1","A-2"],"pmsPatientId":"P-1"}"#,
        ),
        (
            "confirmInsert",
            concat!(
                r#"{"pmsAppointmentIds":["A-1","A-2"],"pmsPatientId":"P-1","#,
                r#""patientAppointmentLink":"https://telehealth.example/1"}"#
            ),
        ),
        ("rejectInsert", r#"{"reason":"a b"}"#),
        ("rejectInsert", "{}"),
        ("confirmUpdate/9", ""),
        ("rejectUpdate/9", r#"{"reason":"a b"}"#),
        ("cancel", r#"{"reason":"a b"}"#),
        ("didNotAttend", r#"{"reason":"a b"}"#),
        ("noPmsAppointmentChange", ""),
    ];
    let arrived = server.arrived();
    assert_eq!(arrived.len(), expected.len());
    for (call, (path, body)) in arrived.iter().zip(expected) {
        assert_eq!(call.path, format!("/pms-api/v1/bookings/154/{path}"));
        assert_eq!(call.method, "POST", "{path}");
        assert_eq!(call.text(), body, "{path}");
    }
}

#[tokio::test]
async fn a_subscription_is_as_defined() {
    let server = Server::answering(201, r#"{"id": "db26bebd-63f3"}"#).await;
    let new = NewSubscription {
        topic: Topic::EveryRequest,
        callback_url: "https://acme.example/hook?a=b".parse().unwrap(),
        client_id: Some(SecretString::from("unguessable")),
        start_at: None,
        expire_at: Some(Utc.with_ymd_and_hms(2026, 12, 1, 3, 4, 5).unwrap()),
    };
    server.client().create_subscription(&new).await.unwrap();
    let call = server.last();
    assert_eq!(call.path, "/pms-api/v1/subscription");
    assert_eq!(
        call.text(),
        concat!(
            r#"{"topic":"requests.*","callbackUrl":"https://acme.example/hook?a=b","#,
            r#""expireAt":"2026-12-01 03:04:05","clientId":"unguessable"}"#
        )
    );
    server.then(400, r#"{"error": "clientId unguessable is taken"}"#);
    let error = server.client().create_subscription(&new).await.unwrap_err();
    assert!(!format!("{error:?} {new:?}").contains("unguessable"));
}
