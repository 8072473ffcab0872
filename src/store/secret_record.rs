//! A DeviceSecret and nothing else, kept as a record: that of a device which has registered, so that a
//! `Device` over the same slots finds it.

use super::flash::{Flash, FlashStore};
use super::record::{OWNER_MAX, PlainRecord, put_owner};
use super::{RECORD_MAX, Store};
use crate::identity::{DeviceName, InstanceId, ProductKey, RecordName};
use crate::secret::{SecretStore, wipe};
use crate::status::{Error, Result};
use crate::text::{Sink, Text, Writer};

/// Over the flash store, which hands out whole records alone.
#[repr(C)]
pub(crate) struct SecretRecord<F> {
    slots: FlashStore<F>,
    /// As it stands in the record.
    owner: Text<{ OWNER_MAX + 1 }>,
    /// Wiped after each use. Here and not on the stack, of which there is less.
    room: [u8; RECORD_MAX],
}

impl<F: Flash> SecretRecord<F> {
    /// Nobody's yet.
    pub(crate) const fn new(slots: FlashStore<F>) -> SecretRecord<F> {
        SecretRecord {
            slots,
            owner: Text::EMPTY,
            room: [0; RECORD_MAX],
        }
    }

    pub(crate) fn be_in(&mut self, slots: FlashStore<F>) {
        self.slots = slots;
    }

    /// The instance is None for the old public one.
    pub(crate) fn belong_to(
        &mut self,
        names: [&[u8]; 2],
        instance_id: Option<&[u8]>,
    ) -> Result<()> {
        let [product_key, device_name] = names;
        ProductKey::check(product_key)?;
        DeviceName::check(device_name)?;
        if let Some(instance_id) = instance_id {
            InstanceId::check(instance_id)?;
        }
        let put = |out: &mut Writer<'_>| put_owner(names, instance_id.unwrap_or_default(), out);
        match self.owner.write(put) {
            true => Ok(()),
            false => Err(Error::ARGUMENT_TOO_LONG),
        }
    }

    /// Reads the record of this device.
    fn read(&mut self) -> Result<Option<PlainRecord<'_>>> {
        let Some(length) = self.slots.load(&RecordName::NONE, &mut self.room)? else {
            return Ok(None);
        };
        let record = self.room.get(..length).unwrap_or_default();
        PlainRecord::decode(record, self.owner.as_bytes()).map(Some)
    }

    fn replace(&mut self, secret: &[u8]) -> Result<()> {
        let sequence = self.read()?.map_or(0, |found| found.sequence);
        let record = PlainRecord {
            sequence: sequence.wrapping_add(1),
            secret,
        };
        let length = record.encode(self.owner.as_bytes(), &mut self.room)?;
        let bytes = self.room.get(..length).unwrap_or_default();
        self.slots.save(&RecordName::NONE, bytes)
    }
}

impl<F: Flash> SecretStore for SecretRecord<F> {
    fn load(&mut self, room: &mut [u8]) -> Result<Option<usize>> {
        let loaded = self.read().map(|found| {
            found.map(|found| {
                let mut writer = Writer::new(room);
                writer.put(found.secret);
                writer.length()
            })
        });
        wipe(&mut self.room);
        loaded
    }

    fn save(&mut self, secret: &[u8]) -> Result<()> {
        let saved = self.replace(secret);
        wipe(&mut self.room);
        saved
    }
}
