//! What is read, however it is written; each of Healthengine's traps once.

use chrono::{NaiveDate, TimeZone, Utc};
use serde_json::{Value, json};

use super::server::Server;
use crate::domain::availability::FreeDay;
use crate::domain::booking::{Booking, BookingStatus};
use crate::domain::id::{BookingId, PmsAppointmentId, PmsResourceId, RequestId};
use crate::domain::patient::Gender;
use crate::healthengine::{AvailabilityRequest, Healthengine, Pending, SnapshotOutcome};

fn whole() -> Value {
    json!({
        "bookingId": 154,
        "pmsResourceId": "12",
        "pmsAppointmentTypeId": "G1235:12",
        "pmsAppointmentIds": [],
        "pmsPatientId": null,
        "bookedTime": "2026-11-21 01:59:50",
        "bookingStatus": "Requested",
        "pmsAppointmentTime": "2026-11-23 09:30:00",
        "pmsAppointmentLength": 900,
        "reason": "first line\nsecond line",
        "comments": "Check-up",
        "patient": {
            "firstname": "Testa", "lastname": "Sample-17", "dob": "03-02-2001",
            "phone": "0491 570 156", "email": "testa@example.com", "address": "1 Sample St",
            "suburb": "Sampleton", "state": "NSW", "postcode": "2000", "gender": "Female",
            "medicareNumber": "2000 00000 1", "medicareIrn": "1", "medicareExpiry": "05/2027",
        },
        "telehealthUrl": null,
        "isNewPatient": true,
        "aFieldOfTomorrow": {"a": [1]},
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut booking = whole();
    booking[field] = value;
    booking
}

async fn fetched(bookings: &[Value]) -> Vec<Pending<Booking>> {
    let server = Server::answering(200, &json!({"data": bookings}).to_string()).await;
    server.client().fetch_bookings().await.unwrap()
}

async fn read(booking: Value) -> Booking {
    match fetched(&[booking]).await.pop().unwrap() {
        Pending::Readable(booking) => booking,
        Pending::Unreadable { problem, .. } => panic!("{problem}"),
    }
}

async fn problem(booking: Value) -> String {
    match fetched(&[booking]).await.pop().unwrap() {
        Pending::Unreadable { booking, problem } => {
            assert_eq!(booking, BookingId::new(154));
            problem
        }
        Pending::Readable(_) => panic!("it is readable"),
    }
}

#[tokio::test]
async fn a_booking_is_read_in_full() {
    let booking = read(whole()).await;
    assert_eq!(booking.id, BookingId::new(154));
    assert_eq!(booking.resource, PmsResourceId::parse("12").ok());
    assert_eq!(booking.status, BookingStatus::Requested);
    assert_eq!(booking.is_new_patient, Some(true));
    let reason = booking.reason.unwrap();
    assert_eq!(reason.reveal(), "first line\nsecond line");
    let patient = booking.patient;
    assert_eq!(patient.given_name.unwrap().reveal(), "Testa");
    assert_eq!(*patient.gender.unwrap().reveal(), Gender::Female);
    let medicare = patient.medicare.unwrap();
    assert_eq!(medicare.reveal().number, "2000000001");
    assert_eq!(medicare.reveal().expiry.as_deref(), Some("05/2027"));
}

#[tokio::test]
async fn the_booked_time_is_utc_and_the_appointment_time_is_practice_local() {
    let booking = read(whole()).await;
    let booked = Utc.with_ymd_and_hms(2026, 11, 21, 1, 59, 50).single();
    assert_eq!(booking.booked_at, booked);
    assert_eq!(booking.start.to_string(), "2026-11-23 09:30:00");
}

#[tokio::test]
async fn the_length_of_a_booking_is_in_seconds() {
    for length in [json!(900), json!("900"), json!(900.0)] {
        let booking = read(with("pmsAppointmentLength", length)).await;
        assert_eq!(booking.length.unwrap().as_secs(), 900);
    }
    for length in [json!(null), json!(0), json!(-900), json!("long")] {
        let booking = read(with("pmsAppointmentLength", length)).await;
        assert_eq!(booking.length, None);
    }
}

#[tokio::test]
async fn the_date_of_birth_is_day_month_year() {
    let dob = read(whole()).await.patient.date_of_birth.unwrap();
    assert_eq!(Some(*dob.reveal()), NaiveDate::from_ymd_opt(2001, 2, 3));
    let mut booking = whole();
    booking["patient"]["dob"] = json!("31-02-2001");
    assert_eq!(read(booking).await.patient.date_of_birth, None);
}

#[tokio::test]
async fn ids_may_be_numbers_or_text_and_pms_ids_are_text() {
    let booking = read(with("bookingId", json!("154"))).await;
    assert_eq!(booking.id, BookingId::new(154));
    let booking = read(with("pmsResourceId", json!(12))).await;
    assert_eq!(booking.resource, PmsResourceId::parse("12").ok());
    let booking = read(with("pmsAppointmentIds", json!([7, "8", null, {}]))).await;
    let ids: Vec<_> = booking
        .appointments
        .iter()
        .map(PmsAppointmentId::as_str)
        .collect();
    assert_eq!(ids, ["7", "8"]);
}

#[tokio::test]
async fn any_nullable_field_may_be_null_or_missing() {
    let all = whole();
    let needed = ["bookingId", "pmsAppointmentTime", "patient"];
    for field in all.as_object().unwrap().keys() {
        if needed.contains(&field.as_str()) {
            continue;
        }
        read(with(field, Value::Null)).await;
        let mut missing = whole();
        missing.as_object_mut().unwrap().remove(field);
        read(missing).await;
    }
    for field in all["patient"].as_object().unwrap().keys() {
        for nothing in [json!(null), json!(""), json!({})] {
            let mut booking = whole();
            booking["patient"][field] = nothing;
            read(booking).await;
        }
    }
    let bare = json!({"bookingId": 154, "pmsAppointmentTime": "2026-11-23T09:30", "patient": {}});
    assert_eq!(read(bare).await.status, BookingStatus::Requested);
}

#[tokio::test]
async fn a_null_resource_means_that_it_was_removed() {
    for nothing in [json!(null), json!(""), json!("  ")] {
        assert_eq!(read(with("pmsResourceId", nothing)).await.resource, None);
    }
    assert_eq!(
        problem(with("pmsResourceId", json!({"id": 12}))).await,
        "pmsResourceId is missing or is not an id"
    );
}

#[tokio::test]
async fn unknown_words_are_kept() {
    let booking = read(with("bookingStatus", json!("Waitlisted"))).await;
    assert_eq!(
        booking.status,
        BookingStatus::Other("Waitlisted".to_owned())
    );
    let booking = read(with("bookingStatus", json!("cancelled"))).await;
    assert_eq!(booking.status, BookingStatus::Cancelled);
}

#[tokio::test]
async fn a_booking_out_of_shape_is_given_back_by_its_id_and_never_hides_the_others() {
    let broken = with("pmsAppointmentTime", json!("0491 570 156"));
    let other = with("bookingId", json!(155));
    let pending = fetched(&[broken.clone(), json!({"patient": {}}), json!(7), other]).await;
    assert_eq!(pending.len(), 2, "what has no id is left out");
    assert!(matches!(pending[1], Pending::Readable(_)));
    let problem = problem(broken).await;
    assert_eq!(
        problem,
        "pmsAppointmentTime is missing or is not a date and time"
    );
}

#[tokio::test]
async fn a_booking_that_cannot_even_be_held_is_given_back_by_its_id() {
    let body = r#"{"data": [{"bookingId": 154, "pmsAppointmentLength": 1e999},
        {"bookingId": "155", "reason": "\ud800"}]}"#;
    let server = Server::answering(200, body).await;
    let pending = server.client().fetch_bookings().await.unwrap();
    let ids: Vec<_> = pending
        .iter()
        .map(|pending| match pending {
            Pending::Unreadable { booking, .. } => booking.number(),
            Pending::Readable(_) => 0,
        })
        .collect();
    assert_eq!(ids, [154, 155]);
}

