//! From C's pointers to Rust's references and back. All checks of pointers are here.

use super::LINKAUTH_NUL_TERMINATED;
use crate::status::{self, Error, Result};
use core::ffi::c_char;
use core::mem::{MaybeUninit, size_of};
use core::ops::Range;
use core::ptr;
use core::sync::atomic::{AtomicU8, AtomicU32, Ordering};

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
pub(super) unsafe fn bytes<'a>(data: *const u8, length: usize) -> Result<Option<&'a [u8]>> {
    if data.is_null() {
        return match length {
            0 => Ok(None),
            _ => Err(Error::ARGUMENT_NULL),
        };
    }
    if length > isize::MAX as usize {
        return Err(Error::ARGUMENT_TOO_LONG);
    }
    // SAFETY: not NULL, and readable for `length` by this function's contract.
    Ok(Some(unsafe { core::slice::from_raw_parts(data, length) }))
}

/// A text that C lends, NUL-terminated or of a length. NULL is None.
///
/// # Safety
/// If `text` is not NULL, `length` bytes are readable there, or, for `LINKAUTH_NUL_TERMINATED`,
/// all up to a NUL; and they stay unchanged for `'a`.
pub(super) unsafe fn text<'a>(text: *const c_char, length: usize) -> Result<Option<&'a [u8]>> {
    if text.is_null() && (length == 0 || length == LINKAUTH_NUL_TERMINATED) {
        return Ok(None);
    }
    // SAFETY: the contract is the same.
    unsafe { given_text(text, length) }.map(Some)
}

