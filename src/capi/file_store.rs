//! The store of files, for C.

use super::boundary::{self, given_text, write_struct};
use super::linkauth_status;
use super::object::{Kind, Object};
use super::store::linkauth_store;
use crate::identity::RecordName;
use crate::posix::FileStore;
use crate::status::{Error, Result};
use crate::store::Store;
use core::convert::identity;
use core::ffi::{c_char, c_void};

/// Bytes of a linkauth_file_store.
pub const LINKAUTH_FILE_STORE_SIZE: usize = 64;

/// A folder in which devices' records are kept, one file of mode 0600 each. Linux only.
///
/// The storage is the caller's. Treat it as opaque, never copy or move it.
#[repr(C)]
pub struct linkauth_file_store {
    opaque: [u64; 8],
}
const _: () = assert!(size_of::<linkauth_file_store>() == LINKAUTH_FILE_STORE_SIZE);

impl Kind for FileStore {
    const MAGIC: u32 = 0x4c4b_4653;
}
const _: () = assert!(size_of::<Object<FileStore>>() <= LINKAUTH_FILE_STORE_SIZE);
const _: () = assert!(align_of::<Object<FileStore>>() <= align_of::<linkauth_file_store>());

/// The size of a linkauth_file_store in this library, in bytes.
///
/// @return Bytes.
///
/// Threads: any.
/// Blocks: no.
/// Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn linkauth_file_store_size() -> usize {
    LINKAUTH_FILE_STORE_SIZE
}

/// Opens a folder as a store. A record is replaced by a temporary file, fsync, rename and fsync of
/// the folder, so that a power cut leaves the old record or the new one. It creates no folder.
///
/// @param[out] file_store Storage of at least LINKAUTH_FILE_STORE_SIZE bytes, aligned to 8.
/// @param size Its size in bytes.
/// @param[in] folder Path of the folder, up to 255 bytes: it must exist, belong to this user or
/// root, be writable by no other, and not be a link.
/// @param length Bytes of folder, or LINKAUTH_NUL_TERMINATED.
/// @param[out] store Filled in, for linkauth_device_config.store. Its struct_size must be set.
/// @retval LINKAUTH_OK The store can be used until linkauth_file_store_close.
/// @retval LINKAUTH_ERROR_STORE_NOT_FOUND The folder does not exist.
/// @retval LINKAUTH_ERROR_STORE_UNSAFE Others could replace what is in the folder, or it is a link
/// or no folder.
/// @retval LINKAUTH_ERROR_STORE_IO It could not be opened.
/// @retval LINKAUTH_ERROR_ARGUMENT_..., LINKAUTH_ERROR_OBJECT_SIZE, LINKAUTH_ERROR_STRUCT_SIZE An
/// argument is wrong.
///
/// Ownership: the file store holds one descriptor, closed by linkauth_file_store_close. It must
/// outlive every device that uses it. `folder` is not used after the call.
/// Wiped: nothing: no secret is read yet. On an error `store` is zeroed.
/// Threads: one at a time for one file store, and so for all devices that share it.
/// Blocks: for the file system.
/// Since 0.1.0.
///
/// # Safety
/// `file_store` is writable for `size` bytes, `store` for its struct_size; `folder` is readable.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_file_store_open(
    file_store: *mut linkauth_file_store,
    size: usize,
    folder: *const c_char,
    length: usize,
    store: *mut linkauth_store,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe { open(file_store, size, folder, length, store) })
}

/// # Safety
/// As `linkauth_file_store_open`.
unsafe fn open(
    file_store: *mut linkauth_file_store,
    size: usize,
    folder: *const c_char,
    length: usize,
    store: *mut linkauth_store,
) -> Result<()> {
    let mut callbacks = linkauth_store::NONE;
    // SAFETY: the contracts are this function's.
    unsafe {
        write_struct(store, &callbacks)?;
        Object::<FileStore>::init(
            file_store,
            size,
            || FileStore::open(given_text(folder, length)?),
            identity,
        )?;
        callbacks.user = file_store.cast();
        callbacks.load = Some(load);
        callbacks.save = Some(save);
        callbacks.erase = Some(erase);
        callbacks.lock = Some(lock);
        callbacks.unlock = Some(unlock);
        callbacks.prepare = Some(prepare);
        write_struct(store, &callbacks)
    }
}

