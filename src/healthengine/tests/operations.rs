//! The operations that later work will use: where they go, and what they bring back.

use chrono::{TimeZone, Utc};

use super::server::Server;
use crate::domain::client_day::DayOf;
use crate::domain::id::{
    BookingId, FeatureId, PmsAppointmentTypeId, PmsResourceId, RequestId, SubscriptionId,
};
use crate::healthengine::{
    ExtraRequests, Healthengine, Refusal, RequestKind, SubscriptionErrorQuery, Topic, Verdict,
};

#[tokio::test]
async fn what_healthengine_holds_can_be_fetched() {
    let server = Server::start().await;
    let client = server.client();
    let resource = r#"[{"pmsResourceId": 12, "pmsResourceName": "Dr Sample", "x": 1}, {"a": 1}]"#;
    server.then(200, resource);
    assert_eq!(client.fetch_resources().await.unwrap().len(), 1);
    server.then(200, resource);
    let id = PmsResourceId::parse("a&b/12 é").unwrap();
    client.fetch_resource(&id).await.unwrap();
    assert_eq!(
        server.last().path,
        "/pms-api/v1/config/pmsResources/findById?id=a%26b%2F12+%C3%A9"
    );
    let kind = r#"[{"pmsAppointmentTypeId": "a", "pmsAppointmentLength": "45"}]"#;
    server.then(200, kind);
    let types = client.fetch_appointment_types().await.unwrap();
    assert_eq!(types[0].length.unwrap().as_secs(), 45 * 60);
    server.then(200, kind);
    let id = PmsAppointmentTypeId::parse("a").unwrap();
    client.fetch_appointment_type(&id).await.unwrap();
    let contract = r#"{"liveHours": {"monday": [{"start": "8:00", "end": "17:00:00"}, {"end": 5}],
        "tuesday": null, "publicHolidays": []}}"#;
    server.then(200, contract);
    let hours = client.fetch_liveness_contract().await.unwrap();
    assert_eq!(hours.day(0)[0].to_string(), "08:00-17:00");
    server.then(200, "[]");
    let error = client.fetch_liveness_contract().await.unwrap_err();
    assert_eq!(error.verdict, Verdict::Garbled);
}

#[tokio::test]
async fn features_are_listed_switched_on_and_switched_off() {
    let server = Server::start().await;
    let client = server.client();
    let id = FeatureId::parse("attachDocuments").unwrap();
    server.then(
        200,
        r#"[{"id": "attachDocuments", "enabled": "1"}, {"id": "../x"}]"#,
    );
    let features = client.fetch_features().await.unwrap();
    assert_eq!(features.len(), 1);
    assert!(features[0].enabled);
    server.then(200, r#"{"id": "attachDocuments", "enabled": null}"#);
    assert!(!client.fetch_feature(&id).await.unwrap().enabled);
    client.enable_feature(&id).await.unwrap();
    client.disable_feature(&id).await.unwrap();
    let calls: Vec<_> = server
        .arrived()
        .into_iter()
        .map(|call| format!("{} {}", call.method, call.path))
        .collect();
    assert_eq!(
        calls,
        [
            "GET /pms-api/v1/features",
            "GET /pms-api/v1/features/attachDocuments",
            "POST /pms-api/v1/features/attachDocuments/enable",
            "POST /pms-api/v1/features/attachDocuments/disable",
        ]
    );
}

#[tokio::test]
async fn subscriptions_are_listed_fetched_and_deleted() {
    let server = Server::start().await;
    let client = server.client();
    let one = r#"{"id": "db26", "topic": "requests.bookings", "expireAt": "2026-12-01 03:04:05",
        "startAt": null, "clientId": null}"#;
    server.then(200, format!("[{one}]"));
    let subscriptions = client.fetch_subscriptions().await.unwrap();
    assert_eq!(
        subscriptions[0].topic,
        Some(Topic::Requests(RequestKind::Bookings))
    );
    let id = SubscriptionId::parse("db26").unwrap();
    server.then(200, one);
    let expiry = client.fetch_subscription(&id).await.unwrap().expire_at;
    assert_eq!(expiry, Utc.with_ymd_and_hms(2026, 12, 1, 3, 4, 5).single());
    server.then(204, "");
    client.delete_subscription(&id).await.unwrap();
    assert_eq!(server.last().method, "DELETE");
    assert_eq!(server.last().path, "/pms-api/v1/subscription/db26");
    server.then(404, "");
    let error = client.delete_subscription(&id).await.unwrap_err();
    assert_eq!(error.verdict, Verdict::Refused(Refusal::NotFound));
}

