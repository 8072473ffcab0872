//! Pages of the caller's memory that are kept out of swap, of core dumps and of child processes.

use super::calls::{address, call};
use crate::status::{Error, Result};
use core::ffi::{c_int, c_long, c_void};

/// Not written to swap.
pub const LOCK: u32 = 1;
/// Left out of core dumps.
pub const NO_DUMP: u32 = 2;
/// A child of fork finds zeros.
pub const WIPE_ON_FORK: u32 = 4;
/// All of them.
pub const ALL: u32 = LOCK | NO_DUMP | WIPE_ON_FORK;

/// The pages that some memory touches.
#[derive(Clone, Copy, Debug)]
pub struct Pages {
    first: *mut c_void,
    size: usize,
    /// The memory begins and ends where pages do: nothing else is on them.
    is_whole: bool,
}

impl Pages {
    /// Those that hold any of `size` bytes from `start` on.
    pub fn around(start: *mut c_void, size: usize) -> Result<Pages> {
        // SAFETY: sysconf has no preconditions.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
        let mask = page.wrapping_sub(1);
        let before = start.addr() & mask;
        let end = start
            .addr()
            .checked_add(size)
            .and_then(|end| end.checked_add(mask))
            .ok_or(Error::ARGUMENT_RANGE)?;
        let first = start.wrapping_byte_sub(before);
        let rounded = (end & !mask).wrapping_sub(first.addr());
        Ok(Pages {
            first,
            size: rounded,
            is_whole: rounded == size,
        })
    }

    /// Asks the system for each, and returns what it refused.
    pub fn protect(self, wanted: u32) -> u32 {
        // Neighbours on the same page would be zeros in a child, too.
        let asked = if self.is_whole {
            wanted
        } else {
            wanted & !WIPE_ON_FORK
        };
        let refused = self.change(
            asked,
            libc::SYS_mlock,
            libc::MADV_DONTDUMP,
            libc::MADV_WIPEONFORK,
        );
        refused | (wanted ^ asked)
    }

    /// Gives up each, on these pages.
    pub fn unprotect(self, unwanted: u32) {
        self.change(
            unwanted,
            libc::SYS_munlock,
            libc::MADV_DODUMP,
            libc::MADV_KEEPONFORK,
        );
    }

    fn change(self, asked: u32, lock: c_long, dump: c_int, fork: c_int) -> u32 {
        let mut refused = 0;
        for (measure, advice) in [(NO_DUMP, dump), (WIPE_ON_FORK, fork)] {
            // SAFETY: these advices change no content of the memory, and refuse what is not mapped.
            if asked & measure != 0 && unsafe { self.call(libc::SYS_madvise, advice) } != 0 {
                refused |= measure;
            }
        }
        // SAFETY: mlock and munlock only look for the pages.
        if asked & LOCK != 0 && unsafe { self.call(lock, 0) } != 0 {
            refused |= LOCK;
        }
        refused
    }

    /// # Safety
    /// The call takes an address, a size and `argument`.
    unsafe fn call(self, number: c_long, argument: c_int) -> c_long {
        // SAFETY: the contract is this function's.
        unsafe { call!(number, address(self.first), self.size as c_long, argument) }
    }
}
