//! `doctor`

use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use clap::Args;
use openssl::asn1::Asn1Time;
use openssl::x509::X509;

use super::Outcome;
use crate::files;
use crate::limits::file_limit;
use crate::platform::rules_of;

const FEW_FILES: u64 = 4096;
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Args)]
pub(super) struct Doctor {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(serde::Serialize)]
struct Finding {
    what: &'static str,
    good: bool,
    says: String,
}

impl Doctor {
    pub(super) fn run(self, data: &Path) -> Outcome {
        let findings = [
            finding("data directory", directory(data)),
            finding("database", database(data)),
            finding("certificates", certificate(data)),
            finding("platform", platform(data)),
            finding("open files", open_files()),
        ];
        if self.json {
            println!("{}", serde_json::to_string(&findings)?);
        } else {
            for Finding { what, good, says } in &findings {
                println!("{}  {what}: {says}", if *good { "good" } else { "BAD " });
            }
        }
        match findings.iter().all(|finding| finding.good) {
            true => Ok(()),
            false => Err("something is wrong".into()),
        }
    }
}

fn finding(what: &'static str, found: Result<String, String>) -> Finding {
    let good = found.is_ok();
    let (Ok(says) | Err(says)) = found;
    Finding { what, good, says }
}

fn directory(data: &Path) -> Result<String, String> {
    let shown = data.display();
    let Ok(metadata) = data.metadata() else {
        return Err(format!(
            "{shown} is not there yet: `linkauth-platform serve` makes it"
        ));
    };
    match metadata.permissions().mode() & 0o777 {
        0o700 => Ok(format!("{shown}, its owner's alone")),
        mode => Err(format!(
            "{shown} has the mode {mode:o}: chmod 700 it, there are secrets in it"
        )),
    }
}

/// A directory that is not there is not made by looking.
fn database(data: &Path) -> Result<String, String> {
    if !data.join("platform.db").exists() {
        return Err("there is none yet".into());
    }
    let rules = rules_of(data).map_err(|error| error.to_string())?;
    let products = rules.products().map_err(|error| error.to_string())?;
    Ok(format!("{} products", products.len()))
}

fn certificate(data: &Path) -> Result<String, String> {
    let path = data.join("ca.pem");
    let pem = std::fs::read(&path).map_err(|_| "there are none yet".to_owned())?;
    let broken = |error| format!("{}: {error}", path.display());
    let ca = X509::from_pem(&pem).map_err(broken)?;
    let now = Asn1Time::days_from_now(0).map_err(broken)?;
    match ca.not_after() > now {
        true => Ok(format!(
            "{} is good until {}",
            path.display(),
            ca.not_after()
        )),
        false => Err(format!(
            "{} ran out: delete ca.pem and ca.key, and start again",
            path.display()
        )),
    }
}

fn platform(data: &Path) -> Result<String, String> {
    let Ok(text) = std::fs::read_to_string(data.join(files::ENDPOINTS)) else {
        return Ok("none runs over this directory".into());
    };
    let mut reached = Vec::new();
    for line in text.lines() {
        let Some((name, address)) = line.split_once(' ') else {
            continue;
        };
        let Ok(address) = address.parse::<SocketAddr>() else {
            continue;
        };
        if TcpStream::connect_timeout(&address, PATIENCE).is_err() {
            return Err(format!(
                "{name} at {address} does not answer: it was killed, or it hangs; the next `serve` tidies up"
            ));
        }
        reached.push(format!("{name} {address}"));
    }
    Ok(reached.join(", "))
}

fn open_files() -> Result<String, String> {
    match file_limit() {
        few if few < FEW_FILES => Err(format!(
            "{few} at most, which is as many devices: raise the hard limit (ulimit -Hn)"
        )),
        many => Ok(format!("{many} at most, which is as many devices")),
    }
}
