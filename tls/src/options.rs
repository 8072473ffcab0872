//! What a Rust caller may choose.

use std::path::Path;

/// How long a call may take when the caller names no limit, in milliseconds.
pub const DEFAULT_TIMEOUT_MS: u32 = 10_000;

/// What a transport trusts and where it connects. The default trusts the public roots.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Trust the public roots that are compiled in (Mozilla's list).
    pub public_roots: bool,
    /// A PEM file of more roots.
    pub roots_file: Option<&'a Path>,
    /// More roots, as PEM.
    pub roots_pem: Option<&'a [u8]>,
    /// A name or an IP address to connect to in place of the host. The certificate must name the
    /// host all the same.
    pub connect_address: Option<&'a str>,
    /// The most that opening a connection may take, in milliseconds; 0 is [`DEFAULT_TIMEOUT_MS`].
    pub connect_timeout_ms: u32,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options {
            public_roots: true,
            roots_file: None,
            roots_pem: None,
            connect_address: None,
            connect_timeout_ms: DEFAULT_TIMEOUT_MS,
        }
    }
}
