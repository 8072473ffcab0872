//! `device ...`

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::output::{DeviceView, print_many, print_one, print_secret, write_secret};
use super::{Outcome, import, message};
use crate::platform::rules_of;
use crate::rules::{AdminError, DeviceKey, NewProduct, Rules};

#[derive(Args)]
pub(super) struct Pair {
    /// Product by name or ProductKey
    #[arg(value_name = "PRODUCT")]
    product_key: String,
    /// DeviceName
    device_name: String,
}

#[derive(Args)]
pub(super) struct Create {
    /// Product by name or ProductKey, and DeviceName
    #[arg(num_args = 0..=2, value_names = ["PRODUCT", "DEVICE_NAME"])]
    pair: Vec<String>,
    /// Product by name or ProductKey; one of that name is created if there is none. The DeviceName is optional then
    #[arg(long, value_name = "NAME")]
    product: Option<String>,
    /// Write the DeviceSecret to this file, readable by its owner only
    #[arg(long, value_name = "PATH")]
    secret_file: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(super) enum Device {
    /// Create a device
    Create(Create),
    /// Create the devices that a CSV file names
    Import(import::Import),
    /// Send a message to a device that is signed in
    Publish(message::Publish),
    /// Show what devices publish, until interrupted
    Watch(message::Watch),
    /// List the devices of a product
    List {
        /// Product by name or ProductKey
        product: String,
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

impl Pair {
    /// With the ProductKey in place of a name.
    fn found(self, rules: &Rules) -> Result<DeviceKey, AdminError> {
        let product = rules.find_product(&self.product_key)?;
        DeviceKey::new(&product.key, &self.device_name).ok_or(AdminError::DeviceName)
    }
}

impl Device {
    pub(super) fn run(self, data: &Path) -> Outcome {
        let rules = rules_of(data)?;
        match self {
            Self::Create(create) => create.run(&rules)?,
            Self::Import(import) => import.run(data, &rules)?,
            Self::Publish(publish) => publish.run(data, &rules)?,
            Self::Watch(watch) => watch.run(data, &rules)?,
            Self::List { product, json } => list(&rules, &product, json)?,
            Self::Show { pair, json } => {
                let key = pair.found(&rules)?;
                let device = rules.device(key.product_key(), key.device_name())?;
                print_one(&DeviceView::new(&key, &device), json)?;
            }
            Self::Secret(pair) => {
                let key = pair.found(&rules)?;
                let device = rules.device(key.product_key(), key.device_name())?;
                print_secret(&device.secret)?;
            }
            Self::Delete(pair) => {
                let key = pair.found(&rules)?;
                rules.delete_device(key.product_key(), key.device_name())?;
            }
            Self::Disable(pair) => {
                let key = pair.found(&rules)?;
                rules.set_disabled(key.product_key(), key.device_name(), true)?;
            }
            Self::Enable(pair) => {
                let key = pair.found(&rules)?;
                rules.set_disabled(key.product_key(), key.device_name(), false)?;
            }
            Self::Reset(pair) => {
                let key = pair.found(&rules)?;
                rules.reset_device(key.product_key(), key.device_name())?;
            }
        }
        Ok(())
    }
}

fn list(rules: &Rules, product: &str, json: bool) -> Outcome {
    let devices = rules.devices(&rules.find_product(product)?.key)?;
    let views: Vec<_> = devices
        .iter()
        .map(|(key, device)| DeviceView::new(key, device))
        .collect();
    print_many(&views, json)?;
    Ok(())
}

impl Create {
    fn run(self, rules: &Rules) -> Outcome {
        let (key, name) = self.which(rules)?;
        let device = rules.create_device(&key, &name, None)?;
        write_secret(self.secret_file.as_deref(), &device.secret)?;
        // Whoever gave both names knows them.
        if self.product.is_some() {
            println!("product_key {key}\ndevice_name {name}");
            if self.secret_file.is_none() {
                eprintln!("Its DeviceSecret: linkauth-platform device secret {key} {name}");
            }
        }
        Ok(())
    }

    fn which(&self, rules: &Rules) -> Result<(String, String), Box<dyn std::error::Error>> {
        match (&self.product, self.pair.as_slice()) {
            (None, [product, name]) => Ok((rules.find_product(product)?.key, name.clone())),
            (None, _) => Err(
                "a device needs a product: device create PRODUCT DEVICE_NAME, or \
                 device create --product NAME [DEVICE_NAME]"
                    .into(),
            ),
            (Some(product), [] | [_]) => {
                let key = match rules.find_product(product) {
                    Ok(found) => found.key,
                    Err(AdminError::NoProduct) => create_product(rules, product)?,
                    Err(error) => return Err(error.into()),
                };
                let name = self.pair.first().cloned();
                let name = name.map_or_else(|| rules.new_device_name(), Ok)?;
                Ok((key, name))
            }
            (Some(_), _) => Err("with --product there is a DeviceName at most".into()),
        }
    }
}

fn create_product(rules: &Rules, name: &str) -> Result<String, AdminError> {
    let product = rules.create_product(NewProduct {
        name: Some(name.to_owned()),
        ..NewProduct::default()
    })?;
    eprintln!("Created the product {name}");
    Ok(product.key)
}
