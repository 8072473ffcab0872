//! Where a device's secret is kept: the record, what every store must do with it, and a store in
//! two slots of flash.

#[cfg(feature = "seal")]
pub mod aead;
#[cfg(feature = "flash")]
pub mod flash;
pub(crate) mod record;
#[cfg(all(feature = "flash", feature = "lean"))]
pub(crate) mod secret_record;

use crate::identity::RecordName;
use crate::secret::DeviceToken;
use crate::status::{Error, Result};

pub use record::State;

/// The longest record, in bytes: what a store must be able to hold for each device.
pub const RECORD_MAX: usize = 384;

/// The longest sealed secret, in bytes.
pub const SEALED_MAX: usize = 192;

/// Room for a sealed secret, and for one that was: none, if this build seals nothing.
pub(crate) const SEALED_ROOM: usize = if cfg!(feature = "sealing") {
    SEALED_MAX
} else {
    0
};
pub(crate) const UNSEALED_ROOM: usize = if cfg!(feature = "sealing") {
    DeviceToken::MAX
} else {
    0
};

/// Keeps one small record for each device.
pub trait Store {
    /// Reads the record into `buffer`, of `RECORD_MAX` bytes, and returns its length; None if
    /// there is none. A record that cannot be read is an error, never None.
    fn load(&mut self, name: &RecordName, buffer: &mut [u8]) -> Result<Option<usize>>;

    /// Replaces the record, in whole or not at all, and returns once it would survive a power
    /// cut. linkauth reads it back afterwards and compares.
    fn save(&mut self, name: &RecordName, record: &[u8]) -> Result<()>;

    /// Removes the record, and every older copy.
    fn erase(&mut self, _: &RecordName) -> Result<()> {
        Err(Error::CALLBACK_MISSING)
    }

    /// Keeps other processes from the record until `unlock`. linkauth holds the lock from before a
    /// registration is asked for until what was issued is stored.
    fn lock(&mut self, _: &RecordName) -> Result<()> {
        Ok(())
    }

    /// Gives back what `lock` took.
    fn unlock(&mut self, _: &RecordName) {}

    /// Finds out whether a record can be saved, and reserves what it needs, before the platform is
    /// asked to issue one.
    fn prepare(&mut self, _: &RecordName) -> Result<()> {
        Ok(())
    }

    /// Removes older copies, now that the record was accepted by the platform.
    fn retire(&mut self, _: &RecordName) -> Result<()> {
        Ok(())
    }

    /// Seals a secret for `context`, the rest of its record. None: the store keeps secrets plain.
    fn seal(
        &mut self,
        _context: &[u8],
        _secret: &[u8],
        _sealed: &mut [u8],
    ) -> Result<Option<usize>> {
        Ok(None)
    }

    /// Opens what `seal` sealed for the same context, and returns the length of the secret.
    fn unseal(&mut self, _context: &[u8], _sealed: &[u8], _secret: &mut [u8]) -> Result<usize> {
        Err(Error::STORE_SEALED)
    }

    /// The system's error number behind the last error, or 0.
    fn system_error(&self) -> i32 {
        0
    }
}

/// For a caller that keeps the secret elsewhere and lends it to each sign-in.
pub struct NoStore;

impl Store for NoStore {
    fn load(&mut self, _: &RecordName, _: &mut [u8]) -> Result<Option<usize>> {
        Err(Error::STORE_MISSING)
    }

    fn save(&mut self, _: &RecordName, _: &[u8]) -> Result<()> {
        Err(Error::STORE_MISSING)
    }
}
