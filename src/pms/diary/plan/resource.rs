//! Resources of an import file, with the names that a practitioner lends and the week they work.

use super::section::Section;
use super::{Plan, PlannedPractitioner, PlannedResource};
use crate::domain::civil::TimeRange;

pub(super) const RESOURCE_KEYS: &str = "id, location, practitioner, name, title, first_name, last_name, specialty, slot_minutes, hours";

pub(super) fn read_resource(
    section: &mut Section<'_>,
    plan: &Plan,
    default_slot: Option<u16>,
) -> Option<PlannedResource> {
    let id = section.required("id");
    let location = located(section, plan);
    let practitioner = section.text("practitioner");
    let person = practitioner.as_ref().map(|wanted| {
        let person = plan
            .practitioners
            .iter()
            .find(|it| it.id == *wanted)
            .cloned();
        person.unwrap_or_else(|| {
            section.wrong(
                "practitioner",
                format!("there is no practitioner {wanted:?}"),
                "write the id of one, or leave it out",
            );
            PlannedPractitioner::default()
        })
    });
    let person = person.unwrap_or_default();
    let title = section.text("title").or(person.title);
    let first_name = section.text("first_name").or(person.first_name);
    let last_name = section.text("last_name").or(person.last_name);
    let full: Vec<&str> = [&title, &first_name, &last_name]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let full = Some(full.join(" ")).filter(|name| !name.is_empty());
    let name = section.text("name").or(full).or_else(|| id.clone());
    let specialty = section.text("specialty");
    let slot = section.minutes("slot_minutes").or(default_slot);
    if slot.is_none() {
        section.wrong(
            "slot_minutes",
            "there is no slot length",
            "write whole minutes, here or at the top of the file",
        );
    }
    let week = week(section);
    Some(PlannedResource {
        id: id?,
        location: location?,
        practitioner,
        name: name?,
        title,
        first_name,
        last_name,
        specialty,
        slot_minutes: slot?,
        week,
    })
}

/// The location named; where the file has only one, that one.
fn located(section: &mut Section<'_>, plan: &Plan) -> Option<String> {
    match (section.text("location"), plan.locations.as_slice()) {
        (None, [only]) => Some(only.id.clone()),
        (None, _) => {
            section.wrong("location", "it is missing", "write the id of a location");
            None
        }
        (Some(named), _) => known_location(section, plan, named),
    }
}

pub(super) fn known_location(
    section: &mut Section<'_>,
    plan: &Plan,
    named: String,
) -> Option<String> {
    if plan.locations.iter().any(|it| it.id == named) {
        return Some(named);
    }
    section.wrong(
        "location",
        format!("there is no location {named:?}"),
        "write the id of one",
    );
    None
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

fn week(section: &mut Section<'_>) -> [Vec<TimeRange>; 7] {
    let Some(table) = section.inner("hours") else {
        return Default::default();
    };
    let mut hours = section.within("hours", table);
    let weekdays = hours.ranges("weekdays");
    let mut place = 0;
    let week = DAYS.map(|day| {
        place += 1;
        let usual = weekdays.clone().filter(|_| place <= 5);
        hours.ranges(day).or(usual).unwrap_or_default()
    });
    hours.finish("weekdays, monday, tuesday, wednesday, thursday, friday, saturday, sunday");
    week
}
