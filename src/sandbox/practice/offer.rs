//! What patients see: times cut from the snapshots that the connector sent, and nothing else.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::Serialize;

use super::State;
use crate::domain::civil::{LocalDateTime, TimeOfDay, TimeRange, Zone};
use crate::sandbox::book::stamp;
use crate::sandbox::wire::availability::FreeRange;
use crate::sandbox::wire::config::SentAppointmentType;

/// Healthengine's own length of an appointment, used where neither slot nor type has one.
const OWN_LENGTH_MINUTES: u16 = 15;

/// A time that a patient can book.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Offered {
    /// When it starts, practice-local.
    #[serde(serialize_with = "stamp")]
    pub start: NaiveDateTime,
    /// With whom.
    pub resource: String,
    /// Of which type; `None` when no type was chosen.
    #[serde(rename = "type")]
    pub appointment_type: Option<String>,
    /// How long it takes, in seconds.
    pub length_seconds: u32,
}

impl State {
    /// Whether patients see any times: not while the integration is unhealthy or without consent.
    fn is_published(&self) -> bool {
        self.consent && self.health.trouble.is_none()
    }

    /// The type with this id.
    pub(in crate::sandbox) fn appointment_type(&self, id: &str) -> Option<&SentAppointmentType> {
        self.types
            .iter()
            .find(|known| &*known.pms_appointment_type_id == id)
    }

    /// The types that can be booked with a resource.
    pub(in crate::sandbox) fn types_of<'a>(
        &'a self,
        resource: &'a str,
    ) -> impl Iterator<Item = &'a SentAppointmentType> {
        self.types.iter().filter(move |known| {
            known
                .pms_resource_id
                .as_deref()
                .is_none_or(|only| only == resource)
        })
    }

    /// The times of a resource and a day that can be booked for a type, in order.
    pub(in crate::sandbox) fn offered(
        &self,
        resource: &str,
        date: NaiveDate,
        chosen: Option<&SentAppointmentType>,
        now: DateTime<Utc>,
    ) -> Vec<Offered> {
        let fits = chosen.is_none_or(|chosen| {
            chosen
                .pms_resource_id
                .as_deref()
                .is_none_or(|only| only == resource)
        });
        let Some(day) = self
            .days
            .get(resource)
            .and_then(|days| days.get(&date))
            .filter(|_| fits && self.is_published())
        else {
            return Vec::new();
        };
        let open: Vec<&FreeRange> = day
            .ranges
            .iter()
            .filter(|free| is_open_for(free, chosen))
            .collect();
        let free = self.without_bookings(resource, date, joined(&open));
        let length = chosen
            .and_then(|chosen| chosen.pms_appointment_length)
            .and_then(|minutes| u16::try_from(minutes).ok());
        let here = self.zone.local(now);
        let mut offered: Vec<Offered> = open
            .iter()
            .flat_map(|open| starts(open, length))
            .filter_map(|(start, step)| {
                let takes = length.unwrap_or(step);
                let end = TimeOfDay::from_minutes(start.minutes().checked_add(takes)?)?;
                let wanted = TimeRange::new(start, end)?;
                let at = LocalDateTime::new(date, start);
                let is_free = free.iter().any(|range| contains(*range, wanted));
                (is_free && at > here && exists(self.zone, at)).then(|| Offered {
                    start: at.naive(),
                    resource: resource.to_owned(),
                    appointment_type: chosen.map(|c| c.pms_appointment_type_id.to_string()),
                    length_seconds: u32::from(takes) * 60,
                })
            })
            .collect();
        offered.sort();
        offered.dedup();
        offered
    }

    /// The first time that can be booked at all, with the first type that fits where the practice
    /// has types; of one resource or of any.
    pub(in crate::sandbox) fn next_offered(
        &self,
        resource: Option<&str>,
        chosen: Option<&SentAppointmentType>,
        now: DateTime<Utc>,
    ) -> Option<Offered> {
        let today = self.zone.today(now);
        self.days
            .iter()
            .filter(|(id, _)| resource.is_none_or(|only| only == &***id))
            .filter_map(|(id, days)| {
                days.range(today..).find_map(|(&date, _)| {
                    self.offered_with_any_type(id, date, chosen, now)
                        .into_iter()
                        .next()
                })
            })
            .min()
    }

    /// The times of a day, for the chosen type or for the first type that has any.
    pub(in crate::sandbox) fn offered_with_any_type(
        &self,
        resource: &str,
        date: NaiveDate,
        chosen: Option<&SentAppointmentType>,
        now: DateTime<Utc>,
    ) -> Vec<Offered> {
        if chosen.is_some() {
            return self.offered(resource, date, chosen, now);
        }
        self.types_of(resource)
            .map(|each| self.offered(resource, date, Some(each), now))
            .find(|offered| !offered.is_empty())
            .unwrap_or_else(|| self.offered(resource, date, None, now))
    }

    fn without_bookings(
        &self,
        resource: &str,
        date: NaiveDate,
        free: Vec<TimeRange>,
    ) -> Vec<TimeRange> {
        let taken = self
            .by_day
            .get(&date)
            .into_iter()
            .flatten()
            .filter_map(|id| self.bookings.get(id))
            .filter(|booking| &*booking.resource == resource && booking.takes_its_time());
        taken.fold(free, |free, booking| {
            let start = LocalDateTime::from_naive(booking.start).time_of_day();
            let minutes = u16::try_from(booking.length_seconds.div_ceil(60)).unwrap_or(u16::MAX);
            let end = TimeOfDay::from_minutes(start.minutes().saturating_add(minutes))
                .unwrap_or(TimeOfDay::END_OF_DAY);
            match TimeRange::new(start, end) {
                Some(taken) => free
                    .into_iter()
                    .flat_map(|range| range.without(taken))
                    .collect(),
                None => free,
            }
        })
    }
}

fn is_open_for(free: &FreeRange, chosen: Option<&SentAppointmentType>) -> bool {
    match (&free.types, chosen) {
        (None, _) => true,
        (Some(types), Some(chosen)) => types.contains(&chosen.pms_appointment_type_id),
        (Some(_), None) => false,
    }
}

/// Ranges that touch or overlap as one.
fn joined(open: &[&FreeRange]) -> Vec<TimeRange> {
    let mut result: Vec<TimeRange> = Vec::new();
    for range in open.iter().map(|free| free.range) {
        match result.last_mut() {
            Some(last) if range.start() <= last.end() => {
                let end = last.end().max(range.end());
                if let Some(longer) = TimeRange::new(last.start(), end) {
                    *last = longer;
                }
            }
            Some(_) | None => result.push(range),
        }
    }
    result
}

/// Where the slots of a range start, and how long each is, in minutes.
fn starts(free: &FreeRange, length: Option<u16>) -> Vec<(TimeOfDay, u16)> {
    // Rule: under 60 seconds, Healthengine's own length.
    let step = if free.slot_length >= 60 {
        u16::try_from(free.slot_length.div_ceil(60)).unwrap_or(u16::MAX)
    } else {
        length.unwrap_or(OWN_LENGTH_MINUTES)
    };
    let end = free.range.end().minutes();
    (free.range.start().minutes()..end)
        .step_by(usize::from(step.max(1)))
        .filter(|start| start.saturating_add(step) <= end)
        .filter_map(|start| Some((TimeOfDay::from_minutes(start)?, step)))
        .collect()
}

fn contains(outer: TimeRange, inner: TimeRange) -> bool {
    outer.start() <= inner.start() && inner.end() <= outer.end()
}

fn exists(zone: Zone, at: LocalDateTime) -> bool {
    zone.occurrence(at).instant().is_some()
}
