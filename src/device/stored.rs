//! A device's record in its store: loaded, saved, and read back.

use super::Device;
use crate::scrub::Quiet;
use crate::secret::Wiped;
use crate::status::{Error, Result};
use crate::store::record::Record;
use crate::store::{RECORD_MAX, Store};
use zeroize::Zeroize;

impl<S: Store, Q: Quiet> Device<S, Q> {
    /// What `read` takes from the record must not be secret.
    pub(super) fn load<T>(&mut self, read: impl FnOnce(&Record<'_>) -> T) -> Result<T> {
        let mut scratch = Wiped::new();
        self.load_record(&mut scratch).map(|record| read(&record))
    }

    pub(super) fn load_record<'r>(
        &mut self,
        scratch: &'r mut Wiped<RECORD_MAX>,
    ) -> Result<Record<'r>> {
        let name = self.identity.record_name();
        let loaded = self.store.load(&name, &mut scratch.0);
        let length = self.note_system_error(loaded)?.ok_or(Error::STORE_ABSENT)?;
        let bytes = scratch.0.get(..length).ok_or(Error::STORE_DAMAGED)?;
        Record::decode(bytes, &self.identity, &self.endpoint)
    }

    /// Saves and reads back: only then is a secret stored.
    pub(super) fn save(&mut self, record: &Record<'_>) -> Result<()> {
        let name = self.identity.record_name();
        let mut scratch = Wiped::<RECORD_MAX>::new();
        let length = record.encode(&self.identity, &self.endpoint, &mut scratch.0)?;
        let bytes = scratch.0.get(..length).unwrap_or_default();
        let saved = self.store.save(&name, bytes);
        self.note_system_error(saved)?;
        scratch.0.zeroize();
        let found = match self.load_record(&mut scratch) {
            Err(Error::STORE_ABSENT) => return Err(Error::STORE_READ_BACK),
            other => other?,
        };
        let is_same = found.state == record.state
            && found.sequence == record.sequence
            && found.registrations == record.registrations
            && found.credential.is(&record.credential);
        if !is_same {
            return Err(Error::STORE_READ_BACK);
        }
        Ok(())
    }

    fn note_system_error<T>(&mut self, result: Result<T>) -> Result<T> {
        if result.is_err() {
            self.detail.system_error = self.store.system_error();
        }
        result
    }
}
