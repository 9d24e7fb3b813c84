//! See the law of the same name.
#![no_main]

#[path = "../law/answer.rs"]
mod answer;

libfuzzer_sys::fuzz_target!(|data: &[u8]| answer::hold(data));
