//! Identity and key of a TLS-PSK connection, which signs a device in by its DeviceSecret without a
//! certificate of the server's.
//!
//! Source: the TLS layers of the vendor's C SDK 3.x and Link SDK C 4.x. The platform's page prints a
//! slightly different formula; the SDKs are what devices in the field send.

use super::{Timestamp, part};
use crate::identity::Identity;
use crate::mac::{Hmac, SignMethod};
use crate::secret::Secret;
use crate::status::{Error, Result};
use crate::text::{Put, Sink, Writer};
use core::ops::Range;

/// Where in the caller's buffer each part lies. Each is followed by a NUL.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Psk {
    /// The PSK identity.
    pub identity: Range<usize>,
    /// The key: its 64 hex digits are the key's bytes, as they stand.
    pub key: Range<usize>,
}

/// Writes both. The caller checks `out.fits()` afterwards.
pub(crate) fn write(
    identity: &Identity,
    timestamp: Timestamp,
    secret: Secret<'_>,
    out: &mut Writer<'_>,
    written: &mut Psk,
) -> Result<()> {
    let timestamp = timestamp.value().ok_or(Error::ARGUMENT_RANGE)?;
    let mut hmac = Hmac::new(SignMethod::HmacSha256);
    hmac.start(secret);
    hmac.put(b"id");
    put_product_and_device(identity, &mut hmac);
    hmac.put(b"timestamp");
    hmac.put_decimal(timestamp);
    let mac = hmac.finish();
    written.identity = part(out, |out| {
        out.put(b"devicename|hmacsha256|");
        put_product_and_device(identity, out);
        out.put(b"|");
        out.put_decimal(timestamp);
    });
    written.key = part(out, |out| out.put_hex(mac));
    Ok(())
}

/// `ProductKey&DeviceName`: the other way round than in a username.
fn put_product_and_device(identity: &Identity, sink: &mut impl Sink) {
    sink.put(identity.product_key.0.as_bytes());
    sink.put(b"&");
    sink.put(identity.device_name.0.as_bytes());
}
