//! What a device may send after its CONNACK.

use ntex_mqtt::QoS;
use ntex_mqtt::v3::control::{Subscribe, Unsubscribe};
use ntex_mqtt::v3::{ProtocolMessage, ProtocolMessageAck, Publish, Session};

use super::Failed;
use super::connection::{Connection, send};
use super::watchers::Published;
use crate::rules::{may_publish, may_subscribe, own_user_topic};

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
fn subscribe(connection: &Session<Connection>, mut request: Subscribe) -> ProtocolMessageAck {
    let shared = &connection.shared;
    for mut subscription in &mut request {
        let filter = subscription.topic();
        let session = connection.session();
        let Some(session) = session.filter(|session| may_subscribe(&session.key, filter)) else {
            let outcome = "refused(not a topic of the device)";
            shared.log.event("subscribe", connection.key(), outcome);
            continue;
        };
        let qos = subscription.qos().min(QoS::AtLeastOnce);
        shared.sessions.subscribe(session, filter, qos);
        subscription.confirm(qos);
    }
    request.ack()
}

fn unsubscribe(connection: &Session<Connection>, request: Unsubscribe) -> ProtocolMessageAck {
    if let Some(session) = connection.session() {
        for filter in request.iter() {
            connection.shared.sessions.unsubscribe(session, filter);
        }
    }
    request.ack()
}

/// A message on a topic that is not the device's own is dropped; it is acknowledged all the same, since MQTT 3.1.1
/// has no other answer but to hang up.
pub(super) async fn publish(
    connection: Session<Connection>,
    message: Publish,
) -> Result<(), Failed> {
    let payload = message.read_all().await.map_err(|_| Failed)?;
    let topic = message.publish_topic();
    let shared = &connection.shared;
    let session = connection.session();
    let Some(session) = session.filter(|session| may_publish(&session.key, topic)) else {
        shared.count("publishes", "outcome=\"dropped\"".to_owned());
        let outcome = "dropped(not a topic of the device)";
        shared.log.event("publish", connection.key(), outcome);
        return Ok(());
    };
    shared.count("publishes", "outcome=\"accepted\"".to_owned());
    shared.watchers.show(|| Published {
        key: session.key.clone(),
        topic: topic.to_owned(),
        payload: payload.to_vec(),
    });
    if !own_user_topic(&session.key, topic) {
        return Ok(());
    }
    if let Some(granted) = shared.sessions.granted(session, topic) {
        echo(&connection, topic, payload, granted.min(message.qos()));
    }
    Ok(())
}

/// Sent from a task of its own, so that the PUBACK goes first.
fn echo(session: &Session<Connection>, topic: &str, payload: ntex::util::Bytes, qos: QoS) {
    let sink = session.sink().clone();
    let topic = topic.to_owned();
    ntex::rt::spawn(async move { send(&sink, &topic, payload, qos) });
}
