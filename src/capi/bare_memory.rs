//! The memory functions that the compiler calls by itself, and the only ones of an image without an
//! OS: those of compiler_builtins are made for speed and cost 2 KB.
//!
//! The accesses are volatile, and the functions call none of each other: the compiler takes a plain
//! loop, and a call of memset with 0, for the very function they are in.

use core::ffi::c_int;

/// Defines functions under the names that the compiler knows: those of C, and those of the run-time
/// ABI for Arm, where `4` and `8` stand for alignments.
macro_rules! functions {
    ($($name:ident)*, $parameters:tt -> $result:ty, $body:block) => {
        $(functions!(@one $name $parameters -> $result, $body);)*
    };
    (@one $name:ident ($($parameter:ident: $type:ty),*) -> $result:ty, $body:block) => {
        /// # Safety
        /// As in C.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name($($parameter: $type),*) -> $result $body
    };
}

/// # Safety
/// As memcpy.
#[inline(always)]
unsafe fn copy(to: *mut u8, from: *const u8, length: usize) {
    for at in 0..length {
        // SAFETY: within both stretches, by the contract.
        unsafe { to.add(at).write_volatile(from.add(at).read_volatile()) };
    }
}

/// # Safety
/// As memmove.
#[inline(always)]
unsafe fn copy_overlapping(to: *mut u8, from: *const u8, length: usize) {
    if to.addr() <= from.addr() {
        // SAFETY: as of this function; upwards no byte is overwritten before it was read.
        return unsafe { copy(to, from, length) };
    }
    for at in (0..length).rev() {
        // SAFETY: within both stretches, by the contract.
        unsafe { to.add(at).write_volatile(from.add(at).read_volatile()) };
    }
}

/// # Safety
/// As memset.
#[inline(always)]
unsafe fn fill(to: *mut u8, length: usize, byte: u8) {
    for at in 0..length {
        // SAFETY: within the stretch, by the contract.
        unsafe { to.add(at).write_volatile(byte) };
    }
}

functions!(memcpy, (to: *mut u8, from: *const u8, length: usize) -> *mut u8, {
    // SAFETY: the contract is the same.
    unsafe { copy(to, from, length) };
    to
});

functions!(__aeabi_memcpy __aeabi_memcpy4 __aeabi_memcpy8,
    (to: *mut u8, from: *const u8, length: usize) -> (), {
    // SAFETY: the contract is the same.
    unsafe { copy(to, from, length) }
});

functions!(memmove, (to: *mut u8, from: *const u8, length: usize) -> *mut u8, {
    // SAFETY: the contract is the same.
    unsafe { copy_overlapping(to, from, length) };
    to
});

functions!(__aeabi_memmove __aeabi_memmove4 __aeabi_memmove8,
    (to: *mut u8, from: *const u8, length: usize) -> (), {
    // SAFETY: the contract is the same.
    unsafe { copy_overlapping(to, from, length) }
});

functions!(memset, (to: *mut u8, byte: c_int, length: usize) -> *mut u8, {
    // SAFETY: the contract is the same.
    unsafe { fill(to, length, byte as u8) };
    to
});

functions!(__aeabi_memset __aeabi_memset4 __aeabi_memset8,
    (to: *mut u8, length: usize, byte: c_int) -> (), {
    // SAFETY: the contract is the same.
    unsafe { fill(to, length, byte as u8) }
});

functions!(__aeabi_memclr __aeabi_memclr4 __aeabi_memclr8, (to: *mut u8, length: usize) -> (), {
    // SAFETY: the contract is the same.
    unsafe { fill(to, length, 0) }
});

functions!(memcmp bcmp, (left: *const u8, right: *const u8, length: usize) -> c_int, {
    for at in 0..length {
        // SAFETY: within both stretches, by the contract.
        let (left, right) = unsafe { (left.add(at).read_volatile(), right.add(at).read_volatile()) };
        if left != right {
            return c_int::from(left).wrapping_sub(c_int::from(right));
        }
    }
    0
});
