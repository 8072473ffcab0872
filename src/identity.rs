//! Who a device is and where its platform lives: parsed once, valid ever after.
//!
//! Limits and alphabets: ProductKey and InstanceId as in the buffers of the vendor's C SDKs,
//! DeviceName as the platform's RegisterDevice page states them (4 to 32 characters of letters,
//! digits and `- _ @ . :`), clientId 64 characters (the MQTT-TCP page).

use crate::mac::put_sha256;
use crate::status::{Error, Result};
use crate::text::{Sink, Text, fill, spread};

/// Checks length and alphabet: letters, digits and `others`. Kept out of line: every kind of
/// text comes here.
#[inline(never)]
pub(crate) fn check(text: &[u8], shortest: usize, longest: usize, others: &[u8]) -> Result<()> {
    if text.is_empty() {
        return Err(Error::ARGUMENT_EMPTY);
    }
    if text.len() < shortest {
        return Err(Error::ARGUMENT_TOO_SHORT);
    }
    if text.len() > longest {
        return Err(Error::ARGUMENT_TOO_LONG);
    }
    let is_allowed =
        |byte: &u8| byte.is_ascii_alphanumeric() || others.iter().any(|other| other == byte);
    if !text.iter().all(is_allowed) {
        return Err(Error::ARGUMENT_CHARACTER);
    }
    Ok(())
}

