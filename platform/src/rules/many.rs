//! Many devices at once.

use std::collections::HashSet;

use super::admin::{device_key, valid_secret};
use super::registration::DEVICE_SECRET_LEN;
use super::secret::life_number;
use super::{Added, AdminError, Device, DeviceKey, Rules, Secret, StoreError};

/// A device to create. A secret that is absent is generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDevice {
    /// DeviceName.
    pub name: String,
    /// DeviceSecret.
    pub secret: Option<Secret>,
}

/// Why none of many devices was created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCreated {
    /// The place of the first that could not be, if it is one device's fault.
    pub place: Option<usize>,
    /// What is wrong.
    pub why: AdminError,
}

impl NotCreated {
    fn at(place: usize, why: AdminError) -> Self {
        Self {
            place: Some(place),
            why,
        }
    }
}

impl From<AdminError> for NotCreated {
    fn from(why: AdminError) -> Self {
        Self { place: None, why }
    }
}

impl From<StoreError> for NotCreated {
    fn from(error: StoreError) -> Self {
        Self::from(AdminError::from(error))
    }
}

impl Rules {
    /// The names of all devices of a product.
    pub fn device_names(&self, product_key: &str) -> Result<HashSet<String>, AdminError> {
        self.product(product_key)?;
        let names = self.registry.device_names(product_key)?;
        Ok(names.into_iter().collect())
    }

    /// Whether [`Rules::create_devices`] would create these devices now. Nothing is written.
    pub fn check_devices(&self, product_key: &str, new: &[NewDevice]) -> Result<(), NotCreated> {
        let mut names = self.device_names(product_key)?;
        for (place, device) in new.iter().enumerate() {
            device_key(product_key, &device.name).map_err(|why| NotCreated::at(place, why))?;
            if device.secret.as_ref().is_some_and(|s| !valid_secret(s)) {
                return Err(NotCreated::at(place, AdminError::Secret));
            }
            if !names.insert(device.name.clone()) {
                return Err(NotCreated::at(place, AdminError::Exists));
            }
        }
        Ok(())
    }

    /// Creates devices of a product: all of them, or none.
    pub fn create_devices(&self, product_key: &str, new: &[NewDevice]) -> Result<(), NotCreated> {
        let made = |(place, new)| {
            self.make_device(product_key, new)
                .map_err(|why| NotCreated::at(place, why))
        };
        let devices = new
            .iter()
            .enumerate()
            .map(made)
            .collect::<Result<Vec<_>, _>>()?;
        match self.registry.add_devices(product_key, &devices)? {
            Added::All => Ok(()),
            Added::NoProduct => Err(AdminError::NoProduct.into()),
            Added::Exists(place) => Err(NotCreated::at(place, AdminError::Exists)),
        }
    }

    pub(super) fn make_device(
        &self,
        product_key: &str,
        new: &NewDevice,
    ) -> Result<(DeviceKey, Device), AdminError> {
        let key = device_key(product_key, &new.name)?;
        let secret = self.secret_or_new(new.secret.clone(), DEVICE_SECRET_LEN)?;
        Ok((key, Device::new(life_number(&self.random)?, secret)))
    }
}
