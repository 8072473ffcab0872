//! The system calls of the file store, behind a trait: so that a test can let any of them fail.

use super::calls::{self, FileStatus, Lock, address, call};
use super::errno;
use core::ffi::{CStr, c_int, c_long};

/// 0 or the error number.
pub type Outcome<T> = core::result::Result<T, c_int>;

/// What the file store asks of a file's status.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Status {
    /// Kind and permissions, as `st_mode`.
    pub mode: u32,
    /// The owner.
    pub owner: u32,
    /// Hard links.
    pub links: u64,
}

/// How a file is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Open {
    /// A folder, to find files in it.
    Folder,
    /// A file, to read it. A link is refused, a FIFO does not block.
    Read,
    /// A new file of mode 0600, to write it.
    Create,
    /// A lock file, made if it is not there.
    Lock,
}

/// The calls. A descriptor is a small number, as the system's.
pub trait System {
    /// `openat`, close-on-exec; in no folder for a path.
    fn open(&mut self, folder: Option<c_int>, name: &CStr, how: Open) -> Outcome<c_int>;
    /// `fstat`.
    fn status(&mut self, descriptor: c_int) -> Outcome<Status>;
    /// `read`: 0 at the end.
    fn read(&mut self, descriptor: c_int, bytes: &mut [u8]) -> Outcome<usize>;
    /// `write`.
    fn write(&mut self, descriptor: c_int, bytes: &[u8]) -> Outcome<usize>;
    /// `lseek` to the start.
    fn rewind(&mut self, descriptor: c_int) -> Outcome<()>;
    /// `ftruncate`.
    fn truncate(&mut self, descriptor: c_int, length: usize) -> Outcome<()>;
    /// `fchmod` to 0600: a umask may have taken bits, none may be added.
    fn restrict(&mut self, descriptor: c_int) -> Outcome<()>;
    /// `fsync`.
    fn sync(&mut self, descriptor: c_int) -> Outcome<()>;
    /// `renameat` within a folder.
    fn rename(&mut self, folder: c_int, from: &CStr, to: &CStr) -> Outcome<()>;
    /// `unlinkat`.
    fn remove(&mut self, folder: c_int, name: &CStr) -> Outcome<()>;
    /// An open-file-description lock on all of a file, without waiting.
    fn lock(&mut self, descriptor: c_int) -> Outcome<()>;
    /// `close`.
    fn close(&mut self, descriptor: c_int);
    /// `geteuid`.
    fn user(&mut self) -> u32;
}

/// The real ones.
#[derive(Clone, Copy)]
pub struct Linux;

const MODE: c_long = 0o600;

/// 0 or the error number of a call that does nothing else.
fn done(result: impl Into<c_long>) -> Outcome<()> {
    if result.into() == 0 {
        Ok(())
    } else {
        Err(errno())
    }
}

fn count(result: c_long) -> Outcome<usize> {
    usize::try_from(result).map_err(|_| errno())
}

impl System for Linux {
    fn open(&mut self, folder: Option<c_int>, name: &CStr, how: Open) -> Outcome<c_int> {
        let flags = match how {
            Open::Folder => libc::O_RDONLY | libc::O_DIRECTORY,
            Open::Read => libc::O_RDONLY | libc::O_NONBLOCK,
            Open::Create => libc::O_RDWR | libc::O_CREAT | libc::O_EXCL,
            Open::Lock => libc::O_RDWR | libc::O_CREAT | libc::O_NONBLOCK,
        } | libc::O_NOFOLLOW
            | libc::O_CLOEXEC;
        let folder = folder.unwrap_or(libc::AT_FDCWD);
        // SAFETY: the name is NUL-terminated and lives through the call.
        let descriptor = unsafe {
            call!(
                libc::SYS_openat,
                folder,
                address(name.as_ptr()),
                flags,
                MODE
            )
        };
        c_int::try_from(descriptor)
            .ok()
            .filter(|found| *found >= 0)
            .ok_or_else(errno)
    }

    fn status(&mut self, descriptor: c_int) -> Outcome<Status> {
        // SAFETY: integers of which all zero is a value.
        let mut status = unsafe { core::mem::zeroed::<FileStatus>() };
        // SAFETY: the pointer is to storage for one of them.
        done(unsafe { calls::fstat(descriptor, &raw mut status) })?;
        Ok(Status {
            mode: status.st_mode,
            owner: status.st_uid,
            // Its width differs between architectures.
            #[allow(clippy::useless_conversion)]
            links: u64::from(status.st_nlink),
        })
    }

    fn read(&mut self, descriptor: c_int, bytes: &mut [u8]) -> Outcome<usize> {
        // SAFETY: the pointer and length are those of one live, writable slice.
        count(unsafe {
            call!(
                libc::SYS_read,
                descriptor,
                address(bytes.as_mut_ptr()),
                bytes.len() as c_long
            )
        })
    }

    fn write(&mut self, descriptor: c_int, bytes: &[u8]) -> Outcome<usize> {
        // SAFETY: the pointer and length are those of one live slice.
        count(unsafe {
            call!(
                libc::SYS_write,
                descriptor,
                address(bytes.as_ptr()),
                bytes.len() as c_long
            )
        })
    }

    fn rewind(&mut self, descriptor: c_int) -> Outcome<()> {
        // SAFETY: lseek takes no pointer.
        done(unsafe { call!(libc::SYS_lseek, descriptor, 0_i32, libc::SEEK_SET) })
    }

    fn truncate(&mut self, descriptor: c_int, length: usize) -> Outcome<()> {
        // SAFETY: ftruncate takes no pointer.
        done(unsafe { call!(libc::SYS_ftruncate, descriptor, length as c_long) })
    }

    fn restrict(&mut self, descriptor: c_int) -> Outcome<()> {
        // SAFETY: fchmod takes no pointer.
        done(unsafe { call!(libc::SYS_fchmod, descriptor, MODE) })
    }

    fn sync(&mut self, descriptor: c_int) -> Outcome<()> {
        // SAFETY: fsync takes no pointer.
        done(unsafe { call!(libc::SYS_fsync, descriptor) })
    }

    fn rename(&mut self, folder: c_int, from: &CStr, to: &CStr) -> Outcome<()> {
        // SAFETY: both names are NUL-terminated and live through the call.
        done(unsafe {
            call!(
                calls::RENAME,
                folder,
                address(from.as_ptr()),
                folder,
                address(to.as_ptr()),
                0_i32
            )
        })
    }

    fn remove(&mut self, folder: c_int, name: &CStr) -> Outcome<()> {
        // SAFETY: the name is NUL-terminated and lives through the call.
        done(unsafe { call!(libc::SYS_unlinkat, folder, address(name.as_ptr()), 0_i32) })
    }

    fn lock(&mut self, descriptor: c_int) -> Outcome<()> {
        // SAFETY: all zero is a lock: the whole file, from its start.
        let mut lock = unsafe { core::mem::zeroed::<Lock>() };
        lock.l_type = libc::F_WRLCK as libc::c_short;
        lock.l_whence = libc::SEEK_SET as libc::c_short;
        // SAFETY: F_OFD_SETLK reads a lock, which lives through the call.
        done(unsafe { calls::lock(descriptor, libc::F_OFD_SETLK, &raw const lock) })
    }

    fn close(&mut self, descriptor: c_int) {
        // SAFETY: close takes no pointer. The store closes each descriptor of its own once.
        unsafe { call!(libc::SYS_close, descriptor) };
    }

    fn user(&mut self) -> u32 {
        // SAFETY: geteuid has no preconditions.
        unsafe { libc::geteuid() }
    }
}
