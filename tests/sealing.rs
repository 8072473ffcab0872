//! Sealed secrets: the seal against RFC 8439, what it refuses, and a device whose store seals.

#![cfg(feature = "seal")]

use linkauth::device::Device;
use linkauth::identity::{Endpoint, Identity, RecordName, Region};
use linkauth::random::Random;
use linkauth::sign_in::SignIn;
use linkauth::status::{Error, Result};
use linkauth::store::aead::{KEY_SIZE, seal, unseal};
use linkauth::store::{SEALED_MAX, State, Store};
use linkauth::{Secret, Unguarded};
use std::cell::RefCell;
use std::rc::Rc;

const KEY: [u8; KEY_SIZE] = *b"a key that is in no other device";
const SECRET: &[u8] = b"0123456789abcdefghijklmnopqrstuv";

/// The context of a record with this sequence number.
fn context(sequence: u32) -> Vec<u8> {
    let mut context = vec![1, 1, 1, 1];
    context.extend(sequence.to_le_bytes());
    context.extend(b"\x01\x00\x0ba1B2c3D4e5F\x04dev1\x00\x00");
    context
}

/// Counts up, and so never gives the same twice.
struct Counter(u8);

impl Random for Counter {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        for byte in bytes {
            self.0 = self.0.wrapping_add(1);
            *byte = self.0;
        }
        Ok(())
    }
}

/// Gives the same bytes for ever.
struct Stuck;

impl Random for Stuck {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        Counter(7).fill(bytes)
    }
}

struct Failing;

impl Random for Failing {
    fn fill(&mut self, _: &mut [u8]) -> Result<()> {
        Err(Error::RANDOM_FAILED)
    }
}

fn sealed(random: &mut impl Random, context: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut sealed = [0; SEALED_MAX];
    let length = seal(&KEY, random, context, secret, &mut sealed).unwrap();
    sealed[..length].to_vec()
}

fn opened(key: &[u8; KEY_SIZE], context: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
    let mut secret = [0; SEALED_MAX];
    let length = unseal(key, context, sealed, &mut secret)?;
    Ok(secret[..length].to_vec())
}

fn unhex(text: &str) -> Vec<u8> {
    hex::decode(text.replace([' ', '\n'], "")).unwrap()
}

/// RFC 8439, section 2.8.2.
#[test]
fn the_vector_of_the_rfc_is_opened() {
    let key: Vec<u8> = (0x80..0xa0).collect();
    let context = unhex("50515253c0c1c2c3c4c5c6c7");
    let sealed = unhex(
        "070000004041424344454647
         d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6
         3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36
         92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc
         3ff4def08e4b7a9de576d26586cec64b6116
         1ae10b594f09e26a7e902ecbd0600691",
    );
    let text: &[u8] = b"Ladies and Gentlemen of the class of '99: If I could offer you only one \
        tip for the future, sunscreen would be it.";
    let key = key.try_into().unwrap();
    assert_eq!(opened(&key, &context, &sealed).as_deref(), Ok(text));
}

/// One block of ChaCha20, after RFC 8439, section 2.3.
fn chacha20_block(key: &[u8; KEY_SIZE], nonce: &[u8], counter: u32) -> Vec<u8> {
    let word = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().unwrap());
    let mut start = vec![0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];
    start.extend(key.chunks(4).map(word));
    start.push(counter);
    start.extend(nonce.chunks(4).map(word));
    let mut s = start.clone();
    let mut quarter = |a: usize, b: usize, c: usize, d: usize| {
        for (x, y, z, turn) in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)] {
            s[x] = s[x].wrapping_add(s[y]);
            s[z] = (s[z] ^ s[x]).rotate_left(turn);
        }
    };
    for _ in 0..10 {
        for column in 0..4 {
            quarter(column, column + 4, column + 8, column + 12);
        }
        for at in 0..4 {
            quarter(at, (at + 1) % 4 + 4, (at + 2) % 4 + 8, (at + 3) % 4 + 12);
        }
    }
    let sums = s
        .iter()
        .zip(start)
        .map(|(end, start)| end.wrapping_add(start));
    sums.flat_map(u32::to_le_bytes).collect()
}

