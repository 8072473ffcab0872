//! What the platform answers to a registration: the secret, or why not.
//!
//! `{"code":200,"data":{"productKey":"..","deviceName":"..","deviceSecret":".."},"message":".."}`
//! and for a refusal `{"code":6289,"message":".."}`, in any order of keys. Source: the vendor's
//! Linkkit C SDK manual, and the parsers of its C, Python and Node SDKs.

use super::Form;
use super::json::{read_members, read_strings};
use crate::credential::Credential;
use crate::identity::ClientId;
use crate::secret::{DeviceToken, Secret, all_of_class, equal, is_alphanumeric};
use crate::status::{Error, PLATFORM_CODES, Result};

/// Why there is no secret in a reply.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoSecret {
    /// The platform refused, with this code.
    Refused(i32),
    /// The reply is not one the platform sends.
    Malformed(Error),
}

impl From<Error> for NoSecret {
    fn from(error: Error) -> NoSecret {
        NoSecret::Malformed(error)
    }
}

/// The status for a code of the platform.
#[inline(always)]
pub(crate) fn refusal(code: i32) -> Error {
    let mut status = Error::PLATFORM_PARAMETER.number();
    for known in PLATFORM_CODES {
        if i32::from(known) == code {
            break;
        }
        status = status.wrapping_add(1);
    }
    Error::from_callback(status)
        .err()
        .unwrap_or(Error::PLATFORM_CODE_UNKNOWN)
}
const _: () =
    assert!(Error::PLATFORM_CODE_UNKNOWN.number() == Error::PLATFORM_SIGNATURE.number() + 1);

/// What the body of an HTTPS reply issues to the device of these names.
#[inline(always)]
pub(crate) fn in_body<'r>(
    body: &'r [u8],
    names: &[&[u8]; 2],
) -> core::result::Result<Secret<'r>, NoSecret> {
    let mut values = [&b""[..]; 2];
    read_members(body, b"code,data", &mut values)?;
    let [code, data] = values;
    match integer(code)? {
        200 if data.is_empty() => Err(Error::REPLY_INCOMPLETE.into()),
        200 => Ok(device_secret(data, names)?),
        code => Err(NoSecret::Refused(code)),
    }
}

/// A whole number within `i32`.
#[inline(always)]
fn integer(value: &[u8]) -> Result<i32> {
    let (digits, sign) = match value {
        [b'-', digits @ ..] => (digits, -1),
        digits => (digits, 1),
    };
    if digits.is_empty() {
        return Err(Error::REPLY_INCOMPLETE);
    }
    let mut number = 0i32;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return Err(Error::REPLY_NOT_JSON);
        }
        let next = number
            .checked_mul(10)
            .and_then(|tens| tens.checked_add(digit.into()));
        number = next.ok_or(Error::REPLY_NOT_JSON)?;
    }
    Ok(number.wrapping_mul(sign))
}

/// What a message pushed over MQTT issues to the device of these names: a DeviceSecret, or a clientId
/// and a DeviceToken.
///
/// `{"deviceSecret":"..","productKey":"..","deviceName":".."}` or
/// `{"clientId":"..","productKey":"..","deviceName":"..","deviceToken":".."}`. Source: the
/// platform's page on MQTT-based dynamic registration, a log printed there, and the parsers of
/// the C, Python and Rust SDKs.
pub(crate) fn in_push<'r>(
    payload: &'r [u8],
    names: &[&[u8]; 2],
    form: Form,
) -> Result<Credential<'r>> {
    match form {
        #[cfg(feature = "register-mqtt")]
        Form::MqttNoPreRegistration { .. } => device_token(payload, names),
        _ => device_secret(payload, names).map(Credential::DeviceSecret),
    }
}

pub(super) fn device_secret<'r>(object: &'r [u8], names: &[&[u8]; 2]) -> Result<Secret<'r>> {
    let mut values = [&b""[..]; 3];
    read_strings(object, b"productKey,deviceName,deviceSecret", &mut values)?;
    let [product_key, device_name, secret] = values;
    check_names([product_key, device_name], names)?;
    if secret.is_empty() || secret.len() > Secret::MAX {
        return Err(Error::REPLY_SECRET_LENGTH);
    }
    if !all_of_class(secret, is_alphanumeric) {
        return Err(Error::REPLY_SECRET_CHARACTER);
    }
    Secret::new(secret)
}

