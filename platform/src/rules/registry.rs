//! What the rules need from a store.

use std::fmt;

use super::{Device, DeviceKey, Product};

/// The store failed. The text says what, and holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError(pub String);

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "store: {}", self.0)
    }
}

impl std::error::Error for StoreError {}

/// Sees a product and a device, and may create, alter or (by `None`) remove the device.
pub type DeviceChange<'a> = &'a mut dyn FnMut(Option<&Product>, &mut Option<Device>);

/// Several changes that belong together.
pub type Work<'a> = &'a mut dyn FnMut() -> Result<(), StoreError>;

/// What became of devices that were to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// All are there.
    All,
    /// None is: there is no such product.
    NoProduct,
    /// None is: the one at this place exists already.
    Exists(usize),
}

/// Products and devices. Every answer is fresh: another process may write the same store.
pub trait Registry: Send + Sync {
    /// One product.
    fn product(&self, key: &str) -> Result<Option<Product>, StoreError>;

    /// All products by key.
    fn products(&self) -> Result<Vec<Product>, StoreError>;

    /// Creates or alters a product.
    fn change_product(
        &self,
        key: &str,
        change: &mut dyn FnMut(&mut Option<Product>),
    ) -> Result<(), StoreError>;

    /// One device.
    fn device(&self, key: &DeviceKey) -> Result<Option<Device>, StoreError>;

    /// All devices of a product by name.
    fn devices(&self, product_key: &str) -> Result<Vec<(DeviceKey, Device)>, StoreError>;

    /// The names of all devices of a product, in no order.
    fn device_names(&self, product_key: &str) -> Result<Vec<String>, StoreError>;

    /// Adds devices of one product: all of them, or none.
    fn add_devices(
        &self,
        product_key: &str,
        devices: &[(DeviceKey, Device)],
    ) -> Result<Added, StoreError>;

    /// Runs `change` once, alone; what it leaves behind is durable when this returns.
    fn change_device(&self, key: &DeviceKey, change: DeviceChange<'_>) -> Result<(), StoreError>;

    /// Runs `work`, whose changes through this registry become durable together: all of them when this returns `Ok`,
    /// none otherwise, also if `work` wants it so. A store without a disk runs `work` and takes nothing back.
    fn batch(&self, work: Work<'_>) -> Result<(), StoreError> {
        work()
    }

    /// Marks every device offline: at the start of a server no session is open.
    fn all_offline(&self) -> Result<(), StoreError>;

    /// Tells running servers that sessions may have to end.
    fn announce(&self) -> Result<(), StoreError>;

    /// How often [`Registry::announce`] was called, by anyone.
    fn announcements(&self) -> Result<u64, StoreError>;
}
