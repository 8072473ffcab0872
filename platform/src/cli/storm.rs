//! `storm`

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::Outcome;
use super::progress::Progress;
use crate::limits::{file_limit, raise_file_limit};
use crate::platform::rules_of;
use crate::rules::{NewProduct, Product, Rules, Secret, Status};
use crate::storm::{Act, Device, Report, Rush, Target, run, trust};

const NAME: &str = "storm";
/// Beside those of the devices: listeners, the store, the runtime's own.
const OTHER_FILES: u64 = 100;
/// What a foreign broker is shown, which lets everybody in or knows it (scripts/storm/plugin.c).
const ANY_SECRET: &str = "00000000000000000000000000000000";

/// Without --against: starts a platform of its own, lets all devices register over MQTT, then sign in and publish, and
/// checks that the platform lost nothing.
#[derive(Args)]
pub(super) struct Storm {
    /// How many devices
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    devices: u32,
    /// Sign in over TLS
    #[arg(long)]
    tls: bool,
    /// So many under way at a time; all of them if absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    at_a_time: Option<u32>,
    /// The longest that a device waits
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    patience: u64,
    /// Another MQTT server that lets everybody in, or knows these devices: sign in and publish only
    #[arg(long, value_name = "ADDR:PORT")]
    against: Option<SocketAddr>,
    /// With --against and --tls: what its certificate was issued by
    #[arg(long, value_name = "FILE", requires = "against")]
    ca: Option<PathBuf>,
    /// With --against: its process, to measure its memory
    #[arg(long, value_name = "PID", requires = "against")]
    pid: Option<u32>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(serde::Serialize)]
struct Figures {
    what: &'static str,
    devices: u32,
    at_a_time: u32,
    tls: bool,
    failed: usize,
    tried_again: usize,
    per_second: u64,
    p99_ms: u64,
    bytes_per_connection: Option<u64>,
    server_us_per_device: Option<u64>,
}

impl Storm {
    pub(super) fn run(self) -> Outcome {
        raise_file_limit();
        let needed = u64::from(self.devices) + OTHER_FILES;
        if needed > file_limit() {
            return Err(format!(
                "{} devices need {needed} open files, and the system allows {}: raise the hard limit (ulimit -Hn), or \
                 take fewer devices",
                self.devices,
                file_limit()
            )
            .into());
        }
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(async {
            match self.against {
                Some(address) => self.against(address).await,
                None => self.own_platform().await,
            }
        })
    }

    /// Lets devices loose, with their progress at a terminal.
    async fn let_loose(&self, target: &Target, act: Act, devices: Vec<Device>) -> Report {
        let rush = Rush {
            at_a_time: self.at_a_time() as usize,
            patience: Duration::from_secs(self.patience),
        };
        let progress = Progress::new(devices.len());
        run(target, act, devices, rush, move |count| {
            progress.show(count);
        })
        .await
    }

    fn at_a_time(&self) -> u32 {
        self.at_a_time.unwrap_or(self.devices)
    }

    async fn against(&self, address: SocketAddr) -> Outcome {
        let tls = self
            .ca
            .as_deref()
            .filter(|_| self.tls)
            .map(trust)
            .transpose()?;
        if self.tls && tls.is_none() {
            return Err("--tls against another server needs its --ca".into());
        }
        let target = Target { address, tls };
        let devices = (0..self.devices).map(|number| device(NAME, number, ANY_SECRET));
        let meter = Meter::of(self.pid);
        self.sign_in(&target, devices.collect(), &meter)
            .await
            .map(drop)
    }

    async fn own_platform(&self) -> Outcome {
        let directory = tempfile::tempdir()?;
        let rules = rules_of(directory.path())?;
        let product = furnish(&rules, self.devices)?;
        let server = Server::start(directory.path())?;
        let meter = Meter::of(Some(server.child.id()));
        let tls = trust(&directory.path().join("ca.pem"))?;
        let secret = product.secret.reveal();
        let devices = (0..self.devices).map(|number| device(&product.key, number, secret));
        let target = Target {
            address: server.mqtts,
            tls: Some(tls.clone()),
        };
        let registered = self
            .let_loose(&target, Act::Register, devices.collect())
            .await;
        self.print("registrations", true, &registered, &meter)?;
        drop(server);

        // What was issued must be there for the next process, whose memory is that of the sign-ins alone.
        let server = Server::start(directory.path())?;
        let meter = Meter::of(Some(server.child.id()));
        let devices = registered.done.into_iter().map(|done| Device {
            product_key: product.key.as_str().into(),
            name: done.name,
            secret: done.secret.unwrap_or_default(),
        });
        let target = match self.tls {
            true => Target {
                address: server.mqtts,
                tls: Some(tls),
            },
            false => Target {
                address: server.mqtt,
                tls: None,
            },
        };
        let held = self.sign_in(&target, devices.collect(), &meter).await?;
        check(&rules, &product.key, self.devices)?;
        drop(held);
        Ok(())
    }

    async fn sign_in(
        &self,
        target: &Target,
        devices: Vec<Device>,
        meter: &Meter,
    ) -> Result<Report, Box<dyn std::error::Error>> {
        let report = self.let_loose(target, Act::SignIn, devices).await;
        self.print("sign-ins", self.tls, &report, meter)?;
        Ok(report)
    }

