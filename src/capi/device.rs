//! The device object: initialise, store a secret, report a CONNACK, read the error detail, wipe.

use super::boundary::{self, Stretch, Versioned, given_text, read_struct, texts, write_struct};
use super::linkauth_status;
use super::object::{Idle, Kind, Object};
use super::store::{CallbackStore, linkauth_seal, linkauth_store};
use super::surrounding::{Surrounding, System, linkauth_critical_section};
use crate::Secret;
use crate::device::{Detail, Device};
use crate::random::Random;
use crate::status::{Error, Result};
use core::ffi::{c_char, c_void};
use core::mem::MaybeUninit;
use core::ptr;

/// Bytes of a linkauth_device.
pub const LINKAUTH_DEVICE_SIZE: usize = 512;

/// One device: who it is, where its platform lives, where its secret is kept. No secret is in it.
///
/// The storage is the caller's, in .bss, on the stack or on a heap. Treat it as opaque, never copy
/// or move it. One thread at a time may use one device; different devices are independent.
#[repr(C)]
pub struct linkauth_device {
    opaque: [u64; 64],
}
const _: () = assert!(size_of::<linkauth_device>() == LINKAUTH_DEVICE_SIZE);

/// linkauth_device_config.flags: leave signals alone while a secret is in use. A signal handler
/// that runs meanwhile may then leave parts of the secret in memory.
pub const LINKAUTH_DEVICE_KEEP_SIGNALS: u32 = 1;

/// Fills `length` bytes with random ones, fit for cryptography. Returns LINKAUTH_OK, or anything
/// else if it cannot: then nothing is registered.
pub type linkauth_random = Option<
    unsafe extern "C" fn(user: *mut c_void, bytes: *mut u8, length: usize) -> linkauth_status,
>;

/// What linkauth_device_init reads. All texts are copied; each is a pointer and a length, or
/// LINKAUTH_NUL_TERMINATED as the length. One that is NULL is not given, and its length is then 0 or
/// LINKAUTH_NUL_TERMINATED; one that is given may not be empty.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct linkauth_device_config {
    /// sizeof(linkauth_device_config).
    pub struct_size: u32,
    /// Bits of LINKAUTH_DEVICE_...; 0 is the default.
    pub flags: u32,
    /// ProductKey: 1 to 20 letters and digits.
    pub product_key: *const c_char,
    /// Bytes of product_key.
    pub product_key_length: usize,
    /// DeviceName: 4 to 32 letters, digits and - _ @ . :
    pub device_name: *const c_char,
    /// Bytes of device_name.
    pub device_name_length: usize,
    /// Region, or NULL for cn-shanghai.
    pub region: *const c_char,
    /// Bytes of region.
    pub region_length: usize,
    /// Instance id ("iot-...") of a new public or enterprise instance; NULL for the old public
    /// instance.
    pub instance_id: *const c_char,
    /// Bytes of instance_id.
    pub instance_id_length: usize,
    /// Where the DeviceSecret is kept, or NULL if the caller lends it to each sign-in. Copied;
    /// what `user` points to must outlive the device.
    pub store: *const linkauth_store,
    /// Seals the DeviceSecret within its record, or NULL to keep it plain. Copied; what `user` points
    /// to must outlive the device. A plain record is read with or without it.
    pub seal: *const linkauth_seal,
    /// Random bytes for registration, or NULL for the system's (Linux only).
    pub random: linkauth_random,
    /// Passed to `random`, never looked at.
    pub random_user: *mut c_void,
    /// Surrounds each stretch of code that has a secret in its registers, or NULL. Copied; what
    /// `user` points to must outlive the device.
    pub critical_section: *const linkauth_critical_section,
}

// SAFETY: repr(C), no padding (asserted), and all zero is a value.
unsafe impl Versioned for linkauth_device_config {
    const FIRST_SIZE: usize = 8 + 13 * size_of::<usize>();
}

/// Numbers behind the last error of a device.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct linkauth_error_detail {
    /// sizeof(linkauth_error_detail), set by the caller.
    pub struct_size: u32,
    /// The platform's code in a refused registration, or 0: over HTTPS such as 6289, over MQTT that
    /// of the CONNACK.
    pub platform_code: i32,
    /// The system's error number (errno), or 0.
    pub system_error: i32,
    /// The HTTP status of the reply, or 0.
    pub http_status: u32,
    /// Milliseconds to wait before trying again, with jitter, longer after each failure in a row up
    /// to 600000; 0 if trying again would not help by itself. linkauth itself never retries.
    pub retry_after_ms: u32,
    /// 0.
    pub reserved: u32,
}

