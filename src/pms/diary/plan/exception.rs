//! Dates that differ from the week, spread over the resources they are for.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use toml::Table;

use super::section::Section;
use super::{Plan, PlanProblem, PlannedException};

/// The most dates that one exception may cover.
const LONGEST: usize = 366;

type Exceptions = BTreeMap<(String, NaiveDate), PlannedException>;

/// Reads the exceptions; one that names resources goes before one for everybody.
pub(super) fn read_exceptions(
    tables: Vec<(String, Table)>,
    plan: &Plan,
    problems: &mut Vec<PlanProblem>,
) -> Exceptions {
    let mut everybody = Exceptions::new();
    let mut named = Exceptions::new();
    for (place, table) in tables {
        let mut section = Section::new(place, table, problems);
        let resources = section.texts("resources");
        let (ids, target) = match resources {
            Some(ids) => (known(&mut section, plan, ids), &mut named),
            None => (
                plan.resources.iter().map(|it| it.id.clone()).collect(),
                &mut everybody,
            ),
        };
        spread(&mut section, &ids, target);
        section.finish("date, until, resources, hours, note");
    }
    everybody.extend(named);
    everybody
}

fn known(section: &mut Section<'_>, plan: &Plan, ids: Vec<String>) -> Vec<String> {
    for id in &ids {
        if !plan.resources.iter().any(|it| it.id == *id) {
            section.wrong(
                "resources",
                format!("there is no resource {id:?}"),
                "write ids of resources",
            );
        }
    }
    ids
}

fn spread(section: &mut Section<'_>, ids: &[String], target: &mut Exceptions) {
    let from = section.required_date("date");
    let until = section.date("until");
    let exception = PlannedException {
        hours: section.ranges("hours").unwrap_or_default(),
        note: section.text("note"),
    };
    let Some(from) = from else {
        return;
    };
    let until = until.unwrap_or(from);
    let dates: Vec<NaiveDate> = from
        .iter_days()
        .take_while(|date| *date <= until)
        .take(LONGEST + 1)
        .collect();
    if dates.is_empty() || dates.len() > LONGEST {
        section.wrong(
            "until",
            "it is before `date`, or more than a year later",
            "write the last date, which is included",
        );
        return;
    }
    let mut twice = false;
    for id in ids {
        for date in &dates {
            let before = target.insert((id.clone(), *date), exception.clone());
            twice |= before.is_some();
        }
    }
    if twice {
        section.wrong(
            "date",
            "another exception is for the same date and resource",
            "keep one of them",
        );
    }
}
