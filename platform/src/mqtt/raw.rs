//! Answers that the platform writes byte by byte, since they are wrong on purpose.

use std::time::Duration;

use ntex::io::IoBoxed;

use super::connection::sleep;
use super::push;
use crate::faults::{FaultKind, Pace};
use crate::rules::Push;

/// A CONNACK without a session.
pub(super) fn connack(code: u8) -> Vec<u8> {
    vec![0x20, 2, 0, code]
}

/// Everything that a registering device is sent, as the faults have it.
pub(super) fn registration(push: &Push, faults: &[FaultKind]) -> Vec<u8> {
    let (topic, payload) = push::message(push, faults);
    let publish = publish(topic, &payload);
    let accepted = connack(0);
    let has = |fault: FaultKind| faults.contains(&fault);
    match () {
        () if has(FaultKind::PushLost) => accepted,
        () if has(FaultKind::PushFirst) => [publish, accepted].concat(),
        () if has(FaultKind::PushTwice) => [accepted, publish.clone(), publish].concat(),
        () => [accepted, publish].concat(),
    }
}

/// Whether a registration has to be answered from here.
pub(super) fn is_needed(faults: &[FaultKind]) -> bool {
    faults
        .iter()
        .any(|fault| !matches!(fault, FaultKind::Delay(_) | FaultKind::Connack(_)))
}

/// QoS 0, and a remaining length of up to two bytes.
fn publish(topic: &str, payload: &str) -> Vec<u8> {
    let length = 2 + topic.len() + payload.len();
    let mut packet = vec![0x30];
    if length > 127 {
        packet.push((length % 128) as u8 | 0x80);
        packet.push((length / 128) as u8);
    } else {
        packet.push(length as u8);
    }
    packet.extend((topic.len() as u16).to_be_bytes());
    packet.extend(topic.as_bytes());
    packet.extend(payload.as_bytes());
    packet
}

/// Writes the bytes at this pace, and keeps the connection for `then` unless it was cut.
pub(super) async fn write(io: &IoBoxed, bytes: &[u8], pace: Pace, then: Duration) {
    let end = pace.cut.unwrap_or(bytes.len()).min(bytes.len());
    let step = match pace.trickle {
        Some(_) => 1,
        None => end.max(1),
    };
    for piece in bytes[..end].chunks(step) {
        if io.encode_slice(piece).is_err() || io.flush(true).await.is_err() {
            return;
        }
        if let Some(time) = pace.trickle {
            sleep(time).await;
        }
    }
    if pace.cut.is_none() {
        let gone = io.on_disconnect();
        tokio::select! {
            () = gone => {}
            () = sleep(then) => {}
        }
    }
}
