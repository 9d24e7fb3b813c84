//! The operations beyond those that the engine asks for, one file for each of the API's subjects.
//! They are named as the API names them.

mod availability;
mod booking;
mod configuration;
mod feature;
mod subscription;
