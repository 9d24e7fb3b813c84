//! Why a booking cannot be met, whatever the diary says.

use chrono::{DateTime, Utc};

use crate::domain::booking::{Booking, BookingStatus, RejectReason, is_late};
use crate::domain::civil::Zone;
use crate::domain::diary::{AppointmentType, Resource};

/// What the diary is known to have; empty lists: not read yet, so nothing is held against it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) resources: &'a [Resource],
    pub(super) types: &'a [AppointmentType],
}

/// The first reason that stands against a booking, if any.
pub(super) fn objection(
    booking: &Booking,
    booked_at: DateTime<Utc>,
    now: DateTime<Utc>,
    zone: Zone,
    known: Known<'_>,
) -> Option<RejectReason> {
    if booking.status == BookingStatus::Cancelled {
        return Some(RejectReason::CancelledFirst);
    }
    // Rule: a booking whose pmsResourceId is null must be rejected.
    let Some(resource) = &booking.resource else {
        return Some(RejectReason::ResourceRemoved);
    };
    let Some(start) = zone.occurrence(booking.start).instant() else {
        return Some(RejectReason::TimeDoesNotExist);
    };
    if start < now && is_late(booked_at, now) {
        return Some(RejectReason::TimePassed);
    }
    if !known.resources.is_empty() && known.resources.iter().all(|known| known.id != *resource) {
        return Some(RejectReason::ResourceUnknown);
    }
    if let Some(wanted) = &booking.appointment_type {
        let offered = |known: &AppointmentType| {
            known.id == *wanted && known.resource.as_ref().is_none_or(|only| only == resource)
        };
        if !known.types.is_empty() && !known.types.iter().any(offered) {
            return Some(RejectReason::TypeNotOffered);
        }
    }
    None
}

#[cfg(test)]
mod tests;
