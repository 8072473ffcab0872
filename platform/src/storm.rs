//! Power comes back: many simulated devices at once, which register, sign in and publish.
//!
//! They speak MQTT by their own few lines, so that the same storm can be let loose on any broker.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use nix::sys::socket::setsockopt;
use nix::sys::socket::sockopt::IpBindAddressNoPort;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, client::Resumption};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// One address has 28,000 ports to connect to one server from, and the system searches longer the fewer are left.
const DEVICES_PER_ADDRESS: usize = 5_000;

/// So often a device connects when it is reset before its CONNACK: in a rush the system gives up connections that no
/// server has seen.
const TRIES: u32 = 3;

/// How the devices come.
#[derive(Clone, Copy)]
pub(crate) struct Rush {
    /// So many are under way at most, from the first packet to the last; those that are done stay.
    pub(crate) at_a_time: usize,
    /// The longest that a device waits.
    pub(crate) patience: Duration,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// A simulated device that stays connected as long as this lives.
pub(crate) struct Held(#[allow(dead_code, reason = "held, not used")] Box<dyn Stream>);

/// Where the storm goes.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    /// How to speak TLS, if it is TLS.
    pub(crate) tls: Option<TlsConnector>,
}

/// TLS with `ca` as the only root. Every handshake is a full one, as after a power cut.
pub(crate) fn trust(ca: &std::path::Path) -> io::Result<TlsConnector> {
    let certificate = CertificateDer::from_pem_file(ca).map_err(io::Error::other)?;
    let mut roots = RootCertStore::empty();
    roots.add(certificate).map_err(io::Error::other)?;
    let mut config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// What a device does.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Act {
    /// Registers over MQTT and leaves.
    Register,
    /// Signs in, publishes once and stays.
    SignIn,
}

/// One simulated device.
pub(crate) struct Device {
    pub(crate) product_key: Arc<str>,
    pub(crate) name: String,
    /// ProductSecret or DeviceSecret, as the act needs.
    pub(crate) secret: String,
}

/// What became of one device.
pub(crate) struct Done {
    pub(crate) name: String,
    /// From the first packet of TCP to the CONNACK, or to the secret.
    pub(crate) took: Duration,
    /// Connections that it took.
    pub(crate) tries: u32,
    /// What a registration got.
    pub(crate) secret: Option<String>,
    #[allow(dead_code, reason = "held, not used")]
    pub(crate) held: Option<Held>,
}

/// What became of all.
pub(crate) struct Report {
    pub(crate) done: Vec<Done>,
    pub(crate) failures: Vec<String>,
    pub(crate) wall: Duration,
}

impl Report {
    pub(crate) fn per_second(&self) -> f64 {
        self.done.len() as f64 / self.wall.as_secs_f64()
    }

    /// Devices that had to connect more than once.
    pub(crate) fn tried_again(&self) -> usize {
        self.done.iter().filter(|done| done.tries > 1).count()
    }

