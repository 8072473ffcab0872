//! A store as it is often written, right or with one flaw: what the checker must tell apart.

use super::application::Kind;
use super::model::Model;
use libc::c_int;
use linkauth::identity::RecordName;
use linkauth::posix::system::{Open, Outcome, System};
use linkauth::status::{Error, Result};
use linkauth::store::Store;
use std::ffi::CString;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Flaw {
    None,
    NoSyncOfTheFile,
    NoSyncOfTheFolder,
    InPlace,
    NoLock,
}

pub(crate) struct SimpleStore {
    system: Model,
    flaw: Flaw,
    folder: c_int,
    lock: Option<c_int>,
    error: c_int,
}

impl Kind for Flaw {
    type Store = SimpleStore;
    fn open(&self, mut system: Model) -> Result<SimpleStore> {
        let folder = match system.open(None, c"/store", Open::Folder) {
            Err(libc::EINTR) => system.open(None, c"/store", Open::Folder),
            opened => opened,
        };
        Ok(SimpleStore {
            system,
            flaw: *self,
            folder: folder.map_err(|_| Error::STORE_IO)?,
            lock: None,
            error: 0,
        })
    }
}

fn name(name: &RecordName, ending: &str) -> CString {
    CString::new([name.as_str(), ending].concat()).unwrap()
}

impl SimpleStore {
    fn status<T>(&mut self, outcome: Outcome<T>) -> Result<T> {
        outcome.map_err(|error| {
            self.error = error;
            match error {
                libc::ENOSPC | libc::EDQUOT => Error::STORE_FULL,
                libc::EROFS => Error::STORE_READ_ONLY,
                _ => Error::STORE_IO,
            }
        })
    }

    fn retried<T>(&mut self, mut call: impl FnMut(&mut Model) -> Outcome<T>) -> Outcome<T> {
        match call(&mut self.system) {
            Err(libc::EINTR) => call(&mut self.system),
            outcome => outcome,
        }
    }

    fn sync_folder(&mut self) -> Outcome<()> {
        if self.flaw == Flaw::NoSyncOfTheFolder {
            return Ok(());
        }
        let folder = self.folder;
        self.retried(|system| system.sync(folder))
    }

    fn fill(&mut self, file: c_int, mut bytes: &[u8]) -> Outcome<()> {
        self.retried(|system| system.truncate(file, 0))?;
        while !bytes.is_empty() {
            let count = self.retried(|system| system.write(file, bytes))?;
            bytes = &bytes[count..];
        }
        if self.flaw == Flaw::NoSyncOfTheFile {
            return Ok(());
        }
        self.retried(|system| system.sync(file))
    }

    fn replace(&mut self, record: &RecordName, bytes: &[u8]) -> Outcome<()> {
        let folder = self.folder;
        let (temporary, file) = (name(record, ".new"), name(record, ".linkauth"));
        if self.flaw == Flaw::InPlace {
            let opened = self.retried(|system| system.open(Some(folder), &file, Open::Lock))?;
            let filled = self.fill(opened, bytes);
            self.system.close(opened);
            return filled.and_then(|()| self.sync_folder());
        }
        let opened = self.retried(|system| system.open(Some(folder), &temporary, Open::Lock))?;
        let filled = self.fill(opened, bytes);
        self.system.close(opened);
        let renamed =
            filled.and_then(|()| self.retried(|system| system.rename(folder, &temporary, &file)));
        if renamed.is_err() {
            // The fsync of the same file would not fail again.
            let _ = self.system.remove(folder, &temporary);
        }
        renamed.and_then(|()| self.sync_folder())
    }

    fn read(&mut self, record: &RecordName, buffer: &mut [u8]) -> Outcome<Option<usize>> {
        let (folder, file) = (self.folder, name(record, ".linkauth"));
        let opened = match self.retried(|system| system.open(Some(folder), &file, Open::Read)) {
            Err(libc::ENOENT) => return Ok(None),
            opened => opened?,
        };
        let mut length = 0;
        let read = loop {
            match self.retried(|system| system.read(opened, &mut buffer[length..])) {
                Ok(0) => break Ok(Some(length)),
                Ok(count) => length += count,
                Err(error) => break Err(error),
            }
        };
        self.system.close(opened);
        // What another process left may not be durable yet, and is about to be used.
        read.and_then(|length| self.sync_folder().map(|()| length))
    }
}

impl Store for SimpleStore {
    fn load(&mut self, record: &RecordName, buffer: &mut [u8]) -> Result<Option<usize>> {
        let read = self.read(record, buffer);
        self.status(read)
    }

    fn save(&mut self, record: &RecordName, bytes: &[u8]) -> Result<()> {
        let replaced = self.replace(record, bytes);
        self.status(replaced)
    }

    fn erase(&mut self, record: &RecordName) -> Result<()> {
        let (folder, file) = (self.folder, name(record, ".linkauth"));
        let removed = match self.retried(|system| system.remove(folder, &file)) {
            Err(libc::ENOENT) => Ok(()),
            removed => removed,
        };
        let erased = removed.and_then(|()| self.sync_folder());
        self.status(erased)
    }

    fn lock(&mut self, record: &RecordName) -> Result<()> {
        if self.flaw == Flaw::NoLock {
            return Ok(());
        }
        let (folder, file) = (self.folder, name(record, ".lock"));
        let opened = self.retried(|system| system.open(Some(folder), &file, Open::Lock));
        let opened = self.status(opened)?;
        let locked = match self.retried(|system| system.lock(opened)) {
            Err(libc::EAGAIN) => Err(Error::STORE_LOCKED),
            outcome => self.status(outcome),
        };
        match locked {
            Ok(()) => self.lock = Some(opened),
            Err(_) => self.system.close(opened),
        }
        locked
    }

    fn unlock(&mut self, _: &RecordName) {
        if let Some(lock) = self.lock.take() {
            self.system.close(lock);
        }
    }

    fn system_error(&self) -> i32 {
        self.error
    }
}

impl Drop for SimpleStore {
    fn drop(&mut self) {
        if let Some(lock) = self.lock {
            self.system.close(lock);
        }
        self.system.close(self.folder);
    }
}
