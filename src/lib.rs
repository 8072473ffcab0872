//! linkauth signs devices in to Alibaba Cloud IoT Platform.
//!
//! The core has no heap, no OS, no clock, no sockets and no globals: memory is the caller's, time
//! and randomness are arguments. C programs use it through `include/linkauth.h`; Rust programs
//! through [`device::Device`].
//!
//! Features: `sha1` and `md5` (both on) add the sign methods that old products demand; `posix`
//! adds the file store, the system's random and the signal mask; `capi` adds the C functions;
//! `artifact` is for the C build alone.

#![no_std]
#![deny(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

#[cfg(test)]
extern crate std;

#[cfg(feature = "capi")]
pub mod capi;
pub mod credential;
pub mod device;
pub mod explain;
pub mod identity;
mod mac;
#[cfg(feature = "md5")]
mod md5;
#[cfg(feature = "posix")]
pub mod posix;
pub mod random;
pub mod register;
mod retry;
mod scrub;
mod secret;
#[cfg(feature = "sha1")]
mod sha1;
pub mod sign_in;
pub mod status;
pub mod store;
mod text;
pub mod transport;

pub use mac::SignMethod;
pub use scrub::{Quiet, Unguarded, scrubbed};
pub use secret::{DeviceToken, Secret};
