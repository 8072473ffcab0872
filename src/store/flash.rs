//! A store in two slots of flash, for a microcontroller without a file system.
//!
//! A record goes to the slot that does not hold the newest one: that slot is erased, the record is
//! programmed, read back, and committed by a mark that is programmed last. The newest whole record
//! wins. The slot with the only whole record is never erased. A slot without a whole record is damaged
//! if its mark is whole; else nothing was ever committed there, and it counts as empty, whatever an
//! interrupted erase or program left in it.

use super::record::{HEAD, Wholeness, head_of};
use super::{RECORD_MAX, Store};
use crate::identity::RecordName;
use crate::secret::{Wiped, equal};
use crate::status::{Error, Result};

/// The largest program unit, in bytes.
pub const UNIT_MAX: usize = 32;

/// Two slots of flash, as a port reaches them. An error of `read` says that the bytes cannot be
/// read, for instance since their ECC is wrong.
pub trait Flash {
    /// Reads from `offset` within slot 0 or 1.
    fn read(&mut self, slot: u8, offset: usize, bytes: &mut [u8]) -> Result<()>;
    /// Programs one or more whole units. None of them was programmed since the last erase.
    fn program(&mut self, slot: u8, offset: usize, bytes: &[u8]) -> Result<()>;
    /// Erases a whole slot.
    fn erase(&mut self, slot: u8) -> Result<()>;
    /// Returns once what was programmed and erased would survive a power cut.
    fn sync(&mut self) -> Result<()>;
}

/// What kind of flash it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Geometry {
    slot_size: usize,
    unit: usize,
    erased: u8,
}

impl Geometry {
    /// Of no slots yet.
    #[cfg(all(feature = "capi", feature = "lean"))]
    pub(crate) const NONE: Geometry = Geometry {
        slot_size: 0,
        unit: 0,
        erased: 0,
    };

    /// `slot_size` bytes, a multiple of `unit`, the bytes that are programmed at once (1 to 32, a
    /// power of two); `erased` is what erased bytes read as, 0x00 or 0xFF.
    #[inline(always)]
    pub const fn new(slot_size: usize, unit: usize, erased: u8) -> Result<Geometry> {
        if !unit.is_power_of_two() || unit > UNIT_MAX || !(erased == 0 || erased == 0xff) {
            return Err(Error::ARGUMENT_RANGE);
        }
        let geometry = Geometry {
            slot_size,
            unit,
            erased,
        };
        if !slot_size.is_multiple_of(unit) || slot_size < geometry.end() {
            return Err(Error::ARGUMENT_RANGE);
        }
        Ok(geometry)
    }

    /// Where the mark stands: behind the longest record.
    const fn mark_at(self) -> usize {
        RECORD_MAX
    }

    const fn mark_size(self) -> usize {
        if self.unit < MARK.len() {
            MARK.len()
        } else {
            self.unit
        }
    }

    /// The first byte behind the mark.
    const fn end(self) -> usize {
        self.mark_at().saturating_add(self.mark_size())
    }

    /// `length` in whole units.
    const fn rounded(self, length: usize) -> usize {
        let mask = self.unit.wrapping_sub(1);
        length.wrapping_add(mask) & !mask
    }
}

/// Long and irregular enough that nothing which an interrupted erase or program leaves behind is
/// taken for it.
const MARK: [u8; 8] = [0x5a, 0x0f, 0xa6, 0x91, 0x3c, 0xe8, 0xc5, 0x72];

/// What is in a slot.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    /// No whole record, and none was ever committed.
    Nothing,
    /// A whole record.
    Record { sequence: u32, length: usize },
    /// A record was committed, and is not whole any more.
    Damaged,
    /// Not even the mark can be read: nothing is known.
    Unreadable,
}

/// The record of one device in two slots.
pub struct FlashStore<F> {
    flash: F,
    geometry: Geometry,
    /// A slot that `prepare` erased, and nothing was programmed into since.
    erased_slot: Option<u8>,
}

