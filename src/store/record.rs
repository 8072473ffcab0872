//! The stored record, the same bytes in a file and in flash.
//!
//! | bytes | meaning |
//! |---|---|
//! | 4 | magic `LKA1` |
//! | 1 | version: 1 |
//! | 1 | state: 1 ISSUED, 2 ACTIVATED |
//! | 1 | kind: 1 DeviceSecret, 2 DeviceToken |
//! | 1 | protection: 0 plain |
//! | 4 | sequence number, little-endian, one more with each save |
//! | 1 | registrations that this device has completed |
//! | 1 + n | ProductKey, its length first |
//! | 1 + n | DeviceName |
//! | 1 + n | InstanceId, empty for a device of the old public instance |
//! | 1 + n | clientId that was issued with a DeviceToken, empty for a DeviceSecret |
//! | 1 + n | DeviceSecret or DeviceToken |
//! | 4 | CRC-32 (IEEE 802.3) of all that precedes, little-endian |

use crate::credential::Credential;
use crate::identity::{ClientId, Endpoint, Identity};
use crate::secret::{DeviceToken, Secret};
use crate::status::{Error, Result};
use crate::text::{Sink, Writer};

const MAGIC: &[u8] = b"LKA1";
const VERSION: u8 = 1;
const KIND_DEVICE_SECRET: u8 = 1;
const KIND_DEVICE_TOKEN: u8 = 2;
const PLAIN: u8 = 0;
const CRC_LENGTH: usize = 4;

/// How far the stored secret has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Stored, and not yet known to be accepted. Registering again is still allowed.
    Issued,
    /// The platform has accepted it: registration is closed.
    Activated,
}

impl State {
    const fn code(self) -> u8 {
        match self {
            State::Issued => 1,
            State::Activated => 2,
        }
    }

    const fn from_code(code: u8) -> Option<State> {
        match code {
            1 => Some(State::Issued),
            2 => Some(State::Activated),
            _ => None,
        }
    }
}

/// A record of one device, its secret borrowed from the buffer it was read into.
pub(crate) struct Record<'r> {
    pub(crate) state: State,
    pub(crate) sequence: u32,
    pub(crate) registrations: u8,
    pub(crate) credential: Credential<'r>,
}

impl Record<'_> {
    /// Writes the record and returns its length.
    pub(crate) fn encode(
        &self,
        identity: &Identity,
        endpoint: &Endpoint,
        buffer: &mut [u8],
    ) -> Result<usize> {
        let mut writer = Writer::new(buffer);
        let (kind, client_id, secret) = match &self.credential {
            Credential::DeviceSecret(secret) => (KIND_DEVICE_SECRET, &b""[..], secret.as_bytes()),
            Credential::DeviceToken { client_id, token } => {
                (KIND_DEVICE_TOKEN, client_id.as_bytes(), token.as_bytes())
            }
        };
        writer.put(MAGIC);
        writer.put(&[VERSION, self.state.code(), kind, PLAIN]);
        writer.put(&self.sequence.to_le_bytes());
        writer.put(&[self.registrations]);
        for field in [
            identity.product_key.0.as_bytes(),
            identity.device_name.0.as_bytes(),
            endpoint.instance_id(),
            client_id,
            secret,
        ] {
            writer.put(&[field.len() as u8]);
            writer.put(field);
        }
        let body_length = writer.length();
        let body = buffer.get(..body_length).ok_or(Error::BUFFER_TOO_SMALL)?;
        let crc = crc32(body).to_le_bytes();
        let length = body_length.wrapping_add(CRC_LENGTH);
        let tail = buffer
            .get_mut(body_length..length)
            .ok_or(Error::BUFFER_TOO_SMALL)?;
        for (to, from) in tail.iter_mut().zip(crc) {
            *to = from;
        }
        Ok(length)
    }

    /// Reads a record of this device. Another device's is refused, whatever else it holds.
    pub(crate) fn decode<'r>(
        bytes: &'r [u8],
        identity: &Identity,
        endpoint: &Endpoint,
    ) -> Result<Record<'r>> {
        let body = checked_body(bytes)?;
        let (version, rest) = body.split_first().ok_or(Error::STORE_DAMAGED)?;
        if *version != VERSION {
            return Err(Error::STORE_VERSION);
        }
        let (head, rest) = rest.split_first_chunk::<8>().ok_or(Error::STORE_DAMAGED)?;
        let [state, kind, protection, s0, s1, s2, s3, registrations] = *head;
        if protection != PLAIN {
            return Err(Error::STORE_VERSION);
        }
        let (product_key, rest) = field(rest)?;
        let (device_name, rest) = field(rest)?;
        let (instance_id, rest) = field(rest)?;
        let (client_id, rest) = field(rest)?;
        let (secret, rest) = field(rest)?;
        if !rest.is_empty() {
            return Err(Error::STORE_DAMAGED);
        }
        if product_key != identity.product_key.0.as_bytes()
            || device_name != identity.device_name.0.as_bytes()
            || instance_id != endpoint.instance_id()
        {
            return Err(Error::STORE_OTHER_DEVICE);
        }
        Ok(Record {
            state: State::from_code(state).ok_or(Error::STORE_DAMAGED)?,
            sequence: u32::from_le_bytes([s0, s1, s2, s3]),
            registrations,
            credential: credential(kind, client_id, secret)?,
        })
    }
}

