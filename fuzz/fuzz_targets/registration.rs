#![no_main]

#[path = "../bodies/registration.rs"]
mod registration;

libfuzzer_sys::fuzz_target!(|data: &[u8]| registration::body(data));
