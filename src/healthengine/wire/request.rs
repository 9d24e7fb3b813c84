//! Which kinds of request wait, and the requests of the extra kinds.

use chrono::NaiveDate;
use serde_json::value::RawValue;

use super::field::{self, BadElement, Fields};
use super::list::{NotAsDefined, parse_list};
use crate::domain::client_day::DayOf;
use crate::domain::id::{BookingId, PmsAppointmentId, PmsDocumentId, PmsPatientId};
use crate::healthengine::{RequestKind, words};

/// The most kinds that are taken from one poll, and the longest name of one that is not known: both
/// are kept and shown.
const MOST_KINDS: usize = 100;
const LONGEST_NAME: usize = 60;

/// Parses the answer to a poll: each kind once, in Healthengine's order.
pub(in crate::healthengine) fn parse_kinds(text: &str) -> Result<Vec<RequestKind>, NotAsDefined> {
    let mut kinds = Vec::new();
    for raw in parse_list(text)? {
        let word = field::value(raw).ok().as_ref().and_then(field::text);
        if let Some(kind) = word.map(|word| kind_of(&word))
            && !kinds.contains(&kind)
        {
            kinds.push(kind);
        }
        if kinds.len() == MOST_KINDS {
            break;
        }
    }
    Ok(kinds)
}

/// The kind that the definition calls so.
pub(super) fn kind_of(word: &str) -> RequestKind {
    match word {
        "bookings" => RequestKind::Bookings,
        "bookingUpdates" => RequestKind::BookingUpdates,
        "availability" => RequestKind::Availability,
        "pmsAppointmentChanges" => RequestKind::PmsAppointmentChanges,
        "pmsResources" => RequestKind::PmsResources,
        "pmsAppointmentTypes" => RequestKind::PmsAppointmentTypes,
        "availableDocuments" => RequestKind::AvailableDocuments,
        "uploadDocuments" => RequestKind::UploadDocuments,
        "clientSnapshots" => RequestKind::ClientSnapshots,
        "attachDocuments" => RequestKind::AttachDocuments,
        _ => RequestKind::Other(words::bounded(word, LONGEST_NAME)),
    }
}

/// The definition's word for the kind.
pub(super) fn word_of(kind: &RequestKind) -> &str {
    match kind {
        RequestKind::Bookings => "bookings",
        RequestKind::BookingUpdates => "bookingUpdates",
        RequestKind::Availability => "availability",
        RequestKind::PmsAppointmentChanges => "pmsAppointmentChanges",
        RequestKind::PmsResources => "pmsResources",
        RequestKind::PmsAppointmentTypes => "pmsAppointmentTypes",
        RequestKind::AvailableDocuments => "availableDocuments",
        RequestKind::UploadDocuments => "uploadDocuments",
        RequestKind::ClientSnapshots => "clientSnapshots",
        RequestKind::AttachDocuments => "attachDocuments",
        RequestKind::Other(word) => word,
    }
}

/// A booking of which Healthengine wants to know more: whether its appointment has changed, or
/// which documents there are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BookingQuestion {
    /// The booking.
    pub booking: BookingId,
    /// The PMS's ids, as Healthengine was told them.
    pub appointments: Vec<PmsAppointmentId>,
    /// The PMS's id of the patient, as Healthengine was told it.
    pub pms_patient: Option<PmsPatientId>,
}

/// Parses a question about a booking.
pub(in crate::healthengine) fn parse_question(
    raw: &RawValue,
) -> Result<BookingQuestion, BadElement> {
    let value = field::value(raw)?;
    question(&object(&value)?)
}

fn object(value: &serde_json::Value) -> Result<Fields<'_>, BadElement> {
    Fields::of(value).ok_or_else(|| BadElement::field("the request", "an object"))
}

fn question(fields: &Fields<'_>) -> Result<BookingQuestion, BadElement> {
    Ok(BookingQuestion {
        booking: fields
            .integer("bookingId")
            .map(BookingId::new)
            .ok_or_else(|| BadElement::field("bookingId", "a whole number"))?,
        appointments: fields.ids("pmsAppointmentIds", PmsAppointmentId::parse),
        pms_patient: fields.id("pmsPatientId", PmsPatientId::parse),
    })
}

/// A document that Healthengine wants, with the patient's consent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UploadDocumentRequest {
    /// The booking that it belongs to.
    pub about: BookingQuestion,
    /// Which document.
    pub document: PmsDocumentId,
}

/// Parses a request for a document.
pub(in crate::healthengine) fn parse_upload(
    raw: &RawValue,
) -> Result<UploadDocumentRequest, BadElement> {
    let value = field::value(raw)?;
    let fields = object(&value)?;
    Ok(UploadDocumentRequest {
        about: question(&fields)?,
        document: fields
            .id("pmsDocumentId", PmsDocumentId::parse)
            .ok_or_else(|| BadElement::field("pmsDocumentId", "an id"))?,
    })
}

/// The definition's word for it.
pub(super) const fn date_word(by: DayOf) -> &'static str {
    match by {
        DayOf::Appointment => "appt_datetime",
        DayOf::Creation => "appt_creation_datetime",
    }
}

/// A day of which Healthengine wants the appointments and their patients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientSnapshotRequest {
    /// The practice-local date.
    pub date: NaiveDate,
    /// Which of an appointment's dates is meant.
    pub by: DayOf,
}

/// Parses a request for a client snapshot.
pub(in crate::healthengine) fn parse_snapshot_request(
    raw: &RawValue,
) -> Result<ClientSnapshotRequest, BadElement> {
    let value = field::value(raw)?;
    let fields = object(&value)?;
    let by = fields.text("dateType").unwrap_or_default();
    Ok(ClientSnapshotRequest {
        date: fields
            .date("date")
            .ok_or_else(|| BadElement::field("date", "a date"))?,
        by: [DayOf::Appointment, DayOf::Creation]
            .into_iter()
            .find(|known| date_word(*known) == by)
            .ok_or_else(|| BadElement::field("dateType", "a known word"))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_request_types_are_kept_by_name() {
        let kinds = parse_kinds(r#"["bookings", "recalls", "bookings", null, 7, {}]"#).unwrap();
        assert_eq!(
            kinds,
            [
                RequestKind::Bookings,
                RequestKind::Other("recalls".to_owned()),
                RequestKind::Other("7".to_owned()),
            ]
        );
    }

    #[test]
    fn unknown_request_types_are_bounded_in_number_and_name() {
        let names: Vec<String> = (0..500)
            .map(|n| format!("{n}{}", "x".repeat(500)))
            .collect();
        let kinds = parse_kinds(&serde_json::json!(names).to_string()).unwrap();
        assert_eq!(kinds.len(), MOST_KINDS);
        for kind in kinds {
            assert_eq!(word_of(&kind).chars().count(), LONGEST_NAME);
        }
    }

    #[test]
    fn every_kind_of_the_definition_is_known() {
        let words = "bookings bookingUpdates availability pmsAppointmentChanges pmsResources \
                     pmsAppointmentTypes availableDocuments uploadDocuments clientSnapshots \
                     attachDocuments";
        for word in words.split_whitespace() {
            let kind = kind_of(word);
            assert!(!matches!(kind, RequestKind::Other(_)), "{word}");
            assert_eq!(word_of(&kind), word);
        }
    }
}
