//! The integration suite, one binary.

// The lints that spare tests look for this.
#![cfg(test)]

mod acceptance;
mod adapter_contract;
mod architecture;
mod check_online;
mod client_and_sandbox;
mod diary_processes;
mod engine;
mod fuzz;
mod ledger_contract;
mod ledger_sqlite;
mod packaging;
mod power_loss;
mod readme;
mod sandbox;
mod shutdown;
mod simulation;
mod world;