impl<F: Flash> FlashStore<F> {
    /// Over two slots of this geometry.
    pub const fn new(flash: F, geometry: Geometry) -> FlashStore<F> {
        FlashStore {
            flash,
            geometry,
            erased_slot: None,
        }
    }

    /// Looks at a slot by the piece: a buffer for a whole record would double the stack of a save.
    fn read_slot(&mut self, slot: u8) -> Found {
        if let Some((sequence, length)) = self.whole_record(slot) {
            return Found::Record { sequence, length };
        }
        let mut mark = [0; MARK.len()];
        match self.flash.read(slot, self.geometry.mark_at(), &mut mark) {
            Err(_) => Found::Unreadable,
            Ok(()) if mark == MARK => Found::Damaged,
            Ok(()) => Found::Nothing,
        }
    }

    /// Sequence number and length of the record in a slot, if it is whole. Only the units that were
    /// programmed are read: others may not be readable.
    fn whole_record(&mut self, slot: u8) -> Option<(u32, usize)> {
        let mut piece = Wiped::<UNIT_MAX>::new();
        let mut size = self.geometry.rounded(HEAD);
        let head = piece.0.get_mut(..size)?;
        self.flash.read(slot, 0, head).ok()?;
        let (sequence, length) = head_of(head).filter(|(_, length)| is_length(*length))?;
        let mut wholeness = Wholeness::new(length);
        wholeness.put(head);
        let end = self.geometry.rounded(length);
        let mut offset = size;
        while offset < end {
            size = UNIT_MAX.min(end.saturating_sub(offset));
            let bytes = piece.0.get_mut(..size)?;
            self.flash.read(slot, offset, bytes).ok()?;
            wholeness.put(bytes);
            offset = offset.saturating_add(size);
        }
        wholeness.is_whole().then_some((sequence, length))
    }

    /// The slot with the newest record and its length, if there is one.
    fn newest(&mut self) -> Result<Option<(u8, usize)>> {
        match (self.read_slot(0), self.read_slot(1)) {
            (
                Found::Record { sequence: old, .. },
                Found::Record {
                    sequence: new,
                    length,
                },
            ) if is_newer(new, old) => Ok(Some((1, length))),
            (Found::Record { length, .. }, _) => Ok(Some((0, length))),
            (_, Found::Record { length, .. }) => Ok(Some((1, length))),
            (Found::Nothing, Found::Nothing) => Ok(None),
            // An interrupted erase leaves one slot so, and it stays so.
            (Found::Unreadable, Found::Nothing) => self.none_if_unreadable(0),
            (Found::Nothing, Found::Unreadable) => self.none_if_unreadable(1),
            (Found::Unreadable, Found::Unreadable) => Err(Error::STORE_IO),
            _ => Err(Error::STORE_DAMAGED),
        }
    }

    /// A slot that can be read again was not left so by an interrupted erase: the flash fails now and
    /// then, and what is in it is not known.
    fn none_if_unreadable(&mut self, slot: u8) -> Result<Option<(u8, usize)>> {
        match self.read_slot(slot) {
            Found::Unreadable => Ok(None),
            _ => Err(Error::STORE_IO),
        }
    }

    /// The slot that the next record goes to. With a damaged one and no other, its place: the
    /// caller decided to replace it.
    fn free_slot(&mut self) -> Result<u8> {
        match self.newest() {
            Ok(Some((0, _))) => Ok(1),
            Ok(Some(_)) => Ok(0),
            // An unreadable one first: with both so, the store would be lost.
            Ok(None) => match self.read_slot(1) {
                Found::Unreadable => Ok(1),
                _ => Ok(0),
            },
            Err(Error::STORE_DAMAGED) => match self.read_slot(0) {
                Found::Damaged => Ok(0),
                _ => Ok(1),
            },
            Err(error) => Err(error),
        }
    }

