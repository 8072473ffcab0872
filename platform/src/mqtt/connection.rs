//! The state of an accepted connection, and what the platform does on it by itself.

use std::cell::Cell;

use ntex::util::Bytes;
use ntex_mqtt::{QoS, v3};

use super::Shared;
use super::push::message;
use super::sessions::Inbox;
use crate::rules::{Accepted, DeviceKey, Push, Session};

enum Purpose {
    Session(Session),
    Registration(Push),
}

/// An accepted connection. Its drop is the end of the session.
pub(super) struct Connection {
    pub(super) shared: Shared,
    purpose: Purpose,
    inbox: Cell<Option<Inbox>>,
}

impl Connection {
    /// Enters a sign-in into the session map, which ends an older session of the device.
    pub(super) fn new(shared: Shared, accepted: Accepted) -> Self {
        let (purpose, inbox) = match accepted {
            Accepted::Registration(push) => (Purpose::Registration(push), None),
            Accepted::Session(session) => {
                let (inbox, took_over) = shared.sessions.open(session.clone());
                if took_over {
                    let outcome = "ended(a newer sign-in of the device)";
                    shared.log.event("session", &session.key, outcome);
                }
                (Purpose::Session(session), Some(inbox))
            }
        };
        Self {
            shared,
            purpose,
            inbox: Cell::new(inbox),
        }
    }

    /// The session, whose device's topics this connection may use. None for a registration: it may only receive.
    pub(super) fn session(&self) -> Option<&Session> {
        match &self.purpose {
            Purpose::Session(session) => Some(session),
            Purpose::Registration(_) => None,
        }
    }

    /// The device, for the log.
    pub(super) fn key(&self) -> &DeviceKey {
        match &self.purpose {
            Purpose::Session(session) => &session.key,
            Purpose::Registration(push) => push.key(),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some(session) = self.session().cloned() else {
            return;
        };
        if !self.shared.sessions.close(&session) {
            return;
        }
        let log = self.shared.log.clone();
        let key = session.key.clone();
        self.shared.desk.tell(
            move |rules| rules.end_session(&session),
            move |ended, written| match ended.and(written) {
                Ok(()) => log.event("session", key, "closed"),
                Err(error) => log.event("session", key, error),
            },
        );
    }
}

/// Called when the CONNACK is in the write buffer and nothing has been flushed yet.
pub(super) fn begin(session: &v3::Session<Connection>) {
    if let Some(inbox) = session.inbox.take() {
        ntex::rt::spawn(read_inbox(inbox, session.sink().clone()));
    }
    if let Purpose::Registration(push) = &session.purpose {
        begin_registration(&session.shared, session.sink().clone(), push);
    }
}

async fn read_inbox(mut inbox: Inbox, sink: v3::MqttSink) {
    while let Ok(message) = inbox.recv().await {
        let payload = Bytes::copy_from_slice(&message.payload);
        send(&sink, &message.topic, payload, message.qos);
    }
    sink.close();
}

fn begin_registration(shared: &Shared, sink: v3::MqttSink, push: &Push) {
    let settings = shared.push;
    let (topic, payload) = message(push, &[]);
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

pub(super) async fn sleep(duration: std::time::Duration) {
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
