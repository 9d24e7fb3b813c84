//! What is sent of documents and patients, byte for byte.

use std::time::{Duration, Instant};

use chrono::{NaiveDate, TimeZone, Utc};

use super::server::{After, RawServer, Server, client, limits, settings};
use crate::domain::civil::{LocalDateTime, TimeOfDay};
use crate::domain::client_day::{
    ClientAppointment, ClientDay, ClientPatient, DayOf, InUse, Listed,
};
use crate::domain::diary::Standing;
use crate::domain::document::{Content, Document, DocumentType};
use crate::domain::id::{
    BookingId, PmsAppointmentId, PmsAppointmentTypeId, PmsDocumentId, PmsLocationId, PmsPatientId,
    PmsPractitionerId, RequestId,
};
use crate::domain::redacted::Redacted;
use crate::healthengine::{ClientLimits, ExtraRequests, Verdict};

const BOOKING: BookingId = BookingId::new(154);

fn document() -> Document {
    Document {
        id: PmsDocumentId::parse("D-1").unwrap(),
        kind: DocumentType::Referral,
        name: Some(Redacted::new("Referral of Testa".to_owned())),
        description: None,
        format: Some("application/pdf".to_owned()),
        size: Some(3),
        created_at: Utc.with_ymd_and_hms(2026, 11, 20, 1, 2, 3).single(),
        updated_at: None,
    }
}

