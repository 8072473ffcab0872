//! Classes of characters, without a branch on any of them.

use crate::lanes::{LANES, Lanes};

/// A bit for each of the first `length` bytes of `text` that is not in the class, of at least one and at most 64. Looks
/// at all of them, whatever they are.
#[inline(always)]
pub(crate) fn strangers(text: &[u8], length: usize, class: impl Fn(Lanes) -> Lanes) -> u64 {
    let chunks = text.as_chunks::<LANES>().0;
    let inside = chunks.iter().rev().fold(0u64, |bits, chunk| {
        bits << LANES | u64::from(class(Lanes::new(*chunk)).bits())
    });
    !inside & u64::MAX.wrapping_shr(64u32.wrapping_sub(length as u32))
}

/// Printable ASCII but the space.
#[inline(always)]
pub(crate) fn graphic(bytes: Lanes) -> Lanes {
    bytes.within(b'!', b'~')
}

/// Letters and digits.
#[inline(always)]
pub(crate) fn alphanumeric(bytes: Lanes) -> Lanes {
    bytes
        .within(b'0', b'9')
        .or(bytes.lower_case().within(b'a', b'z'))
}

/// Letters, digits and `- _ @ . :`.
#[inline(always)]
pub(crate) fn of_device_name(bytes: Lanes) -> Lanes {
    // From - to : there is but the slash that is none of them.
    bytes
        .within(b'-', b':')
        .xor(bytes.within(b'/', b'/'))
        .or(bytes.within(b'@', b'Z'))
        .or(bytes.within(b'_', b'_'))
        .or(bytes.within(b'a', b'z'))
}
