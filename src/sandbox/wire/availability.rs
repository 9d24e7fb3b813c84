//! Availability snapshots.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::Value;

use crate::domain::civil::TimeRange;
use crate::sandbox::fields::{Broken, Fields, Read, list, member_id};

/// Rule: up to 100 snapshots in a single call.
pub(in crate::sandbox) const LARGEST_BATCH: usize = 100;

const LONGEST_SLOT_SECONDS: i64 = 86_400;

/// One resource's free time on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox) struct Snapshot {
    pub(in crate::sandbox) date: NaiveDate,
    pub(in crate::sandbox) resource: Arc<str>,
    pub(in crate::sandbox) ranges: Box<[FreeRange]>,
}

/// A stretch of free time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox) struct FreeRange {
    pub(in crate::sandbox) range: TimeRange,
    /// In seconds; under 60 means Healthengine's own length.
    pub(in crate::sandbox) slot_length: u32,
    /// The types it is for; `None` is all.
    pub(in crate::sandbox) types: Option<Box<[Arc<str>]>>,
}

impl FreeRange {
    fn shares_a_type_with(&self, other: &Self) -> bool {
        match (&self.types, &other.types) {
            (Some(ours), Some(theirs)) => ours.iter().any(|one| theirs.contains(one)),
            (None, _) | (_, None) => true,
        }
    }
}

/// What a snapshot may name.
pub(in crate::sandbox) trait Known {
    /// Whether the resource was sent and is not deleted.
    fn knows_resource(&self, id: &str) -> bool;
    /// Whether the appointment type was sent and is not deleted.
    fn knows_type(&self, id: &str) -> bool;
}

impl Snapshot {
    /// Reads a snapshot.
    pub(in crate::sandbox) fn read(value: &Value, path: &str, known: &dyn Known) -> Read<Self> {
        let fields = Fields::of(
            value,
            path,
            &["id", "date", "pmsResourceId", "availability"],
        )?;
        fields.optional_id("id")?;
        let date = fields.date("date")?;
        let resource = fields.id("pmsResourceId")?;
        // Rule: a snapshot is of a resource that was sent.
        if !known.knows_resource(resource) {
            return Err(fields.broken("pmsResourceId", "is not a resource of the last snapshot"));
        }
        let mut ranges: Vec<FreeRange> = Vec::new();
        for (path, member) in fields.list("availability")? {
            let range = read_range(member, &path, known)?;
            // Rule: no minute is published twice for one type.
            if ranges
                .iter()
                .any(|other| other.range.overlaps(range.range) && other.shares_a_type_with(&range))
            {
                return Err(Broken::at(&path, "overlaps another range of the snapshot"));
            }
            ranges.push(range);
        }
        ranges.sort_by_key(|free| free.range);
        Ok(Self {
            date,
            resource: Arc::from(resource),
            ranges: ranges.into_boxed_slice(),
        })
    }

    /// How a batch's answer refers to it: its id where set, else its index.
    pub(in crate::sandbox) fn reference(value: &Value, index: usize) -> String {
        match value.get("id").and_then(Value::as_str) {
            Some(id) => id.to_owned(),
            None => index.to_string(),
        }
    }
}

fn read_range(value: &Value, path: &str, known: &dyn Known) -> Read<FreeRange> {
    let fields = Fields::of(
        value,
        path,
        &["start", "end", "slotLength", "pmsAppointmentTypeIds"],
    )?;
    let range = fields.range()?;
    // Rule: seconds, as an integer.
    let slot_length = fields.integer("slotLength", 0, LONGEST_SLOT_SECONDS)?;
    let types = match fields.optional_list("pmsAppointmentTypeIds")? {
        None => None,
        Some(members) if members.is_empty() => {
            return Err(fields.broken(
                "pmsAppointmentTypeIds",
                "must name a type, or be left out when every type may be booked",
            ));
        }
        Some(members) => {
            let mut types: Vec<Arc<str>> = Vec::with_capacity(members.len());
            let mut seen = HashSet::new();
            for (path, member) in members {
                let id = member_id(member, &path)?;
                if !known.knows_type(id) {
                    return Err(Broken::at(
                        &path,
                        "is not an appointment type of the last snapshot",
                    ));
                }
                if !seen.insert(id) {
                    return Err(Broken::at(&path, "is named twice"));
                }
                types.push(Arc::from(id));
            }
            Some(types.into_boxed_slice())
        }
    };
    Ok(FreeRange {
        range,
        slot_length: u32::try_from(slot_length).unwrap_or(0),
        types,
    })
}

/// The members of a batch.
pub(in crate::sandbox) fn read_batch(body: &Value) -> Read<Vec<(String, &Value)>> {
    let members = list(body, "")?;
    if members.len() > LARGEST_BATCH {
        return Err(Broken::at("", "at most 100 snapshots in a single call"));
    }
    Ok(members)
}
