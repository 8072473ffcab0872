//! CONNECT in, CONNACK out.

use ntex_mqtt::v3::codec::ConnectAckReason;
use ntex_mqtt::{v3, v5};

use super::connection::Connection;
use super::{Failed, Shared};
use crate::rules::{Accepted, Connack, Connect, Refusal};

/// Answers a CONNECT of MQTT 3.1.1.
pub(super) async fn v3(
    shared: Shared,
    tls: bool,
    handshake: v3::Handshake,
) -> Result<v3::HandshakeAck<Connection>, Failed> {
    match decide(&shared, tls, handshake.packet()) {
        Ok(accepted) => {
            let connection = Connection::new(shared, accepted);
            Ok(handshake.ack(connection, false))
        }
        Err(refusal) => Ok(handshake.failed(reason(refusal.code))),
    }
}

/// MQTT 5 is not spoken here; say so rather than hang up.
pub(super) async fn v5(handshake: v5::Handshake) -> Result<v5::HandshakeAck<()>, Failed> {
    Ok(handshake.failed(v5::codec::ConnectAckReason::UnsupportedProtocolVersion))
}

fn decide(shared: &Shared, tls: bool, packet: &v3::codec::Connect) -> Result<Accepted, Refusal> {
    let connect = Connect {
        client_id: &packet.client_id,
        username: packet.username.as_deref().unwrap_or_default(),
        password: packet.password.as_deref().unwrap_or_default(),
        keep_alive: packet.keep_alive,
        tls,
    };
    let verdict = shared.rules.connect(&connect);
    let who = connect.claimed_key();
    let who = who.map_or_else(|| "- -".to_owned(), |key| key.to_string());
    let what = match connect.is_registration() {
        true => "register",
        false => "sign-in",
    };
    match &verdict {
        Ok(_) => shared.log.line(format_args!("{what} {who} accepted")),
        Err(refusal) => shared
            .log
            .line(format_args!("{what} {who} refused({refusal})")),
    }
    verdict
}

fn reason(code: Connack) -> ConnectAckReason {
    match code {
        Connack::Identifier => ConnectAckReason::IdentifierRejected,
        Connack::Unavailable => ConnectAckReason::ServiceUnavailable,
        Connack::Credentials => ConnectAckReason::BadUserNameOrPassword,
        Connack::NotAuthorised => ConnectAckReason::NotAuthorized,
    }
}
