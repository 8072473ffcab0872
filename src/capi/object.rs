//! Objects in storage of the caller's. All of their checks are here.

use super::boundary::wipe;
use crate::status::{Error, Result};
use core::mem::{MaybeUninit, size_of};
use core::ptr;
use core::sync::atomic::{AtomicU8, AtomicU32, Ordering};

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
unsafe fn take(header: *const Header, magic: u32) -> Result<()> {
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
    Ok(())
}

/// Both, or none.
///
/// # Safety
/// As of `take`, for both.
#[inline(never)]
unsafe fn take_both(
    first: *const Header,
    first_magic: u32,
    second: *const Header,
    second_magic: u32,
) -> Result<()> {
    // SAFETY: the contract is this function's; what was taken is a header.
    unsafe {
        take(first, first_magic)?;
        take(second, second_magic).inspect_err(|_| (*first).busy.store(0, Ordering::Release))
    }
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
            take(object.cast(), T::MAGIC)?;
            let result = use_it((*object).inner.assume_init_mut());
            (*object).header.busy.store(0, Ordering::Release);
            result
        }
    }

    /// Like `with`, for two objects.
    ///
    /// # Safety
    /// As `with`, for both.
    pub(super) unsafe fn with_another<S, O: Kind, U, R>(
        storage: *mut S,
        other: *mut U,
        use_them: impl FnOnce(&mut T, &mut O) -> Result<R>,
    ) -> Result<R> {
        let (object, other) = (storage.cast::<Object<T>>(), other.cast::<Object<O>>());
        // SAFETY: as in `with`. Objects of two kinds are not the same.
        unsafe {
            take_both(object.cast(), T::MAGIC, other.cast(), O::MAGIC)?;
            let result = use_them(
                (*object).inner.assume_init_mut(),
                (*other).inner.assume_init_mut(),
            );
            (*other).header.busy.store(0, Ordering::Release);
            (*object).header.busy.store(0, Ordering::Release);
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
            if take(object.cast(), T::MAGIC).is_err() {
                return;
            }
            (*object).header.magic.store(0, Ordering::Release);
            (*object).inner.assume_init_drop();
            wipe(object.cast(), size_of::<Self>());
        }
    }
}
