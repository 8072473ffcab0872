//! The nonce of a registration.

use crate::identity::check;
use crate::random::{self, Random};
use crate::status::Result;
use crate::text::{Put, Writer, spread};

/// What makes one registration differ from any other. It is signed, and sent in the clear.
#[derive(Clone, Copy)]
pub struct Nonce<'a>(&'a [u8]);

impl<'a> Nonce<'a> {
    /// The longest one, in bytes.
    pub const MAX: usize = 32;

    /// 1 to 32 letters and digits that this device never sent before.
    pub fn new(text: &'a [u8]) -> Result<Nonce<'a>> {
        check(text, 1, Self::MAX, b"")?;
        Ok(Nonce(text))
    }

    /// Bytes of a drawn one.
    pub(crate) const DRAWN: usize = 16;

    /// Hex digits of random bytes.
    #[inline(always)]
    pub(crate) fn draw<'n>(
        source: &mut impl Random,
        text: &'n mut [u8; Nonce::DRAWN],
    ) -> Result<Nonce<'n>> {
        let mut bytes = [0; Nonce::DRAWN / 2];
        random::fill(source, &mut bytes)?;
        Writer::new(text).put_hex(&bytes);
        Ok(Nonce(text))
    }

    /// A number that differs from nonce to nonce.
    pub(crate) fn spread(self) -> u32 {
        spread(self.0)
    }

    pub(super) fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}
