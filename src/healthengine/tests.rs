//! The client against servers of its own on the loopback.

mod pages;
mod sending;
mod server;
mod trust;
