//! Appointment types of an import file, and who offers them.

use std::collections::BTreeMap;

use super::resource::known_location;
use super::section::Section;
use super::{Plan, PlannedResource, PlannedType};

pub(super) const TYPE_KEYS: &str = "id, name, minutes, location, resources, minutes_with";

pub(super) fn read_type(section: &mut Section<'_>, plan: &Plan) -> Option<PlannedType> {
    let id = section.required("id");
    if id.as_ref().is_some_and(|id| id.contains(':')) {
        section.wrong(
            "id",
            "it holds a colon",
            "leave it out: a type of one resource is published as TYPE:RESOURCE",
        );
    }
    let name = section.required("name");
    let minutes = section.minutes("minutes");
    let location = section.text("location");
    let location = location.and_then(|named| known_location(section, plan, named));
    let named = section.texts("resources").unwrap_or_default();
    let lengths = section.minutes_by_name("minutes_with").unwrap_or_default();
    let mut offers: BTreeMap<String, Option<u16>> =
        named.into_iter().map(|resource| (resource, None)).collect();
    let everybody = offers.is_empty();
    if everybody && !lengths.is_empty() {
        // A type that all offer, and some at another length, is offered by each on its own.
        let here = plan
            .resources
            .iter()
            .filter(|it| location.as_ref().is_none_or(|at| *at == it.location));
        offers.extend(here.map(|it| (it.id.clone(), None)));
    }
    for (resource, length) in lengths {
        offers.insert(resource, Some(length));
    }
    for resource in offers.keys() {
        let found = plan.resources.iter().find(|it| it.id == *resource);
        let here = |it: &PlannedResource| location.as_ref().is_none_or(|at| *at == it.location);
        if !found.is_some_and(here) {
            section.wrong(
                "resources",
                format!("there is no resource {resource:?} here"),
                "write ids of resources of the type's location",
            );
        }
    }
    Some(PlannedType {
        id: id?,
        location,
        name: name?,
        minutes,
        offers,
    })
}
