//! System calls by number. A call of the C library's by name is a place where another thread may cancel
//! this one, in the middle of a scrubbed scope; a call by number is none. It is also one imported
//! function in place of a dozen, and does not need a newer glibc than 2.17.

use core::ffi::{c_int, c_long};

/// Makes a call with up to five arguments. -1 is an error, which `errno` tells. The arguments must be
/// what the call asks for.
macro_rules! call {
    ($number:expr, $($argument:expr),+) => {
        ::libc::syscall($number, $(::core::ffi::c_long::from($argument)),+)
    };
}
pub(super) use call;

/// A pointer as the argument of a call.
pub(super) fn address<T: ?Sized>(pointer: *const T) -> c_long {
    pointer.cast::<u8>().expose_provenance() as c_long
}

/// `renameat`, which newer processors have with flags only: none is the same.
#[cfg(not(any(
    target_arch = "riscv32",
    target_arch = "riscv64",
    target_arch = "loongarch64"
)))]
pub(super) use libc::SYS_renameat as RENAME;
#[cfg(any(
    target_arch = "riscv32",
    target_arch = "riscv64",
    target_arch = "loongarch64"
))]
pub(super) use libc::SYS_renameat2 as RENAME;

#[cfg(not(target_env = "gnu"))]
pub(super) use libc::{fcntl as lock, flock as Lock, fstat, stat as FileStatus};

#[cfg(target_env = "gnu")]
pub(super) use by_number::{FileStatus, Lock, fstat, lock};

#[cfg(target_env = "gnu")]
mod by_number {
    use super::{address, c_int, c_long};
    #[cfg(target_pointer_width = "64")]
    use libc::{SYS_fcntl as FCNTL, SYS_fstat as FSTAT};
    #[cfg(target_pointer_width = "64")]
    pub(crate) use libc::{flock as Lock, stat as FileStatus};
    // The older calls of 32-bit systems know neither these locks nor large inode numbers.
    #[cfg(target_pointer_width = "32")]
    use libc::{SYS_fcntl64 as FCNTL, SYS_fstat64 as FSTAT};
    #[cfg(target_pointer_width = "32")]
    pub(crate) use libc::{flock64 as Lock, stat64 as FileStatus};

    // Their kernels' structures are not those of their glibc.
    #[cfg(any(target_arch = "mips64", target_arch = "sparc64"))]
    compile_error!("the feature `posix` does not know this processor");

    /// # Safety
    ///
    /// `status` must be valid for writes.
    pub(crate) unsafe fn fstat(descriptor: c_int, status: *mut FileStatus) -> c_long {
        // SAFETY: the call writes one structure of this type to the pointer.
        unsafe { call!(FSTAT, descriptor, address(status)) }
    }

    /// `fcntl` with a lock.
    ///
    /// # Safety
    ///
    /// `command` must be one of those that read a lock, and `lock` be valid for reads.
    pub(crate) unsafe fn lock(descriptor: c_int, command: c_int, lock: *const Lock) -> c_long {
        // SAFETY: the call reads one structure of this type.
        unsafe { call!(FCNTL, descriptor, command, address(lock)) }
    }
}
