//! The command line.

mod config;
mod device;
mod doctor;
mod fault;
mod import;
mod message;
mod output;
mod product;
mod progress;
mod serve;
mod storm;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

type Outcome = Result<(), Box<dyn Error>>;

/// A local IoT Platform for demos, tests and CI. Not a production platform.
///
/// From nothing to a device: `linkauth-platform serve` in one shell, and in another
/// `linkauth-platform device create --product NAME`.
#[derive(Parser)]
#[command(name = "linkauth-platform", version)]
struct Arguments {
    /// Directory with products, devices and certificates; created if absent
    #[arg(
        long,
        global = true,
        visible_alias = "state",
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
    Serve(Box<serve::Serve>),
    /// Create and look at products
    #[command(subcommand)]
    Product(product::Product),
    /// Create, look at and switch devices, and talk to them
    #[command(subcommand)]
    Device(Box<device::Device>),
    /// Let the running platform fail on purpose
    #[command(subcommand)]
    Fault(fault::Fault),
    /// Say what is wrong with the data directory or this machine
    Doctor(doctor::Doctor),
    /// Power many simulated devices on at once, against a platform of its own or another server
    Storm(storm::Storm),
    /// Print a completion script for a shell
    Completion {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Does what the arguments of this process say. Exit code 0, 1 for a failure, 2 for wrong arguments.
pub fn run() -> ExitCode {
    let outcome = config::arguments().and_then(|arguments| {
        let arguments = Arguments::parse_from(arguments);
        match arguments.command {
            Command::Serve(serve) => serve.run(&arguments.data),
            Command::Product(product) => product.run(&arguments.data),
            Command::Device(device) => device.run(&arguments.data),
            Command::Fault(fault) => fault.run(&arguments.data),
            Command::Doctor(doctor) => doctor.run(&arguments.data),
            Command::Storm(storm) => storm.run(),
            Command::Completion { shell } => {
                let mut command = Arguments::command();
                let name = command.get_name().to_owned();
                clap_complete::generate(shell, &mut command, name, &mut std::io::stdout());
                Ok(())
            }
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read has seen enough, as `head` has.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("linkauth-platform: {error}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
