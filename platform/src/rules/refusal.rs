//! How the platform says no.

use std::fmt;

use super::{RandomError, StoreError};

/// CONNACK return codes of MQTT 3.1.1 that the rules use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connack {
    /// 2: the clientId is not in the platform's format, or the transport does not fit.
    Identifier = 2,
    /// 3: not available to this client; also a keep alive out of range.
    Unavailable = 3,
    /// 4: wrong credentials.
    Credentials = 4,
    /// 5: not authorised.
    NotAuthorised = 5,
}

/// A refused CONNECT. The code goes to the device, the words to the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The CONNACK code.
    pub code: Connack,
    /// Why.
    pub reason: &'static str,
}

impl Refusal {
    pub(super) const fn new(code: Connack, reason: &'static str) -> Self {
        Self { code, reason }
    }

    pub(super) const fn format(reason: &'static str) -> Self {
        Self::new(Connack::Identifier, reason)
    }

    /// The product's devices do not have secrets.
    pub(super) const fn other_authentication() -> Self {
        let reason = "the product is for X.509 or ID2, which this platform does not speak";
        Self::new(Connack::NotAuthorised, reason)
    }

    /// Another time, not that often.
    pub(crate) const fn too_many() -> Self {
        Self::new(Connack::Unavailable, "more connects than the limit")
    }

    pub(super) const fn credentials(reason: &'static str) -> Self {
        Self::new(Connack::Credentials, reason)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code as u8, self.reason)
    }
}

impl From<StoreError> for Refusal {
    fn from(_: StoreError) -> Self {
        Self::new(Connack::Unavailable, "the store failed")
    }
}

impl From<RandomError> for Refusal {
    fn from(_: RandomError) -> Self {
        Self::new(Connack::Unavailable, "no random bytes")
    }
}

/// The codes of a registration over HTTPS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterCode {
    /// 460: a parameter is missing or malformed.
    Parameter = 460,
    /// 500: the platform failed.
    System = 500,
    /// 6100: no such device.
    DeviceNotFound = 6100,
    /// 6250: no such product.
    ProductNotFound = 6250,
    /// 6288: the product does not allow registration.
    SwitchOff = 6288,
    /// 6289: the device is active.
    AlreadyActive = 6289,
    /// 6292: unknown signature method.
    Method = 6292,
    /// 6600: wrong signature.
    Signature = 6600,
}

impl RegisterCode {
    /// The message that goes with the code.
    pub fn message(self) -> &'static str {
        match self {
            Self::Parameter => "request parameter error",
            Self::System => "system error",
            Self::DeviceNotFound => "device not found",
            Self::ProductNotFound => "product not found",
            Self::SwitchOff => "dynamic registration is off",
            Self::AlreadyActive => "device is already active",
            Self::Method => "signature method not supported",
            Self::Signature => "signature check failed",
        }
    }
}

impl From<StoreError> for RegisterCode {
    fn from(_: StoreError) -> Self {
        Self::System
    }
}

impl From<RandomError> for RegisterCode {
    fn from(_: RandomError) -> Self {
        Self::System
    }
}

/// Over MQTT only the CONNACK code is left to say it with.
impl From<RegisterCode> for Refusal {
    fn from(code: RegisterCode) -> Self {
        let connack = match code {
            RegisterCode::Parameter | RegisterCode::Method => Connack::Identifier,
            RegisterCode::System => Connack::Unavailable,
            _ => Connack::Credentials,
        };
        Self::new(connack, code.message())
    }
}
