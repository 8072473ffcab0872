//! Two slots of NOR flash with ECC, of which power may be cut inside any operation.

use linkauth::status::{Error, Result};
use linkauth::store::flash::{Flash, Geometry};
use std::cell::RefCell;
use std::hash::{DefaultHasher, Hasher};
use std::rc::Rc;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Shape {
    pub(crate) slot_size: usize,
    pub(crate) unit: usize,
    pub(crate) erased: u8,
}

impl Shape {
    pub(crate) fn geometry(self) -> Geometry {
        Geometry::new(self.slot_size, self.unit, self.erased).unwrap()
    }
}

/// Programmed since the last whole erase, in part or in full.
const USED: u8 = 1;
/// ECC is wrong: a read fails.
const UNREADABLE: u8 = 2;

#[derive(Clone)]
pub(crate) struct Slot {
    pub(crate) bytes: Vec<u8>,
    units: Vec<u8>,
}

#[derive(Clone)]
pub(crate) struct State {
    pub(crate) shape: Shape,
    pub(crate) slots: [Slot; 2],
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Operation {
    Erase {
        slot: usize,
    },
    Program {
        slot: usize,
        offset: usize,
        bytes: Vec<u8>,
    },
}

/// What an operation in which power is cut leaves behind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tear {
    /// Nothing that reads otherwise: but the cells are not what they were.
    Unseen,
    FirstHalf,
    SecondHalf,
    /// All that was to be done, by the looks of it: an erase is weak all the same.
    All,
    /// Any of the bits.
    Bits(u64),
    /// Any of the bits, and ECC tells.
    Unreadable(u64),
}

/// SplitMix64: the same bits in every run.
struct Bits(u64);

impl Bits {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl State {
    pub(crate) fn blank(shape: Shape) -> State {
        let slot = Slot {
            bytes: vec![shape.erased; shape.slot_size],
            units: vec![0; shape.slot_size / shape.unit],
        };
        State {
            shape,
            slots: [slot.clone(), slot],
        }
    }

    /// What another program left there.
    pub(crate) fn garbage(shape: Shape) -> State {
        let mut state = State::blank(shape);
        let mut bits = Bits(5);
        for slot in &mut state.slots {
            slot.bytes.fill_with(|| bits.next() as u8);
            slot.units.fill(USED);
        }
        state
    }

    fn apply(&mut self, operation: &Operation) -> std::result::Result<(), String> {
        let Shape { unit, erased, .. } = self.shape;
        match operation {
            Operation::Erase { slot } => {
                self.slots[*slot].bytes.fill(erased);
                self.slots[*slot].units.fill(0);
            }
            Operation::Program {
                slot,
                offset,
                bytes,
            } => {
                if offset % unit != 0 || bytes.len() != unit {
                    return Err("no whole unit".into());
                }
                let slot = &mut self.slots[*slot];
                let flags = &mut slot.units[offset / unit];
                if *flags != 0 {
                    return Err("programmed twice".into());
                }
                *flags = USED;
                slot.bytes[*offset..*offset + unit].copy_from_slice(bytes);
            }
        }
        Ok(())
    }

    /// This state after `operation` was torn.
    pub(crate) fn torn(&self, operation: &Operation, tear: Tear) -> State {
        let mut state = self.clone();
        let Shape { unit, erased, .. } = self.shape;
        let (slot, offset, wanted) = match operation {
            Operation::Erase { slot } => (*slot, 0, vec![erased; self.shape.slot_size]),
            Operation::Program {
                slot,
                offset,
                bytes,
            } => (*slot, *offset, bytes.clone()),
        };
        let slot = &mut state.slots[slot];
        let length = wanted.len();
        let flags = match tear {
            Tear::Unreadable(_) => USED | UNREADABLE,
            _ => USED,
        };
        slot.units[offset / unit..(offset + length) / unit].fill(flags);
        let bytes = &mut slot.bytes[offset..offset + length];
        match tear {
            Tear::Unseen => {}
            Tear::All => bytes.copy_from_slice(&wanted),
            Tear::FirstHalf => bytes[..length / 2].copy_from_slice(&wanted[..length / 2]),
            Tear::SecondHalf => bytes[length / 2..].copy_from_slice(&wanted[length / 2..]),
            Tear::Bits(seed) | Tear::Unreadable(seed) => {
                let mut bits = Bits(seed);
                for (bytes, wanted) in bytes.chunks_mut(8).zip(wanted.chunks(8)) {
                    let mask = bits.next().to_le_bytes();
                    for ((byte, wanted), mask) in bytes.iter_mut().zip(wanted).zip(mask) {
                        *byte = (*byte & !mask) | (*wanted & mask);
                    }
                }
            }
        }
        state
    }