fn credential<'r>(kind: u8, client_id: &'r [u8], secret: &'r [u8]) -> Result<Credential<'r>> {
    let damaged = |_| Error::STORE_DAMAGED;
    match kind {
        KIND_DEVICE_SECRET => Ok(Credential::DeviceSecret(
            Secret::new(secret).map_err(damaged)?,
        )),
        KIND_DEVICE_TOKEN => Ok(Credential::DeviceToken {
            client_id: ClientId::new(client_id).map_err(damaged)?,
            token: DeviceToken::new(secret).map_err(damaged)?,
        }),
        _ => Err(Error::STORE_VERSION),
    }
}

/// What lies between magic and CRC, both right.
fn checked_body(bytes: &[u8]) -> Result<&[u8]> {
    let (body, crc) = bytes
        .split_last_chunk::<CRC_LENGTH>()
        .ok_or(Error::STORE_DAMAGED)?;
    if crc32(body) != u32::from_le_bytes(*crc) {
        return Err(Error::STORE_DAMAGED);
    }
    body.strip_prefix(MAGIC).ok_or(Error::STORE_DAMAGED)
}

fn field(bytes: &[u8]) -> Result<(&[u8], &[u8])> {
    bytes
        .split_first()
        .and_then(|(length, rest)| rest.split_at_checked(usize::from(*length)))
        .ok_or(Error::STORE_DAMAGED)
}

/// Bit by bit: a table would cost firmware 1 KiB, and a secret would index it.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ ((crc & 1).wrapping_neg() & 0xedb8_8320);
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{InstanceId, Region};
    use crate::store::RECORD_MAX;

    fn device(name: &[u8]) -> Identity {
        Identity::new(b"a1B2c3D4e5F", name).unwrap()
    }

    fn endpoint() -> Endpoint {
        Endpoint::in_region(Region::new(b"cn-shanghai").unwrap())
    }

    fn encoded() -> ([u8; RECORD_MAX], usize) {
        let mut buffer = [0; RECORD_MAX];
        let record = Record {
            state: State::Issued,
            sequence: 7,
            registrations: 1,
            credential: Credential::DeviceSecret(
                Secret::new(b"0123456789abcdefghijklmnopqrstuv").unwrap(),
            ),
        };
        let length = record
            .encode(&device(b"dev1"), &endpoint(), &mut buffer)
            .unwrap();
        (buffer, length)
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let (buffer, length) = encoded();
        let record = Record::decode(&buffer[..length], &device(b"dev1"), &endpoint()).unwrap();
        assert_eq!((record.state, record.sequence), (State::Issued, 7));
        let expected = Secret::new(b"0123456789abcdefghijklmnopqrstuv").unwrap();
        assert!(record.credential.is(&Credential::DeviceSecret(expected)));
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_damage() {
        let (buffer, length) = encoded();
        for bit in 0..length * 8 {
            let mut copy = buffer;
            copy[bit / 8] ^= 1 << (bit % 8);
            let result = Record::decode(&copy[..length], &device(b"dev1"), &endpoint());
            assert_eq!(result.err(), Some(Error::STORE_DAMAGED), "bit {bit}");
        }
        for cut in 0..length {
            let result = Record::decode(&buffer[..cut], &device(b"dev1"), &endpoint());
            assert_eq!(result.err(), Some(Error::STORE_DAMAGED), "cut at {cut}");
        }
    }

    #[test]
    fn another_devices_record_is_refused() {
        let (buffer, length) = encoded();
        let result = Record::decode(&buffer[..length], &device(b"dev2"), &endpoint());
        assert_eq!(result.err(), Some(Error::STORE_OTHER_DEVICE));
        let elsewhere = Endpoint::of_instance(
            InstanceId::new(b"iot-1").unwrap(),
            Region::new(b"cn-shanghai").unwrap(),
        );
        let result = Record::decode(&buffer[..length], &device(b"dev1"), &elsewhere);
        assert_eq!(result.err(), Some(Error::STORE_OTHER_DEVICE));
    }

    /// The check value of CRC-32/ISO-HDLC in every catalogue of CRCs.
    #[test]
    fn crc_check_value() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn the_longest_record_fits() {
        let mut buffer = [0; RECORD_MAX];
        let record = Record {
            state: State::Activated,
            sequence: u32::MAX,
            registrations: u8::MAX,
            credential: Credential::DeviceToken {
                client_id: ClientId::new(&[b'c'; 64]).unwrap(),
                token: DeviceToken::new(&[b't'; 128]).unwrap(),
            },
        };
        let identity = Identity::new(&[b'p'; 20], &[b'd'; 32]).unwrap();
        let endpoint = Endpoint::of_instance(
            InstanceId::new(&[b'i'; 32]).unwrap(),
            Region::new(b"r").unwrap(),
        );
        let length = record.encode(&identity, &endpoint, &mut buffer).unwrap();
        let decoded = Record::decode(&buffer[..length], &identity, &endpoint).unwrap();
        assert!(decoded.credential.is(&record.credential));
    }
}
