//! Libraries that leave something behind, as controls of the search: they are called like linkauth
//! and sign with the lent secret. `linkauth_sign_in` keys RustCrypto's `hmac` as it comes, its
//! feature `zeroize` on; `linkauth_psk` formats the secret into a string, as a careless program would.

#![allow(missing_docs)]

use core::ffi::{c_char, c_void};
use hmac::{KeyInit, Mac};

/// As far as the secret: see `linkauth_sign_in_options` in `linkauth.h`.
#[repr(C)]
pub struct Options {
    numbers: [u32; 8],
    texts: [*const c_char; 4],
    device_secret: *const u8,
    device_secret_length: usize,
}

/// # Safety
/// The secret is readable for its length.
unsafe fn secret<'a>(options: *const Options) -> &'a [u8] {
    // SAFETY: the contract is this function's.
    unsafe {
        core::slice::from_raw_parts((*options).device_secret, (*options).device_secret_length)
    }
}

fn mac(key: &[u8]) -> [u8; 32] {
    let mut mac =
        hmac::Hmac::<sha2::Sha256>::new_from_slice(key).unwrap_or_else(|_| std::process::abort());
    mac.update(b"clientIda1B2c3D4e5F.dev1deviceNamedev1productKeya1B2c3D4e5F");
    mac.finalize().into_bytes().into()
}

/// # Safety
/// `options` is readable, and the 32 bytes of `buffer` are writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn linkauth_sign_in(
    _: *mut c_void,
    options: *const Options,
    buffer: *mut u8,
) -> i32 {
    // SAFETY: the contract is this function's.
    unsafe { buffer.copy_from_nonoverlapping(mac(secret(options)).as_ptr(), 32) };
    0
}

/// # Safety
/// As `linkauth_sign_in`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn linkauth_psk(
    _: *mut c_void,
    options: *const Options,
    buffer: *mut u8,
) -> i32 {
    // SAFETY: the contract is this function's.
    let secret = unsafe { secret(options) };
    let text = format!("key={}", String::from_utf8_lossy(secret));
    // SAFETY: the contract is this function's.
    unsafe { buffer.copy_from_nonoverlapping(mac(&text.as_bytes()[4..]).as_ptr(), 32) };
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn linkauth_device_init() -> i32 {
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn linkauth_device_wipe() {}

#[unsafe(no_mangle)]
pub extern "C" fn linkauth_registration_wipe() {}

#[unsafe(no_mangle)]
pub extern "C" fn linkauth_wipe() {}
