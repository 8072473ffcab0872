//! Blocking signals while a secret is in the registers: the kernel saves all of them in a frame
//! below the stack pointer, or on the alternate stack, where nothing reaches them afterwards.

use super::calls::{address, call};
use crate::scrub::Quiet;
use core::ffi::c_long;
use core::mem::MaybeUninit;
use libc::{SIG_SETMASK, SYS_rt_sigprocmask};

#[cfg(any(target_arch = "mips", target_arch = "mips64"))]
compile_error!("the feature `posix` does not know the signals of this processor");

/// All but 32 to 34, by which C libraries reach their own threads: they do not block them either.
const SIGNALS: u64 = !(0b111 << 31);

/// The kernel's set: a bit for each of 64 signals, the first signal's the lowest of the first word.
type Set = [usize; 64 / usize::BITS as usize];
#[cfg(target_pointer_width = "64")]
const ALL: Set = [SIGNALS as usize];
#[cfg(not(target_pointer_width = "64"))]
const ALL: Set = [SIGNALS as usize, (SIGNALS >> 32) as usize];

/// What happens to this thread's signals while a secret is in use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signals {
    /// All are blocked, some microseconds for a sign-in, the store's writes for a registration.
    Blocked,
    /// None is: a handler may leave parts of the secret behind.
    Left,
}

impl Quiet for Signals {
    type Before = MaybeUninit<Set>;

    #[inline(never)]
    fn enter(&self) -> Self::Before {
        let mut before = MaybeUninit::uninit();
        if *self == Signals::Blocked {
            // SAFETY: the kernel reads the one set and writes the other.
            unsafe { change(&ALL, before.as_mut_ptr()) };
        }
        before
    }

    #[inline(never)]
    fn leave(&self, before: Self::Before) {
        if *self == Signals::Blocked {
            // SAFETY: `enter` initialised `before`, as it did for the same value.
            unsafe { change(before.as_ptr(), core::ptr::null_mut()) };
        }
    }
}

/// Cannot fail on these arguments.
///
/// # Safety
/// `set` is readable; `before` is NULL or writable.
unsafe fn change(set: *const Set, before: *mut Set) {
    const SIZE: c_long = size_of::<Set>() as c_long;
    // SAFETY: the contract is this function's.
    unsafe {
        call!(
            SYS_rt_sigprocmask,
            SIG_SETMASK,
            address(set),
            address(before),
            SIZE
        )
    };
}
