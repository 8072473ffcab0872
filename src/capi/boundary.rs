//! From C's pointers to Rust's references and back. All checks of pointers are here.

use super::LINKAUTH_NUL_TERMINATED;
use crate::status::{self, Error, Result};
use core::ffi::c_char;
use core::mem::{MaybeUninit, size_of};
use core::ops::Range;
use core::ptr;
use core::sync::atomic::{Ordering, compiler_fence};

/// A result as C sees it.
pub(super) fn status(result: Result<()>) -> i32 {
    match result {
        Ok(()) => status::OK,
        Err(error) => error.number(),
    }
}

/// Bytes that C lends. NULL is None, and its length then 0.
///
/// # Safety
/// If `data` is not NULL, `length` bytes are readable there, and stay unchanged for `'a`.
#[inline(always)]
pub(super) unsafe fn bytes<'a>(data: *const u8, length: usize) -> Result<Option<&'a [u8]>> {
    check_bytes(data, length)?;
    if data.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, and readable for `length` by this function's contract.
    Ok(Some(unsafe { core::slice::from_raw_parts(data, length) }))
}

#[inline(never)]
fn check_bytes(data: *const u8, length: usize) -> Result<()> {
    if data.is_null() && length > 0 {
        return Err(Error::ARGUMENT_NULL);
    }
    if length > isize::MAX as usize {
        return Err(Error::ARGUMENT_TOO_LONG);
    }
    Ok(())
}

/// A text that C lends, NUL-terminated or of a length. NULL is None.
///
/// # Safety
/// If `text` is not NULL, `length` bytes are readable there, or, for `LINKAUTH_NUL_TERMINATED`,
/// all up to a NUL; and they stay unchanged for `'a`.
#[inline(always)]
pub(super) unsafe fn text<'a>(text: *const c_char, length: usize) -> Result<Option<&'a [u8]>> {
    if text.is_null() && (length == 0 || length == LINKAUTH_NUL_TERMINATED) {
        return Ok(None);
    }
    // SAFETY: the contract is the same.
    unsafe { lent(text, length) }.map(Some)
}

/// A text that C lends and must give.
///
/// # Safety
/// As of `text`.
#[inline(never)]
pub(super) unsafe fn given_text<'a>(text: *const c_char, length: usize) -> Result<&'a [u8]> {
    // SAFETY: the contract is the same.
    unsafe { lent(text, length) }
}

/// # Safety
/// As of `text`.
#[inline(always)]
unsafe fn lent<'a>(text: *const c_char, mut length: usize) -> Result<&'a [u8]> {
    if text.is_null() {
        return Err(Error::ARGUMENT_NULL);
    }
    if length == LINKAUTH_NUL_TERMINATED {
        // SAFETY: NUL-terminated by this function's contract.
        length = unsafe { length_of(text) };
    }
    if length > isize::MAX as usize {
        return Err(Error::ARGUMENT_TOO_LONG);
    }
    // SAFETY: not NULL, and readable for `length` by this function's contract.
    Ok(unsafe { core::slice::from_raw_parts(text.cast(), length) })
}

/// A text that C must give, and that does not lie in what is written.
///
/// # Safety
/// As of `text`.
#[cfg(any(not(feature = "bulk"), feature = "lean"))]
#[inline(never)]
pub(super) unsafe fn apart<'a>(
    (start, length): (*const c_char, usize),
    written: &Stretch,
) -> Result<&'a [u8]> {
    // SAFETY: the contract is this function's.
    let text = unsafe { given_text(start, length)? };
    if Stretch::array(text.as_ptr(), text.len()).overlaps(*written) {
        return Err(Error::ARGUMENT_OVERLAP);
    }
    Ok(text)
}

/// A text as it stands in the caller's structs: where it begins, and its length.
#[repr(C)]
struct CText {
    start: *const c_char,
    length: usize,
}