#[test]
fn what_is_sealed_is_nonce_and_chacha20_and_tag() {
    let context = context(0x0403_0201);
    let sealed = sealed(&mut Counter(0xa0), &context, SECRET);
    let (nonce, rest) = sealed.split_at(12);
    let drawn = [0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8];
    assert_eq!(nonce, [&[1, 2, 3, 4][..], &drawn].concat());
    let stream = chacha20_block(&KEY, nonce, 1);
    let text: Vec<u8> = SECRET.iter().zip(stream).map(|(s, k)| s ^ k).collect();
    let (encrypted, tag) = rest.split_at(SECRET.len());
    assert_eq!(encrypted, text);
    // The tag is checked by what opens the vector of the RFC.
    assert_eq!(tag.len(), 16);
    assert_eq!(opened(&KEY, &context, &sealed).as_deref(), Ok(SECRET));
}

#[test]
fn another_key_and_every_flipped_bit_are_refused() {
    let context = context(1);
    let sealed = sealed(&mut Stuck, &context, SECRET);
    for bit in 0..KEY_SIZE * 8 {
        let mut key = KEY;
        key[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(opened(&key, &context, &sealed), Err(Error::STORE_UNSEAL));
    }
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(opened(&KEY, &context, &changed), Err(Error::STORE_UNSEAL));
    }
    for bit in 0..context.len() * 8 {
        let mut changed = context.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(opened(&KEY, &changed, &sealed), Err(Error::STORE_UNSEAL));
    }
    for length in 0..sealed.len() {
        let cut = opened(&KEY, &context, &sealed[..length]);
        assert_eq!(cut, Err(Error::STORE_UNSEAL), "{length}");
    }
}

#[test]
fn what_is_refused_is_not_written() {
    let context = context(1);
    let mut sealed = sealed(&mut Stuck, &context, SECRET);
    *sealed.last_mut().unwrap() ^= 1;
    let mut secret = [0xa5; SEALED_MAX];
    let refused = unseal(&KEY, &context, &sealed, &mut secret);
    assert_eq!(refused, Err(Error::STORE_UNSEAL));
    assert_eq!(secret, [0xa5; SEALED_MAX]);
}

#[test]
fn lengths_at_the_limits() {
    let context = context(1);
    for length in [1, 64, 128, SEALED_MAX - 28] {
        let secret = vec![b's'; length];
        let sealed = sealed(&mut Stuck, &context, &secret);
        assert_eq!(sealed.len(), length + 28);
        assert_eq!(opened(&KEY, &context, &sealed), Ok(secret));
        let mut short = vec![0; length - 1];
        let refused = unseal(&KEY, &context, &sealed, &mut short);
        assert_eq!(refused, Err(Error::STORE_UNSEAL));
    }
    let mut short = [0; SECRET.len() + 27];
    let refused = seal(&KEY, &mut Stuck, &context, SECRET, &mut short);
    assert!(refused.is_err());
}

#[test]
fn a_nonce_is_not_used_twice() {
    let nonce = |sealed: Vec<u8>| sealed[..12].to_vec();
    let mut random = Counter(0);
    let first = nonce(sealed(&mut random, &context(1), SECRET));
    let again = nonce(sealed(&mut random, &context(1), SECRET));
    assert_ne!(first, again, "the same sequence number");
    let first = nonce(sealed(&mut Stuck, &context(1), SECRET));
    let next = nonce(sealed(&mut Stuck, &context(2), SECRET));
    assert_ne!(first, next, "a stuck source of random bytes");
    let failed = seal(
        &KEY,
        &mut Failing,
        &context(1),
        SECRET,
        &mut [0; SEALED_MAX],
    );
    assert_eq!(failed, Err(Error::RANDOM_FAILED));
}

#[derive(Clone)]
struct Sealing {
    record: Rc<RefCell<Option<Vec<u8>>>>,
    key: [u8; KEY_SIZE],
}

impl Store for Sealing {
    fn load(&mut self, _: &RecordName, buffer: &mut [u8]) -> Result<Option<usize>> {
        Ok(self.record.borrow().as_ref().map(|record| {
            buffer[..record.len()].copy_from_slice(record);
            record.len()
        }))
    }