#[tokio::test]
async fn documents_are_as_defined() {
    let server = Server::start().await;
    let client = server.client();
    let id = PmsDocumentId::parse("D-1").unwrap();
    let document = document();
    let metadata = concat!(
        r#"{"bookingId":154,"pmsDocumentId":"D-1","documentType":"referral","#,
        r#""documentName":"Referral of Testa","documentFormat":"application/pdf","#,
        r#""documentSize":3,"createdAt":"2026-11-20 01:02:03""#
    );
    client
        .send_available_documents(&[(BOOKING, document.clone())])
        .await
        .unwrap();
    assert_eq!(server.last().text(), format!("[{metadata}}}]"));
    let content = Content::new(vec![0, 1, 2]);
    client
        .send_document(BOOKING, &document, content)
        .await
        .unwrap();
    let call = server.last();
    assert_eq!(call.path, "/pms-api/v1/documents/upload");
    assert_eq!(
        call.text(),
        format!(r#"{metadata},"documentContent":"AAEC"}}"#)
    );
    client.reject_upload(BOOKING, &id, "gone").await.unwrap();
    let call = server.last();
    assert_eq!(call.path, "/pms-api/v1/documents/rejectUpload");
    assert_eq!(
        call.text(),
        r#"{"bookingId":154,"pmsDocumentId":"D-1","reason":"gone"}"#
    );
    let request = RequestId::new(7);
    client
        .confirm_attach_document(request, Some(&id))
        .await
        .unwrap();
    assert_eq!(server.last().text(), r#"{"pmsDocumentId":"D-1"}"#);
    client.confirm_attach_document(request, None).await.unwrap();
    assert_eq!(server.last().text(), "{}");
    client
        .reject_attach_document(request, "no such patient")
        .await
        .unwrap();
    let call = server.last();
    assert_eq!(call.path, "/pms-api/v1/attachDocuments/7/rejectInsert");
    assert_eq!(call.text(), r#"{"reason":"no such patient"}"#);
}

fn snapshot() -> ClientDay {
    let date = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    let text = |text: &str| Redacted::new(text.to_owned());
    let at = |text| LocalDateTime::new(date, TimeOfDay::parse(text).unwrap());
    ClientDay {
        date,
        by: DayOf::Appointment,
        locations: vec![Listed {
            id: PmsLocationId::parse("L1").unwrap(),
            name: "Harbour".to_owned(),
            use_now: InUse::Active,
        }],
        practitioners: vec![Listed {
            id: PmsPractitionerId::parse("12").unwrap(),
            name: "Dr Sample".to_owned(),
            use_now: InUse::Inactive,
        }],
        appointment_types: vec![],
        appointments: vec![ClientAppointment {
            id: PmsAppointmentId::parse("A-1").unwrap(),
            patient: PmsPatientId::parse("P-1").unwrap(),
            practitioner: PmsPractitionerId::parse("12").unwrap(),
            appointment_type: PmsAppointmentTypeId::parse("a").unwrap(),
            created: at("08:00"),
            start: at("09:00"),
            length: Duration::from_secs(45 * 60),
            standing: Standing::DidNotAttend,
        }],
        patients: vec![ClientPatient {
            id: PmsPatientId::parse("P-1").unwrap(),
            given_name: text("Testa"),
            surname: text("Sample-17"),
            preferred_name: None,
            mobile: Some(text("0491 570 156")),
            home_phone: None,
            work_phone: None,
            sms_consent: Some(true),
            is_16_or_younger: Some(false),
            created: at("07:00"),
        }],
    }
}

#[tokio::test]
async fn a_client_snapshot_is_as_defined_and_its_length_is_in_minutes() {
    let server = Server::start().await;
    server
        .client()
        .send_client_snapshot(&snapshot())
        .await
        .unwrap();
    let call = server.last();
    assert_eq!(call.path, "/pms-api/v1/clientSnapshot");
    assert_eq!(
        call.text(),
        concat!(
            r#"{"date":"2026-11-23","dateType":"appt_datetime","locations":[{"pmsLocationId":"L1","#,
            r#""pmsLocationName":"Harbour","pmsLocationStatus":"active"}],"practitioners":["#,
            r#"{"pmsPractitionerId":"12","pmsPractitionerName":"Dr Sample","#,
            r#""pmsPractitionerStatus":"inactive"}],"appointmentTypes":[],"appointments":["#,
            r#"{"pmsAppointmentId":"A-1","pmsPatientId":"P-1","pmsPractitionerId":"12","#,
            r#""pmsAppointmentTypeId":"a","pmsAppointmentCreationTime":"2026-11-23 08:00:00","#,
            r#""pmsAppointmentTime":"2026-11-23 09:00:00","pmsAppointmentLength":45,"#,
            r#""pmsAppointmentStatus":"patient-dna"}],"patients":[{"pmsPatientId":"P-1","#,
            r#""pmsPatientFirstname":"Testa","pmsPatientLastname":"Sample-17","#,
            r#""pmsPatientPhoneMobile":"0491 570 156","pmsPatientSmsConsent":true,"#,
            r#""pmsPatientAge16AndUnder":false,"pmsPatientCreationTime":"2026-11-23 07:00:00"}]}"#
        )
    );
}

#[tokio::test]
async fn an_error_about_a_person_does_not_repeat_healthengines_words() {
    let server = Server::answering(400, r#"{"error": "0491 570 156 is no phone"}"#).await;
    let error = server.client().send_client_snapshot(&snapshot()).await;
    assert_eq!(error.unwrap_err().detail, "answered 400");
}

#[tokio::test]
async fn a_large_document_is_compressed_and_arrives_whole() {
    let server = Server::start().await;
    let content = Content::new([0, 1, 2].repeat(100_000));
    let sent = server
        .client()
        .send_document(BOOKING, &document(), content)
        .await;
    sent.unwrap();
    let call = server.last();
    assert_eq!(call.header("content-encoding"), Some("gzip"));
    assert!(call.text().contains(&"AAEC".repeat(100_000)));
}

#[tokio::test]
async fn a_document_has_more_room_than_other_answers_and_still_a_bound() {
    let server = Server::start().await;
    let client = server.client();
    let most = 64 * 1024 * 1024;
    let request = RequestId::new(7);
    server.then(
        200,
        format!(
            r#"{{"documentContent": "{}"}}"#,
            "A".repeat(2 * 1024 * 1024)
        ),
    );
    client.fetch_attach_document(request).await.unwrap();
    server.then(200, "A".repeat(most + 1));
    let error = client.fetch_attach_document(request).await.unwrap_err();
    assert_eq!(error.verdict, Verdict::Garbled);
    assert_eq!(error.detail, format!("the answer is over {most} bytes"));
}

#[tokio::test]
async fn a_document_has_four_times_the_usual_time() {
    let server = RawServer::start(b"", After::Hold).await;
    let mut settings = settings(&server.address);
    settings.limits = ClientLimits {
        total_timeout: Duration::from_millis(40),
        ..limits()
    };
    let client = client(&settings);
    let started = Instant::now();
    let error = client.fetch_attach_document(RequestId::new(7)).await;
    assert_eq!(error.unwrap_err().verdict, Verdict::Unknown);
    assert!(started.elapsed() >= Duration::from_millis(160));
}