#[cfg_attr(not(feature = "register-mqtt"), allow(dead_code))]
fn device_token<'r>(object: &'r [u8], names: &[&[u8]; 2]) -> Result<Credential<'r>> {
    let mut values = [&b""[..]; 4];
    read_strings(
        object,
        b"productKey,deviceName,clientId,deviceToken",
        &mut values,
    )?;
    let [product_key, device_name, client_id, token] = values;
    check_names([product_key, device_name], names)?;
    let as_reply = |error| match error {
        Error::ARGUMENT_CHARACTER => Error::REPLY_SECRET_CHARACTER,
        _ => Error::REPLY_SECRET_LENGTH,
    };
    let client_id = ClientId::new(client_id).map_err(as_reply)?;
    let token = DeviceToken::new(token).map_err(as_reply)?;
    token.check().map_err(as_reply)?;
    Ok(Credential::DeviceToken { client_id, token })
}

fn check_names(given: [&[u8]; 2], [product_key, device_name]: &[&[u8]; 2]) -> Result<()> {
    let [given_key, given_name] = given;
    if !equal(given_key, product_key) {
        return Err(Error::REPLY_OTHER_PRODUCT);
    }
    if !equal(given_name, device_name) {
        return Err(Error::REPLY_OTHER_DEVICE);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::String;

    const NAMES: &[&[u8]; 2] = &[b"a1B2c3D4e5F", b"dev1"];

    fn result(body: &str) -> core::result::Result<String, NoSecret> {
        in_body(body.as_bytes(), NAMES).map(|secret| text(Credential::DeviceSecret(secret)))
    }

    fn text(credential: Credential<'_>) -> String {
        let bytes = match credential {
            Credential::DeviceSecret(secret) => secret.as_bytes().to_vec(),
            Credential::DeviceToken { client_id, token } => {
                [client_id.as_bytes(), b" ", token.as_bytes()].concat()
            }
        };
        String::from_utf8(bytes).unwrap()
    }

    const GOOD: &str = r#"{"code":200,"data":{"productKey":"a1B2c3D4e5F","deviceName":"dev1","deviceSecret":"0123456789abcdefghijklmnopqrstuv"},"message":"success"}"#;

    #[test]
    fn any_order_white_space_and_further_members() {
        let secret = Ok(String::from("0123456789abcdefghijklmnopqrstuv"));
        assert_eq!(result(GOOD), secret);
        assert_eq!(
            result(
                r#" { "message" : "a \"b\" {" , "more" : [1, -2.5e3, {"a":null}, true, false, []],
                "data" : { "x":{}, "deviceSecret" : "0123456789abcdefghijklmnopqrstuv", "deviceName":"dev1",
                "productKey":"a1B2c3D4e5F" }, "code" : 200 } "#
            ),
            secret
        );
    }

    #[test]
    fn every_prefix_of_a_good_reply_is_refused() {
        for length in 0..GOOD.len() {
            assert_eq!(
                result(&GOOD[..length]),
                Err(NoSecret::Malformed(Error::REPLY_NOT_JSON)),
                "{length}"
            );
        }
    }

    #[test]
    fn refusals_come_with_their_code() {
        for (code, error) in [
            (460, Error::PLATFORM_PARAMETER),
            (500, Error::PLATFORM_INTERNAL),
            (6100, Error::PLATFORM_DEVICE_NOT_FOUND),
            (6250, Error::PLATFORM_PRODUCT_NOT_FOUND),
            (6288, Error::PLATFORM_REGISTRATION_OFF),
            (6289, Error::PLATFORM_ALREADY_ACTIVE),
            (6292, Error::PLATFORM_SIGN_METHOD),
            (6600, Error::PLATFORM_SIGNATURE),
            (7777, Error::PLATFORM_CODE_UNKNOWN),
            (-1, Error::PLATFORM_CODE_UNKNOWN),
        ] {
            let body = format!(r#"{{"code":{code},"message":"no"}}"#);
            assert_eq!(result(&body), Err(NoSecret::Refused(code)));
            assert_eq!(refusal(code), error);
        }
    }

    #[test]
    fn what_is_not_for_us_is_named() {
        for (from, to, error) in [
            ("a1B2c3D4e5F", "a1B2c3D4e5G", Error::REPLY_OTHER_PRODUCT),
            ("dev1", "dev2", Error::REPLY_OTHER_DEVICE),
            ("deviceName", "devicename", Error::REPLY_INCOMPLETE),
            ("\"code\":200,", "", Error::REPLY_INCOMPLETE),
            ("\"data\"", "\"date\"", Error::REPLY_INCOMPLETE),
            (
                "0123456789abcdefghijklmnopqrstuv",
                "",
                Error::REPLY_SECRET_LENGTH,
            ),
            (
                "0123456789abcdefghijklmnopqrstuv",
                "0123456789012345678901234567890123456789012345678901234567890123x",
                Error::REPLY_SECRET_LENGTH,
            ),
            (
                "0123456789abcdef",
                "01234567 9abcdef",
                Error::REPLY_SECRET_CHARACTER,
            ),
            (
                "0123456789abcdef",
                "0123456\\n9abcdef",
                Error::REPLY_SECRET_CHARACTER,
            ),
            ("200", "2.0e2", Error::REPLY_NOT_JSON),
            ("200", "\"200\"", Error::REPLY_NOT_JSON),
            ("200", "99999999999", Error::REPLY_NOT_JSON),
            ("200,", "200,\"code\":200,", Error::REPLY_NOT_JSON),
            ("\"success\"", "[[[[[]]]]]", Error::REPLY_NOT_JSON),
            ("\"success\"", "nul", Error::REPLY_NOT_JSON),
            ("\"success\"}", "\"success\"}x", Error::REPLY_NOT_JSON),
            ("200,", "200", Error::REPLY_NOT_JSON),
        ] {
            assert_eq!(
                result(&GOOD.replacen(from, to, 1)),
                Err(NoSecret::Malformed(error)),
                "{from} -> {to}"
            );
        }
    }

    const PUSH: &str = r#"{"deviceSecret":"0123456789abcdefghijklmnopqrstuv","productKey":"a1B2c3D4e5F","deviceName":"dev1"}"#;
    const TOKEN_PUSH: &str = r#"{"clientId":"GmxqSfBe1hcyf1PB1uIX","productKey":"a1B2c3D4e5F","deviceName":"dev1","deviceToken":"^1^1612345678901^0123456789abcdef"}"#;

    fn pushed(payload: &str, form: Form) -> core::result::Result<String, Error> {
        in_push(payload.as_bytes(), NAMES, form).map(text)
    }

    #[test]
    fn a_push_is_read_by_its_form() {
        let unlisted = Form::MqttNoPreRegistration {
            is_minus_two: false,
        };
        assert_eq!(
            pushed(PUSH, Form::Mqtt),
            Ok("0123456789abcdefghijklmnopqrstuv".into())
        );
        assert_eq!(
            pushed(TOKEN_PUSH, unlisted),
            Ok("GmxqSfBe1hcyf1PB1uIX ^1^1612345678901^0123456789abcdef".into())
        );
        assert_eq!(pushed(PUSH, unlisted), Err(Error::REPLY_INCOMPLETE));
        assert_eq!(pushed(TOKEN_PUSH, Form::Mqtt), Err(Error::REPLY_INCOMPLETE));
        for (from, to, error) in [
            ("dev1", "dev2", Error::REPLY_OTHER_DEVICE),
            ("a1B2c3D4e5F", "a1B2c3D4e5f", Error::REPLY_OTHER_PRODUCT),
            ("^1^16", "^1 16", Error::REPLY_SECRET_CHARACTER),
            ("^1^16", "^1\\\"16", Error::REPLY_SECRET_CHARACTER),
            ("GmxqSf", "Gm|qSf", Error::REPLY_SECRET_CHARACTER),
            ("GmxqSfBe1hcyf1PB1uIX", "", Error::REPLY_SECRET_LENGTH),
            ("}", "", Error::REPLY_NOT_JSON),
        ] {
            assert_eq!(
                pushed(&TOKEN_PUSH.replacen(from, to, 1), unlisted),
                Err(error),
                "{from} -> {to}"
            );
        }
    }
}
