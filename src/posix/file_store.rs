//! A store of one file for each device, in a folder of the caller's.
//!
//! A record is replaced by writing a temporary file, `fsync`, reading it back, rename, `fsync` of the
//! folder: after a power cut either the old one is there or the new one. Before a registration the
//! temporary file is written in full length and kept, so that a full disk is found out then. Files
//! that others could read or replace are refused, not repaired.

use super::system::{Linux, Open, Outcome, Status, System};
use crate::identity::RecordName;
use crate::secret::{Wiped, equal};
use crate::status::{Error, Result};
use crate::store::{RECORD_MAX, Store};
use crate::text::{Sink, Writer};
use core::ffi::{CStr, c_int};

/// The longest path of a folder, in bytes.
const PATH_MAX: usize = 255;
const OTHERS: u32 = 0o077;
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// The records of any number of devices, as `<record name>.linkauth` in one folder.
pub struct FileStore<Y: System = Linux> {
    system: Y,
    folder: c_int,
    /// The lock file of the record that is locked, or -1.
    lock: c_int,
    /// The temporary file that `prepare` wrote, or -1.
    prepared: c_int,
    system_error: c_int,
}

impl FileStore<Linux> {
    /// Opens a folder that exists, belongs to this user or root, and is writable by no other.
    pub fn open(folder: &[u8]) -> Result<FileStore> {
        FileStore::open_with(Linux, folder)
    }
}

impl<Y: System> FileStore<Y> {
    /// Like `open`, over other system calls.
    pub fn open_with(mut system: Y, folder: &[u8]) -> Result<FileStore<Y>> {
        if folder.is_empty() {
            return Err(Error::ARGUMENT_EMPTY);
        }
        // A search that is made for speed is 200 bytes.
        #[allow(clippy::manual_contains)]
        let has_nul = folder.iter().any(|byte| *byte == 0);
        if has_nul {
            return Err(Error::ARGUMENT_CHARACTER);
        }
        if folder.len() > PATH_MAX {
            return Err(Error::ARGUMENT_TOO_LONG);
        }
        // The last of them stays a NUL.
        let mut path = [0; PATH_MAX + 1];
        for (to, from) in path.iter_mut().zip(without_slashes_at_end(folder)) {
            *to = *from;
        }
        let folder =
            uninterrupted(|| system.open(None, c_str(&path), Open::Folder)).map_err(|error| {
                match error {
                    libc::ENOENT => Error::STORE_NOT_FOUND,
                    libc::ELOOP | libc::ENOTDIR => Error::STORE_UNSAFE,
                    _ => Error::STORE_IO,
                }
            })?;
        let mut store = FileStore {
            system,
            folder,
            lock: NONE,
            prepared: NONE,
            system_error: 0,
        };
        store.check_folder()?;
        Ok(store)
    }

    fn check_folder(&mut self) -> Result<()> {
        let status = self
            .system
            .status(self.folder)
            .map_err(|_| Error::STORE_IO)?;
        if !self.is_ours_or_roots(status) || status.mode & WRITABLE_BY_OTHERS != 0 {
            return Err(Error::STORE_UNSAFE);
        }
        Ok(())
    }

