//! See the law of the same name.
#![no_main]

#[path = "../law/exchange.rs"]
mod exchange;
#[path = "../law/sandbox.rs"]
mod sandbox;

libfuzzer_sys::fuzz_target!(|data: &[u8]| sandbox::hold(data));
