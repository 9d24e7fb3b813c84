//! Days that are asked for, snapshots of free time, and what became of them.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::field::{self, BadElement, Fields};
use super::list::{NotAsDefined, parse_object};
use crate::domain::availability::{Cut, FreeDay, FreeTime};
use crate::domain::civil::TimeOfDay;
use crate::domain::id::{PmsAppointmentTypeId, PmsResourceId};
use crate::healthengine::{AvailabilityRequest, SnapshotOutcome, words};

/// Rule: a slot length under 60 seconds means Healthengine's own length, which is never meant.
const SHORTEST_SLOT: u64 = 60;

/// Rule: times are `HH:MM`, which ends at 23:59.
const LAST_MINUTE: u16 = 23 * 60 + 59;

/// Parses a day that Healthengine wants anew. A resource that cannot be read means all of them.
pub(in crate::healthengine) fn parse_request(
    raw: &RawValue,
) -> Result<AvailabilityRequest, BadElement> {
    let value = field::value(raw)?;
    let fields = Fields::of(&value).ok_or_else(|| BadElement::field("the request", "an object"))?;
    Ok(AvailabilityRequest {
        day: fields
            .date("day")
            .ok_or_else(|| BadElement::field("day", "a date"))?,
        resource: fields
            .id("pmsResourceId", PmsResourceId::parse)
            .or_else(|| fields.id("pms_resource_id", PmsResourceId::parse)),
    })
}

/// A day of free time of one resource.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::healthengine) struct Snapshot<'a> {
    /// Names the same day of the same resource in every batch.
    id: String,
    date: String,
    pms_resource_id: &'a str,
    availability: Vec<Range<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Range<'a> {
    start: String,
    end: String,
    slot_length: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pms_appointment_type_ids: Vec<&'a str>,
}

impl<'a> Snapshot<'a> {
    /// The day as it is sent, or why it cannot be.
    pub(in crate::healthengine) fn of(day: &'a FreeDay) -> Result<Self, String> {
        let mut availability = Vec::with_capacity(day.free.len());
        for free in &day.free {
            availability.extend(range(free)?);
        }
        Ok(Self {
            id: reference(&day.resource, day.date),
            date: day.date.to_string(),
            pms_resource_id: day.resource.as_str(),
            availability,
        })
    }
}

fn reference(resource: &PmsResourceId, date: NaiveDate) -> String {
    format!("{date}/{resource}")
}

/// The stretch as it is sent; `None` where nothing is left of it before 23:59.
fn range(free: &FreeTime) -> Result<Option<Range<'_>>, String> {
    let start = free.range.start();
    let end = free.range.end().minutes().min(LAST_MINUTE);
    let Some(end) = TimeOfDay::from_minutes(end).filter(|&end| start < end) else {
        return Ok(None);
    };
    let whole = u64::from(end.minutes().saturating_sub(start.minutes())).saturating_mul(60);
    let slot_length = match free.cut {
        Cut::Every(length) => length.as_secs(),
        Cut::Whole => whole,
    };
    if slot_length < SHORTEST_SLOT {
        return Err("a slot length is under 60 seconds".to_owned());
    }
    Ok(Some(Range {
        start: start.to_string(),
        end: end.to_string(),
        slot_length,
        pms_appointment_type_ids: free
            .types
            .iter()
            .map(PmsAppointmentTypeId::as_str)
            .collect(),
    }))
}

/// Parses what became of a batch: entries are snapshot ids, or indexes in the array that was sent.
///
/// `sent` holds, in the order sent, each snapshot's index in the caller's days.
pub(in crate::healthengine) fn parse_outcome(
    text: &str,
    days: &[FreeDay],
    sent: &[usize],
) -> Result<SnapshotOutcome, NotAsDefined> {
    let value = parse_object(text)?;
    let fields = Fields::of(&value).ok_or(NotAsDefined)?;
    let answered = Answered { days, sent };
    let mut outcome = SnapshotOutcome::default();
    let mut nameless = None;
    for error in entries(&value, "errors") {
        let Some(error) = Fields::of(error) else {
            continue;
        };
        let reason = words::bounded(&error.text("error").unwrap_or_default(), 200);
        let named = error.text("snapshot").map(|name| answered.indexes(&name));
        match named.filter(|indexes| !indexes.is_empty()) {
            Some(indexes) => outcome
                .failed
                .extend(indexes.into_iter().map(|index| (index, reason.clone()))),
            None => nameless = Some(reason),
        }
    }
    for name in fields.ids("failed", |name| Ok(name.to_owned())) {
        let indexes = answered.indexes(&name);
        if indexes.is_empty() {
            nameless.get_or_insert_with(String::new);
        }
        let known: Vec<usize> = outcome.failed.iter().map(|&(index, _)| index).collect();
        let new = indexes.into_iter().filter(|index| !known.contains(index));
        outcome
            .failed
            .extend(new.map(|index| (index, String::new())));
    }
    if let Some(reason) = nameless {
        // A failure that cannot be placed: only what is said to be taken is taken.
        let mut settled: Vec<usize> = outcome.failed.iter().map(|&(index, _)| index).collect();
        for list in ["created", "existing"] {
            let names = fields.ids(list, |name| Ok(name.to_owned()));
            settled.extend(names.iter().flat_map(|name| answered.indexes(name)));
        }
        let doubtful = sent.iter().filter(|index| !settled.contains(index));
        outcome
            .failed
            .extend(doubtful.map(|&index| (index, reason.clone())));
    }
    for (_, reason) in &mut outcome.failed {
        if reason.is_empty() {
            "no reason given".clone_into(reason);
        }
    }
    outcome.failed.sort_by_key(|&(index, _)| index);
    outcome.failed.dedup_by_key(|&mut (index, _)| index);
    Ok(outcome)
}

fn entries<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The snapshots that an answer speaks of.
struct Answered<'a> {
    days: &'a [FreeDay],
    sent: &'a [usize],
}

impl Answered<'_> {
    /// The indexes of the days that a name stands for.
    fn indexes(&self, name: &str) -> Vec<usize> {
        let by_id: Vec<usize> = self
            .sent
            .iter()
            .copied()
            .filter(|&index| {
                self.days
                    .get(index)
                    .is_some_and(|day| reference(&day.resource, day.date) == name)
            })
            .collect();
        if by_id.is_empty() {
            let position = field::integer(name).and_then(|index| usize::try_from(index).ok());
            position
                .and_then(|position| self.sent.get(position).copied())
                .into_iter()
                .collect()
        } else {
            by_id
        }
    }
}
