//! Classes of characters, eight characters at a time, without a branch on any of them.

/// The highest bit of each byte.
const HIGH: u64 = 0x8080_8080_8080_8080;

/// `byte` eight times.
const fn all(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// How many of the first `length` bytes of `text`, which are followed by zeros, are not in the class.
/// Looks at all of them, whatever they are.
#[inline(always)]
pub(crate) fn strangers(text: &[u8], length: usize, class: impl Fn(u64) -> u64) -> u8 {
    let words = text.as_chunks::<8>().0.iter().take(length.div_ceil(8));
    // The zeros are in no class.
    let zeros = length.wrapping_neg() & 7;
    let count = words.fold(0u64, |count, word| {
        let word = u64::from_ne_bytes(*word);
        let is_in = class(word & !HIGH) & !word;
        count.wrapping_add((!is_in & HIGH) >> 7)
    });
    ((count.wrapping_mul(all(1)) >> 56) as u8).wrapping_sub(zeros as u8)
}

/// The highest bit of each byte that is `low <= byte <= high`. Bytes are below 128.
#[inline(always)]
fn between(bytes: u64, low: u8, high: u8) -> u64 {
    let from_low = (bytes | HIGH).wrapping_sub(all(low));
    let above_high = (bytes | HIGH).wrapping_sub(all(high.wrapping_add(1)));
    from_low & !above_high
}

/// Printable ASCII but the space.
#[inline(always)]
pub(crate) fn graphic(bytes: u64) -> u64 {
    between(bytes, b'!', b'~')
}

/// Letters and digits.
#[inline(always)]
pub(crate) fn alphanumeric(bytes: u64) -> u64 {
    between(bytes, b'0', b'9') | between(bytes | all(0x20), b'a', b'z')
}

/// Letters, digits and `- _ @ . :`.
#[inline(always)]
pub(crate) fn of_device_name(bytes: u64) -> u64 {
    between(bytes, b'-', b'.')
        | between(bytes, b'0', b':')
        | between(bytes, b'@', b'Z')
        | between(bytes, b'_', b'_')
        | between(bytes, b'a', b'z')
}
