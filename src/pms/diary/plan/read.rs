//! An import file, from text to a checked plan.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::exception::read_exceptions;
use super::offer::{TYPE_KEYS, read_type};
use super::person::{PATIENT_KEYS, read_patient};
use super::resource::{RESOURCE_KEYS, read_resource};
use super::section::Section;
use super::{Plan, PlanProblem, PlannedLocation, PlannedPractitioner};

/// What the file as a whole is called in messages.
const FILE: &str = "the file";

pub(super) fn parse(text: &str) -> Result<Plan, Vec<PlanProblem>> {
    let mut file: Table = text.parse().map_err(|error| vec![syntax(text, &error)])?;
    let mut problems = Vec::new();
    let mut list = |kind: &'static str| tables(&mut file, kind, &mut problems);
    let [
        locations,
        practitioners,
        resources,
        types,
        exceptions,
        patients,
    ] = [
        "location",
        "practitioner",
        "resource",
        "type",
        "exception",
        "patient",
    ]
    .map(&mut list);
    let mut whole = Section::new(FILE.to_owned(), file, &mut problems);
    let slot = whole.minutes("slot_minutes");
    for (kind, found) in [("location", &locations), ("resource", &resources)] {
        if found.is_empty() {
            whole.wrong(kind, "there is none", &format!("write one: [[{kind}]]"));
        }
    }
    whole.finish("slot_minutes, location, practitioner, resource, type, exception, patient");
    let mut plan = Plan {
        locations: each(locations, "id, name", &mut problems, location),
        practitioners: each(
            practitioners,
            "id, title, first_name, last_name",
            &mut problems,
            practitioner,
        ),
        patients: each(patients, PATIENT_KEYS, &mut problems, read_patient),
        ..Plan::default()
    };
    plan.resources = each(resources, RESOURCE_KEYS, &mut problems, |section| {
        read_resource(section, &plan, slot)
    });
    plan.types = each(types, TYPE_KEYS, &mut problems, |section| {
        read_type(section, &plan)
    });
    plan.exceptions = read_exceptions(exceptions, &plan, &mut problems);
    note_doubles(&plan, &mut problems);
    if problems.is_empty() {
        Ok(plan)
    } else {
        Err(problems)
    }
}

/// Reads each table of a list, and says which of its keys are unknown.
fn each<T>(
    tables: Vec<(String, Table)>,
    keys: &str,
    problems: &mut Vec<PlanProblem>,
    mut read: impl FnMut(&mut Section<'_>) -> Option<T>,
) -> Vec<T> {
    let mut found = Vec::new();
    for (place, table) in tables {
        let mut section = Section::new(place, table, problems);
        found.extend(read(&mut section));
        section.finish(keys);
    }
    found
}

/// Only the message and its line: an error of the reader would print the file, patients included.
fn syntax(text: &str, error: &toml::de::Error) -> PlanProblem {
    let line = error
        .span()
        .and_then(|span| text.get(..span.start))
        .map_or(1, |before| before.matches('\n').count() + 1);
    PlanProblem {
        place: FILE.to_owned(),
        key: format!("line {line}"),
        problem: error.message().to_owned(),
        remedy: "correct the TOML there".to_owned(),
    }
}

/// Takes the tables under a key, each with its name in messages: its id, or else its place.
fn tables(
    file: &mut Table,
    kind: &'static str,
    problems: &mut Vec<PlanProblem>,
) -> Vec<(String, Table)> {
    let mut wrong = || {
        problems.push(PlanProblem {
            place: FILE.to_owned(),
            key: kind.to_owned(),
            problem: "it is not a list of tables".to_owned(),
            remedy: format!("write [[{kind}]] before each"),
        });
    };
    let Some(value) = file.remove(kind) else {
        return Vec::new();
    };
    let Value::Array(list) = value else {
        wrong();
        return Vec::new();
    };
    let mut found = Vec::new();
    for (place, value) in list.into_iter().enumerate() {
        let Value::Table(table) = value else {
            wrong();
            continue;
        };
        let place = match table.get("id").and_then(Value::as_str) {
            Some(id) => format!("{kind} {id:?}"),
            None => format!("{kind} {}", place + 1),
        };
        found.push((place, table));
    }
    found
}

fn location(section: &mut Section<'_>) -> Option<PlannedLocation> {
    let (id, name) = (section.required("id"), section.required("name"));
    Some(PlannedLocation {
        id: id?,
        name: name?,
    })
}

fn practitioner(section: &mut Section<'_>) -> Option<PlannedPractitioner> {
    let id = section.required("id");
    let names = PlannedPractitioner {
        id: String::new(),
        title: section.text("title"),
        first_name: section.text("first_name"),
        last_name: section.required("last_name"),
    };
    Some(PlannedPractitioner { id: id?, ..names })
}

fn note_doubles(plan: &Plan, problems: &mut Vec<PlanProblem>) {
    let mut unique = |kind: &str, ids: Vec<&String>| {
        let mut seen = BTreeSet::new();
        for id in ids {
            if !seen.insert(id) {
                problems.push(PlanProblem {
                    place: format!("{kind} {id:?}"),
                    key: "id".to_owned(),
                    problem: "another one has it".to_owned(),
                    remedy: "give each its own".to_owned(),
                });
            }
        }
    };
    unique("location", plan.locations.iter().map(|it| &it.id).collect());
    unique(
        "practitioner",
        plan.practitioners.iter().map(|it| &it.id).collect(),
    );
    unique("resource", plan.resources.iter().map(|it| &it.id).collect());
    unique("type", plan.types.iter().map(|it| &it.id).collect());
    unique("patient", plan.patients.iter().map(|(id, _)| id).collect());
}
