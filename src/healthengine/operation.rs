//! The operations beyond those that the engine asks for, one file for each of the API's subjects.
//! They are named as the API names them.

mod attach_document;
mod availability;
mod booking;
mod client_snapshot;
mod configuration;
mod document;
mod feature;
mod request;
mod subscription;
