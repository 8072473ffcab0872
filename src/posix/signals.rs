//! Blocking signals while a secret is in the registers: the kernel saves all of them in a frame
//! below the stack pointer, or on the alternate stack, where nothing reaches them afterwards.
//!
//! On Linux sigprocmask is pthread_sigmask under a name that was in libc itself before glibc 2.32.

use crate::scrub::Quiet;
use core::mem::MaybeUninit;

/// What happens to this thread's signals while a secret is in use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signals {
    /// All are blocked, some microseconds for a sign-in, the store's writes for a registration.
    Blocked,
    /// None is: a handler may leave parts of the secret behind.
    Left,
}

impl Quiet for Signals {
    type Before = MaybeUninit<libc::sigset_t>;

    #[inline(never)]
    fn enter(self) -> Self::Before {
        let mut before = MaybeUninit::uninit();
        if self == Signals::Blocked {
            let mut all = MaybeUninit::<libc::sigset_t>::uninit();
            // SAFETY: sigfillset initialises the set it is given; sigprocmask reads that and writes the
            // other. Neither fails on these arguments.
            unsafe {
                libc::sigfillset(all.as_mut_ptr());
                libc::sigprocmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
            }
        }
        before
    }

    #[inline(never)]
    fn leave(self, before: Self::Before) {
        if self == Signals::Blocked {
            // SAFETY: `enter` initialised `before`, as it did for the same value.
            unsafe {
                libc::sigprocmask(libc::SIG_SETMASK, before.as_ptr(), core::ptr::null_mut());
            }
        }
    }
}
