//! A strict JSON reader over one bounded buffer: no copy, no recursion deeper than
//! `DEEPEST`, no unescaping. What it hands out are slices of the buffer.

use crate::secret::{is_between, is_zero};
use crate::status::{Error, Result};

/// Objects and arrays that may be open at once. The platform's replies need two.
const DEEPEST: u8 = 4;

pub(crate) struct Reader<'j> {
    rest: &'j [u8],
    depth: u8,
    /// No comma precedes the next item.
    is_first: bool,
}

const MALFORMED: Error = Error::REPLY_NOT_JSON;

impl<'j> Reader<'j> {
    pub(crate) fn new(text: &'j [u8]) -> Reader<'j> {
        Reader {
            rest: text,
            depth: 0,
            is_first: true,
        }
    }

    fn peek(&mut self) -> Option<u8> {
        while let [b' ' | b'\t' | b'\r' | b'\n', rest @ ..] = self.rest {
            self.rest = rest;
        }
        self.rest.first().copied()
    }

    fn advance(&mut self) {
        self.rest = self.rest.get(1..).unwrap_or_default();
    }

    fn expect(&mut self, byte: u8) -> Result<()> {
        if self.peek() != Some(byte) {
            return Err(MALFORMED);
        }
        self.advance();
        Ok(())
    }

    /// Opens an object; `next_key` then walks it.
    pub(crate) fn open_object(&mut self) -> Result<()> {
        self.open(b'{')
    }

    fn open(&mut self, bracket: u8) -> Result<()> {
        self.expect(bracket)?;
        self.is_first = true;
        self.depth = self.depth.wrapping_add(1);
        if self.depth > DEEPEST {
            return Err(MALFORMED);
        }
        Ok(())
    }

    /// Whether another item follows, or `bracket` closed the object or array.
    fn next_item(&mut self, bracket: u8) -> Result<bool> {
        let is_first = core::mem::take(&mut self.is_first);
        if self.peek() == Some(bracket) {
            self.advance();
            self.depth = self.depth.wrapping_sub(1);
            return Ok(false);
        }
        if !is_first {
            self.expect(b',')?;
        }
        Ok(true)
    }

    /// The next key of the object, or None at its end. Each value must be read or skipped before
    /// the next call.
    pub(crate) fn next_key(&mut self) -> Result<Option<&'j [u8]>> {
        if !self.next_item(b'}')? {
            return Ok(None);
        }
        let key = self.string()?;
        self.expect(b':')?;
        Ok(Some(key))
    }

    /// A string as it stands between its quotes, escapes and all. It may be a secret: of an ordinary
    /// character nothing is told but that it is one.
    pub(crate) fn string(&mut self) -> Result<&'j [u8]> {
        self.expect(b'"')?;
        let text = self.rest;
        let mut length = 0usize;
        let mut is_escaped = false;
        for &byte in text {
            let was_escaped = core::mem::take(&mut is_escaped);
            if !is_zero(is_special(byte)) {
                match byte {
                    b'"' if !was_escaped => {
                        self.rest = text.get(length.wrapping_add(1)..).unwrap_or_default();
                        return text.get(..length).ok_or(MALFORMED);
                    }
                    0..0x20 => return Err(MALFORMED),
                    _ => is_escaped = byte == b'\\' && !was_escaped,
                }
            }
            length = length.wrapping_add(1);
        }
        Err(MALFORMED)
    }

    /// A whole number within `i32`.
    pub(crate) fn integer(&mut self) -> Result<i32> {
        let is_negative = self.peek() == Some(b'-');
        if is_negative {
            self.advance();
        }
        let mut value: i32 = 0;
        let mut digits = 0u8;
        while let [digit @ b'0'..=b'9', rest @ ..] = self.rest {
            value = value
                .checked_mul(10)
                .and_then(|value| value.checked_add(i32::from(digit & 0x0f)))
                .ok_or(MALFORMED)?;
            digits = digits.wrapping_add(1);
            self.rest = rest;
        }
        if digits == 0 || matches!(self.rest.first(), Some(b'.' | b'e' | b'E')) {
            return Err(MALFORMED);
        }
        Ok(if is_negative {
            value.wrapping_neg()
        } else {
            value
        })
    }

    /// Passes over one value of any kind.
    pub(crate) fn skip(&mut self) -> Result<()> {
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'{') => {
                self.open_object()?;
                while self.next_key()?.is_some() {
                    self.skip()?;
                }
                Ok(())
            }
            Some(b'[') => {
                self.open(b'[')?;
                while self.next_item(b']')? {
                    self.skip()?;
                }
                Ok(())
            }
            _ => self.skip_scalar(),
        }
    }

    fn skip_scalar(&mut self) -> Result<()> {
        if self.skip_literal(b"true") || self.skip_literal(b"false") || self.skip_literal(b"null") {
            return Ok(());
        }
        let mut digits = 0u8;
        while let [
            byte @ (b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'),
            rest @ ..,
        ] = self.rest
        {
            digits |= u8::from(byte.is_ascii_digit());
            self.rest = rest;
        }
        if digits == 0 {
            return Err(MALFORMED);
        }
        Ok(())
    }

    fn skip_literal(&mut self, literal: &[u8]) -> bool {
        match self.rest.strip_prefix(literal) {
            Some(rest) => self.rest = rest,
            None => return false,
        }
        true
    }

    /// Nothing but white space may follow.
    pub(crate) fn end(&mut self) -> Result<()> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(MALFORMED),
        }
    }
}

/// 1 for what ends a string or changes how its next character is read, without a branch.
const fn is_special(byte: u8) -> u8 {
    is_between(byte, 0, 0x1f) | is_between(byte, b'"', b'"') | is_between(byte, b'\\', b'\\')
}
