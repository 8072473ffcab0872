//! What the platform decides, and nothing about how anyone asks.
//!
//! Nothing here knows a broker, HTTP or SQL. The store is behind [`Registry`]; clock and randomness are handed in.

mod admin;
mod client_id;
mod many;
mod model;
mod names;
mod refusal;
mod registration;
mod registry;
mod secret;
mod sign_in;
mod signature;
mod topics;

use std::sync::Arc;

pub use admin::{AdminError, NewProduct};
pub use client_id::{AuthType, ClientId, SecureMode};
pub use many::{NewDevice, NotCreated};
pub use model::{Authentication, Device, PhysicalDevice, Product, RegistrationState, Status};
pub use names::{DeviceKey, valid_device_name, valid_product_key};
pub use refusal::{Connack, Refusal, RegisterCode};
pub use registration::{Issued, Push, RegisterRequest};
pub use registry::{Added, DeviceChange, Registry, StoreError, Work};
pub use secret::{Random, RandomError, Secret};
pub use sign_in::{Accepted, Connect, Session};
pub use signature::Method;
pub use topics::{filter_matches, may_publish, may_subscribe, own_user_topic};

/// What a registration hands out when the device has a secret already that nobody signed in with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegistrationMode {
    /// A new secret each time; the last one counts.
    #[default]
    Rotate,
    /// The secret that the device got when it was created.
    Stable,
    /// One registration per life; the second is told that the device is active.
    Once,
}

/// Milliseconds since 1970.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// The rules over one registry.
#[derive(Clone)]
pub struct Rules {
    registry: Arc<dyn Registry>,
    clock: Clock,
    random: Random,
    mode: RegistrationMode,
    instance: Option<String>,
}

impl Rules {
    /// Rules over `registry` with the default mode and no instance.
    pub fn new(registry: Arc<dyn Registry>, clock: Clock, random: Random) -> Self {
        Self {
            registry,
            clock,
            random,
            mode: RegistrationMode::default(),
            instance: None,
        }
    }

    /// Runs `work`, whose changes become durable together: see [`Registry::batch`].
    pub fn batch(&self, work: Work<'_>) -> Result<(), StoreError> {
        self.registry.batch(work)
    }

    /// Chooses what repeated registrations hand out.
    pub fn with_mode(mut self, mode: RegistrationMode) -> Self {
        self.mode = mode;
        self
    }

    /// Names the instance, which a registration without pre-registration must name too if it names one.
    pub fn with_instance(mut self, instance: Option<String>) -> Self {
        self.instance = instance;
        self
    }
}
