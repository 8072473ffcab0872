//! What a device may send after its CONNACK.

use ntex_mqtt::QoS;
use ntex_mqtt::v3::control::{Subscribe, Unsubscribe};
use ntex_mqtt::v3::{ProtocolMessage, ProtocolMessageAck, Publish, Session};

use super::Failed;
use super::connection::{Connection, send};
use crate::rules::{filter_matches, may_publish, may_subscribe, own_user_topic};

/// SUBSCRIBE, UNSUBSCRIBE, PINGREQ and DISCONNECT.
pub(super) async fn protocol(
    session: Session<Connection>,
    message: ProtocolMessage,
) -> Result<ProtocolMessageAck, Failed> {
    Ok(match message {
        ProtocolMessage::Subscribe(request) => subscribe(&session, request),
        ProtocolMessage::Unsubscribe(request) => unsubscribe(&session, request),
        other => other.ack(),
    })
}

/// The SUBACK of a filter that reaches beyond the device's own topics is 0x80, which is what `ack` starts with.
fn subscribe(session: &Session<Connection>, mut request: Subscribe) -> ProtocolMessageAck {
    for mut subscription in &mut request {
        let filter = subscription.topic();
        if !session
            .device()
            .is_some_and(|key| may_subscribe(key, filter))
        {
            session.shared.log.line(format_args!(
                "subscribe {} refused(not a topic of the device)",
                session.key()
            ));
            continue;
        }
        let qos = subscription.qos().min(QoS::AtLeastOnce);
        let mut subscriptions = session.subscriptions.borrow_mut();
        subscriptions.retain(|(known, _)| known != &**filter);
        subscriptions.push((filter.to_string(), qos));
        subscription.confirm(qos);
    }
    request.ack()
}

fn unsubscribe(session: &Session<Connection>, request: Unsubscribe) -> ProtocolMessageAck {
    let mut subscriptions = session.subscriptions.borrow_mut();
    subscriptions.retain(|(known, _)| !request.iter().any(|filter| &**filter == known.as_str()));
    request.ack()
}

/// A message on a topic that is not the device's own is dropped; it is acknowledged all the same, since MQTT 3.1.1
/// has no other answer but to hang up.
pub(super) async fn publish(session: Session<Connection>, message: Publish) -> Result<(), Failed> {
    let payload = message.read_all().await.map_err(|_| Failed)?;
    let topic = message.publish_topic();
    let Some(key) = session.device().filter(|key| may_publish(key, topic)) else {
        session.shared.log.line(format_args!(
            "publish {} dropped(not a topic of the device)",
            session.key()
        ));
        return Ok(());
    };
    if !own_user_topic(key, topic) {
        return Ok(());
    }
    let granted = session
        .subscriptions
        .borrow()
        .iter()
        .filter(|(filter, _)| filter_matches(filter, topic))
        .map(|(_, qos)| *qos)
        .max();
    if let Some(granted) = granted {
        echo(&session, topic, payload, granted.min(message.qos()));
    }
    Ok(())
}

/// Sent from a task of its own, so that the PUBACK goes first.
fn echo(session: &Session<Connection>, topic: &str, payload: ntex::util::Bytes, qos: QoS) {
    let sink = session.sink().clone();
    let topic = topic.to_owned();
    ntex::rt::spawn(async move { send(&sink, &topic, payload, qos) });
}
