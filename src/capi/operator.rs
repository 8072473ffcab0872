//! What an operator asks of a device's store.

use super::boundary::{self, Versioned, write_struct};
use super::codes::{linkauth_kind, linkauth_state};
use super::device::{DeviceObject, linkauth_device};
use super::linkauth_status;
use super::object::Object;
use crate::store::State;

/// What is stored of a device, its secret left out.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct linkauth_store_info {
    /// sizeof(linkauth_store_info), set by the caller.
    pub struct_size: u32,
    /// LINKAUTH_STATE_...
    pub state: u32,
    /// LINKAUTH_KIND_...
    pub kind: u32,
    /// 1 if the secret is sealed, else 0.
    pub is_sealed: u32,
    /// One more with each save.
    pub sequence: u32,
    /// Registrations that the device has completed, since the last one that was accepted.
    pub registrations: u32,
}

// SAFETY: repr(C), no padding (asserted), and all zero is a value.
unsafe impl Versioned for linkauth_store_info {
    const FIRST_SIZE: usize = 24;
}

/// Says what is stored of a device, for an operator. It never shows the secret, and needs no key of a
/// sealed one.
///
/// @param[in,out] device The device.
/// @param[out] info Its struct_size must be set.
/// @retval LINKAUTH_OK A usable record is stored.
/// @retval LINKAUTH_ERROR_STORE_ABSENT None is: store a secret or register.
/// @retval LINKAUTH_ERROR_STORE_DAMAGED One is, and is damaged: restore the file, or erase it with
/// linkauth_store_erase and have an operator reset the device.
/// @retval LINKAUTH_ERROR_STORE_... Why it cannot be used.
/// @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_STRUCT_SIZE, LINKAUTH_ERROR_NOT_INITIALISED,
/// LINKAUTH_ERROR_BUSY The arguments cannot be used.
///
/// Ownership: `info` is the caller's.
/// Wiped: the record that was read; on an error `info` is zeroed.
/// Threads: one at a time for one device; different devices are independent.
/// Blocks: as long as the store does.
/// Since 0.1.0.
///
/// # Safety
/// `device` was initialised or is zeroed; `info` is writable for its struct_size.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_store_inspect(
    device: *mut linkauth_device,
    info: *mut linkauth_store_info,
) -> linkauth_status {
    let mut filled = linkauth_store_info {
        struct_size: 0,
        state: 0,
        kind: 0,
        is_sealed: 0,
        sequence: 0,
        registrations: 0,
    };
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe {
        write_struct(info, &filled).and_then(|()| {
            Object::<DeviceObject>::with(device, |object| {
                let inspection = object.device.inspect()?;
                filled.state = match inspection.state {
                    State::Issued => linkauth_state::LINKAUTH_STATE_ISSUED as u32,
                    State::Activated => linkauth_state::LINKAUTH_STATE_ACTIVATED as u32,
                };
                filled.kind = if inspection.is_token {
                    linkauth_kind::LINKAUTH_KIND_DEVICE_TOKEN as u32
                } else {
                    linkauth_kind::LINKAUTH_KIND_DEVICE_SECRET as u32
                };
                filled.is_sealed = u32::from(inspection.is_sealed);
                filled.sequence = inspection.sequence;
                filled.registrations = u32::from(inspection.registrations);
                write_struct(info, &filled)
            })
        })
    })
}

/// Removes what is stored of a device, damaged or not, for an operator. The platform is not told: a
/// device that was active cannot register again before an operator called ResetThing, or deleted and
/// added it.
///
/// @param[in,out] device The device.
/// @retval LINKAUTH_OK Nothing is stored any more. A journaling file system or flash translation layer
/// may keep the old bytes for a while.
/// @retval LINKAUTH_ERROR_STORE_... The store failed, or another process holds it.
/// @retval LINKAUTH_ERROR_CALLBACK_MISSING The store cannot erase.
/// @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_NOT_INITIALISED, LINKAUTH_ERROR_BUSY The
/// device cannot be used.
///
/// Ownership: nothing is lent beyond the call.
/// Wiped: nothing: what is stored is removed, not overwritten.
/// Threads: one at a time for one device; different devices are independent.
/// Blocks: as long as the store does.
/// Since 0.1.0.
///
/// # Safety
/// `device` was initialised or is zeroed.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_store_erase(device: *mut linkauth_device) -> linkauth_status {
    // SAFETY: the contract is the caller's.
    boundary::status(unsafe {
        Object::<DeviceObject>::with(device, |object| object.device.erase())
    })
}
