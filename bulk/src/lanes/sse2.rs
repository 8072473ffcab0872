//! With SSE2, which is a part of x86-64.

use super::LANES;
use safe_arch as arch;
use safe_arch::m128i;

#[derive(Clone, Copy)]
pub(crate) struct Lanes(m128i);

impl Lanes {
    #[inline(always)]
    pub(crate) fn new(bytes: [u8; LANES]) -> Lanes {
        Lanes(bytes.into())
    }

    #[inline(always)]
    pub(crate) fn bytes(self) -> [u8; LANES] {
        self.0.into()
    }

    #[inline(always)]
    pub(crate) fn all(byte: u8) -> Lanes {
        Lanes([byte; LANES].into())
    }

    /// The bytes of four words, the highest of each first.
    #[inline(always)]
    pub(crate) fn big_endian(words: [u32; 4]) -> Lanes {
        let words = words.into();
        let pairs = arch::bitor_m128i(
            arch::shl_imm_u16_m128i::<8>(words),
            arch::shr_imm_u16_m128i::<8>(words),
        );
        // Each word's two pairs of bytes change places.
        let low = arch::shuffle_ai_i16_l64all_m128i::<0b10_11_00_01>(pairs);
        Lanes(arch::shuffle_ai_i16_h64all_m128i::<0b10_11_00_01>(low))
    }

    #[inline(always)]
    pub(crate) fn xor(self, other: Lanes) -> Lanes {
        Lanes(arch::bitxor_m128i(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn or(self, other: Lanes) -> Lanes {
        Lanes(arch::bitor_m128i(self.0, other.0))
    }

    /// Capital letters become small ones; what is no letter becomes none.
    #[inline(always)]
    pub(crate) fn lower_case(self) -> Lanes {
        self.or(Lanes::all(0x20))
    }

    /// All bits of each byte that is `low <= byte <= high`, and of no other.
    #[inline(always)]
    pub(crate) fn within(self, low: u8, high: u8) -> Lanes {
        let from_low = arch::sub_i8_m128i(self.0, Lanes::all(low).0);
        let span = Lanes::all(high.wrapping_sub(low)).0;
        let most = arch::min_u8_m128i(from_low, span);
        Lanes(arch::cmp_eq_mask_i8_m128i(most, from_low))
    }

    /// The highest bit of each byte, the first byte's the lowest.
    #[inline(always)]
    pub(crate) fn bits(self) -> u16 {
        arch::move_mask_i8_m128i(self.0) as u16
    }

    /// Upper-case digits.
    #[inline(always)]
    pub(crate) fn hex(self) -> [Lanes; 2] {
        let nibble = Lanes::all(0x0f).0;
        let high = arch::bitand_m128i(arch::shr_imm_u16_m128i::<4>(self.0), nibble);
        let low = arch::bitand_m128i(self.0, nibble);
        [
            arch::unpack_low_i8_m128i(high, low),
            arch::unpack_high_i8_m128i(high, low),
        ]
        .map(digits)
    }
}

#[inline(always)]
fn digits(nibbles: m128i) -> Lanes {
    let is_letter = arch::cmp_gt_mask_i8_m128i(nibbles, Lanes::all(9).0);
    let gap = arch::bitand_m128i(is_letter, Lanes::all(b'A' - b'0' - 10).0);
    let digits = arch::add_i8_m128i(nibbles, Lanes::all(b'0').0);
    Lanes(arch::add_i8_m128i(digits, gap))
}
