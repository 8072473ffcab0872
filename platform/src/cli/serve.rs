//! `serve`

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use super::Outcome;
use crate::files::{self, DataDir};
use crate::limits::{RateLimits, raise_file_limit};
use crate::listeners::Endpoints;
use crate::log::Log;
use crate::platform::{Platform, PushQos};
use crate::rules::RegistrationMode;

#[derive(Clone, Copy, ValueEnum)]
enum Mode {
    /// A new secret each time; the last one counts
    Rotate,
    /// The secret that the device got when it was created
    Stable,
    /// One registration per life of a device
    Once,
}

impl From<Mode> for RegistrationMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Rotate => Self::Rotate,
            Mode::Stable => Self::Stable,
            Mode::Once => Self::Once,
        }
    }
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum LogFormat {
    /// Words
    Text,
    /// A JSON object a line
    Json,
}

/// Port 0 lets the system choose.
#[derive(Args)]
#[command(args_override_self = true)]
pub(super) struct Serve {
    /// Read these options from a TOML file, where they have the same names; what is said here wins
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// MQTT over plain TCP
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:1883")]
    mqtt: SocketAddr,
    /// MQTT over TLS
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8883")]
    mqtts: SocketAddr,
    /// HTTPS
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8443")]
    https: SocketAddr,
    /// MQTT over TLS with the suites of old clients (static RSA, CBC) too; off if not named
    #[arg(long, value_name = "ADDR:PORT")]
    mqtts_legacy: Option<SocketAddr>,
    /// HTTPS with the suites of old clients too; off if not named
    #[arg(long, value_name = "ADDR:PORT")]
    https_legacy: Option<SocketAddr>,
    /// HTTP for the owner: /metrics and /health; off if not named
    #[arg(long, value_name = "ADDR:PORT")]
    http: Option<SocketAddr>,
    /// Most CONNECTs of all devices in a second (the vendor's limit: 500); no limit if not named
    #[arg(long, value_name = "N")]
    connects_per_second: Option<u32>,
    /// Most CONNECTs of one device in a minute (the vendor's limit: 5); no limit if not named
    #[arg(long, value_name = "N")]
    connects_per_device_minute: Option<u32>,
    /// Print where it listens as one line of JSON
    #[arg(long)]
    json: bool,
    /// Form of the lines on standard error
    #[arg(long, value_enum, default_value = "text")]
    log_format: LogFormat,
    /// Region in the names of the server certificate
    #[arg(long, default_value = "cn-shanghai")]
    region: String,
    /// Instance that registrations without pre-registration must mean if they name one
    #[arg(long, value_name = "ID")]
    instance: Option<String>,
    /// Use a new directory in place of --data, and delete it at the end
    #[arg(long)]
    ephemeral: bool,
    /// What repeated registrations hand out
    #[arg(long, value_enum, default_value = "rotate")]
    registration_mode: Mode,
    /// Time from the CONNACK of a registration to the message with the secret
    #[arg(long, value_name = "MS", default_value_t = 5)]
    push_delay_ms: u64,
    /// QoS of the message with the secret
    #[arg(long, value_name = "0|1", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=1))]
    push_qos: u8,
    /// Write CONNACK and secret at once
    #[arg(long)]
    push_with_connack: bool,
    /// Time from the CONNACK of a registration to the end of its connection
    #[arg(long, value_name = "MS", default_value_t = 15_000)]
    registration_close_ms: u64,
    /// End when standard input closes
    #[arg(long)]
    exit_with_parent: bool,
}

impl Serve {
    pub(super) fn run(self, data: &Path) -> Outcome {
        raise_file_limit();
        let temporary = match self.ephemeral {
            true => Some(
                tempfile::Builder::new()
                    .prefix("linkauth-platform-")
                    .tempdir()?,
            ),
            false => None,
        };
        let data = temporary
            .as_ref()
            .map_or(data, |directory| directory.path());
        let data = DataDir::create(data)?;
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(self.serve(&data))
    }

    async fn serve(self, data: &DataDir) -> Outcome {
        // Signals count from here on, so that none is lost between "ready" and the wait.
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let parent = self.exit_with_parent.then(stdin_closed).transpose()?;
        let platform = self.platform(data).start()?;
        eprintln!("This is a stand-in for tests and demos, not a production platform.");
        let files = EndpointsFile::write(data, platform.endpoints())?;
        announce(match self.json {
            true => &files.json,
            false => &files.text,
        })?;
        let parent_gone = async {
            match parent {
                Some(closed) => drop(closed.await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = parent_gone => {}
        }
        Ok(())
    }

    fn platform(&self, data: &DataDir) -> crate::platform::Builder {
        Platform::builder()
            .data(data.path())
            .listen(Endpoints {
                mqtt: self.mqtt,
                mqtts: self.mqtts,
                https: self.https,
                mqtts_legacy: self.mqtts_legacy,
                https_legacy: self.https_legacy,
                http: self.http,
            })
            .rate_limits(RateLimits {
                per_second: self.connects_per_second,
                per_device_minute: self.connects_per_device_minute,
            })
            .region(&self.region)
            .instance(self.instance.clone())
            .registration_mode(self.registration_mode.into())
            .push_delay(Duration::from_millis(self.push_delay_ms))
            .push_qos(match self.push_qos {
                0 => PushQos::AtMostOnce,
                _ => PushQos::AtLeastOnce,
            })
            .push_with_connack(self.push_with_connack)
            .registration_close(Duration::from_millis(self.registration_close_ms))
            .log(match self.log_format {
                LogFormat::Text => Log::stderr(),
                LogFormat::Json => Log::stderr().json(),
            })
    }
}

/// The files that scripts wait for: the same as lines and as JSON. They are gone when the platform is.
struct EndpointsFile {
    paths: [PathBuf; 2],
    text: String,
    json: String,
}

impl EndpointsFile {
    fn write(data: &DataDir, endpoints: Endpoints) -> io::Result<Self> {
        let mut facts: Vec<(&str, String)> = endpoints
            .named()
            .into_iter()
            .map(|(name, address)| (name, address.to_string()))
            .collect();
        facts.push(("data", data.path().display().to_string()));
        facts.push(("ca", data.file("ca.pem").display().to_string()));
        let lines: String = facts
            .iter()
            .map(|(name, value)| format!("{name} {value}\n"))
            .collect();
        let members = facts
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.as_str().into()));
        let object: serde_json::Map<String, serde_json::Value> = members.collect();
        let files = Self {
            paths: [
                data.file(files::ENDPOINTS_JSON),
                data.file(files::ENDPOINTS),
            ],
            text: format!("{lines}ready\n"),
            json: format!("{}\n", serde_json::Value::Object(object)),
        };
        for (path, content) in files.paths.iter().zip([&files.json, &files.text]) {
            files::write_whole(path, content.as_bytes(), files::PUBLIC)?;
        }
        Ok(files)
    }
}

impl Drop for EndpointsFile {
    fn drop(&mut self) {
        for path in &self.paths {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// A reader that went away is no reason to end: the file says the same.
fn announce(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// Resolves when standard input ends. The thread that reads it ends with the process.
fn stdin_closed() -> io::Result<oneshot::Receiver<()>> {
    let (sender, closed) = oneshot::channel();
    std::thread::Builder::new()
        .name("parent".into())
        .spawn(move || {
            let _ = io::copy(&mut io::stdin().lock().by_ref(), &mut io::sink());
            drop(sender);
        })?;
    Ok(closed)
}
