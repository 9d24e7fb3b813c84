//! See the law of the same name.
#![no_main]

#[path = "../law/plan.rs"]
mod plan;

libfuzzer_sys::fuzz_target!(|data: &[u8]| plan::hold(data));
