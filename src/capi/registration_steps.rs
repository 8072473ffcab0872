//! Registering step by step: for callers with an event loop, or an MQTT stack, of their own.

use super::boundary::{self, Object, Versioned, bytes, text, write_struct};
use super::codes::linkauth_step;
use super::device::linkauth_device;
use super::linkauth_status;
use super::registration::{linkauth_registration, with_both};
use super::sign_in::{fill, linkauth_sign_in_result};
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
    const FIRST_SIZE: usize = size_of::<linkauth_registration_step>();
}
const _: () = assert!(size_of::<linkauth_registration_step>() == 16 + 4 * size_of::<usize>());

/// Says what the registration needs next. It changes nothing.
///
/// @param[in] registration A registration that was begun.
/// @param[out] step Its struct_size must be set.
/// @retval LINKAUTH_OK The step is filled.
/// @retval LINKAUTH_ERROR_OUT_OF_ORDER The attempt is over.
/// @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_STRUCT_SIZE, LINKAUTH_ERROR_NOT_INITIALISED,
/// LINKAUTH_ERROR_BUSY The step is zeroed, or was not written at all.
///
/// Threads: one at a time for one registration. Blocks: no. Since 0.1.0.
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
    let host = registration.host();
    step.host = host.as_ptr();
    step.host_length = host.count_bytes();
    step.port = u32::from(registration.port());
    Ok(())
}

/// Tells that bytes of the last step have been sent.
///
/// @param[in,out] registration A registration whose step is LINKAUTH_STEP_SEND.
/// @param length How many, from the first on: any number up to data_length.
/// @retval LINKAUTH_OK Take the next step.
/// @retval LINKAUTH_ERROR_OUT_OF_ORDER Nothing was to be sent.
/// @retval LINKAUTH_ERROR_ARGUMENT_RANGE More than there was to send.
/// @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_NOT_INITIALISED, LINKAUTH_ERROR_BUSY The
/// registration cannot be used.
///
/// Threads: one at a time for one registration. Blocks: no. Since 0.1.0.
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

/// Feeds what arrived, in any pieces, or tells that the peer ended the stream.
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
/// Threads: one at a time for one device. Blocks: no. Since 0.1.0.
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

/// For firmware that has an MQTT stack of its own, and a registration over MQTT: what its CONNECT must
/// carry, in place of the bytes of LINKAUTH_STEP_SEND. Connect with TLS, clean session, without
/// automatic reconnection, and with the handler of messages ready; subscribe to nothing. Then report
/// the CONNACK and each message, until the step is LINKAUTH_STEP_FINISH, within 15 s.
///
/// @param[in,out] device The device of the registration.
/// @param[in,out] registration A registration over MQTT that was just begun.
/// @param[out] buffer Where the texts go.
/// @param capacity Its size in bytes: LINKAUTH_SIGN_IN_BUFFER_SIZE.
/// @param[out] result Where in the buffer they are. Its struct_size must be set.
/// @retval LINKAUTH_OK Buffer and result are filled; the next step is LINKAUTH_STEP_RECEIVE.
/// @retval LINKAUTH_ERROR_OUT_OF_ORDER It is not over MQTT, or bytes were sent already.
/// @retval LINKAUTH_ERROR_BUFFER_TOO_SMALL result->size_needed says how many bytes are needed.
/// @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_STRUCT_SIZE, LINKAUTH_ERROR_NOT_INITIALISED,
/// LINKAUTH_ERROR_BUSY The arguments cannot be used.
///
/// Wiped: on an error, buffer and result are zeroed.
/// Threads: one at a time for one device. Blocks: no. Since 0.1.0.
///
/// # Safety
/// Both were initialised or are zeroed; `buffer` is writable for `capacity` bytes, `result` for its
/// struct_size.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_registration_connect(
    device: *mut linkauth_device,
    registration: *mut linkauth_registration,
    buffer: *mut c_char,
    capacity: usize,
    result: *mut linkauth_sign_in_result,
) -> linkauth_status {
    let mut filled = linkauth_sign_in_result::empty();
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe {
        write_struct(result, &filled).and_then(|()| {
            let bytes = boundary::buffer(buffer.cast(), capacity)?;
            let outcome = with_both(device, registration, |object, registration| {
                let device = &mut object.device;
                let made = device.connect_registration(registration, bytes);
                filled.size_needed = device.detail().size_needed;
                fill(&mut filled, &made?, bytes);
                Ok(())
            });
            write_struct(result, &filled)?;
            outcome
        })
    })
}