    fn print(&self, what: &'static str, tls: bool, report: &Report, meter: &Meter) -> Outcome {
        let figures = Figures {
            what,
            devices: self.devices,
            at_a_time: self.at_a_time(),
            tls,
            failed: report.failures.len(),
            tried_again: report.tried_again(),
            per_second: report.per_second() as u64,
            p99_ms: report.p99().as_millis() as u64,
            bytes_per_connection: meter.grown().map(|bytes| bytes / u64::from(self.devices)),
            server_us_per_device: meter.cpu_us().map(|us| us / u64::from(self.devices)),
        };
        if self.json {
            println!("{}", serde_json::to_string(&figures)?);
        } else {
            let way = if tls { "TLS" } else { "plain" };
            let memory = figures.bytes_per_connection;
            let memory = memory.map_or(String::new(), |bytes| {
                format!(", {:.1} kB per connection", bytes as f64 / 1000.0)
            });
            let work = figures.server_us_per_device;
            let work = work.map_or(String::new(), |us| {
                format!(", {us} us of the server's processor each")
            });
            println!(
                "{} {what} over {way}, {} at a time: {} per second, 99 of 100 within {} ms{memory}{work}, {} connected again, {} failed",
                self.devices,
                figures.at_a_time,
                figures.per_second,
                figures.p99_ms,
                figures.tried_again,
                figures.failed
            );
        }
        match report.failures.first() {
            Some(first) => Err(format!("{} devices failed; {first}", figures.failed).into()),
            None => Ok(()),
        }
    }
}

fn device(product_key: &str, number: u32, secret: &str) -> Device {
    Device {
        product_key: Arc::from(product_key),
        name: name(number),
        secret: secret.to_owned(),
    }
}

fn name(number: u32) -> String {
    format!("storm-{number:06}")
}

fn furnish(rules: &Rules, devices: u32) -> Result<Product, Box<dyn std::error::Error>> {
    let product = rules.create_product(NewProduct::default())?;
    let code = rules.ask_for_confirmation(&product.key)?;
    rules.allow_registration(&product.key, &code)?;
    let mut trouble = None;
    rules.batch(&mut || {
        for number in 0..devices {
            let secret = Some(Secret::new(ANY_SECRET));
            if let Err(error) = rules.create_device(&product.key, &name(number), secret) {
                trouble = Some(error);
            }
        }
        Ok(())
    })?;
    match trouble {
        Some(error) => Err(error.into()),
        None => Ok(product),
    }
}

/// Nothing lost, nothing twice: as the platform has it on its disk.
fn check(rules: &Rules, product_key: &str, devices: u32) -> Outcome {
    let known = rules.devices(product_key)?;
    let right = known.iter().filter(|(_, device)| {
        let once = [device.registrations, device.activations, device.sign_ins] == [1, 1, 1];
        once && device.status() == Status::Online
    });
    match right.count() {
        count if count == devices as usize => Ok(()),
        count => Err(format!("only {count} of {devices} devices are as they should be").into()),
    }
}

/// What a process has grown by, and worked, since before its first connection.
struct Meter {
    pid: Option<u32>,
    before: Option<u64>,
    worked: Option<u64>,
}

impl Meter {
    fn of(pid: Option<u32>) -> Self {
        Self {
            pid,
            before: pid.and_then(resident),
            worked: pid.and_then(processor_time),
        }
    }

    fn grown(&self) -> Option<u64> {
        let now = self.pid.and_then(resident)?;
        Some(now.saturating_sub(self.before?))
    }

    fn cpu_us(&self) -> Option<u64> {
        let now = self.pid.and_then(processor_time)?;
        Some(now.saturating_sub(self.worked?))
    }
}

/// Bytes of a process that are in memory.
fn resident(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// Microseconds that a process was on a processor.
fn processor_time(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program, in parentheses, may hold anything; user and system time are fields 14 and 15.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(ticks * 1_000_000 / rustix::param::clock_ticks_per_second())
}

/// The platform in a process of its own, so that its memory is its own. It ends with this one.
struct Server {
    child: Child,
    mqtt: SocketAddr,
    mqtts: SocketAddr,
}

impl Server {
    fn start(data: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("--data")
            .arg(data)
            .args(["serve", "--json", "--exit-with-parent"])
            .args([
                "--mqtt",
                "127.0.0.1:0",
                "--mqtts",
                "127.0.0.1:0",
                "--https",
                "127.0.0.1:0",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        let endpoints: serde_json::Value = serde_json::from_str(&line)?;
        let address = |name: &str| endpoints[name].as_str().unwrap_or_default().parse();
        Ok(Self {
            mqtt: address("mqtt")?,
            mqtts: address("mqtts")?,
            child,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_99th_percentile_is_that_of_the_slowest_but_one_percent() {
        let done = (1..=200).map(|ms| crate::storm::Done {
            name: String::new(),
            took: Duration::from_millis(ms),
            tries: 1,
            secret: None,
            held: None,
        });
        let report = Report {
            done: done.collect(),
            failures: Vec::new(),
            wall: Duration::from_secs(2),
        };
        assert_eq!(report.p99(), Duration::from_millis(198));
        assert!((report.per_second() - 100.0).abs() < 1e-9);
    }
}
