//! The built-in diary: a real diary in one SQLite file.
//!
//! # Needs in tension
//! Reception, the connector and a second connector may write at once, and one slot must go to one
//! of them; ten thousand practices may each have a file, and one process serves them all in little
//! memory; a call must end in time, and yet nobody may be left wondering what it wrote.
//!
//! # Invariants
//! - The database itself refuses an overlap: a trigger asks by person, so that a practitioner with
//!   two specialties (two resources) is in one place at a time.
//! - A write takes the diary's write lock first and asks only then whether its caller still waits.
//!   A call that is withdrawn before that never writes; `find` takes the same lock, so what it
//!   does not see will not appear later.
//! - Every location of a diary lives on one clock: times carry no zone.
//! - A file is created by an import only, never by the daemon.
//! - An appointment is never deleted, and a resource or type that leaves the import is retired.

use std::time::Duration;

use super::{Description, Support};

mod adapter;
mod appointment;
mod call;
mod change;
mod client_day;
mod desk;
mod document;
mod error;
mod free;
mod hours;
mod import;
mod location;
mod offer;
mod open;
mod patient;
mod plan;
mod pool;
mod quiet;
mod report;
mod resource;
mod room;
mod settings;
mod standing;

pub use desk::{Desk, DocumentLine, Entry, KeepHours};
pub use document::{Paper, parse_kind};
pub use error::DiaryError;
pub use import::Imported;
pub use plan::{Plan, PlanProblem, parse_range};
pub use report::{AppointmentLine, PatientLine};
pub use settings::parse;
pub use standing::parse_standing;

/// The adapter's name in a practice's file.
pub const NAME: &str = "diary";

/// What the built-in diary can do.
const DESCRIPTION: Description = Description {
    system: "built-in diary",
    max_publish_days: 365,
    window_days: 366,
    keeps_key: Support::Yes,
    cancel: Support::Yes,
    change_feed: Support::Yes,
    standings: Support::Yes,
    documents: Support::Yes,
    attachments: Support::Yes,
    client_days: Support::Yes,
    settles_within: Duration::ZERO,
};

#[cfg(test)]
mod tests;