    /// Erases a slot and reads that it is erased.
    fn clear(&mut self, slot: u8) -> Result<()> {
        self.erased_slot = None;
        self.flash.erase(slot)?;
        self.flash.sync()?;
        let mut piece = [0; UNIT_MAX];
        let end = self.geometry.end();
        let mut offset = 0usize;
        while offset < end {
            let length = UNIT_MAX.min(end.saturating_sub(offset));
            let Some(bytes) = piece.get_mut(..length) else {
                break;
            };
            self.flash.read(slot, offset, bytes)?;
            if bytes.iter().any(|byte| *byte != self.geometry.erased) {
                return Err(Error::STORE_WORN);
            }
            offset = offset.saturating_add(length);
        }
        Ok(())
    }

    /// Programs `bytes`, the last unit filled up with what erased bytes read as.
    fn program(&mut self, slot: u8, offset: usize, bytes: &[u8]) -> Result<()> {
        let unit = self.geometry.unit;
        let mut padded = Wiped::<UNIT_MAX>::new();
        for (at, chunk) in bytes.chunks(unit.max(1)).enumerate() {
            let place = padded.0.get_mut(..unit).ok_or(Error::ARGUMENT_RANGE)?;
            place.fill(self.geometry.erased);
            for (to, from) in place.iter_mut().zip(chunk) {
                *to = *from;
            }
            let offset = offset.saturating_add(at.saturating_mul(unit));
            self.flash.program(slot, offset, place)?;
        }
        Ok(())
    }

    #[inline(always)]
    fn reads_as(&mut self, slot: u8, record: &[u8]) -> bool {
        let mut piece = Wiped::<UNIT_MAX>::new();
        let mut offset = 0usize;
        for expected in record.chunks(UNIT_MAX) {
            let size = self.geometry.rounded(expected.len());
            let Some(bytes) = piece.0.get_mut(..size) else {
                return false;
            };
            let is_read = self.flash.read(slot, offset, bytes).is_ok();
            let read = bytes.get(..expected.len()).unwrap_or_default();
            if !is_read || !equal(read, expected) {
                return false;
            }
            offset = offset.saturating_add(size);
        }
        true
    }
}

impl<F: Flash> Store for FlashStore<F> {
    #[inline(always)]
    fn load(&mut self, _: &RecordName, buffer: &mut [u8]) -> Result<Option<usize>> {
        let Some((slot, length)) = self.newest()? else {
            return Ok(None);
        };
        let whole = buffer.get_mut(..self.geometry.rounded(length));
        self.flash.read(slot, 0, whole.ok_or(Error::STORE_IO)?)?;
        Ok(Some(length))
    }

    #[inline(always)]
    fn save(&mut self, _: &RecordName, record: &[u8]) -> Result<()> {
        let slot = self.free_slot()?;
        if self.erased_slot != Some(slot) {
            self.clear(slot)?;
        }
        self.erased_slot = None;
        self.program(slot, 0, record)?;
        self.flash.sync()?;
        if !self.reads_as(slot, record) {
            return Err(Error::STORE_READ_BACK);
        }
        self.program(slot, self.geometry.mark_at(), &MARK)?;
        self.flash.sync()
    }

    fn erase(&mut self, _: &RecordName) -> Result<()> {
        // The newest last: an older secret must not come back by a power cut in between.
        let older = self.free_slot().unwrap_or(1);
        self.clear(older)?;
        self.clear(older ^ 1)
    }

    fn prepare(&mut self, _: &RecordName) -> Result<()> {
        let slot = self.free_slot()?;
        self.clear(slot)?;
        self.erased_slot = Some(slot);
        Ok(())
    }

    fn retire(&mut self, _: &RecordName) -> Result<()> {
        let slot = self.free_slot()?;
        self.clear(slot)
    }
}

/// Whether a record may be so long.
const fn is_length(length: usize) -> bool {
    length > HEAD && length <= RECORD_MAX
}

/// Sequence numbers may wrap round.
fn is_newer(left: u32, right: u32) -> bool {
    left.wrapping_sub(right) < 1 << 31 && left != right
}
