//! A strict JSON reader over one bounded buffer: no copy, no recursion deeper than
//! `DEEPEST`, no unescaping. What it hands out are slices of the buffer.

use crate::secret::{equal, is_between, is_zero};
use crate::status::{Error, Result};

/// Objects and arrays that may be open at once. The platform's replies need two.
const DEEPEST: u8 = 4;

/// Reads an object and nothing behind it: puts the value of each key that `keys` names, with a comma
/// between two, into the place of `values` with the same number. A value that is absent stays as it
/// was: empty, which no value is.
pub(crate) fn read_members<'j>(
    object: &'j [u8],
    keys: &[u8],
    values: &mut [&'j [u8]],
) -> Result<()> {
    let mut reader = Reader {
        rest: object,
        depth: 0,
        is_first: true,
        is_malformed: false,
    };
    reader.open(b'{');
    while reader.next_item(b'}') {
        let key = reader.key();
        let value = reader.value();
        let place = keys
            .split(|byte| *byte == b',')
            .zip(values.iter_mut())
            .find(|(name, _)| equal(name, key));
        if let Some((_, place)) = place {
            // A key that is given twice makes a reply ambiguous.
            reader.is_malformed |= !place.is_empty();
            *place = value;
        }
    }
    if reader.peek().is_some() || reader.is_malformed {
        return Err(Error::REPLY_NOT_JSON);
    }
    Ok(())
}

/// Like `read_members`, of which each must be a string: what stands between its quotes, escapes and all.
pub(crate) fn read_strings<'j>(
    object: &'j [u8],
    keys: &[u8],
    values: &mut [&'j [u8]],
) -> Result<()> {
    read_members(object, keys, values)?;
    for value in values {
        *value = match value {
            [] => return Err(Error::REPLY_INCOMPLETE),
            [b'"', text @ .., b'"'] => text,
            _ => return Err(Error::REPLY_NOT_JSON),
        };
    }
    Ok(())
}

/// Once something is malformed nothing is left to be read, and what is handed out says nothing.
struct Reader<'j> {
    rest: &'j [u8],
    depth: u8,
    /// No comma precedes the next item.
    is_first: bool,
    is_malformed: bool,
}

impl<'j> Reader<'j> {
    #[inline(never)]
    fn malformed(&mut self) {
        self.rest = b"";
        self.is_malformed = true;
    }

    fn peek(&mut self) -> Option<u8> {
        while let [b' ' | b'\t' | b'\r' | b'\n', rest @ ..] = self.rest {
            self.rest = rest;
        }
        self.rest.first().copied()
    }

    /// Whether `byte` comes next; then it is passed over.
    #[inline(never)]
    fn passes(&mut self, byte: u8) -> bool {
        let passes = self.peek() == Some(byte);
        if passes {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
        passes
    }

    #[inline(never)]
    fn expect(&mut self, byte: u8) {
        if !self.passes(byte) {
            self.malformed();
        }
    }

    fn open(&mut self, bracket: u8) {
        self.expect(bracket);
        self.is_first = true;
        self.depth = self.depth.wrapping_add(1);
        if self.depth > DEEPEST {
            self.malformed();
        }
    }

    /// Whether another item follows. If not, `bracket` closed the object or array.
    fn next_item(&mut self, bracket: u8) -> bool {
        let is_first = core::mem::take(&mut self.is_first);
        if self.passes(bracket) {
            self.depth = self.depth.wrapping_sub(1);
            return false;
        }
        if !is_first {
            self.expect(b',');
        }
        !self.is_malformed
    }

    #[inline(never)]
    fn key(&mut self) -> &'j [u8] {
        let key = self.string();
        self.expect(b':');
        key
    }

    /// A value of any kind, as it stands.
    fn value(&mut self) -> &'j [u8] {
        self.peek();
        let text = self.rest;
        self.skip();
        let length = text.len().wrapping_sub(self.rest.len());
        text.get(..length).unwrap_or_default()
    }

    /// A string as it stands between its quotes, escapes and all. It may be a secret: of an ordinary
    /// character nothing is told but that it is one.
    #[inline(never)]
    fn string(&mut self) -> &'j [u8] {
        self.expect(b'"');
        let text = self.rest;
        let mut is_escaped = false;
        for (length, &byte) in text.iter().enumerate() {
            let was_escaped = core::mem::take(&mut is_escaped);
            if is_zero(is_special(byte)) {
                continue;
            }
            match byte {
                b'\\' => is_escaped = !was_escaped,
                b'"' if was_escaped => {}
                b'"' => {
                    let (string, rest) = text.split_at_checked(length).unwrap_or_default();
                    self.rest = rest.get(1..).unwrap_or_default();
                    return string;
                }
                _ => break,
            }
        }
        self.malformed();
        b""
    }

    /// Passes over one value of any kind.
    fn skip(&mut self) {
        match self.peek() {
            Some(b'"') => {
                self.string();
            }
            Some(bracket @ (b'{' | b'[')) => {
                self.open(bracket);
                // In ASCII the closing bracket is the one after the next.
                while self.next_item(bracket.wrapping_add(2)) {
                    if bracket == b'{' {
                        self.key();
                    }
                    self.skip();
                }
            }
            _ => self.skip_scalar(),
        }
    }

    fn skip_scalar(&mut self) {
        for literal in b"true,false,null".split(|byte| *byte == b',') {
            if let Some(rest) = self.rest.strip_prefix(literal) {
                self.rest = rest;
                return;
            }
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
            self.malformed();
        }
    }
}

/// 1 for what ends a string or changes how its next character is read, without a branch.
const fn is_special(byte: u8) -> u8 {
    is_between(byte, 0, 0x1f) | is_between(byte, b'"', b'"') | is_between(byte, b'\\', b'\\')
}
