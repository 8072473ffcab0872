//! A store that ends with the process.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::rules::{Added, Device, DeviceChange, DeviceKey, Product, Registry, StoreError};

#[derive(Default)]
struct Content {
    products: BTreeMap<String, Product>,
    devices: BTreeMap<DeviceKey, Device>,
    announcements: u64,
}

/// A store that ends with the process.
#[derive(Default)]
pub struct MemoryStore {
    content: Mutex<Content>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// A panic elsewhere leaves no half-made change behind: changes are made on copies.
    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Registry for MemoryStore {
    fn product(&self, key: &str) -> Result<Option<Product>, StoreError> {
        Ok(self.content().products.get(key).cloned())
    }

    fn products(&self) -> Result<Vec<Product>, StoreError> {
        Ok(self.content().products.values().cloned().collect())
    }

    fn change_product(
        &self,
        key: &str,
        change: &mut dyn FnMut(&mut Option<Product>),
    ) -> Result<(), StoreError> {
        let mut content = self.content();
        let mut slot = content.products.get(key).cloned();
        change(&mut slot);
        if let Some(product) = slot {
            content.products.insert(key.to_owned(), product);
        }
        Ok(())
    }

    fn device(&self, key: &DeviceKey) -> Result<Option<Device>, StoreError> {
        Ok(self.content().devices.get(key).cloned())
    }

    fn devices(&self, product_key: &str) -> Result<Vec<(DeviceKey, Device)>, StoreError> {
        let content = self.content();
        let devices = content.devices.iter();
        Ok(devices
            .filter(|(key, _)| key.product_key() == product_key)
            .map(|(key, device)| (key.clone(), device.clone()))
            .collect())
    }

    fn device_names(&self, product_key: &str) -> Result<Vec<String>, StoreError> {
        let content = self.content();
        let keys = content.devices.keys();
        Ok(keys
            .filter(|key| key.product_key() == product_key)
            .map(|key| key.device_name().to_owned())
            .collect())
    }

    fn add_devices(
        &self,
        product_key: &str,
        devices: &[(DeviceKey, Device)],
    ) -> Result<Added, StoreError> {
        let mut content = self.content();
        if !content.products.contains_key(product_key) {
            return Ok(Added::NoProduct);
        }
        let known = |(key, _): &(DeviceKey, Device)| content.devices.contains_key(key);
        if let Some(place) = devices.iter().position(known) {
            return Ok(Added::Exists(place));
        }
        content.devices.extend(devices.iter().cloned());
        Ok(Added::All)
    }

    fn change_device(&self, key: &DeviceKey, change: DeviceChange<'_>) -> Result<(), StoreError> {
        let mut content = self.content();
        let mut slot = content.devices.get(key).cloned();
        change(content.products.get(key.product_key()), &mut slot);
        match slot {
            Some(device) => content.devices.insert(key.clone(), device),
            None => content.devices.remove(key),
        };
        Ok(())
    }

    fn all_offline(&self) -> Result<(), StoreError> {
        for device in self.content().devices.values_mut() {
            device.online = false;
        }
        Ok(())
    }

    fn announce(&self) -> Result<(), StoreError> {
        self.content().announcements += 1;
        Ok(())
    }

    fn announcements(&self) -> Result<u64, StoreError> {
        Ok(self.content().announcements)
    }
}
