//! A store of one file for each device, in a folder of the caller's.
//!
//! A record is replaced by writing a temporary file, `fsync`, rename, `fsync` of the folder: after
//! a power cut either the old one is there or the new one. Files that others could read or
//! replace are refused, not repaired.

use super::errno;
use crate::identity::RecordName;
use crate::status::{Error, Result};
use crate::store::Store;
use crate::text::{Sink, Text, Writer};
use core::ffi::{CStr, c_char, c_int};
use core::mem::MaybeUninit;

/// The longest path of a folder, in bytes.
const PATH_MAX: usize = 255;
/// Only the owner may read or write.
const MODE: libc::mode_t = 0o600;
const OTHERS: libc::mode_t = 0o077;
const WRITABLE_BY_OTHERS: libc::mode_t = 0o022;

/// The records of any number of devices, as `<record name>.linkauth` in one folder.
pub struct FileStore {
    folder: Descriptor,
    system_error: c_int,
}

impl FileStore {
    /// Opens a folder that exists, belongs to this user or root, and is writable by no other.
    pub fn open(folder: &[u8]) -> Result<FileStore> {
        if folder.is_empty() {
            return Err(Error::ARGUMENT_EMPTY);
        }
        if folder.contains(&0) {
            return Err(Error::ARGUMENT_CHARACTER);
        }
        if folder.len() > PATH_MAX {
            return Err(Error::ARGUMENT_TOO_LONG);
        }
        let path = Text::<{ PATH_MAX + 1 }>::new(without_slashes_at_end(folder))
            .ok_or(Error::ARGUMENT_TOO_LONG)?;
        let folder = Descriptor::open(
            libc::AT_FDCWD,
            path.as_c_str(),
            libc::O_RDONLY | libc::O_DIRECTORY | libc::O_NOFOLLOW,
        )
        .map_err(|error| match error {
            libc::ENOENT => Error::STORE_NOT_FOUND,
            libc::ELOOP | libc::ENOTDIR => Error::STORE_UNSAFE,
            _ => Error::STORE_IO,
        })?;
        let status = folder.status().map_err(|_| Error::STORE_IO)?;
        if !is_ours_or_roots(status.st_uid) || status.st_mode & WRITABLE_BY_OTHERS != 0 {
            return Err(Error::STORE_UNSAFE);
        }
        Ok(FileStore {
            folder,
            system_error: 0,
        })
    }

    fn fail_to_read(&mut self, error: c_int) -> Error {
        self.system_error = error;
        match error {
            libc::ELOOP => Error::STORE_UNSAFE,
            _ => Error::STORE_IO,
        }
    }

    fn fail_to_write(&mut self, error: c_int) -> Error {
        self.system_error = error;
        match error {
            libc::ENOSPC | libc::EDQUOT => Error::STORE_FULL,
            libc::EROFS | libc::EACCES | libc::EPERM => Error::STORE_READ_ONLY,
            _ => Error::STORE_IO,
        }
    }

    fn read(&mut self, file: &CStr, buffer: &mut [u8]) -> Result<Option<usize>> {
        let opened = Descriptor::open(
            self.folder.0,
            file,
            libc::O_RDONLY | libc::O_NOFOLLOW | libc::O_NONBLOCK,
        );
        let descriptor = match opened {
            Err(libc::ENOENT) => return Ok(None),
            other => other.map_err(|error| self.fail_to_read(error))?,
        };
        let status = descriptor
            .status()
            .map_err(|error| self.fail_to_read(error))?;
        let is_safe = status.st_mode & libc::S_IFMT == libc::S_IFREG
            && is_ours_or_roots(status.st_uid)
            && status.st_mode & OTHERS == 0
            && status.st_nlink == 1;
        if !is_safe {
            return Err(Error::STORE_UNSAFE);
        }
        let length = descriptor
            .read_all(buffer)
            .map_err(|error| self.fail_to_read(error))?;
        // A file that fills the buffer may go on: no record is that long.
        if length >= buffer.len() {
            return Err(Error::STORE_DAMAGED);
        }
        Ok(Some(length))
    }

    fn replace(
        &self,
        temporary: &CStr,
        file: &CStr,
        record: &[u8],
    ) -> core::result::Result<(), c_int> {
        let descriptor = self.create(temporary)?;
        let written = descriptor
            .write_all(record)
            .and_then(|()| descriptor.sync())
            .and_then(|()| self.rename(temporary, file));
        if written.is_err() {
            self.remove(temporary);
            return written;
        }
        self.folder.sync()
    }

    /// A new file, after the remains of an interrupted save were removed.
    fn create(&self, temporary: &CStr) -> core::result::Result<Descriptor, c_int> {
        let create = || {
            Descriptor::open(
                self.folder.0,
                temporary,
                libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL | libc::O_NOFOLLOW,
            )
        };
        match create() {
            Err(libc::EEXIST) => {
                self.remove(temporary);
                create()
            }
            other => other,
        }
    }

