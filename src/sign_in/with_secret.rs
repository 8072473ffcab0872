//! Signing in with a secret that the caller keeps, and with the default of everything: no device
//! object, no store, no options. For firmware that counts bytes.

use crate::identity::{DeviceName, ProductKey};
use crate::mac::{Hmac, SignMethod};
use crate::scrub::{Quiet, depth, scrubbed};
use crate::secret::{Secret, wipe};
use crate::status::Result;
use crate::text::{Put, Sink, Writer, fill};

/// What a CONNECT must carry, with room for the longest, NUL-terminated texts.
#[repr(C)]
pub struct Connect {
    /// clientId.
    pub client_id: [u8; 160],
    /// username.
    pub username: [u8; 64],
    /// password: a bearer credential. Wipe it once it has been sent.
    pub password: [u8; 72],
}

impl Connect {
    /// To be filled.
    pub const EMPTY: Connect = Connect {
        client_id: [0; 160],
        username: [0; 64],
        password: [0; 72],
    };
}

/// Fills an empty `Connect` with what `SignIn::default()` writes for a ProductKey and a DeviceName.
/// On an error nothing is written.
pub fn with_secret(
    quiet: impl Quiet,
    names: &[&[u8]; 2],
    secret: Secret<'_>,
    connect: &mut Connect,
) -> Result<()> {
    scrubbed::<{ depth::LENT }, _>(quiet, || write(names, secret, connect))
}

fn write(names: &[&[u8]; 2], secret: Secret<'_>, connect: &mut Connect) -> Result<()> {
    let [product_key, device_name] = names;
    ProductKey::check(product_key)?;
    DeviceName::check(device_name)?;
    secret.check()?;
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
