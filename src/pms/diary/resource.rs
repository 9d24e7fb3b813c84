//! Who and what can be booked.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::DiaryError;
use super::location::Served;
use crate::domain::diary::Resource;
use crate::domain::id::PmsResourceId;

/// A resource as the diary keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResourceRow {
    pub(super) id: PmsResourceId,
    pub(super) location: String,
    /// Whose time it is: two resources of one person share it.
    pub(super) person: String,
    pub(super) name: String,
    pub(super) title: Option<String>,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) specialty: Option<String>,
    pub(super) slot_minutes: u16,
}

/// Reads the bookable resources of the locations served, in the diary's order.
pub(super) fn load_resources(
    connection: &Connection,
    served: &Served,
) -> Result<Vec<ResourceRow>, DiaryError> {
    connection
        .prepare(
            "-- name: resources of the locations served
             select r.id, r.location, r.person, r.name, r.title, r.first_name, r.last_name,
                    r.specialty, r.slot_minutes
             from resources r join locations l on l.id = r.location
             where r.retired = 0 and l.retired = 0
                 and (?1 is null or r.location in (select value from json_each(?1)))
             order by l.position, r.position, r.id",
        )?
        .query_and_then([served.parameter()], read_row)?
        .collect()
}

/// Reads one bookable resource of the locations served.
pub(super) fn load_resource(
    connection: &Connection,
    served: &Served,
    id: &PmsResourceId,
) -> Result<Option<ResourceRow>, DiaryError> {
    connection
        .query_row(
            "-- name: one resource of the locations served
             select r.id, r.location, r.person, r.name, r.title, r.first_name, r.last_name,
                    r.specialty, r.slot_minutes
             from resources r join locations l on l.id = r.location
             where r.id = ?2 and r.retired = 0 and l.retired = 0
                 and (?1 is null or r.location in (select value from json_each(?1)))",
            params![served.parameter(), id.as_str()],
            |row| Ok(read_row(row)),
        )
        .optional()?
        .transpose()
}

fn read_row(row: &Row<'_>) -> Result<ResourceRow, DiaryError> {
    let id: String = row.get(0)?;
    Ok(ResourceRow {
        id: PmsResourceId::parse(&id).map_err(|_| DiaryError::unreadable("a resource's id"))?,
        location: row.get(1)?,
        person: row.get(2)?,
        name: row.get(3)?,
        title: row.get(4)?,
        first_name: row.get(5)?,
        last_name: row.get(6)?,
        specialty: row.get(7)?,
        slot_minutes: row.get(8)?,
    })
}

/// The resources as they are published: where names are equal the specialty is added, and where
/// they still are, the id.
pub(super) fn published(rows: &[ResourceRow]) -> Vec<Resource> {
    let names = unique_names(
        rows.iter().map(|row| row.name.clone()).collect(),
        |place| rows.get(place).and_then(|row| row.specialty.clone()),
        |place| {
            rows.get(place)
                .map_or_else(String::new, |row| row.id.to_string())
        },
    );
    rows.iter()
        .zip(names)
        .map(|(row, name)| Resource {
            id: row.id.clone(),
            name,
            title: row.title.clone(),
            first_name: row.first_name.clone(),
            last_name: row.last_name.clone(),
        })
        .collect()
}

/// Makes names unique by adding a word to those that are equal, and then the id.
pub(super) fn unique_names(
    mut names: Vec<String>,
    word: impl Fn(usize) -> Option<String>,
    id: impl Fn(usize) -> String,
) -> Vec<String> {
    let mut add = |text: &dyn Fn(usize) -> Option<String>| {
        let before = names.clone();
        for (place, name) in names.iter_mut().enumerate() {
            let equal = before.iter().filter(|other| *other == name).count();
            if equal > 1
                && let Some(text) = text(place)
            {
                *name = format!("{name} ({text})");
            }
        }
    };
    add(&word);
    add(&|place| Some(id(place)));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_told_apart_by_specialty_and_then_by_id() {
        let row = |id: &str, name: &str, specialty: Option<&str>| ResourceRow {
            id: PmsResourceId::parse(id).unwrap(),
            location: "main".to_owned(),
            person: id.to_owned(),
            name: name.to_owned(),
            title: None,
            first_name: None,
            last_name: None,
            specialty: specialty.map(str::to_owned),
            slot_minutes: 15,
        };
        let names: Vec<String> = published(&[
            row("1", "Dr Test", Some("GP")),
            row("2", "Dr Test", Some("Skin")),
            row("3", "Room", None),
            row("4", "Room", None),
            row("5", "Nurse", Some("Wounds")),
        ])
        .into_iter()
        .map(|resource| resource.name)
        .collect();
        assert_eq!(
            names,
            [
                "Dr Test (GP)",
                "Dr Test (Skin)",
                "Room (3)",
                "Room (4)",
                "Nurse"
            ]
        );
    }
}