#[tokio::test]
async fn a_booking_update_needs_its_two_ids_only() {
    let server = Server::start().await;
    let updates = json!({"data": [
        {"requestId": "9", "bookingId": 154, "bookingStatus": "Cancelled",
         "updatedAt": "2026-11-21T01:00:00.000Z", "pmsAppointmentIds": null},
        {"requestId": 10, "bookingId": "155", "updatedAt": "soon"},
        {"requestId": 11},
    ]});
    server.then(200, updates.to_string());
    let updates = server.client().fetch_booking_updates().await.unwrap();
    assert_eq!(updates.len(), 2);
    assert_eq!(updates[0].request, RequestId::new(9));
    assert_eq!(updates[0].status, BookingStatus::Cancelled);
    assert_eq!(
        updates[0].updated_at,
        Utc.with_ymd_and_hms(2026, 11, 21, 1, 0, 0).single()
    );
    assert_eq!(updates[1].updated_at, None);
    assert!(matches!(updates[1].status, BookingStatus::Other(_)));
}

#[tokio::test]
async fn an_availability_request_names_its_resource_in_either_spelling() {
    let server = Server::start().await;
    let days = json!({"data": [
        {"day": "2026-11-23"},
        {"day": "2026-11-23", "pms_resource_id": 12},
        {"day": "2026-11-23", "pms_resource_id": "99", "pmsResourceId": "13"},
        {"day": "2026-11-23 00:00:00", "pmsResourceId": "12"},
        {"day": "tomorrow", "pmsResourceId": "12"},
    ]});
    server.then(200, days.to_string());
    let requests = server.client().fetch_availability_requests().await;
    let day = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    let expected = [None, Some("12"), Some("13")].map(|resource| AvailabilityRequest {
        day,
        resource: resource.map(|id| PmsResourceId::parse(id).unwrap()),
    });
    assert_eq!(requests.unwrap(), expected, "each once");
}

