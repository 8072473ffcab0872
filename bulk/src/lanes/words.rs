//! With what every processor has: two words.

use super::LANES;

/// The highest bit of each byte.
const HIGH: u64 = all(0x80);

const fn all(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

#[derive(Clone, Copy)]
pub(crate) struct Lanes([u64; 2]);

impl Lanes {
    #[inline(always)]
    pub(crate) const fn new(bytes: [u8; LANES]) -> Lanes {
        let all = u128::from_le_bytes(bytes);
        Lanes([all as u64, (all >> 64) as u64])
    }

    #[inline(always)]
    pub(crate) const fn bytes(self) -> [u8; LANES] {
        let [low, high] = self.0;
        ((high as u128) << 64 | low as u128).to_le_bytes()
    }

    #[inline(always)]
    pub(crate) const fn all(byte: u8) -> Lanes {
        Lanes([all(byte); 2])
    }

    /// The bytes of four words, the highest of each first.
    #[inline(always)]
    pub(crate) fn big_endian([first, second, third, fourth]: [u32; 4]) -> Lanes {
        let pair =
            |low: u32, high: u32| u64::from(low.swap_bytes()) | u64::from(high.swap_bytes()) << 32;
        Lanes([pair(first, second), pair(third, fourth)])
    }

    #[inline(always)]
    pub(crate) fn xor(self, other: Lanes) -> Lanes {
        self.with(other, |left, right| left ^ right)
    }

    #[inline(always)]
    pub(crate) fn or(self, other: Lanes) -> Lanes {
        self.with(other, |left, right| left | right)
    }

    #[inline(always)]
    fn with(self, other: Lanes, operation: impl Fn(u64, u64) -> u64) -> Lanes {
        let ([low, high], [other_low, other_high]) = (self.0, other.0);
        Lanes([operation(low, other_low), operation(high, other_high)])
    }

    /// Capital letters become small ones; what is no letter becomes none.
    #[inline(always)]
    pub(crate) fn lower_case(self) -> Lanes {
        self.or(Lanes::all(0x20))
    }

    /// The highest bit of each byte that is `low <= byte <= high`, and of no other. `high` is below 128.
    #[inline(always)]
    pub(crate) fn within(self, low: u8, high: u8) -> Lanes {
        Lanes(self.0.map(|bytes| {
            let from_low = (bytes | HIGH).wrapping_sub(all(low));
            let above_high = (bytes | HIGH).wrapping_sub(all(high.wrapping_add(1)));
            from_low & !above_high & !bytes & HIGH
        }))
    }

    /// The highest bit of each byte, the first byte's the lowest.
    #[inline(always)]
    pub(crate) fn bits(self) -> u16 {
        // Brings bit 0 of each byte next to each other.
        let [low, high] = self
            .0
            .map(|bytes| ((bytes & HIGH) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56);
        (low | high << 8) as u16
    }

    /// Upper-case digits.
    #[inline(always)]
    pub(crate) fn hex(self) -> [Lanes; 2] {
        self.0
            .map(|bytes| Lanes([digits(bytes as u32), digits((bytes >> 32) as u32)]))
    }
}

/// Eight digits of four bytes.
#[inline(always)]
fn digits(bytes: u32) -> u64 {
    let mut nibbles = u64::from(bytes.swap_bytes());
    nibbles = (nibbles | nibbles << 16) & 0x0000_ffff_0000_ffff;
    nibbles = (nibbles | nibbles << 8) & 0x00ff_00ff_00ff_00ff;
    nibbles = (nibbles | nibbles << 4) & all(0x0f);
    let letters = nibbles.wrapping_add(all(6)) >> 4 & all(1);
    nibbles
        .wrapping_add(all(b'0'))
        .wrapping_add(letters.wrapping_mul(7))
        .swap_bytes()
}
