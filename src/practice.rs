//! The engine: one activation per practice fetches what is pending, works it and answers.

pub mod control;
pub mod status;