fn three_days() -> Vec<FreeDay> {
    ["12", "13", "2"]
        .iter()
        .map(|id| FreeDay {
            resource: PmsResourceId::parse(id).unwrap(),
            date: NaiveDate::from_ymd_opt(2026, 11, 23).unwrap(),
            free: Vec::new(),
        })
        .collect()
}

async fn outcome(answer: Value) -> Vec<(usize, String)> {
    let server = Server::answering(200, &answer.to_string()).await;
    let SnapshotOutcome { failed } = server
        .client()
        .send_availability(&three_days())
        .await
        .unwrap();
    failed
}

#[tokio::test]
async fn a_200_can_hide_failures_by_snapshot_id_or_by_index() {
    assert_eq!(outcome(json!({})).await, []);
    assert_eq!(
        outcome(json!({"existing": ["2026-11-23/12"], "created": [1, "2"], "failed": null})).await,
        [],
        "an unchanged snapshot counts as taken"
    );
    let answer = json!({
        "failed": ["2026-11-23/13", "2", 0],
        "errors": [{"snapshot": "2026-11-23/13", "error": "unknown\nresource"},
                   {"snapshot": 2, "error": "overlap"}],
    });
    assert_eq!(
        outcome(answer).await,
        [
            (0, "no reason given".to_owned()),
            (1, "unknown resource".to_owned()),
            (2, "overlap".to_owned()),
        ]
    );
    let answer = json!({"errors": [{"snapshot": "1", "error": "overlap"}]});
    assert_eq!(outcome(answer).await, [(1, "overlap".to_owned())]);
}

#[tokio::test]
async fn a_failure_that_cannot_be_placed_leaves_only_what_is_said_to_be_taken() {
    let answer = json!({"created": [0], "existing": ["2026-11-23/13"], "failed": ["?"]});
    assert_eq!(outcome(answer).await, [(2, "no reason given".to_owned())]);
    let answer = json!({"created": [0], "errors": [{"error": "too many"}]});
    assert_eq!(
        outcome(answer).await,
        [(1, "too many".to_owned()), (2, "too many".to_owned())]
    );
}