#[tokio::test]
async fn the_log_of_undelivered_events_is_asked_for_by_subscription_and_time() {
    let server = Server::start().await;
    server.then(
        200,
        r#"{"data": [{"id": 5, "attempt": "2", "errorMessage": "no\nroute", "payload":
        {"timestamp": "2020-12-05 01:13:55", "data": {"requestType": "bookings", "bookingId": 7}}}],
        "page": {"totalPages": 1}}"#,
    );
    let query = SubscriptionErrorQuery {
        subscription: SubscriptionId::parse("db26").ok(),
        from: Utc.with_ymd_and_hms(2026, 11, 1, 0, 0, 0).single(),
        to: None,
    };
    let client = server.client();
    let errors = client.fetch_subscription_errors(&query).await.unwrap();
    assert_eq!(
        server.last().path,
        "/pms-api/v1/subscriptionErrorLog?subscriptionId=db26&from=2026-11-01+00%3A00%3A00&page=1"
    );
    assert_eq!(errors[0].id, "5");
    assert_eq!(errors[0].attempt, Some(2));
    assert_eq!(errors[0].error_message.as_deref(), Some("no route"));
    assert_eq!(errors[0].request_kind, Some(RequestKind::Bookings));
    assert_eq!(errors[0].booking, Some(BookingId::new(7)));
}

#[tokio::test]
async fn the_lists_of_the_extra_kinds_are_fetched() {
    let server = Server::start().await;
    let client = server.client();
    let question = r#"{"data": [{"bookingId": "7", "pmsAppointmentIds": [1, "2"]}, {"a": 1}]}"#;
    server.then(200, question);
    let changes = client.fetch_appointment_changes().await.unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].appointments.len(), 2);
    server.then(200, question);
    assert_eq!(client.fetch_available_documents().await.unwrap(), changes);
    server.then(200, r#"{"data": [{"bookingId": 7, "pmsDocumentId": "D"}]}"#);
    assert_eq!(client.fetch_upload_documents().await.unwrap().len(), 1);
    server.then(
        200,
        r#"{"data": [{"date": "2026-11-23", "dateType": "appt_creation_datetime"},
        {"date": "2026-11-23", "dateType": "appt_moon"}]}"#,
    );
    let snapshots = client.fetch_client_snapshots().await.unwrap();
    assert_eq!(snapshots.len(), 1);
    assert_eq!(snapshots[0].by, DayOf::Creation);
}

#[tokio::test]
async fn the_list_of_attached_documents_has_no_content_and_one_document_has() {
    let server = Server::start().await;
    let client = server.client();
    server.then(
        200,
        r#"{"data": [{"requestId": 7, "pmsPatientId": 5, "bookingId": null}]}"#,
    );
    let documents = client.fetch_attach_documents().await.unwrap();
    assert_eq!(documents[0].request, RequestId::new(7));
    let content = "A\\/".repeat(2 * 1024 * 1024);
    server.then(
        200,
        format!(r#"{{"documentName": "Form", "documentContent": "{content}", "new": {{}}}}"#),
    );
    let request = RequestId::new(7);
    let document = client.fetch_attach_document(request).await.unwrap();
    assert_eq!(server.last().path, "/pms-api/v1/attachDocuments/7");
    assert!(document.content.bytes().starts_with(&[0x03, 0xf0, 0x3f]));
    assert!(format!("{document:?}").len() < 1000);
    server.then(200, r#"{"documentName": "Form"}"#);
    let error = client.fetch_attach_document(request).await.unwrap_err();
    assert_eq!(error.verdict, Verdict::Garbled);
    server.then(410, "");
    let error = client.fetch_attach_document(request).await.unwrap_err();
    assert_eq!(error.verdict, Verdict::Refused(Refusal::Gone));
}
