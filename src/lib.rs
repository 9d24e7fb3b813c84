//! The daemon between a practice's management system (PMS) and Healthengine.
//!
//! (The map, the direction of the layers and the walkthroughs stand here.)

pub mod cli;
pub mod config;
pub mod daemon;
pub mod domain;
pub mod healthengine;
pub mod ledger;
pub mod pms;
pub mod practice;
pub mod sandbox;
pub mod server;
pub mod telemetry;
