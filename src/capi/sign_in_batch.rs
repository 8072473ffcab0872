//! Signing in many devices with one call, for gateways.

use super::boundary::{self, overlap};
use super::device::system;
use super::linkauth_status;
use super::sign_in_with_secret::{apart, linkauth_connect};
use crate::Secret;
use crate::sign_in::{Connect, Signer, batch};
use crate::status::{Error, Result};
use core::ffi::c_char;
use core::ops::Range;

/// What a device signs in with: the three texts that the platform calls its device certificate. Elements
/// of an array, and so without a struct_size: it stays as it is.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct linkauth_device_certificate {
    /// ProductKey: 1 to 20 letters and digits.
    pub product_key: *const c_char,
    /// Its length in bytes, or LINKAUTH_NUL_TERMINATED.
    pub product_key_length: usize,
    /// DeviceName: 4 to 32 letters, digits and - _ @ . :
    pub device_name: *const c_char,
    /// Its length in bytes, or LINKAUTH_NUL_TERMINATED.
    pub device_name_length: usize,
    /// DeviceSecret: 1 to 64 printable ASCII characters without a space.
    pub device_secret: *const c_char,
    /// Its length in bytes, or LINKAUTH_NUL_TERMINATED.
    pub device_secret_length: usize,
}

/// Computes what the CONNECT of each of many devices must carry: for each what
/// linkauth_sign_in_with_secret does, in one call that wipes once for many. For a gateway whose
/// sub-devices sign in after a power cut. It connects to nothing.
///
/// @param[in] devices The devices, one after the other; NULL if count is 0.
/// @param count How many there are.
/// @param[out] connects As many, filled in the same order. They may not overlap an input.
/// @param[out] statuses As many, what became of each device; or NULL.
/// @retval LINKAUTH_OK All of `connects` is filled.
/// @retval LINKAUTH_ERROR_ARGUMENT_NULL A pointer is NULL.
/// @retval LINKAUTH_ERROR_ARGUMENT_TOO_LONG So many do not fit the address space.
/// @retval LINKAUTH_ERROR_ARGUMENT_OVERLAP The arrays overlap: nothing was changed. Or a text of a
/// device lies in `connects`: its element was not changed.
/// @retval LINKAUTH_ERROR_ARGUMENT_... What became of the first device that could not sign in. The others
/// could: one device's wrong text does not keep them from it.
///
/// Source: the platform's page on MQTT-TCP connections, and Link SDK C 4.x.
/// Ownership: everything stays the caller's. The caller wipes `connects`, which holds the passwords,
/// with linkauth_wipe after the CONNECTs.
/// Wiped: every copy of a DeviceSecret that linkauth made, after each 256 devices; the element of a
/// device that could not sign in is zeroed.
/// Threads: any; several may share out an array among them.
/// Blocks: no. On Linux signals are blocked for 256 devices at a time.
/// Since 0.1.0.
///
/// # Safety
/// `devices`, `connects` and `statuses`, if not NULL, have `count` elements; the texts are readable for
/// their lengths.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_sign_in_batch(
    devices: *const linkauth_device_certificate,
    count: usize,
    connects: *mut linkauth_connect,
    statuses: *mut linkauth_status,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe { sign_in(devices, count, connects.cast(), statuses) })
}

/// # Safety
/// As `linkauth_sign_in_batch`.
unsafe fn sign_in(
    devices: *const linkauth_device_certificate,
    count: usize,
    connects: *mut Connect,
    statuses: *mut linkauth_status,
) -> Result<()> {
    if count == 0 {
        return Ok(());
    }
    check_arrays(devices, count, connects, statuses)?;
    // SAFETY: the contract is this function's, and the arrays are apart.
    unsafe { each(devices, count, connects, statuses) }
}

/// # Safety
/// As `linkauth_sign_in_batch`; no array overlaps another, and only `statuses` may be NULL.
pub(super) unsafe fn each(
    devices: *const linkauth_device_certificate,
    count: usize,
    connects: *mut Connect,
    statuses: *mut linkauth_status,
) -> Result<()> {
    let mut first_error = Ok(());
    batch(system(0), count, |signer, number| {
        // SAFETY: below `count`; the arrays overlap neither each other nor, as is found out for each
        // text, what is read.
        let outcome = unsafe {
            let outcome = one(
                signer,
                devices.add(number),
                &(connects.cast_const()..connects.cast_const().wrapping_add(count)),
                connects.add(number),
            );
            if !statuses.is_null() {
                statuses.add(number).write(boundary::status(outcome));
            }
            outcome
        };
        if first_error.is_ok() {
            first_error = outcome;
        }
    });
    first_error
}

/// That there are arrays, and that they are apart.
fn check_arrays(
    devices: *const linkauth_device_certificate,
    count: usize,
    connects: *const Connect,
    statuses: *const linkauth_status,
) -> Result<()> {
    if devices.is_null() || connects.is_null() {
        return Err(Error::ARGUMENT_NULL);
    }
    const MOST: usize = isize::MAX as usize / size_of::<Connect>();
    if count > MOST {
        return Err(Error::ARGUMENT_TOO_LONG);
    }
    let array = |start: *const u8, size: usize| (start, size.wrapping_mul(count));
    let devices = array(devices.cast(), size_of::<linkauth_device_certificate>());
    let connects = array(connects.cast(), size_of::<Connect>());
    let statuses = if statuses.is_null() {
        (statuses.cast(), 0)
    } else {
        array(statuses.cast(), size_of::<linkauth_status>())
    };
    for (left, right) in [
        (devices, connects),
        (devices, statuses),
        (connects, statuses),
    ] {
        if overlap(left.0, left.1, right.0, right.1) {
            return Err(Error::ARGUMENT_OVERLAP);
        }
    }
    Ok(())
}

/// # Safety
/// `device` is readable, and its texts for their lengths; `connect` is an element of `connects`, which
/// are writable.
unsafe fn one(
    signer: &Signer,
    device: *const linkauth_device_certificate,
    connects: &Range<*const Connect>,
    connect: *mut Connect,
) -> Result<()> {
    // SAFETY: the contract is this function's. `connect` is made a reference when each text was found
    // apart from it, and any bytes are a value of it.
    unsafe {
        let outcome = read(&*device, connects)
            .and_then(|(names, secret)| signer.with_secret(&names, secret, &mut *connect));
        if outcome.is_err_and(|error| error != Error::ARGUMENT_OVERLAP) {
            connect.write_bytes(0, 1);
        }
        outcome
    }
}

/// Both names, and the secret.
///
/// # Safety
/// The texts of `device` are readable for their lengths.
unsafe fn read<'a>(
    device: &linkauth_device_certificate,
    connects: &Range<*const Connect>,
) -> Result<([&'a [u8]; 2], Secret<'a>)> {
    let mut texts = [&[] as &[u8]; 3];
    let given = [
        (device.product_key, device.product_key_length),
        (device.device_name, device.device_name_length),
        (device.device_secret, device.device_secret_length),
    ];
    for (text, given) in texts.iter_mut().zip(given) {
        // SAFETY: the contract is this function's.
        *text = unsafe { apart(given, connects)? };
    }
    let [product_key, device_name, secret] = texts;
    Ok(([product_key, device_name], Secret::new(secret)?))
}
