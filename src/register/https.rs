//! Registering over HTTPS: the request.
//!
//! Source: what the vendor's C and Python SDKs send, and the platform's page on HTTPS-based dynamic
//! registration.

use super::{HostText, RegistrationOptions};
use crate::identity::Identity;
use crate::mac::Hmac;
use crate::status::Result;
use crate::text::{Put, Sink, Writer};

pub(super) const PORT: u16 = 443;

pub(super) fn put_request(
    identity: &Identity,
    options: &RegistrationOptions<'_>,
    nonce: &[u8],
    host: &HostText,
    port: u16,
    out: &mut impl Sink,
) -> Result<()> {
    let mut counter = Writer::new(&mut []);
    put_body(identity, options, nonce, &mut counter)?;
    out.put(b"POST /auth/register/device HTTP/1.1\r\nHost: ");
    put_host_field(host, port, out);
    out.put(b"\r\nAccept: text/xml,text/javascript,text/html,application/json\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ");
    out.put_decimal(counter.length() as u64);
    out.put(b"\r\nConnection: close\r\n\r\n");
    put_body(identity, options, nonce, out)
}

/// The value of the `Host` field: brackets round an IPv6 address, no default port.
fn put_host_field(host: &HostText, port: u16, out: &mut impl Sink) {
    let is_ipv6 = host.as_bytes().contains(&b':');
    if is_ipv6 {
        out.put(b"[");
    }
    out.put(host.as_bytes());
    if is_ipv6 {
        out.put(b"]");
    }
    if port != PORT {
        out.put(b":");
        out.put_decimal(u64::from(port));
    }
}

/// The form, in the C SDKs' order. The DeviceName alone may need encoding; what is signed is not encoded.
fn put_body(
    identity: &Identity,
    options: &RegistrationOptions<'_>,
    nonce: &[u8],
    out: &mut impl Sink,
) -> Result<()> {
    let mut hmac = Hmac::new(options.sign_method);
    hmac.start(options.product_secret);
    super::put_content(identity, nonce, &mut hmac);
    out.put(b"productKey=");
    out.put(identity.product_key.0.as_bytes());
    out.put(b"&deviceName=");
    out.put_percent(identity.device_name.0.as_bytes());
    out.put(b"&random=");
    out.put(nonce);
    out.put(b"&sign=");
    out.put_hex(hmac.finish());
    out.put(b"&signMethod=");
    out.put(options.sign_method.name().as_bytes());
    Ok(())
}
