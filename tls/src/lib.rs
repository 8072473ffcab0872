//! A ready transport for linkauth on Linux gateways: TLS 1.2 and 1.3 over TCP, by rustls and ring.
//!
//! [`TlsTransport`] connects to a host, verifies the certificate chain and the host's name, and
//! carries bytes. Neither check can be switched off. C programs see the same through
//! `linkauth_tls.h`, which is made from [`capi`].
//!
//! What is not here: client certificates, session resumption, early data, a key log, a log.
//!
//! ```no_run
//! use linkauth_tls::{Options, TlsTransport};
//!
//! # fn main() -> Result<(), linkauth_tls::Failure> {
//! let mut transport = TlsTransport::new(&Options::default())?;
//! transport.open("iot-auth.cn-shanghai.aliyuncs.com", 443, 10_000)?;
//! transport.write(b"POST /auth/register/device HTTP/1.1\r\n", 10_000)?;
//! transport.close();
//! # Ok(())
//! # }
//! ```
//!
//! # What is wiped
//! Plaintext passes through buffers of rustls on the heap. The C library wipes every block of
//! heap before it is freed. A Rust program gets the same by making [`WipingAllocator`] its global
//! allocator; without it, freed blocks keep what was in them. The callbacks of the C library clear
//! registers and stack before they return; a Rust program does so by [`linkauth::scrubbed`].
#![deny(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

#[allow(unsafe_code)] // Pointers from C.
pub mod capi;
mod connection;
mod deadline;
mod failure;
mod options;
mod resolve;
mod roots;
mod transport;
// Tests, and Rust programs, unwind.
#[cfg(all(feature = "artifact", panic = "abort"))]
#[allow(unsafe_code)] // Functions by the names that C has for them.
mod unwinding;
#[allow(unsafe_code)] // An allocator is unsafe by its trait.
mod wiping;

pub use failure::Failure;
pub use options::{DEFAULT_TIMEOUT_MS, Options};
pub use transport::TlsTransport;
pub use wiping::WipingAllocator;
