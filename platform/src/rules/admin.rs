//! What the owner of the products may do.

use std::fmt;

use super::secret::{alphanumerics, digits};
use super::{
    Added, Authentication, Device, DeviceKey, NewDevice, Product, RandomError, RegistrationState,
    Rules, Secret, StoreError, valid_product_key,
};

const PRODUCT_SECRET_LEN: usize = 16;
const SECRET_MAX: usize = 64;
const CONFIRMATION_LEN: usize = 6;
const DEVICE_NAME_LEN: usize = 20;

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
    /// The confirmation code is another one, or none was asked for.
    Confirmation,
    /// Several products have this name.
    Ambiguous,
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
            Self::Confirmation => "this is not the confirmation code",
            Self::Ambiguous => "several products have this name: use the ProductKey",
            Self::NoProduct => "no such product (product list shows them all)",
            Self::NoDevice => "no such device (device list shows those of a product)",
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
    /// How its devices prove who they are.
    pub authentication: Authentication,
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
            authentication: new.authentication,
            dynamic_registration: false,
            confirmation: None,
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

    /// Turns registration off. Devices that are active already go on.
    pub fn forbid_registration(&self, key: &str) -> Result<(), AdminError> {
        self.change_product(key, |product| {
            product.dynamic_registration = false;
            product.confirmation = None;
            Ok(())
        })
    }

    /// Makes the code that [`Rules::allow_registration`] wants. The real platform sends it to the owner's telephone.
    pub fn ask_for_confirmation(&self, key: &str) -> Result<String, AdminError> {
        let code = digits(&self.random, CONFIRMATION_LEN)?;
        self.change_product(key, |product| {
            product.confirmation = Some(code.clone());
            Ok(())
        })?;
        Ok(code)
    }

    /// Turns registration on, if the code is the one that was asked for last. It serves once.
    pub fn allow_registration(&self, key: &str, code: &str) -> Result<(), AdminError> {
        self.change_product(key, |product| {
            if product.confirmation.as_deref() != Some(code) {
                return Err(AdminError::Confirmation);
            }
            product.confirmation = None;
            product.dynamic_registration = true;
            Ok(())
        })
    }

    fn change_product(
        &self,
        key: &str,
        change: impl Fn(&mut Product) -> Result<(), AdminError>,
    ) -> Result<(), AdminError> {
        let mut outcome = Err(AdminError::NoProduct);
        self.registry.change_product(key, &mut |slot| {
            if let Some(product) = slot {
                outcome = change(product);
            }
        })?;
        outcome
    }

    /// The product with this ProductKey, or else the only one with this name.
    pub fn find_product(&self, key_or_name: &str) -> Result<Product, AdminError> {
        if let Some(product) = self.registry.product(key_or_name)? {
            return Ok(product);
        }
        let mut named = self.registry.products()?;
        named.retain(|product| product.name == key_or_name);
        match (named.pop(), named.is_empty()) {
            (Some(product), true) => Ok(product),
            (Some(_), false) => Err(AdminError::Ambiguous),
            _ => Err(AdminError::NoProduct),
        }
    }

    /// A DeviceName for a device whose owner has no wish.
    pub fn new_device_name(&self) -> Result<String, AdminError> {
        Ok(alphanumerics(&self.random, DEVICE_NAME_LEN)?)
    }

    /// Creates a device; its secret is generated if none is given.
    pub fn create_device(
        &self,
        product_key: &str,
        device_name: &str,
        secret: Option<Secret>,
    ) -> Result<Device, AdminError> {
        let new = NewDevice {
            name: device_name.to_owned(),
            secret,
        };
        let made = self.make_device(product_key, &new)?;
        match self
            .registry
            .add_devices(product_key, std::slice::from_ref(&made))?
        {
            Added::All => Ok(made.1),
            Added::NoProduct => Err(AdminError::NoProduct),
            Added::Exists(_) => Err(AdminError::Exists),
        }
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

    pub(super) fn secret_or_new(
        &self,
        given: Option<Secret>,
        len: usize,
    ) -> Result<Secret, AdminError> {
        let Some(secret) = given else {
            return Ok(Secret::new(alphanumerics(&self.random, len)?));
        };
        valid_secret(&secret)
            .then_some(secret)
            .ok_or(AdminError::Secret)
    }
}

pub(super) fn valid_secret(secret: &Secret) -> bool {
    let text = secret.reveal();
    (1..=SECRET_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

pub(super) fn device_key(product_key: &str, device_name: &str) -> Result<DeviceKey, AdminError> {
    if !valid_product_key(product_key) {
        return Err(AdminError::ProductKey);
    }
    DeviceKey::new(product_key, device_name).ok_or(AdminError::DeviceName)
}