// SAFETY: repr(C), no padding (asserted), and all zero is a value.
unsafe impl Versioned for linkauth_error_detail {
    const FIRST_SIZE: usize = 24;
}

/// What lies in a linkauth_device.
pub(super) struct DeviceObject {
    pub(super) device: Device<CallbackStore, Surrounding>,
    pub(super) random: CallbackRandom,
}

impl Kind for DeviceObject {
    const MAGIC: u32 = 0x4c4b_4445;
}

impl Idle for DeviceObject {
    const IDLE: DeviceObject = DeviceObject {
        device: Device::nobody(CallbackStore::NONE, Surrounding::NONE),
        random: CallbackRandom::new(None, core::ptr::null_mut()),
    };
}
const _: () = assert!(size_of::<Object<DeviceObject>>() <= LINKAUTH_DEVICE_SIZE);
const _: () = assert!(align_of::<Object<DeviceObject>>() <= align_of::<linkauth_device>());

/// The caller's source of random bytes, or the system's.
pub(super) struct CallbackRandom {
    callback: linkauth_random,
    user: *mut c_void,
}

impl CallbackRandom {
    pub(super) const fn new(callback: linkauth_random, user: *mut c_void) -> CallbackRandom {
        CallbackRandom { callback, user }
    }
}

impl Random for CallbackRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        let Some(random) = self.callback else {
            return system_random(bytes);
        };
        // SAFETY: the bytes are writable for their length; the callback keeps its contract by
        // the C caller's promise.
        let status = unsafe { random(self.user, bytes.as_mut_ptr(), bytes.len()) };
        Error::from_callback(status).map_err(|_| Error::RANDOM_FAILED)
    }
}

#[cfg(feature = "posix")]
fn system_random(bytes: &mut [u8]) -> Result<()> {
    crate::posix::SystemRandom.fill(bytes)
}

#[cfg(not(feature = "posix"))]
fn system_random(_: &mut [u8]) -> Result<()> {
    Err(Error::RANDOM_FAILED)
}

/// The size of a linkauth_device in this library, in bytes: for callers that open it with dlopen.
///
/// @return Bytes.
///
/// Threads: any.
/// Blocks: no.
/// Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn linkauth_device_size() -> usize {
    LINKAUTH_DEVICE_SIZE
}

/// Makes a device in storage of the caller's. It connects to nothing and reads no store.
///
/// @param[out] device Storage of at least LINKAUTH_DEVICE_SIZE bytes, aligned to 8. What was there
/// before is forgotten: wipe a device before it is initialised again.
/// @param size Its size in bytes: sizeof(linkauth_device), or linkauth_device_size().
/// @param[in] config Who the device is. Not used after the call, nor are its texts.
/// @retval LINKAUTH_OK The device can be used.
/// @retval LINKAUTH_ERROR_ARGUMENT_NULL device, config, ProductKey or DeviceName is NULL.
/// @retval LINKAUTH_ERROR_ARGUMENT_EMPTY A text has length 0.
/// @retval LINKAUTH_ERROR_ARGUMENT_TOO_LONG A text is longer than the platform allows.
/// @retval LINKAUTH_ERROR_ARGUMENT_TOO_SHORT The DeviceName has fewer than 4 characters.
/// @retval LINKAUTH_ERROR_ARGUMENT_CHARACTER A text has a character that is not allowed there.
/// @retval LINKAUTH_ERROR_OBJECT_SIZE The storage is too small or misaligned.
/// @retval LINKAUTH_ERROR_STRUCT_SIZE A struct_size is wrong.
/// @retval LINKAUTH_ERROR_RESERVED_NOT_ZERO An unknown flag is set.
/// @retval LINKAUTH_ERROR_CALLBACK_MISSING The store or the critical section lacks a callback.
/// @retval LINKAUTH_ERROR_BUSY The storage holds a device that is in use: nothing was changed.
///
/// Ownership: the storage stays the caller's. The texts are copied; what the store's and the
/// seal's `user` and `random_user` point to must outlive the device.
/// Wiped: on an error the storage is zeroed (but for LINKAUTH_ERROR_BUSY).
/// Threads: one at a time for one device; different devices are independent.
/// Blocks: no.
/// Since 0.1.0.
///
/// # Safety
/// `device` is writable for `size` bytes; `config` and what it points to are readable.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_device_init(
    device: *mut linkauth_device,
    size: usize,
    config: *const linkauth_device_config,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe {
        Object::<DeviceObject>::init_in_place(device, size, |object| {
            configure(object, config)?;
            object.device.get_ready();
            Ok(())
        })
    })
}