    fn is_ours_or_roots(&mut self, status: Status) -> bool {
        status.owner == 0 || status.owner == self.system.user()
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
            libc::ELOOP => Error::STORE_UNSAFE,
            _ => Error::STORE_IO,
        }
    }

    fn read(&mut self, file: &CStr, buffer: &mut [u8]) -> Result<Option<usize>> {
        let opened = uninterrupted(|| self.system.open(Some(self.folder), file, Open::Read));
        let descriptor = match opened {
            Err(libc::ENOENT) => return Ok(None),
            other => other.map_err(|error| self.fail_to_read(error))?,
        };
        let result = self.read_open(descriptor, buffer);
        self.system.close(descriptor);
        result.map(Some)
    }

    fn read_open(&mut self, descriptor: c_int, buffer: &mut [u8]) -> Result<usize> {
        self.check_file(descriptor)?;
        let length = self
            .read_all(descriptor, buffer)
            .map_err(|error| self.fail_to_read(error))?;
        // A file that fills the buffer may go on: no record is that long.
        if length >= buffer.len() {
            return Err(Error::STORE_DAMAGED);
        }
        Ok(length)
    }

    /// Whether a file is ours alone.
    fn check_file(&mut self, descriptor: c_int) -> Result<()> {
        let status = self
            .system
            .status(descriptor)
            .map_err(|error| self.fail_to_read(error))?;
        let is_safe = status.mode & libc::S_IFMT == libc::S_IFREG
            && self.is_ours_or_roots(status)
            && status.mode & OTHERS == 0
            && status.links == 1;
        if !is_safe {
            return Err(Error::STORE_UNSAFE);
        }
        Ok(())
    }

    fn read_all(&mut self, descriptor: c_int, buffer: &mut [u8]) -> Outcome<usize> {
        let mut length = 0usize;
        while let Some(rest) = buffer.get_mut(length..).filter(|rest| !rest.is_empty()) {
            match uninterrupted(|| self.system.read(descriptor, rest))? {
                0 => break,
                count => length = length.saturating_add(count),
            }
        }
        Ok(length)
    }

    fn write_all(&mut self, descriptor: c_int, mut bytes: &[u8]) -> Outcome<()> {
        while !bytes.is_empty() {
            match uninterrupted(|| self.system.write(descriptor, bytes))? {
                0 => return Err(libc::EIO),
                count => bytes = bytes.get(count..).unwrap_or_default(),
            }
        }
        Ok(())
    }

    /// A new temporary file, after the remains of an interrupted save were removed.
    fn create(&mut self, temporary: &CStr) -> Outcome<c_int> {
        let folder = Some(self.folder);
        let created = match uninterrupted(|| self.system.open(folder, temporary, Open::Create)) {
            Err(libc::EEXIST) => {
                self.system.remove(self.folder, temporary)?;
                uninterrupted(|| self.system.open(folder, temporary, Open::Create))
            }
            other => other,
        }?;
        if let Err(error) = self.system.restrict(created) {
            self.discard(created, temporary);
            return Err(error);
        }
        Ok(created)
    }

    fn discard(&mut self, descriptor: c_int, temporary: &CStr) {
        self.system.close(descriptor);
        // What cannot be removed now is removed before the next save.
        let _ = self.system.remove(self.folder, temporary);
    }

    /// The temporary file of `prepare`, or a new one.
    fn temporary(&mut self, name: &CStr) -> Outcome<c_int> {
        match core::mem::replace(&mut self.prepared, NONE) {
            NONE => self.create(name),
            prepared => Ok(prepared),
        }
    }

    /// Writes all of a temporary file, durably. A sync that failed, and was not just interrupted, is
    /// never repeated on the same file: the kernel has then dropped what was not written.
    fn fill(&mut self, descriptor: c_int, record: &[u8]) -> Outcome<()> {
        self.system.rewind(descriptor)?;
        self.write_all(descriptor, record)?;
        uninterrupted(|| self.system.truncate(descriptor, record.len()))?;
        uninterrupted(|| self.system.sync(descriptor))
    }

    fn sync_folder(&mut self) -> Outcome<()> {
        uninterrupted(|| self.system.sync(self.folder))
    }

    fn replace(&mut self, temporary: &CStr, file: &CStr, record: &[u8]) -> Result<()> {
        let descriptor = self
            .temporary(temporary)
            .map_err(|error| self.fail_to_write(error))?;
        let filled = self
            .fill(descriptor, record)
            .map_err(|error| self.fail_to_write(error))
            .and_then(|()| self.check_written(temporary, record));
        if let Err(error) = filled {
            self.discard(descriptor, temporary);
            return Err(error);
        }
        let renamed = self.system.rename(self.folder, temporary, file);
        if let Err(error) = renamed {
            self.discard(descriptor, temporary);
            return Err(self.fail_to_write(error));
        }
        self.system.close(descriptor);
        self.sync_folder()
            .map_err(|error| self.fail_to_write(error))
    }

    /// Reads back through another opening.
    fn check_written(&mut self, temporary: &CStr, record: &[u8]) -> Result<()> {
        let mut buffer = Wiped::<{ RECORD_MAX + 1 }>::new();
        let length = self.read(temporary, &mut buffer.0)?;
        let read = length.and_then(|length| buffer.0.get(..length));
        if !read.is_some_and(|read| equal(read, record)) {
            return Err(Error::STORE_READ_BACK);
        }
        Ok(())
    }

    fn close_prepared(&mut self, name: &RecordName) {
        let prepared = core::mem::replace(&mut self.prepared, NONE);
        if prepared != NONE {
            self.discard(prepared, file_name(name, b".new").as_c_str());
        }
    }
}

