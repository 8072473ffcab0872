//! Records as the first release wrote them, in `tests/fixtures`: every later one must load them. They
//! were written once, with `LINKAUTH_WRITE_FIXTURES=1` and the feature `seal`, and are never written
//! anew: a change that makes this test fail loses the secrets of devices in the field.
//!
//! A decoder of the test's own, after `docs/store.md`, says what is in them.

use hmac::{Hmac, KeyInit, Mac};
use linkauth::device::Device;
use linkauth::identity::{Endpoint, Identity, InstanceId, RecordName, Region};
use linkauth::sign_in::SignIn;
use linkauth::status::{Error, Result};
use linkauth::store::{State, Store};
use linkauth::{Secret, Unguarded};

const PRODUCT_KEY: &str = "a1B2c3D4e5F";
const DEVICE_NAME: &str = "AA:BB:CC:DD:EE:FF";
const INSTANCE_ID: &str = "iot-060a0fgh";
const SECRET: &str = "0123456789abcdefghijklmnopqrstuv";
const TOKEN: &str = "^1^1599^0123456789abcdef";
const TOKEN_CLIENT_ID: &str = "issuedClientId0001";
#[cfg(feature = "seal")]
const KEY: [u8; 32] = *b"a key that is in no other device";

/// A fixture, and what is in it.
#[derive(Clone, Copy)]
struct Fixture {
    name: &'static str,
    instance_id: &'static str,
    state: State,
    sequence: u32,
    registrations: u8,
    is_token: bool,
    is_sealed: bool,
}

const ISSUED: Fixture = Fixture {
    name: "record-1-issued.bin",
    instance_id: "",
    state: State::Issued,
    sequence: 1,
    registrations: 0,
    is_token: false,
    is_sealed: false,
};

const FIXTURES: [Fixture; 5] = [
    ISSUED,
    Fixture {
        name: "record-1-activated.bin",
        state: State::Activated,
        sequence: 2,
        ..ISSUED
    },
    Fixture {
        name: "record-1-instance.bin",
        instance_id: INSTANCE_ID,
        ..ISSUED
    },
    Fixture {
        name: "record-1-token.bin",
        instance_id: INSTANCE_ID,
        state: State::Activated,
        sequence: 2,
        registrations: 1,
        is_token: true,
        ..ISSUED
    },
    Fixture {
        name: "record-1-sealed.bin",
        state: State::Activated,
        sequence: 2,
        is_sealed: true,
        ..ISSUED
    },
];

impl Fixture {
    fn path(&self) -> String {
        format!(
            "{}/tests/fixtures/{}",
            env!("CARGO_MANIFEST_DIR"),
            self.name
        )
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap()
    }

    fn device(&self, record: Option<Vec<u8>>, seals: bool) -> Device<Memory> {
        let region = Region::new(b"cn-shanghai").unwrap();
        let endpoint = match self.instance_id {
            "" => Endpoint::in_region(region),
            id => Endpoint::of_instance(InstanceId::new(id.as_bytes()).unwrap(), region),
        };
        let identity = Identity::new(PRODUCT_KEY.as_bytes(), DEVICE_NAME.as_bytes()).unwrap();
        Device::new(identity, endpoint, Memory { record, seals }, Unguarded)
    }
}

struct Memory {
    record: Option<Vec<u8>>,
    #[cfg_attr(not(feature = "seal"), allow(dead_code))]
    seals: bool,
}

impl Store for Memory {
    fn load(&mut self, _: &RecordName, buffer: &mut [u8]) -> Result<Option<usize>> {
        Ok(self.record.as_ref().map(|record| {
            buffer[..record.len()].copy_from_slice(record);
            record.len()
        }))
    }

    fn save(&mut self, _: &RecordName, record: &[u8]) -> Result<()> {
        #[cfg(feature = "seal")]
        writer::save(record);
        self.record = Some(record.to_vec());
        Ok(())
    }

    #[cfg(feature = "seal")]
    fn seal(&mut self, context: &[u8], secret: &[u8], sealed: &mut [u8]) -> Result<Option<usize>> {
        if !self.seals {
            return Ok(None);
        }
        linkauth::store::aead::seal(&KEY, &mut writer::Counting, context, secret, sealed).map(Some)
    }

