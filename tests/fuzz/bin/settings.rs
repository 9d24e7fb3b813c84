//! See the law of the same name.
#![no_main]

#[path = "../law/settings.rs"]
mod settings;

libfuzzer_sys::fuzz_target!(|data: &[u8]| settings::hold(data));
