//! See the law of the same name.
#![no_main]

#[path = "../law/row.rs"]
mod row;

libfuzzer_sys::fuzz_target!(|data: &[u8]| row::hold(data));
