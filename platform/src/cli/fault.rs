//! `fault ...`

use std::path::Path;

use clap::Subcommand;

use super::Outcome;
use crate::control::{Answer, Client, Request};

#[derive(Subcommand)]
pub(super) enum Fault {
    /// Turn a fault on
    ///
    /// delay:MS, cut:BYTES, trickle:MS, missing:NAME, wrong:NAME=VALUE, chunked, http-status:N, connack:N, push-lost,
    /// push-twice, push-first, certificate:expired, certificate:wrong-host
    Add {
        /// The fault
        fault: String,
        /// For this DeviceName only; for all devices if absent
        #[arg(long, value_name = "NAME")]
        device: Option<String>,
        /// So many times; until `fault clear` if absent
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        times: Option<u32>,
    },
    /// Show the faults that are on
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Turn all faults off
    Clear,
}

impl Fault {
    pub(super) fn run(self, data: &Path) -> Outcome {
        let mut client = Client::connect(data)?;
        match self {
            Self::Add {
                fault,
                device,
                times,
            } => drop(client.ask(&Request::FaultAdd {
                fault,
                device_name: device,
                times,
            })?),
            Self::Clear => drop(client.ask(&Request::FaultClear)?),
            Self::List { json } => print(&client.ask(&Request::FaultList)?, json)?,
        }
        Ok(())
    }
}

fn print(answers: &[Answer], json: bool) -> Outcome {
    let mut objects = Vec::new();
    for answer in answers {
        let Answer::Fault {
            fault,
            device_name,
            times,
        } = answer
        else {
            continue;
        };
        match json {
            true => objects.push(serde_json::json!({
                "fault": fault, "device_name": device_name, "times": times,
            })),
            false => println!(
                "{fault}\t{}\t{}",
                device_name.as_deref().unwrap_or("-"),
                times.map_or("-".to_owned(), |times| times.to_string())
            ),
        }
    }
    if json {
        println!("{}", serde_json::to_string(&objects)?);
    }
    Ok(())
}
