//! The DeviceSecret of a device without a device object, in two slots of flash, for C.

use super::boundary::{self, given_text, read_struct, text, write_struct};
use super::flash::{CallbackFlash, check, linkauth_flash};
use super::lean::{linkauth_lean, linkauth_secret_store, names};
use super::linkauth_status;
use super::object::{Idle, Kind, Object};
use crate::secret::SecretStore;
use crate::status::{Error, Result};
use crate::store::flash::{FlashStore, Geometry};
use crate::store::secret_record::SecretRecord;
use core::ffi::{c_char, c_void};
use core::mem::MaybeUninit;

/// Bytes of a linkauth_flash_secret_store.
pub const LINKAUTH_FLASH_SECRET_STORE_SIZE: usize = 640;

/// A DeviceSecret in two slots of flash, as the record of a linkauth_flash_store: firmware that later
/// makes a linkauth_device over the same slots finds it there. A power cut at any moment leaves the old
/// secret or the new one.
///
/// The storage is the caller's. Treat it as opaque, never copy or move it.
#[repr(C)]
pub struct linkauth_flash_secret_store {
    opaque: [u64; 80],
}
const _: () = assert!(size_of::<linkauth_flash_secret_store>() == LINKAUTH_FLASH_SECRET_STORE_SIZE);

type FlashSecret = SecretRecord<CallbackFlash>;

impl Kind for FlashSecret {
    const MAGIC: u32 = 0x4c4b_4653;
}
impl Idle for FlashSecret {
    const IDLE: FlashSecret =
        SecretRecord::new(FlashStore::new(CallbackFlash::NONE, Geometry::NONE));
}
const _: () = assert!(size_of::<Object<FlashSecret>>() <= LINKAUTH_FLASH_SECRET_STORE_SIZE);

/// The size of a linkauth_flash_secret_store in this library, in bytes. Only in libraries that
/// have linkauth_flash_secret_store_init.
///
/// @return Bytes.
///
/// Threads: any.
/// Blocks: no.
/// Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn linkauth_flash_secret_store_size() -> usize {
    LINKAUTH_FLASH_SECRET_STORE_SIZE
}

/// Makes a store of a DeviceSecret in two slots of flash, for linkauth_lean_register and
/// linkauth_lean_sign_in. It reads and writes nothing yet.
///
/// @param[out] flash_secret_store Storage of at least LINKAUTH_FLASH_SECRET_STORE_SIZE bytes, aligned to 8.
/// @param size Its size in bytes.
/// @param[in] flash The slots. Copied; what `user` points to must outlive the store.
/// @param[in] lean Whose secret it is: of it the names and the instance id are looked at, and copied.
/// @param[out] store Filled in; its callbacks are linkauth's to call. Its struct_size must be set.
/// @retval LINKAUTH_OK The store can be used, until linkauth_flash_secret_store_wipe.
/// @retval LINKAUTH_ERROR_ARGUMENT_RANGE slot_size, unit or erased is none that is supported.
/// @retval LINKAUTH_ERROR_CALLBACK_MISSING read, program or erase is NULL.
/// @retval LINKAUTH_ERROR_ARGUMENT_..., LINKAUTH_ERROR_OBJECT_SIZE, LINKAUTH_ERROR_STRUCT_SIZE,
/// LINKAUTH_ERROR_BUSY An argument is wrong.
///
/// A load then fails with LINKAUTH_ERROR_STORE_DAMAGED or LINKAUTH_ERROR_STORE_OTHER_DEVICE for what is
/// no secret of this device, and with LINKAUTH_ERROR_SECRET_IS_TOKEN or LINKAUTH_ERROR_STORE_SEALED for
/// one that only a linkauth_device can use.
/// Only in static libraries built with LINKAUTH_LEAN and LINKAUTH_FLASH, as those for bare metal are by
/// default.
/// Ownership: the storage stays the caller's. It, and what `flash` has as `user`, must outlive `store`.
/// Wiped: nothing: no secret is read yet. On an error `store` is zeroed.
/// Threads: one at a time for one store.
/// Blocks: no.
/// Since 0.1.0.
///
/// # Safety
/// `flash_secret_store` is writable for `size` bytes, `store` for its struct_size; `flash` and `lean`,
/// and what that points to, are readable.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_flash_secret_store_init(
    flash_secret_store: *mut linkauth_flash_secret_store,
    size: usize,
    flash: *const linkauth_flash,
    lean: *const linkauth_lean,
    store: *mut linkauth_secret_store,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe { init(flash_secret_store, size, flash, lean, store) })
}

