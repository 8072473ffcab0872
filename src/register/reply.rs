//! What the platform answers to a registration: the secret, or why not.
//!
//! `{"code":200,"data":{"productKey":"..","deviceName":"..","deviceSecret":".."},"message":".."}`
//! and for a refusal `{"code":6289,"message":".."}`, in any order of keys. Source: the vendor's
//! Linkkit C SDK manual, and the parsers of its C, Python and Node SDKs.

use super::Form;
use super::json::Reader;
use crate::credential::Credential;
use crate::identity::{ClientId, Identity};
use crate::secret::{DeviceToken, Secret, all_of_class, equal, is_alphanumeric};
use crate::status::{Error, Result};

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

/// The status for a code of the platform. Source: the platform's table of device-side errors.
pub(crate) const fn refusal(code: i32) -> Error {
    match code {
        460 => Error::PLATFORM_PARAMETER,
        500 => Error::PLATFORM_INTERNAL,
        6100 => Error::PLATFORM_DEVICE_NOT_FOUND,
        6250 => Error::PLATFORM_PRODUCT_NOT_FOUND,
        6288 => Error::PLATFORM_REGISTRATION_OFF,
        6289 => Error::PLATFORM_ALREADY_ACTIVE,
        6292 => Error::PLATFORM_SIGN_METHOD,
        6600 => Error::PLATFORM_SIGNATURE,
        _ => Error::PLATFORM_CODE_UNKNOWN,
    }
}

/// What of a reply is read.
#[derive(Default)]
struct Members<'r> {
    code: Option<i32>,
    data: Option<()>,
    product_key: Option<&'r [u8]>,
    device_name: Option<&'r [u8]>,
    device_secret: Option<&'r [u8]>,
    client_id: Option<&'r [u8]>,
    device_token: Option<&'r [u8]>,
}

/// What the body of an HTTPS reply issues to `identity`.
pub(crate) fn in_body<'r>(
    body: &'r [u8],
    identity: &Identity,
) -> core::result::Result<Credential<'r>, NoSecret> {
    let mut members = Members::default();
    members.read(body, Members::read_envelope)?;
    match members.code {
        None => Err(Error::REPLY_INCOMPLETE.into()),
        Some(200) => Ok(members.device_secret(identity)?),
        Some(code) => Err(NoSecret::Refused(code)),
    }
}

/// What a message pushed over MQTT issues to `identity`: a DeviceSecret, or a clientId and a
/// DeviceToken.
///
/// `{"deviceSecret":"..","productKey":"..","deviceName":".."}` or
/// `{"clientId":"..","productKey":"..","deviceName":"..","deviceToken":".."}`. Source: the
/// platform's page on MQTT-based dynamic registration, a log printed there, and the parsers of
/// the C, Python and Rust SDKs.
pub(crate) fn in_push<'r>(
    payload: &'r [u8],
    identity: &Identity,
    form: Form,
) -> Result<Credential<'r>> {
    let mut members = Members::default();
    members.read(payload, Members::read_data)?;
    match form {
        #[cfg(feature = "register-mqtt")]
        Form::MqttNoPreRegistration { .. } => members.device_token(identity),
        _ => members.device_secret(identity),
    }
}

impl<'r> Members<'r> {
    fn read(
        &mut self,
        text: &'r [u8],
        read: fn(&mut Self, &mut Reader<'r>) -> Result<()>,
    ) -> Result<()> {
        let mut reader = Reader::new(text);
        read(self, &mut reader)?;
        reader.end()
    }

    fn read_envelope(&mut self, reader: &mut Reader<'r>) -> Result<()> {
        reader.open_object()?;
        while let Some(key) = reader.next_key()? {
            if equal(key, b"code") {
                once(&mut self.code, reader.integer()?)?;
            } else if equal(key, b"data") {
                once(&mut self.data, ())?;
                self.read_data(reader)?;
            } else {
                reader.skip()?;
            }
        }
        Ok(())
    }

    fn read_data(&mut self, reader: &mut Reader<'r>) -> Result<()> {
        reader.open_object()?;
        while let Some(key) = reader.next_key()? {
            let member = if equal(key, b"productKey") {
                &mut self.product_key
            } else if equal(key, b"deviceName") {
                &mut self.device_name
            } else if equal(key, b"deviceSecret") {
                &mut self.device_secret
            } else if equal(key, b"clientId") {
                &mut self.client_id
            } else if equal(key, b"deviceToken") {
                &mut self.device_token
            } else {
                reader.skip()?;
                continue;
            };
            once(member, reader.string()?)?;
        }
        Ok(())
    }

    fn check(&self, identity: &Identity) -> Result<()> {
        if present(self.product_key)? != identity.product_key.0.as_bytes() {
            return Err(Error::REPLY_OTHER_PRODUCT);
        }
        if present(self.device_name)? != identity.device_name.0.as_bytes() {
            return Err(Error::REPLY_OTHER_DEVICE);
        }
        Ok(())
    }

    fn device_secret(self, identity: &Identity) -> Result<Credential<'r>> {
        self.check(identity)?;
        let secret = present(self.device_secret)?;
        if secret.is_empty() || secret.len() > Secret::MAX {
            return Err(Error::REPLY_SECRET_LENGTH);
        }
        if !all_of_class(secret, is_alphanumeric) {
            return Err(Error::REPLY_SECRET_CHARACTER);
        }
        Ok(Credential::DeviceSecret(Secret::new(secret)?))
    }

    #[cfg_attr(not(feature = "register-mqtt"), allow(dead_code))]
    fn device_token(self, identity: &Identity) -> Result<Credential<'r>> {
        self.check(identity)?;
        let as_reply = |error| match error {
            Error::ARGUMENT_CHARACTER => Error::REPLY_SECRET_CHARACTER,
            _ => Error::REPLY_SECRET_LENGTH,
        };
        let client_id = ClientId::new(present(self.client_id)?).map_err(as_reply)?;
        let token = DeviceToken::new(present(self.device_token)?).map_err(as_reply)?;
        token.check().map_err(as_reply)?;
        Ok(Credential::DeviceToken { client_id, token })
    }
}

fn present(member: Option<&[u8]>) -> Result<&[u8]> {
    member.ok_or(Error::REPLY_INCOMPLETE)
}

/// A key that is given twice makes a reply ambiguous.
fn once<T>(slot: &mut Option<T>, value: T) -> Result<()> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Error::REPLY_NOT_JSON),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::String;

    fn identity() -> Identity {
        Identity::new(b"a1B2c3D4e5F", b"dev1").unwrap()
    }

    fn result(body: &str) -> core::result::Result<String, NoSecret> {
        in_body(body.as_bytes(), &identity()).map(text)
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
        for code in [460, 500, 6100, 6250, 6288, 6289, 6292, 6600, 7777, -1] {
            let body = format!(r#"{{"code":{code},"message":"no"}}"#);
            assert_eq!(result(&body), Err(NoSecret::Refused(code)));
        }
        assert_eq!(refusal(6289), Error::PLATFORM_ALREADY_ACTIVE);
        assert_eq!(refusal(7777), Error::PLATFORM_CODE_UNKNOWN);
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
        in_push(payload.as_bytes(), &identity(), form).map(text)
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
