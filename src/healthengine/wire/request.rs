//! Which kinds of request wait.

use serde_json::value::RawValue;

use super::field::{self, BadElement};
use super::list::{NotAsDefined, parse_list};
use crate::healthengine::RequestKind;

/// Parses the answer to a poll: each kind once, in Healthengine's order.
pub(in crate::healthengine) fn parse_kinds(text: &str) -> Result<Vec<RequestKind>, NotAsDefined> {
    let mut kinds = Vec::new();
    for kind in parse_list(text)?
        .into_iter()
        .filter_map(|raw| kind(raw).ok())
    {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

fn kind(raw: &RawValue) -> Result<RequestKind, BadElement> {
    let word = field::text(&field::value(raw)?)
        .ok_or_else(|| BadElement::field("the kind of request", "a word"))?;
    Ok(match word.as_str() {
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
        _ => RequestKind::Other(word),
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
    fn every_kind_of_the_definition_is_known() {
        let words = "bookings bookingUpdates availability pmsAppointmentChanges pmsResources \
                     pmsAppointmentTypes availableDocuments uploadDocuments clientSnapshots \
                     attachDocuments";
        let words: Vec<&str> = words.split_whitespace().collect();
        let kinds = parse_kinds(&serde_json::to_string(&words).unwrap()).unwrap();
        assert_eq!(kinds.len(), 10);
        assert!(
            !kinds
                .iter()
                .any(|kind| matches!(kind, RequestKind::Other(_)))
        );
    }
}
