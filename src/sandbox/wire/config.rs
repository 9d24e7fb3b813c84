//! Configuration: resources, appointment types and the liveness contract.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::domain::civil::TimeRange;
use crate::domain::live_hours::LiveHours;
use crate::sandbox::fields::{Broken, Fields, Read, list};

const LONGEST_TYPE_MINUTES: i64 = 24 * 60;

/// A bookable resource, as the consumer sent it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SentResource {
    /// Its id in the PMS.
    pub pms_resource_id: Arc<str>,
    /// Its name.
    pub pms_resource_name: String,
    /// The practitioner's title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pms_practitioner_title: Option<String>,
    /// The practitioner's first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pms_practitioner_firstname: Option<String>,
    /// The practitioner's last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pms_practitioner_lastname: Option<String>,
}

/// A bookable type of appointment, as the consumer sent it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SentAppointmentType {
    /// Its id in the PMS.
    pub pms_appointment_type_id: Arc<str>,
    /// Its name.
    pub pms_appointment_type_name: String,
    /// Its length in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pms_appointment_length: Option<u32>,
    /// The one resource that it is for; `None` is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pms_resource_id: Option<Arc<str>>,
}

/// Reads a snapshot of resources.
pub(in crate::sandbox) fn read_resources(body: &Value) -> Read<Vec<SentResource>> {
    let (mut ids, mut names) = (HashSet::new(), HashSet::new());
    let mut resources = Vec::new();
    for (path, member) in list(body, "")? {
        let fields = Fields::of(
            member,
            &path,
            &[
                "pmsResourceId",
                "pmsResourceName",
                "pmsPractitionerTitle",
                "pmsPractitionerFirstname",
                "pmsPractitionerLastname",
            ],
        )?;
        let id = fields.id("pmsResourceId")?;
        let name = fields.id("pmsResourceName")?;
        once(&mut ids, id, &fields, "pmsResourceId")?;
        once(&mut names, name, &fields, "pmsResourceName")?;
        let owned = |name| Ok::<_, Broken>(fields.optional_text(name)?.map(str::to_owned));
        resources.push(SentResource {
            pms_resource_id: Arc::from(id),
            pms_resource_name: name.to_owned(),
            pms_practitioner_title: owned("pmsPractitionerTitle")?,
            pms_practitioner_firstname: owned("pmsPractitionerFirstname")?,
            pms_practitioner_lastname: owned("pmsPractitionerLastname")?,
        });
    }
    Ok(resources)
}

/// Reads a snapshot of appointment types, each for all resources or for one that was sent.
pub(in crate::sandbox) fn read_types(
    body: &Value,
    knows_resource: impl Fn(&str) -> bool,
) -> Read<Vec<SentAppointmentType>> {
    let (mut ids, mut names) = (HashSet::new(), HashSet::new());
    let mut types = Vec::new();
    for (path, member) in list(body, "")? {
        let fields = Fields::of(
            member,
            &path,
            &[
                "pmsAppointmentTypeId",
                "pmsAppointmentTypeName",
                "pmsAppointmentLength",
                "pmsResourceId",
            ],
        )?;
        let id = fields.id("pmsAppointmentTypeId")?;
        let name = fields.id("pmsAppointmentTypeName")?;
        once(&mut ids, id, &fields, "pmsAppointmentTypeId")?;
        once(&mut names, name, &fields, "pmsAppointmentTypeName")?;
        // Rule: minutes, as an integer.
        let length = fields.optional_integer("pmsAppointmentLength", 1, LONGEST_TYPE_MINUTES)?;
        let resource = fields.optional_id("pmsResourceId")?;
        if resource.is_some_and(|id| !knows_resource(id)) {
            return Err(fields.broken("pmsResourceId", "is not a resource of the last snapshot"));
        }
        types.push(SentAppointmentType {
            pms_appointment_type_id: Arc::from(id),
            pms_appointment_type_name: name.to_owned(),
            pms_appointment_length: length.and_then(|minutes| u32::try_from(minutes).ok()),
            pms_resource_id: resource.map(Arc::from),
        });
    }
    Ok(types)
}

/// Rule: ids and names are each unique within a snapshot.
fn once<'a>(
    seen: &mut HashSet<&'a str>,
    text: &'a str,
    fields: &Fields<'_>,
    name: &str,
) -> Read<()> {
    if seen.insert(text) {
        Ok(())
    } else {
        Err(fields.broken(name, "must be unique within the snapshot"))
    }
}

/// A liveness contract: as it was sent, and what it means.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Contract {
    pub(in crate::sandbox) sent: Value,
    pub(in crate::sandbox) hours: LiveHours,
}

const DAYS: [&str; 8] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "publicHolidays",
];

/// Reads a liveness contract. Ranges of a day may overlap: the published example's do.
pub(in crate::sandbox) fn read_contract(body: &Value) -> Read<Contract> {
    let outer = Fields::of(body, "", &["liveHours"])?;
    let hours = Fields::of(outer.value("liveHours")?, "liveHours", &DAYS)?;
    let mut sets: [Vec<TimeRange>; 8] = Default::default();
    for (name, set) in DAYS.iter().zip(&mut sets) {
        for (path, member) in hours.optional_list(name)?.unwrap_or_default() {
            set.push(Fields::of(member, &path, &["start", "end"])?.range()?);
        }
    }
    let [mon, tue, wed, thu, fri, sat, sun, holidays] = sets;
    Ok(Contract {
        sent: body.clone(),
        hours: LiveHours::new([mon, tue, wed, thu, fri, sat, sun], holidays),
    })
}
