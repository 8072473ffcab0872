//! The MQTT side: listeners, sessions and topics.

mod connection;
mod handshake;
mod push;
mod raw;
mod sessions;
mod traffic;
mod watchers;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ntex::io::{Io, IoConfig, Layer};
use ntex::rt::{DefaultRuntime, System};
use ntex::service::Pipeline;
use ntex::service::cfg::SharedCfg;
use ntex::service::chain_factory;
use ntex::service::fn_factory_with_config;
use ntex::time::Seconds;
use ntex::util::BytePageSize;
use ntex::{ServiceFactory, fn_service};
use ntex_mqtt::{MqttError, MqttServer, QoS, v3, v5};
use ntex_tls::TlsConfig;
use ntex_tls::openssl::{SslAcceptor, SslFilter};
use tokio::sync::{Semaphore, oneshot};

use crate::desk::Desk;
use crate::faults::Faults;
use crate::limits::Limiter;
use crate::log::Log;
use crate::metrics::Metrics;
use crate::rules::Rules;
use connection::Connection;

pub(crate) use sessions::{Delivery, Message, Sessions};
pub(crate) use watchers::Watchers;

/// How often a running server looks for what the command line changed.
const WATCH: Duration = Duration::from_millis(100);
/// With a handshake, when it is its turn.
const PATIENCE: Seconds = Seconds(60);
const READ_BUFFER: usize = 4096;
/// At a time, below the limit of the framework, which wakes all that wait whenever one ends.
const HANDSHAKES: usize = 64;

/// How a registration over MQTT goes on after the CONNACK.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PushSettings {
    pub(crate) delay: Duration,
    pub(crate) qos: QoS,
    pub(crate) with_connack: bool,
    pub(crate) close_after: Duration,
}

/// What every connection shares.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) rules: Rules,
    pub(crate) desk: Desk,
    pub(crate) log: Log,
    pub(crate) metrics: Metrics,
    pub(crate) faults: Faults,
    pub(crate) limiter: Limiter,
    pub(crate) push: PushSettings,
    pub(crate) sessions: Sessions,
    pub(crate) watchers: Watchers,
}

impl Shared {
    pub(crate) fn count(&self, counter: &'static str, labels: String) {
        self.metrics.count(counter, labels);
    }
}

/// The sockets of the MQTT side.
pub(crate) struct Listeners {
    pub(crate) plain: TcpListener,
    /// Each with the TLS that it speaks.
    pub(crate) tls: Vec<(TcpListener, openssl::ssl::SslAcceptor)>,
}

/// A connection failed for reasons of its own; nothing more is to be said to the peer.
#[derive(Debug)]
pub(crate) struct Failed;

impl From<()> for Failed {
    fn from((): ()) -> Self {
        Self
    }
}

impl TryFrom<Failed> for v5::PublishAck {
    type Error = Failed;

    fn try_from(failed: Failed) -> Result<Self, Failed> {
        Err(failed)
    }
}

