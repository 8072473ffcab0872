//! What the platform sends and computes, by its own arithmetic.

use hmac::{Hmac, KeyInit, Mac};
use linkauth::identity::{Endpoint, Identity, Region};
use linkauth::register::Form;
use sha2::Sha256;

const PRODUCT_KEY: &str = "a1B2c3D4e5F";
const DEVICE_NAME: &str = "gateway1";

/// The secrets that one client holds at a time have one of these names; which secret of the platform
/// it is, the world knows.
pub(crate) const ALIASES: u8 = 3;

pub(crate) fn identity() -> (Identity, Endpoint) {
    let identity = Identity::new(PRODUCT_KEY.as_bytes(), DEVICE_NAME.as_bytes());
    let region = Region::new(b"cn-shanghai");
    (identity.unwrap(), Endpoint::in_region(region.unwrap()))
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Answer {
    Secret(u8),
    /// 6289; over MQTT CONNACK 4.
    Refused,
    /// A secret's first half, then the end of the stream.
    Cut,
}

pub(crate) fn secret(alias: u8) -> String {
    format!("{}{}", "S".repeat(31), char::from(b'a' + alias))
}

/// The platform's own arithmetic for the password of a sign-in.
pub(crate) fn password(alias: u8) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret(alias).as_bytes()).unwrap();
    mac.update(
        format!("clientId{PRODUCT_KEY}.{DEVICE_NAME}deviceName{DEVICE_NAME}productKey{PRODUCT_KEY}timestamp2524608000000")
            .as_bytes(),
    );
    hex::encode_upper(mac.finalize().into_bytes())
}

pub(crate) const FORMS: [Form; 2] = [Form::Https, Form::Mqtt];

pub(crate) fn reply(form: Form, answer: Answer) -> Vec<u8> {
    let members = |alias| {
        format!(
            r#"{{"deviceSecret":"{}","productKey":"{PRODUCT_KEY}","deviceName":"{DEVICE_NAME}"}}"#,
            secret(alias)
        )
    };
    let whole = match (form, answer) {
        (Form::Https, _) => {
            let body = match answer {
                Answer::Refused => {
                    r#"{"code":6289,"message":"device is already active"}"#.to_string()
                }
                Answer::Secret(alias) => format!(r#"{{"code":200,"data":{}}}"#, members(alias)),
                Answer::Cut => format!(r#"{{"code":200,"data":{}}}"#, members(0)),
            };
            let length = body.len();
            format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes()
        }
        (_, Answer::Refused) => vec![0x20, 2, 0, 4],
        (_, Answer::Secret(_) | Answer::Cut) => {
            let payload = members(if let Answer::Secret(alias) = answer {
                alias
            } else {
                0
            });
            let (topic, mut bytes) = ("/ext/register", vec![0x20, 2, 0, 0, 0x30]);
            let length = 2 + topic.len() + payload.len();
            bytes.extend([(length & 0x7f) as u8 | 0x80, (length >> 7) as u8, 0, 13]);
            bytes.extend([topic.as_bytes(), payload.as_bytes()].concat());
            bytes
        }
    };
    if answer == Answer::Cut {
        return whole[..whole.len() / 2].to_vec();
    }
    whole
}
