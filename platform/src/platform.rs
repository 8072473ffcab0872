//! The platform as one object: built, started, stopped.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ntex_mqtt::QoS;
use openssl::error::ErrorStack;

use crate::ca::Identity;
use crate::files::{self, DataDir};
use crate::http;
use crate::log::Log;
use crate::mqtt::{self, PushSettings, Shared};
use crate::rules::{RandomError, RegistrationMode, Registry, Rules, StoreError};
use crate::store::{MemoryStore, ServerLock, SqliteStore};

const DEFAULT_PUSH_DELAY: Duration = Duration::from_millis(5);
const DEFAULT_CLOSE_AFTER: Duration = Duration::from_secs(15);

/// Why the platform did not start.
#[derive(Debug)]
pub enum StartError {
    /// What was done, and how the system refused it.
    Io(String, io::Error),
    /// OpenSSL failed.
    Tls(ErrorStack),
    /// The store failed.
    Store(StoreError),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(what, error) => write!(f, "{what}: {error}"),
            Self::Tls(error) => write!(f, "certificates: {error}"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StartError {}

impl From<ErrorStack> for StartError {
    fn from(error: ErrorStack) -> Self {
        Self::Tls(error)
    }
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// QoS of the message that carries a secret to a registering device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PushQos {
    /// QoS 0.
    #[default]
    AtMostOnce,
    /// QoS 1.
    AtLeastOnce,
}

/// Where the platform listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// MQTT over plain TCP.
    pub mqtt: SocketAddr,
    /// MQTT over TLS.
    pub mqtts: SocketAddr,
    /// HTTPS.
    pub https: SocketAddr,
}

/// Chooses how the platform is to run. Made by [`Platform::builder`].
#[derive(Clone)]
pub struct Builder {
    data: Option<PathBuf>,
    listen: Endpoints,
    region: String,
    instance: Option<String>,
    mode: RegistrationMode,
    push: PushSettings,
    log: Log,
}

impl Builder {
    /// Keeps products, devices and certificates in this directory.
    pub fn data(mut self, path: impl Into<PathBuf>) -> Self {
        self.data = Some(path.into());
        self
    }

    /// Keeps everything in memory; this is the default.
    pub fn ephemeral(mut self) -> Self {
        self.data = None;
        self
    }

    /// Where to listen. The default is port 0, which the system replaces, on 127.0.0.1.
    pub fn listen(mut self, endpoints: Endpoints) -> Self {
        self.listen = endpoints;
        self
    }

    /// The region in the names of the server certificate; `cn-shanghai` by default.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// The instance that registrations without pre-registration must mean if they name one.
    pub fn instance(mut self, instance: Option<String>) -> Self {
        self.instance = instance;
        self
    }

    /// What repeated registrations hand out.
    pub fn registration_mode(mut self, mode: RegistrationMode) -> Self {
        self.mode = mode;
        self
    }

    /// Time from the CONNACK of a registration to the message with the secret; 5 ms by default.
    pub fn push_delay(mut self, delay: Duration) -> Self {
        self.push.delay = delay;
        self
    }

    /// QoS of the message with the secret; 0 by default.
    pub fn push_qos(mut self, qos: PushQos) -> Self {
        self.push.qos = match qos {
            PushQos::AtMostOnce => QoS::AtMostOnce,
            PushQos::AtLeastOnce => QoS::AtLeastOnce,
        };
        self
    }

    /// Writes CONNACK and secret at once, which a device must be able to take.
    pub fn push_with_connack(mut self, together: bool) -> Self {
        self.push.with_connack = together;
        self
    }

    /// Time from the CONNACK of a registration to the end of its connection; 15 s by default.
    pub fn registration_close(mut self, after: Duration) -> Self {
        self.push.close_after = after;
        self
    }

    /// Where log lines go; nowhere by default.
    pub fn log(mut self, log: Log) -> Self {
        self.log = log;
        self
    }

    /// Starts the platform. All listeners accept connections when this returns.
    pub fn start(self) -> Result<Platform, StartError> {
        let data = self.data.as_deref().map(open_data).transpose()?;
        let lock = data.as_ref().map(lock).transpose()?;
        let registry = open_registry(data.as_ref())?;
        let rules = rules(registry)
            .with_mode(self.mode)
            .with_instance(self.instance);
        rules.forget_sessions()?;
        let (ca_pem, leaf) = certificates(data.as_ref(), &self.region)?;
        let acceptor = leaf.acceptor()?;

        let [plain, tls, https] =
            [self.listen.mqtt, self.listen.mqtts, self.listen.https].map(bind);
        let (plain, tls, https) = (plain?, tls?, https?);
        let endpoints = Endpoints {
            mqtt: local(&plain)?,
            mqtts: local(&tls)?,
            https: local(&https)?,
        };
        let shared = Shared {
            rules: rules.clone(),
            log: self.log.clone(),
            push: self.push,
            sessions: Default::default(),
        };
        let mqtt = mqtt::Server::start(plain, tls, acceptor.clone(), shared)
            .map_err(|error| StartError::Io("MQTT".into(), error))?;
        let https = HttpThread::start(https, acceptor, rules.clone(), self.log)
            .map_err(|error| StartError::Io("HTTPS".into(), error))?;
        Ok(Platform {
            rules,
            endpoints,
            ca_pem,
            mqtt: Some(mqtt),
            https: Some(https),
            _lock: lock,
        })
    }
}

/// A running platform. It stops when it is dropped.
pub struct Platform {
    rules: Rules,
    endpoints: Endpoints,
    ca_pem: Vec<u8>,
    mqtt: Option<mqtt::Server>,
    https: Option<HttpThread>,
    _lock: Option<ServerLock>,
}

impl Platform {
    /// A builder with the defaults.
    pub fn builder() -> Builder {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Builder {
            data: None,
            listen: Endpoints {
                mqtt: any,
                mqtts: any,
                https: any,
            },
            region: "cn-shanghai".into(),
            instance: None,
            mode: RegistrationMode::default(),
            push: PushSettings {
                delay: DEFAULT_PUSH_DELAY,
                qos: QoS::AtMostOnce,
                with_connack: false,
                close_after: DEFAULT_CLOSE_AFTER,
            },
            log: Log::silent(),
        }
    }

