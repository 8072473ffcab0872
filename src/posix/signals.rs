//! Blocking signals while a secret is in the registers: the kernel saves all of them in a frame
//! below the stack pointer, or on the alternate stack, where nothing reaches them afterwards.

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
    fn quietly<R>(self, worker: impl FnOnce() -> R) -> R {
        match self {
            Signals::Left => worker(),
            Signals::Blocked => blocked(worker),
        }
    }
}

fn blocked<R>(worker: impl FnOnce() -> R) -> R {
    let mut before = MaybeUninit::uninit();
    block_all(&mut before);
    let result = worker();
    // SAFETY: block_all initialised `before`.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), core::ptr::null_mut()) };
    result
}

#[inline(never)]
fn block_all(before: &mut MaybeUninit<libc::sigset_t>) {
    let mut all = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: sigfillset initialises the set it is given; pthread_sigmask reads that and writes
    // the other. Neither fails on these arguments.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
    }
}
