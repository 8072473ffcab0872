//! What the owner of the products may do.

use std::fmt;

use super::registration::DEVICE_SECRET_LEN;
use super::secret::alphanumerics;
use super::{
    Device, DeviceKey, Product, RandomError, RegistrationState, Rules, Secret, StoreError,
    valid_product_key,
};

const PRODUCT_SECRET_LEN: usize = 16;
const SECRET_MAX: usize = 64;

/// Why an owner's wish was not granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdminError {
    /// A ProductKey must be 1 to 20 letters and digits.
    ProductKey,
    /// A DeviceName must be 4 to 32 of `A-Z a-z 0-9 - _ @ . :`.
    DeviceName,
    /// A secret must be 1 to 64 printable ASCII characters.
    Secret,
    /// There is one already.
    Exists,
    /// No such product.
    NoProduct,
    /// No such device.
    NoDevice,
    /// The operating system gave no random bytes.
    Random,
    /// The store failed.
    Store(StoreError),
}

impl fmt::Display for AdminError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ProductKey => "a ProductKey must be 1 to 20 letters and digits",
            Self::DeviceName => "a DeviceName must be 4 to 32 of A-Z a-z 0-9 - _ @ . :",
            Self::Secret => "a secret must be 1 to 64 printable ASCII characters",
            Self::Exists => "it exists already",
            Self::NoProduct => "no such product",
            Self::NoDevice => "no such device",
            Self::Random => "the operating system gave no random bytes",
            Self::Store(error) => return error.fmt(f),
        })
    }
}

impl std::error::Error for AdminError {}

impl From<StoreError> for AdminError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<RandomError> for AdminError {
    fn from(_: RandomError) -> Self {
        Self::Random
    }
}

/// A product to create. What is absent is generated.
#[derive(Clone, Debug, Default)]
pub struct NewProduct {
    /// ProductKey.
    pub key: Option<String>,
    /// Name for people.
    pub name: Option<String>,
    /// ProductSecret.
    pub secret: Option<Secret>,
}

impl Rules {
    /// Creates a product. Its registration switch is off, as on the real platform.
    pub fn create_product(&self, new: NewProduct) -> Result<Product, AdminError> {
        let key = match new.key {
            Some(key) => key,
            None => format!("a1{}", alphanumerics(&self.random, 9)?),
        };
        if !valid_product_key(&key) {
            return Err(AdminError::ProductKey);
        }
        let product = Product {
            name: new.name.unwrap_or_else(|| key.clone()),
            secret: self.secret_or_new(new.secret, PRODUCT_SECRET_LEN)?,
            dynamic_registration: false,
            key,
        };
        let mut created = false;
        self.registry.change_product(&product.key, &mut |slot| {
            created = slot.is_none();
            slot.get_or_insert_with(|| product.clone());
        })?;
        created.then_some(product).ok_or(AdminError::Exists)
    }

    /// One product.
    pub fn product(&self, key: &str) -> Result<Product, AdminError> {
        self.registry.product(key)?.ok_or(AdminError::NoProduct)
    }

    /// All products.
    pub fn products(&self) -> Result<Vec<Product>, AdminError> {
        Ok(self.registry.products()?)
    }

    /// Turns the registration switch of a product.
    pub fn set_dynamic_registration(&self, key: &str, on: bool) -> Result<(), AdminError> {
        let mut found = false;
        self.registry.change_product(key, &mut |slot| {
            found = slot.is_some();
            if let Some(product) = slot {
                product.dynamic_registration = on;
            }
        })?;
        found.then_some(()).ok_or(AdminError::NoProduct)
    }

    /// Creates a device; its secret is generated if none is given.
    pub fn create_device(
        &self,
        product_key: &str,
        device_name: &str,
        secret: Option<Secret>,
    ) -> Result<Device, AdminError> {
        let key = device_key(product_key, device_name)?;
        let mut device = self.new_device()?;
        device.secret = self.secret_or_new(secret, DEVICE_SECRET_LEN)?;
        let mut verdict = Ok(());
        self.registry.change_device(&key, &mut |product, slot| {
            verdict = match (product, slot.as_ref()) {
                (None, _) => Err(AdminError::NoProduct),
                (_, Some(_)) => Err(AdminError::Exists),
                _ => Ok(()),
            };
            if verdict.is_ok() {
                *slot = Some(device.clone());
            }
        })?;
        verdict.map(|()| device)
    }

    /// One device.
    pub fn device(&self, product_key: &str, device_name: &str) -> Result<Device, AdminError> {
        let key = device_key(product_key, device_name)?;
        self.registry.device(&key)?.ok_or(AdminError::NoDevice)
    }

    /// All devices of a product.
    pub fn devices(&self, product_key: &str) -> Result<Vec<(DeviceKey, Device)>, AdminError> {
        self.product(product_key)?;
        Ok(self.registry.devices(product_key)?)
    }

    /// Deletes a device: its secret is void, and its session ends.
    pub fn delete_device(&self, product_key: &str, device_name: &str) -> Result<(), AdminError> {
        self.change_existing(product_key, device_name, |slot| *slot = None)?;
        Ok(self.registry.announce()?)
    }

    /// Disables or enables a device. A session of a disabled device ends.
    pub fn set_disabled(
        &self,
        product_key: &str,
        device_name: &str,
        disabled: bool,
    ) -> Result<(), AdminError> {
        self.change_existing(product_key, device_name, |slot| {
            if let Some(device) = slot {
                device.disabled = disabled;
            }
        })?;
        Ok(self.registry.announce()?)
    }

    /// ResetThing: the device may register again. It stays activated, and its secret valid until then.
    pub fn reset_device(&self, product_key: &str, device_name: &str) -> Result<(), AdminError> {
        self.change_existing(product_key, device_name, |slot| {
            if let Some(device) = slot {
                device.registration = RegistrationState::Unregistered;
                device.physical_devices.clear();
            }
        })
    }

    fn change_existing(
        &self,
        product_key: &str,
        device_name: &str,
        change: impl Fn(&mut Option<Device>),
    ) -> Result<(), AdminError> {
        let key = device_key(product_key, device_name)?;
        let mut found = false;
        self.registry.change_device(&key, &mut |_, slot| {
            found = slot.is_some();
            if found {
                change(slot);
            }
        })?;
        found.then_some(()).ok_or(AdminError::NoDevice)
    }

    fn secret_or_new(&self, given: Option<Secret>, len: usize) -> Result<Secret, AdminError> {
        let Some(secret) = given else {
            return Ok(Secret::new(alphanumerics(&self.random, len)?));
        };
        let text = secret.reveal();
        let fits = (1..=SECRET_MAX).contains(&text.len());
        if !fits || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(AdminError::Secret);
        }
        Ok(secret)
    }
}

fn device_key(product_key: &str, device_name: &str) -> Result<DeviceKey, AdminError> {
    if !valid_product_key(product_key) {
        return Err(AdminError::ProductKey);
    }
    DeviceKey::new(product_key, device_name).ok_or(AdminError::DeviceName)
}
