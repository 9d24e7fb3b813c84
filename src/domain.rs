//! What a booking, a diary and a patient are: pure rules, no input or output, nothing asynchronous.
//!
//! # Invariants
//! - Nothing here reads a clock, a file, a socket or ambient randomness.
//! - Practice-local civil time ([`civil::LocalDateTime`]) and UTC ([`chrono::DateTime`]`<Utc>`) are
//!   different types; only [`civil::Zone`] turns one into the other.
//! - A patient's details sit in [`redacted::Redacted`], which prints its kind and never its value.

pub mod availability;
pub mod booking;
pub mod civil;
pub mod client_day;
pub mod clock;
pub mod diary;
pub mod document;
pub mod feature;
pub mod id;
pub mod live_hours;
pub mod matching;
pub mod patient;
pub mod redacted;
