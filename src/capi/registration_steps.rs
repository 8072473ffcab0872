//! Registering step by step: for callers with an event loop of their own.

use super::boundary::{self, Versioned, bytes, write_struct};
use super::codes::linkauth_step;
use super::device::linkauth_device;
use super::linkauth_status;
use super::object::Object;
use super::registration::{linkauth_registration, with_both};
use crate::register::{Registration, Step};
use crate::status::{Error, Result};
use core::ffi::c_char;
use core::ptr;

/// What a registration needs next.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct linkauth_registration_step {
    /// sizeof(linkauth_registration_step), set by the caller.
    pub struct_size: u32,
    /// LINKAUTH_STEP_...
    pub kind: u32,
    /// For LINKAUTH_STEP_SEND the bytes to send, valid until the next call with this registration.
    pub data: *const u8,
    /// Number of bytes to send.
    pub data_length: usize,
    /// Host to connect to before the first byte is sent, NUL-terminated, with TLS, chain and name
    /// verified.
    pub host: *const c_char,
    /// Its length in bytes, the NUL not counted.
    pub host_length: usize,
    /// Port to connect to.
    pub port: u32,
    /// 0.
    pub reserved: u32,
}

// SAFETY: repr(C), no padding (asserted), and all zero is a value.
unsafe impl Versioned for linkauth_registration_step {
    const FIRST_SIZE: usize = 16 + 4 * size_of::<usize>();
}

/// Says what the registration needs next. It changes nothing.
///
/// @param[in] registration A registration that was begun.
/// @param[out] step Its struct_size must be set.
/// @retval LINKAUTH_OK The step is filled.
/// @retval LINKAUTH_ERROR_OUT_OF_ORDER The attempt is over.
/// @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_STRUCT_SIZE, LINKAUTH_ERROR_NOT_INITIALISED,
/// LINKAUTH_ERROR_BUSY The step is zeroed, or was not written at all.
///
/// Ownership: `data` and `host` of the step point into the registration: they are valid until the
/// next call with it.
/// Wiped: nothing; on an error the step is zeroed.
/// Threads: one at a time for one registration.
/// Blocks: no.
/// Since 0.1.0.
///
/// # Safety
/// `registration` was initialised or is zeroed; `step` is writable for its struct_size.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_registration_next(
    registration: *mut linkauth_registration,
    step: *mut linkauth_registration_step,
) -> linkauth_status {
    let mut filled = linkauth_registration_step {
        struct_size: 0,
        kind: 0,
        data: ptr::null(),
        data_length: 0,
        host: ptr::null(),
        host_length: 0,
        port: 0,
        reserved: 0,
    };
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe {
        write_struct(step, &filled).and_then(|()| {
            Object::<Registration>::with(registration, |registration| {
                describe(registration, &mut filled)?;
                write_struct(step, &filled)
            })
        })
    })
}

fn describe(registration: &Registration, step: &mut linkauth_registration_step) -> Result<()> {
    let kind = match registration.next_step()? {
        Step::Send(data) => {
            step.data = data.as_ptr();
            step.data_length = data.len();
            linkauth_step::LINKAUTH_STEP_SEND
        }
        Step::Receive => linkauth_step::LINKAUTH_STEP_RECEIVE,
        Step::Finish => linkauth_step::LINKAUTH_STEP_FINISH,
    };
    step.kind = kind as u32;
    let host = registration.host_name().as_bytes_with_nul();
    step.host = host.as_ptr().cast();
    step.host_length = host.len().saturating_sub(1);
    step.port = u32::from(registration.port());
    Ok(())
}

/// Tells that bytes of the last step have been sent. It sends nothing itself.
///
/// @param[in,out] registration A registration whose step is LINKAUTH_STEP_SEND.
/// @param length How many, from the first on: any number up to data_length.
/// @retval LINKAUTH_OK Take the next step.
/// @retval LINKAUTH_ERROR_OUT_OF_ORDER Nothing was to be sent.
/// @retval LINKAUTH_ERROR_ARGUMENT_RANGE More than there was to send.
/// @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_NOT_INITIALISED, LINKAUTH_ERROR_BUSY The
/// registration cannot be used.
///
/// Ownership: nothing is lent beyond the call.
/// Wiped: nothing: the request holds a signature, not a secret.
/// Threads: one at a time for one registration.
/// Blocks: no.
/// Since 0.1.0.
///
/// # Safety
/// `registration` was initialised or is zeroed.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_registration_sent(
    registration: *mut linkauth_registration,
    length: usize,
) -> linkauth_status {
    // SAFETY: the contract is the caller's.
    boundary::status(unsafe {
        Object::<Registration>::with(registration, |registration| registration.sent(length))
    })
}