/// For firmware that has an MQTT stack of its own: how the platform answered the CONNECT of a
/// registration.
///
/// @param[in,out] device The device of the registration.
/// @param[in,out] registration A registration for which linkauth_registration_connect was called.
/// @param code The return code of the CONNACK (MQTT 3.1.1).
/// @retval LINKAUTH_OK Accepted: a message follows.
/// @retval LINKAUTH_ERROR_REGISTER_CONNACK_..., LINKAUTH_ERROR_CONNACK_... Refused: the attempt is
/// over, and the registration wiped.
/// @retval LINKAUTH_ERROR_OUT_OF_ORDER, LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_NOT_INITIALISED,
/// LINKAUTH_ERROR_BUSY The arguments cannot be used.
///
/// Threads: one at a time for one device. Blocks: no. Since 0.1.0.
///
/// # Safety
/// Both were initialised or are zeroed.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_registration_connack(
    device: *mut linkauth_device,
    registration: *mut linkauth_registration,
    code: u8,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe {
        with_both(device, registration, |object, registration| {
            object.device.connack_registration(registration, code)
        })
    })
}

/// For firmware that has an MQTT stack of its own: a message that arrived. One on a topic that does
/// not answer registrations is ignored.
///
/// @param[in,out] device The device of the registration.
/// @param[in,out] registration A registration for which linkauth_registration_connect was called.
/// @param[in] topic The topic.
/// @param topic_length Its length in bytes, or LINKAUTH_NUL_TERMINATED.
/// @param[in] payload The payload. It may hold the secret: wipe it after the call.
/// @param payload_length Its length in bytes.
/// @retval LINKAUTH_OK Take the next step.
/// @retval LINKAUTH_ERROR_REPLY_TOO_LARGE The attempt is over, and the registration wiped.
/// @retval LINKAUTH_ERROR_OUT_OF_ORDER, LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_NOT_INITIALISED,
/// LINKAUTH_ERROR_BUSY The arguments cannot be used. Once the step is LINKAUTH_STEP_FINISH, no further
/// message is taken.
///
/// Threads: one at a time for one device. Blocks: no. Since 0.1.0.
///
/// # Safety
/// Both were initialised or are zeroed; `topic` and `payload` are readable for their lengths.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_registration_message(
    device: *mut linkauth_device,
    registration: *mut linkauth_registration,
    topic: *const c_char,
    topic_length: usize,
    payload: *const u8,
    payload_length: usize,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe {
        with_both(device, registration, |object, registration| {
            let topic = text(topic, topic_length)?.ok_or(Error::ARGUMENT_NULL)?;
            let payload = bytes(payload, payload_length)?.unwrap_or_default();
            object
                .device
                .message_registration(registration, topic, payload)
        })
    })
}

/// Tells that the connection of a registration failed in the caller's hands: it could not be made, was
/// lost, or timed out. The attempt is over, and the error detail says when to try again, with a new
/// random.
///
/// @param[in,out] device The device of the registration.
/// @param[in,out] registration A registration that was begun. It is wiped.
/// @param status What failed, such as LINKAUTH_ERROR_TRANSPORT_TIMED_OUT.
/// @return `status`, or why it could not be taken: LINKAUTH_ERROR_ARGUMENT_RANGE (it is 0),
/// LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_NOT_INITIALISED, LINKAUTH_ERROR_BUSY.
///
/// Threads: one at a time for one device. Blocks: no. Since 0.1.0.
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

/// Ends a registration whose reply is complete: stores what was issued and reads it back.
/// Close the connection before, so that a late request cannot overtake a later one.
///
/// @param[in,out] device The device of the registration.
/// @param[in,out] registration A registration whose step is LINKAUTH_STEP_FINISH. It is wiped.
/// @retval LINKAUTH_OK The DeviceSecret is stored, durably, and was read back.
/// @retval LINKAUTH_ERROR_OUT_OF_ORDER The reply is not complete.
/// @retval LINKAUTH_ERROR_SUPERSEDED A later registration of this device was begun.
/// @retval LINKAUTH_ERROR_... As linkauth_register after it connected.
///
/// Threads: one at a time for one device. Blocks: as long as the store does. Since 0.1.0.
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
