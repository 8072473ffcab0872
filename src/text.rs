//! Text without a heap: a bounded writer, fixed-capacity text, hex, percent-encoding, decimal.

/// Takes bytes: a buffer, or the HMAC over them.
pub(crate) trait Sink {
    /// Appends `bytes`.
    fn put(&mut self, bytes: &[u8]);
}

/// Appends to a sink of any kind.
pub(crate) trait Put: Sink {
    /// Appends the decimal digits of `value`.
    #[inline(never)]
    fn put_decimal(&mut self, value: u64) {
        let mut digits = [0u8; 20];
        self.put(decimal(value, &mut digits));
    }

    /// Appends two upper-case hex digits for each byte, without a branch or a table look-up on
    /// the bytes: they may be secret.
    #[inline(never)]
    fn put_hex(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.put(&[hex_digit(byte >> 4), hex_digit(byte & 0x0f)]);
        }
    }
}

impl<S: Sink + ?Sized> Put for S {}

/// Appends `template`, in which `$0` stands for the first of `values`, `$1` for the second. One
/// template takes less flash than the calls that put its pieces.
#[inline(never)]
pub(crate) fn fill(buffer: &mut [u8], template: &[u8], values: &[&[u8]; 2]) -> usize {
    let mut out = Writer::new(buffer);
    let mut rest = template.iter();
    while let Some(byte) = rest.next() {
        let value = match byte {
            b'$' => rest
                .next()
                .and_then(|digit| values.get(usize::from(digit ^ b'0'))),
            _ => None,
        };
        out.put(value.copied().unwrap_or(core::slice::from_ref(byte)));
    }
    out.length()
}

/// A number that differs from text to text, for spreading waits: no hash for anything else.
pub(crate) fn spread(text: &[u8]) -> u32 {
    text.iter().fold(0, |sum: u32, byte| {
        sum.wrapping_mul(31).wrapping_add(u32::from(*byte))
    })
}

#[cfg(not(target_pointer_width = "64"))]
use decimal_by_bytes as decimal;

#[cfg(target_pointer_width = "64")]
#[inline(never)]
fn decimal(mut value: u64, digits: &mut [u8; 20]) -> &[u8] {
    let mut first = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' | (value % 10) as u8;
        value /= 10;
        first = first.wrapping_sub(1);
        if value == 0 {
            break;
        }
    }
    digits.get(first..).unwrap_or_default()
}

/// Divides byte by byte: what a compiler calls to divide 64 bits costs firmware 1 KB.
#[cfg(any(test, not(target_pointer_width = "64")))]
#[inline(never)]
fn decimal_by_bytes(value: u64, digits: &mut [u8; 20]) -> &[u8] {
    let mut rest = value.to_be_bytes();
    let mut first = digits.len();
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0u32;
        let mut is_zero = true;
        for byte in &mut rest {
            let part = remainder << 8 | u32::from(*byte);
            // A tenth of what is below 2560, without a division.
            let tenth = part.wrapping_mul(6554) >> 16;
            remainder = part.wrapping_sub(tenth.wrapping_mul(10));
            *byte = tenth as u8;
            is_zero &= tenth == 0;
        }
        *digit = b'0' | remainder as u8;
        first = first.wrapping_sub(1);
        if is_zero {
            break;
        }
    }
    digits.get(first..).unwrap_or_default()
}

/// `nibble` is below 16. `(9 - nibble) >> 8` is all ones for a to f, else 0.
const fn hex_digit(nibble: u8) -> u8 {
    let above_nine = (9u16.wrapping_sub(nibble as u16) >> 8) as u8;
    nibble
        .wrapping_add(b'0')
        .wrapping_add(above_nine & (b'A' - b'9' - 1))
}

/// Appends to a slice, and counts on when it is full, so that the size needed is known.
pub(crate) struct Writer<'b> {
    buffer: &'b mut [u8],
    length: usize,
}

