use super::*;
use crate::domain::booking::Place;
use crate::domain::document::{Attachment, Content, DocumentType};
use crate::domain::id::{AttachmentKey, PmsAppointmentId, PmsDocumentId, PmsPatientId};
use crate::pms::PmsError;
use crate::pms::diary::Paper;

fn paper(appointment: &str, bytes: &[u8]) -> Paper {
    Paper {
        appointment: PmsAppointmentId::parse(appointment).unwrap(),
        kind: DocumentType::Referral,
        name: Redacted::new("Referral of Sample-1".to_owned()),
        description: None,
        format: "application/pdf".to_owned(),
        content: Content::new(bytes.to_vec()),
    }
}

fn attachment(patient: &PmsPatientId, bytes: Vec<u8>) -> Attachment {
    Attachment {
        patient: patient.clone(),
        appointment: PmsAppointmentId::parse("1").ok(),
        kind: Some("NEW PATIENT FORM".to_owned()),
        name: None,
        description: None,
        format: None,
        created_at: None,
        content: Content::new(bytes),
    }
}

async fn booked(adapter: &dyn PmsAdapter, n: &str, time: &str) -> Place {
    let wanted = wanted("dora-a", DAY, time, 30);
    let booked = adapter.book(&key(n), &wanted, LIMIT).await.unwrap();
    Place {
        appointments: booked.appointments,
        patient: booked.patient,
    }
}

#[tokio::test]
async fn an_offered_document_is_told_by_the_feed_listed_and_read() {
    let practice = Practice::new();
    let adapter = practice.adapter(&[]);
    let place = booked(&*adapter, "a", "09:00").await;
    let cursor = adapter.changes(None, LIMIT).await.unwrap().cursor;
    assert_eq!(adapter.documents(&place, LIMIT).await, Ok(Vec::new()));

    let bytes: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    let number = practice.desk().offer(&paper("1", &bytes)).unwrap();
    let changes = adapter.changes(Some(&cursor), LIMIT).await.unwrap();
    assert_eq!(changes.days, [(id("dora-a"), date(DAY))]);

    let documents = adapter.documents(&place, LIMIT).await.unwrap();
    let [document] = documents.as_slice() else {
        panic!("{documents:?}");
    };
    assert_eq!(document.id.as_str(), number);
    assert_eq!(document.kind, DocumentType::Referral);
    assert_eq!(document.size, Some(1_200_000));
    let content = adapter.document(&document.id, LIMIT).await.unwrap();
    assert_eq!(content.unwrap().bytes(), bytes);
    let none = PmsDocumentId::parse("77").unwrap();
    assert_eq!(adapter.document(&none, LIMIT).await, Ok(None));
}

#[tokio::test]
async fn a_document_is_its_own_patients_and_its_own_locations() {
    let practice = Practice::new();
    let adapter = practice.adapter(&[]);
    let place = booked(&*adapter, "a", "09:00").await;
    let other = booked(&*adapter, "b", "10:00").await;
    practice.desk().offer(&paper("1", b"abc")).unwrap();
    assert_eq!(adapter.documents(&other, LIMIT).await, Ok(Vec::new()));
    let crossed = Place {
        appointments: place.appointments.clone(),
        patient: other.patient,
    };
    assert_eq!(adapter.documents(&crossed, LIMIT).await, Ok(Vec::new()));
    let south = practice.adapter(&["south"]);
    assert_eq!(south.documents(&place, LIMIT).await, Ok(Vec::new()));
    let nowhere = practice.desk().offer(&paper("77", b"abc"));
    assert!(matches!(nowhere, Err(DiaryError::Refused(_))));
}

#[tokio::test]
async fn what_a_patient_handed_in_stands_once_and_is_never_offered() {
    let practice = Practice::new();
    let adapter = practice.adapter(&[]);
    let place = booked(&*adapter, "a", "09:00").await;
    let key = AttachmentKey::parse("HE-1-document-7").unwrap();
    let bytes = vec![7; 200_000];
    let mut ids = Vec::new();
    for _ in 0..3 {
        let attachment = attachment(&place.patient, bytes.clone());
        ids.push(adapter.attach(&key, attachment, LIMIT).await.unwrap());
    }
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let lines = practice.desk().documents().unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].appointment.as_deref(), Some("1"));
    assert_eq!(lines[0].size, 200_000);
    assert_eq!(practice.desk().content(&ids[0]).unwrap().bytes(), bytes);
    assert_eq!(adapter.documents(&place, LIMIT).await, Ok(Vec::new()));
    assert_eq!(adapter.document(&ids[0], LIMIT).await, Ok(None));

    let stranger = PmsPatientId::parse("nobody").unwrap();
    let other = AttachmentKey::parse("HE-1-document-8").unwrap();
    let refused = adapter.attach(&other, attachment(&stranger, vec![1]), LIMIT);
    assert!(matches!(refused.await, Err(PmsError::Refused(_))));
    assert_eq!(practice.desk().documents().unwrap().len(), 1);
}