    #[cfg(feature = "seal")]
    fn unseal(&mut self, context: &[u8], sealed: &[u8], secret: &mut [u8]) -> Result<usize> {
        if !self.seals {
            return Err(Error::STORE_SEALED);
        }
        linkauth::store::aead::unseal(&KEY, context, sealed, secret)
    }
}

/// What a decoder after `docs/store.md` finds.
struct Decoded<'r> {
    state: u8,
    kind: u8,
    protection: u8,
    sequence: u32,
    registrations: u8,
    fields: [&'r [u8]; 5],
}

fn decode(record: &[u8]) -> Decoded<'_> {
    let (body, crc) = record.split_at(record.len() - 4);
    let computed = body.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ ((crc & 1) * 0xedb8_8320)
        })
    });
    assert_eq!((!computed).to_le_bytes(), crc);
    assert_eq!(&body[..4], b"LKA1");
    assert_eq!(
        usize::from(body[4]) | usize::from(body[5]) << 8,
        record.len()
    );
    assert_eq!((body[6], body[15]), (1, 0));
    let mut rest = &body[16..];
    let fields = [(); 5].map(|()| {
        let (field, more) = rest[1..].split_at(rest[0].into());
        rest = more;
        field
    });
    assert_eq!(rest, b"");
    Decoded {
        state: body[7],
        kind: body[8],
        protection: body[9],
        sequence: u32::from_le_bytes(body[10..14].try_into().unwrap()),
        registrations: body[14],
        fields,
    }
}

#[test]
fn a_decoder_after_the_document_finds_what_they_hold() {
    for fixture in FIXTURES {
        let bytes = fixture.bytes();
        let found = decode(&bytes);
        let name = fixture.name;
        let state = if fixture.state == State::Issued { 1 } else { 2 };
        assert_eq!(found.state, state, "{name}");
        assert_eq!(found.kind, 1 + u8::from(fixture.is_token), "{name}");
        assert_eq!(found.protection, u8::from(fixture.is_sealed), "{name}");
        assert_eq!(found.sequence, fixture.sequence, "{name}");
        assert_eq!(found.registrations, fixture.registrations, "{name}");
        let [product_key, device_name, instance_id, client_id, secret] = found.fields;
        assert_eq!(product_key, PRODUCT_KEY.as_bytes(), "{name}");
        assert_eq!(device_name, DEVICE_NAME.as_bytes(), "{name}");
        assert_eq!(instance_id, fixture.instance_id.as_bytes(), "{name}");
        let issued = if fixture.is_token {
            TOKEN_CLIENT_ID
        } else {
            ""
        };
        assert_eq!(client_id, issued.as_bytes(), "{name}");
        match (fixture.is_token, fixture.is_sealed) {
            (true, _) => assert_eq!(secret, TOKEN.as_bytes(), "{name}"),
            (_, false) => assert_eq!(secret, SECRET.as_bytes(), "{name}"),
            // Nonce, the secret's length, tag.
            (_, true) => assert_eq!(secret.len(), 12 + SECRET.len() + 16, "{name}"),
        }
    }
}

/// By the platform's page on MQTT-TCP connections.
fn password() -> String {
    let content = format!(
        "clientId{PRODUCT_KEY}.{DEVICE_NAME}deviceName{DEVICE_NAME}productKey{PRODUCT_KEY}timestamp2524608000000"
    );
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(content.as_bytes());
    hex::encode_upper(mac.finalize().into_bytes())
}

#[test]
fn they_load() {
    for fixture in FIXTURES {
        let name = fixture.name;
        let mut device = fixture.device(Some(fixture.bytes()), fixture.is_sealed);
        let found = device.inspect().unwrap();
        assert_eq!(found.state, fixture.state, "{name}");
        assert_eq!(found.sequence, fixture.sequence, "{name}");
        assert_eq!(found.registrations, fixture.registrations, "{name}");
        assert_eq!(found.is_token, fixture.is_token, "{name}");
        assert_eq!(found.is_sealed, fixture.is_sealed, "{name}");
        let mut buffer = [0; 512];
        let parts = device.sign_in(None, &<SignIn>::default(), &mut buffer);
        if fixture.is_sealed && cfg!(not(feature = "seal")) {
            assert_eq!(parts, Err(Error::STORE_SEALED), "{name}");
            continue;
        }
        let parts = parts.unwrap();
        let text = |part: std::ops::Range<usize>| std::str::from_utf8(&buffer[part]).unwrap();
        if fixture.is_token {
            assert_eq!(text(parts.password), TOKEN, "{name}");
            let client_id = format!("{TOKEN_CLIENT_ID}|authType=connwl,securemode=-2|");
            assert_eq!(text(parts.client_id), client_id, "{name}");
        } else {
            assert_eq!(text(parts.password), password(), "{name}");
        }
    }
}

