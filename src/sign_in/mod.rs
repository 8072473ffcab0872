//! Signing in over MQTT: what a CONNECT must carry.
//!
//! Source of the format: the platform's page on MQTT-TCP connections, checked against what the
//! vendor's C, Python and Node SDKs and a Rust SDK produce (see `tests/vectors`).

mod psk;
mod with_secret;

pub use psk::Psk;
pub(crate) use psk::write as write_psk;
#[cfg(feature = "lean")]
pub(crate) use with_secret::with_store;
pub use with_secret::{BATCH, Connect, Signer, batch, with_secret};

use crate::credential::Credential;
use crate::identity::{ClientId, Endpoint, Host, Identity, check};
use crate::mac::{Hmac, SignMethod};
use crate::secret::equal;
use crate::status::{Error, Result};
use crate::text::{Put, Sink, Writer};
use core::ops::Range;

/// How the connection is secured: the platform's `securemode`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum SecureMode {
    /// 2: TLS.
    #[default]
    Tls,
    /// 3: plain TCP, which the platform offers to few products any more.
    Tcp,
}

impl SecureMode {
    const fn text(self) -> &'static [u8] {
        match self {
            SecureMode::Tls => b"2",
            SecureMode::Tcp => b"3",
        }
    }

    /// The ports of Link SDK C 4.x.
    const fn default_port(self) -> u16 {
        match self {
            SecureMode::Tls => 8883,
            SecureMode::Tcp => 1883,
        }
    }
}

/// The `timestamp` that is sent and signed. The platform checks no window for MQTT.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Timestamp {
    /// 2524608000000, which the vendor's C SDKs have sent since 2018.
    #[default]
    Constant,
    /// The caller's own, by the platform's page in milliseconds since 1970.
    Value(u64),
    /// None, neither sent nor signed.
    Absent,
}

impl Timestamp {
    /// The number, if there is one.
    const fn value(self) -> Option<u64> {
        match self {
            Timestamp::Constant => Some(2_524_608_000_000),
            Timestamp::Value(value) => Some(value),
            Timestamp::Absent => None,
        }
    }
}

/// A further `key=value` in the clientId's extension. It is not signed.
#[derive(Clone, Copy)]
pub struct Extension<'a> {
    /// 1 to 160 letters, digits and `_`.
    pub key: &'a [u8],
    /// Up to 160 printable ASCII characters but `|`, `,` and `=`; may be empty.
    pub value: &'a [u8],
}

/// What linkauth writes itself.
fn is_reserved(key: &[u8]) -> bool {
    equal(key, b"securemode")
        || equal(key, b"signmethod")
        || equal(key, b"timestamp")
        || equal(key, b"authType")
}

/// The further pairs of a sign-in, one at a time, so that they need not be copied.
pub trait Extensions {
    /// The pair at `index`, or None after the last.
    fn get(&self, index: usize) -> Result<Option<Extension<'_>>>;
}

impl Extensions for &[Extension<'_>] {
    fn get(&self, index: usize) -> Result<Option<Extension<'_>>> {
        Ok(<[_]>::get(self, index).copied())
    }
}

impl Extension<'_> {
    /// The longest key and the longest value, in bytes. The vendor's Python SDK sends values of
    /// up to 160.
    pub const MAX: usize = 160;

    fn check(&self) -> Result<()> {
        check(self.key, 1, Self::MAX, b"_")?;
        if self.value.len() > Self::MAX {
            return Err(Error::ARGUMENT_TOO_LONG);
        }
        if !self.value.iter().all(|byte| is_value_character(*byte)) {
            return Err(Error::ARGUMENT_CHARACTER);
        }
        if is_reserved(self.key) {
            return Err(Error::EXTENSION_KEY_RESERVED);
        }
        Ok(())
    }
}

fn is_value_character(byte: u8) -> bool {
    (byte.is_ascii_graphic() || byte == b' ') && !matches!(byte, b'|' | b',' | b'=')
}

/// The part of the clientId before the first `|`, which enters the signature.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub enum FreeClientId<'a> {
    /// `ProductKey.DeviceName`.
    #[default]
    Default,
    /// The caller's own.
    Own(ClientId<'a>),
    /// Empty: the platform assigns one. Source: AliOS-Things' Link SDK, and the Rust SDK.
    ServerAssigned,
}

/// What a caller may choose about a sign-in. The default is that of the design: HMAC-SHA256,
/// TLS, the constant timestamp, `ProductKey.DeviceName` as clientId.
#[derive(Clone, Default)]
pub struct SignIn<'a, E = &'a [Extension<'a>]> {
    /// How the password is computed.
    pub sign_method: SignMethod,
    /// How the connection is secured.
    pub secure_mode: SecureMode,
    /// The timestamp sent and signed.
    pub timestamp: Timestamp,
    /// The part of the clientId before the first `|`.
    pub client_id: FreeClientId<'a>,
    /// None: the host of the device's region or instance.
    pub host: Option<Host<'a>>,
    /// None: 8883 for TLS, 1883 for TCP.
    pub port: Option<u16>,
    /// Further pairs of the clientId's extension.
    pub extensions: E,
}

/// Where in the caller's buffer each part lies. Each is followed by a NUL.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Credentials {
    /// Host to connect to.
    pub host: Range<usize>,
    /// Port to connect to.
    pub port: u16,
    /// `clientId` of the CONNECT.
    pub client_id: Range<usize>,
    /// `username` of the CONNECT.
    pub username: Range<usize>,
    /// `password` of the CONNECT: a bearer credential, since the platform checks no time.
    pub password: Range<usize>,
}

