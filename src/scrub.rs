//! The scrubbed scope: what a secret leaves in registers and on the stack is cleared before the
//! scope returns.
//!
//! The order matters. Registers are cleared before the stack is burned, since a signal that lands
//! during the burn saves them below the burned part; and again after it. What the worker holds
//! in its own variables it wipes itself; the burn reaches what the compiler spilled.

#![allow(unsafe_code)]

mod registers;

use core::mem::MaybeUninit;
use registers::clear;

/// Bytes of stack that a scope burns, and so the stack need of a call that touches a secret: more
/// than its deepest worker uses. `tests/residue` measures that on Linux, `scripts/size.sh` on
/// microcontrollers, where the deepest is Cortex-M0 with the flash store.
pub(crate) mod depth {
    const IS_BARE: bool = cfg!(target_os = "none");
    /// Sealing and opening by the ready AEAD.
    const AEAD: usize = match (cfg!(feature = "seal"), IS_BARE) {
        (false, _) => 0,
        (true, true) => 1024,
        (true, false) => 2048,
    };

    /// A secret is lent, and signs with the default of everything.
    pub(crate) const LENT: usize = if IS_BARE { 528 } else { 2048 };
    /// The same for many, read where they lie.
    pub(crate) const BATCH: usize = if IS_BARE { 768 } else { 2048 };
    /// Without a device object: something is signed, a reply read, a secret saved and read back.
    #[cfg(feature = "lean")]
    pub(crate) const LEAN: usize = if IS_BARE { 736 } else { 4096 };
    /// A secret is lent or loaded, and something is signed with it.
    pub(crate) const SIGN: usize = if IS_BARE { sealed(1120, 160) } else { 4096 } + AEAD;
    /// Bytes of a reply arrive.
    pub(crate) const REPLY: usize = if IS_BARE { 384 } else { 2048 };
    /// A record is saved and read back, or room for one is made.
    pub(crate) const SAVE: usize = if IS_BARE { sealed(1088, 320) } else { 8192 } + AEAD;
    /// A record is loaded, saved and read back.
    pub(crate) const ACTIVATE: usize = if IS_BARE { sealed(1296, 320) } else { 8192 } + AEAD;

    /// More where callbacks seal what is stored: room for the sealed secret.
    const fn sealed(plain: usize, more: usize) -> usize {
        if cfg!(feature = "sealing") {
            plain.saturating_add(more)
        } else {
            plain
        }
    }
}

/// What surrounds a scrubbed scope, so that nothing saves its registers elsewhere while it runs:
/// signals blocked on Linux, a critical section on a microcontroller.
pub trait Quiet: Copy {
    /// What `leave` needs to bring back.
    type Before;

    /// From here on nothing disturbs.
    fn enter(&self) -> Self::Before;

    /// As it was before `enter`.
    fn leave(&self, before: Self::Before);
}

impl<Q: Quiet> Quiet for &Q {
    type Before = Q::Before;

    fn enter(&self) -> Self::Before {
        (*self).enter()
    }

    fn leave(&self, before: Self::Before) {
        (*self).leave(before);
    }
}

/// Nothing surrounds the scope: an interrupt or signal may save registers that hold a secret.
#[derive(Clone, Copy)]
pub struct Unguarded;

impl Quiet for Unguarded {
    type Before = ();

    fn enter(&self) {}

    fn leave(&self, (): ()) {}
}

/// Runs `worker`, then clears the registers and burns `DEPTH` bytes of the stack that it used, which
/// should be more than it needs.
///
/// The value returned must not be secret. What `worker` leaves on a heap it has to wipe itself; if
/// it panics, nothing is burned.
pub fn scrubbed<const DEPTH: usize, R>(quiet: impl Quiet, worker: impl FnOnce() -> R) -> R {
    let before = quiet.enter();
    let result = below(worker);
    burn::<DEPTH>();
    quiet.leave(before);
    result
}

/// Like `scrubbed`, with the `Quiet` of what the worker works on, where it lies.
pub(crate) fn scrubbed_on<const DEPTH: usize, T, Q: Quiet, R>(
    subject: &mut T,
    quiet: fn(&T) -> &Q,
    worker: impl FnOnce(&mut T) -> R,
) -> R {
    let before = quiet(subject).enter();
    let result = below(|| worker(subject));
    burn::<DEPTH>();
    quiet(subject).leave(before);
    result
}

/// Not inlined, so that the worker's frame lies in the part of the stack that `burn` reaches.
#[inline(never)]
fn below<R>(worker: impl FnOnce() -> R) -> R {
    let result = worker();
    clear();
    result
}

/// The part of the stack that is burned.
#[repr(align(16))]
struct Area<const DEPTH: usize>([u8; DEPTH]);

impl<const DEPTH: usize> Area<DEPTH> {
    const WORDS: usize = DEPTH / size_of::<usize>();
}

/// Overwrites the stack below its caller, then clears the registers again.
#[inline(never)]
fn burn<const DEPTH: usize>() {
    // For scripts/size.sh, which measures how deep the workers themselves go.
    #[cfg(not(linkauth_without_burn))]
    {
        let mut area = MaybeUninit::<Area<DEPTH>>::uninit();
        // SAFETY: DEPTH bytes, aligned for words.
        unsafe { fill(area.as_mut_ptr().cast(), Area::<DEPTH>::WORDS) };
    }
    clear();
}

/// # Safety
/// `words` words are writable from `first` on.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline(always)]
unsafe fn fill(first: *mut usize, words: usize) {
    // SAFETY: writes what the contract allows; the direction flag is clear by the ABI.
    unsafe {
        core::arch::asm!(
            "rep stosq",
            inout("rdi") first => _, inout("rcx") words => _, in("rax") 0usize,
            options(nostack, preserves_flags),
        );
    }
}

/// # Safety
/// `words` words are writable from `first` on.
#[cfg(not(all(target_arch = "x86_64", not(miri))))]
#[inline(always)]
unsafe fn fill(first: *mut usize, words: usize) {
    for at in 0..words {
        // SAFETY: within what the contract allows.
        unsafe { first.add(at).write_volatile(0) };
    }
}
