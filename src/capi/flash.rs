//! The store in two slots of flash, for C.

use super::boundary::{self, Versioned, read_struct, write_struct};
use super::linkauth_status;
use super::object::{Kind, Object};
use super::store::linkauth_store;
use crate::identity::RecordName;
use crate::status::{Error, Result};
use crate::store::Store;
use crate::store::flash::{Flash, FlashStore, Geometry};
use core::ffi::{c_char, c_void};
use core::mem::MaybeUninit;

/// Bytes of a linkauth_flash_store.
pub const LINKAUTH_FLASH_STORE_SIZE: usize = 128;

/// Two slots of flash, as a port reaches them. A callback returns LINKAUTH_OK, or a negative number or
/// LINKAUTH_ERROR_STORE_IO on a failure: for `read` also when the bytes there cannot be read, for
/// instance since their ECC is wrong.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct linkauth_flash {
    /// sizeof(linkauth_flash).
    pub struct_size: u32,
    /// Bytes of one slot: whole erase sectors, at least 416.
    pub slot_size: u32,
    /// Bytes that are programmed at once: 1, 2, 4, 8, 16 or 32.
    pub unit: u32,
    /// What an erased byte reads as: 0xFF, or 0x00 on some parts.
    pub erased: u32,
    /// Passed to every callback, never looked at.
    pub user: *mut c_void,
    /// Reads `length` bytes from `offset` within slot 0 or 1.
    pub read: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            slot: u32,
            offset: u32,
            bytes: *mut u8,
            length: usize,
        ) -> linkauth_status,
    >,
    /// Programs one unit, which was not programmed since its slot was erased.
    pub program: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            slot: u32,
            offset: u32,
            bytes: *const u8,
            length: usize,
        ) -> linkauth_status,
    >,
    /// Erases a whole slot.
    pub erase: Option<unsafe extern "C" fn(user: *mut c_void, slot: u32) -> linkauth_status>,
    /// Returns once all of it would survive a power cut. NULL: it does at once.
    pub sync: Option<unsafe extern "C" fn(user: *mut c_void) -> linkauth_status>,
}

// SAFETY: repr(C), no padding (asserted), and all zero is a value.
unsafe impl Versioned for linkauth_flash {
    const FIRST_SIZE: usize = 16 + 5 * size_of::<usize>();
}

/// The record of one device in two slots of flash. A power cut at any moment leaves the old record or
/// the new one; the slot with the only whole record is never erased.
///
/// The storage is the caller's. Treat it as opaque, never copy or move it.
#[repr(C)]
pub struct linkauth_flash_store {
    opaque: [u64; 16],
}
const _: () = assert!(size_of::<linkauth_flash_store>() == LINKAUTH_FLASH_STORE_SIZE);

type CallbackFlashStore = FlashStore<CallbackFlash>;

impl Kind for CallbackFlashStore {
    const MAGIC: u32 = 0x4c4b_464c;
}
const _: () = assert!(size_of::<Object<CallbackFlashStore>>() <= LINKAUTH_FLASH_STORE_SIZE);

/// A caller's flash behind safe calls.
pub(super) struct CallbackFlash(linkauth_flash);

#[cfg(feature = "lean")]
impl CallbackFlash {
    // SAFETY: all zero is a value of it, by the contract of Versioned.
    pub(super) const NONE: CallbackFlash = CallbackFlash(unsafe { core::mem::zeroed() });
}

#[inline(never)]
fn outcome(status: linkauth_status) -> Result<()> {
    if status < 0 {
        return Err(Error::STORE_IO);
    }
    Error::from_callback(status)
}

impl Flash for CallbackFlash {
    fn read(&mut self, slot: u8, offset: usize, bytes: &mut [u8]) -> Result<()> {
        let read = self.0.read.ok_or(Error::CALLBACK_MISSING)?;
        // SAFETY: the bytes are writable for their length; the callback keeps its contract by the C
        // caller's promise.
        outcome(unsafe {
            read(
                self.0.user,
                u32::from(slot),
                offset as u32,
                bytes.as_mut_ptr(),
                bytes.len(),
            )
        })
    }

    fn program(&mut self, slot: u8, offset: usize, bytes: &[u8]) -> Result<()> {
        let program = self.0.program.ok_or(Error::CALLBACK_MISSING)?;
        // SAFETY: as in `read`, readable.
        outcome(unsafe {
            program(
                self.0.user,
                u32::from(slot),
                offset as u32,
                bytes.as_ptr(),
                bytes.len(),
            )
        })
    }

    fn erase(&mut self, slot: u8) -> Result<()> {
        let erase = self.0.erase.ok_or(Error::CALLBACK_MISSING)?;
        // SAFETY: the callback keeps its contract by the C caller's promise.
        outcome(unsafe { erase(self.0.user, u32::from(slot)) })
    }

    fn sync(&mut self) -> Result<()> {
        match self.0.sync {
            None => Ok(()),
            // SAFETY: as in `erase`.
            Some(sync) => outcome(unsafe { sync(self.0.user) }),
        }
    }
}

/// The size of a linkauth_flash_store in this library, in bytes.
///
/// @return Bytes.
///
/// Threads: any.
/// Blocks: no.
/// Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn linkauth_flash_store_size() -> usize {
    LINKAUTH_FLASH_STORE_SIZE
}

