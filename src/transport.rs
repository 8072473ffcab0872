//! The byte pipe that a blocking registration runs over.

use crate::status::Result;
use core::ffi::{c_char, c_void};

/// A byte pipe to the platform, supplied by the caller (`linkauth_tls` has a ready one).
///
/// linkauth calls `open`, then any number of `write` and `read`, then `close`: once for each
/// successful `open`, and never after a failed one. All calls come on the thread that called
/// linkauth, one at a time.
///
/// **`open` is where the server is authenticated.** It must verify the certificate chain and that
/// the certificate names `host`. The DeviceSecret travels through this pipe: a transport that
/// skips either check gives it to whoever answers.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Transport {
    /// `sizeof(linkauth_transport)` as the caller was compiled. A newer linkauth appends members.
    pub struct_size: u32,
    /// Bits of `LINKAUTH_TRANSPORT_*`; the others must be 0.
    pub flags: u32,
    /// Passed to every callback, never looked at.
    pub user: *mut c_void,
    /// Connects to `host` (NUL-terminated, also `host_len` bytes) and `port`, and authenticates the server, within
    /// `timeout_ms` milliseconds. Returns 0, or a `LINKAUTH_TRANSPORT_...` status, after which
    /// nothing is left open.
    pub open: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            host: *const c_char,
            host_len: usize,
            port: u16,
            timeout_ms: u32,
        ) -> i32,
    >,
    /// Sends up to `len` bytes within `timeout_ms` milliseconds and sets `*sent` to the number
    /// taken, at least 1. Returns 0 or a status.
    pub write: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            data: *const u8,
            len: usize,
            sent: *mut usize,
            timeout_ms: u32,
        ) -> i32,
    >,
    /// Receives up to `capacity` bytes within `timeout_ms` milliseconds and sets `*received`.
    /// Returns 0 or a status. 0 with `*received == 0` says that the peer ended the stream in
    /// order; an end without TLS's close_notify is `LINKAUTH_ERROR_TRANSPORT_CLOSED`.
    pub read: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            data: *mut u8,
            capacity: usize,
            received: *mut usize,
            timeout_ms: u32,
        ) -> i32,
    >,
    /// Closes the connection and wipes what the transport kept of it.
    pub close: Option<unsafe extern "C" fn(user: *mut c_void)>,
    /// Milliseconds on a clock that never goes back, from any origin; or NULL. With it the
    /// time-out of a registration bounds the whole of it, without it each single wait.
    pub now_ms: Option<unsafe extern "C" fn(user: *mut c_void) -> u64>,
}

/// The transport does not encrypt. Registration refuses such a transport.
pub const TRANSPORT_PLAIN: u32 = 1;

/// The name or address of a server. For C a NUL follows it: to look for that one as `CStr` does
/// costs firmware code.
#[derive(Clone, Copy)]
pub struct HostName<'a>(&'a [u8]);

impl<'a> HostName<'a> {
    /// Of letters, digits and a few others, and a NUL at its end.
    pub(crate) fn new(text_with_nul: &'a [u8]) -> HostName<'a> {
        HostName(text_with_nul)
    }

    /// The text, without its NUL.
    pub fn as_str(self) -> &'a str {
        let text = self.0.strip_suffix(b"\0").unwrap_or_default();
        core::str::from_utf8(text).unwrap_or_default()
    }

    #[cfg(feature = "capi")]
    pub(crate) fn as_bytes_with_nul(self) -> &'a [u8] {
        self.0
    }
}

/// A byte pipe as the core sees it: [`Transport`] behind safe calls, or a Rust transport.
/// The contract is [`Transport`]'s.
pub trait Pipe {
    /// Connects and authenticates the server.
    fn open(&mut self, host: HostName<'_>, port: u16, timeout_ms: u32) -> Result<()>;
    /// Sends some of `data` and returns how much, at least 1.
    fn write(&mut self, data: &[u8], timeout_ms: u32) -> Result<usize>;
    /// Receives some bytes and returns how many; 0 if the peer ended the stream in order.
    fn read(&mut self, data: &mut [u8], timeout_ms: u32) -> Result<usize>;
    /// Closes what `open` opened.
    fn close(&mut self);
    /// Milliseconds on a clock that never goes back, if there is one.
    fn now_ms(&mut self) -> Option<u64>;
    /// Whether bytes travel unencrypted.
    fn is_plain(&self) -> bool;
    /// The system's error number behind the last error, or 0.
    fn system_error(&self) -> i32 {
        0
    }
}