    /// Of all that a store or the model looks at.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for slot in &self.slots {
            hasher.write(&slot.bytes[..416]);
            hasher.write(&slot.units[..416 / self.shape.unit]);
        }
        hasher.finish()
    }

    pub(crate) fn fail_reads(&mut self) {
        for slot in &mut self.slots {
            slot.units.fill(USED | UNREADABLE);
        }
    }

    fn is_readable(&self, slot: usize, offset: usize, length: usize) -> bool {
        let unit = self.shape.unit;
        let units = &self.slots[slot].units[offset / unit..(offset + length).div_ceil(unit)];
        units.iter().all(|flags| flags & UNREADABLE == 0)
    }

    /// Whether a slot holds a whole record, by the table of its format alone.
    fn holds_record(&self, slot: usize) -> bool {
        let bytes = &self.slots[slot].bytes;
        let length = usize::from(u16::from_le_bytes([bytes[4], bytes[5]]));
        bytes.starts_with(b"LKA1")
            && (20..=384).contains(&length)
            && self.is_readable(slot, 0, length)
            && crc32(&bytes[..length - 4]).to_le_bytes() == bytes[length - 4..length]
    }

    /// Whether any four bytes of `secret` in a row are anywhere.
    pub(crate) fn shows(&self, secret: &[u8]) -> bool {
        let mut is_in_secret = [false; 256];
        for byte in secret {
            is_in_secret[usize::from(*byte)] = true;
        }
        self.slots.iter().any(|slot| {
            let mut windows = slot.bytes[..416].windows(4);
            windows.any(|window| {
                is_in_secret[usize::from(window[0])]
                    && secret.windows(4).any(|piece| window == piece)
            })
        })
    }
}

const CRC_TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let mut crc = at as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
            bit += 1;
        }
        table[at] = crc;
        at += 1;
    }
    table
};

pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (crc >> 8) ^ CRC_TABLE[usize::from(crc as u8 ^ byte)]
    })
}

/// A chip that works, and notes what was done to it.
pub(crate) struct Bench {
    pub(crate) state: State,
    /// Each operation, and the state that it found.
    pub(crate) done: Vec<(State, Operation)>,
    pub(crate) wrong: Option<String>,
    /// An operator may erase the only record; nobody else may.
    may_erase_all: bool,
}

#[derive(Clone)]
pub(crate) struct Chip(pub(crate) Rc<RefCell<Bench>>);

impl Chip {
    pub(crate) fn new(state: State, may_erase_all: bool) -> Chip {
        Chip(Rc::new(RefCell::new(Bench {
            state,
            done: Vec::new(),
            wrong: None,
            may_erase_all,
        })))
    }

    pub(crate) fn shape(&self) -> Shape {
        self.0.borrow().state.shape
    }

    pub(crate) fn state(&self) -> State {
        self.0.borrow().state.clone()
    }

    fn operate(&self, operation: Operation) -> Result<()> {
        let bench = &mut *self.0.borrow_mut();
        if let Operation::Erase { slot } = operation
            && !bench.may_erase_all
            && bench.state.holds_record(slot)
            && !bench.state.holds_record(1 - slot)
        {
            bench.wrong = Some("the only whole record was erased".into());
        }
        let before = bench.state.clone();
        if let Err(wrong) = bench.state.apply(&operation) {
            bench.wrong = Some(wrong);
            return Err(Error::STORE_IO);
        }
        bench.done.push((before, operation));
        Ok(())
    }
}

impl Flash for Chip {
    fn read(&mut self, slot: u8, offset: usize, bytes: &mut [u8]) -> Result<()> {
        let state = &self.0.borrow().state;
        if !state.is_readable(slot.into(), offset, bytes.len()) {
            return Err(Error::STORE_IO);
        }
        let from = &state.slots[usize::from(slot)].bytes;
        bytes.copy_from_slice(&from[offset..offset + bytes.len()]);
        Ok(())
    }

    fn program(&mut self, slot: u8, offset: usize, bytes: &[u8]) -> Result<()> {
        self.operate(Operation::Program {
            slot: slot.into(),
            offset,
            bytes: bytes.to_vec(),
        })
    }

    fn erase(&mut self, slot: u8) -> Result<()> {
        self.operate(Operation::Erase { slot: slot.into() })
    }

    fn sync(&mut self) -> Result<()> {
        Ok(())
    }
}
