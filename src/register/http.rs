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
    /// So many bytes of the body are to come.
    Length(u32),
    ToEnd,
    ChunkSize,
    Chunk(u32),
    ChunkEnd,
    Trailer,
    Done,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Framing {
    ToEnd,
    Length(u32),
    Chunked,
}

/// Where the reader of a reply stands.
pub(crate) struct Reply {
    at: At,
    framing: Framing,
    status: u16,
    header_length: u16,
    line: [u8; LINE],
    /// May exceed `LINE`: then the line is cut.
    line_length: u16,
}

impl Reply {
    pub(crate) const fn new() -> Reply {
        Reply {
            at: At::StatusLine,
            framing: Framing::ToEnd,
            status: 0,
            header_length: 0,
            line: [0; LINE],
            line_length: 0,
        }
    }

    /// The HTTP status; 0 until it has arrived.
    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    /// A body that is too large is most often an error page: then the status says more.
    pub(crate) fn name(&self, error: Error) -> Error {
        if error == Error::REPLY_TOO_LARGE && self.status != 200 {
            return Error::REPLY_HTTP_STATUS;
        }
        error
    }

    pub(crate) fn is_done(&self) -> bool {
        self.at == At::Done
    }

    /// Takes one byte; a byte of the body goes to `body`.
    pub(crate) fn feed(&mut self, byte: u8, body: impl FnOnce(u8) -> Result<()>) -> Result<()> {
        match self.at {
            At::Length(left) | At::Chunk(left) => {
                body(byte)?;
                self.after_body_byte(left.wrapping_sub(1));
                Ok(())
            }
            At::ToEnd => body(byte),
            At::Done => Ok(()),
            _ => self.feed_line(byte),
        }
    }

    /// The peer ended the stream in order.
    pub(crate) fn end(&mut self) -> Result<()> {
        match self.at {
            At::ToEnd | At::Done => {
                self.at = At::Done;
                Ok(())
            }
            _ => Err(Error::REPLY_CUT_SHORT),
        }
    }

    fn after_body_byte(&mut self, left: u32) {
        self.at = match self.at {
            At::Length(_) if left == 0 => At::Done,
            At::Length(_) => At::Length(left),
            _ if left == 0 => At::ChunkEnd,
            _ => At::Chunk(left),
        };
    }

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

    fn end_line(&mut self) -> Result<()> {
        let copy = self.line;
        let length = usize::from(self.line_length);
        let is_cut = length > LINE;
        let line = copy.get(..length.min(LINE)).unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        self.line_length = 0;
        self.at = match self.at {
            At::StatusLine => self.status_line(line)?,
            At::Header if line.is_empty() => self.begin_body(),
            At::Header => self.header_line(line, is_cut)?,
            At::ChunkSize => chunk_size(line)?,
            At::ChunkEnd if line.is_empty() => At::ChunkSize,
            At::ChunkEnd => return Err(Error::REPLY_FRAMING),
            _ if line.is_empty() => At::Done,
            _ => At::Trailer,
        };
        Ok(())
    }

    /// `HTTP/1.1 200 OK`.
    fn status_line(&mut self, line: &[u8]) -> Result<At> {
        let rest = line
            .strip_prefix(b"HTTP/1.1 ")
            .or_else(|| line.strip_prefix(b"HTTP/1.0 "))
            .ok_or(Error::REPLY_NOT_HTTP)?;
        let (digits, reason) = rest.split_at_checked(3).ok_or(Error::REPLY_NOT_HTTP)?;
        if !matches!(reason.first(), None | Some(b' ')) {
            return Err(Error::REPLY_NOT_HTTP);
        }
        self.status = number(digits, 10)
            .and_then(|status| u16::try_from(status).ok())
            .filter(|status| *status >= 100)
            .ok_or(Error::REPLY_NOT_HTTP)?;
        Ok(At::Header)
    }

    fn header_line(&mut self, line: &[u8], is_cut: bool) -> Result<At> {
        let colon = line.iter().position(|byte| *byte == b':');
        let Some((name, value)) = colon.and_then(|colon| line.split_at_checked(colon)) else {
            return if is_cut {
                Ok(At::Header)
            } else {
                Err(Error::REPLY_FRAMING)
            };
        };
        if name.is_empty() || name.iter().any(|byte| matches!(byte, b' ' | b'\t')) {
            return Err(Error::REPLY_FRAMING);
        }
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        let framing = if is_name(name, b"content-length") {
            Framing::Length(number(value, 10).ok_or(Error::REPLY_FRAMING)?)
        } else if is_name(name, b"transfer-encoding") {
            if !is_name(value, b"chunked") {
                return Err(Error::REPLY_FRAMING);
            }
            Framing::Chunked
        } else {
            return Ok(At::Header);
        };
        if is_cut || !matches!(self.framing, Framing::ToEnd) {
            return Err(Error::REPLY_FRAMING);
        }
        self.framing = framing;
        Ok(At::Header)
    }

    fn begin_body(&mut self) -> At {
        if self.status < 200 {
            self.framing = Framing::ToEnd;
            return At::StatusLine;
        }
        match self.framing {
            Framing::ToEnd => At::ToEnd,
            Framing::Length(0) => At::Done,
            Framing::Length(length) => At::Length(length),
            Framing::Chunked => At::ChunkSize,
        }
    }
}

/// `lower` in any case.
fn is_name(text: &[u8], lower: &[u8]) -> bool {
    text.len() == lower.len()
        && text
            .iter()
            .zip(lower)
            .all(|(byte, lower)| byte.to_ascii_lowercase() == *lower)
}

/// `1a` or `1a;name=value`. A size of 0 is the last chunk.
fn chunk_size(line: &[u8]) -> Result<At> {
    let digits = line
        .split(|byte| *byte == b';')
        .next()
        .unwrap_or_default()
        .trim_ascii_end();
    match number(digits, 16).ok_or(Error::REPLY_FRAMING)? {
        0 => Ok(At::Trailer),
        size => Ok(At::Chunk(size)),
    }
}

/// 1 to 7 digits and nothing else.
fn number(digits: &[u8], radix: u32) -> Option<u32> {
    if digits.is_empty() || digits.len() > 7 {
        return None;
    }
    digits.iter().try_fold(0u32, |value, digit| {
        let digit = char::from(*digit).to_digit(radix)?;
        value.checked_mul(radix)?.checked_add(digit)
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
            reader.feed(byte, |byte| {
                body.push(byte);
                Ok(())
            })?;
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
