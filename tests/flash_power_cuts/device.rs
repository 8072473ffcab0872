//! What a device does with its store: each a whole attempt after a restart, to be repeated until it
//! is done.

use crate::chip::Chip;
use linkauth::device::Device;
use linkauth::identity::{Endpoint, Identity, RecordName, Region};
use linkauth::random::Random;
use linkauth::register::{Nonce, RegistrationOptions, Step};
use linkauth::status::{Error, Result};
use linkauth::store::flash::FlashStore;
use linkauth::store::{RECORD_MAX, State, Store};
use linkauth::{Secret, SignMethod, Unguarded};

const PRODUCT_KEY: &str = "a1B2c3D4e5F";
const DEVICE_NAME: &str = "dev1";

/// No four characters of one are in another, nor in anything else of a record.
pub(crate) const SECRETS: [&str; 3] = [
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345",
    "abcdefghijklmnopqrstuvwxyz987654",
    "ZYXWVUTSRQPONMLKJIHGFEDCBA864200",
];

/// One whole attempt at something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Attempt {
    /// The platform issues this secret, again and again until a CONNECT with it succeeds.
    Register(usize),
    /// CONNACK 0.
    Activate,
    /// From the factory or an operator.
    StoreSecret(usize),
    /// By an operator.
    Erase,
}

/// A store over a chip, made anew at each restart.
pub(crate) type Open = fn(Chip) -> AnyStore;

pub(crate) struct AnyStore(pub(crate) Box<dyn Store>);

impl Store for AnyStore {
    fn load(&mut self, name: &RecordName, buffer: &mut [u8]) -> Result<Option<usize>> {
        self.0.load(name, buffer)
    }

    fn save(&mut self, name: &RecordName, record: &[u8]) -> Result<()> {
        self.0.save(name, record)
    }

    fn erase(&mut self, name: &RecordName) -> Result<()> {
        self.0.erase(name)
    }

    fn prepare(&mut self, name: &RecordName) -> Result<()> {
        self.0.prepare(name)
    }

    fn retire(&mut self, name: &RecordName) -> Result<()> {
        self.0.retire(name)
    }
}

pub(crate) fn flash_store(chip: Chip) -> AnyStore {
    let geometry = chip.shape().geometry();
    AnyStore(Box::new(FlashStore::new(chip, geometry)))
}

struct NoRandom;

impl Random for NoRandom {
    fn fill(&mut self, _: &mut [u8]) -> Result<()> {
        Err(Error::RANDOM_FAILED)
    }
}

fn identity() -> Identity {
    Identity::new(PRODUCT_KEY.as_bytes(), DEVICE_NAME.as_bytes()).unwrap()
}

/// What a restarted device finds.
pub(crate) fn load(chip: &Chip, open: Open) -> Result<Option<Vec<u8>>> {
    let mut buffer = [0; RECORD_MAX];
    let length = open(chip.clone()).load(&identity().record_name(), &mut buffer)?;
    Ok(length.map(|length| buffer[..length].to_vec()))
}

pub(crate) fn holds(record: &[u8], secret: usize) -> bool {
    let secret = SECRETS[secret].as_bytes();
    record.windows(secret.len()).any(|window| window == secret)
}

impl Attempt {
    /// Restarts the device and has it do this, or go on with it.
    pub(crate) fn run(self, chip: &Chip, open: Open) -> Result<()> {
        let endpoint = Endpoint::in_region(Region::new(b"cn-shanghai").unwrap());
        let mut device = Device::new(identity(), endpoint, open(chip.clone()), Unguarded);
        match self {
            Attempt::Register(secret) => match load(chip, open)? {
                // The platform accepts it.
                Some(record) if holds(&record, secret) => Ok(()),
                Some(_) => {
                    let refused = device.report_connack(4);
                    assert_eq!(refused, Err(Error::REFUSED_BEFORE_ACTIVATION));
                    register(&mut device, SECRETS[secret])
                }
                None => register(&mut device, SECRETS[secret]),
            },
            Attempt::Activate => {
                device.report_connack(0)?;
                let state = device.inspect()?.state;
                assert_eq!(state, State::Activated);
                Ok(())
            }
            Attempt::StoreSecret(secret) => {
                device.store_secret(Secret::new(SECRETS[secret].as_bytes()).unwrap())
            }
            Attempt::Erase => device.erase(),
        }
    }
}

impl Attempt {
    /// The same by the calls alone that a device makes to its store: a device computes MACs
    /// besides, and clears its stack, which takes most of the time.
    pub(crate) fn run_store(self, chip: &Chip, open: Open, record: Option<&[u8]>) -> Result<()> {
        let name = identity().record_name();
        let mut store = open(chip.clone());
        let Some(record) = record else {
            return store.erase(&name);
        };
        if load(chip, open).is_ok_and(|loaded| loaded.as_deref() == Some(record)) {
            return Ok(());
        }
        if matches!(self, Attempt::Register(_)) {
            store.prepare(&name)?;
        }
        store.save(&name, record)?;
        if self == Attempt::Activate {
            store.retire(&name)?;
        }
        Ok(())
    }
}

fn register(device: &mut Device<AnyStore>, secret: &str) -> Result<()> {
    let options = RegistrationOptions {
        form: Default::default(),
        product_secret: Secret::new(b"productSecret012").unwrap(),
        sign_method: SignMethod::default(),
        host: None,
        port: None,
        nonce: Some(Nonce::new(b"n1").unwrap()),
    };
    let body = format!(
        r#"{{"code":200,"data":{{"deviceSecret":"{secret}","productKey":"{PRODUCT_KEY}","deviceName":"{DEVICE_NAME}"}}}}"#
    );
    let reply = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut registration = device.begin_registration(&options, &mut NoRandom)?;
    while let Ok(Step::Send(bytes)) = registration.next_step() {
        let count = bytes.len();
        registration.sent(count)?;
    }
    device.feed_registration(&mut registration, reply.as_bytes())?;
    device.finish_registration(&mut registration)
}
