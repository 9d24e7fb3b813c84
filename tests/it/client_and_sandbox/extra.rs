//! The extra features: off until enabled, and then to be answered.

use std::time::Duration;

use healthengine_connector::domain::civil::{LocalDateTime, TimeOfDay};
use healthengine_connector::domain::client_day::{
    ClientAppointment, ClientDay, ClientPatient, DayOf, InUse, Listed,
};
use healthengine_connector::domain::clock::Clock;
use healthengine_connector::domain::diary::Standing;
use healthengine_connector::domain::document::{Content, Document, DocumentType};
use healthengine_connector::domain::id::{
    FeatureId, PmsAppointmentId, PmsDocumentId, PmsLocationId, PmsPractitionerId,
};
use healthengine_connector::domain::redacted::Redacted;
use healthengine_connector::healthengine::{ExtraRequests, Healthengine, Verdict};
use healthengine_connector::sandbox::{Ask, Attachment, DateType};

use super::{FixedClock, Pair, monday, place, types};

#[tokio::test]
async fn documents_are_offered_uploaded_and_refused() {
    let pair = Pair::linked().await;
    let client = &pair.client;
    pair.enable("documents").await;
    let booking = pair.book();
    client.confirm_insert(booking, &place()).await.unwrap();
    let document = |id| Document {
        id: PmsDocumentId::parse(id).unwrap(),
        kind: DocumentType::Scripts,
        name: Some(Redacted::new("Script".to_owned())),
        description: None,
        format: Some("application/pdf".to_owned()),
        size: Some(3),
        created_at: Some(FixedClock.now()),
        updated_at: None,
    };
    let number = booking.number();
    pair.ask(Ask::AvailableDocuments { booking: number });
    assert_eq!(client.fetch_available_documents().await.unwrap().len(), 1);
    let documents = ["D-1", "D-2"].map(|id| (booking, document(id)));
    client.send_available_documents(&documents).await.unwrap();
    for document in ["D-1", "D-2"] {
        pair.ask(Ask::UploadDocuments {
            booking: number,
            document: document.to_owned(),
        });
    }
    let wanted = client.fetch_upload_documents().await.unwrap();
    assert_eq!(wanted.len(), 2);
    let content = Content::new(vec![0, 1, 2]);
    let (_, document) = &documents[0];
    client
        .send_document(booking, document, content)
        .await
        .unwrap();
    client
        .reject_upload(booking, &documents[1].1.id, "withdrawn")
        .await
        .unwrap();
    pair.finish().await;
}

#[tokio::test]
async fn a_client_snapshot_is_taken() {
    let pair = Pair::linked().await;
    pair.enable("clientSnapshots").await;
    pair.ask(Ask::ClientSnapshots {
        date: monday(),
        date_type: DateType::Appointment,
    });
    let asked = pair.client.fetch_client_snapshots().await.unwrap();
    let text = |text: &str| Redacted::new(text.to_owned());
    let at = LocalDateTime::new(monday(), TimeOfDay::parse("09:00").unwrap());
    let snapshot = ClientDay {
        date: asked[0].date,
        by: asked[0].by,
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
        appointment_types: vec![Listed {
            id: types()[0].id.clone(),
            name: "Check-up".to_owned(),
            use_now: InUse::Active,
        }],
        appointments: vec![ClientAppointment {
            id: PmsAppointmentId::parse("A-1").unwrap(),
            patient: place().patient,
            practitioner: PmsPractitionerId::parse("12").unwrap(),
            appointment_type: types()[0].id.clone(),
            created: at,
            start: at,
            length: Duration::from_secs(30 * 60),
            standing: Standing::InConsult,
        }],
        patients: vec![ClientPatient {
            id: place().patient,
            given_name: text("Testa"),
            surname: text("Sample-17"),
            preferred_name: None,
            mobile: Some(text("0491 570 156")),
            home_phone: None,
            work_phone: None,
            sms_consent: Some(true),
            is_16_or_younger: None,
            created: at,
        }],
    };
    assert_eq!(snapshot.by, DayOf::Appointment);
    pair.client.send_client_snapshot(&snapshot).await.unwrap();
    pair.finish().await;
}

#[tokio::test]
async fn a_document_is_fetched_confirmed_and_then_gone() {
    let pair = Pair::linked().await;
    let client = &pair.client;
    pair.enable("attachDocuments").await;
    for content in ["first", "second"] {
        pair.ask(Ask::AttachDocuments(Box::new(Attachment {
            pms_patient_id: "P-1".to_owned(),
            name: Some("New Patient Form".to_owned()),
            content: content.to_owned(),
            ..Attachment::default()
        })));
    }
    let waiting = client.fetch_attach_documents().await.unwrap();
    assert_eq!(waiting.len(), 2);
    let (first, second) = (waiting[0].request, waiting[1].request);
    assert_eq!(waiting[0].metadata.pms_patient, Some(place().patient));
    let document = client.fetch_attach_document(first).await.unwrap();
    assert_eq!(document.content.bytes(), b"first");
    assert_eq!(document.metadata, waiting[0].metadata);
    let id = PmsDocumentId::parse("D-1").unwrap();
    client
        .confirm_attach_document(first, Some(&id))
        .await
        .unwrap();
    let again = client.fetch_attach_document(first).await.unwrap_err();
    assert!(matches!(again.verdict, Verdict::Refused(_)), "{again}");
    client
        .reject_attach_document(second, "no such patient")
        .await
        .unwrap();
    pair.finish().await;
}

#[tokio::test]
async fn a_feature_is_switched_on_and_off() {
    let pair = Pair::start().await;
    let client = &pair.client;
    let features = client.fetch_features().await.unwrap();
    assert!(features.len() >= 3 && features.iter().all(|feature| !feature.enabled));
    pair.enable("documents").await;
    let id = FeatureId::parse("documents").unwrap();
    assert!(client.fetch_feature(&id).await.unwrap().enabled);
    client.disable_feature(&id).await.unwrap();
    assert!(!client.fetch_feature(&id).await.unwrap().enabled);
    pair.finish().await;
}
