//! The sandbox's own reading of Healthengine's definition: what each body must be, and what it
//! says once it is.

pub(super) mod availability;
pub(super) mod booking;
pub(super) mod client_snapshot;
pub(super) mod config;
pub(super) mod document;
pub(super) mod subscription;