    /// Where it listens.
    pub fn endpoints(&self) -> Endpoints {
        self.endpoints
    }

    /// The certificate that clients must trust.
    pub fn ca_pem(&self) -> &[u8] {
        &self.ca_pem
    }

    /// Products and devices, and what may be done with them.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        drop(self.https.take());
        drop(self.mqtt.take());
        // Connections that the stop cut off had no time to say so.
        let _ = self.rules.forget_sessions();
    }
}

/// The HTTPS server, in a thread with a runtime of its own.
struct HttpThread {
    stop: http::StopHandle,
    thread: Option<JoinHandle<()>>,
}

impl HttpThread {
    fn start(
        listener: TcpListener,
        tls: openssl::ssl::SslAcceptor,
        rules: Rules,
        log: Log,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let stop = http::StopHandle::new();
        let stopping = stop.clone();
        let thread = thread::Builder::new().name("https".into()).spawn(move || {
            let served = http::serve(listener, tls, rules, log.clone(), stopping);
            if let Err(error) = runtime.block_on(served) {
                log.line(format_args!("https ended({error})"));
            }
        })?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for HttpThread {
    fn drop(&mut self) {
        self.stop.shutdown();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Rules over a data directory, for the command line.
pub(crate) fn rules_of(path: &Path) -> Result<Rules, StartError> {
    let data = open_data(path)?;
    Ok(rules(open_registry(Some(&data))?))
}

fn rules(registry: Arc<dyn Registry>) -> Rules {
    let clock = || {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        u64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
    };
    let random = |bytes: &mut [u8]| getrandom::fill(bytes).map_err(|_| RandomError);
    Rules::new(registry, Arc::new(clock), Arc::new(random))
}

fn open_data(path: &Path) -> Result<DataDir, StartError> {
    DataDir::create(path).map_err(|error| StartError::Io(path.display().to_string(), error))
}

fn lock(data: &DataDir) -> Result<ServerLock, StartError> {
    let lock = ServerLock::take(&data.file("server.lock"))?;
    // Left by a server that was killed; a script must not read it.
    let _ = std::fs::remove_file(data.file(files::ENDPOINTS));
    Ok(lock)
}

fn open_registry(data: Option<&DataDir>) -> Result<Arc<dyn Registry>, StartError> {
    let Some(data) = data else {
        return Ok(Arc::new(MemoryStore::new()));
    };
    let path = data
        .database()
        .map_err(|error| StartError::Io("platform.db".into(), error))?;
    Ok(Arc::new(SqliteStore::open(&path)?))
}

/// The CA lasts as long as the directory; the leaf is made anew when it does not serve any more.
fn certificates(data: Option<&DataDir>, region: &str) -> Result<(Vec<u8>, Identity), StartError> {
    let Some(data) = data else {
        let ca = Identity::new_authority()?;
        return Ok((ca.certificate_pem()?, ca.issue_leaf(region)?));
    };
    let ca = match load(data, "ca")? {
        Some(ca) => ca,
        None => save(data, "ca", Identity::new_authority()?)?,
    };
    let leaf = match load(data, "leaf")? {
        Some(leaf) if leaf.serves(&ca, region)? => leaf,
        _ => save(data, "leaf", ca.issue_leaf(region)?)?,
    };
    Ok((ca.certificate_pem()?, leaf))
}

fn load(data: &DataDir, name: &str) -> Result<Option<Identity>, StartError> {
    let read = |extension: &str| std::fs::read(data.file(&format!("{name}.{extension}")));
    match (read("pem"), read("key")) {
        (Ok(certificate), Ok(key)) => Ok(Some(Identity::from_pem(&certificate, &key)?)),
        _ => Ok(None),
    }
}

/// The key goes first: a certificate without its key would pass for a complete pair.
fn save(data: &DataDir, name: &str, identity: Identity) -> Result<Identity, StartError> {
    let write = |extension: &str, content: &[u8], mode| {
        let path = data.file(&format!("{name}.{extension}"));
        files::write_whole(&path, content, mode)
            .map_err(|error| StartError::Io(path.display().to_string(), error))
    };
    write("key", &identity.key_pem()?, files::PRIVATE)?;
    write("pem", &identity.certificate_pem()?, files::PUBLIC)?;
    Ok(identity)
}

fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    let failed = |error| StartError::Io(format!("listen on {address}"), error);
    let listener = TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok(listener)
}

fn local(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    let address = listener.local_addr();
    address.map_err(|error| StartError::Io("listener".into(), error))
}
