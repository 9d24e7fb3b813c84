//! What must hold of the whole: the real daemon against the real sandbox and real diaries, each a
//! process of its own, steered over the command line and the sandbox's controls only.

pub(crate) mod book;
mod bookings;
pub(crate) mod child;
mod crash;
mod demo;
mod documents;
mod features;
mod first_hour;
mod kills;
mod linking;
mod page;
mod patients;
mod privacy;
mod reception;
mod steering;
pub(crate) mod town;