impl<E: Extensions> SignIn<'_, E> {
    /// Refuses what the platform would not accept.
    pub(crate) fn check(&self) -> Result<()> {
        let mut at = 0;
        while let Some(extension) = self.extensions.get(at)? {
            extension.check()?;
            for earlier in 0..at {
                let earlier = self.extensions.get(earlier)?;
                if earlier.is_some_and(|earlier| earlier.key == extension.key) {
                    return Err(Error::EXTENSION_KEY_RESERVED);
                }
            }
            at = at.wrapping_add(1);
        }
        Ok(())
    }

    /// Writes the parts of the CONNECT. The caller checks `out.fits()` afterwards.
    pub(crate) fn write(
        &self,
        identity: &Identity,
        endpoint: &Endpoint,
        credential: &Credential<'_>,
        out: &mut Writer<'_>,
        written: &mut Credentials,
    ) -> Result<()> {
        written.host = part(out, |out| self.put_host(identity, endpoint, out));
        written.port = self.port.unwrap_or(self.secure_mode.default_port());
        written.client_id = match credential {
            Credential::DeviceSecret(_) => part(out, |out| self.put_client_id(identity, out)),
            Credential::DeviceToken { client_id, .. } => {
                self.check_for_token()?;
                part(out, |out| self.put_issued_client_id(*client_id, out))
            }
        };
        written.username = part(out, |out| put_username(identity.names(), out));
        written.password = part(out, |out| match credential {
            Credential::DeviceSecret(secret) => {
                let mut hmac = Hmac::new(self.sign_method);
                hmac.start(*secret);
                self.put_content(identity, &mut hmac);
                out.put_hex(hmac.finish());
            }
            Credential::DeviceToken { token, .. } => out.put(token.as_bytes()),
        });
        Ok(())
    }

    fn put_host(&self, identity: &Identity, endpoint: &Endpoint, out: &mut Writer<'_>) {
        match self.host {
            Some(host) => out.put(host.as_bytes()),
            None => endpoint.put_mqtt_host(identity.product_key.0.as_bytes(), out),
        }
    }

    /// A token goes with the clientId it was issued with, and over TLS alone.
    fn check_for_token(&self) -> Result<()> {
        if self.client_id != FreeClientId::Default {
            return Err(Error::CLIENT_ID_ISSUED);
        }
        if self.secure_mode != SecureMode::Tls {
            return Err(Error::SECURE_MODE_UNKNOWN);
        }
        Ok(())
    }

    /// The order is Link SDK C 4.x's; the platform takes any.
    fn put_client_id(&self, identity: &Identity, out: &mut Writer<'_>) {
        self.put_free_client_id(identity, out);
        out.put(b"|");
        if let Some(timestamp) = self.timestamp.value() {
            out.put(b"timestamp=");
            out.put_decimal(timestamp);
            out.put(b",");
        }
        out.put(b"securemode=");
        out.put(self.secure_mode.text());
        out.put(b",signmethod=");
        out.put(self.sign_method.name().as_bytes());
        self.put_extensions(out);
        out.put(b"|");
    }

    /// Nothing is signed. Source: Link SDK C 4.x, and the platform's page on registration over
    /// MQTT.
    fn put_issued_client_id(&self, client_id: ClientId<'_>, out: &mut Writer<'_>) {
        out.put(client_id.as_bytes());
        out.put(b"|authType=connwl,securemode=-2");
        self.put_extensions(out);
        out.put(b"|");
    }

    fn put_extensions(&self, out: &mut Writer<'_>) {
        let mut at = 0;
        while let Ok(Some(extension)) = self.extensions.get(at) {
            out.put(b",");
            out.put(extension.key);
            out.put(b"=");
            out.put(extension.value);
            at = at.wrapping_add(1);
        }
    }

    fn put_free_client_id(&self, identity: &Identity, sink: &mut impl Sink) {
        match self.client_id {
            FreeClientId::Own(client_id) => sink.put(client_id.as_bytes()),
            FreeClientId::ServerAssigned => {}
            FreeClientId::Default => {
                sink.put(identity.product_key.0.as_bytes());
                sink.put(b".");
                sink.put(identity.device_name.0.as_bytes());
            }
        }
    }

    /// What is signed: the submitted values among these four, sorted by their names.
    fn put_content(&self, identity: &Identity, hmac: &mut Hmac) {
        hmac.put(b"clientId");
        self.put_free_client_id(identity, hmac);
        hmac.put(b"deviceName");
        hmac.put(identity.device_name.0.as_bytes());
        hmac.put(b"productKey");
        hmac.put(identity.product_key.0.as_bytes());
        if let Some(timestamp) = self.timestamp.value() {
            hmac.put(b"timestamp");
            hmac.put_decimal(timestamp);
        }
    }
}

/// `DeviceName&ProductKey`.
pub(crate) fn put_username([product_key, device_name]: [&[u8]; 2], sink: &mut impl Sink) {
    sink.put(device_name);
    sink.put(b"&");
    sink.put(product_key);
}

/// Writes one NUL-terminated part and tells where it lies.
pub(crate) fn part(out: &mut Writer<'_>, write: impl FnOnce(&mut Writer<'_>)) -> Range<usize> {
    let start = out.length();
    write(out);
    end_part(out, start)
}

#[inline(never)]
fn end_part(out: &mut Writer<'_>, start: usize) -> Range<usize> {
    let end = out.length();
    out.put(b"\0");
    start..end
}
