//! Bookings and booking updates as they come, and the answers to them.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::field::{self, BadElement, Fields};
use super::patient::parse_patient;
use crate::domain::booking::{Booking, BookingStatus, BookingUpdate, Place};
use crate::domain::civil::LocalDateTime;
use crate::domain::id::{
    BookingId, PmsAppointmentId, PmsAppointmentTypeId, PmsPatientId, PmsResourceId, RequestId,
};
use crate::healthengine::Pending;

/// Parses a pending booking; only one without a readable id is lost.
pub(in crate::healthengine) fn parse_booking(
    raw: &RawValue,
) -> Result<Pending<Booking>, BadElement> {
    let id = booking_id(raw)?;
    Ok(match readable_booking(id, raw) {
        Ok(booking) => Pending::Readable(booking),
        Err(BadElement(problem)) => Pending::Unreadable {
            booking: id,
            problem,
        },
    })
}

/// Reads the id alone, past whatever else is wrong with the element.
fn booking_id(raw: &RawValue) -> Result<BookingId, BadElement> {
    #[derive(Deserialize)]
    struct OnlyId<'a> {
        #[serde(borrow, rename = "bookingId")]
        id: &'a RawValue,
    }
    serde_json::from_str::<OnlyId<'_>>(raw.get())
        .ok()
        .and_then(|only| field::value(only.id).ok())
        .and_then(|id| field::integer(&field::text(&id)?))
        .map(BookingId::new)
        .ok_or_else(|| BadElement::field("bookingId", "a whole number"))
}

fn readable_booking(id: BookingId, raw: &RawValue) -> Result<Booking, BadElement> {
    let value = field::value(raw)?;
    let fields = Fields::of(&value).ok_or_else(|| BadElement::field("the booking", "an object"))?;
    let resource = fields.id("pmsResourceId", PmsResourceId::parse);
    // Missing means "removed"; unreadable does not.
    if resource.is_none() && fields.is_set("pmsResourceId") {
        return Err(BadElement::field("pmsResourceId", "an id"));
    }
    let start = fields
        .local("pmsAppointmentTime")
        .ok_or_else(|| BadElement::field("pmsAppointmentTime", "a date and time"))?;
    let patient = fields
        .object("patient")
        .ok_or_else(|| BadElement::field("patient", "an object"))?;
    Ok(Booking {
        id,
        resource,
        appointment_type: fields.id("pmsAppointmentTypeId", PmsAppointmentTypeId::parse),
        appointments: fields.ids("pmsAppointmentIds", PmsAppointmentId::parse),
        pms_patient: fields.id("pmsPatientId", PmsPatientId::parse),
        booked_at: fields.utc("bookedTime"),
        status: status(&fields).unwrap_or(BookingStatus::Requested),
        start: LocalDateTime::from_naive(start),
        length: fields.integer("pmsAppointmentLength").and_then(seconds),
        reason: fields.personal("reason"),
        comments: fields.personal("comments"),
        telehealth_url: fields.personal("telehealthUrl"),
        is_new_patient: fields.boolean("isNewPatient"),
        patient: parse_patient(&patient),
    })
}

/// Rule: `pmsAppointmentLength` of a booking is in seconds.
fn seconds(length: i64) -> Option<Duration> {
    let length = u32::try_from(length).ok().filter(|&length| length > 0)?;
    Some(Duration::from_secs(length.into()))
}

fn status(fields: &Fields<'_>) -> Option<BookingStatus> {
    let word = fields.text("bookingStatus")?;
    Some(match word.to_ascii_lowercase().as_str() {
        "requested" => BookingStatus::Requested,
        "confirmed" => BookingStatus::Confirmed,
        "cancelled" => BookingStatus::Cancelled,
        _ => BookingStatus::Other(word),
    })
}

/// Parses a pending booking update; its two ids are all that it needs.
pub(in crate::healthengine) fn parse_update(raw: &RawValue) -> Result<BookingUpdate, BadElement> {
    let value = field::value(raw)?;
    let fields = Fields::of(&value).ok_or_else(|| BadElement::field("the update", "an object"))?;
    let number = |name| {
        fields
            .integer(name)
            .ok_or_else(|| BadElement::field(name, "a whole number"))
    };
    Ok(BookingUpdate {
        request: RequestId::new(number("requestId")?),
        booking: BookingId::new(number("bookingId")?),
        appointments: fields.ids("pmsAppointmentIds", PmsAppointmentId::parse),
        pms_patient: fields.id("pmsPatientId", PmsPatientId::parse),
        updated_at: fields.utc("updatedAt"),
        status: status(&fields)
            .unwrap_or_else(|| BookingStatus::Other("no status stated".to_owned())),
    })
}

/// Links to a telehealth appointment, and what is to be said with them; each may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TelehealthLinks {
    /// Where the patient starts the consult.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient_appointment_link: Option<String>,
    /// What the patient must know to start it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient_appointment_description: Option<String>,
    /// Where the practitioner starts the consult.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub practitioner_appointment_link: Option<String>,
    /// What the practitioner must know to start it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub practitioner_appointment_description: Option<String>,
}

/// The body of a confirmed insert.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::healthengine) struct ConfirmInsert<'a> {
    pms_appointment_ids: Vec<&'a str>,
    pms_patient_id: &'a str,
    #[serde(flatten)]
    links: Option<&'a TelehealthLinks>,
}

impl<'a> ConfirmInsert<'a> {
    /// The appointment's place, with the links of a telehealth appointment.
    pub(in crate::healthengine) fn new(
        place: &'a Place,
        links: Option<&'a TelehealthLinks>,
    ) -> Self {
        Self {
            pms_appointment_ids: place
                .appointments
                .iter()
                .map(PmsAppointmentId::as_str)
                .collect(),
            pms_patient_id: place.patient.as_str(),
            links,
        }
    }
}

/// The body of every call that may give a reason.
#[derive(Serialize)]
pub(in crate::healthengine) struct Reason {
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Reason {
    /// The reason, without line breaks and of a bounded length; an empty one is left out.
    pub(in crate::healthengine) fn new(reason: &str) -> Self {
        let reason = crate::healthengine::words::bounded(reason, 500);
        Self {
            reason: (!reason.is_empty()).then_some(reason),
        }
    }
}
