//! The C functions: check, call, write out. `boundary` holds the pointer work.

#![allow(unsafe_code, non_camel_case_types, unreachable_pub)]

#[cfg(feature = "seal")]
mod aead;
#[cfg(all(feature = "artifact", target_os = "none"))]
mod bare_memory;
mod boundary;
mod codes;
mod device;
#[cfg(feature = "posix")]
mod file_store;
#[cfg(feature = "flash")]
mod flash;
#[cfg(all(feature = "flash", feature = "lean"))]
mod flash_secret_store;
mod layout;
#[cfg(feature = "lean")]
mod lean;
#[cfg(feature = "posix")]
mod memory;
mod object;
mod operator;
#[cfg(feature = "artifact")]
mod panic;
mod psk;
mod registration;
#[cfg(feature = "register-mqtt")]
mod registration_messages;
mod registration_steps;
mod sign_in;
mod sign_in_batch;
mod sign_in_with_secret;
mod status;
mod store;
mod surrounding;
mod transport;

#[cfg(feature = "seal")]
pub use aead::*;
pub use codes::*;
pub use device::*;
#[cfg(feature = "posix")]
pub use file_store::*;
#[cfg(feature = "flash")]
pub use flash::*;
#[cfg(all(feature = "flash", feature = "lean"))]
pub use flash_secret_store::*;
#[cfg(feature = "lean")]
pub use lean::*;
#[cfg(feature = "posix")]
pub use memory::*;
pub use operator::*;
pub use psk::*;
pub use registration::*;
#[cfg(feature = "register-mqtt")]
pub use registration_messages::*;
pub use registration_steps::*;
pub use sign_in::*;
pub use sign_in_batch::*;
pub use sign_in_with_secret::*;
pub use status::*;
pub use store::*;
pub use surrounding::*;
pub use transport::LINKAUTH_TRANSPORT_PLAIN;

/// 0 is success, any other number says why not: see `linkauth_status_code`.
pub type linkauth_status = i32;

/// Given as the length of a text: the text is NUL-terminated.
pub const LINKAUTH_NUL_TERMINATED: usize = usize::MAX;