macro_rules! parsed_text {
    ($(#[$doc:meta])* $name:ident, $longest:literal, $shortest:literal, $others:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(pub(crate) Text<{ $longest + 1 }>);

        impl $name {
            /// The longest one, in bytes.
            pub const MAX: usize = $longest;

            /// None yet.
            pub(crate) const EMPTY: $name = $name(Text::EMPTY);

            /// Checks length and alphabet.
            pub fn new(text: &[u8]) -> Result<$name> {
                let mut new = $name(Text::EMPTY);
                new.set(text)?;
                Ok(new)
            }

            /// Checks length and alphabet.
            #[inline(always)]
            pub(crate) fn check(text: &[u8]) -> Result<()> {
                check(text, $shortest, $longest, $others)
            }

            /// A text that is lent, once it was checked.
            #[cfg(feature = "lean")]
            #[allow(dead_code)]
            pub(crate) fn checked(text: &[u8]) -> Result<&[u8]> {
                Self::check(text)?;
                Ok(text)
            }

            /// In place: what is moved about costs firmware code.
            fn set(&mut self, text: &[u8]) -> Result<()> {
                Self::check(text)?;
                if !self.0.set(text) {
                    return Err(Error::ARGUMENT_TOO_LONG);
                }
                Ok(())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }
    };
}

parsed_text!(
    /// Names a product: 1 to 20 letters and digits.
    ProductKey, 20, 1, b""
);
parsed_text!(
    /// Names a device within its product: 4 to 32 letters, digits and `- _ @ . :`.
    DeviceName, 32, 4, b"-_@.:"
);
parsed_text!(
    /// Names an instance of the platform, `iot-...`: 1 to 32 letters, digits, `-` and `_`.
    InstanceId, 32, 1, b"-_"
);
parsed_text!(
    /// A region of the platform, such as `cn-shanghai`: 1 to 32 letters, digits, `-` and `_`.
    Region, 32, 1, b"-_"
);

/// A host name or address that the caller lends: 1 to 127 letters, digits and `. - _ :`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Host<'a>(&'a [u8]);

impl<'a> Host<'a> {
    /// The longest one, in bytes.
    pub const MAX: usize = 127;

    /// Checks length and alphabet.
    #[inline(always)]
    pub fn new(text: &'a [u8]) -> Result<Host<'a>> {
        check(text, 1, Self::MAX, b".-_:")?;
        Ok(Host(text))
    }

    /// The same for one that may be missing.
    #[cfg(feature = "capi")]
    #[inline(always)]
    pub(crate) fn given(text: Option<&'a [u8]>) -> Result<Option<Host<'a>>> {
        if let Some(text) = text {
            Host::new(text)?;
        }
        Ok(text.map(Host))
    }

    pub(crate) fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// The instance that a host of the platform's belongs to. Source: Link SDK C 4.x.
    #[cfg_attr(not(feature = "register-mqtt"), allow(dead_code))]
    pub(crate) fn instance_id(self) -> Option<&'a [u8]> {
        self.0.strip_suffix(b".mqtt.iothub.aliyuncs.com")
    }
}

/// The free part of a clientId, before the first `|`: up to 64 characters of printable ASCII
/// but `|`. It enters the signature. Source: the platform's page on MQTT-TCP connections.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClientId<'a>(&'a [u8]);

impl<'a> ClientId<'a> {
    /// The longest one, in bytes.
    pub const MAX: usize = 64;

    /// Checks length and alphabet.
    #[inline(always)]
    pub fn new(text: &'a [u8]) -> Result<ClientId<'a>> {
        Self::check(text)?;
        Ok(ClientId(text))
    }

    /// The same for one that may be missing.
    #[cfg(feature = "capi")]
    #[inline(always)]
    pub(crate) fn given(text: Option<&'a [u8]>) -> Result<Option<ClientId<'a>>> {
        if let Some(text) = text {
            Self::check(text)?;
        }
        Ok(text.map(ClientId))
    }

    #[inline(never)]
    fn check(text: &[u8]) -> Result<()> {
        if text.is_empty() {
            return Err(Error::ARGUMENT_EMPTY);
        }
        if text.len() > Self::MAX {
            return Err(Error::ARGUMENT_TOO_LONG);
        }
        if !text.iter().all(|b| b.is_ascii_graphic() && *b != b'|') {
            return Err(Error::ARGUMENT_CHARACTER);
        }
        Ok(())
    }

    pub(crate) fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

/// ProductKey and DeviceName: one device.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The product.
    pub product_key: ProductKey,
    /// The device within it.
    pub device_name: DeviceName,
}

/// Names the record of a device in a store: 15 lower-case letters and digits.
///
/// Short and plain, because a DeviceName is neither: NVS keys end at 15 characters, and a
/// DeviceName may hold `:` or `@`. The name is a hash of ProductKey and DeviceName; the record
/// holds both in full, so a collision is found, not used.
pub struct RecordName([u8; RecordName::LENGTH + 1]);

impl RecordName {
    /// Characters in a name, its NUL not counted.
    pub const LENGTH: usize = 15;

    /// Of a device that has none yet, and for a store that holds one record.
    pub(crate) const NONE: RecordName = RecordName([0; Self::LENGTH + 1]);

    /// A name as it was handed to a store.
    #[cfg(all(feature = "capi", feature = "posix"))]
    pub(crate) fn from_bytes(name: &[u8]) -> Result<RecordName> {
        if name.len() != Self::LENGTH || !name.iter().all(u8::is_ascii_alphanumeric) {
            return Err(Error::ARGUMENT_CHARACTER);
        }
        let mut copy = [0; Self::LENGTH + 1];
        for (to, from) in copy.iter_mut().zip(name) {
            *to = *from;
        }
        Ok(RecordName(copy))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        core::ffi::CStr::from_bytes_with_nul(&self.0)
            .ok()
            .and_then(|name| name.to_str().ok())
            .unwrap_or_default()
    }

    /// The name, without its NUL.
    #[cfg(feature = "posix")]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.get(..Self::LENGTH).unwrap_or_default()
    }

    /// The name, with its NUL.
    pub fn as_bytes_with_nul(&self) -> &[u8] {
        &self.0
    }
}

impl Identity {
    /// Nobody's.
    pub(crate) const EMPTY: Identity = Identity {
        product_key: ProductKey::EMPTY,
        device_name: DeviceName::EMPTY,
    };

    /// Parses both parts.
    pub fn new(product_key: &[u8], device_name: &[u8]) -> Result<Identity> {
        let mut identity = Self::EMPTY;
        identity.set(product_key, device_name)?;
        Ok(identity)
    }

    /// Like `new`, in place.
    pub(crate) fn set(&mut self, product_key: &[u8], device_name: &[u8]) -> Result<()> {
        self.product_key.set(product_key)?;
        self.device_name.set(device_name)
    }

    /// ProductKey and DeviceName.
    pub(crate) fn names(&self) -> [&[u8]; 2] {
        [self.product_key.0.as_bytes(), self.device_name.0.as_bytes()]
    }

    /// A number that differs from device to device.
    pub(crate) fn spread(&self) -> u32 {
        spread(self.device_name.0.as_bytes())
    }

    /// Where a store keeps this device's record.
    #[inline(never)]
    pub fn record_name(&self) -> RecordName {
        let mut input = [0; ProductKey::MAX + 1 + DeviceName::MAX];
        let length = fill(&mut input, b"$0&$1", &self.names());
        let mut name = [0; RecordName::LENGTH + 1];
        let letters = name.split_at_mut(RecordName::LENGTH).0;
        put_sha256(input.get(..length).unwrap_or_default(), letters);
        for letter in letters {
            let five_bits = *letter & 31;
            *letter = match five_bits {
                0..26 => b'a'.wrapping_add(five_bits),
                _ => b'2'.wrapping_add(five_bits.wrapping_sub(26)),
            };
        }
        RecordName(name)
    }
}

/// Where the platform of a device lives: in a region, on its old public instance or on another one.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    region: Region,
    /// Empty for the old public instance. No enum: the bytes that one leaves unused would be
    /// whatever the stack held.
    instance_id: InstanceId,
}

impl Endpoint {
    /// The region that every SDK of the vendor starts from.
    pub const DEFAULT_REGION: &'static str = "cn-shanghai";

    /// Nowhere.
    pub(crate) const EMPTY: Endpoint = Endpoint {
        region: Region::EMPTY,
        instance_id: InstanceId::EMPTY,
    };

    /// Parses both parts; without a region it is the default one, without an instance the old public
    /// one.
    pub fn new(region: Option<&[u8]>, instance_id: Option<&[u8]>) -> Result<Endpoint> {
        let mut endpoint = Self::EMPTY;
        endpoint.set(region, instance_id)?;
        Ok(endpoint)
    }

    /// Like `new`, in place of an empty one.
    pub(crate) fn set(&mut self, region: Option<&[u8]>, instance_id: Option<&[u8]>) -> Result<()> {
        self.region
            .set(region.unwrap_or(Self::DEFAULT_REGION.as_bytes()))?;
        match instance_id {
            Some(instance_id) => self.instance_id.set(instance_id),
            None => Ok(()),
        }
    }

    /// The old public instance of a region.
    pub fn in_region(region: Region) -> Endpoint {
        Endpoint {
            region,
            instance_id: InstanceId::EMPTY,
        }
    }

    /// A new public or an enterprise instance.
    pub fn of_instance(instance_id: InstanceId, region: Region) -> Endpoint {
        Endpoint {
            region,
            instance_id,
        }
    }

    /// Empty for the old public instance.
    pub(crate) fn instance_id(&self) -> &[u8] {
        self.instance_id.0.as_bytes()
    }

    /// Host for MQTT.
    pub(crate) fn put_mqtt_host(&self, product_key: &[u8], sink: &mut impl Sink) {
        put_mqtt_host(
            product_key,
            self.region.0.as_bytes(),
            self.instance_id(),
            sink,
        );
    }

    /// Host for registration over HTTPS, the same for all instances of a region. Source: the C
    /// SDK's table of domains (3.x) and Link SDK C 4.x.
    pub(crate) fn put_register_host(&self, sink: &mut impl Sink) {
        sink.put(b"iot-auth.");
        sink.put(self.region.0.as_bytes());
        sink.put(b".aliyuncs.com");
    }
}

/// Host for MQTT; the instance is empty for the old public one. Source: the platform's page on MQTT-TCP
/// connections, and the Python SDK.
#[inline(always)]
pub(crate) fn put_mqtt_host(
    product_key: &[u8],
    region: &[u8],
    instance_id: &[u8],
    sink: &mut impl Sink,
) {
    if instance_id.is_empty() {
        sink.put(product_key);
        sink.put(b".iot-as-mqtt.");
        sink.put(region);
        sink.put(b".aliyuncs.com");
    } else {
        sink.put(instance_id);
        sink.put(b".mqtt.iothub.aliyuncs.com");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_name_limits() {
        for (name, expected) in [
            (&b""[..], Err(Error::ARGUMENT_EMPTY)),
            (b"dev", Err(Error::ARGUMENT_TOO_SHORT)),
            (b"dev1", Ok(())),
            (b"A_b-c.d@e:f", Ok(())),
            (b"0123456789ABCDEFGHIJKLMNOPQRSTUV", Ok(())),
            (
                b"0123456789ABCDEFGHIJKLMNOPQRSTUVW",
                Err(Error::ARGUMENT_TOO_LONG),
            ),
            (b"dev&1", Err(Error::ARGUMENT_CHARACTER)),
            (b"dev|1", Err(Error::ARGUMENT_CHARACTER)),
            (b"dev\0", Err(Error::ARGUMENT_CHARACTER)),
            (b"d\xc3\xa9v1", Err(Error::ARGUMENT_CHARACTER)),
        ] {
            assert_eq!(DeviceName::new(name).map(drop), expected, "{name:?}");
        }
    }

    #[test]
    fn a_record_name_is_short_plain_and_the_devices_own() {
        let one = Identity::new(b"a1B2c3D4e5F", b"AA:BB:CC:DD:EE:FF").unwrap();
        let two = Identity::new(b"a1B2c3D4e5F", b"AA:BB:CC:DD:EE:FE").unwrap();
        let name = one.record_name();
        assert_eq!(name.as_str().len(), 15);
        assert!(name.as_str().bytes().all(|b| b.is_ascii_alphanumeric()));
        assert_ne!(name.as_str(), two.record_name().as_str());
        // Computed with Python's hashlib: a record must be found by every later version.
        assert_eq!(name.as_str(), "u4alqlywdwl533j");
    }
}
