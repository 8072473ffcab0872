//! CONNECT in, CONNACK out.

use std::time::Instant;

use ntex_mqtt::v3::codec::{self, ConnectAckReason};
use ntex_mqtt::{v3, v5};

use super::connection::{Connection, sleep};
use super::{Failed, Shared, raw};
use crate::faults::{FaultKind, Pace, Way, delay};
use crate::rules::{Accepted, Connack, Connect, DeviceKey, Refusal};

/// What is played before anybody looks at the CONNECT.
struct Played {
    way: Way,
    faults: Vec<FaultKind>,
}

/// Answers a CONNECT of MQTT 3.1.1.
pub(super) async fn v3(
    shared: Shared,
    tls: bool,
    handshake: v3::Handshake,
) -> Result<v3::HandshakeAck<Connection>, Failed> {
    let protocol = if tls { "mqtts" } else { "mqtt" };
    shared.count("connects", format!("protocol=\"{protocol}\""));
    let played = play(&shared, handshake.packet());
    if let Some(time) = delay(&played.faults) {
        sleep(time).await;
    }
    let refused = played.faults.iter().find_map(|fault| match fault {
        FaultKind::Connack(code) => Some(*code),
        _ => None,
    });
    if let Some(code) = refused {
        return Err(end_with(&shared, handshake, &raw::connack(code), Pace::default()).await);
    }
    match decide(&shared, tls, handshake.packet()).await {
        Ok(accepted) => accept(shared, handshake, accepted, &played.faults).await,
        Err(refusal) => Ok(handshake.failed(reason(refusal.code))),
    }
}

fn play(shared: &Shared, packet: &codec::Connect) -> Played {
    let connect = view(packet, false);
    let way = match connect.is_registration() {
        true => Way::MqttRegistration,
        false => Way::SignIn,
    };
    let key = connect.claimed_key();
    let name = key.as_ref().map_or("", DeviceKey::device_name);
    let faults = shared.faults.play(name, way);
    for fault in &faults {
        shared.count("faults", format!("kind=\"{}\"", fault.word()));
    }
    Played { way, faults }.noted(shared, key.as_ref())
}

impl Played {
    fn noted(self, shared: &Shared, key: Option<&DeviceKey>) -> Self {
        if let (false, Some(key)) = (self.faults.is_empty(), key) {
            let words: Vec<_> = self.faults.iter().map(FaultKind::word).collect();
            let way = match self.way {
                Way::MqttRegistration => "register",
                _ => "sign-in",
            };
            shared
                .log
                .event("fault", key, format_args!("{way} {}", words.join(",")));
        }
        self
    }
}

/// The framework answers, unless the answer has to be wrong.
async fn accept(
    shared: Shared,
    handshake: v3::Handshake,
    accepted: Accepted,
    faults: &[FaultKind],
) -> Result<v3::HandshakeAck<Connection>, Failed> {
    let pace = Pace::of(faults);
    match &accepted {
        Accepted::Registration(push) if raw::is_needed(faults) => {
            let bytes = raw::registration(push, faults);
            Err(end_with(&shared, handshake, &bytes, pace).await)
        }
        Accepted::Session(_) if !pace.is_normal() => {
            // Its drop ends the session that the device never had.
            let _session = Connection::new(shared.clone(), accepted);
            Err(end_with(&shared, handshake, &raw::connack(0), pace).await)
        }
        _ => Ok(handshake.ack(Connection::new(shared, accepted), false)),
    }
}

async fn end_with(shared: &Shared, handshake: v3::Handshake, bytes: &[u8], pace: Pace) -> Failed {
    raw::write(handshake.io(), bytes, pace, shared.push.close_after).await;
    Failed
}

/// MQTT 5 is not spoken here; say so rather than hang up.
pub(super) async fn v5(handshake: v5::Handshake) -> Result<v5::HandshakeAck<()>, Failed> {
    Ok(handshake.failed(v5::codec::ConnectAckReason::UnsupportedProtocolVersion))
}

fn view(packet: &codec::Connect, tls: bool) -> Connect<'_> {
    Connect {
        client_id: &packet.client_id,
        username: packet.username.as_deref().unwrap_or_default(),
        password: packet.password.as_deref().unwrap_or_default(),
        keep_alive: packet.keep_alive,
        tls,
    }
}

async fn decide(shared: &Shared, tls: bool, packet: &codec::Connect) -> Result<Accepted, Refusal> {
    let connect = view(packet, tls);
    let key = connect.claimed_key();
    let verdict = match shared.limiter.admits(key.as_ref(), Instant::now()) {
        true => {
            let packet = packet.clone();
            let asked = shared
                .desk
                .ask(move |rules| rules.connect(&view(&packet, tls)));
            asked.await.unwrap_or_else(|error| Err(error.into()))
        }
        false => Err(Refusal::too_many()),
    };
    note(shared, &connect, key, &verdict);
    verdict
}

fn note(
    shared: &Shared,
    connect: &Connect<'_>,
    key: Option<DeviceKey>,
    verdict: &Result<Accepted, Refusal>,
) {
    let who = key.map_or_else(|| "- -".to_owned(), |key| key.to_string());
    let code = verdict
        .as_ref()
        .map_or_else(|refusal| refusal.code as u8, |_| 0);
    let what = match connect.is_registration() {
        true => {
            shared.count("registrations", format!("way=\"mqtt\",code=\"{code}\""));
            "register"
        }
        false => {
            shared.count("sign_ins", format!("code=\"{code}\""));
            "sign-in"
        }
    };
    match verdict {
        Ok(_) => shared.log.event(what, who, "accepted"),
        Err(refusal) => shared
            .log
            .event(what, who, format_args!("refused({refusal})")),
    }
}

fn reason(code: Connack) -> ConnectAckReason {
    match code {
        Connack::Identifier => ConnectAckReason::IdentifierRejected,
        Connack::Unavailable => ConnectAckReason::ServiceUnavailable,
        Connack::Credentials => ConnectAckReason::BadUserNameOrPassword,
        Connack::NotAuthorised => ConnectAckReason::NotAuthorized,
    }
}
