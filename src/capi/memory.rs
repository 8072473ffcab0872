//! Keeping the caller's memory out of swap, core dumps and child processes.

use super::boundary;
use super::linkauth_status;
use crate::posix::memory::{self, Pages};
use crate::status::{Error, Result};
use core::ffi::c_void;

/// linkauth_memory_protect: not written to swap (mlock).
pub const LINKAUTH_MEMORY_LOCK: u32 = 1;

/// linkauth_memory_protect: left out of core dumps (MADV_DONTDUMP, Linux 3.4).
pub const LINKAUTH_MEMORY_NO_DUMP: u32 = 2;

/// linkauth_memory_protect: a child of fork finds zeros (MADV_WIPEONFORK, Linux 4.14).
pub const LINKAUTH_MEMORY_WIPE_ON_FORK: u32 = 4;

const _: () = assert!(
    LINKAUTH_MEMORY_LOCK == memory::LOCK
        && LINKAUTH_MEMORY_NO_DUMP == memory::NO_DUMP
        && LINKAUTH_MEMORY_WIPE_ON_FORK == memory::WIPE_ON_FORK
);

/// Keeps memory of the caller's out of swap, core dumps and child processes: a linkauth_device, a
/// linkauth_registration, the buffer of a sign-in. Linux only, and nothing depends on it: what
/// the system refuses is told, and everything works the same.
///
/// It protects whole pages. LINKAUTH_MEMORY_LOCK and LINKAUTH_MEMORY_NO_DUMP go for all pages that the
/// memory touches, and so for what else is on them, which does no harm. LINKAUTH_MEMORY_WIPE_ON_FORK
/// would take the neighbours' content from a child: it is refused unless the memory begins and ends
/// with a page, and unless it is private and anonymous. Memory of mmap(MAP_PRIVATE | MAP_ANONYMOUS) is
/// all of that. The child finds the objects zeroed, as before linkauth_..._init: a daemon that goes
/// into the background by fork protects afterwards. A child inherits no lock.
///
/// It does not nest: of two protections that share a page, the first linkauth_memory_unprotect ends
/// both. It wipes nothing, and stops neither a debugger, nor root, nor hibernation.
///
/// @param[in] start Where the memory begins.
/// @param size Its size in bytes.
/// @param flags Bits of LINKAUTH_MEMORY_...; 0 for all of them.
/// @param[out] refused Those that the system refused, 0 if none; may be NULL. The usual reason for
/// LINKAUTH_MEMORY_LOCK is RLIMIT_MEMLOCK.
/// @retval LINKAUTH_OK The system was asked; `*refused` says for what in vain.
/// @retval LINKAUTH_ERROR_ARGUMENT_NULL start is NULL.
/// @retval LINKAUTH_ERROR_ARGUMENT_EMPTY size is 0.
/// @retval LINKAUTH_ERROR_ARGUMENT_RANGE The memory would reach beyond the last address.
/// @retval LINKAUTH_ERROR_RESERVED_NOT_ZERO An unknown flag is set.
///
/// Ownership: the memory stays the caller's; before it is given back, linkauth_memory_unprotect.
/// Wiped: nothing.
/// Threads: any.
/// Blocks: until all of the pages are in memory.
/// Since 0.1.0.
///
/// # Safety
/// `refused` is NULL or writable.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_memory_protect(
    start: *mut c_void,
    size: usize,
    flags: u32,
    refused: *mut u32,
) -> linkauth_status {
    let protected = change(start, size, flags, Pages::protect);
    if !refused.is_null() {
        // SAFETY: writable, by the caller's contract.
        unsafe { refused.write(protected.unwrap_or(0)) };
    }
    boundary::status(protected.map(|_| ()))
}

/// Ends what linkauth_memory_protect began, on all pages that the memory touches. Always legal, also
/// for memory that was never protected.
///
/// @param[in] start As for linkauth_memory_protect. Wipe the memory first: from here on it may go to
/// swap and into core dumps.
/// @param size As for linkauth_memory_protect.
/// @param flags Bits of LINKAUTH_MEMORY_...; 0 for all of them. An unknown one ends nothing.
///
/// Ownership: the memory stays the caller's.
/// Wiped: nothing.
/// Threads: any.
/// Blocks: no.
/// Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn linkauth_memory_unprotect(start: *mut c_void, size: usize, flags: u32) {
    let _ = change(start, size, flags, |pages, flags| {
        pages.unprotect(flags);
        0
    });
}

/// Does with the pages what the arguments mean.
#[inline(never)]
fn change(start: *mut c_void, size: usize, flags: u32, work: fn(Pages, u32) -> u32) -> Result<u32> {
    if start.is_null() {
        return Err(Error::ARGUMENT_NULL);
    }
    if size == 0 {
        return Err(Error::ARGUMENT_EMPTY);
    }
    if flags & !memory::ALL != 0 {
        return Err(Error::RESERVED_NOT_ZERO);
    }
    let flags = if flags == 0 { memory::ALL } else { flags };
    Ok(work(Pages::around(start, size)?, flags))
}
