//! Calls that glibc has under these names, or in this form, since 2.28 and 2.33 only. For the
//! gateways with an older one they are made by number.

#[cfg(not(target_env = "gnu"))]
pub(super) use libc::{fcntl as lock, flock as Lock, fstat, stat as FileStatus};

#[cfg(target_env = "gnu")]
pub(super) use by_number::{FileStatus, Lock, fstat, lock};

#[cfg(target_env = "gnu")]
mod by_number {
    use core::ffi::c_int;
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

    fn outcome(result: libc::c_long) -> c_int {
        if result < 0 { -1 } else { 0 }
    }

    /// # Safety
    ///
    /// `status` must be valid for writes.
    pub(crate) unsafe fn fstat(descriptor: c_int, status: *mut FileStatus) -> c_int {
        // SAFETY: the call writes one structure of this type to the pointer.
        outcome(unsafe { libc::syscall(FSTAT, descriptor, status) })
    }

    /// `fcntl` with a lock.
    ///
    /// # Safety
    ///
    /// `command` must be one of those that read a lock, and `lock` be valid for reads.
    pub(crate) unsafe fn lock(descriptor: c_int, command: c_int, lock: *const Lock) -> c_int {
        // SAFETY: the call reads one structure of this type.
        outcome(unsafe { libc::syscall(FCNTL, descriptor, command, lock) })
    }
}
