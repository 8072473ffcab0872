//! Signing in with a secret that the caller keeps, without a device object.

use super::boundary;
#[cfg(not(feature = "bulk"))]
use super::boundary::{Stretch, apart};
#[cfg(not(feature = "bulk"))]
use super::device::system;
use super::linkauth_status;
#[cfg(not(feature = "bulk"))]
use crate::Secret;
use crate::sign_in::Connect;
#[cfg(not(feature = "bulk"))]
use crate::sign_in::with_secret;
use crate::status::{Error, Result};
use core::ffi::c_char;

/// What the CONNECT of a sign-in must carry: NUL-terminated texts, with room for the longest.
///
/// The host is `<ProductKey>.iot-as-mqtt.<region>.aliyuncs.com`, or
/// `<instance id>.mqtt.iothub.aliyuncs.com`; the port, with TLS, 8883.
#[repr(C)]
pub struct linkauth_connect {
    /// clientId.
    pub client_id: [c_char; 160],
    /// username.
    pub username: [c_char; 64],
    /// password: whoever has it can sign in as this device, at any time.
    pub password: [c_char; 72],
}
const _: () = assert!(size_of::<linkauth_connect>() == 160 + 64 + 72);
const _: () = assert!(size_of::<linkauth_connect>() == size_of::<Connect>());

/// Computes what the CONNECT of a sign-in must carry, from three texts and nothing else: for firmware
/// that keeps its DeviceSecret itself and counts bytes. It needs no linkauth_device and no store, and
/// is all of linkauth that is then linked.
///
/// The result is that of linkauth_sign_in with no options: HMAC-SHA256, TLS, the constant timestamp,
/// `ProductKey.DeviceName` as clientId. For anything else there is linkauth_sign_in.
///
/// @param[in] product_key ProductKey: 1 to 20 letters and digits.
/// @param product_key_length Its length in bytes, or LINKAUTH_NUL_TERMINATED.
/// @param[in] device_name DeviceName: 4 to 32 letters, digits and - _ @ . :
/// @param device_name_length Its length in bytes, or LINKAUTH_NUL_TERMINATED.
/// @param[in] device_secret DeviceSecret: 1 to 64 printable ASCII characters without a space.
/// @param device_secret_length Its length in bytes, or LINKAUTH_NUL_TERMINATED.
/// @param[out] connect Where the texts go. It may not overlap an input.
/// @retval LINKAUTH_OK `connect` is filled.
/// @retval LINKAUTH_ERROR_ARGUMENT_NULL A pointer is NULL.
/// @retval LINKAUTH_ERROR_ARGUMENT_EMPTY, LINKAUTH_ERROR_ARGUMENT_TOO_SHORT,
/// LINKAUTH_ERROR_ARGUMENT_TOO_LONG, LINKAUTH_ERROR_ARGUMENT_CHARACTER A text is not what it must be.
/// @retval LINKAUTH_ERROR_ARGUMENT_OVERLAP `connect` overlaps an input: nothing was changed.
///
/// Ownership: everything stays the caller's. Wiped: every copy of the DeviceSecret that linkauth made;
/// on an error, `connect` is zeroed. The caller wipes `connect`, which holds the password, with
/// linkauth_wipe after the CONNECT. On a microcontroller an interrupt meanwhile saves registers that
/// hold parts of the secret: a caller to whom that matters masks interrupts, since there is no
/// critical section to give here. On Linux signals are blocked meanwhile.
/// Source: the platform's page on MQTT-TCP connections, and Link SDK C 4.x.
/// Threads: any. Blocks: no. Since 0.1.0.
///
/// # Safety
/// The texts are readable for their lengths; `connect` is NULL or writable.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_sign_in_with_secret(
    product_key: *const c_char,
    product_key_length: usize,
    device_name: *const c_char,
    device_name_length: usize,
    device_secret: *const c_char,
    device_secret_length: usize,
    connect: *mut linkauth_connect,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe {
        sign_in(
            (product_key, product_key_length),
            (device_name, device_name_length),
            (device_secret, device_secret_length),
            connect.cast(),
        )
    })
}

/// Start and length, or LINKAUTH_NUL_TERMINATED.
type CText = (*const c_char, usize);

/// A host has the code for many anyway.
///
/// # Safety
/// As `linkauth_sign_in_with_secret`.
#[cfg(feature = "bulk")]
unsafe fn sign_in(
    (product_key, product_key_length): CText,
    (device_name, device_name_length): CText,
    (device_secret, device_secret_length): CText,
    connect: *mut Connect,
) -> Result<()> {
    if connect.is_null() {
        return Err(Error::ARGUMENT_NULL);
    }
    let device = super::linkauth_device_certificate {
        product_key,
        product_key_length,
        device_name,
        device_name_length,
        device_secret,
        device_secret_length,
    };
    // SAFETY: the contracts are this function's; `device` is a variable of its own.
    unsafe { super::sign_in_batch::each(&raw const device, 1, connect, core::ptr::null_mut()) }
}

/// # Safety
/// As `linkauth_sign_in_with_secret`.
#[cfg(not(feature = "bulk"))]
unsafe fn sign_in(
    product_key: CText,
    device_name: CText,
    device_secret: CText,
    connect: *mut Connect,
) -> Result<()> {
    // SAFETY: the contracts are this function's. `connect` is made a reference only after it was
    // found apart from every input, and any bytes are a value of it.
    unsafe {
        let inputs = read(product_key, device_name, device_secret, connect);
        if connect.is_null() || inputs.is_err_and(|error| error == Error::ARGUMENT_OVERLAP) {
            return inputs.and(Err(Error::ARGUMENT_NULL));
        }
        connect.write_bytes(0, 1);
        let (names, secret) = inputs?;
        with_secret(system(0), &names, Secret::new(secret)?, &mut *connect)
    }
}

/// Both names, and the secret. Not by way of a linkauth_device_certificate, which costs firmware 62 bytes.
///
/// # Safety
/// As `linkauth_sign_in_with_secret`.
#[cfg(not(feature = "bulk"))]
unsafe fn read<'a>(
    product_key: CText,
    device_name: CText,
    device_secret: CText,
    connect: *const Connect,
) -> Result<([&'a [u8]; 2], &'a [u8])> {
    let connect = &Stretch::array(connect, 1);
    // SAFETY: the contract is this function's.
    unsafe {
        Ok((
            [apart(product_key, connect)?, apart(device_name, connect)?],
            apart(device_secret, connect)?,
        ))
    }
}