/// A text that C lends and must give.
///
/// # Safety
/// As of `text`.
#[inline(never)]
pub(super) unsafe fn given_text<'a>(text: *const c_char, mut length: usize) -> Result<&'a [u8]> {
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

/// Bytes before the NUL. One at a time: the C library's strlen leaves 32 and more of them in
/// registers, and the text may be a secret that no scrubbed scope surrounds yet.
///
/// # Safety
/// `text` is not NULL, and NUL-terminated.
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
pub(super) unsafe fn buffer<'a>(data: *mut u8, capacity: usize) -> Result<&'a mut [u8]> {
    if data.is_null() {
        return Err(Error::ARGUMENT_NULL);
    }
    if capacity > isize::MAX as usize {
        return Err(Error::ARGUMENT_TOO_LONG);
    }
    // SAFETY: not NULL; `MaybeUninit` need not be initialised, and is then zeroed as bytes.
    unsafe {
        ptr::write_bytes(data, 0, capacity);
        Ok(core::slice::from_raw_parts_mut(data, capacity))
    }
}

/// Where a part of a buffer lies, for C.
#[inline(never)]
pub(super) fn place(buffer: &[u8], range: &Range<usize>) -> (*const c_char, usize) {
    let part = buffer.get(range.clone()).unwrap_or_default();
    (part.as_ptr().cast(), part.len())
}

/// Whether two stretches of memory share a byte.
pub(super) fn overlap(
    left: *const u8,
    left_length: usize,
    right: *const u8,
    right_length: usize,
) -> bool {
    let (left, right) = (left.addr(), right.addr());
    left < right.saturating_add(right_length) && right < left.saturating_add(left_length)
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
pub(super) unsafe fn read_struct<T: Versioned>(source: *const T) -> Result<T> {
    let mut copy = MaybeUninit::<T>::zeroed();
    // SAFETY: `copy` is writable for its size; the rest is this function's contract; any bits are
    // a T by the contract of Versioned.
    unsafe {
        read_bytes(
            source.cast(),
            T::FIRST_SIZE,
            copy.as_mut_ptr().cast(),
            size_of::<T>(),
        )?;
        Ok(copy.assume_init())
    }
}

/// Like `read_struct`, over what is in `target`.
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

/// An object in storage of the caller's: whether there is one, whether it is in use, and itself.
///
/// The flags lie outside `inner` and are reached through raw pointers alone, so that a callback
/// that calls back in finds the object in use without aliasing the reference that is out.
#[repr(C)]
pub(super) struct Object<T> {
    header: Header,
    inner: MaybeUninit<T>,
}

#[repr(C)]
struct Header {
    magic: AtomicU32,
    busy: AtomicU8,
}

/// A different one for each type, so that one object is not taken for another.
pub(super) trait Kind {
    const MAGIC: u32;
}

/// What an object that is made in place is at first.
pub(super) trait Idle {
    const IDLE: Self;
}

/// Every object's storage is aligned like this.
const ALIGNMENT: usize = 8;

fn check_storage(storage: *const u8) -> Result<()> {
    if storage.is_null() {
        return Err(Error::ARGUMENT_NULL);
    }
    if !storage.addr().is_multiple_of(ALIGNMENT) {
        return Err(Error::OBJECT_SIZE);
    }
    Ok(())
}

/// Takes an object into use, until the header's `busy` is cleared.
///
/// # Safety
/// If `header` is not NULL it is that of an object, or zeroed.
#[inline(never)]
unsafe fn take<'h>(header: *const Header, magic: u32) -> Result<&'h Header> {
    check_storage(header.cast())?;
    // SAFETY: not NULL, aligned, readable, and nothing but atomics.
    let header = unsafe { &*header };
    if header.magic.load(Ordering::Acquire) != magic {
        return Err(Error::NOT_INITIALISED);
    }
    if header.busy.load(Ordering::Acquire) != 0 {
        return Err(Error::BUSY);
    }
    header.busy.store(1, Ordering::Release);
    Ok(header)
}

/// # Safety
/// If `storage` is not NULL, `size` bytes are writable there; `needed` is that of an object.
#[inline(never)]
unsafe fn clear_storage(storage: *mut u8, size: usize, needed: usize, magic: u32) -> Result<()> {
    check_storage(storage)?;
    if size < needed {
        return Err(Error::OBJECT_SIZE);
    }
    // SAFETY: writable for `size` bytes, aligned, and large enough. If a reference to what is there
    // is out, the header says so, and nothing is touched.
    unsafe {
        let header = &*storage.cast::<Header>();
        if header.magic.load(Ordering::Acquire) == magic && header.busy.load(Ordering::Acquire) == 1
        {
            return Err(Error::BUSY);
        }
        ptr::write_bytes(storage, 0, size);
    }
    Ok(())
}

impl<T: Kind> Object<T> {
    const ALIGNED: () = assert!(align_of::<Self>() <= ALIGNMENT);

    /// Puts a new object into storage of `size` bytes. What was there before is forgotten, but not
    /// while it is in use. What may fail comes first, so that the object is made where it lies.
    ///
    /// # Safety
    /// If `storage` is not NULL, `size` bytes are writable there.
    #[cfg(any(feature = "flash", feature = "posix", feature = "seal"))]
    pub(super) unsafe fn init<S, P>(
        storage: *mut S,
        size: usize,
        parse: impl FnOnce() -> Result<P>,
        make: impl FnOnce(P) -> T,
    ) -> Result<()> {
        // SAFETY: the contract is this function's.
        unsafe {
            let object = Self::clear(storage, size)?;
            let parts = parse()?;
            (&raw mut (*object).inner).write(MaybeUninit::new(make(parts)));
            (*object).header.magic.store(T::MAGIC, Ordering::Release);
        }
        Ok(())
    }

    /// Like `init`, for what is too large to be moved: `begin` completes `IDLE` where it lies. Zeroed on
    /// an error.
    ///
    /// # Safety
    /// As `init`.
    pub(super) unsafe fn init_in_place<S>(
        storage: *mut S,
        size: usize,
        begin: impl FnOnce(&mut T) -> Result<()>,
    ) -> Result<()>
    where
        T: Idle,
    {
        // SAFETY: the contract is this function's; no reference to `inner` exists but this one.
        unsafe {
            let object = Self::clear(storage, size)?;
            (&raw mut (*object).inner).write(MaybeUninit::new(T::IDLE));
            let begun = begin((*object).inner.assume_init_mut());
            if begun.is_err() {
                (*object).inner.assume_init_drop();
                wipe(object.cast(), size_of::<Self>());
                return begun;
            }
            (*object).header.magic.store(T::MAGIC, Ordering::Release);
        }
        Ok(())
    }

    /// Lends `use_it` a new object that ends with the call: then the storage is wiped.
    ///
    /// # Safety
    /// As `init`.
    #[cfg(feature = "lean")]
    pub(super) unsafe fn with_new<S, R>(
        storage: *mut S,
        size: usize,
        use_it: impl FnOnce(&mut T) -> Result<R>,
    ) -> Result<R>
    where
        T: Idle,
    {
        // SAFETY: the contract is this function's; no reference to `inner` exists but this one, and the
        // header says that it is out.
        unsafe {
            let object = Self::clear(storage, size)?;
            (&raw mut (*object).inner).write(MaybeUninit::new(T::IDLE));
            let header = &(*object).header;
            header.magic.store(T::MAGIC, Ordering::Release);
            header.busy.store(1, Ordering::Release);
            let result = use_it((*object).inner.assume_init_mut());
            (*object).inner.assume_init_drop();
            wipe(object.cast(), size_of::<Self>());
            result
        }
    }

    /// Zeroes storage that can hold the object, and in which none is in use.
    ///
    /// # Safety
    /// As `init`.
    unsafe fn clear<S>(storage: *mut S, size: usize) -> Result<*mut Object<T>> {
        let () = Self::ALIGNED;
        // SAFETY: the contract is this function's; an object begins with its header.
        unsafe { clear_storage(storage.cast(), size, size_of::<Self>(), T::MAGIC)? };
        Ok(storage.cast())
    }

    /// Lends the object to `use_it`, unless it is in use already.
    ///
    /// # Safety
    /// If `storage` is not NULL it is this object's storage, or zeroed.
    pub(super) unsafe fn with<S, R>(
        storage: *mut S,
        use_it: impl FnOnce(&mut T) -> Result<R>,
    ) -> Result<R> {
        let object = storage.cast::<Object<T>>();
        // SAFETY: the header is the first member. The magic says that `inner` was written; `busy`
        // that no other reference to it is out.
        unsafe {
            let header = take(object.cast(), T::MAGIC)?;
            let result = use_it((*object).inner.assume_init_mut());
            header.busy.store(0, Ordering::Release);
            result
        }
    }

    /// Drops and zeroes the object. Legal on zeroed storage, and twice.
    ///
    /// # Safety
    /// If `storage` is not NULL it is this object's storage, or zeroed and as large.
    pub(super) unsafe fn wipe<S>(storage: *mut S) {
        let object = storage.cast::<Object<T>>();
        // SAFETY: as in `with`; what is dropped is not used again, since the magic goes first.
        unsafe {
            let Ok(header) = take(object.cast(), T::MAGIC) else {
                return;
            };
            header.magic.store(0, Ordering::Release);
            (*object).inner.assume_init_drop();
            wipe(object.cast(), size_of::<Self>());
        }
    }
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
    core::sync::atomic::compiler_fence(Ordering::SeqCst);
}