/// Texts that C lends, one after the other in a struct, as those of `text`. The first `required` must
/// be given, and none may lie in `written`.
///
/// # Safety
/// `first` points to `N` pairs of a text and its length, each as of `text`, by way of a pointer to the
/// whole struct.
#[inline(always)]
pub(super) unsafe fn texts<'a, const N: usize>(
    first: *const *const c_char,
    required: usize,
    written: &Stretch,
) -> Result<[Option<&'a [u8]>; N]> {
    let mut texts = MaybeUninit::<[Option<&'a [u8]>; N]>::uninit();
    // SAFETY: the contract is this function's, and a pair is a CText. All of the texts were written, if no
    // error is returned.
    unsafe {
        read_texts(
            first.cast(),
            texts.as_mut_ptr().cast(),
            N,
            required,
            written,
        )?;
        Ok(texts.assume_init())
    }
}

/// # Safety
/// As of `texts`, for `count` pairs; `texts` is writable for as many.
#[inline(never)]
unsafe fn read_texts(
    first: *const CText,
    texts: *mut Option<&[u8]>,
    count: usize,
    required: usize,
    written: &Stretch,
) -> Result<()> {
    for at in 0..count {
        // SAFETY: one of the pairs, by this function's contract.
        let given = unsafe {
            let given = &*first.add(at);
            text(given.start, given.length)?
        };
        match given {
            None if at < required => return Err(Error::ARGUMENT_NULL),
            Some(text) if Stretch::array(text.as_ptr(), text.len()).overlaps(*written) => {
                return Err(Error::ARGUMENT_OVERLAP);
            }
            // SAFETY: one of `count`.
            _ => unsafe { texts.add(at).write(given) },
        }
    }
    Ok(())
}

/// Bytes before the NUL. One at a time: the C library's strlen leaves 32 and more of them in
/// registers, and the text may be a secret that no scrubbed scope surrounds yet.
///
/// # Safety
/// `text` is not NULL, and NUL-terminated.
#[inline(never)]
unsafe fn length_of(text: *const c_char) -> usize {
    let mut length = 0usize;
    // SAFETY: the NUL has not been passed.
    while unsafe { text.add(length).read_volatile() } != 0 {
        length = length.wrapping_add(1);
    }
    length
}

/// A writable buffer that C lends.
///
/// # Safety
/// If `data` is not NULL, `capacity` bytes are writable there, and nobody else uses them for `'a`.
#[cfg(any(
    feature = "flash",
    feature = "posix",
    feature = "register-mqtt",
    feature = "seal"
))]
#[inline(always)]
pub(super) unsafe fn buffer<'a>(data: *mut u8, capacity: usize) -> Result<&'a mut [u8]> {
    // SAFETY: the contract is the same; then not NULL, and initialised.
    unsafe {
        clear_buffer(data, capacity)?;
        Ok(core::slice::from_raw_parts_mut(data, capacity))
    }
}

/// Zeroes a writable buffer that C lends.
///
/// # Safety
/// As of `buffer`.
#[inline(never)]
pub(super) unsafe fn clear_buffer(data: *mut u8, capacity: usize) -> Result<()> {
    if data.is_null() {
        return Err(Error::ARGUMENT_NULL);
    }
    if capacity > isize::MAX as usize {
        return Err(Error::ARGUMENT_TOO_LONG);
    }
    // SAFETY: not NULL, and writable by this function's contract.
    unsafe { ptr::write_bytes(data, 0, capacity) };
    Ok(())
}

/// Where a part of a buffer lies, for C.
#[inline(never)]
pub(super) fn place(buffer: &[u8], range: &Range<usize>) -> (*const c_char, usize) {
    let part = buffer.get(range.clone()).unwrap_or_default();
    (part.as_ptr().cast(), part.len())
}

/// A stretch of the caller's memory.
#[derive(Clone, Copy)]
pub(super) struct Stretch {
    pub(super) start: *const u8,
    pub(super) length: usize,
}

impl Stretch {
    pub(super) const NOTHING: Stretch = Stretch {
        start: ptr::null(),
        length: 0,
    };

    /// An array, which fits the address space.
    pub(super) fn array<T>(first: *const T, count: usize) -> Stretch {
        Stretch {
            start: first.cast(),
            length: count.wrapping_mul(size_of::<T>()),
        }
    }

    /// Whether both have a byte in common.
    pub(super) fn overlaps(self, other: Stretch) -> bool {
        let (left, right) = (self.start.addr(), other.start.addr());
        left < right.saturating_add(other.length) && right < left.saturating_add(self.length)
    }
}

/// A struct that begins with `struct_size: u32` and only ever grows at its end; all of its
/// members may be zero.
///
/// # Safety
/// The type is `repr(C)`, without padding, begins with a `u32`, and any bits, all zero included,
/// are a value of it.
pub(super) unsafe trait Versioned: Copy {
    /// Its size in the first release: the smallest that is accepted.
    const FIRST_SIZE: usize;
}

