//! What every ledger promises about documents.

use healthengine_connector::domain::document::{
    AttachmentRecord, AttachmentState, ListFingerprint, OfferRecord,
};
use healthengine_connector::domain::id::{BookingId, PmsDocumentId, RequestId};
use healthengine_connector::ledger::Change;

use super::bench::{Bench, at, flushed, practice};

/// What became of a document that a patient handed in.
pub(super) fn attached(request: i64, state: AttachmentState) -> AttachmentRecord {
    AttachmentRecord {
        request: RequestId::new(request),
        state,
        changed_at: at(0),
    }
}

/// A list of a booking's documents that was sent.
pub(super) fn offered(booking: i64, mark: u8) -> OfferRecord {
    OfferRecord {
        booking: BookingId::new(booking),
        fingerprint: ListFingerprint([mark; 8]),
        changed_at: at(0),
    }
}

#[tokio::test]
async fn what_became_of_documents_is_kept_for_each_practice_apart() {
    for bench in Bench::each() {
        let (whose, other) = (practice("1"), practice("2"));
        let ledger = bench.open();
        let id = PmsDocumentId::parse("D-7").unwrap();
        for state in [
            AttachmentState::Inserting,
            AttachmentState::Refused("the size differs".to_owned()),
            AttachmentState::Inserted(id),
        ] {
            let change = Change {
                attachment: Some(attached(5, state.clone())),
                ..Change::default()
            };
            flushed(&*ledger, &whose, change).await;
            let found = ledger.load_attachment(&whose, RequestId::new(5)).await;
            assert_eq!(found.unwrap().unwrap().state, state);
        }
        for mark in [1, 2] {
            let change = Change {
                offer: Some(offered(9, mark)),
                ..Change::default()
            };
            flushed(&*ledger, &whose, change).await;
            let found = ledger.load_offer(&whose, BookingId::new(9)).await;
            assert_eq!(found.unwrap(), Some(offered(9, mark)));
        }
        let found = ledger.load_attachment(&other, RequestId::new(5)).await;
        assert_eq!(found.unwrap(), None);
        let found = ledger.load_offer(&other, BookingId::new(9)).await;
        assert_eq!(found.unwrap(), None);
        ledger.prune(at(1)).await.unwrap();
        let found = ledger.load_attachment(&whose, RequestId::new(5)).await;
        assert_eq!(found.unwrap(), None, "answered long ago");
    }
}
