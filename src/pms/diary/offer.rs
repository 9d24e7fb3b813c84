//! Which appointment types can be booked with whom, and how long they take.
//!
//! A type that only some resources offer, or that lasts differently with one of them, is published
//! once for each of them, under the id `TYPE:RESOURCE`. So is a type of one location where several
//! are served.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use super::DiaryError;
use super::resource::{ResourceRow, published, unique_names};
use crate::domain::diary::AppointmentType;
use crate::domain::id::PmsAppointmentTypeId;

struct TypeRow {
    id: String,
    location: Option<String>,
    name: String,
    minutes: Option<u16>,
}

struct OfferRow {
    of: String,
    resource: String,
    minutes: Option<u16>,
}

/// Reads the types as they are published for these resources.
pub(super) fn load_types(
    connection: &Connection,
    resources: &[ResourceRow],
) -> Result<Vec<AppointmentType>, DiaryError> {
    let types = load_rows(connection)?;
    let offers = load_offers(connection)?;
    let mut result = Vec::new();
    for kind in &types {
        let own: Vec<&OfferRow> = offers.iter().filter(|offer| offer.of == kind.id).collect();
        let here = |row: &ResourceRow| {
            kind.location
                .as_ref()
                .is_none_or(|location| *location == row.location)
        };
        if own.is_empty() && !resources.is_empty() && resources.iter().all(here) {
            result.push(publish(kind, kind.minutes, None)?);
            continue;
        }
        for (row, shown) in resources.iter().zip(published(resources)) {
            let offer = own.iter().find(|offer| offer.resource == row.id.as_str());
            if here(row) && (own.is_empty() || offer.is_some()) {
                let minutes = offer.and_then(|offer| offer.minutes).or(kind.minutes);
                result.push(publish(kind, minutes, Some((row, &shown.name)))?);
            }
        }
    }
    let names = unique_names(
        result.iter().map(|kind| kind.name.clone()).collect(),
        |_| None,
        |place| {
            result
                .get(place)
                .map_or_else(String::new, |kind| kind.id.to_string())
        },
    );
    for (kind, name) in result.iter_mut().zip(names) {
        kind.name = name;
    }
    Ok(result)
}

fn publish(
    kind: &TypeRow,
    minutes: Option<u16>,
    with: Option<(&ResourceRow, &str)>,
) -> Result<AppointmentType, DiaryError> {
    let (id, name) = match with {
        None => (kind.id.clone(), kind.name.clone()),
        Some((row, shown)) => (
            format!("{}:{}", kind.id, row.id),
            format!("{} ({shown})", kind.name),
        ),
    };
    Ok(AppointmentType {
        id: PmsAppointmentTypeId::parse(&id)
            .map_err(|_| DiaryError::unreadable("an appointment type's id"))?,
        name,
        length: minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60)),
        resource: with.map(|(row, _)| row.id.clone()),
    })
}

fn load_rows(connection: &Connection) -> Result<Vec<TypeRow>, DiaryError> {
    connection
        .prepare(
            "-- name: appointment types
             select id, location, name, minutes from appointment_types
             where retired = 0 order by position, id",
        )?
        .query_and_then([], |row| {
            Ok(TypeRow {
                id: row.get(0)?,
                location: row.get(1)?,
                name: row.get(2)?,
                minutes: row.get(3)?,
            })
        })?
        .collect()
}

fn load_offers(connection: &Connection) -> Result<Vec<OfferRow>, DiaryError> {
    connection
        .prepare(
            "-- name: which resources offer which types
             select type, resource, minutes from type_offers",
        )?
        .query_and_then([], |row| {
            Ok(OfferRow {
                of: row.get(0)?,
                resource: row.get(1)?,
                minutes: row.get(2)?,
            })
        })?
        .collect()
}

/// A type as one resource offers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    /// The type's own id, without the resource.
    pub(super) of: String,
    /// How long it takes with this resource, where the diary says.
    pub(super) minutes: Option<u16>,
}

/// Reads how a resource offers a type, by its published id or its own; `None`: it does not.
pub(super) fn load_offer(
    connection: &Connection,
    resource: &ResourceRow,
    wanted: &PmsAppointmentTypeId,
) -> Result<Option<Offer>, DiaryError> {
    let of = match wanted.as_str().split_once(':') {
        Some((_, with)) if with != resource.id.as_str() => return Ok(None),
        Some((of, _)) => of,
        None => wanted.as_str(),
    };
    Ok(connection
        .query_row(
            "-- name: a type as one resource offers it
             select t.id, coalesce(o.minutes, t.minutes)
             from appointment_types t
             left join type_offers o on o.type = t.id and o.resource = ?2
             where t.id = ?1 and t.retired = 0 and (t.location is null or t.location = ?3)
                 and (o.type is not null
                     or not exists (select 1 from type_offers x where x.type = t.id))",
            params![of, resource.id.as_str(), resource.location],
            |row| {
                Ok(Offer {
                    of: row.get(0)?,
                    minutes: row.get(1)?,
                })
            },
        )
        .optional()?)
}
