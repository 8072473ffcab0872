//! The threads that accept and serve connections.
//!
//! Each accepts for itself: a connection stays on the thread that accepted it, and nobody hands it over.

use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ntex::ServiceFactory;
use ntex::io::{Io, IoConfig};
use ntex::rt::{DefaultRuntime, System, from_tcp_stream};
use ntex::service::Pipeline;
use ntex::service::cfg::SharedCfg;
use ntex::time::Seconds;
use ntex::util::BytePageSize;
use ntex_mqtt::MqttError;
use ntex_tls::TlsConfig;
use ntex_tls::openssl::SslAcceptor;
use ntex_tls::rustls::TlsAcceptor;
use tokio::io::unix::AsyncFd;
use tokio::sync::{Semaphore, watch};

use super::connection::sleep;
use super::{Failed, Shared, service, service_over_tls};
use crate::log::Log;

/// How often a running server looks for what the command line changed.
const WATCH: Duration = Duration::from_millis(100);
/// With a handshake, when it is its turn.
const PATIENCE: Seconds = Seconds(60);
const READ_BUFFER: usize = 4096;
/// At a time, below the limit of the framework, which wakes all that wait whenever one ends.
const HANDSHAKES: usize = 64;
/// Accepted in a row before those that are there get their turn. Fewer, and the system's queue overflows in a rush; more,
/// and the other threads do not get their share of it.
const ACCEPTS: usize = 32;
/// After a connection could not be accepted: there are no files left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);

/// The sockets of the MQTT side.
pub(crate) struct Listeners {
    pub(crate) plain: TcpListener,
    pub(crate) tls: (TcpListener, Arc<rustls::ServerConfig>),
    pub(crate) legacy_tls: Option<(TcpListener, openssl::ssl::SslAcceptor)>,
}

impl Listeners {
    fn try_clone(&self) -> io::Result<Self> {
        let (tls, config) = &self.tls;
        let legacy_tls = match &self.legacy_tls {
            Some((socket, acceptor)) => Some((socket.try_clone()?, acceptor.clone())),
            None => None,
        };
        Ok(Self {
            plain: self.plain.try_clone()?,
            tls: (tls.try_clone()?, config.clone()),
            legacy_tls,
        })
    }
}

/// The running MQTT server. It stops when it is dropped.
pub(crate) struct Server {
    stop: Option<(watch::Sender<()>, mpsc::Sender<()>)>,
    threads: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts a thread for each processor; all accept connections when this returns.
    pub(crate) fn start(listeners: &Listeners, shared: &Shared) -> io::Result<Self> {
        let (stop, stopped) = watch::channel(());
        let (stop_watch, watch_stopped) = mpsc::channel();
        let mut server = Self {
            stop: Some((stop, stop_watch)),
            threads: Vec::new(),
        };
        let turns = Arc::new(Semaphore::new(HANDSHAKES));
        let (ready, started) = mpsc::channel();
        for number in 0..thread::available_parallelism().map_or(1, usize::from) {
            let worker = Worker {
                listeners: listeners.try_clone()?,
                shared: shared.clone(),
                turns: turns.clone(),
                stopped: stopped.clone(),
            };
            let ready = ready.clone();
            server.spawn(format!("mqtt-{number}"), move || worker.run(ready))?;
        }
        drop(ready);
        started.into_iter().collect::<io::Result<()>>()?;
        let shared = shared.clone();
        server.spawn("watch".into(), move || {
            super::watch(&shared, || {
                watch_stopped.recv_timeout(WATCH) == Err(mpsc::RecvTimeoutError::Timeout)
            });
        })?;
        Ok(server)
    }

