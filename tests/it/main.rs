//! The integration suite, one binary.

// The lints that spare tests look for this.
#![cfg(test)]

mod architecture;
mod ledger_contract;
mod ledger_sqlite;
mod packaging;
