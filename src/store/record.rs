//! The stored record, the same bytes in a file and in flash. `docs/store.md` describes it for
//! others; it does not change any more.
//!
//! | at | bytes | meaning |
//! |---|---|---|
//! | 0 | 4 | magic `LKA1` |
//! | 4 | 2 | length of the record, all of it, little-endian |
//! | 6 | 1 | version: 1 |
//! | 7 | 1 | state: 1 ISSUED, 2 ACTIVATED |
//! | 8 | 1 | kind: 1 DeviceSecret, 2 DeviceToken |
//! | 9 | 1 | protection: 0 plain, 1 sealed |
//! | 10 | 4 | sequence number, little-endian, one more with each save |
//! | 14 | 1 | registrations that this device has completed |
//! | 15 | 1 | 0 |
//! | 16 | 1 + n | ProductKey, its length first |
//! | | 1 + n | DeviceName |
//! | | 1 + n | InstanceId, empty for a device of the old public instance |
//! | | 1 + n | clientId that was issued with a DeviceToken, empty for a DeviceSecret |
//! | | 1 + n | DeviceSecret or DeviceToken, sealed if so protected |
//! | | 4 | CRC-32 (IEEE 802.3) of all that precedes, little-endian |
//!
//! A sealed secret is sealed for the bytes from 6 up to its own length.

use crate::credential::Credential;
use crate::identity::{ClientId, Identity};
#[cfg(all(feature = "flash", feature = "lean"))]
use crate::identity::{DeviceName, InstanceId, ProductKey};
use crate::secret::{DeviceToken, Secret, equal};
use crate::status::{Error, Result};
use crate::text::{Sink, Writer};

const MAGIC: &[u8; 4] = b"LKA1";
const VERSION: u8 = 1;
const KIND_DEVICE_SECRET: u8 = 1;
const KIND_DEVICE_TOKEN: u8 = 2;
const PLAIN: u8 = 0;
const SEALED: u8 = 1;
pub(crate) const HEAD: usize = 16;
/// Where what a secret is sealed for begins.
const CONTEXT_AT: usize = 6;
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

/// What a record says of its secret, the secret itself left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Head {
    pub(crate) state: State,
    pub(crate) sequence: u32,
    pub(crate) registrations: u8,
}

impl Head {
    /// As it stands in a record, sealed and of no length yet.
    fn encoded(self, kind: u8) -> [u8; HEAD] {
        let [m0, m1, m2, m3] = *MAGIC;
        let [s0, s1, s2, s3] = self.sequence.to_le_bytes();
        let (state, registrations) = (self.state.code(), self.registrations);
        [
            m0,
            m1,
            m2,
            m3,
            0,
            0,
            VERSION,
            state,
            kind,
            SEALED,
            s0,
            s1,
            s2,
            s3,
            registrations,
            0,
        ]
    }
}

/// Whose record it is.
///
/// ProductKey, DeviceName, and InstanceId, empty for the old public instance.
pub(crate) struct Owner<'a>([&'a [u8]; 3]);

impl<'a> Owner<'a> {
    pub(crate) fn new(identity: &'a Identity, instance_id: &'a [u8]) -> Owner<'a> {
        let [product_key, device_name] = identity.names();
        Owner([product_key, device_name, instance_id])
    }
}

/// A record to be written.
pub(crate) struct Record<'r> {
    pub(crate) head: Head,
    pub(crate) credential: Credential<'r>,
}

impl Record<'_> {
    /// Writes the record and returns its length. `sealed` is room for the sealed secret.
    pub(crate) fn encode(
        &self,
        owner: &Owner<'_>,
        sealed: &mut [u8],
        mut seal: impl FnMut(&[u8], &[u8], &mut [u8]) -> Result<Option<usize>>,
        buffer: &mut [u8],
    ) -> Result<usize> {
        let (kind, client_id, secret) = match &self.credential {
            Credential::DeviceSecret(secret) => (KIND_DEVICE_SECRET, &b""[..], secret.as_bytes()),
            Credential::DeviceToken { client_id, token } => {
                (KIND_DEVICE_TOKEN, client_id.as_bytes(), token.as_bytes())
            }
        };
        let mut writer = Writer::new(buffer);
        writer.put(&self.head.encoded(kind));
        for field in &owner.0 {
            put_field(&mut writer, field);
        }
        put_field(&mut writer, client_id);
        let context = writer.written().get(CONTEXT_AT..);
        let context = context.ok_or(Error::BUFFER_TOO_SMALL)?;
        let (kept, protection) = match seal(context, secret, sealed)? {
            None => (secret, PLAIN),
            Some(length) => (sealed.get(..length).ok_or(Error::STORE_UNSEAL)?, SEALED),
        };
        put_field(&mut writer, kept);
        let body_length = writer.length();
        complete(buffer, body_length, protection)
    }
}

