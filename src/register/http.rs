//! A strict, bounded reader of one HTTP/1.x reply, fed in any pieces.
//!
//! It keeps no more than one header line and hands each byte of the body on. It refuses what two
//! readers could read differently: folded lines, two lengths, a length and chunks together.

use crate::status::{Error, Result};

/// Bytes of a header, all lines together, that are read before the reply is refused.
const LONGEST_HEADER: u16 = 4096;
/// Bytes kept of a line. A longer one may only be one that linkauth does not read.
const LINE: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    StatusLine,
    Header,
    Length,
    ToEnd,
    ChunkSize,
    Chunk,
    ChunkEnd,
    Trailer,
    Done,
}

/// Where the reader of a reply stands. In C's order: what lies close is reached by short instructions.
#[repr(C)]
pub(crate) struct Reply {
    head: Head,
    header_length: u16,
    line: [u8; LINE],
    /// May exceed `LINE`: then the line is cut.
    line_length: u16,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Framing {
    ToEnd,
    Length,
    Chunked,
}

/// What the lines so far say.
struct Head {
    at: At,
    framing: Framing,
    status: u16,
    /// Bytes of the body or chunk that are to come.
    left: u32,
}

impl Reply {
    pub(crate) const fn new() -> Reply {
        Reply {
            head: Head {
                at: At::StatusLine,
                framing: Framing::ToEnd,
                status: 0,
                left: 0,
            },
            header_length: 0,
            line: [0; LINE],
            line_length: 0,
        }
    }

    /// The HTTP status; 0 until it has arrived.
    pub(crate) fn status(&self) -> u16 {
        self.head.status
    }

    /// A body that is too large is most often an error page: then the status says more.
    pub(crate) fn too_large(&self) -> Error {
        match self.head.status {
            200 => Error::REPLY_TOO_LARGE,
            _ => Error::REPLY_HTTP_STATUS,
        }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.head.at == At::Done
    }

    /// Takes one byte; true if it is of the body.
    #[inline(always)]
    pub(crate) fn feed(&mut self, byte: u8) -> Result<bool> {
        match self.head.at {
            At::Length | At::Chunk => {
                self.head.count_body_byte();
                Ok(true)
            }
            At::ToEnd => Ok(true),
            At::Done => Ok(false),
            _ => self.feed_line(byte).map(|()| false),
        }
    }

    /// The peer ended the stream in order.
    pub(crate) fn end(&mut self) -> Result<()> {
        if !matches!(self.head.at, At::ToEnd | At::Done) {
            return Err(Error::REPLY_CUT_SHORT);
        }
        self.head.at = At::Done;
        Ok(())
    }

    #[inline(always)]
    fn feed_line(&mut self, byte: u8) -> Result<()> {
        self.header_length = self.header_length.wrapping_add(1);
        if self.header_length > LONGEST_HEADER {
            return Err(Error::REPLY_HEADER_TOO_LARGE);
        }
        if byte == b'\n' {
            return self.end_line();
        }
        if let Some(slot) = self.line.get_mut(usize::from(self.line_length)) {
            *slot = byte;
        }
        self.line_length = self.line_length.wrapping_add(1);
        Ok(())
    }

    #[inline(always)]
    fn end_line(&mut self) -> Result<()> {
        let length = usize::from(core::mem::take(&mut self.line_length));
        let is_cut = length > LINE;
        let line = self.line.get(..length).unwrap_or(&self.line);
        let line = match line {
            [line @ .., b'\r'] => line,
            line => line,
        };
        let error = match self.head.at {
            At::StatusLine => Error::REPLY_NOT_HTTP,
            _ => Error::REPLY_FRAMING,
        };
        self.head.at = self.head.after(line, is_cut).ok_or(error)?;
        Ok(())
    }
}

impl Head {
    #[inline(always)]
    fn count_body_byte(&mut self) {
        self.left = self.left.wrapping_sub(1);
        if self.left == 0 {
            self.at = match self.at {
                At::Length => At::Done,
                _ => At::ChunkEnd,
            };
        }
    }

    /// What follows a line; None if it may not stand there. Out of line: inlined it is a third larger.
    #[inline(never)]
    fn after(&mut self, line: &[u8], is_cut: bool) -> Option<At> {
        match self.at {
            At::StatusLine => self.status_line(line),
            At::Header if line.is_empty() => Some(self.begin_body()),
            At::Header => self.header_line(line, is_cut),
            At::ChunkSize => self.chunk_size(line),
            At::ChunkEnd if line.is_empty() => Some(At::ChunkSize),
            At::ChunkEnd => None,
            _ if line.is_empty() => Some(At::Done),
            _ => Some(At::Trailer),
        }
    }

    /// `HTTP/1.1 200 OK`.
    fn status_line(&mut self, line: &[u8]) -> Option<At> {
        let (minor, rest) = line.strip_prefix(b"HTTP/1.")?.split_first()?;
        let (digits, reason) = rest.strip_prefix(b" ")?.split_at_checked(3)?;
        if !matches!(minor, b'0' | b'1') || !matches!(reason.first(), None | Some(b' ')) {
            return None;
        }
        self.status = number(digits, 10)? as u16;
        (self.status >= 100).then_some(At::Header)
    }

    fn header_line(&mut self, line: &[u8], is_cut: bool) -> Option<At> {
        let is_end_of_name = |byte: &u8| matches!(byte, b':' | b' ' | b'\t');
        let Some(end) = line.iter().position(is_end_of_name) else {
            return is_cut.then_some(At::Header);
        };
        let (name, value) = line.split_at_checked(end)?;
        let value = trim(value.strip_prefix(b":")?);
        if name.is_empty() {
            return None;
        }
        let is_length = is_name(name, b"content-length");
        if !is_length && !is_name(name, b"transfer-encoding") {
            return Some(At::Header);
        }
        if is_cut || self.framing != Framing::ToEnd {
            return None;
        }
        if is_length {
            self.left = number(value, 10)?;
            self.framing = Framing::Length;
        } else if is_name(value, b"chunked") {
            self.framing = Framing::Chunked;
        } else {
            return None;
        }
        Some(At::Header)
    }

