//! See the law of the same name.
#![no_main]

#[path = "../law/exchange.rs"]
mod exchange;
#[path = "../law/operator.rs"]
mod operator;

libfuzzer_sys::fuzz_target!(|data: &[u8]| operator::hold(data));
