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
mod files;
mod http;
mod log;
mod mqtt;
mod platform;
pub mod rules;
pub mod store;

pub use log::Log;
pub use platform::{Builder, Endpoints, Platform, PushQos, StartError};
pub use rules::{
    AdminError, Device, NewProduct, Product, RegistrationMode, RegistrationState, Rules, Secret,
    Status,
};
