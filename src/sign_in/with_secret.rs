//! Signing in with secrets that the caller keeps, and with the default of everything: no device
//! object, no store, no options. For firmware that counts bytes, and for gateways with many devices.

#[cfg(any(test, not(feature = "bulk")))]
mod compact;
#[cfg(feature = "bulk")]
mod quick;

#[cfg(not(feature = "bulk"))]
use compact::write;
#[cfg(feature = "bulk")]
use quick::write;

use crate::identity::{DeviceName, ProductKey};
use crate::scrub::{Quiet, depth, scrubbed};
use crate::secret::Secret;
#[cfg(feature = "lean")]
use crate::secret::{SecretStore, Wiped, load_secret};
#[cfg(feature = "lean")]
use crate::status::Error;
use crate::status::Result;

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

/// Fills an empty `Connect` with what `SignIn::default()` writes for a ProductKey and a DeviceName. On an
/// error nothing is written.
pub fn with_secret(
    quiet: impl Quiet,
    names: &[&[u8]; 2],
    secret: Secret<'_>,
    connect: &mut Connect,
) -> Result<()> {
    scrubbed::<{ depth::LENT }, _>(quiet, || write(names, secret, connect))
}

/// Devices that sign in within one scrubbed scope: signals wait some 100 microseconds for it.
pub const BATCH: usize = 256;

/// Signs in within a scrubbed scope that is there already.
pub struct Signer(());

impl Signer {
    /// As [`with_secret`].
    #[inline(always)]
    pub fn with_secret(
        &self,
        names: &[&[u8]; 2],
        secret: Secret<'_>,
        connect: &mut Connect,
    ) -> Result<()> {
        write(names, secret, connect)
    }
}

/// Calls `each` for all numbers below `count`, in one scrubbed scope for every [`BATCH`] of them.
pub fn batch(quiet: impl Quiet, count: usize, mut each: impl FnMut(&Signer, usize)) {
    let mut first = 0usize;
    while first < count {
        let end = first.wrapping_add(count.wrapping_sub(first).min(BATCH));
        scrubbed::<{ depth::BATCH }, _>(quiet, || {
            for number in first..end {
                each(&Signer(()), number);
            }
        });
        first = end;
    }
}

/// Like `with_secret`, with the secret of a store.
#[cfg(feature = "lean")]
pub(crate) fn with_store(
    quiet: impl Quiet,
    names: &[&[u8]; 2],
    store: &mut impl SecretStore,
    connect: &mut Connect,
) -> Result<()> {
    scrubbed::<{ depth::LEAN }, _>(quiet, || {
        let mut room = Wiped::new();
        match load_secret(store, &mut room)? {
            Some(secret) => write(names, secret, connect),
            None => Err(Error::STORE_ABSENT),
        }
    })
}

/// What is wrong with the texts, if anything. Inlined: firmware calls one of those that call it.
#[inline(always)]
fn check([product_key, device_name]: &[&[u8]; 2], secret: Secret<'_>) -> Result<()> {
    ProductKey::check(product_key)?;
    DeviceName::check(device_name)?;
    secret.check()
}

#[cfg(all(test, feature = "bulk"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn both(names: &[&[u8]; 2], secret: &[u8]) {
        let Ok(secret) = Secret::new(secret) else {
            return;
        };
        let mut small = Connect::EMPTY;
        // What was in it before may not stay.
        let mut fast = Connect {
            client_id: [0xff; 160],
            username: [0xff; 64],
            password: [0xff; 72],
        };
        let result = compact::write(names, secret, &mut small);
        assert_eq!(quick::write(names, secret, &mut fast), result);
        if result.is_ok() {
            assert!(small.client_id == fast.client_id);
            assert!(small.username == fast.username);
            assert!(small.password == fast.password);
        }
    }

    #[test]
    fn every_byte_at_the_end_of_every_text() {
        for byte in 0..=255u8 {
            for length in [3, 4, 8, 19, 20, 31, 32, 63, 64] {
                let mut text = [b'a'; 64];
                text[length - 1] = byte;
                let text = &text[..length];
                both(&[text, b"dev1"], b"secret");
                both(&[b"a1B2c3D4e5F", text], b"secret");
                both(&[b"a1B2c3D4e5F", b"dev1"], text);
            }
        }
    }

    proptest! {
        #[test]
        fn the_quick_way_writes_what_the_compact_one_does(
            product_key in "[A-Za-z0-9]{1,20}",
            device_name in "[A-Za-z0-9_@.:-]{4,32}",
            secret in "[!-~]{1,64}",
        ) {
            both(&[product_key.as_bytes(), device_name.as_bytes()], secret.as_bytes());
        }

        #[test]
        fn both_refuse_the_same(
            product_key in prop::collection::vec(any::<u8>(), 0..22),
            device_name in prop::collection::vec(any::<u8>(), 0..34),
            secret in prop::collection::vec(any::<u8>(), 0..66),
        ) {
            both(&[&product_key, &device_name], &secret);
            both(&[b"a1B2c3D4e5F", &device_name], &secret);
            both(&[b"a1B2c3D4e5F", b"dev1"], &secret);
            both(&[&product_key, b"dev1"], b"secret");
        }
    }
}
