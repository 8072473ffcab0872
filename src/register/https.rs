//! Registering over HTTPS: the request, and what the reply issues.
//!
//! Source: what the vendor's C and Python SDKs send, and the platform's page on HTTPS-based dynamic
//! registration.

use super::reply::{self, NoSecret};
use super::{HostText, Request};
use crate::mac::Hmac;
use crate::secret::Secret;
use crate::status::Error;
use crate::text::{Put, Sink, Writer};

pub(super) const PORT: u16 = 443;

pub(super) fn put_request(request: &Request<'_>, host: &HostText, port: u16, out: &mut impl Sink) {
    out.put(BEFORE_HOST);
    put_host_field(host, port, out);
    put_rest(request, out);
}

pub(super) const BEFORE_HOST: &[u8] = b"POST /auth/register/device HTTP/1.1\r\nHost: ";

/// What follows the host. Apart, for all who ask.
#[inline(never)]
pub(super) fn put_rest(request: &Request<'_>, out: &mut impl Sink) {
    let mut counter = Writer::new(&mut []);
    put_body(request, &mut counter);
    out.put(b"\r\nAccept: text/xml,text/javascript,text/html,application/json\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ");
    put_number(counter.length() as u16, out);
    out.put(b"\r\nConnection: close\r\n\r\n");
    put_body(request, out);
}

/// The value of the `Host` field: brackets round an IPv6 address, no default port.
fn put_host_field(host: &HostText, port: u16, out: &mut impl Sink) {
    // A search that is made for speed is 150 bytes.
    #[allow(clippy::manual_contains)]
    let is_ipv6 = host.as_bytes().iter().any(|byte| *byte == b':');
    if is_ipv6 {
        out.put(b"[");
    }
    out.put(host.as_bytes());
    if is_ipv6 {
        out.put(b"]");
    }
    if port != PORT {
        out.put(b":");
        put_number(port, out);
    }
}

/// Decimal digits. That of a timestamp, which divides 64 bits, is three times as large.
#[inline(never)]
fn put_number(value: u16, out: &mut impl Sink) {
    // A tenth of any 16 bits, without a division.
    let tenth = (u32::from(value).wrapping_mul(52_429) >> 19) as u16;
    if tenth != 0 {
        put_number(tenth, out);
    }
    out.put(&[b'0'.wrapping_add(value.wrapping_sub(tenth.wrapping_mul(10)) as u8)]);
}

/// The form, in the C SDKs' order. The DeviceName alone may need encoding; what is signed is not encoded.
fn put_body(request: &Request<'_>, out: &mut impl Sink) {
    let [product_key, device_name] = request.names;
    let mut hmac = Hmac::new(request.sign_method);
    hmac.start(request.product_secret);
    super::put_content(request, &mut hmac);
    out.put(b"productKey=");
    out.put(product_key);
    out.put(b"&deviceName=");
    put_form_value(device_name, out);
    out.put(b"&random=");
    out.put(request.nonce);
    out.put(b"&sign=");
    out.put_hex(hmac.finish());
    out.put(b"&signMethod=");
    out.put(request.sign_method.name().as_bytes());
}

/// A DeviceName as a form value: of its characters two are not left as they are.
#[inline(never)]
fn put_form_value(device_name: &[u8], out: &mut impl Sink) {
    for byte in device_name {
        out.put(match byte {
            b'@' => b"%40",
            b':' => b"%3A",
            _ => core::slice::from_ref(byte),
        });
    }
}

/// What a reply issues. A refusal says more than the status that came with it.
#[inline(always)]
pub(super) fn issued<'r>(
    status: u16,
    body: &'r [u8],
    names: &[&[u8]; 2],
) -> core::result::Result<Secret<'r>, NoSecret> {
    match reply::in_body(body, names) {
        Err(NoSecret::Refused(code)) => Err(NoSecret::Refused(code)),
        _ if status != 200 => Err(Error::REPLY_HTTP_STATUS.into()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    #[test]
    fn of_a_device_name_two_characters_are_encoded() {
        let mut buffer = [0; 32];
        let mut writer = Writer::new(&mut buffer);
        put_form_value(b"Az09_b-c.d@e:f", &mut writer);
        let length = writer.length();
        assert_eq!(&buffer[..length], b"Az09_b-c.d%40e%3Af");
    }

    #[test]
    fn numbers_agree_with_the_standard_library() {
        for value in 0..=u16::MAX {
            let mut buffer = [0; 8];
            let mut writer = Writer::new(&mut buffer);
            put_number(value, &mut writer);
            let length = writer.length();
            let text = String::from_utf8(buffer[..length].to_vec()).unwrap();
            assert_eq!(text, value.to_string());
        }
    }
}