/// The running MQTT server.
pub(crate) struct Server {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts the server in a thread of its own; it accepts connections when this returns.
    pub(crate) fn start(listeners: Listeners, shared: Shared) -> io::Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let (ready, started) = std::sync::mpsc::channel();
        let thread = thread::Builder::new().name("mqtt".into()).spawn(move || {
            System::build()
                .name("mqtt")
                .disable_signals()
                .panic_handling(false)
                .build(DefaultRuntime)
                .block_on(async move {
                    let server = match listen(listeners, shared.clone()) {
                        Ok(builder) => builder.run(),
                        Err(error) => {
                            let _ = ready.send(Err(error));
                            return;
                        }
                    };
                    let _ = ready.send(Ok(()));
                    ntex::rt::spawn(watch(shared));
                    let _ = stopped.await;
                    server.stop(false).await;
                });
        })?;
        started
            .recv()
            .map_err(|_| io::Error::other("the MQTT server did not start"))??;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Small buffers: a message of a device has some hundred bytes, and there are thousands of devices. They grow for who
/// needs more.
fn small_buffers() -> IoConfig {
    IoConfig::new()
        .set_read_buf(READ_BUFFER, READ_BUFFER / 8, 128)
        .set_write_page_size(BytePageSize::Size4)
}

fn listen(listeners: Listeners, shared: Shared) -> io::Result<ntex::server::ServerBuilder> {
    let Listeners { plain, tls } = listeners;
    let turns = Arc::new(Semaphore::new(HANDSHAKES));
    let plain_shared = shared.clone();
    let mut server = ntex::server::build()
        .workers(thread::available_parallelism().map_or(1, usize::from))
        .disable_signals()
        .listen("mqtt", plain, async move |_| {
            service(plain_shared.clone(), false)
        })?
        .config("mqtt", SharedCfg::new("mqtt").add(small_buffers()));
    for (number, (listener, acceptor)) in tls.into_iter().enumerate() {
        let (shared, turns) = (shared.clone(), turns.clone());
        let name = format!("mqtts-{number}");
        let config = SharedCfg::new("mqtts")
            .add(small_buffers())
            .add(TlsConfig::new().set_handshake_timeout(PATIENCE));
        server = server.listen(&name, listener, async move |_| {
            chain_factory(handshakes(acceptor.clone(), turns.clone()))
                .map_err(MqttError::Service)
                .and_then(service(shared.clone(), true))
        })?;
        server = server.config(&name, config);
    }
    Ok(server)
}

/// TLS by turns: a handshake needs more memory than the session after it, which the process would keep.
fn handshakes(
    acceptor: openssl::ssl::SslAcceptor,
    turns: Arc<Semaphore>,
) -> impl ServiceFactory<Io, SharedCfg, Response = Io<Layer<SslFilter>>, Error = Failed, InitError = ()>
{
    let acceptor = SslAcceptor::new(acceptor);
    fn_factory_with_config(async move |config: SharedCfg| {
        let service = ServiceFactory::<Io, SharedCfg>::create(&acceptor, config).await?;
        let (tls, turns) = (Pipeline::new(service), turns.clone());
        Ok::<_, ()>(fn_service(async move |io: Io| {
            let _turn = turns.acquire().await;
            tls.call(io).await.map_err(|_| Failed)
        }))
    })
}

fn service<F: ntex::io::Filter>(
    shared: Shared,
    tls: bool,
) -> impl ServiceFactory<
    ntex::io::Io<F>,
    SharedCfg,
    Response = (),
    Error = MqttError<Failed>,
    InitError = (),
> {
    let on_connect = move |handshake| handshake::v3(shared.clone(), tls, handshake);
    let v3 = v3::MqttServer::new(fn_service(on_connect))
        .protocol(fn_factory_with_config(
            async |session: v3::Session<Connection>| {
                Ok::<_, Failed>(fn_service(move |message| {
                    traffic::protocol(session.clone(), message)
                }))
            },
        ))
        .publish(fn_factory_with_config(
            async |session: v3::Session<Connection>| {
                connection::begin(&session);
                Ok::<_, Failed>(fn_service(move |publish| {
                    traffic::publish(session.clone(), publish)
                }))
            },
        ));
    let v5 = v5::MqttServer::new(fn_service(handshake::v5)).publish(fn_service(
        async |publish: v5::Publish| Ok::<_, Failed>(publish.ack()),
    ));
    MqttServer::new().v3(v3).v5(v5)
}

/// Ends the sessions of devices that were deleted or disabled, here or by another process.
async fn watch(shared: Shared) {
    let mut seen = shared.rules.announcements().unwrap_or_default();
    let mut changed_before = false;
    loop {
        ntex::time::sleep(ntex::time::Millis::from(WATCH)).await;
        let now = shared.rules.announcements().unwrap_or(seen);
        let changed = now != seen;
        // Twice for each change: a sign-in that was checked before it may enter the map after the first look.
        if changed || changed_before {
            end_sessions(&shared);
        }
        changed_before = changed;
        seen = now;
    }
}

fn end_sessions(shared: &Shared) {
    shared.sessions.end_where(|session| {
        let goes_on = shared.rules.may_continue(session).unwrap_or(true);
        if !goes_on {
            let outcome = "ended(the device is deleted or disabled)";
            shared.log.event("session", &session.key, outcome);
        }
        !goes_on
    });
}