/// Apart: the configuration is off the stack when the record is named, which takes a hash.
///
/// # Safety
/// `config` and what it points to are readable.
#[inline(never)]
unsafe fn configure(
    object: &mut DeviceObject,
    config: *const linkauth_device_config,
) -> Result<()> {
    let DeviceObject { device, random } = object;
    // SAFETY: the contract is this function's.
    unsafe {
        let mut copy = MaybeUninit::uninit();
        let config = read_struct(config, &mut copy)?;
        if config.flags & !LINKAUTH_DEVICE_KEEP_SIGNALS != 0 {
            return Err(Error::RESERVED_NOT_ZERO);
        }
        let given = ptr::from_ref(config);
        let [product_key, device_name, region, instance_id] =
            texts(&raw const (*given).product_key, 2, &Stretch::NOTHING)?;
        device.store.read(config.store, config.seal)?;
        device.quiet = Surrounding::new(system(config.flags), config.critical_section)?;
        device.identity.set(
            product_key.unwrap_or_default(),
            device_name.unwrap_or_default(),
        )?;
        device.endpoint.set(region, instance_id)?;
        *random = CallbackRandom::new(config.random, config.random_user);
    }
    Ok(())
}

#[cfg(feature = "posix")]
pub(super) fn system(flags: u32) -> System {
    if flags & LINKAUTH_DEVICE_KEEP_SIGNALS != 0 {
        crate::posix::Signals::Left
    } else {
        crate::posix::Signals::Blocked
    }
}

#[cfg(not(feature = "posix"))]
pub(super) fn system(_: u32) -> System {
    crate::Unguarded
}

/// Stores a DeviceSecret that came another way than by registration (at the factory, from an
/// operator), and reads it back. A stored secret of this device is replaced, a damaged record too;
/// storing the same secret again changes nothing. It does not ask the platform.
///
/// @param[in,out] device The device.
/// @param[in] secret The DeviceSecret: 1 to 64 printable ASCII characters without a space.
/// @param length Its length in bytes, or LINKAUTH_NUL_TERMINATED.
/// @retval LINKAUTH_OK The secret is stored, durably, and was read back.
/// @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_ARGUMENT_EMPTY,
/// LINKAUTH_ERROR_ARGUMENT_TOO_LONG, LINKAUTH_ERROR_ARGUMENT_CHARACTER It is no DeviceSecret.
/// @retval LINKAUTH_ERROR_STORE_MISSING The device has no store.
/// @retval LINKAUTH_ERROR_STORE_OTHER_DEVICE Another device's record stands in its place.
/// @retval LINKAUTH_ERROR_STORE_... The store failed: the secret is not stored.
/// @retval LINKAUTH_ERROR_NOT_INITIALISED, LINKAUTH_ERROR_BUSY The device cannot be used.
///
/// Ownership: `secret` stays the caller's, to be wiped with linkauth_wipe.
/// Wiped: every copy of the secret that linkauth made, whatever the result.
/// Threads: one at a time for one device; different devices are independent.
/// Blocks: as long as the store does.
/// Since 0.1.0.
///
/// # Safety
/// `device` was initialised or is zeroed; `secret` is readable for `length` bytes.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_store_secret(
    device: *mut linkauth_device,
    secret: *const c_char,
    length: usize,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe {
        Object::<DeviceObject>::with(device, |object| {
            let secret = given_text(secret, length)?;
            object.device.store_secret(Secret::new(secret)?)
        })
    })
}

