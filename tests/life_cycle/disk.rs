//! A store in memory, and what may befall it.

use linkauth::identity::RecordName;
use linkauth::status::{Error, Result};
use linkauth::store::Store;
use std::cell::RefCell;
use std::rc::Rc;

pub(crate) type Bytes = Option<Rc<[u8]>>;

/// What happens to the one save of a call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Disk {
    Works,
    /// The power goes before the save begins.
    DiesBefore,
    /// The power goes during the save: by the store's contract the old record remains.
    DiesTorn,
    /// The power goes after the save, before it is read back.
    DiesAfter,
    /// The save fails, the old record remains, the client lives on.
    Refuses,
    /// The save fails after the record was replaced, as a failed fsync of the folder does.
    RefusesLate,
}

impl Disk {
    pub(crate) fn is_fatal(self) -> bool {
        matches!(self, Disk::DiesBefore | Disk::DiesTorn | Disk::DiesAfter)
    }
}

struct Memory {
    durable: Bytes,
    shown: Bytes,
    next_save: Disk,
    is_dead: bool,
    lies: bool,
}

/// Shared by the device and the test.
#[derive(Clone)]
pub(crate) struct Handle(Rc<RefCell<Memory>>);

impl Handle {
    /// A store that `lies` reports success and keeps the record in a cache that a power cut empties.
    pub(crate) fn new(record: Bytes, lies: bool) -> Handle {
        Handle(Rc::new(RefCell::new(Memory {
            durable: record.clone(),
            shown: record,
            next_save: Disk::Works,
            is_dead: false,
            lies,
        })))
    }

    pub(crate) fn next_save(&self, disk: Disk) {
        self.0.borrow_mut().next_save = disk;
    }

    /// What is durable, what the store shows, and whether the power has gone.
    pub(crate) fn look(&self) -> (Bytes, Bytes, bool) {
        let memory = self.0.borrow();
        (memory.durable.clone(), memory.shown.clone(), memory.is_dead)
    }
}

impl Store for Handle {
    fn load(&mut self, _: &RecordName, buffer: &mut [u8]) -> Result<Option<usize>> {
        let memory = self.0.borrow();
        if memory.is_dead {
            return Err(Error::STORE_IO);
        }
        Ok(memory.shown.as_ref().map(|record| {
            buffer[..record.len()].copy_from_slice(record);
            record.len()
        }))
    }

    fn save(&mut self, _: &RecordName, record: &[u8]) -> Result<()> {
        let mut memory = self.0.borrow_mut();
        assert!(!memory.is_dead, "a dead client wrote to its store");
        let disk = std::mem::replace(&mut memory.next_save, Disk::Works);
        if matches!(disk, Disk::Works | Disk::DiesAfter | Disk::RefusesLate) {
            memory.shown = Some(record.into());
            if !memory.lies {
                memory.durable = memory.shown.clone();
            }
        }
        memory.is_dead = disk.is_fatal();
        match disk {
            Disk::Works | Disk::DiesAfter => Ok(()),
            _ => Err(Error::STORE_IO),
        }
    }
}
