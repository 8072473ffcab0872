//! In few bytes, for firmware.

use super::{Connect, check};
use crate::mac::{Hmac, SignMethod};
use crate::secret::{Secret, wipe};
use crate::status::Result;
use crate::text::{Put, Sink, Writer, fill};

/// Into an empty `connect`. Inlined: firmware calls one of the two that call it.
#[inline(always)]
pub(super) fn write(names: &[&[u8]; 2], secret: Secret<'_>, connect: &mut Connect) -> Result<()> {
    check(names, secret)?;
    let mut hmac = Hmac::new(SignMethod::HmacSha256);
    hmac.start(secret);
    // What is signed is no secret, and has room here.
    let length = fill(
        &mut connect.client_id,
        b"clientId$0.$1deviceName$1productKey$0timestamp2524608000000",
        names,
    );
    hmac.put(connect.client_id.get(..length).unwrap_or_default());
    wipe(&mut connect.client_id);
    Writer::new(&mut connect.password).put_hex(hmac.finish());
    fill(
        &mut connect.client_id,
        b"$0.$1|timestamp=2524608000000,securemode=2,signmethod=hmacsha256|",
        names,
    );
    fill(&mut connect.username, b"$1&$0", names);
    Ok(())
}