impl<'b> Writer<'b> {
    pub(crate) fn new(buffer: &'b mut [u8]) -> Writer<'b> {
        Writer { buffer, length: 0 }
    }

    /// Bytes put so far, whether or not they fitted.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// What is in the buffer; nothing if not all fitted.
    pub(crate) fn written(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }

    pub(crate) fn fits(&self) -> bool {
        self.length <= self.buffer.len()
    }
}

impl Sink for Writer<'_> {
    #[inline(never)]
    fn put(&mut self, bytes: &[u8]) {
        let room = self.buffer.get_mut(self.length..).unwrap_or_default();
        for (to, from) in room.iter_mut().zip(bytes) {
            *to = *from;
        }
        self.length = self.length.saturating_add(bytes.len());
    }
}

/// Up to `N` bytes of ASCII, held in place and followed by a NUL, for C.
///
/// `N` counts the NUL.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Text<const N: usize> {
    bytes: [u8; N],
    length: u8,
}

impl<const N: usize> Text<N> {
    const FITS_LENGTH: () = assert!(N > 0 && N <= 256);

    pub(crate) const EMPTY: Text<N> = Text {
        bytes: [0; N],
        length: 0,
    };

    /// Replaces the text; false if the new one and its NUL do not fit.
    #[inline(always)]
    pub(crate) fn set(&mut self, text: &[u8]) -> bool {
        let () = Self::FITS_LENGTH;
        replace(&mut self.bytes, &mut self.length, text)
    }

    /// Replaces the text by what `put` puts; false if that and its NUL do not fit.
    pub(crate) fn write(&mut self, put: impl FnOnce(&mut Writer<'_>)) -> bool {
        let () = Self::FITS_LENGTH;
        *self = Self::EMPTY;
        let room = self.bytes.split_last_mut().map(|(_, room)| room);
        let mut writer = Writer::new(room.unwrap_or_default());
        put(&mut writer);
        self.length = writer.length() as u8;
        writer.fits()
    }

    #[inline(never)]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes
            .get(..usize::from(self.length))
            .unwrap_or_default()
    }

    /// The text and its NUL.
    pub(crate) fn as_bytes_with_nul(&self) -> &[u8] {
        self.bytes
            .get(..=usize::from(self.length))
            .unwrap_or_default()
    }

    pub(crate) fn as_c_str(&self) -> &core::ffi::CStr {
        core::ffi::CStr::from_bytes_until_nul(&self.bytes).unwrap_or_default()
    }

    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

/// One function for texts of all capacities.
#[inline(never)]
fn replace(bytes: &mut [u8], length: &mut u8, text: &[u8]) -> bool {
    if text.len() >= bytes.len() {
        return false;
    }
    bytes.fill(0);
    for (to, from) in bytes.iter_mut().zip(text) {
        *to = *from;
    }
    *length = text.len() as u8;
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(fill: impl FnOnce(&mut Writer<'_>)) -> ([u8; 64], usize) {
        let mut buffer = [0; 64];
        let mut writer = Writer::new(&mut buffer);
        fill(&mut writer);
        let length = writer.length();
        (buffer, length)
    }

    #[test]
    fn decimal_has_no_leading_zero() {
        for (value, text) in [
            (0, "0"),
            (9, "9"),
            (10, "10"),
            (2_524_608_000_000, "2524608000000"),
            (u64::MAX, "18446744073709551615"),
        ] {
            assert_eq!(decimal(value, &mut [0; 20]), text.as_bytes());
            assert_eq!(decimal_by_bytes(value, &mut [0; 20]), text.as_bytes());
        }
    }

    #[test]
    fn hex_agrees_with_the_hex_crate_for_every_byte() {
        for byte in 0..=255u8 {
            let (buffer, length) = written(|w| w.put_hex(&[byte]));
            assert_eq!(&buffer[..length], hex::encode_upper([byte]).as_bytes());
        }
    }

    #[test]
    fn a_full_writer_counts_on_and_writes_no_further() {
        let mut buffer = [0xAA; 4];
        let mut writer = Writer::new(&mut buffer[..3]);
        writer.put(b"ab");
        writer.put(b"cd");
        assert_eq!((writer.length(), writer.fits()), (4, false));
        assert_eq!(&buffer, b"abc\xAA");
    }
}