    fn spawn(&mut self, name: String, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let thread = thread::Builder::new().name(name).spawn(run)?;
        self.threads.push(thread);
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// One thread of the server.
struct Worker {
    listeners: Listeners,
    shared: Shared,
    turns: Arc<Semaphore>,
    stopped: watch::Receiver<()>,
}

impl Worker {
    fn run(self, ready: mpsc::Sender<io::Result<()>>) {
        System::build()
            .name("mqtt")
            .disable_signals()
            .panic_handling(false)
            .build(DefaultRuntime)
            .block_on(async move {
                let mut stopped = self.stopped.clone();
                let listening = self.listen().await;
                let listens = listening.is_ok();
                let _ = ready.send(listening);
                drop(ready);
                if listens {
                    // Nothing is ever sent: the end of its sender is the end of the server.
                    let _ = stopped.changed().await;
                }
            });
    }

    async fn listen(self) -> io::Result<()> {
        let Self {
            listeners:
                Listeners {
                    plain,
                    tls: (tls, config),
                    legacy_tls,
                },
            shared,
            turns,
            ..
        } = self;
        let log = shared.log.clone();
        let plain_service = service(shared.clone(), false);
        accept_on(plain, plain_config(), plain_service, log.clone()).await?;
        let over_tls = service_over_tls(TlsAcceptor::new(config), turns.clone(), shared.clone());
        accept_on(tls, tls_config(), over_tls, log.clone()).await?;
        if let Some((socket, acceptor)) = legacy_tls {
            let over_tls = service_over_tls(SslAcceptor::new(acceptor), turns, shared);
            accept_on(socket, tls_config(), over_tls, log).await?;
        }
        Ok(())
    }
}

/// Small buffers: a message of a device has some hundred bytes, and there are thousands of devices. They grow for who
/// needs more.
fn small_buffers() -> IoConfig {
    IoConfig::new()
        .set_read_buf(READ_BUFFER, READ_BUFFER / 8, 128)
        .set_write_page_size(BytePageSize::Size4)
}

fn plain_config() -> SharedCfg {
    SharedCfg::new("mqtt").add(small_buffers()).into()
}

fn tls_config() -> SharedCfg {
    SharedCfg::new("mqtts")
        .add(small_buffers())
        .add(TlsConfig::new().set_handshake_timeout(PATIENCE))
        .into()
}

/// Starts to serve what connects to `listener`.
async fn accept_on<S>(
    listener: TcpListener,
    config: SharedCfg,
    factory: S,
    log: Log,
) -> io::Result<()>
where
    S: ServiceFactory<Io, SharedCfg, Response = (), Error = MqttError<Failed>, InitError = ()>,
    S::Service: 'static,
{
    let service = factory.create(config.clone()).await;
    let service = service.map_err(|()| io::Error::other("the MQTT server did not start"))?;
    #[expect(
        deprecated,
        reason = "its successor is unsafe; a listener keeps its descriptor"
    )]
    let listener = AsyncFd::new(listener)?;
    ntex::rt::spawn(accept(listener, config, Pipeline::new(service), log)).detach();
    Ok(())
}

async fn accept<S>(
    listener: AsyncFd<TcpListener>,
    config: SharedCfg,
    service: Pipeline<S>,
    log: Log,
) where
    S: ntex::Service<Io, Response = (), Error = MqttError<Failed>> + 'static,
{
    while let Ok(mut ready) = listener.readable().await {
        for _ in 0..ACCEPTS {
            match ready.try_io(|listener| listener.get_ref().accept()) {
                Ok(Ok((tcp, _))) => {
                    // One that left already is no error.
                    if let Ok(io) = from_tcp_stream(tcp, config.clone()) {
                        ntex::rt::spawn(service.call_static(io)).detach();
                    }
                }
                Ok(Err(error)) if error.kind() == ErrorKind::ConnectionAborted => {}
                Ok(Err(error)) => {
                    log.event("accept", "-", format_args!("failed({error})"));
                    sleep(ACCEPT_PAUSE).await;
                }
                Err(_nobody_waits) => break,
            }
        }
        tokio::task::yield_now().await;
    }
}
