//! Text without a heap: a bounded writer, fixed-capacity text, hex, percent-encoding, decimal.

/// Takes bytes: a buffer, or the HMAC over them.
pub(crate) trait Sink {
    /// Appends `bytes`.
    fn put(&mut self, bytes: &[u8]);

    /// Appends the decimal digits of `value`.
    fn put_decimal(&mut self, value: u64) {
        let mut digits = [0u8; 20];
        let mut rest = value;
        let mut used = 0usize;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' | (rest % 10) as u8;
            rest /= 10;
            used = used.wrapping_add(1);
            if rest == 0 {
                break;
            }
        }
        self.put(
            digits
                .get(digits.len().wrapping_sub(used)..)
                .unwrap_or_default(),
        );
    }

    /// Appends two upper-case hex digits for each byte, without a branch or a table look-up on
    /// the bytes: they may be secret.
    fn put_hex(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.put(&[hex_digit(byte >> 4), hex_digit(byte & 0x0f)]);
        }
    }

    /// Appends `bytes` as a form value: everything but unreserved characters as `%XX`.
    fn put_percent(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                self.put(&[byte]);
            } else {
                self.put(b"%");
                self.put_hex(&[byte]);
            }
        }
    }
}

/// A number that differs from text to text, for spreading waits: no hash for anything else.
pub(crate) fn spread(text: &[u8]) -> u32 {
    text.iter().fold(0, |sum: u32, byte| {
        sum.wrapping_mul(31).wrapping_add(u32::from(*byte))
    })
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

    /// None if `text` and its NUL do not fit.
    pub(crate) fn new(text: &[u8]) -> Option<Text<N>> {
        let mut copy = Self::EMPTY;
        copy.set(text).then_some(copy)
    }

    /// Replaces the text; false if the new one and its NUL do not fit.
    #[inline(never)]
    pub(crate) fn set(&mut self, text: &[u8]) -> bool {
        let () = Self::FITS_LENGTH;
        if text.len() >= N {
            return false;
        }
        *self = Self::EMPTY;
        for (to, from) in self.bytes.iter_mut().zip(text) {
            *to = *from;
        }
        self.length = text.len() as u8;
        true
    }

    #[inline(never)]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes
            .get(..usize::from(self.length))
            .unwrap_or_default()
    }

    pub(crate) fn as_c_str(&self) -> &core::ffi::CStr {
        core::ffi::CStr::from_bytes_until_nul(&self.bytes).unwrap_or_default()
    }

    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
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
            let (buffer, length) = written(|w| w.put_decimal(value));
            assert_eq!(&buffer[..length], text.as_bytes());
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
    fn percent_encoding_leaves_unreserved_characters() {
        let (buffer, length) = written(|w| w.put_percent(b"A_b-c.d@e:f~ "));
        assert_eq!(&buffer[..length], b"A_b-c.d%40e%3Af~%20");
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
