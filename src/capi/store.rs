//! A store of the caller's: two callbacks.

use super::boundary::{Versioned, read_into};
use super::linkauth_status;
use crate::identity::RecordName;
use crate::status::{Error, Result};
use crate::store::Store;
use core::ffi::{c_char, c_void};

/// Bytes that a store must be able to hold for each device.
pub const LINKAUTH_RECORD_MAX: usize = 384;
const _: () = assert!(LINKAUTH_RECORD_MAX == crate::store::RECORD_MAX);

/// Bytes of the longest sealed secret.
pub const LINKAUTH_SEALED_MAX: usize = 192;
const _: () = assert!(LINKAUTH_SEALED_MAX == crate::store::SEALED_MAX);

/// Where the record with a device's secret is kept: `linkauth_file_store_open` fills one in for a
/// folder of files; others map these callbacks to NVS, littlefs, PSA ITS, a secure element.
///
/// A callback returns LINKAUTH_OK, a LINKAUTH_ERROR_STORE_... status, or a negative errno, which
/// linkauth reports as LINKAUTH_ERROR_STORE_IO with the number in the error detail. Callbacks run
/// on the thread that called linkauth, with its signals blocked, and must return.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct linkauth_store {
    /// sizeof(linkauth_store).
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Passed to every callback, never looked at.
    pub user: *mut c_void,
    /// Reads the record called `name` (15 lower-case letters and digits, NUL-terminated: fit for
    /// an NVS key or a file name) into `buffer`, of LINKAUTH_RECORD_MAX bytes, and sets
    /// `*length`. Returns LINKAUTH_ERROR_STORE_ABSENT if there is none, and only then: linkauth
    /// registers a device whose record is absent. linkauth wipes the buffer.
    pub load: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            name: *const c_char,
            buffer: *mut u8,
            capacity: usize,
            length: *mut usize,
        ) -> linkauth_status,
    >,
    /// Replaces the record called `name`, in whole or not at all, and returns once it would
    /// survive a power cut. linkauth then reads it back and compares.
    pub save: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            name: *const c_char,
            record: *const u8,
            length: usize,
        ) -> linkauth_status,
    >,
    /// Removes the record called `name` and every older copy; that there is none is no error. NULL:
    /// linkauth_store_erase is not supported.
    pub erase:
        Option<unsafe extern "C" fn(user: *mut c_void, name: *const c_char) -> linkauth_status>,
    /// Keeps other processes from the record until unlock, without waiting:
    /// LINKAUTH_ERROR_STORE_LOCKED if another one holds it. Held from before a registration is asked
    /// for until what was issued is stored, and round every other save. NULL, with unlock: there is
    /// but one process.
    pub lock:
        Option<unsafe extern "C" fn(user: *mut c_void, name: *const c_char) -> linkauth_status>,
    /// Gives back what lock took.
    pub unlock: Option<unsafe extern "C" fn(user: *mut c_void, name: *const c_char)>,
    /// Finds out, before the platform is asked for a secret, whether a record of
    /// LINKAUTH_RECORD_MAX bytes can be saved, and reserves what it needs. NULL: nothing to find out.
    pub prepare:
        Option<unsafe extern "C" fn(user: *mut c_void, name: *const c_char) -> linkauth_status>,
    /// Removes older copies, now that the platform accepted the record. NULL: there are none.
    pub retire:
        Option<unsafe extern "C" fn(user: *mut c_void, name: *const c_char) -> linkauth_status>,
}

// SAFETY: repr(C), no padding (asserted), and all zero is a value.
unsafe impl Versioned for linkauth_store {
    const FIRST_SIZE: usize = 8 + size_of::<[usize; 8]>();
}

impl linkauth_store {
    pub(super) const NONE: linkauth_store = linkauth_store {
        struct_size: 0,
        reserved: 0,
        user: core::ptr::null_mut(),
        load: None,
        save: None,
        erase: None,
        lock: None,
        unlock: None,
        prepare: None,
        retire: None,
    };
}

