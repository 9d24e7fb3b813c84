//! The client against servers of its own on the loopback.

mod any_json;
mod documents;
mod exact_out;
mod lenient_in;
mod operations;
mod pages;
mod sending;
pub(super) mod server;
mod trust;
