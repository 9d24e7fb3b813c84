//! A practice's surroundings as models, so that the engine runs on one thread, without a socket and
//! without sleeping: Healthengine, the PMS, the ledger's disk, the clock.
//!
//! # Invariants
//! - The engine, the protocol and the ledger are the real ones; only what they meet is a model.
//! - A model promises what the real one promises, and fails only as it is told to.
//! - Time is moved from outside: by a test, or by the simulation's own loop.

pub mod campaign;
pub mod chronicle;
pub mod clock;
pub mod gate;
pub mod healthengine;
pub mod house;
pub mod judge;
pub mod ledger;
pub mod patient;
pub mod plan;
pub mod pms;
pub mod weather;
pub mod world;