/// Feeds what arrived, in any pieces, or tells that the peer ended the stream. It stores nothing
/// yet.
///
/// @param[in,out] device The device of the registration.
/// @param[in,out] registration A registration whose step is LINKAUTH_STEP_RECEIVE.
/// @param[in] data What arrived. It may hold the DeviceSecret: wipe it after the call.
/// @param length Bytes; 0 says that the peer ended the stream in order (with TLS: close_notify).
/// @retval LINKAUTH_OK Take the next step.
/// @retval LINKAUTH_ERROR_OUT_OF_ORDER Nothing was to be received.
/// @retval LINKAUTH_ERROR_REPLY_... The attempt is over, and the registration wiped.
/// @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_NOT_INITIALISED, LINKAUTH_ERROR_BUSY The
/// device or registration cannot be used.
///
/// Ownership: `data` stays the caller's, to be wiped.
/// Wiped: on an error the registration.
/// Threads: one at a time for one device; different devices are independent.
/// Blocks: no; on an error, to give the lock back, as long as the store's unlock does.
/// Since 0.1.0.
///
/// # Safety
/// Both were initialised or are zeroed; `data` is readable for `length` bytes.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_registration_feed(
    device: *mut linkauth_device,
    registration: *mut linkauth_registration,
    data: *const u8,
    length: usize,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe {
        with_both(device, registration, |object, registration| {
            let data = bytes(data, length)?.unwrap_or_default();
            object.device.feed_registration(registration, data)
        })
    })
}

/// Tells that the connection of a registration failed in the caller's hands: it could not be made,
/// was lost, or timed out. The attempt is over, and the error detail says when to try again, with
/// a new random. It does not try again.
///
/// @param[in,out] device The device of the registration.
/// @param[in,out] registration A registration that was begun. It is wiped.
/// @param status What failed, such as LINKAUTH_ERROR_TRANSPORT_TIMED_OUT.
/// @return `status`, or why it could not be taken: LINKAUTH_ERROR_ARGUMENT_RANGE (it is 0),
/// LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_NOT_INITIALISED, LINKAUTH_ERROR_BUSY.
///
/// Ownership: the lock on the record is given back.
/// Wiped: the registration.
/// Threads: one at a time for one device; different devices are independent.
/// Blocks: no; to give the lock back, as long as the store's unlock does.
/// Since 0.1.0.
///
/// # Safety
/// Both were initialised or are zeroed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn linkauth_registration_fail(
    device: *mut linkauth_device,
    registration: *mut linkauth_registration,
    status: linkauth_status,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe {
        with_both(device, registration, |object, registration| {
            let error = Error::from_callback(status)
                .err()
                .ok_or(Error::ARGUMENT_RANGE)?;
            object.device.fail_registration(registration, error)
        })
    })
}

/// Ends a registration whose reply is complete: stores what was issued and reads it back. Close
/// the connection before, so that a late request cannot overtake a later one. It does not sign in.
///
/// @param[in,out] device The device of the registration.
/// @param[in,out] registration A registration whose step is LINKAUTH_STEP_FINISH. It is wiped.
/// @retval LINKAUTH_OK The DeviceSecret is stored, durably, and was read back.
/// @retval LINKAUTH_ERROR_OUT_OF_ORDER The reply is not complete.
/// @retval LINKAUTH_ERROR_SUPERSEDED A later registration of this device was begun.
/// @retval LINKAUTH_ERROR_... As linkauth_register after it connected.
///
/// Ownership: the lock on the record is given back.
/// Wiped: the registration, and every copy of what was issued.
/// Threads: one at a time for one device; different devices are independent.
/// Blocks: as long as the store does.
/// Since 0.1.0.
///
/// # Safety
/// Both were initialised or are zeroed.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_registration_finish(
    device: *mut linkauth_device,
    registration: *mut linkauth_registration,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe {
        with_both(device, registration, |object, registration| {
            object.device.finish_registration(registration)
        })
    })
}
