//! Secrets: how they are held, and that they are not printed.

use crate::status::{Error, Result};
use zeroize::Zeroize;

/// A secret that the caller lends: a DeviceSecret or ProductSecret, 1 to 64 bytes of printable
/// ASCII (the C SDKs' buffers hold 64; issued ones seen have 32 and 16 letters and digits).
///
/// It has no Debug, and linkauth keeps no copy of it.
#[derive(Clone, Copy)]
pub struct Secret<'a>(&'a [u8]);

impl<'a> Secret<'a> {
    /// The longest secret, in bytes.
    pub const MAX: usize = 64;

    /// Checks length and characters.
    pub fn new(bytes: &'a [u8]) -> Result<Secret<'a>> {
        if bytes.is_empty() {
            return Err(Error::ARGUMENT_EMPTY);
        }
        if bytes.len() > Self::MAX {
            return Err(Error::ARGUMENT_TOO_LONG);
        }
        if !all_of_class(bytes, is_graphic) {
            return Err(Error::ARGUMENT_CHARACTER);
        }
        Ok(Secret(bytes))
    }

    pub(crate) fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

/// A DeviceToken that the caller lends: 1 to 128 characters of printable ASCII but space, quote and
/// backslash. The platform's pages give no limit; the vendor's demo keeps 63.
#[derive(Clone, Copy)]
pub struct DeviceToken<'a>(&'a [u8]);

impl<'a> DeviceToken<'a> {
    /// The longest token, in bytes.
    pub const MAX: usize = 128;

    /// Checks length and characters.
    pub fn new(bytes: &'a [u8]) -> Result<DeviceToken<'a>> {
        if bytes.is_empty() {
            return Err(Error::ARGUMENT_EMPTY);
        }
        if bytes.len() > Self::MAX {
            return Err(Error::ARGUMENT_TOO_LONG);
        }
        if !all_of_class(bytes, is_token_character) {
            return Err(Error::ARGUMENT_CHARACTER);
        }
        Ok(DeviceToken(bytes))
    }

    pub(crate) fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

/// Bytes that are wiped when they go out of scope.
pub(crate) struct Wiped<const N: usize>(pub(crate) [u8; N]);

impl<const N: usize> Wiped<N> {
    pub(crate) const fn new() -> Wiped<N> {
        Wiped([0; N])
    }
}

impl<const N: usize> Drop for Wiped<N> {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// Zeroes bytes in a way that the compiler may not leave out. Kept out of line: it is called from
/// everywhere.
#[inline(never)]
pub(crate) fn wipe(bytes: &mut [u8]) {
    bytes.zeroize();
}

/// Whether every byte is in a class. Looks at all of them whatever they are, so that the time
/// taken says nothing about where a wrong one stands.
pub(crate) fn all_of_class(bytes: &[u8], class: fn(u8) -> u8) -> bool {
    let outside = bytes
        .iter()
        .fold(0u8, |outside, &byte| outside | (class(byte) ^ 1));
    core::hint::black_box(outside) == 0
}

/// 1 if `low <= byte <= high`, else 0, without a branch.
const fn is_between(byte: u8, low: u8, high: u8) -> u8 {
    let below = (byte as u16).wrapping_sub(low as u16) >> 15;
    let above = (high as u16).wrapping_sub(byte as u16) >> 15;
    ((below | above) ^ 1) as u8
}

/// 1 for printable ASCII but the space.
pub(crate) fn is_graphic(byte: u8) -> u8 {
    is_between(byte, b'!', b'~')
}

/// 1 for printable ASCII but the space, the quote and the backslash.
fn is_token_character(byte: u8) -> u8 {
    is_graphic(byte) & !is_between(byte, b'"', b'"') & !is_between(byte, b'\\', b'\\') & 1
}

/// 1 for A-Z, a-z, 0-9.
pub(crate) fn is_alphanumeric(byte: u8) -> u8 {
    is_between(byte, b'0', b'9') | is_between(byte, b'A', b'Z') | is_between(byte, b'a', b'z')
}

/// Compares without telling by its time where the first difference is. Lengths are public.
pub(crate) fn equal(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let difference = left
        .iter()
        .zip(right)
        .fold(0u8, |difference, (l, r)| difference | (l ^ r));
    core::hint::black_box(difference) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_agree_with_the_standard_library_for_every_byte() {
        for byte in 0..=255u8 {
            assert_eq!(is_graphic(byte) == 1, byte.is_ascii_graphic(), "{byte}");
            assert_eq!(
                is_alphanumeric(byte) == 1,
                byte.is_ascii_alphanumeric(),
                "{byte}"
            );
        }
    }

    #[test]
    fn secret_limits() {
        assert_eq!(Secret::new(b"").err(), Some(Error::ARGUMENT_EMPTY));
        assert!(Secret::new(&[b'a'; 64]).is_ok());
        assert_eq!(
            Secret::new(&[b'a'; 65]).err(),
            Some(Error::ARGUMENT_TOO_LONG)
        );
        assert_eq!(Secret::new(b"a b").err(), Some(Error::ARGUMENT_CHARACTER));
    }

    #[test]
    fn equal_compares_length_and_every_byte() {
        assert!(equal(b"abc", b"abc"));
        assert!(!equal(b"abc", b"abcd"));
        assert!(!equal(b"abc", b"abd"));
        assert!(!equal(b"abc", b"bbc"));
    }
}
