//! See the law of the same name.
#![no_main]

#[path = "../law/lists.rs"]
mod lists;

libfuzzer_sys::fuzz_target!(|data: &[u8]| lists::hold(data));