    fn save(&mut self, _: &RecordName, record: &[u8]) -> Result<()> {
        *self.record.borrow_mut() = Some(record.to_vec());
        Ok(())
    }

    fn seal(&mut self, context: &[u8], secret: &[u8], sealed: &mut [u8]) -> Result<Option<usize>> {
        seal(&self.key, &mut Stuck, context, secret, sealed).map(Some)
    }

    fn unseal(&mut self, context: &[u8], sealed: &[u8], secret: &mut [u8]) -> Result<usize> {
        unseal(&self.key, context, sealed, secret)
    }
}

fn device(name: &str, record: &Rc<RefCell<Option<Vec<u8>>>>, key: [u8; 32]) -> Device<Sealing> {
    Device::new(
        Identity::new(b"a1B2c3D4e5F", name.as_bytes()).unwrap(),
        Endpoint::in_region(Region::new(b"cn-shanghai").unwrap()),
        Sealing {
            record: record.clone(),
            key,
        },
        Unguarded,
    )
}

fn password(device: &mut Device<Sealing>) -> Result<Vec<u8>> {
    let mut buffer = [0; 512];
    let parts = device.sign_in(None, &<SignIn>::default(), &mut buffer)?;
    Ok(buffer[parts.password].to_vec())
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ ((crc & 1) * 0xedb8_8320)
        })
    })
}

#[test]
fn a_device_seals_what_it_stores() {
    let record = Rc::new(RefCell::new(None));
    let mut one = device("dev1", &record, KEY);
    one.store_secret(Secret::new(SECRET).unwrap()).unwrap();
    let first = password(&mut one).unwrap();
    let issued = record.borrow().clone().unwrap();
    one.report_connack(0).unwrap();
    let activated = record.borrow().clone().unwrap();
    for record in [&issued, &activated] {
        let shows = |window: &[u8]| SECRET.windows(4).any(|piece| piece == window);
        assert!(!record.windows(4).any(shows), "part of the secret is plain");
    }
    let nonce_at = issued.len() - 4 - 16 - SECRET.len() - 12;
    assert_ne!(issued[nonce_at..][..12], activated[nonce_at..][..12]);
    let found = one.inspect().unwrap();
    assert!(found.is_sealed && found.state == State::Activated);
    assert_eq!(password(&mut one).as_ref(), Ok(&first));

    let mut keyless = device("dev1", &record, [0; KEY_SIZE]);
    assert_eq!(password(&mut keyless), Err(Error::STORE_UNSEAL));
    assert!(keyless.inspect().unwrap().is_sealed, "needs no key");
    let mut other = device("dev2", &record, KEY);
    assert_eq!(password(&mut other), Err(Error::STORE_OTHER_DEVICE));
}

/// Whoever can write the record can make its CRC right, but not its seal.
#[test]
fn a_forged_record_is_refused() {
    let record = Rc::new(RefCell::new(None));
    let mut one = device("dev1", &record, KEY);
    one.store_secret(Secret::new(SECRET).unwrap()).unwrap();
    let genuine = record.borrow().clone().unwrap();
    let body = genuine.len() - 4;
    // State, sequence number, registrations, then the sealed secret.
    for at in [7, 10, 14].into_iter().chain(body - 60..body) {
        let mut forged = genuine.clone();
        forged[at] ^= 3;
        let crc = crc32(&forged[..body]).to_le_bytes();
        forged[body..].copy_from_slice(&crc);
        *record.borrow_mut() = Some(forged);
        assert_eq!(password(&mut one), Err(Error::STORE_UNSEAL), "byte {at}");
    }
    *record.borrow_mut() = Some(genuine);
    assert!(password(&mut one).is_ok());
}

/// The nonce of a forged sequence number could be one that was used: a secret is sealed only for
/// what was loaded and opened.
#[test]
fn a_secret_that_cannot_be_opened_is_not_marked_activated() {
    let record = Rc::new(RefCell::new(None));
    let mut one = device("dev1", &record, KEY);
    one.store_secret(Secret::new(SECRET).unwrap()).unwrap();
    let before = record.borrow().clone();
    let mut other = device("dev1", &record, [1; KEY_SIZE]);
    assert_eq!(other.report_connack(0), Err(Error::STORE_UNSEAL));
    assert_eq!(*record.borrow(), before);
}
