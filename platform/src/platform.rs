//! The platform as one object: built, started, stopped.

use std::fmt;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ntex_mqtt::QoS;
use openssl::error::ErrorStack;

use crate::ca::{Identity, KeyKind, Suites};
use crate::control;
use crate::desk::Desk;
use crate::faults::Faults;
use crate::files::{self, DataDir};
use crate::http;
use crate::limits::{Limiter, RateLimits};
use crate::listeners::{Endpoints, Sockets};
use crate::log::Log;
use crate::mqtt::{self, Listeners, PushSettings, Shared};
use crate::rules::{RandomError, RegistrationMode, Registry, Rules, StoreError};
use crate::store::{MemoryStore, ServerLock, SqliteStore};
use crate::tls::{Acceptors, Certificates};

const DEFAULT_PUSH_DELAY: Duration = Duration::from_millis(5);
const DEFAULT_CLOSE_AFTER: Duration = Duration::from_secs(15);

/// Why the platform did not start.
#[derive(Debug)]
pub enum StartError {
    /// What was done, and how the system refused it.
    Io(String, io::Error),
    /// OpenSSL failed.
    Tls(ErrorStack),
    /// Rustls does not take a certificate.
    Rustls(rustls::Error),
    /// The store failed.
    Store(StoreError),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(what, error) => write!(f, "{what}: {error}"),
            Self::Tls(error) => write!(f, "certificates: {error}"),
            Self::Rustls(error) => write!(f, "certificates: {error}"),
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

/// Chooses how the platform is to run. Made by [`Platform::builder`].
#[derive(Clone)]
pub struct Builder {
    data: Option<PathBuf>,
    listen: Endpoints,
    region: String,
    instance: Option<String>,
    mode: RegistrationMode,
    push: PushSettings,
    limits: RateLimits,
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

    /// How often devices may connect; without limits by default.
    pub fn rate_limits(mut self, limits: RateLimits) -> Self {
        self.limits = limits;
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
        let certificates = certificates(data.as_ref(), &self.region)?;
        let ca_pem = certificates.ca.certificate_pem()?;
        let faults = Faults::default();
        let acceptors = Acceptors::new(certificates, faults.clone())?;
        let modern = acceptors.acceptor(Suites::Modern)?;
        let legacy = acceptors.acceptor(Suites::Legacy)?;

        let sockets = Sockets::bind(&self.listen)?;
        let endpoints = sockets.endpoints()?;
        let failed = |what: &str| {
            let what = what.to_owned();
            move |error| StartError::Io(what, error)
        };
        let shared = Shared {
            desk: Desk::start(rules.clone()).map_err(failed("threads"))?,
            rules: rules.clone(),
            log: self.log,
            metrics: Default::default(),
            faults: faults.clone(),
            limiter: Limiter::new(self.limits),
            push: self.push,
            sessions: Default::default(),
            watchers: Default::default(),
        };
        let control = data.as_ref().map(|data| control::listen(data.path()));
        let control = control.transpose().map_err(failed("control socket"))?;
        let listeners = Listeners {
            plain: sockets.mqtt,
            tls: (sockets.mqtts, acceptors.quick()?),
            legacy_tls: sockets.mqtts_legacy.map(|socket| (socket, legacy.clone())),
        };
        let mqtt = mqtt::Server::start(&listeners, &shared).map_err(failed("MQTT"))?;
        let http = HttpThread::start(shared, move |shared, stop| {
            let mut served: Vec<Serving> = Vec::new();
            let mut add = |socket, acceptor: &openssl::ssl::SslAcceptor| {
                let server = http::serve(socket, acceptor.clone(), shared.clone(), stop.clone());
                served.push(Box::pin(server));
            };
            add(sockets.https, &modern);
            sockets
                .https_legacy
                .into_iter()
                .for_each(|socket| add(socket, &legacy));
            if let Some(socket) = sockets.http {
                served.push(Box::pin(http::serve_owner(
                    socket,
                    shared.clone(),
                    stop.clone(),
                )));
            }
            if let Some(control) = control {
                served.push(Box::pin(control::serve(control, shared.clone())));
            }
            served
        })
        .map_err(failed("HTTPS"))?;
        Ok(Platform {
            rules,
            endpoints,
            ca_pem,
            faults,
            mqtt: Some(mqtt),
            http: Some(http),
            _lock: lock,
        })
    }
}

/// A running platform. It stops when it is dropped.
pub struct Platform {
    rules: Rules,
    endpoints: Endpoints,
    ca_pem: Vec<u8>,
    faults: Faults,
    mqtt: Option<mqtt::Server>,
    http: Option<HttpThread>,
    _lock: Option<ServerLock>,
}

impl Platform {
    /// A builder with the defaults.
    pub fn builder() -> Builder {
        Builder {
            data: None,
            listen: Endpoints::default(),
            region: "cn-shanghai".into(),
            instance: None,
            mode: RegistrationMode::default(),
            push: PushSettings {
                delay: DEFAULT_PUSH_DELAY,
                qos: QoS::AtMostOnce,
                with_connack: false,
                close_after: DEFAULT_CLOSE_AFTER,
            },
            limits: RateLimits::default(),
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

    /// What goes wrong on purpose.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Products and devices, and what may be done with them.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        drop(self.http.take());
        drop(self.mqtt.take());
        // Connections that the stop cut off had no time to say so.
        let _ = self.rules.forget_sessions();
    }
}

type Serving = std::pin::Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;

/// HTTPS, HTTP and the owner's socket, in a thread with a runtime of its own.
struct HttpThread {
    stop: http::StopHandle,
    stopping: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl HttpThread {
    fn start(
        shared: Shared,
        servers: impl FnOnce(&Shared, &http::StopHandle) -> Vec<Serving> + Send + 'static,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let stop = http::StopHandle::new();
        let handle = stop.clone();
        let (stopping, stopped) = tokio::sync::oneshot::channel();
        let thread = thread::Builder::new().name("http".into()).spawn(move || {
            runtime.block_on(async {
                for server in servers(&shared, &handle) {
                    let log = shared.log.clone();
                    tokio::spawn(async move {
                        if let Err(error) = server.await {
                            log.event("http", "-", format_args!("ended({error})"));
                        }
                    });
                }
                let _ = stopped.await;
            });
        })?;
        Ok(Self {
            stop,
            stopping: Some(stopping),
            thread: Some(thread),
        })
    }
}

impl Drop for HttpThread {
    fn drop(&mut self) {
        self.stop.shutdown();
        drop(self.stopping.take());
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
    for name in [files::ENDPOINTS, files::ENDPOINTS_JSON] {
        let _ = std::fs::remove_file(data.file(name));
    }
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

/// The CA lasts as long as the directory; a leaf is made anew when it does not serve any more.
fn certificates(data: Option<&DataDir>, region: &str) -> Result<Certificates, StartError> {
    let ca = match data {
        None => Identity::new_authority()?,
        Some(data) => match load(data, "ca")? {
            Some(ca) => ca,
            None => save(data, "ca", Identity::new_authority()?)?,
        },
    };
    let leaf = |name: &str, kind| match data {
        None => Ok(ca.issue_leaf(region, kind)?),
        Some(data) => match load(data, name)? {
            Some(leaf) if leaf.serves(&ca, region)? => Ok(leaf),
            _ => save(data, name, ca.issue_leaf(region, kind)?),
        },
    };
    Ok(Certificates {
        leaf: leaf("leaf", KeyKind::Rsa)?,
        quick_leaf: leaf("leaf-ec", KeyKind::EllipticCurve)?,
        ca,
    })
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
