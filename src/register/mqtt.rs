//! Registering over MQTT 3.1.1: the CONNECT that asks, and the reader of what is pushed back.
//!
//! Source: the platform's page on MQTT-based dynamic registration, and what Link SDK C 4.x and the
//! Python and Rust SDKs send. Nothing is subscribed to: the platform pushes the answer to
//! `/ext/register` or `/ext/regnwl` after its CONNACK. The push is not acknowledged: closing the
//! connection, as the platform's page allows, leaves nothing to be sent again.

use super::{Form, Request};
use crate::mac::Hmac;
use crate::secret::equal;
use crate::sign_in::put_username;
use crate::status::{Error, Result};
use crate::text::{Put, Sink, Writer};

/// The ports of Link SDK C 4.x's demos.
pub(super) const PORT: u16 = 8883;

/// Seconds. The platform does not check it during a registration.
const KEEP_ALIVE: u8 = 60;

/// Whether a push on this topic answers a registration. The platform's pages and the SDKs differ
/// on which topic answers which form, so both do; the payload says what it is.
pub(super) fn is_answer(topic: &[u8]) -> bool {
    equal(topic, b"/ext/register") || equal(topic, b"/ext/regnwl")
}

/// `DeviceName.ProductKey|random=..,authType=..,securemode=..,signmethod=..[,instanceId=..]|`: the
/// reverse order of a sign-in's. The pairs are in Link SDK C 4.x's order.
fn put_client_id(request: &Request<'_>, out: &mut impl Sink) {
    let [product_key, device_name] = request.names;
    out.put(device_name);
    out.put(b".");
    out.put(product_key);
    out.put(b"|random=");
    out.put(request.nonce);
    out.put(b",authType=");
    out.put(match request.form {
        Form::MqttNoPreRegistration { .. } => b"regnwl",
        _ => b"register",
    });
    out.put(b",securemode=");
    out.put(match request.form {
        Form::MqttNoPreRegistration { is_minus_two: true } => b"-2",
        _ => b"2",
    });
    out.put(b",signmethod=");
    out.put(request.sign_method.name().as_bytes());
    if !request.instance_id.is_empty() {
        out.put(b",instanceId=");
        out.put(request.instance_id);
    }
    out.put(b"|");
}

/// The fields of a CONNECT that follow its header.
fn put_fields(request: &Request<'_>, out: &mut impl Sink) {
    let mut counter = Writer::new(&mut []);
    put_client_id(request, &mut counter);
    put_length(counter.length(), out);
    put_client_id(request, out);
    let [product_key, device_name] = request.names;
    let length = product_key.len().wrapping_add(device_name.len());
    put_length(length.wrapping_add(1), out);
    put_username(request.names, out);
    let mut hmac = Hmac::new(request.sign_method);
    hmac.start(request.product_secret);
    super::put_content(request, &mut hmac);
    let mac = hmac.finish();
    put_length(mac.len().wrapping_mul(2), out);
    out.put_hex(mac);
}

/// A whole CONNECT: clean session, username and password.
#[inline(always)]
pub(super) fn put_connect(request: &Request<'_>, out: &mut impl Sink) -> Result<()> {
    const VARIABLE_HEADER: &[u8] = &[0, 4, b'M', b'Q', b'T', b'T', 4, 0xc2, 0, KEEP_ALIVE];
    let mut counter = Writer::new(&mut []);
    put_fields(request, &mut counter);
    out.put(&[0x10]);
    put_remaining_length(VARIABLE_HEADER.len().saturating_add(counter.length()), out);
    out.put(VARIABLE_HEADER);
    put_fields(request, out);
    Ok(())
}

/// clientId, username and password of a CONNECT that `put_connect` wrote.
pub(super) fn fields(packet: &[u8]) -> Option<[&[u8]; 3]> {
    let length_bytes = packet.iter().skip(1).position(|byte| byte & 0x80 == 0)?;
    let rest = packet.get(length_bytes.checked_add(2 + 10)?..)?;
    let (client_id, rest) = field(rest)?;
    let (username, rest) = field(rest)?;
    let (password, _) = field(rest)?;
    Some([client_id, username, password])
}

fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

/// Two bytes, big-endian.
fn put_length(length: usize, out: &mut impl Sink) {
    out.put(&(length as u16).to_be_bytes());
}

/// Seven bits a byte, the lowest first.
#[inline(always)]
fn put_remaining_length(length: usize, out: &mut impl Sink) {
    let mut rest = length;
    while rest > 0x7f {
        out.put(&[(rest & 0x7f) as u8 | 0x80]);
        rest >>= 7;
    }
    out.put(&[rest as u8]);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Kind,
    /// So many bits of the remaining length have been read.
    Length(u8),
    ConnackFlags,
    ConnackCode,
    TopicLengthHigh,
    TopicLengthLow,
    Topic,
    PacketId,
    PacketIdLow,
    Payload,
    Skip,
    Done,
}