fn put_field(writer: &mut Writer<'_>, field: &[u8]) {
    writer.put(&[field.len() as u8]);
    writer.put(field);
}

/// Adds what is known at last.
#[inline(always)]
fn complete(buffer: &mut [u8], body_length: usize, protection: u8) -> Result<usize> {
    let length = body_length.wrapping_add(CRC_LENGTH);
    if let Some([_, _, _, _, low, high, _, _, _, place, ..]) = buffer.first_chunk_mut::<HEAD>() {
        [*low, *high] = (length as u16).to_le_bytes();
        *place = protection;
    }
    let (body, tail) = buffer
        .split_at_mut_checked(body_length)
        .ok_or(Error::BUFFER_TOO_SMALL)?;
    let place = tail
        .first_chunk_mut::<CRC_LENGTH>()
        .ok_or(Error::BUFFER_TOO_SMALL)?;
    *place = crc32(body).to_le_bytes();
    Ok(length)
}

/// A record as it was read: checked, its secret perhaps still sealed.
pub(crate) struct Stored<'r> {
    pub(crate) head: Head,
    kind: u8,
    client_id: &'r [u8],
    secret: &'r [u8],
    /// For a sealed secret: what it was sealed for.
    context: Option<&'r [u8]>,
}

impl<'r> Stored<'r> {
    /// Reads a record of this device. Another device's is refused, whatever else it holds.
    pub(crate) fn decode(bytes: &'r [u8], owner: &Owner<'_>) -> Result<Stored<'r>> {
        let body = checked_body(bytes).ok_or(Error::STORE_DAMAGED)?;
        let (head, mut rest) = body
            .split_first_chunk::<HEAD>()
            .ok_or(Error::STORE_DAMAGED)?;
        let [
            _,
            _,
            _,
            _,
            _,
            _,
            version,
            state,
            kind,
            protection,
            s0,
            s1,
            s2,
            s3,
            registrations,
            reserved,
        ] = *head;
        let is_known = version == VERSION
            && reserved == 0
            && matches!(kind, KIND_DEVICE_SECRET | KIND_DEVICE_TOKEN)
            && matches!(protection, PLAIN | SEALED);
        if !is_known {
            return Err(Error::STORE_VERSION);
        }
        let mut is_owners = true;
        for expected in &owner.0 {
            let found;
            (found, rest) = field(rest)?;
            is_owners &= found == *expected;
        }
        let (client_id, rest) = field(rest)?;
        let (secret, rest) = field(rest)?;
        if !rest.is_empty() {
            return Err(Error::STORE_DAMAGED);
        }
        if !is_owners {
            return Err(Error::STORE_OTHER_DEVICE);
        }
        let context_end = body.len().wrapping_sub(secret.len()).wrapping_sub(1);
        Ok(Stored {
            head: Head {
                state: State::from_code(state).ok_or(Error::STORE_DAMAGED)?,
                sequence: u32::from_le_bytes([s0, s1, s2, s3]),
                registrations,
            },
            kind,
            client_id,
            secret,
            context: if protection == SEALED {
                body.get(CONTEXT_AT..context_end)
            } else {
                None
            },
        })
    }

    pub(crate) fn is_token(&self) -> bool {
        self.kind == KIND_DEVICE_TOKEN
    }

    pub(crate) fn is_sealed(&self) -> bool {
        self.context.is_some()
    }

    /// The credential, unsealed into `room` if it was sealed.
    pub(crate) fn credential<'c>(
        &self,
        room: &'c mut [u8],
        unseal: impl FnOnce(&[u8], &[u8], &mut [u8]) -> Result<usize>,
    ) -> Result<Credential<'c>>
    where
        'r: 'c,
    {
        let secret = match self.context {
            None => self.secret,
            Some(context) => {
                let length = unseal(context, self.secret, room)?;
                room.get(..length).ok_or(Error::STORE_UNSEAL)?
            }
        };
        let damaged = |_| Error::STORE_DAMAGED;
        let credential = if self.is_token() {
            Credential::DeviceToken {
                client_id: ClientId::new(self.client_id).map_err(damaged)?,
                token: DeviceToken::new(secret).map_err(damaged)?,
            }
        } else {
            Credential::DeviceSecret(Secret::new(secret).map_err(damaged)?)
        };
        credential.check().map_err(damaged)?;
        Ok(credential)
    }
}

