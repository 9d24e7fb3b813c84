//! The sandbox holds its callers to each published rule: one test per rule, over real connections.

mod answers;
mod availability;
mod callbacks;
mod config;
mod controls;
mod documents;
mod faults;
mod health;
mod identity;
mod paging;
mod world;
