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

    /// Checks the length. The characters are checked where the secret is used, within the scrubbed
    /// scope: to look at a secret leaves traces.
    #[inline(always)]
    pub fn new(bytes: &'a [u8]) -> Result<Secret<'a>> {
        check_length(bytes, Self::MAX)?;
        Ok(Secret(bytes))
    }

    /// Only within a scrubbed scope.
    pub(crate) fn check(self) -> Result<()> {
        check_class(self.0, is_graphic)
    }

    pub(crate) fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// For the vectors of the RFCs, whose keys are no text.
    #[cfg(test)]
    pub(crate) fn unchecked(bytes: &'a [u8]) -> Secret<'a> {
        Secret(bytes)
    }
}

/// A DeviceToken that the caller lends: 1 to 128 characters of printable ASCII but space, quote and
/// backslash. The platform's pages give no limit; the vendor's demo keeps 63.
#[derive(Clone, Copy)]
pub struct DeviceToken<'a>(&'a [u8]);

impl<'a> DeviceToken<'a> {
    /// The longest token, in bytes.
    pub const MAX: usize = 128;

    /// Checks the length; the characters are checked as those of a [`Secret`].
    #[inline(always)]
    pub fn new(bytes: &'a [u8]) -> Result<DeviceToken<'a>> {
        check_length(bytes, Self::MAX)?;
        Ok(DeviceToken(bytes))
    }

    /// Only within a scrubbed scope.
    pub(crate) fn check(self) -> Result<()> {
        check_class(self.0, is_token_character)
    }

    pub(crate) fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

/// A store of the caller's that holds one DeviceSecret.
#[cfg(feature = "lean")]
pub(crate) trait SecretStore {
    /// Reads the secret into `room` and returns its length, or None if there is none, and only then.
    fn load(&mut self, room: &mut [u8]) -> Result<Option<usize>>;

    /// Replaces the secret, in whole or not at all, and returns once it would survive a power cut.
    fn save(&mut self, secret: &[u8]) -> Result<()>;
}

/// What is in a store. Only within a scrubbed scope.
#[cfg(feature = "lean")]
#[inline(never)]
pub(crate) fn load_secret<'r>(
    store: &mut impl SecretStore,
    room: &'r mut Wiped<{ Secret::MAX }>,
) -> Result<Option<Secret<'r>>> {
    let Some(length) = store.load(&mut room.0)? else {
        return Ok(None);
    };
    match room.0.get(..length) {
        Some(bytes) if length > 0 => Ok(Some(Secret(bytes))),
        _ => Err(Error::STORE_DAMAGED),
    }
}

// Firmware that signs in alone has one caller.
#[cfg_attr(feature = "posix", inline(never))]
fn check_length(bytes: &[u8], most: usize) -> Result<()> {
    if bytes.is_empty() {
        return Err(Error::ARGUMENT_EMPTY);
    }
    if bytes.len() > most {
        return Err(Error::ARGUMENT_TOO_LONG);
    }
    Ok(())
}

#[inline(always)]
fn check_class(bytes: &[u8], class: fn(u8) -> u8) -> Result<()> {
    if !all_of_class(bytes, class) {
        return Err(Error::ARGUMENT_CHARACTER);
    }
    Ok(())
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
    is_zero(outside)
}

/// Whether a byte that was computed from secrets is 0, which is public from here on: that all
/// characters are allowed, that two secrets are the same, that a checksum fits, that a character
/// ends no text. Nothing else may branch on what a secret says. Out of line, so that the test of
/// constant time finds it.
#[inline(never)]
pub(crate) fn is_zero(told: u8) -> bool {
    core::hint::black_box(told) == 0
}

/// 1 if `low <= byte <= high`, else 0, without a branch.
pub(crate) const fn is_between(byte: u8, low: u8, high: u8) -> u8 {
    let from_low = byte.wrapping_sub(low) as u32;
    let span = high.wrapping_sub(low) as u32;
    (from_low.wrapping_sub(span).wrapping_sub(1) >> 31) as u8
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
    is_between(byte, b'0', b'9') | is_between(byte | 0x20, b'a', b'z')
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
    is_zero(difference)
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
        let spaced = Secret::new(b"a b").unwrap();
        assert_eq!(spaced.check(), Err(Error::ARGUMENT_CHARACTER));
    }

    #[test]
    fn equal_compares_length_and_every_byte() {
        assert!(equal(b"abc", b"abc"));
        assert!(!equal(b"abc", b"abcd"));
        assert!(!equal(b"abc", b"abd"));
        assert!(!equal(b"abc", b"bbc"));
    }
}
