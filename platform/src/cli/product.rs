//! `product ...`

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};

use super::Outcome;
use super::output::{ProductView, print_many, print_one, print_secret, write_secret};
use crate::platform::rules_of;
use crate::rules::{Authentication, NewProduct};

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(super) enum Switch {
    On,
    Off,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Mode {
    Secret,
    X509,
    Id2,
}

impl From<Mode> for Authentication {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Secret => Self::Secret,
            Mode::X509 => Self::X509,
            Mode::Id2 => Self::Id2,
        }
    }
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
        /// How its devices prove who they are; it never changes. Only `secret` is spoken here, devices of others are
        /// refused
        #[arg(long, value_enum, default_value = "secret")]
        authentication: Mode,
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
        /// Product by name or ProductKey
        product: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the ProductSecret and nothing else
    Secret {
        /// Product by name or ProductKey
        product: String,
    },
    /// Allow or forbid devices of a product to register
    ///
    /// `on` wants a confirmation code, which the real platform sends to the owner's telephone. Here it is printed, and
    /// asked for at a terminal; a script's `on` is confirmed by itself.
    DynamicRegistration {
        /// Product by name or ProductKey
        product: String,
        /// on or off
        switch: Switch,
        /// Print the code only, for a later --code
        #[arg(long, conflicts_with = "code")]
        ask: bool,
        /// The code that --ask printed
        #[arg(long, value_name = "CODE")]
        code: Option<String>,
    },
}

impl Product {
    pub(super) fn run(self, data: &Path) -> Outcome {
        let rules = rules_of(data)?;
        match self {
            Self::Create {
                product_key,
                name,
                authentication,
                secret_file,
            } => {
                let product = rules.create_product(NewProduct {
                    key: product_key,
                    name,
                    secret: None,
                    authentication: authentication.into(),
                })?;
                write_secret(secret_file.as_deref(), &product.secret)?;
                println!("{}", product.key);
            }
            Self::List { json } => {
                let products = rules.products()?;
                let views: Vec<_> = products.iter().map(ProductView::from).collect();
                print_many(&views, json)?;
            }
            Self::Show { product, json } => {
                print_one(&ProductView::from(&rules.find_product(&product)?), json)?;
            }
            Self::Secret { product } => print_secret(&rules.find_product(&product)?.secret)?,
            Self::DynamicRegistration {
                product,
                switch,
                ask,
                code,
            } => {
                let key = rules.find_product(&product)?.key;
                match (switch, ask, code) {
                    (Switch::Off, ..) => rules.forbid_registration(&key)?,
                    (Switch::On, true, _) => println!("{}", rules.ask_for_confirmation(&key)?),
                    (Switch::On, false, Some(code)) => rules.allow_registration(&key, &code)?,
                    (Switch::On, false, None) => {
                        let code = confirm(&rules.ask_for_confirmation(&key)?)?;
                        rules.allow_registration(&key, &code)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// What the owner answers to the message with the code. A script has no telephone, and gives the code back.
fn confirm(code: &str) -> io::Result<String> {
    if !io::stdin().is_terminal() {
        return Ok(code.to_owned());
    }
    eprintln!("SMS to the owner of the product: your confirmation code is {code}");
    eprint!("Confirmation code: ");
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}
