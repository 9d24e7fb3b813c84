//! The client against servers of its own on the loopback.

mod exact_out;
mod lenient_in;
mod operations;
mod pages;
mod sending;
mod server;
mod trust;
