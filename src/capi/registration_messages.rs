//! Registering over MQTT message by message: for firmware with an MQTT stack of its own.

use super::boundary::{self, bytes, given_text, write_struct};
use super::device::linkauth_device;
use super::linkauth_status;
use super::registration::{linkauth_registration, with_both};
use super::sign_in::{fill, linkauth_sign_in_result};
use crate::sign_in::Credentials;
use core::ffi::c_char;

/// For firmware that has an MQTT stack of its own, and a registration over MQTT: what its CONNECT
/// must carry, in place of the bytes of LINKAUTH_STEP_SEND. Connect with TLS, clean session,
/// without automatic reconnection, and with the handler of messages ready; subscribe to nothing.
/// Then report the CONNACK and each message, until the step is LINKAUTH_STEP_FINISH, within 15 s.
/// It does not connect.
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
/// Ownership: the texts live in the caller's buffer, as long as that does. The caller wipes it
/// after the CONNECT.
/// Wiped: on an error, buffer and result are zeroed.
/// Threads: one at a time for one device; different devices are independent.
/// Blocks: no.
/// Since 0.1.0.
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
                let mut made = Credentials::default();
                let outcome = device.connect_registration_into(registration, bytes, &mut made);
                filled.size_needed = device.detail().size_needed;
                if outcome.is_ok() {
                    fill(&mut filled, &made, bytes);
                }
                outcome
            });
            write_struct(result, &filled)?;
            outcome
        })
    })
}

/// For firmware that has an MQTT stack of its own: how the platform answered the CONNECT of a
/// registration. It does not end the connection.
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
/// Ownership: nothing is lent beyond the call.
/// Wiped: on a refusal the registration.
/// Threads: one at a time for one device; different devices are independent.
/// Blocks: no; on an error, to give the lock back, as long as the store's unlock does.
/// Since 0.1.0.
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

/// For firmware that has an MQTT stack of its own: a message that arrived. One on a topic that
/// does not answer registrations is ignored. It stores nothing yet.
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
/// Ownership: topic and payload stay the caller's, the payload to be wiped.
/// Wiped: on an error the registration.
/// Threads: one at a time for one device; different devices are independent.
/// Blocks: no; on an error, to give the lock back, as long as the store's unlock does.
/// Since 0.1.0.
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
            let topic = given_text(topic, topic_length)?;
            let payload = bytes(payload, payload_length)?.unwrap_or_default();
            object
                .device
                .message_registration(registration, topic, payload)
        })
    })
}