impl<Y: System> Store for FileStore<Y> {
    fn load(&mut self, name: &RecordName, buffer: &mut [u8]) -> Result<Option<usize>> {
        self.system_error = 0;
        let length = self.read(file_name(name, b".linkauth").as_c_str(), buffer)?;
        // The record may have been renamed by a process that died before it made that durable, or
        // that has not come to it yet. Before anybody signs in with it a power cut must not lose it.
        if length.is_some() {
            match self.sync_folder() {
                // A file system that cannot be written has nothing to lose.
                Ok(()) | Err(libc::EINVAL | libc::EROFS) => {}
                Err(error) => return Err(self.fail_to_write(error)),
            }
        }
        Ok(length)
    }

    fn save(&mut self, name: &RecordName, record: &[u8]) -> Result<()> {
        self.system_error = 0;
        let file = file_name(name, b".linkauth");
        let temporary = file_name(name, b".new");
        self.replace(temporary.as_c_str(), file.as_c_str(), record)
    }

    fn erase(&mut self, name: &RecordName) -> Result<()> {
        self.system_error = 0;
        for ending in [&b".new"[..], b".linkauth"] {
            match self
                .system
                .remove(self.folder, file_name(name, ending).as_c_str())
            {
                Ok(()) | Err(libc::ENOENT) => {}
                Err(error) => return Err(self.fail_to_write(error)),
            }
        }
        self.sync_folder()
            .map_err(|error| self.fail_to_write(error))
    }

    fn lock(&mut self, name: &RecordName) -> Result<()> {
        self.system_error = 0;
        if self.lock != NONE {
            return Err(Error::STORE_LOCKED);
        }
        let file = file_name(name, b".lock");
        let folder = Some(self.folder);
        let opened = uninterrupted(|| self.system.open(folder, file.as_c_str(), Open::Lock));
        let descriptor = opened.map_err(|error| self.fail_to_write(error))?;
        let locked = self.check_file(descriptor).and_then(|()| {
            uninterrupted(|| self.system.lock(descriptor)).map_err(|error| match error {
                libc::EAGAIN | libc::EACCES => Error::STORE_LOCKED,
                error => self.fail_to_write(error),
            })
        });
        if locked.is_err() {
            self.system.close(descriptor);
            return locked;
        }
        self.lock = descriptor;
        Ok(())
    }

    fn unlock(&mut self, name: &RecordName) {
        self.close_prepared(name);
        let lock = core::mem::replace(&mut self.lock, NONE);
        if lock != NONE {
            self.system.close(lock);
        }
    }

    fn prepare(&mut self, name: &RecordName) -> Result<()> {
        self.system_error = 0;
        self.close_prepared(name);
        let temporary = file_name(name, b".new");
        let descriptor = self
            .create(temporary.as_c_str())
            .map_err(|error| self.fail_to_write(error))?;
        // A variable: a constant would be in the library.
        let zeros = [0; RECORD_MAX];
        if let Err(error) = self.fill(descriptor, &zeros) {
            self.discard(descriptor, temporary.as_c_str());
            return Err(self.fail_to_write(error));
        }
        self.prepared = descriptor;
        Ok(())
    }

    fn system_error(&self) -> i32 {
        self.system_error
    }
}

impl<Y: System> Drop for FileStore<Y> {
    fn drop(&mut self) {
        for descriptor in [self.prepared, self.lock, self.folder] {
            if descriptor != NONE {
                self.system.close(descriptor);
            }
        }
    }
}

/// No descriptor.
const NONE: c_int = -1;

/// Repeats a call that a signal interrupted.
fn uninterrupted<T>(mut call: impl FnMut() -> Outcome<T>) -> Outcome<T> {
    loop {
        match call() {
            Err(libc::EINTR) => {}
            outcome => return outcome,
        }
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

/// Up to the first NUL. `CStr` looks for that in a way that is made for speed.
fn c_str(text_with_nul: &[u8]) -> &CStr {
    let length = text_with_nul.iter().take_while(|byte| **byte != 0).count();
    match text_with_nul.get(..=length) {
        // SAFETY: its last byte is the first NUL.
        Some(text) => unsafe { CStr::from_bytes_with_nul_unchecked(text) },
        None => c"",
    }
}

impl FileName {
    fn as_c_str(&self) -> &CStr {
        c_str(&self.0)
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
