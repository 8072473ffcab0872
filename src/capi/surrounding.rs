//! What surrounds the scopes that see a secret: blocked signals, and a critical section of the
//! caller's.

use super::boundary::{Versioned, read_struct};
use crate::scrub::Quiet;
use crate::status::{Error, Result};
use core::ffi::c_void;
use core::mem::MaybeUninit;

/// Keeps interrupts away, and returns what leaving needs (such as PRIMASK).
pub type linkauth_critical_enter = Option<unsafe extern "C" fn(user: *mut c_void) -> usize>;

/// Lets interrupts in again as they were: `before` is what entering returned.
pub type linkauth_critical_leave = Option<unsafe extern "C" fn(user: *mut c_void, before: usize)>;

/// A critical section around each stretch of code that has a secret in its registers, for
/// microcontrollers: an interrupt would save them on a stack that nobody wipes.
///
/// It is entered and left once or several times within a call, never nested. It covers the
/// callbacks of store and seal too, and so the erasing of flash; it does not cover those of a transport.
/// Without one, what an interrupt handler saves stays where it saved it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct linkauth_critical_section {
    /// sizeof(linkauth_critical_section).
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Passed to both, never looked at.
    pub user: *mut c_void,
    /// Called before.
    pub enter: linkauth_critical_enter,
    /// Called after.
    pub leave: linkauth_critical_leave,
}

// SAFETY: repr(C), no padding (asserted), and all zero is a value.
unsafe impl Versioned for linkauth_critical_section {
    const FIRST_SIZE: usize = 8 + 3 * size_of::<usize>();
}

/// Both callbacks of a critical section.
#[derive(Clone, Copy)]
struct CriticalSection {
    user: *mut c_void,
    enter: unsafe extern "C" fn(*mut c_void) -> usize,
    leave: unsafe extern "C" fn(*mut c_void, usize),
}

/// The system's part, outside, and the caller's.
#[derive(Clone, Copy)]
pub(super) struct Surrounding {
    system: System,
    section: Option<CriticalSection>,
}

#[cfg(feature = "posix")]
pub(super) type System = crate::posix::Signals;
#[cfg(not(feature = "posix"))]
pub(super) type System = crate::Unguarded;
#[cfg(feature = "posix")]
const DEFAULT: System = crate::posix::Signals::Blocked;
#[cfg(not(feature = "posix"))]
const DEFAULT: System = crate::Unguarded;

impl Surrounding {
    /// No critical section.
    pub(super) const NONE: Surrounding = Surrounding {
        system: DEFAULT,
        section: None,
    };

    /// # Safety
    /// `section` is NULL, or readable for its struct_size.
    #[inline(always)]
    pub(super) unsafe fn new(
        system: System,
        section: *const linkauth_critical_section,
    ) -> Result<Surrounding> {
        // SAFETY: the contract is this function's.
        let section = unsafe { read(section)? };
        Ok(Surrounding { system, section })
    }

    fn enter_section(&self) -> usize {
        match &self.section {
            // SAFETY: the callback keeps its contract by the C caller's promise.
            Some(section) => unsafe { (section.enter)(section.user) },
            None => 0,
        }
    }
}

/// # Safety
/// As `Surrounding::new`.
#[inline(always)]
unsafe fn read(section: *const linkauth_critical_section) -> Result<Option<CriticalSection>> {
    if section.is_null() {
        return Ok(None);
    }
    let mut copy = MaybeUninit::uninit();
    // SAFETY: the contract is this function's.
    let section = unsafe { read_struct(section, &mut copy)? };
    if section.reserved != 0 {
        return Err(Error::RESERVED_NOT_ZERO);
    }
    match (section.enter, section.leave) {
        (Some(enter), Some(leave)) => Ok(Some(CriticalSection {
            user: section.user,
            enter,
            leave,
        })),
        _ => Err(Error::CALLBACK_MISSING),
    }
}

impl Quiet for Surrounding {
    type Before = (<System as Quiet>::Before, usize);

    fn enter(&self) -> Self::Before {
        // The system's comes first: what is written first is evaluated first.
        (self.system.enter(), self.enter_section())
    }

    fn leave(&self, (system, before): Self::Before) {
        if let Some(section) = &self.section {
            // SAFETY: as in `enter`.
            unsafe { (section.leave)(section.user, before) };
        }
        self.system.leave(system);
    }
}
