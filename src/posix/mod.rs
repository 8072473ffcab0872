//! What Linux and other POSIX systems provide: random bytes, the signal mask, files, the
//! protection of memory.

#![allow(unsafe_code)]

mod calls;
mod file_store;
pub mod memory;
mod signals;
pub mod system;

pub use file_store::FileStore;
pub use signals::Signals;

use crate::random::Random;
use crate::status::{Error, Result};
use calls::{address, call};
use core::ffi::c_long;

/// The calling thread's `errno`.
fn errno() -> i32 {
    // SAFETY: __errno_location returns a valid pointer to this thread's errno.
    unsafe { *libc::__errno_location() }
}

/// The system's random bytes, by the system call `getrandom`: its function is in glibc since 2.25 only.
#[derive(Clone, Copy)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        let mut filled = 0usize;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            // SAFETY: the pointer and length are those of one live, writable slice.
            let count = unsafe {
                call!(
                    libc::SYS_getrandom,
                    address(rest.as_mut_ptr()),
                    rest.len() as c_long,
                    0_i32
                )
            };
            match usize::try_from(count) {
                Ok(count) => filled = filled.saturating_add(count),
                Err(_) if errno() == libc::EINTR => {}
                Err(_) => return Err(Error::RANDOM_FAILED),
            }
        }
        Ok(())
    }
}
