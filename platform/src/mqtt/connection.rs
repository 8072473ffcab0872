//! The state of an accepted connection, and what the platform does on it by itself.

use std::cell::{Cell, RefCell};

use ntex::util::Bytes;
use ntex_mqtt::{QoS, v3};
use serde::Serialize;

use super::Shared;
use super::sessions::End;
use crate::rules::{Accepted, DeviceKey, Push, Session};

enum Purpose {
    Session { session: Session, number: u64 },
    Registration(Push),
}

/// An accepted connection. Its drop is the end of the session.
pub(super) struct Connection {
    pub(super) shared: Shared,
    pub(super) subscriptions: RefCell<Vec<(String, QoS)>>,
    purpose: Purpose,
    end: Cell<Option<End>>,
}

impl Connection {
    /// Enters a sign-in into the session map, which ends an older session of the device.
    pub(super) fn new(shared: Shared, accepted: Accepted) -> Self {
        let (purpose, end) = match accepted {
            Accepted::Registration(push) => (Purpose::Registration(push), None),
            Accepted::Session(session) => {
                let (number, end, took_over) = shared.sessions.open(session.clone());
                if took_over {
                    shared.log.line(format_args!(
                        "session {} ended(a newer sign-in of the device)",
                        session.key
                    ));
                }
                (Purpose::Session { session, number }, Some(end))
            }
        };
        Self {
            shared,
            subscriptions: RefCell::default(),
            purpose,
            end: Cell::new(end),
        }
    }

    /// The device whose topics this connection may use. None for a registration: it may only receive.
    pub(super) fn device(&self) -> Option<&DeviceKey> {
        match &self.purpose {
            Purpose::Session { session, .. } => Some(&session.key),
            Purpose::Registration(_) => None,
        }
    }

    /// The device, for the log.
    pub(super) fn key(&self) -> &DeviceKey {
        match &self.purpose {
            Purpose::Session { session, .. } => &session.key,
            Purpose::Registration(push) => push.key(),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Purpose::Session { session, number } = &self.purpose else {
            return;
        };
        if !self.shared.sessions.close(&session.key, *number) {
            return;
        }
        match self.shared.rules.end_session(session) {
            Ok(()) => self
                .shared
                .log
                .line(format_args!("session {} closed", session.key)),
            Err(error) => self.shared.log.line(error),
        }
    }
}

/// Called when the CONNACK is in the write buffer and nothing has been flushed yet.
pub(super) fn begin(session: &v3::Session<Connection>) {
    if let Some(end) = session.end.take() {
        let sink = session.sink().clone();
        ntex::rt::spawn(async move {
            let _ = end.await;
            sink.close();
        });
    }
    if let Purpose::Registration(push) = &session.purpose {
        begin_registration(&session.shared, session.sink().clone(), push);
    }
}

fn begin_registration(shared: &Shared, sink: v3::MqttSink, push: &Push) {
    let settings = shared.push;
    let (topic, payload) = message(push);
    let payload = Bytes::from(payload);
    if settings.with_connack {
        send(&sink, topic, payload, settings.qos);
        ntex::rt::spawn(async move {
            sleep(settings.close_after).await;
            sink.close();
        });
        return;
    }
    ntex::rt::spawn(async move {
        sleep(settings.delay).await;
        send(&sink, topic, payload, settings.qos);
        sleep(settings.close_after.saturating_sub(settings.delay)).await;
        sink.close();
    });
}

async fn sleep(duration: std::time::Duration) {
    ntex::time::sleep(ntex::time::Millis::from(duration)).await;
}

/// Queues a message. Whether it arrives is the peer's affair: one that left is no error.
pub(super) fn send(sink: &v3::MqttSink, topic: &str, payload: Bytes, qos: QoS) {
    let publish = sink.publish(topic);
    if qos == QoS::AtMostOnce {
        let _ = publish.send_at_most_once(payload);
        return;
    }
    let acknowledged = publish.send_at_least_once(payload);
    ntex::rt::spawn(async move {
        let _ = acknowledged.await;
    });
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SecretMessage<'a> {
    device_secret: &'a str,
    product_key: &'a str,
    device_name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TokenMessage<'a> {
    client_id: &'a str,
    product_key: &'a str,
    device_name: &'a str,
    device_token: &'a str,
}

fn message(push: &Push) -> (&'static str, String) {
    let (topic, payload) = match push {
        Push::Secret(issued) => (
            "/ext/register",
            serde_json::to_string(&SecretMessage {
                device_secret: issued.secret.reveal(),
                product_key: issued.key.product_key(),
                device_name: issued.key.device_name(),
            }),
        ),
        Push::Token(key, physical) => (
            "/ext/regnwl",
            serde_json::to_string(&TokenMessage {
                client_id: &physical.client_id,
                product_key: key.product_key(),
                device_name: key.device_name(),
                device_token: physical.token.reveal(),
            }),
        ),
    };
    (topic, payload.unwrap_or_default())
}