/// # Safety
/// As `linkauth_flash_secret_store_init`.
unsafe fn init(
    flash_secret_store: *mut linkauth_flash_secret_store,
    size: usize,
    flash: *const linkauth_flash,
    lean: *const linkauth_lean,
    store: *mut linkauth_secret_store,
) -> Result<()> {
    // SAFETY: the contracts are this function's.
    unsafe {
        write_struct(store, &linkauth_secret_store::NONE)?;
        Object::<FlashSecret>::init_in_place(flash_secret_store, size, |secret| {
            configure(secret, flash, lean)
        })?;
        write_struct(
            store,
            &linkauth_secret_store {
                user: flash_secret_store.cast(),
                load: Some(load),
                save: Some(save),
                ..linkauth_secret_store::NONE
            },
        )
    }
}

/// # Safety
/// `flash` and `lean` are readable, and so are the texts of `lean`.
unsafe fn configure(
    secret: &mut FlashSecret,
    flash: *const linkauth_flash,
    lean: *const linkauth_lean,
) -> Result<()> {
    // SAFETY: the contract is this function's.
    unsafe {
        let (flash, geometry) = check(*read_struct(flash, &mut MaybeUninit::uninit())?)?;
        secret.be_in(FlashStore::new(flash, geometry));
        let mut copy = MaybeUninit::uninit();
        let lean = read_struct(lean, &mut copy)?;
        let instance_id = text(lean.instance_id, lean.instance_id_length)?;
        secret.belong_to(names(lean)?, instance_id)
    }
}

unsafe extern "C" fn load(
    user: *mut c_void,
    secret: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> linkauth_status {
    // SAFETY: linkauth calls this with the store that `init` put there, a writable buffer and a
    // writable length.
    boundary::status(unsafe {
        Object::<FlashSecret>::with(user, |store| {
            let room = boundary::buffer(secret.cast(), capacity)?;
            *length = store.load(room)?.ok_or(Error::STORE_ABSENT)?;
            Ok(())
        })
    })
}

unsafe extern "C" fn save(
    user: *mut c_void,
    secret: *const c_char,
    length: usize,
) -> linkauth_status {
    // SAFETY: linkauth calls this with the store that `init` put there, and a readable secret.
    boundary::status(unsafe {
        Object::<FlashSecret>::with(user, |store| store.save(given_text(secret, length)?))
    })
}

/// Gives up a store of a DeviceSecret; what is in the flash stays. Always legal: on NULL, on zeroed
/// storage, and twice. It erases no slot. Only in libraries that have
/// linkauth_flash_secret_store_init.
///
/// @param[in,out] flash_secret_store The store, which may not be used any more.
///
/// Ownership: the storage may then be freed.
/// Wiped: the storage, in which no secret is.
/// Threads: one at a time for one store.
/// Blocks: no.
/// Since 0.1.0.
///
/// # Safety
/// `flash_secret_store` is NULL, was initialised, or is zeroed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn linkauth_flash_secret_store_wipe(
    flash_secret_store: *mut linkauth_flash_secret_store,
) {
    // SAFETY: the contract is the caller's.
    unsafe { Object::<FlashSecret>::wipe(flash_secret_store) };
}