/// Tells linkauth how the platform answered the CONNECT of a sign-in. An accepted one marks the
/// stored secret as activated; any other comes back as a status whose text says what to check, and
/// the error detail says whether and when to try again. It does not ask the platform.
///
/// A stored secret that is refused before it was ever accepted may have been replaced by a
/// registration elsewhere: linkauth_register is then allowed, up to five registrations in all. A
/// secret that was accepted once never leads to that by itself.
///
/// @param[in,out] device The device.
/// @param code The return code of the CONNACK (MQTT 3.1.1).
/// @retval LINKAUTH_OK Accepted, and marked in the store, if there is one.
/// @retval LINKAUTH_ERROR_CONNACK_PROTOCOL Code 1.
/// @retval LINKAUTH_ERROR_CONNACK_CLIENT_ID Code 2.
/// @retval LINKAUTH_ERROR_CONNACK_UNAVAILABLE Code 3: try again later.
/// @retval LINKAUTH_ERROR_CONNACK_CREDENTIALS Code 4, of a secret that did not come by registration.
/// @retval LINKAUTH_ERROR_REFUSED_BEFORE_ACTIVATION Code 4, of a secret that came by registration
/// and was never accepted: register again.
/// @retval LINKAUTH_ERROR_REFUSED_AFTER_ACTIVATION Code 4, of a secret that was accepted before: an
/// operator must act.
/// @retval LINKAUTH_ERROR_CONNACK_NOT_AUTHORISED Code 5.
/// @retval LINKAUTH_ERROR_CONNACK_UNKNOWN Any other.
/// @retval LINKAUTH_ERROR_STORE_... Accepted, but not marked: the connection may be used, and the
/// next accepted sign-in marks it.
/// @retval LINKAUTH_ERROR_NOT_INITIALISED, LINKAUTH_ERROR_BUSY The device cannot be used.
///
/// Source: the platform's page on CONNACK codes; for code 4, users' reports.
/// Ownership: nothing is lent beyond the call.
/// Wiped: the record that was read, and with it the secret.
/// Threads: one at a time for one device; different devices are independent.
/// Blocks: as long as the store does.
/// Since 0.1.0.
///
/// # Safety
/// `device` was initialised or is zeroed.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_report_connack(
    device: *mut linkauth_device,
    code: u8,
) -> linkauth_status {
    // SAFETY: the contract is the caller's.
    boundary::status(unsafe {
        Object::<DeviceObject>::with(device, |object| object.device.report_connack(code))
    })
}

/// Copies the numbers behind the last error of a device. They are numbers only: no secret can be
/// among them.
///
/// @param[in] device The device.
/// @param[out] detail Its struct_size must be set.
/// @retval LINKAUTH_OK Copied; all 0 if the last call succeeded.
/// @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_STRUCT_SIZE, LINKAUTH_ERROR_NOT_INITIALISED,
/// LINKAUTH_ERROR_BUSY Nothing was copied.
///
/// Ownership: `detail` is the caller's.
/// Wiped: nothing: no secret is in it. On an error `detail` is zeroed.
/// Threads: one at a time for one device; different devices are independent.
/// Blocks: no.
/// Since 0.1.0.
///
/// # Safety
/// `device` was initialised or is zeroed; `detail` is writable for its struct_size.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_device_error_detail(
    device: *mut linkauth_device,
    detail: *mut linkauth_error_detail,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe {
        Object::<DeviceObject>::with(device, |object| {
            write_struct(detail, &to_c(object.device.detail()))
        })
    })
}

fn to_c(detail: Detail) -> linkauth_error_detail {
    linkauth_error_detail {
        struct_size: 0,
        platform_code: detail.platform_code,
        system_error: detail.system_error,
        http_status: u32::from(detail.http_status),
        retry_after_ms: detail.retry_after_ms,
        reserved: 0,
    }
}

/// Zeroes a device. Always legal: on NULL, on zeroed storage, and twice; on other storage that was
/// never initialised it does nothing. It does not touch the store. In a callback of the same device it does nothing.
///
/// @param[in,out] device The device; its storage may then be freed.
///
/// Ownership: the storage may then be freed. A lock on the record, left by a registration that was
/// given up, is given back.
/// Wiped: the storage.
/// Threads: one at a time for one device; different devices are independent.
/// Blocks: no; to give the lock back, as long as the store's unlock does.
/// Since 0.1.0.
///
/// # Safety
/// `device` is NULL, was initialised, or is zeroed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn linkauth_device_wipe(device: *mut linkauth_device) {
    // SAFETY: the contract is the caller's.
    unsafe { Object::<DeviceObject>::wipe(device) };
}
