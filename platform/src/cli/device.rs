//! `device ...`

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::Outcome;
use super::output::{DeviceView, print_many, print_one, print_secret, write_secret};
use crate::platform::rules_of;
use crate::rules::{AdminError, DeviceKey};

#[derive(Args)]
pub(super) struct Pair {
    /// ProductKey
    product_key: String,
    /// DeviceName
    device_name: String,
}

#[derive(Subcommand)]
pub(super) enum Device {
    /// Create a device
    Create {
        #[command(flatten)]
        pair: Pair,
        /// Write the DeviceSecret to this file, readable by its owner only
        #[arg(long, value_name = "PATH")]
        secret_file: Option<PathBuf>,
    },
    /// List the devices of a product
    List {
        /// ProductKey
        product_key: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one device
    Show {
        #[command(flatten)]
        pair: Pair,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the DeviceSecret and nothing else
    Secret(Pair),
    /// Delete a device; its secret is void, and its session ends
    Delete(Pair),
    /// Forbid a device to sign in, and end its session
    Disable(Pair),
    /// Allow a disabled device to sign in again
    Enable(Pair),
    /// Let a device register again (ResetThing)
    Reset(Pair),
}

impl Device {
    pub(super) fn run(self, data: &Path) -> Outcome {
        let rules = rules_of(data)?;
        match self {
            Self::Create { pair, secret_file } => {
                let device = rules.create_device(&pair.product_key, &pair.device_name, None)?;
                write_secret(secret_file.as_deref(), &device.secret)?;
            }
            Self::List { product_key, json } => {
                let devices = rules.devices(&product_key)?;
                let views: Vec<_> = devices
                    .iter()
                    .map(|(key, device)| DeviceView::new(key, device))
                    .collect();
                print_many(&views, json)?;
            }
            Self::Show { pair, json } => {
                let device = rules.device(&pair.product_key, &pair.device_name)?;
                let key = DeviceKey::new(&pair.product_key, &pair.device_name)
                    .ok_or(AdminError::DeviceName)?;
                print_one(&DeviceView::new(&key, &device), json)?;
            }
            Self::Secret(pair) => {
                let device = rules.device(&pair.product_key, &pair.device_name)?;
                print_secret(&device.secret)?;
            }
            Self::Delete(pair) => rules.delete_device(&pair.product_key, &pair.device_name)?,
            Self::Disable(pair) => {
                rules.set_disabled(&pair.product_key, &pair.device_name, true)?;
            }
            Self::Enable(pair) => {
                rules.set_disabled(&pair.product_key, &pair.device_name, false)?;
            }
            Self::Reset(pair) => rules.reset_device(&pair.product_key, &pair.device_name)?,
        }
        Ok(())
    }
}
