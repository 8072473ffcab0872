//! The MQTT side: listeners, sessions and topics.

mod connection;
mod handshake;
mod push;
mod raw;
mod server;
mod sessions;
mod traffic;
mod watchers;

use std::sync::Arc;
use std::time::Duration;

use ntex::io::Io;
use ntex::service::Identity;
use ntex::service::Pipeline;
use ntex::service::cfg::SharedCfg;
use ntex::service::chain_factory;
use ntex::service::fn_factory_with_config;
use ntex::{ServiceFactory, fn_service};
use ntex_mqtt::{MqttError, MqttServer, QoS, v3, v5};
use tokio::sync::Semaphore;

use crate::desk::Desk;
use crate::faults::Faults;
use crate::limits::Limiter;
use crate::log::Log;
use crate::metrics::Metrics;
use crate::rules::Rules;
use connection::Connection;

pub(crate) use server::{Listeners, Server};
pub(crate) use sessions::{Delivery, Message, Sessions};
pub(crate) use watchers::Watchers;

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

/// The service behind a TLS acceptor.
fn service_over_tls<A, F>(
    acceptor: A,
    turns: Arc<Semaphore>,
    shared: Shared,
) -> impl ServiceFactory<Io, SharedCfg, Response = (), Error = MqttError<Failed>, InitError = ()>
where
    A: ServiceFactory<Io, SharedCfg, Response = Io<F>, InitError = ()> + 'static,
    A::Service: 'static,
    F: ntex::io::Filter,
{
    chain_factory(handshakes(acceptor, turns))
        .map_err(MqttError::Service)
        .and_then(service(shared, true))
}

/// TLS by turns: a handshake needs more memory than the session after it, which the process would keep.
fn handshakes<A, F>(
    acceptor: A,
    turns: Arc<Semaphore>,
) -> impl ServiceFactory<Io, SharedCfg, Response = Io<F>, Error = Failed, InitError = ()>
where
    A: ServiceFactory<Io, SharedCfg, Response = Io<F>, InitError = ()> + 'static,
    A::Service: 'static,
    F: 'static,
{
    fn_factory_with_config(async move |config: SharedCfg| {
        let service = acceptor.create(config).await?;
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
    // In a box of its own: the framework keeps the place of it as long as the connection lasts.
    let on_connect = move |handshake| Box::pin(handshake::v3(shared.clone(), tls, handshake));
    // A message is handled at once: there is nothing of which the framework would have to count how much is under way.
    let v3 = v3::MqttServer::new(fn_service(on_connect))
        .replace_middlewares(Identity)
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

/// Ends the sessions of devices that were deleted or disabled, here or by another process, each time that `goes_on` says
/// so.
fn watch(shared: &Shared, goes_on: impl Fn() -> bool) {
    let mut seen = shared.rules.announcements().unwrap_or_default();
    let mut changed_before = false;
    while goes_on() {
        let now = shared.rules.announcements().unwrap_or(seen);
        let changed = now != seen;
        // Twice for each change: a sign-in that was checked before it may enter the map after the first look.
        if changed || changed_before {
            end_sessions(shared);
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
