//! A store of the caller's: two callbacks.

use super::boundary::Versioned;
use super::linkauth_status;
use crate::identity::RecordName;
use crate::status::{Error, Result};
use crate::store::Store;
use core::ffi::{c_char, c_void};

/// Bytes that a store must be able to hold for each device.
pub const LINKAUTH_RECORD_MAX: usize = 384;
const _: () = assert!(LINKAUTH_RECORD_MAX == crate::store::RECORD_MAX);

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
    /// Passed to both callbacks, never looked at.
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
}

// SAFETY: repr(C), no padding (asserted), and all zero is a value.
unsafe impl Versioned for linkauth_store {
    const FIRST_SIZE: usize = size_of::<linkauth_store>();
}
const _: () = assert!(size_of::<linkauth_store>() == 8 + 3 * size_of::<usize>());

impl linkauth_store {
    pub(super) const NONE: linkauth_store = linkauth_store {
        struct_size: 0,
        reserved: 0,
        user: core::ptr::null_mut(),
        load: None,
        save: None,
    };
}

/// A caller's store behind safe calls, or none.
pub(super) struct CallbackStore {
    /// Without callbacks if there is no store. No Option: the bytes that None leaves unused would be
    /// whatever the stack held.
    callbacks: linkauth_store,
    system_error: i32,
}

impl CallbackStore {
    pub(super) fn new(callbacks: Option<linkauth_store>) -> Result<CallbackStore> {
        if let Some(callbacks) = &callbacks {
            if callbacks.reserved != 0 {
                return Err(Error::RESERVED_NOT_ZERO);
            }
            if callbacks.load.is_none() || callbacks.save.is_none() {
                return Err(Error::CALLBACK_MISSING);
            }
        }
        Ok(CallbackStore {
            callbacks: callbacks.unwrap_or(linkauth_store::NONE),
            system_error: 0,
        })
    }

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

    fn system_error(&self) -> i32 {
        self.system_error
    }
}
