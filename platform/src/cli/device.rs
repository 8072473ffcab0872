//! `device ...`

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::output::{DeviceView, print_many, print_one, print_secret, write_secret};
use super::{Outcome, import, message};
use crate::platform::rules_of;
use crate::rules::{AdminError, DeviceKey, NewProduct, Rules};

#[derive(Args)]
pub(super) struct Pair {
    /// ProductKey
    product_key: String,
    /// DeviceName
    device_name: String,
}

#[derive(Args)]
pub(super) struct Create {
    /// ProductKey and DeviceName
    #[arg(num_args = 0..=2, value_names = ["PRODUCT_KEY", "DEVICE_NAME"])]
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
    /// Create the devices that a CSV file names: all of them, or none if one cannot be
    Import {
        /// Product by name or ProductKey
        product: String,
        /// File with a line for each device: DeviceName, or DeviceName,DeviceSecret
        csv: PathBuf,
    },
    /// Send a message to a device that is signed in
    Publish(message::Publish),
    /// Show what devices publish, until interrupted
    Watch(message::Watch),
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
            Self::Create(create) => create.run(&rules)?,
            Self::Import { product, csv } => {
                import::run(&rules, &rules.find_product(&product)?.key, &csv)?;
            }
            Self::Publish(publish) => publish.run(data)?,
            Self::Watch(watch) => watch.run(data)?,
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
            (None, [key, name]) => Ok((key.clone(), name.clone())),
            (None, _) => Err(
                "a device needs a product: device create PRODUCT_KEY DEVICE_NAME, or \
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
