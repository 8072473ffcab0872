//! Secrets and where new ones come from.

use std::fmt;
use std::sync::Arc;

const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// The largest multiple of 62 that a byte can hold; bytes above it would favour the first letters.
const FAIR: u8 = 248;

/// Fills a buffer with random bytes.
pub type Random = Arc<dyn Fn(&mut [u8]) -> Result<(), RandomError> + Send + Sync>;

/// The source of randomness failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RandomError;

impl fmt::Display for RandomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the operating system gave no random bytes")
    }
}

impl std::error::Error for RandomError {}

/// A ProductSecret, DeviceSecret or device token. It prints as dots.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps the text of a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. It must not reach a log.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("...")
    }
}

/// `count` random letters and digits.
pub(super) fn alphanumerics(random: &Random, count: usize) -> Result<String, RandomError> {
    let mut text = String::with_capacity(count);
    let mut bytes = [0u8; 64];
    while text.len() < count {
        random(&mut bytes)?;
        let fair = bytes.iter().filter(|b| **b < FAIR);
        text.extend(
            fair.map(|b| char::from(ALPHABET[usize::from(b % 62)]))
                .take(count - text.len()),
        );
    }
    Ok(text)
}

/// `count` random digits.
pub(super) fn digits(random: &Random, count: usize) -> Result<String, RandomError> {
    let text = alphanumerics(random, count)?;
    let digit = |c: char| char::from(b'0' + (c as u8) % 10);
    Ok(text.chars().map(digit).collect())
}

/// A number that no earlier life of a device had.
pub(super) fn life_number(random: &Random) -> Result<i64, RandomError> {
    let mut bytes = [0u8; 8];
    random(&mut bytes)?;
    Ok(i64::from_le_bytes(bytes))
}