const TOPIC: usize = 16;

/// Where the reader of the platform's packets stands. It keeps no more than the beginning of a
/// topic, and hands each byte of the answer's payload on.
pub(crate) struct Reply {
    at: At,
    is_connected: bool,
    /// The code of a CONNACK that refused, or 0.
    code: u8,
    qos: u8,
    /// Bytes of the packet that are to come.
    left: u32,
    topic: [u8; TOPIC],
    topic_length: u16,
    topic_read: u16,
}

impl Reply {
    pub(super) const fn new() -> Reply {
        Reply {
            at: At::Kind,
            is_connected: false,
            code: 0,
            qos: 0,
            left: 0,
            topic: [0; TOPIC],
            topic_length: 0,
            topic_read: 0,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.at == At::Done
    }

    pub(super) fn is_connected(&self) -> bool {
        self.is_connected
    }

    pub(super) fn code(&self) -> u8 {
        self.code
    }

    /// The code of a CONNACK. Source: the platform's page on registration over MQTT.
    pub(super) fn connack(&mut self, code: u8) -> Result<()> {
        if self.is_connected {
            return Err(Error::REPLY_NOT_MQTT);
        }
        self.code = code;
        match code {
            0 => {
                self.is_connected = true;
                Ok(())
            }
            1 => Err(Error::CONNACK_PROTOCOL),
            2 => Err(Error::REGISTER_CONNACK_FORMAT),
            3 => Err(Error::REGISTER_CONNACK_UNAVAILABLE),
            4 | 5 => Err(Error::REGISTER_CONNACK_REFUSED),
            _ => Err(Error::CONNACK_UNKNOWN),
        }
    }

    /// Takes one byte; true if it is of the answer's payload.
    #[inline(always)]
    pub(super) fn feed(&mut self, byte: u8) -> Result<bool> {
        let is_payload = self.at == At::Payload;
        self.advance(byte)?;
        Ok(is_payload)
    }

    /// Out of line: inlined it is larger.
    #[inline(never)]
    fn advance(&mut self, byte: u8) -> Result<()> {
        match self.at {
            At::Done => return Ok(()),
            At::Kind => return self.kind(byte),
            At::Length(bits) => return self.length(byte, bits),
            _ => self.left = self.left.checked_sub(1).ok_or(Error::REPLY_NOT_MQTT)?,
        }
        self.at = match self.at {
            At::ConnackFlags => At::ConnackCode,
            At::ConnackCode => {
                self.connack(byte)?;
                At::Kind
            }
            At::TopicLengthHigh => {
                self.topic_length = u16::from(byte) << 8;
                At::TopicLengthLow
            }
            At::TopicLengthLow => {
                self.topic_length |= u16::from(byte);
                self.topic_read = 0;
                if self.topic_length == 0 {
                    return Err(Error::REPLY_NOT_MQTT);
                }
                At::Topic
            }
            At::Topic => self.topic_byte(byte),
            At::PacketId => At::PacketIdLow,
            At::PacketIdLow => self.after_topic(),
            other => other,
        };
        self.end_packet()
    }

    /// What the last byte of a packet leads to.
    fn end_packet(&mut self) -> Result<()> {
        if self.left > 0 {
            return Ok(());
        }
        self.at = match self.at {
            At::Payload => At::Done,
            At::Skip | At::Kind => At::Kind,
            _ => return Err(Error::REPLY_NOT_MQTT),
        };
        Ok(())
    }

    fn kind(&mut self, byte: u8) -> Result<()> {
        self.qos = (byte >> 1) & 3;
        let is_expected = match byte >> 4 {
            2 => byte == 0x20 && !self.is_connected,
            3 => self.qos < 2 && self.is_connected,
            _ => false,
        };
        if !is_expected {
            return Err(Error::REPLY_NOT_MQTT);
        }
        self.left = 0;
        self.at = At::Length(0);
        Ok(())
    }

    fn length(&mut self, byte: u8, bits: u8) -> Result<()> {
        self.left |= u32::from(byte & 0x7f) << (bits & 31);
        if byte & 0x80 != 0 {
            if bits >= 21 {
                return Err(Error::REPLY_NOT_MQTT);
            }
            self.at = At::Length(bits.wrapping_add(7));
            return Ok(());
        }
        if self.is_connected {
            self.at = At::TopicLengthHigh;
        } else if self.left == 2 {
            self.at = At::ConnackFlags;
        } else {
            return Err(Error::REPLY_NOT_MQTT);
        }
        if self.left == 0 {
            return Err(Error::REPLY_NOT_MQTT);
        }
        Ok(())
    }

    fn topic_byte(&mut self, byte: u8) -> At {
        if let Some(slot) = self.topic.get_mut(usize::from(self.topic_read)) {
            *slot = byte;
        }
        self.topic_read = self.topic_read.wrapping_add(1);
        if self.topic_read < self.topic_length {
            At::Topic
        } else if self.qos > 0 {
            At::PacketId
        } else {
            self.after_topic()
        }
    }

    fn after_topic(&self) -> At {
        match self.topic.get(..usize::from(self.topic_length)) {
            Some(topic) if is_answer(topic) => At::Payload,
            _ => At::Skip,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const CONNACK: &[u8] = &[0x20, 2, 0, 0];

    fn publish(qos: u8, topic: &[u8], payload: &[u8]) -> Vec<u8> {
        let mut body = Vec::from((topic.len() as u16).to_be_bytes());
        body.extend(topic);
        if qos > 0 {
            body.extend([0, 7]);
        }
        body.extend(payload);
        let mut packet = std::vec![0x30 | (qos << 1)];
        let mut rest = body.len();
        while rest > 127 {
            packet.push((rest % 128) as u8 | 0x80);
            rest /= 128;
        }
        packet.push(rest as u8);
        packet.extend(body);
        packet
    }

    fn read(bytes: &[u8]) -> core::result::Result<(bool, Vec<u8>), Error> {
        let mut reply = Reply::new();
        let mut payload = Vec::new();
        for &byte in bytes {
            if reply.feed(byte)? {
                payload.push(byte);
            }
        }
        Ok((reply.is_done(), payload))
    }

    #[test]
    fn the_answer_is_found_behind_other_messages() {
        for qos in [0, 1] {
            for topic in [&b"/ext/register"[..], b"/ext/regnwl"] {
                let stream = [
                    CONNACK,
                    &publish(1, b"/ext/error/a/b", &[b'x'; 3000]),
                    &publish(0, b"/ext/registerX", b"no"),
                    &publish(0, &[b't'; 400], b""),
                    &publish(qos, topic, b"{}"),
                    b"what follows is ignored",
                ]
                .concat();
                assert_eq!(read(&stream), Ok((true, b"{}".to_vec())));
            }
        }
    }

    #[test]
    fn refusals_by_code() {
        for (code, error) in [
            (1, Error::CONNACK_PROTOCOL),
            (2, Error::REGISTER_CONNACK_FORMAT),
            (3, Error::REGISTER_CONNACK_UNAVAILABLE),
            (4, Error::REGISTER_CONNACK_REFUSED),
            (5, Error::REGISTER_CONNACK_REFUSED),
            (6, Error::CONNACK_UNKNOWN),
        ] {
            assert_eq!(read(&[0x20, 2, 0, code]), Err(error));
        }
    }

    #[test]
    fn what_is_not_mqtt_is_refused() {
        let malformed: &[&[u8]] = &[
            b"HTTP/1.1 400 Bad Request\r\n",
            &[0x20, 3, 0, 0, 0],
            &[0x20, 0],
            &[0x21, 2, 0, 0],
            &[0x30, 2, 0, 0],
            &[0x20, 0x80, 0x80, 0x80, 0x80, 1],
            &[0x20, 2, 0, 0, 0x20, 2, 0, 0],
            &[0x20, 2, 0, 0, 0x36, 2, 0, 0],
            &[0x20, 2, 0, 0, 0xd0, 0],
            &[0x20, 2, 0, 0, 0x30, 0],
            &[0x20, 2, 0, 0, 0x30, 1, 0],
            &[0x20, 2, 0, 0, 0x30, 2, 0, 0],
            &[0x20, 2, 0, 0, 0x30, 3, 0, 9, b'/'],
            &[0x20, 2, 0, 0, 0x32, 4, 0, 1, b'/', 0],
        ];
        for bytes in malformed {
            assert_eq!(read(bytes), Err(Error::REPLY_NOT_MQTT), "{bytes:?}");
        }
    }

    #[test]
    fn remaining_length_agrees_with_the_standards_table() {
        for (length, bytes) in [
            (0, &[0][..]),
            (127, &[0x7f]),
            (128, &[0x80, 0x01]),
            (16_383, &[0xff, 0x7f]),
            (16_384, &[0x80, 0x80, 0x01]),
        ] {
            let mut buffer = [0; 4];
            let mut writer = Writer::new(&mut buffer);
            put_remaining_length(length, &mut writer);
            let used = writer.length();
            assert_eq!(&buffer[..used], bytes);
        }
    }
}