/// Copies a struct of the caller's, which may be older (shorter: the rest is zero) or newer
/// (longer: the rest must be zero).
///
/// # Safety
/// If `source` is not NULL it is readable for the number of bytes that its `struct_size` states.
#[inline(always)]
pub(super) unsafe fn read_struct<T: Versioned>(
    source: *const T,
    copy: &mut MaybeUninit<T>,
) -> Result<&T> {
    // SAFETY: `copy` is writable for its size, and then written; the rest is this function's contract;
    // any bits are a T by the contract of Versioned.
    unsafe {
        read_bytes(
            source.cast(),
            T::FIRST_SIZE,
            copy.as_mut_ptr().cast(),
            size_of::<T>(),
        )?;
        Ok(copy.assume_init_ref())
    }
}

/// Like `read_struct`, in place of what is there.
///
/// # Safety
/// As of `read_struct`.
pub(super) unsafe fn read_into<T: Versioned>(source: *const T, target: &mut T) -> Result<()> {
    // SAFETY: `target` is writable for its size; the rest is this function's contract; any bits are
    // a T by the contract of Versioned.
    unsafe {
        read_bytes(
            source.cast(),
            T::FIRST_SIZE,
            ptr::from_mut(target).cast(),
            size_of::<T>(),
        )
    }
}

/// # Safety
/// `source` is as in `read_struct`; `target` is writable for `size` bytes.
#[inline(never)]
unsafe fn read_bytes(
    source: *const u8,
    first_size: usize,
    target: *mut u8,
    size: usize,
) -> Result<()> {
    // SAFETY: the contract is this function's.
    let stated = unsafe { stated_size(source, first_size)? };
    let known = stated.min(size);
    // SAFETY: readable for `stated` bytes, writable for `size`.
    let tail = unsafe {
        ptr::write_bytes(target, 0, size);
        ptr::copy_nonoverlapping(source, target, known);
        core::slice::from_raw_parts(source.add(known), stated.wrapping_sub(known))
    };
    if tail.iter().any(|byte| *byte != 0) {
        return Err(Error::STRUCT_SIZE);
    }
    Ok(())
}

/// The `struct_size` of a struct of the caller's.
///
/// # Safety
/// If `data` is not NULL, 4 bytes are readable there.
#[inline(never)]
unsafe fn stated_size(data: *const u8, first_size: usize) -> Result<usize> {
    if data.is_null() {
        return Err(Error::ARGUMENT_NULL);
    }
    // SAFETY: readable, by this function's contract, and any bits are a u32.
    let stated = unsafe { data.cast::<u32>().read_unaligned() } as usize;
    if stated < first_size || stated > 4096 {
        return Err(Error::STRUCT_SIZE);
    }
    Ok(stated)
}

/// Writes a struct of ours to the caller's, as far as that one reaches. The caller's
/// `struct_size` stays.
///
/// # Safety
/// If `target` is not NULL it is readable and writable for the number of bytes that its
/// `struct_size` states.
pub(super) unsafe fn write_struct<T: Versioned>(target: *mut T, value: &T) -> Result<()> {
    // SAFETY: `value` is readable for its size; the rest is this function's contract.
    unsafe {
        write_bytes(
            target.cast(),
            T::FIRST_SIZE,
            ptr::from_ref(value).cast(),
            size_of::<T>(),
        )
    }
}

/// # Safety
/// `target` is as in `write_struct`; `value` is readable for `size` bytes, and elsewhere.
#[inline(never)]
unsafe fn write_bytes(
    target: *mut u8,
    first_size: usize,
    value: *const u8,
    size: usize,
) -> Result<()> {
    // SAFETY: the contract is this function's.
    let stated = unsafe { stated_size(target, first_size)? };
    let known = stated.min(size);
    let head = size_of::<u32>();
    // SAFETY: both are valid for `known` bytes, and `target` for `stated`.
    unsafe {
        ptr::copy_nonoverlapping(value.add(head), target.add(head), known.wrapping_sub(head));
        ptr::write_bytes(target.add(known), 0, stated.wrapping_sub(known));
    }
    Ok(())
}

/// Zeroes memory in a way that the compiler may not leave out.
///
/// # Safety
/// If `memory` is not NULL, `length` bytes are writable there.
pub(super) unsafe fn wipe(memory: *mut u8, length: usize) {
    if memory.is_null() {
        return;
    }
    for at in 0..length {
        // SAFETY: within the stretch.
        unsafe { memory.add(at).write_volatile(0) };
    }
    compiler_fence(Ordering::SeqCst);
}
