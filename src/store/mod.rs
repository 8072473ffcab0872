//! Where a device's secret is kept: the record, and what every store must do with it.

pub(crate) mod record;

use crate::identity::RecordName;
use crate::status::{Error, Result};

pub use record::State;

/// The longest record, in bytes: what a store must be able to hold for each device.
pub const RECORD_MAX: usize = 384;

/// Keeps one small record for each device.
pub trait Store {
    /// Reads the record into `buffer`, of `RECORD_MAX` bytes, and returns its length; None if
    /// there is none. A record that cannot be read is an error, never None.
    fn load(&mut self, name: &RecordName, buffer: &mut [u8]) -> Result<Option<usize>>;

    /// Replaces the record, in whole or not at all, and returns once it would survive a power
    /// cut. linkauth reads it back afterwards and compares.
    fn save(&mut self, name: &RecordName, record: &[u8]) -> Result<()>;

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