/// A failure as a callback tells it: a negative errno where there is one.
fn callback_status(result: Result<()>, system_error: i32) -> linkauth_status {
    match result {
        Err(Error::STORE_IO) if system_error > 0 => system_error.wrapping_neg(),
        result => boundary::status(result),
    }
}

/// Runs `act` on the file store that `open` put at `user`.
///
/// # Safety
/// `user` is that file store; `name` is NUL-terminated.
#[inline(never)]
unsafe fn act(
    user: *mut c_void,
    name: *const c_char,
    act: &mut dyn FnMut(&mut FileStore, &RecordName) -> Result<()>,
) -> linkauth_status {
    let mut system_error = 0;
    // SAFETY: the contract is this function's.
    let result = unsafe {
        Object::<FileStore>::with(user, |files| {
            let name = RecordName::from_bytes(given_text(name, super::LINKAUTH_NUL_TERMINATED)?)?;
            let result = act(files, &name);
            system_error = files.system_error();
            result
        })
    };
    callback_status(result, system_error)
}

unsafe extern "C" fn load(
    user: *mut c_void,
    name: *const c_char,
    buffer: *mut u8,
    capacity: usize,
    length: *mut usize,
) -> linkauth_status {
    // SAFETY: linkauth calls this with the file store that `open` put there, a NUL-terminated
    // name, a writable buffer and a writable length.
    unsafe {
        act(user, name, &mut |files, name| {
            let found = files.load(name, boundary::buffer(buffer, capacity)?)?;
            *length = found.ok_or(Error::STORE_ABSENT)?;
            Ok(())
        })
    }
}

unsafe extern "C" fn save(
    user: *mut c_void,
    name: *const c_char,
    record: *const u8,
    length: usize,
) -> linkauth_status {
    // SAFETY: linkauth calls this with the file store that `open` put there, a NUL-terminated
    // name and a readable record.
    unsafe {
        act(user, name, &mut |files, name| {
            let record = boundary::bytes(record, length)?.ok_or(Error::ARGUMENT_NULL)?;
            files.save(name, record)
        })
    }
}

unsafe extern "C" fn erase(user: *mut c_void, name: *const c_char) -> linkauth_status {
    // SAFETY: linkauth calls this with the file store that `open` put there, and a NUL-terminated
    // name.
    unsafe { act(user, name, &mut |files, name| files.erase(name)) }
}

unsafe extern "C" fn lock(user: *mut c_void, name: *const c_char) -> linkauth_status {
    // SAFETY: as in `erase`.
    unsafe { act(user, name, &mut |files, name| files.lock(name)) }
}

unsafe extern "C" fn unlock(user: *mut c_void, name: *const c_char) {
    // SAFETY: as in `erase`. Unlocking does not fail.
    unsafe {
        act(user, name, &mut |files, name| {
            files.unlock(name);
            Ok(())
        });
    }
}

unsafe extern "C" fn prepare(user: *mut c_void, name: *const c_char) -> linkauth_status {
    // SAFETY: as in `erase`.
    unsafe { act(user, name, &mut |files, name| files.prepare(name)) }
}

/// Closes a file store. Always legal: on NULL, on zeroed storage, and twice. The files stay. It
/// removes nothing.
///
/// @param[in,out] file_store The file store; no device may use it any more.
///
/// Ownership: the storage may then be freed.
/// Wiped: the storage, in which no secret is.
/// Threads: one at a time for one file store.
/// Blocks: no.
/// Since 0.1.0.
///
/// # Safety
/// `file_store` is NULL, was opened, or is zeroed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn linkauth_file_store_close(file_store: *mut linkauth_file_store) {
    // SAFETY: the contract is the caller's.
    unsafe { Object::<FileStore>::wipe(file_store) };
}
