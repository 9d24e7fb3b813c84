//! Free time: what a diary offers, and what of it is published.

use std::time::Duration;

use chrono::NaiveDate;

use super::civil::{LocalDateTime, TimeRange};
use super::id::{PmsAppointmentTypeId, PmsResourceId};

/// A stretch of free time of one resource on one day.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FreeTime {
    /// From when until when, practice-local.
    pub range: TimeRange,
    /// How it may be cut.
    pub cut: Cut,
    /// The types that may be booked in it; empty: every type.
    pub types: Vec<PmsAppointmentTypeId>,
}

/// How a stretch of free time may be cut into appointments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cut {
    /// An open range, cut by this slot length.
    Every(Duration),
    /// One appointment, as long as the stretch: never split, never merged.
    Whole,
}

/// The free time of one resource on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeDay {
    /// Whose.
    pub resource: PmsResourceId,
    /// When, practice-local.
    pub date: NaiveDate,
    /// The stretches, sorted by start; empty when nothing is free.
    pub free: Vec<FreeTime>,
}

/// Time that a booking not yet in the diary will take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Whose time.
    pub resource: PmsResourceId,
    /// From when, practice-local.
    pub start: LocalDateTime,
    /// For how long.
    pub length: Duration,
}
