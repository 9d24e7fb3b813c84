//! What an adapter promises about documents, where its system takes them.

use std::time::Duration;

use healthengine_connector::domain::booking::Place;
use healthengine_connector::domain::document::{Attachment, Content};
use healthengine_connector::domain::id::{AttachmentKey, PmsDocumentId, PmsPatientId};
use healthengine_connector::domain::redacted::Redacted;
use healthengine_connector::pms::{PmsAdapter, PmsError, Support};
use tokio::task::JoinSet;

use super::bench::{Bench, LIMIT, key};

/// A patient of the practice, with an appointment.
async fn place(bench: &dyn Bench) -> Place {
    let adapter = bench.adapter();
    let booked = adapter.book(&key(0), &bench.wanted(0), LIMIT).await;
    let booked = booked.unwrap();
    Place {
        appointments: booked.appointments,
        patient: booked.patient,
    }
}

fn document_key(n: u32) -> AttachmentKey {
    AttachmentKey::parse(&format!("HE-contract-document-{n}")).unwrap()
}

fn attachment(patient: &PmsPatientId) -> Attachment {
    Attachment {
        patient: patient.clone(),
        appointment: None,
        kind: Some("NEW PATIENT FORM".to_owned()),
        name: Some(Redacted::new("Form of Testa0".to_owned())),
        description: None,
        format: Some("application/pdf".to_owned()),
        created_at: None,
        content: Content::new(vec![7; 300_000]),
    }
}

fn takes_none(adapter: &dyn PmsAdapter) -> bool {
    adapter.describe().attachments == Support::No
}

pub(crate) async fn same_key_twice(bench: &dyn Bench) {
    let adapter = bench.adapter();
    let place = place(bench).await;
    if takes_none(&*adapter) {
        let refused = adapter
            .attach(&document_key(0), attachment(&place.patient), LIMIT)
            .await;
        assert!(matches!(refused, Err(PmsError::Unsupported(_))));
        return;
    }
    let mut calls = JoinSet::new();
    for _ in 0..8 {
        let (adapter, patient) = (bench.adapter(), place.patient.clone());
        calls.spawn(async move {
            let attachment = attachment(&patient);
            adapter.attach(&document_key(0), attachment, LIMIT).await
        });
    }
    let ids: Vec<PmsDocumentId> = calls.join_all().await.into_iter().flatten().collect();
    assert!(
        !ids.is_empty() && ids.iter().all(|id| *id == ids[0]),
        "{ids:?}"
    );
    let keys = [1, 2].map(document_key);
    let other = adapter.attach(&keys[0], attachment(&place.patient), LIMIT);
    assert_ne!(other.await.unwrap(), ids[0]);

    // A patient whom nobody knows is a clear no, and leaves nothing under the key.
    let nobody = PmsPatientId::parse("no such patient").unwrap();
    let refused = adapter.attach(&keys[1], attachment(&nobody), LIMIT);
    assert!(matches!(refused.await, Err(PmsError::Refused(_))));
    let then = adapter.attach(&keys[1], attachment(&place.patient), LIMIT);
    then.await.unwrap();
    // What patients handed in is not offered to anybody.
    if adapter.describe().documents == Support::Yes {
        assert_eq!(adapter.documents(&place, LIMIT).await, Ok(Vec::new()));
        assert_eq!(adapter.document(&ids[0], LIMIT).await, Ok(None));
    }
}

pub(crate) async fn dropped_futures(bench: &dyn Bench) {
    let adapter = bench.adapter();
    if takes_none(&*adapter) {
        return;
    }
    let place = place(bench).await;
    for n in 0..20 {
        // From "not even begun" to "surely done", in steps of a fraction of a write.
        let patience = Duration::from_micros(u64::from(n) * 300);
        let key = document_key(n);
        let call = adapter.attach(&key, attachment(&place.patient), LIMIT);
        let dropped = tokio::time::timeout(patience, call).await;
        let again = adapter
            .attach(&key, attachment(&place.patient), LIMIT)
            .await;
        let again = again.unwrap();
        if let Ok(first) = dropped {
            assert_eq!(first, Ok(again.clone()));
        }
        let third = adapter
            .attach(&key, attachment(&place.patient), LIMIT)
            .await;
        assert_eq!(third, Ok(again));
    }
}