    fn begin_body(&mut self) -> At {
        if self.status < 200 {
            self.framing = Framing::ToEnd;
            return At::StatusLine;
        }
        match self.framing {
            Framing::ToEnd => At::ToEnd,
            Framing::Length if self.left == 0 => At::Done,
            Framing::Length => At::Length,
            Framing::Chunked => At::ChunkSize,
        }
    }

    /// `1a` or `1a;name=value`. A size of 0 is the last chunk.
    fn chunk_size(&mut self, line: &[u8]) -> Option<At> {
        let end = line.iter().position(|byte| *byte == b';');
        let digits = line.get(..end.unwrap_or(line.len()))?;
        self.left = number(trim(digits), 16)?;
        Some(match self.left {
            0 => At::Trailer,
            _ => At::Chunk,
        })
    }
}

#[inline(never)]
fn trim(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}

/// `lower` in any case.
fn is_name(text: &[u8], lower: &[u8]) -> bool {
    text.len() == lower.len()
        && text
            .iter()
            .zip(lower)
            .all(|(byte, lower)| byte.to_ascii_lowercase() == *lower)
}

/// 1 to 7 digits and nothing else.
#[inline(never)]
fn number(digits: &[u8], radix: u32) -> Option<u32> {
    if digits.is_empty() || digits.len() > 7 {
        return None;
    }
    digits.iter().try_fold(0u32, |value, digit| {
        let digit = char::from(*digit).to_digit(radix)?;
        Some(value.wrapping_mul(radix).wrapping_add(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};
    use std::vec::Vec;

    /// Feeds a reply, then its end.
    fn read(reply: &str) -> core::result::Result<(u16, String), Error> {
        let mut reader = Reply::new();
        let mut body = Vec::new();
        for byte in reply.bytes() {
            if reader.feed(byte)? {
                body.push(byte);
            }
        }
        reader.end()?;
        Ok((reader.status(), String::from_utf8(body).unwrap()))
    }

    #[test]
    fn the_three_kinds_of_body() {
        for reply in [
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody",
            "HTTP/1.1 200 OK\r\ncontent-length:4\r\n\r\nbodyand more",
            "HTTP/1.0 200 OK\r\nServer: x\r\n\r\nbody",
            "HTTP/1.1 200\nContent-Length: 4\n\nbody",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\nb\r\n003;x=y\r\nody\r\n0\r\nT: t\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody",
        ] {
            assert_eq!(read(reply), Ok((200, "body".to_string())), "{reply}");
        }
        assert_eq!(
            read("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"),
            Ok((503, String::new()))
        );
    }

    #[test]
    fn a_long_line_that_is_not_ours_is_passed_over() {
        let reply = std::format!(
            "HTTP/1.1 200 OK\r\nSet-Cookie: {}\r\n{}: x\r\nContent-Length: 1\r\n\r\nb",
            "c".repeat(1000),
            "n".repeat(200)
        );
        assert_eq!(read(&reply), Ok((200, "b".to_string())));
    }

    #[test]
    fn every_cut_is_noticed() {
        let reply = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n";
        for length in 0..reply.len() {
            assert_eq!(read(&reply[..length]), Err(Error::REPLY_CUT_SHORT));
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for (reply, error) in [
            ("SSH-2.0-OpenSSH\r\n", Error::REPLY_NOT_HTTP),
            ("HTTP/2 200 OK\r\n", Error::REPLY_NOT_HTTP),
            ("HTTP/1.1 20 OK\r\n", Error::REPLY_NOT_HTTP),
            ("HTTP/1.1 2000 OK\r\n", Error::REPLY_NOT_HTTP),
            ("HTTP/1.1 099 OK\r\n", Error::REPLY_NOT_HTTP),
            ("HTTP/1.1 200 OK\r\nno colon\r\n", Error::REPLY_FRAMING),
            ("HTTP/1.1 200 OK\r\n folded: x\r\n", Error::REPLY_FRAMING),
            (
                "HTTP/1.1 200 OK\r\nContent-Length : 4\r\n",
                Error::REPLY_FRAMING,
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 4\r\n",
                Error::REPLY_FRAMING,
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n",
                Error::REPLY_FRAMING,
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: -4\r\n",
                Error::REPLY_FRAMING,
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n",
                Error::REPLY_FRAMING,
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n",
                Error::REPLY_FRAMING,
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                Error::REPLY_FRAMING,
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nbody\r\n",
                Error::REPLY_FRAMING,
            ),
        ] {
            assert_eq!(read(reply), Err(error), "{reply}");
        }
    }

    #[test]
    fn a_header_of_absurd_size_is_refused() {
        let reply = std::format!("HTTP/1.1 200 OK\r\nA: {}", "a".repeat(5000));
        assert_eq!(read(&reply), Err(Error::REPLY_HEADER_TOO_LARGE));
        let lines = std::format!("HTTP/1.1 200 OK\r\n{}", "a: b\r\n".repeat(1000));
        assert_eq!(read(&lines), Err(Error::REPLY_HEADER_TOO_LARGE));
        let forever = "HTTP/1.1 100 Continue\r\n\r\n".repeat(1000);
        assert_eq!(read(&forever), Err(Error::REPLY_HEADER_TOO_LARGE));
    }
}
