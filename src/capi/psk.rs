//! Identity and key of a TLS-PSK connection.

use super::boundary::{self, Versioned, write_struct};
use super::device::{DeviceObject, linkauth_device};
use super::linkauth_status;
use super::object::Object;
use super::sign_in::{Inputs, linkauth_sign_in_options};
use crate::credential::Credential;
use crate::status::{Error, Result};
use core::ffi::c_char;
use core::mem::MaybeUninit;
use core::{ptr, slice};

/// Bytes that hold identity and key of any TLS-PSK.
pub const LINKAUTH_PSK_BUFFER_SIZE: usize = 192;

/// Identity and key for TLS-PSK. The texts lie in the caller's buffer, each NUL-terminated.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct linkauth_psk_result {
    /// sizeof(linkauth_psk_result), set by the caller.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// The PSK identity.
    pub identity: *const c_char,
    /// Its length in bytes, the NUL not counted.
    pub identity_length: usize,
    /// The key: its 64 hex digits are the key's bytes, as they stand.
    pub key: *const c_char,
    /// Its length in bytes, the NUL not counted.
    pub key_length: usize,
    /// Bytes that the buffer needs, if it was too small; else 0.
    pub size_needed: usize,
}

// SAFETY: repr(C), no padding (asserted), and all zero is a value.
unsafe impl Versioned for linkauth_psk_result {
    const FIRST_SIZE: usize = 8 + 5 * size_of::<usize>();
}

/// Computes identity and key of a TLS-PSK connection, which signs a device in by its DeviceSecret
/// without a certificate of the server's: for firmware that cannot verify certificates. The MQTT
/// CONNECT that follows is that of linkauth_sign_in. It opens no connection.
///
/// @param[in,out] device The device.
/// @param[in] options timestamp and device_secret are used; NULL for the defaults.
/// @param[out] buffer Where the texts go.
/// @param capacity Its size in bytes: LINKAUTH_PSK_BUFFER_SIZE. It may not overlap an input.
/// @param[out] result Where in the buffer they are. Its struct_size must be set.
/// @retval LINKAUTH_OK Buffer and result are filled.
/// @retval LINKAUTH_ERROR_BUFFER_TOO_SMALL result->size_needed says how many bytes are needed.
/// @retval LINKAUTH_ERROR_SECRET_IS_TOKEN A DeviceToken is stored or given, and none signs.
/// @retval LINKAUTH_ERROR_ARGUMENT_RANGE The timestamp is LINKAUTH_TIMESTAMP_NONE: a PSK needs one.
/// @retval LINKAUTH_ERROR_... As linkauth_sign_in.
///
/// Source: the TLS layers of the vendor's C SDK 3.x and Link SDK C 4.x; the platform's page prints
/// another formula.
/// Ownership: the texts live in the caller's buffer, as long as that does. The caller wipes the
/// buffer, which holds the key, with linkauth_wipe after the handshake.
/// Wiped: every copy of the DeviceSecret that linkauth made; on an error, buffer and result are
/// zeroed.
/// Threads: one at a time for one device; different devices are independent.
/// Blocks: as long as the store does.
/// Since 0.1.0.
///
/// # Safety
/// As `linkauth_sign_in`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_psk(
    device: *mut linkauth_device,
    options: *const linkauth_sign_in_options,
    buffer: *mut c_char,
    capacity: usize,
    result: *mut linkauth_psk_result,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe { psk(device, options, buffer.cast(), capacity, result) })
}

/// # Safety
/// As `linkauth_psk`.
unsafe fn psk(
    device: *mut linkauth_device,
    options: *const linkauth_sign_in_options,
    buffer: *mut u8,
    capacity: usize,
    result: *mut linkauth_psk_result,
) -> Result<()> {
    let mut filled = linkauth_psk_result {
        struct_size: 0,
        reserved: 0,
        identity: ptr::null(),
        identity_length: 0,
        key: ptr::null(),
        key_length: 0,
        size_needed: 0,
    };
    // SAFETY: the contracts are this function's. The inputs were read, and the buffer is made a reference
    // only after it was found apart from every one of them, and zeroed.
    unsafe {
        write_struct(result, &filled)?;
        let mut inputs = MaybeUninit::uninit();
        let outcome = Inputs::read(&mut inputs, options, buffer, capacity).and_then(|()| {
            let inputs = inputs.assume_init_ref();
            let bytes = slice::from_raw_parts_mut(buffer, capacity);
            let secret = match inputs.credential {
                None => None,
                Some(Credential::DeviceSecret(secret)) => Some(secret),
                Some(Credential::DeviceToken { .. }) => return Err(Error::SECRET_IS_TOKEN),
            };
            Object::<DeviceObject>::with(device, |object| {
                let device = &mut object.device;
                let made = device.psk(secret, inputs.choices.timestamp, bytes);
                filled.size_needed = device.detail().size_needed;
                let made = made?;
                (filled.identity, filled.identity_length) = boundary::place(bytes, &made.identity);
                (filled.key, filled.key_length) = boundary::place(bytes, &made.key);
                Ok(())
            })
        });
        write_struct(result, &filled)?;
        outcome
    }
}
