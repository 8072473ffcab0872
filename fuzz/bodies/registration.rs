//! What a registration makes of any bytes, in any pieces.

use linkauth::device::Device;
use linkauth::identity::{Endpoint, Identity, RecordName, Region};
use linkauth::random::Random;
use linkauth::register::{Form, RegistrationOptions, Step};
use linkauth::sign_in::SignIn;
use linkauth::status::{Error, Result};
use linkauth::store::Store;
use linkauth::{Secret, SignMethod, Unguarded};
use std::cell::RefCell;
use std::rc::Rc;

pub(crate) const PRODUCT_KEY: &str = "a1B2c3D4e5F";
pub(crate) const DEVICE_NAME: &str = "dev1";

pub(crate) const FORMS: [Form; 3] = [
    Form::Https,
    Form::Mqtt,
    Form::MqttNoPreRegistration {
        is_minus_two: false,
    },
];

#[derive(Clone, Default)]
struct Memory(Rc<RefCell<Option<Vec<u8>>>>);

impl Store for Memory {
    fn load(&mut self, _: &RecordName, buffer: &mut [u8]) -> Result<Option<usize>> {
        Ok(self.0.borrow().as_ref().map(|record| {
            buffer[..record.len()].copy_from_slice(record);
            record.len()
        }))
    }

    fn save(&mut self, _: &RecordName, record: &[u8]) -> Result<()> {
        *self.0.borrow_mut() = Some(record.to_vec());
        Ok(())
    }
}

struct NoRandom;

impl Random for NoRandom {
    fn fill(&mut self, _: &mut [u8]) -> Result<()> {
        Err(Error::RANDOM_FAILED)
    }
}

/// How a registration ended.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// The stream did not answer, and did not end.
    Waits,
    Failed(Error),
    /// What the record ends with: clientId, and DeviceSecret or DeviceToken.
    Stored(Vec<u8>, Vec<u8>),
}

/// Registers a device that receives `pieces`, none of them empty; then the end of the stream if it
/// `ends`.
pub(crate) fn register<'p>(
    form: Form,
    pieces: impl IntoIterator<Item = &'p [u8]>,
    ends: bool,
) -> End {
    let memory = Memory::default();
    let identity = Identity::new(PRODUCT_KEY.as_bytes(), DEVICE_NAME.as_bytes()).unwrap();
    let endpoint = Endpoint::in_region(Region::new(b"cn-shanghai").unwrap());
    let mut device = Device::new(identity, endpoint, memory.clone(), Unguarded);
    let options = RegistrationOptions {
        form,
        product_secret: Secret::new(b"productSecret012").unwrap(),
        sign_method: SignMethod::default(),
        host: None,
        port: None,
        nonce: Some(linkauth::register::Nonce::new(b"n1").unwrap()),
    };
    let mut registration = device.begin_registration(&options, &mut NoRandom).unwrap();
    while let Ok(Step::Send(bytes)) = registration.next_step() {
        let count = bytes.len();
        registration.sent(count).unwrap();
    }
    let end: &[u8] = &[];
    for piece in pieces.into_iter().chain(ends.then_some(end)) {
        if registration.next_step() == Ok(Step::Finish) {
            break;
        }
        if let Err(error) = device.feed_registration(&mut registration, piece) {
            assert_eq!(registration.next_step(), Err(Error::OUT_OF_ORDER));
            assert_eq!(*memory.0.borrow(), None, "stored in spite of {error:?}");
            return End::Failed(error);
        }
    }
    assert_eq!(*memory.0.borrow(), None, "stored before the end");
    if registration.next_step() == Ok(Step::Receive) {
        return End::Waits;
    }
    let finished = device.finish_registration(&mut registration);
    assert_eq!(registration.next_step(), Err(Error::OUT_OF_ORDER));
    let record = memory.0.borrow_mut().clone();
    let (Ok(()), Some(record)) = (finished, record.as_deref()) else {
        assert_eq!(record, None, "stored in spite of {finished:?}");
        return End::Failed(finished.expect_err("nothing was stored"));
    };
    assert!(
        device
            .sign_in(None, &<SignIn>::default(), &mut [0; 512])
            .is_ok()
    );
    let (client_id, secret) = issued(record);
    let is_token = matches!(form, Form::MqttNoPreRegistration { .. });
    assert_eq!(client_id.is_empty(), !is_token);
    if is_token {
        assert!(client_id.len() <= 64 && (1..=128).contains(&secret.len()));
        assert!(
            [client_id, secret]
                .concat()
                .iter()
                .all(u8::is_ascii_graphic)
        );
    } else {
        assert!((1..=64).contains(&secret.len()));
        assert!(secret.iter().all(u8::is_ascii_alphanumeric));
    }
    End::Stored(client_id.to_vec(), secret.to_vec())
}

/// By the table of the record's format.
fn issued(record: &[u8]) -> (&[u8], &[u8]) {
    let mut rest = &record[16..record.len() - 4];
    let mut fields = [&[][..]; 5];
    for field in &mut fields {
        let (length, more) = rest.split_first().unwrap();
        (*field, rest) = more.split_at(usize::from(*length));
    }
    assert_eq!(fields[0], PRODUCT_KEY.as_bytes());
    assert_eq!(fields[1], DEVICE_NAME.as_bytes());
    (fields[3], fields[4])
}

/// Cuts `bytes` into pieces of these lengths, over and over; of none: into one.
pub(crate) fn cut<'b>(bytes: &'b [u8], lengths: &[u8]) -> Vec<&'b [u8]> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    let mut lengths = lengths.iter().cycle();
    while !rest.is_empty() {
        let length = lengths.next().map_or(rest.len(), |length| {
            usize::from(*length).clamp(1, rest.len())
        });
        let (piece, more) = rest.split_at(length);
        pieces.push(piece);
        rest = more;
    }
    pieces
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Any bytes in any pieces give what they give in one, and only a reply to this very device is
/// stored.
pub(crate) fn check(form: Form, bytes: &[u8], lengths: &[u8], ends: bool) {
    let whole = register(form, cut(bytes, &[]), ends);
    assert_eq!(whole, register(form, cut(bytes, lengths), ends));
    let End::Stored(client_id, secret) = whole else {
        return;
    };
    let parts = [
        client_id.as_slice(),
        secret.as_slice(),
        PRODUCT_KEY.as_bytes(),
        DEVICE_NAME.as_bytes(),
    ];
    // A chunk may end within any of them.
    let is_chunked = form == Form::Https && contains(&bytes.to_ascii_lowercase(), b"chunked");
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        assert!(is_chunked || contains(bytes, part));
    }
}

/// Form and whether the stream ends, the number of piece lengths, these, and the stream.
pub(crate) fn body(data: &[u8]) {
    let Some(([kind, count], rest)) = data.split_first_chunk::<2>() else {
        return;
    };
    let Some((lengths, bytes)) = rest.split_at_checked(usize::from(count & 15)) else {
        return;
    };
    check(
        FORMS[usize::from(kind & 0x7f) % 3],
        bytes,
        lengths,
        kind & 0x80 != 0,
    );
}
