//! `product ...`

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};

use super::Outcome;
use super::output::{ProductView, print_many, print_one, print_secret, write_secret};
use crate::platform::rules_of;
use crate::rules::NewProduct;

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(super) enum Switch {
    On,
    Off,
}

#[derive(Subcommand)]
pub(super) enum Product {
    /// Create a product and print its ProductKey
    Create {
        /// ProductKey; generated if absent
        #[arg(long, value_name = "PK")]
        product_key: Option<String>,
        /// Name for people
        #[arg(long)]
        name: Option<String>,
        /// Write the ProductSecret to this file, readable by its owner only
        #[arg(long, value_name = "PATH")]
        secret_file: Option<PathBuf>,
    },
    /// List all products
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one product
    Show {
        /// ProductKey
        product_key: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the ProductSecret and nothing else
    Secret {
        /// ProductKey
        product_key: String,
    },
    /// Allow or forbid devices of a product to register
    DynamicRegistration {
        /// ProductKey
        product_key: String,
        /// on or off
        switch: Switch,
    },
}

impl Product {
    pub(super) fn run(self, data: &Path) -> Outcome {
        let rules = rules_of(data)?;
        match self {
            Self::Create {
                product_key,
                name,
                secret_file,
            } => {
                let product = rules.create_product(NewProduct {
                    key: product_key,
                    name,
                    secret: None,
                })?;
                write_secret(secret_file.as_deref(), &product.secret)?;
                println!("{}", product.key);
            }
            Self::List { json } => {
                let products = rules.products()?;
                let views: Vec<_> = products.iter().map(ProductView::from).collect();
                print_many(&views, json)?;
            }
            Self::Show { product_key, json } => {
                print_one(&ProductView::from(&rules.product(&product_key)?), json)?;
            }
            Self::Secret { product_key } => print_secret(&rules.product(&product_key)?.secret)?,
            Self::DynamicRegistration {
                product_key,
                switch,
            } => rules.set_dynamic_registration(&product_key, switch == Switch::On)?,
        }
        Ok(())
    }
}
