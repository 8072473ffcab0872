//! What a device makes of any record.

use linkauth::device::Device;
use linkauth::identity::{Endpoint, Identity, RecordName, Region};
use linkauth::random::Random;
use linkauth::register::{Form, RegistrationOptions};
use linkauth::sign_in::{SignIn, Timestamp};
use linkauth::status::{Error, Result};
use linkauth::store::Store;
use linkauth::{Secret, SignMethod, Unguarded};
use std::cell::RefCell;
use std::rc::Rc;

const PRODUCT_KEY: &[u8] = b"a1B2c3D4e5F";
const DEVICE_NAME: &[u8] = b"dev1";

#[derive(Clone)]
struct Memory {
    record: Rc<RefCell<Vec<u8>>>,
    /// What the store says beyond what it wrote: a store that breaks its contract.
    too_many: usize,
}

impl Store for Memory {
    fn load(&mut self, _: &RecordName, buffer: &mut [u8]) -> Result<Option<usize>> {
        let record = self.record.borrow();
        let length = record.len().min(buffer.len());
        buffer[..length].copy_from_slice(&record[..length]);
        Ok(Some(length + self.too_many))
    }

    fn save(&mut self, _: &RecordName, record: &[u8]) -> Result<()> {
        *self.record.borrow_mut() = record.to_vec();
        Ok(())
    }
}

struct Counting;

impl Random for Counting {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        bytes.fill(0);
        bytes[0] = 1;
        Ok(())
    }
}

fn crc32(bytes: &[u8]) -> [u8; 4] {
    let crc = bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ ((crc & 1) * 0xedb8_8320)
        })
    });
    (!crc).to_le_bytes()
}

/// A byte of flags, then the record: 1 completes it with its length and its CRC, 2 has the store say
/// too much.
pub(crate) fn body(data: &[u8]) {
    let Some((flags, record)) = data.split_first() else {
        return;
    };
    let mut record = record[..record.len().min(380)].to_vec();
    if flags & 1 != 0 {
        let whole = (record.len() as u16 + 4).to_le_bytes();
        for (to, from) in record.iter_mut().skip(4).zip(whole) {
            *to = from;
        }
        let crc = crc32(&record);
        record.extend(crc);
    }
    let memory = Memory {
        record: Rc::new(RefCell::new(record.clone())),
        too_many: if flags & 2 != 0 { 400 } else { 0 },
    };
    let identity = Identity::new(PRODUCT_KEY, DEVICE_NAME).unwrap();
    let endpoint = Endpoint::in_region(Region::new(b"cn-shanghai").unwrap());
    let mut device = Device::new(identity, endpoint, memory.clone(), Unguarded);
    let sign_in = |device: &mut Device<Memory, Unguarded>| {
        let mut buffer = [0xa5; 512];
        match device.sign_in(None, &<SignIn>::default(), &mut buffer) {
            Ok(parts) => Ok(buffer[parts.password].to_vec()),
            Err(error) => {
                assert_eq!(buffer, [0; 512], "after {error:?}");
                Err(error)
            }
        }
    };
    let signed = sign_in(&mut device);
    let is_ours = [PRODUCT_KEY, DEVICE_NAME]
        .iter()
        .all(|name| record.windows(name.len()).any(|window| window == *name));
    let is_whole = record
        .split_last_chunk::<4>()
        .is_some_and(|(body, crc)| crc32(body) == *crc && body.starts_with(b"LKA1"))
        && record.get(4..6) == Some(&(record.len() as u16).to_le_bytes()[..]);
    if signed.is_ok() {
        assert!(is_ours && is_whole && memory.too_many == 0);
    }
    let options = RegistrationOptions {
        form: Form::Https,
        product_secret: Secret::new(b"productSecret012").unwrap(),
        sign_method: SignMethod::default(),
        host: None,
        port: None,
        nonce: None,
    };
    // A record of any kind is never taken for none.
    let begun = device.begin_registration(&options, &mut Counting).err();
    let refused = begun.expect("a device with a record began to register");
    assert_ne!(refused, Error::STORE_ABSENT);
    // A sealed secret need not be read to know that there is one; nor one that no device was issued.
    let is_registered = refused == Error::ALREADY_REGISTERED;
    assert!(is_registered || signed.is_err());
    assert!(!is_registered || (is_ours && is_whole && memory.too_many == 0));
    let _ = device.psk(None, Timestamp::Constant, &mut [0; 512]);
    let marked = device.report_connack(0);
    assert!(marked.is_ok() || signed.is_err());
    assert_eq!(signed, sign_in(&mut device));
    let meaning = device.report_connack(4).expect_err("4 is a refusal");
    let is_activated = meaning == Error::REFUSED_AFTER_ACTIVATION;
    assert_eq!(is_activated, marked.is_ok());
    assert!(is_registered || !is_activated);
    if signed.is_err() {
        assert_eq!(
            *memory.record.borrow(),
            record,
            "a record that is not ours was touched"
        );
    }
}