    fn rename(&self, from: &CStr, to: &CStr) -> core::result::Result<(), c_int> {
        let folder = self.folder.0;
        // SAFETY: both names are NUL-terminated and live through the call.
        check(unsafe { libc::renameat(folder, from.as_ptr(), folder, to.as_ptr()) })
    }

    fn remove(&self, file: &CStr) {
        // SAFETY: the name is NUL-terminated and lives through the call.
        unsafe { libc::unlinkat(self.folder.0, file.as_ptr(), 0) };
    }
}

impl Store for FileStore {
    fn load(&mut self, name: &RecordName, buffer: &mut [u8]) -> Result<Option<usize>> {
        self.system_error = 0;
        self.read(file_name(name, b".linkauth").as_c_str(), buffer)
    }

    fn save(&mut self, name: &RecordName, record: &[u8]) -> Result<()> {
        self.system_error = 0;
        let file = file_name(name, b".linkauth");
        let temporary = file_name(name, b".new");
        self.replace(temporary.as_c_str(), file.as_c_str(), record)
            .map_err(|error| self.fail_to_write(error))
    }

    fn system_error(&self) -> i32 {
        self.system_error
    }
}

/// The longest ending, and the NUL.
const FILE_NAME: usize = RecordName::LENGTH + 10;

/// A NUL-terminated name in the folder.
struct FileName([u8; FILE_NAME]);

#[inline(never)]
fn file_name(name: &RecordName, ending: &[u8]) -> FileName {
    let mut text = FileName([0; FILE_NAME]);
    let room = text.0.get_mut(..FILE_NAME - 1).unwrap_or_default();
    let mut writer = Writer::new(room);
    writer.put(name.as_bytes());
    writer.put(ending);
    text
}

impl FileName {
    fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.0).unwrap_or_default()
    }
}

/// A slash behind the name of a link makes the system follow it.
fn without_slashes_at_end(mut path: &[u8]) -> &[u8] {
    while let [rest @ .., b'/'] = path
        && !rest.is_empty()
    {
        path = rest;
    }
    path
}

fn is_ours_or_roots(owner: libc::uid_t) -> bool {
    // SAFETY: geteuid has no preconditions.
    owner == 0 || owner == unsafe { libc::geteuid() }
}

/// 0 or the error number.
fn check(result: c_int) -> core::result::Result<(), c_int> {
    if result == 0 { Ok(()) } else { Err(errno()) }
}

/// A file descriptor, closed on drop.
struct Descriptor(c_int);

impl Descriptor {
    fn open(folder: c_int, path: &CStr, flags: c_int) -> core::result::Result<Descriptor, c_int> {
        let path: *const c_char = path.as_ptr();
        loop {
            // SAFETY: the path is NUL-terminated and lives through the call; the mode is given
            // as the variadic argument that O_CREAT reads.
            let descriptor = unsafe { libc::openat(folder, path, flags | libc::O_CLOEXEC, MODE) };
            if descriptor >= 0 {
                return Ok(Descriptor(descriptor));
            }
            if errno() != libc::EINTR {
                return Err(errno());
            }
        }
    }

    fn status(&self) -> core::result::Result<libc::stat, c_int> {
        let mut status = MaybeUninit::<libc::stat>::uninit();
        // SAFETY: the pointer is to storage for one stat.
        check(unsafe { libc::fstat(self.0, status.as_mut_ptr()) })?;
        // SAFETY: fstat succeeded and so wrote all of it.
        Ok(unsafe { status.assume_init() })
    }

    fn read_all(&self, buffer: &mut [u8]) -> core::result::Result<usize, c_int> {
        let mut length = 0usize;
        while let Some(rest) = buffer.get_mut(length..).filter(|rest| !rest.is_empty()) {
            // SAFETY: the pointer and length are those of one live, writable slice.
            let count = unsafe { libc::read(self.0, rest.as_mut_ptr().cast(), rest.len()) };
            match usize::try_from(count) {
                Ok(0) => break,
                Ok(count) => length = length.saturating_add(count),
                Err(_) if errno() == libc::EINTR => {}
                Err(_) => return Err(errno()),
            }
        }
        Ok(length)
    }

    fn write_all(&self, mut bytes: &[u8]) -> core::result::Result<(), c_int> {
        // The umask may have taken bits of MODE; none may be added by it.
        // SAFETY: fchmod takes no pointer.
        check(unsafe { libc::fchmod(self.0, MODE) })?;
        while !bytes.is_empty() {
            // SAFETY: the pointer and length are those of one live slice.
            let count = unsafe { libc::write(self.0, bytes.as_ptr().cast(), bytes.len()) };
            match usize::try_from(count) {
                Ok(0) => return Err(libc::EIO),
                Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
                Err(_) if errno() == libc::EINTR => {}
                Err(_) => return Err(errno()),
            }
        }
        Ok(())
    }

    /// Never repeated after an error: the kernel has then dropped what was not written.
    fn sync(&self) -> core::result::Result<(), c_int> {
        // SAFETY: fsync takes no pointer.
        check(unsafe { libc::fsync(self.0) })
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: the descriptor is open and owned by this value alone.
        unsafe { libc::close(self.0) };
    }
}
