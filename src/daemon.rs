//! The process: what is built from the settings, what runs, and how it stops.

pub mod tasks;
