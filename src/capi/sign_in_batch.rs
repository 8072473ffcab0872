//! Signing in many devices with one call, for gateways.

use super::boundary::{self, Stretch, texts};
use super::device::system;
use super::linkauth_status;
use super::sign_in_with_secret::linkauth_connect;
use crate::Secret;
use crate::sign_in::{Connect, Signer, batch};
use crate::status::{Error, Result};
use core::ffi::c_char;

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
    let written = Stretch::array(connects, count);
    let mut outcomes = Ok(());
    let first_error = &mut outcomes;
    batch(system(0), count, move |signer, number| {
        // SAFETY: below `count`; the arrays overlap neither each other nor, as is found out for each
        // text, what is read.
        let outcome = unsafe {
            let outcome = one(signer, devices.add(number), &written, connects.add(number));
            if !statuses.is_null() {
                statuses.add(number).write(boundary::status(outcome));
            }
            outcome
        };
        if first_error.is_ok() {
            *first_error = outcome;
        }
    });
    outcomes
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
    let devices = Stretch::array(devices, count);
    let connects = Stretch::array(connects, count);
    let statuses = Stretch::array(statuses, if statuses.is_null() { 0 } else { count });
    if devices.overlaps(connects) || devices.overlaps(statuses) || connects.overlaps(statuses) {
        return Err(Error::ARGUMENT_OVERLAP);
    }
    Ok(())
}

/// # Safety
/// `device` is readable, and its texts for their lengths; `connect` is an element of `connects`, which
/// are writable.
unsafe fn one(
    signer: &Signer,
    device: *const linkauth_device_certificate,
    connects: &Stretch,
    connect: *mut Connect,
) -> Result<()> {
    // SAFETY: the contract is this function's. `connect` is made a reference when each text was found
    // apart from it, and any bytes are a value of it.
    unsafe {
        let outcome = read(device, connects)
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
/// As of `one`.
unsafe fn read<'a>(
    device: *const linkauth_device_certificate,
    connects: &Stretch,
) -> Result<([&'a [u8]; 2], Secret<'a>)> {
    // SAFETY: the contract is this function's; each text is followed by its length, and then by the next.
    let texts = unsafe { texts(&raw const (*device).product_key, 3, connects)? };
    let [Some(product_key), Some(device_name), Some(secret)] = texts else {
        return Err(Error::ARGUMENT_NULL);
    };
    Ok(([product_key, device_name], Secret::new(secret)?))
}
