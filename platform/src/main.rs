//! The program `linkauth-platform`.

#![deny(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    linkauth_platform::cli::run()
}
