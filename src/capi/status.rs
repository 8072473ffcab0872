//! Names and texts of statuses, the version, and wiping.

use super::{boundary, linkauth_context, linkauth_status};
use crate::explain::{Context, explain_with_nul};
use crate::status;
use core::ffi::{c_char, c_void};

/// The name of a status, such as "LINKAUTH_ERROR_STORE_ABSENT". It builds no text.
///
/// @param status Any number.
/// @return A static, NUL-terminated text, never NULL; for a number that is no status,
/// "LINKAUTH_ERROR_UNKNOWN_STATUS".
///
/// Threads: any.
/// Blocks: no.
/// Since 0.1.0.
/// cbindgen:prefix=LINKAUTH_API LINKAUTH_RETURNS_NONNULL
#[unsafe(no_mangle)]
pub extern "C" fn linkauth_status_name(status: linkauth_status) -> *const c_char {
    status::name_with_nul(status).as_ptr().cast()
}

/// One sentence on a status: what is wrong and what to check. It is fixed at build time, so no
/// secret can be in it.
///
/// @param status Any number.
/// @return A static, NUL-terminated text, never NULL.
///
/// Threads: any.
/// Blocks: no.
/// Since 0.1.0.
/// cbindgen:prefix=LINKAUTH_API LINKAUTH_RETURNS_NONNULL
#[unsafe(no_mangle)]
pub extern "C" fn linkauth_status_text(status: linkauth_status) -> *const c_char {
    status::text_with_nul(status).as_ptr().cast()
}

/// Why a device was refused: likely causes in their order, and the remedy. Longer than
/// linkauth_status_text; with the number it fits one line of a log. It is fixed at build time, so no
/// secret can be in it.
///
/// @param context LINKAUTH_CONTEXT_...: where the number comes from. Any other is taken for
/// LINKAUTH_CONTEXT_STATUS.
/// @param number Any number.
/// @return A static, NUL-terminated text of up to 400 bytes, never NULL.
///
/// Threads: any.
/// Blocks: no.
/// Since 0.1.0.
/// cbindgen:prefix=LINKAUTH_API LINKAUTH_RETURNS_NONNULL
#[unsafe(no_mangle)]
pub extern "C" fn linkauth_explain(context: u32, number: i32) -> *const c_char {
    const PLATFORM_CODE: u32 = linkauth_context::LINKAUTH_CONTEXT_PLATFORM_CODE as u32;
    const SIGN_IN: u32 = linkauth_context::LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN as u32;
    const REGISTRATION: u32 = linkauth_context::LINKAUTH_CONTEXT_CONNACK_OF_REGISTRATION as u32;
    let context = match context {
        PLATFORM_CODE => Context::PlatformCode,
        SIGN_IN => Context::ConnackOfSignIn,
        REGISTRATION => Context::ConnackOfRegistration,
        _ => Context::Status,
    };
    explain_with_nul(context, number).as_ptr().cast()
}

/// The version of the library at run time: major * 65536 + minor * 256 + patch, like
/// LINKAUTH_VERSION_NUMBER for the header.
///
/// @return The number.
///
/// Threads: any.
/// Blocks: no.
/// Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn linkauth_version_number() -> u32 {
    VERSION_NUMBER
}

const VERSION_NUMBER: u32 = (part(env!("CARGO_PKG_VERSION_MAJOR")) << 16)
    | (part(env!("CARGO_PKG_VERSION_MINOR")) << 8)
    | part(env!("CARGO_PKG_VERSION_PATCH"));

const fn part(digits: &str) -> u32 {
    match u32::from_str_radix(digits, 10) {
        Ok(number) => number,
        Err(_) => 0,
    }
}

/// The version of the library at run time, such as "0.1.0".
///
/// @return A static, NUL-terminated text.
///
/// Threads: any.
/// Blocks: no.
/// Since 0.1.0.
/// cbindgen:prefix=LINKAUTH_API LINKAUTH_RETURNS_NONNULL
#[unsafe(no_mangle)]
pub extern "C" fn linkauth_version_string() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// Zeroes memory in a way that no compiler leaves out: for buffers of the caller's that held a
/// secret or a password. It does not free.
///
/// @param[in,out] memory May be NULL: then nothing happens.
/// @param length Bytes.
///
/// Ownership: the memory stays the caller's.
/// Wiped: the memory.
/// Threads: any, while no other uses the memory.
/// Blocks: no.
/// Since 0.1.0.
///
/// # Safety
/// `length` bytes are writable at `memory`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn linkauth_wipe(memory: *mut c_void, length: usize) {
    // SAFETY: the contract is the caller's.
    unsafe { boundary::wipe(memory.cast(), length) };
}
