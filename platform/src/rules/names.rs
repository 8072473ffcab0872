//! ProductKey and DeviceName.

use std::fmt;

const PRODUCT_KEY_MAX: usize = 20;
const DEVICE_NAME: std::ops::RangeInclusive<usize> = 4..=32;

/// Whether `text` can be a ProductKey: 1 to 20 letters and digits.
pub fn valid_product_key(text: &str) -> bool {
    (1..=PRODUCT_KEY_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Whether `text` can be a DeviceName: 4 to 32 of `A-Z a-z 0-9 - _ @ . :`.
pub fn valid_device_name(text: &str) -> bool {
    DEVICE_NAME.contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_@.:".contains(&b))
}

/// Which device: the pair that all state hangs on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeviceKey {
    product_key: String,
    device_name: String,
}

impl DeviceKey {
    /// The pair, if both halves are well-formed.
    pub fn new(product_key: &str, device_name: &str) -> Option<Self> {
        if !valid_product_key(product_key) || !valid_device_name(device_name) {
            return None;
        }
        Some(Self {
            product_key: product_key.to_owned(),
            device_name: device_name.to_owned(),
        })
    }

    /// The ProductKey.
    pub fn product_key(&self) -> &str {
        &self.product_key
    }

    /// The DeviceName.
    pub fn device_name(&self) -> &str {
        &self.device_name
    }
}

impl fmt::Display for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.product_key, self.device_name)
    }
}
