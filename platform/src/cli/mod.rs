//! The command line.

mod device;
mod output;
mod product;
mod serve;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

type Outcome = Result<(), Box<dyn Error>>;

/// A local IoT Platform for demos, tests and CI. Not a production platform.
#[derive(Parser)]
#[command(name = "linkauth-platform", version)]
struct Arguments {
    /// Directory with products, devices and certificates; created if absent
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        default_value = "linkauth-platform-data"
    )]
    data: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the platform
    Serve(serve::Serve),
    /// Create and look at products
    #[command(subcommand)]
    Product(product::Product),
    /// Create, look at and switch devices
    #[command(subcommand)]
    Device(device::Device),
}

/// Does what the arguments of this process say. Exit code 0, 1 for a failure, 2 for wrong arguments.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        Command::Serve(serve) => serve.run(&arguments.data),
        Command::Product(product) => product.run(&arguments.data),
        Command::Device(device) => device.run(&arguments.data),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("linkauth-platform: {error}");
            ExitCode::FAILURE
        }
    }
}