/// A record of a DeviceSecret that was issued and not sealed: what is needed without a device object.
#[cfg(all(feature = "flash", feature = "lean"))]
pub(crate) struct PlainRecord<'r> {
    pub(crate) sequence: u32,
    pub(crate) secret: &'r [u8],
}

/// Bytes of the longest that `put_owner` puts.
#[cfg(all(feature = "flash", feature = "lean"))]
pub(crate) const OWNER_MAX: usize = 4 + ProductKey::MAX + DeviceName::MAX + InstanceId::MAX;

/// Puts what stands between the head and the DeviceSecret.
#[cfg(all(feature = "flash", feature = "lean"))]
pub(crate) fn put_owner(
    [product_key, device_name]: [&[u8]; 2],
    instance_id: &[u8],
    writer: &mut Writer<'_>,
) {
    for field in [product_key, device_name, instance_id, b""] {
        put_field(writer, field);
    }
}

#[cfg(all(feature = "flash", feature = "lean"))]
impl<'r> PlainRecord<'r> {
    /// Writes the record and returns its length.
    pub(crate) fn encode(&self, owner: &[u8], buffer: &mut [u8]) -> Result<usize> {
        let head = Head {
            state: State::Issued,
            sequence: self.sequence,
            registrations: 1,
        };
        let mut writer = Writer::new(buffer);
        writer.put(&head.encoded(KIND_DEVICE_SECRET));
        writer.put(owner);
        put_field(&mut writer, self.secret);
        let body_length = writer.length();
        complete(buffer, body_length, PLAIN)
    }

    /// Reads a record that is whole.
    pub(crate) fn decode(record: &'r [u8], owner: &[u8]) -> Result<PlainRecord<'r>> {
        let (head, rest) = record.split_first_chunk().ok_or(Error::STORE_DAMAGED)?;
        let [
            _,
            _,
            _,
            _,
            _,
            _,
            version,
            _,
            kind,
            protection,
            s0,
            s1,
            s2,
            s3,
            _,
            reserved,
        ]: [u8; HEAD] = *head;
        if version != VERSION || reserved != 0 {
            return Err(Error::STORE_VERSION);
        }
        if kind != KIND_DEVICE_SECRET {
            return Err(Error::SECRET_IS_TOKEN);
        }
        if protection != PLAIN {
            return Err(Error::STORE_SEALED);
        }
        let rest = rest.strip_prefix(owner).ok_or(Error::STORE_OTHER_DEVICE)?;
        let (secret, _) = field(rest)?;
        Ok(PlainRecord {
            sequence: u32::from_le_bytes([s0, s1, s2, s3]),
            secret,
        })
    }
}

/// All of a record but its CRC, if length and CRC are right.
fn checked_body(bytes: &[u8]) -> Option<&[u8]> {
    if length_of(bytes) != Some(bytes.len()) {
        return None;
    }
    let (body, crc) = bytes.split_last_chunk::<CRC_LENGTH>()?;
    equal(&crc32(body).to_le_bytes(), crc).then_some(body)
}

/// The sequence number in the head of a record, and its length; None if it is no head.
#[cfg(feature = "flash")]
pub(crate) fn head_of(bytes: &[u8]) -> Option<(u32, usize)> {
    let [_, _, _, _, _, _, _, _, _, _, s0, s1, s2, s3, _, _] = *bytes.first_chunk::<HEAD>()?;
    let length = length_of(bytes)?;
    Some((u32::from_le_bytes([s0, s1, s2, s3]), length))
}

/// Whether a record is whole, of which the bytes are put as they are read.
#[cfg(feature = "flash")]
pub(crate) struct Wholeness {
    crc: u32,
    expected: u32,
    /// Bytes of the record that are to come.
    left: usize,
}

#[cfg(feature = "flash")]
impl Wholeness {
    pub(crate) const fn new(length: usize) -> Wholeness {
        Wholeness {
            crc: u32::MAX,
            expected: 0,
            left: length,
        }
    }