/// Seals the secret within a record, for a device whose store others may read: with a key in a TPM,
/// a secure element, a keyring. Optional. Callbacks as those of a linkauth_store.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct linkauth_seal {
    /// sizeof(linkauth_seal).
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Passed to both callbacks, never looked at.
    pub user: *mut c_void,
    /// Seals `secret` for `context` (the rest of the record: device, state, sequence number; it is to
    /// be authenticated, not hidden) into `sealed`, of LINKAUTH_SEALED_MAX bytes, and sets
    /// `*sealed_length`.
    pub seal: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            context: *const u8,
            context_length: usize,
            secret: *const u8,
            secret_length: usize,
            sealed: *mut u8,
            sealed_capacity: usize,
            sealed_length: *mut usize,
        ) -> linkauth_status,
    >,
    /// Opens what `seal` sealed for the same context into `secret`, and sets `*secret_length`. Returns
    /// LINKAUTH_ERROR_STORE_UNSEAL if the key is another one, or anything was changed.
    pub unseal: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            context: *const u8,
            context_length: usize,
            sealed: *const u8,
            sealed_length: usize,
            secret: *mut u8,
            secret_capacity: usize,
            secret_length: *mut usize,
        ) -> linkauth_status,
    >,
}

// SAFETY: repr(C), no padding (asserted), and all zero is a value.
#[cfg(feature = "sealing")]
unsafe impl Versioned for linkauth_seal {
    const FIRST_SIZE: usize = 8 + 3 * size_of::<usize>();
}

#[cfg(feature = "sealing")]
impl linkauth_seal {
    pub(super) const NONE: linkauth_seal = linkauth_seal {
        struct_size: 0,
        reserved: 0,
        user: core::ptr::null_mut(),
        seal: None,
        unseal: None,
    };
}

/// A callback that does something with a record, and may be missing.
type Act = Option<unsafe extern "C" fn(user: *mut c_void, name: *const c_char) -> linkauth_status>;

/// A caller's store behind safe calls, or none.
pub(super) struct CallbackStore {
    /// Without callbacks if there is no store. No Option: the bytes that None leaves unused would be
    /// whatever the stack held.
    callbacks: linkauth_store,
    #[cfg(feature = "sealing")]
    sealing: linkauth_seal,
    system_error: i32,
}

impl CallbackStore {
    pub(super) const NONE: CallbackStore = CallbackStore {
        callbacks: linkauth_store::NONE,
        #[cfg(feature = "sealing")]
        sealing: linkauth_seal::NONE,
        system_error: 0,
    };

    /// Takes what the caller gave, each of which may be NULL, in place of `NONE`.
    ///
    /// # Safety
    /// As `read_into`, for both.
    pub(super) unsafe fn read(
        &mut self,
        store: *const linkauth_store,
        seal: *const linkauth_seal,
    ) -> Result<()> {
        if !store.is_null() {
            // SAFETY: the contract is this function's.
            unsafe { read_into(store, &mut self.callbacks)? };
            if self.callbacks.load.is_none() || self.callbacks.save.is_none() {
                return Err(Error::CALLBACK_MISSING);
            }
        }
        if !seal.is_null() {
            // SAFETY: the contract is this function's.
            unsafe { self.read_seal(seal)? };
        }
        if self.callbacks.lock.is_some() != self.callbacks.unlock.is_some() {
            return Err(Error::CALLBACK_MISSING);
        }
        if self.callbacks.reserved != 0 {
            return Err(Error::RESERVED_NOT_ZERO);
        }
        Ok(())
    }

    /// # Safety
    /// As `read_struct`.
    #[cfg(feature = "sealing")]
    unsafe fn read_seal(&mut self, seal: *const linkauth_seal) -> Result<()> {
        // SAFETY: the contract is this function's.
        unsafe { read_into(seal, &mut self.sealing)? };
        if self.sealing.seal.is_none() || self.sealing.unseal.is_none() {
            return Err(Error::CALLBACK_MISSING);
        }
        if self.sealing.reserved != 0 {
            return Err(Error::RESERVED_NOT_ZERO);
        }
        Ok(())
    }

    /// In a build that seals nothing the pointer is reserved.
    ///
    /// # Safety
    /// None.
    #[cfg(not(feature = "sealing"))]
    unsafe fn read_seal(&mut self, _: *const linkauth_seal) -> Result<()> {
        Err(Error::RESERVED_NOT_ZERO)
    }