/// Makes a store of two slots of flash. It reads and writes nothing yet. Only in libraries built with
/// LINKAUTH_FLASH, as those for bare metal are by default.
///
/// @param[out] flash_store Storage of at least LINKAUTH_FLASH_STORE_SIZE bytes, aligned to 8.
/// @param size Its size in bytes.
/// @param[in] flash The slots. Copied; what `user` points to must outlive the store.
/// @param[out] store Filled in, for linkauth_device_config.store. Its struct_size must be set.
/// @retval LINKAUTH_OK The store can be used, by one device, until linkauth_flash_store_wipe.
/// @retval LINKAUTH_ERROR_ARGUMENT_RANGE slot_size, unit or erased is none that is supported.
/// @retval LINKAUTH_ERROR_CALLBACK_MISSING read, program or erase is NULL.
/// @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_OBJECT_SIZE, LINKAUTH_ERROR_STRUCT_SIZE,
/// LINKAUTH_ERROR_BUSY An argument is wrong.
///
/// Wear: a registration erases a slot once and programs it once; the first accepted sign-in does
/// the same, and erases the slot that then holds an older copy.
/// Ownership: the storage stays the caller's. It, and what `user` points to, must outlive the
/// device that uses it.
/// Wiped: nothing: no secret is read yet. On an error `store` is zeroed.
/// Threads: one at a time for one store.
/// Blocks: no.
/// Since 0.1.0.
///
/// # Safety
/// `flash_store` is writable for `size` bytes, `store` for its struct_size; `flash` is readable.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_flash_store_init(
    flash_store: *mut linkauth_flash_store,
    size: usize,
    flash: *const linkauth_flash,
    store: *mut linkauth_store,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe { init(flash_store, size, flash, store) })
}

/// # Safety
/// As `linkauth_flash_store_init`.
unsafe fn init(
    flash_store: *mut linkauth_flash_store,
    size: usize,
    flash: *const linkauth_flash,
    store: *mut linkauth_store,
) -> Result<()> {
    // SAFETY: the contracts are this function's.
    unsafe {
        write_struct(store, &linkauth_store::NONE)?;
        Object::<CallbackFlashStore>::init(
            flash_store,
            size,
            || check(*read_struct(flash, &mut MaybeUninit::uninit())?),
            |(flash, geometry)| FlashStore::new(flash, geometry),
        )?;
        write_struct(
            store,
            &linkauth_store {
                user: flash_store.cast(),
                load: Some(load),
                save: Some(save),
                erase: Some(erase),
                prepare: Some(prepare),
                retire: Some(retire),
                ..linkauth_store::NONE
            },
        )
    }
}

#[inline(always)]
pub(super) fn check(flash: linkauth_flash) -> Result<(CallbackFlash, Geometry)> {
    if flash.read.is_none() || flash.program.is_none() || flash.erase.is_none() {
        return Err(Error::CALLBACK_MISSING);
    }
    if flash.erased != 0 && flash.erased != 0xff {
        return Err(Error::ARGUMENT_RANGE);
    }
    let (slot_size, unit) = (flash.slot_size as usize, flash.unit as usize);
    let geometry = Geometry::new(slot_size, unit, flash.erased as u8)?;
    Ok((CallbackFlash(flash), geometry))
}

/// Runs `act` on the flash store that `init` put at `user`. The name is not needed: it holds one
/// record.
///
/// # Safety
/// `user` is that flash store.
unsafe fn act(
    user: *mut c_void,
    act: impl FnOnce(&mut CallbackFlashStore, &RecordName) -> Result<()>,
) -> linkauth_status {
    // SAFETY: the contract is this function's.
    boundary::status(unsafe {
        Object::<CallbackFlashStore>::with(user, |slots| act(slots, &RecordName::NONE))
    })
}

unsafe extern "C" fn load(
    user: *mut c_void,
    _: *const c_char,
    buffer: *mut u8,
    capacity: usize,
    length: *mut usize,
) -> linkauth_status {
    // SAFETY: linkauth calls this with the flash store that `init` put there, a writable buffer and a
    // writable length.
    unsafe {
        act(user, |slots, name| {
            let found = slots.load(name, boundary::buffer(buffer, capacity)?)?;
            *length = found.ok_or(Error::STORE_ABSENT)?;
            Ok(())
        })
    }
}

unsafe extern "C" fn save(
    user: *mut c_void,
    _: *const c_char,
    record: *const u8,
    length: usize,
) -> linkauth_status {
    // SAFETY: linkauth calls this with the flash store that `init` put there, and a readable record.
    unsafe {
        act(user, |slots, name| {
            let record = boundary::bytes(record, length)?.ok_or(Error::ARGUMENT_NULL)?;
            slots.save(name, record)
        })
    }
}

unsafe extern "C" fn erase(user: *mut c_void, _: *const c_char) -> linkauth_status {
    // SAFETY: linkauth calls this with the flash store that `init` put there.
    unsafe { act(user, |slots, name| slots.erase(name)) }
}

unsafe extern "C" fn prepare(user: *mut c_void, _: *const c_char) -> linkauth_status {
    // SAFETY: as in `erase`.
    unsafe { act(user, |slots, name| slots.prepare(name)) }
}

unsafe extern "C" fn retire(user: *mut c_void, _: *const c_char) -> linkauth_status {
    // SAFETY: as in `erase`.
    unsafe { act(user, |slots, name| slots.retire(name)) }
}

/// Gives up a flash store; what is in the flash stays. Always legal: on NULL, on zeroed storage,
/// and twice. It erases no slot.
///
/// @param[in,out] flash_store The flash store; no device may use it any more.
///
/// Ownership: the storage may then be freed.
/// Wiped: the storage, in which no secret is.
/// Threads: one at a time for one store.
/// Blocks: no.
/// Since 0.1.0.
///
/// # Safety
/// `flash_store` is NULL, was initialised, or is zeroed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn linkauth_flash_store_wipe(flash_store: *mut linkauth_flash_store) {
    // SAFETY: the contract is the caller's.
    unsafe { Object::<CallbackFlashStore>::wipe(flash_store) };
}
