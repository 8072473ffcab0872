//! Stores in flash that are wrong on purpose, each in one way: the checker must find it.

use crate::chip::{Chip, crc32};
use crate::device::AnyStore;
use linkauth::identity::RecordName;
use linkauth::status::{Error, Result};
use linkauth::store::Store;
use linkauth::store::flash::Flash;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// None: the checker must find nothing.
    None,
    /// A slot that reads as erased is not erased.
    TrustsBlank,
    /// One slot, erased and written anew.
    SingleSlot,
    /// The slot with the newest record is the next to be written.
    ErasesNewest,
    /// The mark is programmed first, and nothing but the mark is looked at.
    MarkFirst,
    /// A record is known by its head: neither its CRC nor the mark is looked at.
    TrustsHead,
    /// An operator's erase begins with the slot that holds the newest.
    ErasesNewestFirst,
}

const MARK_AT: usize = 384;
const MARK: [u8; 8] = *b"\x13mark\xa5\x5a\xc3";

pub(crate) struct Broken {
    chip: Chip,
    fault: Fault,
}

impl Broken {
    pub(crate) fn open(chip: Chip, fault: Fault) -> AnyStore {
        AnyStore(Box::new(Broken { chip, fault }))
    }

    fn record(&mut self, slot: u8) -> Option<Vec<u8>> {
        let mut bytes = [0; MARK_AT];
        let unit = self.chip.shape().unit;
        if self.fault == Fault::MarkFirst {
            let mut mark = [0; MARK.len()];
            self.chip.read(slot, MARK_AT, &mut mark).ok()?;
            if mark != MARK {
                return None;
            }
        }
        self.chip
            .read(slot, 0, &mut bytes[..16usize.next_multiple_of(unit)])
            .ok()?;
        let length = usize::from(u16::from_le_bytes([bytes[4], bytes[5]]));
        if !(20..=MARK_AT).contains(&length) {
            return None;
        }
        self.chip.read(slot, 0, &mut bytes[..length]).ok()?;
        let (body, crc) = bytes[..length].split_last_chunk::<4>()?;
        let has_crc = matches!(self.fault, Fault::MarkFirst | Fault::TrustsHead)
            || crc32(body).to_le_bytes() == *crc;
        (has_crc && body.starts_with(b"LKA1")).then(|| bytes[..length].to_vec())
    }

    fn newest(&mut self) -> Option<(u8, Vec<u8>)> {
        let sequence = |record: &[u8]| u32::from_le_bytes(record[10..14].try_into().unwrap());
        match (self.record(0), self.record(1)) {
            (Some(first), Some(second)) if sequence(&second) > sequence(&first) => {
                Some((1, second))
            }
            (Some(first), _) => Some((0, first)),
            (None, second) => second.map(|second| (1, second)),
        }
    }

    fn free(&mut self) -> u8 {
        let newest = self.newest().map_or(1, |(slot, _)| slot);
        match self.fault {
            Fault::SingleSlot => 0,
            Fault::ErasesNewest => newest,
            _ => 1 - newest,
        }
    }

    fn is_blank(&mut self, slot: u8) -> bool {
        let shape = self.chip.shape();
        let mut bytes = [0; MARK_AT + 32];
        let end = MARK_AT + MARK.len().max(shape.unit);
        self.chip.read(slot, 0, &mut bytes[..end]).is_ok()
            && bytes[..end].iter().all(|byte| *byte == shape.erased)
    }

    fn program(&mut self, slot: u8, offset: usize, bytes: &[u8]) -> Result<()> {
        let shape = self.chip.shape();
        for (at, chunk) in bytes.chunks(shape.unit).enumerate() {
            let mut unit = chunk.to_vec();
            unit.resize(shape.unit, shape.erased);
            self.chip.program(slot, offset + at * shape.unit, &unit)?;
        }
        Ok(())
    }
}

impl Store for Broken {
    fn load(&mut self, _: &RecordName, buffer: &mut [u8]) -> Result<Option<usize>> {
        Ok(self.newest().map(|(_, record)| {
            buffer[..record.len()].copy_from_slice(&record);
            record.len()
        }))
    }

    fn save(&mut self, _: &RecordName, record: &[u8]) -> Result<()> {
        let slot = self.free();
        if self.fault != Fault::TrustsBlank || !self.is_blank(slot) {
            self.chip.erase(slot)?;
        }
        if self.fault == Fault::MarkFirst {
            self.program(slot, MARK_AT, &MARK)?;
        }
        self.program(slot, 0, record)?;
        if self.fault != Fault::MarkFirst {
            self.program(slot, MARK_AT, &MARK)?;
        }
        Ok(())
    }

    fn erase(&mut self, _: &RecordName) -> Result<()> {
        let newest = self.newest().ok_or(Error::STORE_ABSENT);
        let newest = newest.map_or(0, |(slot, _)| slot);
        let first = match self.fault {
            Fault::ErasesNewestFirst => newest,
            _ => 1 - newest,
        };
        self.chip.erase(first)?;
        self.chip.erase(1 - first)
    }

    fn retire(&mut self, _: &RecordName) -> Result<()> {
        let slot = self.free();
        if matches!(self.fault, Fault::SingleSlot | Fault::ErasesNewest) {
            return Ok(());
        }
        self.chip.erase(slot)
    }
}
