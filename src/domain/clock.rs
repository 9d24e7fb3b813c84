//! Where the current time comes from.

use chrono::{DateTime, Utc};

/// The one source of the current time. The daemon passes the system's clock; a simulation passes a
/// virtual one.
pub trait Clock: Send + Sync {
    /// The current time, UTC.
    fn now(&self) -> DateTime<Utc>;
}
