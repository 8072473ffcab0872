//! What an application does with a device: it signs in, and registers where that helps.

use super::model::{Fault, Model, World};
use linkauth::device::{Device, Inspection};
use linkauth::identity::{Endpoint, Identity, Region};
use linkauth::posix::FileStore;
use linkauth::random::Random;
use linkauth::register::{Nonce, RegistrationOptions, Step};
use linkauth::sign_in::SignIn;
use linkauth::status::{Error, Result};
use linkauth::store::{NoStore, Store};
use linkauth::{Secret, SignMethod, Unguarded};
use std::collections::HashMap;
use std::sync::OnceLock;

const PRODUCT_KEY: &str = "a1B2c3D4e5F";
const DEVICE_NAME: &str = "dev1";

/// The secret that an operator stores.
pub(crate) const OPERATORS: usize = 9;
const SECRETS: usize = 10;

/// A protocol under test.
pub(crate) trait Kind {
    type Store: Store;
    fn open(&self, model: Model) -> Result<Self::Store>;
}

/// The library's.
pub(crate) struct Library;

impl Kind for Library {
    type Store = FileStore<Model>;
    fn open(&self, model: Model) -> Result<FileStore<Model>> {
        FileStore::open_with(model, b"/store")
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Operation {
    /// Signs in; registers first if nothing is stored, or what is stored is refused.
    Register,
    /// Signs in, and the platform accepts.
    Activate,
    StoreSecret,
    Erase,
    /// Signs in with what is stored.
    Load,
}

fn secret(number: usize) -> String {
    format!("secret{number:026}")
}

fn device_in<S: Store>(store: S) -> Device<S> {
    let identity = Identity::new(PRODUCT_KEY.as_bytes(), DEVICE_NAME.as_bytes()).unwrap();
    let endpoint = Endpoint::in_region(Region::new(b"cn-shanghai").unwrap());
    Device::new(identity, endpoint, store, Unguarded)
}

/// Which secret signed this.
fn number_of(signed: &[u8]) -> usize {
    static SIGNED: OnceLock<HashMap<Vec<u8>, usize>> = OnceLock::new();
    let table = SIGNED.get_or_init(|| {
        let mut device = device_in(NoStore);
        let mut sign = |number| {
            let mut buffer = [0; 512];
            let secret = secret(number);
            let credential = linkauth::credential::Credential::DeviceSecret(
                Secret::new(secret.as_bytes()).unwrap(),
            );
            let options = <SignIn>::default();
            device
                .sign_in(Some(credential), &options, &mut buffer)
                .unwrap();
            (buffer.to_vec(), number)
        };
        (0..SECRETS).map(&mut sign).collect()
    });
    *table
        .get(signed)
        .expect("signed with no secret that there is")
}

struct NoRandom;

impl Random for NoRandom {
    fn fill(&mut self, _: &mut [u8]) -> Result<()> {
        Err(Error::RANDOM_FAILED)
    }
}

/// The application of one process.
pub(crate) struct Application<S: Store> {
    pub(crate) device: Device<S>,
    model: Model,
    /// The worlds in which a stored secret was about to be used, and which one.
    pub(crate) uses: Vec<(World, usize)>,
}

impl<S: Store> Application<S> {
    pub(crate) fn start(kind: &impl Kind<Store = S>, model: &Model) -> Result<Application<S>> {
        Ok(Application {
            device: device_in(kind.open(model.clone())?),
            model: model.clone(),
            uses: Vec::new(),
        })
    }

    fn sign_in(&mut self) -> Result<usize> {
        let mut buffer = [0; 512];
        self.device
            .sign_in(None, &<SignIn>::default(), &mut buffer)?;
        let number = number_of(&buffer);
        let session = self.model.0.borrow();
        if session.is_live() {
            self.uses.push((session.world.clone(), number));
        }
        Ok(number)
    }

    fn register(&mut self) -> Result<()> {
        let options = RegistrationOptions {
            form: linkauth::register::Form::Https,
            product_secret: Secret::new(b"productSecret012").unwrap(),
            sign_method: SignMethod::default(),
            host: None,
            port: None,
            nonce: Some(Nonce::new(b"n1").unwrap()),
        };
        let mut registration = self.device.begin_registration(&options, &mut NoRandom)?;
        while let Ok(Step::Send(bytes)) = registration.next_step() {
            let count = bytes.len();
            registration.sent(count).unwrap();
        }
        let Some(number) = self.model.issue() else {
            return self
                .device
                .fail_registration(&mut registration, Error::TRANSPORT_CLOSED);
        };
        let body = format!(
            r#"{{"code":200,"data":{{"deviceSecret":"{}","productKey":"{PRODUCT_KEY}","deviceName":"{DEVICE_NAME}"}}}}"#,
            secret(number)
        );
        let reply = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.device
            .feed_registration(&mut registration, reply.as_bytes())?;
        self.device.finish_registration(&mut registration)
    }

    pub(crate) fn perform(&mut self, operation: Operation) -> Result<()> {
        match operation {
            Operation::StoreSecret => {
                let secret = secret(OPERATORS);
                self.device
                    .store_secret(Secret::new(secret.as_bytes()).unwrap())
            }
            Operation::Erase => self.device.erase(),
            Operation::Load => self.sign_in().map(|_| ()),
            Operation::Activate => {
                self.sign_in()?;
                self.device.report_connack(0)
            }
            Operation::Register => match self.sign_in_or_register() {
                // Another process did meanwhile.
                Err(Error::ALREADY_REGISTERED) => self.sign_in_or_register(),
                result => result,
            },
        }
    }

    fn sign_in_or_register(&mut self) -> Result<()> {
        match self.sign_in() {
            Ok(number) => match self.model.accepts(number) {
                Some(false) => match self.device.report_connack(4) {
                    Err(Error::REFUSED_BEFORE_ACTIVATION) => self.register(),
                    other => other,
                },
                _ => Ok(()),
            },
            Err(Error::STORE_ABSENT) => self.register(),
            Err(error) => Err(error),
        }
    }
}

/// How one run of a process ended.
pub(crate) struct Run {
    pub(crate) result: Result<()>,
    pub(crate) system_error: Option<i32>,
    pub(crate) uses: Vec<(World, usize)>,
    /// The same process, without a restart, tried once more.
    pub(crate) again: Option<Result<()>>,
}

/// Runs one process to its end.
pub(crate) fn run<K: Kind>(
    kind: &K,
    model: &Model,
    operation: Operation,
    tries_again: bool,
) -> Run {
    match Application::start(kind, model) {
        Err(error) => Run {
            result: Err(error),
            system_error: None,
            uses: Vec::new(),
            again: None,
        },
        Ok(mut application) => {
            let result = application.perform(operation);
            let system_error = Some(application.device.detail().system_error);
            let again = (tries_again && result.is_err()).then(|| application.perform(operation));
            Run {
                result,
                system_error,
                uses: std::mem::take(&mut application.uses),
                again,
            }
        }
    }
}

/// What a process that starts in this world finds stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum View {
    Nothing,
    Stored {
        secret: usize,
        is_activated: bool,
        sequence: u32,
    },
    /// It cannot be used.
    Unusable(i32),
}

pub(crate) fn view<K: Kind>(kind: &K, world: &World) -> View {
    let model = Model::new(world.clone(), usize::MAX, None::<(usize, Fault)>);
    let mut application = Application::start(kind, &model).unwrap();
    let found: Result<(usize, Inspection)> = application
        .sign_in()
        .and_then(|secret| application.device.inspect().map(|found| (secret, found)));
    match found {
        Err(Error::STORE_ABSENT) => View::Nothing,
        Err(error) => View::Unusable(error.number()),
        Ok((secret, found)) => View::Stored {
            secret,
            is_activated: found.state == linkauth::store::State::Activated,
            sequence: found.sequence,
        },
    }
}
