//! The wire: exactly as the definition says on the way out, leniently on the way in.
//!
//! # Invariants
//! - A body that is not the list or the object it should be is an error: it is never taken for an
//!   empty list.
//! - One element out of shape never loses the others of its list.
//! - What is wrong with an element is said by its field's name, never by its value.

pub(super) mod attach_document;
pub(super) mod availability;
pub(super) mod booking;
pub(super) mod client_snapshot;
pub(super) mod configuration;
mod content;
pub(super) mod document;
pub(super) mod feature;
pub(super) mod field;
pub(super) mod list;
mod patient;
pub(super) mod request;
pub(super) mod subscription;

use chrono::{DateTime, Utc};

pub(super) use field::BadElement;

/// Rule: timestamps are `YYYY-MM-DD HH:MM:SS`.
fn utc_text(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}