    /// What follows the record is passed over.
    pub(crate) fn put(&mut self, bytes: &[u8]) {
        for &byte in bytes.iter().take(self.left) {
            if self.left > CRC_LENGTH {
                self.crc = crc32_of_byte(self.crc, byte);
            } else {
                self.expected = self.expected >> 8 | u32::from(byte) << 24;
            }
            self.left = self.left.wrapping_sub(1);
        }
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.left == 0 && equal(&(!self.crc).to_le_bytes(), &self.expected.to_le_bytes())
    }
}

/// What the record at the start of `bytes` says its length is; None if there is no record.
pub(crate) fn length_of(bytes: &[u8]) -> Option<usize> {
    let head = bytes.first_chunk::<HEAD>()?;
    let rest = head.strip_prefix(MAGIC)?;
    let (length, _) = rest.split_first_chunk::<2>()?;
    Some(usize::from(u16::from_le_bytes(*length)))
}

fn field(bytes: &[u8]) -> Result<(&[u8], &[u8])> {
    bytes
        .split_first()
        .and_then(|(length, rest)| rest.split_at_checked(usize::from(*length)))
        .ok_or(Error::STORE_DAMAGED)
}

fn crc32(bytes: &[u8]) -> u32 {
    let crc = bytes
        .iter()
        .fold(u32::MAX, |crc, byte| crc32_of_byte(crc, *byte));
    !crc
}

/// Bit by bit: a table would cost firmware 1 KiB, and a secret would index it.
fn crc32_of_byte(crc: u32, byte: u8) -> u32 {
    let mut crc = crc ^ u32::from(byte);
    for _ in 0..8 {
        crc = (crc >> 1) ^ ((crc & 1).wrapping_neg() & 0xedb8_8320);
    }
    crc
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{RECORD_MAX, SEALED_MAX};

    const SECRET: &[u8] = b"0123456789abcdefghijklmnopqrstuv";
    const HEAD_7: Head = Head {
        state: State::Issued,
        sequence: 7,
        registrations: 1,
    };

    fn device(name: &[u8]) -> Identity {
        Identity::new(b"a1B2c3D4e5F", name).unwrap()
    }

    fn plain(_: &[u8], _: &[u8], _: &mut [u8]) -> Result<Option<usize>> {
        Ok(None)
    }

    fn no_unseal(_: &[u8], _: &[u8], _: &mut [u8]) -> Result<usize> {
        Err(Error::STORE_SEALED)
    }

    /// Every byte xored with the context's length: enough to see who is called with what.
    fn toy_seal(context: &[u8], secret: &[u8], sealed: &mut [u8]) -> Result<Option<usize>> {
        for (to, from) in sealed.iter_mut().zip(secret) {
            *to = from ^ context.len() as u8;
        }
        Ok(Some(secret.len()))
    }

    fn toy_unseal(context: &[u8], sealed: &[u8], secret: &mut [u8]) -> Result<usize> {
        toy_seal(context, sealed, secret).map(Option::unwrap)
    }

    fn encoded(
        seal: impl FnMut(&[u8], &[u8], &mut [u8]) -> Result<Option<usize>>,
    ) -> std::vec::Vec<u8> {
        let mut buffer = [0; RECORD_MAX];
        let record = Record {
            head: HEAD_7,
            credential: Credential::DeviceSecret(Secret::new(SECRET).unwrap()),
        };
        let length = record
            .encode(
                &Owner::new(&device(b"dev1"), b""),
                &mut [0; SEALED_MAX],
                seal,
                &mut buffer,
            )
            .unwrap();
        buffer[..length].to_vec()
    }

    fn decode<'r>(bytes: &'r [u8], name: &[u8]) -> Result<Stored<'r>> {
        Stored::decode(bytes, &Owner::new(&device(name), b""))
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let bytes = encoded(plain);
        let stored = decode(&bytes, b"dev1").unwrap();
        assert_eq!((stored.head, stored.is_sealed()), (HEAD_7, false));
        let expected = Credential::DeviceSecret(Secret::new(SECRET).unwrap());
        assert!(stored.credential(&mut [], no_unseal).unwrap().is(&expected));
    }

    #[test]
    fn a_sealed_secret_is_not_in_the_record_and_comes_back() {
        let bytes = encoded(toy_seal);
        assert!(
            !bytes
                .windows(8)
                .any(|window| SECRET.windows(8).any(|part| part == window))
        );
        let stored = decode(&bytes, b"dev1").unwrap();
        assert!(stored.is_sealed());
        let expected = Credential::DeviceSecret(Secret::new(SECRET).unwrap());
        let mut room = [0; 64];
        assert!(
            stored
                .credential(&mut room, toy_unseal)
                .unwrap()
                .is(&expected)
        );
        assert_eq!(
            stored.credential(&mut room, no_unseal).err(),
            Some(Error::STORE_SEALED)
        );
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_damage() {
        let bytes = encoded(plain);
        for bit in 0..bytes.len() * 8 {
            let mut copy = bytes.clone();
            copy[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                decode(&copy, b"dev1").err(),
                Some(Error::STORE_DAMAGED),
                "bit {bit}"
            );
        }
        for cut in 0..bytes.len() {
            let result = decode(&bytes[..cut], b"dev1");
            assert_eq!(result.err(), Some(Error::STORE_DAMAGED), "cut at {cut}");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(decode(&longer, b"dev1").err(), Some(Error::STORE_DAMAGED));
    }

    #[test]
    fn another_devices_record_is_refused() {
        let bytes = encoded(plain);
        assert_eq!(
            decode(&bytes, b"dev2").err(),
            Some(Error::STORE_OTHER_DEVICE)
        );
        let device = device(b"dev1");
        let result = Stored::decode(&bytes, &Owner::new(&device, b"iot-1"));
        assert_eq!(result.err(), Some(Error::STORE_OTHER_DEVICE));
    }

    #[cfg(all(feature = "flash", feature = "lean"))]
    #[test]
    fn a_plain_record_is_the_record_of_a_device() {
        let mut owner = [0; OWNER_MAX];
        let mut writer = Writer::new(&mut owner);
        put_owner([b"a1B2c3D4e5F", b"dev1"], b"", &mut writer);
        let length = writer.length();
        let owner = &owner[..length];
        let bytes = encoded(plain);
        let found = PlainRecord::decode(&bytes, owner).unwrap();
        assert_eq!((found.sequence, found.secret), (7, SECRET));
        let mut buffer = [0; RECORD_MAX];
        let length = found.encode(owner, &mut buffer).unwrap();
        assert_eq!(&buffer[..length], bytes);

        let sealed = encoded(toy_seal);
        for (bytes, owner, error) in [
            (
                &bytes[..],
                &b"\x0ba1B2c3D4e5F\x04dev2\0\0"[..],
                Error::STORE_OTHER_DEVICE,
            ),
            (&sealed, owner, Error::STORE_SEALED),
        ] {
            assert_eq!(PlainRecord::decode(bytes, owner).err(), Some(error));
        }
        for (at, value, error) in [
            (6, 2, Error::STORE_VERSION),
            (8, KIND_DEVICE_TOKEN, Error::SECRET_IS_TOKEN),
            (15, 1, Error::STORE_VERSION),
        ] {
            let mut changed = bytes.clone();
            changed[at] = value;
            assert_eq!(PlainRecord::decode(&changed, owner).err(), Some(error));
        }
    }

    /// The check value of CRC-32/ISO-HDLC in every catalogue of CRCs.
    #[test]
    fn crc_check_value() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn the_longest_record_fits() {
        let record = Record {
            head: Head {
                state: State::Activated,
                sequence: u32::MAX,
                registrations: u8::MAX,
            },
            credential: Credential::DeviceToken {
                client_id: ClientId::new(&[b'c'; 64]).unwrap(),
                token: DeviceToken::new(&[b't'; 128]).unwrap(),
            },
        };
        let identity = Identity::new(&[b'p'; 20], &[b'd'; 32]).unwrap();
        let owner = Owner::new(&identity, &[b'i'; 32]);
        let mut buffer = [0; RECORD_MAX];
        let sealed_to_the_limit = |_: &[u8], _: &[u8], _: &mut [u8]| Ok(Some(SEALED_MAX));
        let length = record
            .encode(
                &owner,
                &mut [7; SEALED_MAX],
                sealed_to_the_limit,
                &mut buffer,
            )
            .unwrap();
        let stored = Stored::decode(&buffer[..length], &owner).unwrap();
        assert!(stored.is_sealed() && stored.is_token());
        assert_eq!(stored.head, record.head);
    }
}