/// An older record is carried on: what is saved over it is again of this format.
#[test]
fn they_are_carried_on() {
    let mut device = ISSUED.device(Some(ISSUED.bytes()), false);
    device.report_connack(0).unwrap();
    let found = device.inspect().unwrap();
    assert_eq!((found.state, found.sequence), (State::Activated, 2));
    let same = Secret::new(SECRET.as_bytes()).unwrap();
    device.store_secret(same).unwrap();
    assert_eq!(device.inspect().unwrap(), found);
}

/// A sealed record without its key is there, and is not read.
#[test]
fn a_sealed_one_needs_its_key() {
    let sealed = FIXTURES[4];
    let mut device = sealed.device(Some(sealed.bytes()), false);
    assert!(device.inspect().unwrap().is_sealed);
    let parts = device.sign_in(None, &<SignIn>::default(), &mut [0; 512]);
    assert_eq!(parts, Err(Error::STORE_SEALED));
}

#[cfg(feature = "seal")]
mod writer {
    use super::*;
    use linkauth::SignMethod;
    use linkauth::random::Random;
    use linkauth::register::{Form, Nonce, RegistrationOptions};
    use std::cell::RefCell;

    /// The nonce that was used, in every run.
    pub(super) struct Counting;

    impl Random for Counting {
        fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
            for (at, byte) in bytes.iter_mut().enumerate() {
                *byte = at as u8;
            }
            Ok(())
        }
    }

    thread_local! {
        static LAST_SAVED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }

    pub(super) fn save(record: &[u8]) {
        LAST_SAVED.with_borrow_mut(|last| *last = record.to_vec());
    }

    /// What this version writes for a fixture.
    fn written(fixture: Fixture) -> Vec<u8> {
        let mut device = fixture.device(None, fixture.is_sealed);
        if fixture.is_token {
            let options = RegistrationOptions {
                form: Form::MqttNoPreRegistration {
                    is_minus_two: false,
                },
                product_secret: Secret::new(b"productSecret012").unwrap(),
                sign_method: SignMethod::default(),
                host: None,
                port: None,
                nonce: Some(Nonce::new(b"n1").unwrap()),
            };
            let mut registration = device.begin_registration(&options, &mut Counting).unwrap();
            let mut buffer = [0; 512];
            device
                .connect_registration(&mut registration, &mut buffer)
                .unwrap();
            device.connack_registration(&mut registration, 0).unwrap();
            let reply = format!(
                r#"{{"clientId":"{TOKEN_CLIENT_ID}","productKey":"{PRODUCT_KEY}","deviceName":"{DEVICE_NAME}","deviceToken":"{TOKEN}"}}"#
            );
            device
                .message_registration(&mut registration, b"/ext/regnwl", reply.as_bytes())
                .unwrap();
            device.finish_registration(&mut registration).unwrap();
        } else {
            let secret = Secret::new(SECRET.as_bytes()).unwrap();
            device.store_secret(secret).unwrap();
        }
        if fixture.state == State::Activated {
            device.report_connack(0).unwrap();
        }
        LAST_SAVED.take()
    }

    /// The format is frozen: this version still writes the very bytes.
    #[test]
    fn they_are_written_the_same() {
        for fixture in FIXTURES {
            let bytes = written(fixture);
            if std::env::var_os("LINKAUTH_WRITE_FIXTURES").is_some() {
                std::fs::write(fixture.path(), &bytes).unwrap();
            }
            assert_eq!(bytes, fixture.bytes(), "{}", fixture.name);
        }
    }
}
