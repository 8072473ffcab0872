//! A local stand-in for Alibaba Cloud IoT Platform: devices sign in over MQTT and register over HTTPS or MQTT, on
//! one machine, without an account. It is made for demos, tests and CI. It is not a production platform.
//!
//! ```
//! use linkauth_platform::{NewProduct, Platform};
//!
//! let platform = Platform::builder().ephemeral().start()?;
//! let product = platform.rules().create_product(NewProduct::default())?;
//! let device = platform.rules().create_device(&product.key, "device-0001", None)?;
//! assert_ne!(platform.endpoints().mqtt.port(), 0);
//! # let _ = device;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![deny(unsafe_code)]

mod ca;
pub mod cli;
mod control;
mod desk;
mod faults;
mod files;
mod http;
mod limits;
mod listeners;
mod log;
mod metrics;
mod mqtt;
mod platform;
pub mod rules;
pub mod store;
mod storm;
mod tls;

pub use faults::{FaultKind, Faults, NoFault};
pub use limits::RateLimits;
pub use listeners::Endpoints;
pub use log::Log;
pub use platform::{Builder, Platform, PushQos, StartError};
pub use rules::{
    AdminError, Device, NewProduct, Product, RegistrationMode, RegistrationState, Rules, Secret,
    Status,
};