    /// The time that 99 of 100 devices needed at most.
    pub(crate) fn p99(&self) -> Duration {
        let mut times: Vec<Duration> = self.done.iter().map(|done| done.took).collect();
        times.sort_unstable();
        let index = (times.len() * 99).div_ceil(100).saturating_sub(1);
        times.get(index).copied().unwrap_or_default()
    }
}

/// Lets the devices loose, and tells `progress` how many are done.
pub(crate) async fn run(
    target: &Target,
    act: Act,
    devices: Vec<Device>,
    rush: Rush,
    progress: impl Fn(usize) + Send + 'static,
) -> Report {
    let start = Instant::now();
    let turns = Arc::new(Semaphore::new(rush.at_a_time));
    let mut tasks = JoinSet::new();
    for (number, device) in devices.into_iter().enumerate() {
        let (target, turns) = (target.clone(), turns.clone());
        tasks.spawn(async move {
            let _turn = turns.acquire().await;
            let name = device.name.clone();
            let outcome = timeout(rush.patience, live(target, act, number, device)).await;
            let outcome = outcome.unwrap_or_else(|_| Err(io::Error::other("no answer")));
            outcome.map_err(|error| format!("{name}: {error}"))
        });
    }
    let mut report = Report {
        done: Vec::new(),
        failures: Vec::new(),
        wall: Duration::ZERO,
    };
    // Among them: the thread that waits for all would be woken by each.
    let counted = tokio::spawn(async move {
        while let Some(joined) = tasks.join_next().await {
            match joined {
                Ok(Ok(done)) => report.done.push(done),
                Ok(Err(failure)) => report.failures.push(failure),
                Err(error) => report.failures.push(error.to_string()),
            }
            progress(report.done.len());
        }
        report.wall = start.elapsed();
        report
    });
    counted.await.unwrap_or_else(|error| Report {
        done: Vec::new(),
        failures: vec![error.to_string()],
        wall: start.elapsed(),
    })
}

async fn live(target: Target, act: Act, number: usize, device: Device) -> io::Result<Done> {
    let start = Instant::now();
    let mut tries = 1;
    let mut stream = loop {
        match admitted(&target, act, number, &device).await {
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset && tries < TRIES => {
                tries += 1
            }
            outcome => break outcome?,
        }
    };
    if act == Act::Register {
        let secret = read_secret(&mut stream).await?;
        return Ok(Done {
            name: device.name,
            took: start.elapsed(),
            tries,
            secret: Some(secret),
            held: None,
        });
    }
    let took = start.elapsed();
    let topic = format!("/{}/{}/user/update", device.product_key, device.name);
    let body = [&text(&topic)[..], &[0, 1], b"on"].concat();
    stream.write_all(&packet(0x32, &body)).await?;
    let mut puback = [0; 4];
    stream.read_exact(&mut puback).await?;
    if puback != [0x40, 2, 0, 1] {
        return Err(io::Error::other("no PUBACK"));
    }
    Ok(Done {
        name: device.name,
        took,
        tries,
        secret: None,
        held: Some(Held(stream)),
    })
}

/// A connection whose CONNACK said yes.
async fn admitted(
    target: &Target,
    act: Act,
    number: usize,
    device: &Device,
) -> io::Result<Box<dyn Stream>> {
    let mut stream = connect(target, number).await?;
    stream
        .write_all(&connect_packet(device, act, target.tls.is_some()))
        .await?;
    let mut connack = [0; 4];
    stream.read_exact(&mut connack).await?;
    match connack {
        [0x20, 2, 0, 0] => Ok(stream),
        other => Err(io::Error::other(format!("CONNACK {}", other[3]))),
    }
}

async fn connect(target: &Target, number: usize) -> io::Result<Box<dyn Stream>> {
    let socket = TcpSocket::new_v4()?;
    let address = (number / DEVICES_PER_ADDRESS) as u32;
    if address > 0 && target.address.ip().is_loopback() {
        let source = Ipv4Addr::from_bits(Ipv4Addr::LOCALHOST.to_bits() + address);
        // The port is chosen when it connects, from all: that of a bound socket comes from fewer, and with more work.
        setsockopt(&socket, IpBindAddressNoPort, &true)?;
        socket.bind(SocketAddr::new(IpAddr::V4(source), 0))?;
    }
    let tcp: TcpStream = socket.connect(target.address).await?;
    tcp.set_nodelay(true)?;
    let Some(connector) = &target.tls else {
        return Ok(Box::new(tcp));
    };
    let name = ServerName::IpAddress(target.address.ip().into());
    Ok(Box::new(connector.connect(name, tcp).await?))
}

fn connect_packet(device: &Device, act: Act, tls: bool) -> Vec<u8> {
    let Device {
        product_key,
        name,
        secret,
    } = device;
    let mode = if tls { 2 } else { 3 };
    let (client_id, content) = match act {
        Act::Register => (
            "storm|securemode=2,authType=register,random=1,signmethod=hmacsha256|".to_owned(),
            format!("deviceName{name}productKey{product_key}random1"),
        ),
        Act::SignIn => (
            format!("{name}|securemode={mode},signmethod=hmacsha256,timestamp=7|"),
            format!("clientId{name}deviceName{name}productKey{product_key}timestamp7"),
        ),
    };
    let mut body = text("MQTT");
    // Level 4; user name, password, clean session; keep alive of 1200 s.
    body.extend([4, 0b1100_0010, 0x04, 0xB0]);
    for field in [
        &client_id,
        &format!("{name}&{product_key}"),
        &sign(secret, &content),
    ] {
        body.extend(text(field));
    }
    packet(0x10, &body)
}

fn sign(secret: &str, content: &str) -> String {
    let Ok(mac) = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    let tag = mac.chain_update(content).finalize().into_bytes();
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    tag.iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 0xF)])
        .collect()
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes()[..], text.as_bytes()].concat()
}

/// With a remaining length of two bytes at most.
fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![first];
    match body.len() {
        short @ ..128 => packet.push(short as u8),
        long => packet.extend([(long % 128) as u8 | 0x80, (long / 128) as u8]),
    }
    packet.extend(body);
    packet
}

async fn read_secret(stream: &mut Box<dyn Stream>) -> io::Result<String> {
    stream.read_u8().await?;
    let low = usize::from(stream.read_u8().await?);
    let length = match low {
        0..128 => low,
        _ => low - 128 + 128 * usize::from(stream.read_u8().await?),
    };
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let topic = usize::from(u16::from_be_bytes([body[0], body[1]]));
    let payload: serde_json::Value = serde_json::from_slice(&body[2 + topic..])?;
    let secret = payload["deviceSecret"].as_str();
    secret
        .map(str::to_owned)
        .ok_or(io::Error::other("no deviceSecret"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that resets so many connections, and lets the next one in.
    async fn resetting(connections: u32) -> io::Result<Target> {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let target = Target {
            address: listener.local_addr()?,
            tls: None,
        };
        tokio::spawn(async move {
            for _ in 0..connections {
                let (mut tcp, _) = listener.accept().await?;
                tcp.read_u8().await?;
                // Closed with bytes unread, a connection is reset.
                drop(tcp);
            }
            let (mut tcp, _) = listener.accept().await?;
            tcp.write_all(&[0x20, 2, 0, 0, 0x40, 2, 0, 1]).await?;
            tcp.read_to_end(&mut Vec::new()).await
        });
        Ok(target)
    }

    async fn sign_in_after(resets: u32) -> Report {
        let device = Device {
            product_key: "storm".into(),
            name: "storm-000000".to_owned(),
            secret: String::new(),
        };
        let rush = Rush {
            at_a_time: 1,
            patience: Duration::from_secs(60),
        };
        let target = resetting(resets).await.unwrap();
        run(&target, Act::SignIn, vec![device], rush, |_| ()).await
    }

    #[tokio::test]
    async fn a_device_that_is_reset_before_its_connack_connects_again() {
        for (resets, again) in [(0, 0), (1, 1), (TRIES - 1, 1)] {
            let report = sign_in_after(resets).await;
            assert!(report.failures.is_empty(), "{:?}", report.failures);
            assert_eq!((report.done.len(), report.tried_again()), (1, again));
        }
    }

    #[tokio::test]
    async fn it_gives_up_in_the_end() {
        let report = sign_in_after(TRIES).await;
        assert_eq!((report.done.len(), report.failures.len()), (0, 1));
    }
}
