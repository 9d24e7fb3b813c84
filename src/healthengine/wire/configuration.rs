//! Resources, appointment types and live hours.

use serde::Serialize;
use serde_json::value::RawValue;

use super::field::{self, BadElement, Fields};
use super::list::{NotAsDefined, parse_object};
use crate::domain::civil::{TimeOfDay, TimeRange};
use crate::domain::diary::{AppointmentType, Resource};
use crate::domain::id::{PmsAppointmentTypeId, PmsResourceId};
use crate::domain::live_hours::LiveHours;

/// A resource as it is sent.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the definition's own names")]
pub(in crate::healthengine) struct WireResource<'a> {
    pms_resource_id: &'a str,
    pms_resource_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pms_practitioner_title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pms_practitioner_firstname: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pms_practitioner_lastname: Option<&'a str>,
}

impl<'a> WireResource<'a> {
    /// The resource as it is sent.
    pub(in crate::healthengine) fn of(resource: &'a Resource) -> Self {
        Self {
            pms_resource_id: resource.id.as_str(),
            pms_resource_name: &resource.name,
            pms_practitioner_title: not_empty(resource.title.as_deref()),
            pms_practitioner_firstname: not_empty(resource.first_name.as_deref()),
            pms_practitioner_lastname: not_empty(resource.last_name.as_deref()),
        }
    }
}

fn not_empty(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

/// Parses a resource as Healthengine holds it.
pub(in crate::healthengine) fn parse_resource(raw: &RawValue) -> Result<Resource, BadElement> {
    let value = field::value(raw)?;
    let fields =
        Fields::of(&value).ok_or_else(|| BadElement::field("the resource", "an object"))?;
    Ok(Resource {
        id: fields
            .id("pmsResourceId", PmsResourceId::parse)
            .ok_or_else(|| BadElement::field("pmsResourceId", "an id"))?,
        name: fields.text("pmsResourceName").unwrap_or_default(),
        title: fields.text("pmsPractitionerTitle"),
        first_name: fields.text("pmsPractitionerFirstname"),
        last_name: fields.text("pmsPractitionerLastname"),
    })
}

/// An appointment type as it is sent.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the definition's own names")]
pub(in crate::healthengine) struct WireType<'a> {
    pms_appointment_type_id: &'a str,
    pms_appointment_type_name: &'a str,
    /// Rule: in an appointment type the length is a whole number of minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pms_appointment_length: Option<u64>,
    /// Rule: a type that every resource offers has no `pmsResourceId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pms_resource_id: Option<&'a str>,
}

impl<'a> WireType<'a> {
    /// The type as it is sent; a length that is not of whole minutes is rounded up.
    pub(in crate::healthengine) fn of(kind: &'a AppointmentType) -> Self {
        let minutes = kind.length.map(|length| length.as_secs().div_ceil(60));
        Self {
            pms_appointment_type_id: kind.id.as_str(),
            pms_appointment_type_name: &kind.name,
            pms_appointment_length: minutes.filter(|&minutes| minutes > 0),
            pms_resource_id: kind.resource.as_ref().map(PmsResourceId::as_str),
        }
    }
}

/// Parses an appointment type as Healthengine holds it.
pub(in crate::healthengine) fn parse_type(raw: &RawValue) -> Result<AppointmentType, BadElement> {
    let value = field::value(raw)?;
    let fields = Fields::of(&value).ok_or_else(|| BadElement::field("the type", "an object"))?;
    let minutes = fields
        .integer("pmsAppointmentLength")
        .and_then(|minutes| u32::try_from(minutes).ok())
        .filter(|&minutes| minutes > 0);
    Ok(AppointmentType {
        id: fields
            .id("pmsAppointmentTypeId", PmsAppointmentTypeId::parse)
            .ok_or_else(|| BadElement::field("pmsAppointmentTypeId", "an id"))?,
        name: fields.text("pmsAppointmentTypeName").unwrap_or_default(),
        length: minutes
            .map(|minutes| std::time::Duration::from_secs(u64::from(minutes).saturating_mul(60))),
        resource: fields.id("pmsResourceId", PmsResourceId::parse),
    })
}

/// The liveness contract as it is sent: every day is there, also one without hours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::healthengine) struct WireContract {
    live_hours: WireWeek,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireWeek {
    monday: Vec<WireRange>,
    tuesday: Vec<WireRange>,
    wednesday: Vec<WireRange>,
    thursday: Vec<WireRange>,
    friday: Vec<WireRange>,
    saturday: Vec<WireRange>,
    sunday: Vec<WireRange>,
    public_holidays: Vec<WireRange>,
}

#[derive(Serialize)]
struct WireRange {
    start: String,
    end: String,
}

impl WireContract {
    /// The live hours as they are sent.
    pub(in crate::healthengine) fn of(hours: &LiveHours) -> Self {
        let day = |index| ranges(hours.day(index));
        Self {
            live_hours: WireWeek {
                monday: day(0),
                tuesday: day(1),
                wednesday: day(2),
                thursday: day(3),
                friday: day(4),
                saturday: day(5),
                sunday: day(6),
                public_holidays: ranges(hours.public_holidays()),
            },
        }
    }
}

/// Rule: times are `HH:MM`, so that a day ends at 23:59.
fn ranges(ranges: &[TimeRange]) -> Vec<WireRange> {
    let last = TimeOfDay::from_minutes(23 * 60 + 59).unwrap_or(TimeOfDay::END_OF_DAY);
    ranges
        .iter()
        .filter(|range| range.start() < last)
        .map(|range| WireRange {
            start: range.start().to_string(),
            end: range.end().min(last).to_string(),
        })
        .collect()
}

const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Parses the liveness contract as Healthengine holds it; a day that is missing has no hours.
pub(in crate::healthengine) fn parse_contract(text: &str) -> Result<LiveHours, NotAsDefined> {
    let value = parse_object(text)?;
    let hours = value.get("liveHours").unwrap_or(&serde_json::Value::Null);
    let day = |name: &str| {
        let ranges = hours.get(name).and_then(serde_json::Value::as_array);
        ranges
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .filter_map(|range| {
                let range = Fields::of(range)?;
                let time = |name| time_of_day(&range.text(name)?);
                TimeRange::new(time("start")?, time("end")?)
            })
            .collect()
    };
    Ok(LiveHours::new(DAYS.map(day), day("publicHolidays")))
}

/// `HH:MM`; seconds behind it are dropped.
fn time_of_day(text: &str) -> Option<TimeOfDay> {
    let mut parts = text.splitn(3, ':');
    let (hours, minutes) = (parts.next()?, parts.next()?);
    TimeOfDay::parse(&format!("{hours:0>2}:{minutes}"))
}