    fn act(&mut self, act: Act, name: &RecordName) -> Result<()> {
        let Some(act) = act else {
            return Ok(());
        };
        // SAFETY: the name is NUL-terminated and lives through the call; the callback keeps its
        // contract by the C caller's promise.
        let status = unsafe {
            act(
                self.callbacks.user,
                name.as_bytes_with_nul().as_ptr().cast(),
            )
        };
        self.outcome(status)
    }

    #[inline(never)]
    fn outcome(&mut self, status: linkauth_status) -> Result<()> {
        self.system_error = 0;
        if status < 0 {
            self.system_error = status.wrapping_neg();
            return Err(Error::STORE_IO);
        }
        Error::from_callback(status)
    }
}

impl Store for CallbackStore {
    fn load(&mut self, name: &RecordName, buffer: &mut [u8]) -> Result<Option<usize>> {
        let load = self.callbacks.load.ok_or(Error::STORE_MISSING)?;
        let mut length = 0;
        // SAFETY: the name is NUL-terminated, the buffer writable for its length, both live
        // through the call; the callback keeps its contract by the C caller's promise.
        let status = unsafe {
            load(
                self.callbacks.user,
                name.as_bytes_with_nul().as_ptr().cast(),
                buffer.as_mut_ptr(),
                buffer.len(),
                &raw mut length,
            )
        };
        match self.outcome(status) {
            Ok(()) => Ok(Some(length)),
            Err(Error::STORE_ABSENT) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn save(&mut self, name: &RecordName, record: &[u8]) -> Result<()> {
        let save = self.callbacks.save.ok_or(Error::STORE_MISSING)?;
        // SAFETY: the name is NUL-terminated, the record readable for its length, both live
        // through the call; the callback keeps its contract by the C caller's promise.
        let status = unsafe {
            save(
                self.callbacks.user,
                name.as_bytes_with_nul().as_ptr().cast(),
                record.as_ptr(),
                record.len(),
            )
        };
        self.outcome(status)
    }

    fn erase(&mut self, name: &RecordName) -> Result<()> {
        if self.callbacks.erase.is_none() {
            return Err(match self.callbacks.load {
                None => Error::STORE_MISSING,
                Some(_) => Error::CALLBACK_MISSING,
            });
        }
        self.act(self.callbacks.erase, name)
    }

    fn lock(&mut self, name: &RecordName) -> Result<()> {
        self.act(self.callbacks.lock, name)
    }

    fn unlock(&mut self, name: &RecordName) {
        if let Some(unlock) = self.callbacks.unlock {
            // SAFETY: as in `act`.
            unsafe {
                unlock(
                    self.callbacks.user,
                    name.as_bytes_with_nul().as_ptr().cast(),
                );
            }
        }
    }

    fn prepare(&mut self, name: &RecordName) -> Result<()> {
        self.act(self.callbacks.prepare, name)
    }

    fn retire(&mut self, name: &RecordName) -> Result<()> {
        self.act(self.callbacks.retire, name)
    }

    #[cfg(feature = "sealing")]
    fn seal(&mut self, context: &[u8], secret: &[u8], sealed: &mut [u8]) -> Result<Option<usize>> {
        let Some(seal) = self.sealing.seal else {
            return Ok(None);
        };
        let mut length = 0;
        // SAFETY: the slices live through the call; the callback keeps its contract by the C caller's
        // promise.
        let status = unsafe {
            seal(
                self.sealing.user,
                context.as_ptr(),
                context.len(),
                secret.as_ptr(),
                secret.len(),
                sealed.as_mut_ptr(),
                sealed.len(),
                &raw mut length,
            )
        };
        self.outcome(status).map(|()| Some(length))
    }

    #[cfg(feature = "sealing")]
    fn unseal(&mut self, context: &[u8], sealed: &[u8], secret: &mut [u8]) -> Result<usize> {
        let unseal = self.sealing.unseal.ok_or(Error::STORE_SEALED)?;
        let mut length = 0;
        // SAFETY: as in `seal`.
        let status = unsafe {
            unseal(
                self.sealing.user,
                context.as_ptr(),
                context.len(),
                sealed.as_ptr(),
                sealed.len(),
                secret.as_mut_ptr(),
                secret.len(),
                &raw mut length,
            )
        };
        self.outcome(status).map(|()| length)
    }

    fn system_error(&self) -> i32 {
        self.system_error
    }
}
