//! Documents: those that a practice offers with a booking, and those that patients hand in.

use std::fmt;

use chrono::{DateTime, Utc};

use super::id::{BookingId, PmsAppointmentId, PmsDocumentId, PmsPatientId, RequestId};
use super::redacted::Redacted;

/// What stands in a document: up to tens of megabytes, so it is moved and never copied.
#[derive(PartialEq, Eq)]
pub struct Content(Vec<u8>);

impl Content {
    /// Takes a document's bytes.
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The document's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The document's bytes, given away.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[document of {} bytes]", self.0.len())
    }
}

/// What kind of document a practice offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentType {
    /// Prescriptions.
    Scripts,
    /// A referral.
    Referral,
}

/// A document of the practice that belongs to an appointment, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The PMS's id of the document.
    pub id: PmsDocumentId,
    /// What kind it is.
    pub kind: DocumentType,
    /// Its name.
    pub name: Option<Redacted<String>>,
    /// What it is about.
    pub description: Option<Redacted<String>>,
    /// Its MIME type.
    pub format: Option<String>,
    /// Its size in bytes, before base64.
    pub size: Option<u64>,
    /// When it was made, UTC.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last changed, UTC.
    pub updated_at: Option<DateTime<Utc>>,
}

/// A document that a patient handed in, to be put into the PMS.
#[derive(Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Whose it is.
    pub patient: PmsPatientId,
    /// The appointment that it belongs to, where it belongs to one.
    pub appointment: Option<PmsAppointmentId>,
    /// What kind it is, in Healthengine's words.
    pub kind: Option<String>,
    /// Its name.
    pub name: Option<Redacted<String>>,
    /// What it is about.
    pub description: Option<Redacted<String>>,
    /// Its MIME type.
    pub format: Option<String>,
    /// When it was made, UTC.
    pub created_at: Option<DateTime<Utc>>,
    /// What stands in it.
    pub content: Content,
}

/// The largest document that is carried either way, in bytes: more would not fit into the bounded
/// memory of a process that serves many practices.
pub const LARGEST_DOCUMENT: u64 = 40 * 1024 * 1024;

/// What is wrong with content that is not what its size in bytes and its SHA-1, in hexadecimal digits
/// of either case, say; `None`: nothing, as far as they are known.
pub fn mismatch(content: &Content, size: Option<u64>, sha1: Option<&str>) -> Option<&'static str> {
    let length = u64::try_from(content.bytes().len()).unwrap_or(u64::MAX);
    if size.is_some_and(|size| size != length) {
        return Some("is not as long as its size says");
    }
    let sha1 = sha1.map(str::trim).filter(|sha1| !sha1.is_empty())?;
    let algorithm = &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY;
    let digest = aws_lc_rs::digest::digest(algorithm, content.bytes());
    let hex = digest.as_ref().iter().flat_map(|byte| {
        [byte >> 4, byte & 15].map(|half| char::from_digit(u32::from(half), 16).unwrap_or('0'))
    });
    let same = hex.eq(sha1.chars().map(|digit| digit.to_ascii_lowercase()));
    (!same).then_some("is not what its hash says")
}

/// Which documents a booking had, and in which version, shortened to what can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ListFingerprint(pub [u8; 8]);

impl ListFingerprint {
    /// The fingerprint of this list, whatever its order.
    pub fn of(documents: &[Document]) -> Self {
        let mut lines: Vec<String> = documents
            .iter()
            .map(|one| {
                let changed = one.updated_at.or(one.created_at);
                let changed = changed.map(|at| at.timestamp_micros());
                format!("{}\u{1f}{changed:?}\u{1f}{:?}", one.id, one.size)
            })
            .collect();
        lines.sort_unstable();
        let text = lines.join("\u{1e}");
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        let mut short = [0; 8];
        for (to, from) in short.iter_mut().zip(digest.as_ref()) {
            *to = *from;
        }
        Self(short)
    }
}

/// What the ledger keeps of the list of a booking's documents that Healthengine took last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferRecord {
    /// The booking.
    pub booking: BookingId,
    /// Its documents.
    pub fingerprint: ListFingerprint,
    /// When they were sent, UTC.
    pub changed_at: DateTime<Utc>,
}

/// What the ledger keeps of a document that a patient handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentRecord {
    /// The request's id.
    pub request: RequestId,
    /// How far it has come.
    pub state: AttachmentState,
    /// When that was recorded, UTC.
    pub changed_at: DateTime<Utc>,
}

/// How far a document that a patient handed in has come. Whether Healthengine took the answer is
/// not kept: as long as the request is listed, the same answer is given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttachmentState {
    /// It may stand in the PMS: it was to be put there, and nobody knows whether it was. From here
    /// on it is never refused because the PMS cannot be reached.
    Inserting,
    /// It stands in the PMS under this id.
    Inserted(PmsDocumentId),
    /// It does not, and why, without personal data.
    Refused(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(id: &str, updated: i64) -> Document {
        Document {
            id: PmsDocumentId::parse(id).unwrap(),
            kind: DocumentType::Scripts,
            name: None,
            description: None,
            format: None,
            size: Some(3),
            created_at: None,
            updated_at: DateTime::from_timestamp(updated, 0),
        }
    }

    #[test]
    fn a_list_is_the_same_in_any_order_and_another_when_anything_changes() {
        let list = |of: &[(&str, i64)]| {
            let documents: Vec<_> = of.iter().map(|(id, at)| document(id, *at)).collect();
            ListFingerprint::of(&documents)
        };
        let first = list(&[("a", 1), ("b", 1)]);
        assert_eq!(first, list(&[("b", 1), ("a", 1)]));
        for other in [
            list(&[]),
            list(&[("a", 1)]),
            list(&[("a", 1), ("b", 2)]),
            list(&[("a", 1), ("c", 1)]),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn content_is_held_against_its_size_and_its_hash_as_far_as_they_are_known() {
        let content = Content::new(b"abc".to_vec());
        let sha1 = "a9993e364706816aba3e25717850c26c9cd0d89d";
        assert_eq!(mismatch(&content, Some(3), Some(sha1)), None);
        assert_eq!(mismatch(&content, None, Some(&sha1.to_uppercase())), None);
        assert_eq!(mismatch(&content, Some(3), None), None);
        assert_eq!(mismatch(&content, None, Some("")), None);
        assert!(mismatch(&content, Some(4), Some(sha1)).is_some());
        assert!(mismatch(&content, None, Some(&sha1.replace('a', "b"))).is_some());
        assert!(mismatch(&content, None, Some("a999")).is_some());
    }

    #[test]
    fn content_is_never_shown() {
        let content = Content::new(b"Sample-17".to_vec());
        assert_eq!(format!("{content:?}"), "[document of 9 bytes]");
    }
}
