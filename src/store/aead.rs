//! Sealing stored secrets with ChaCha20-Poly1305 (RFC 8439) and a key of 32 bytes that the caller
//! supplies: from a TPM, a secure element, a key file. A key that lies beside the record protects
//! nothing.
//!
//! The nonce is four bytes of the record's sequence number and eight random ones, so that neither a
//! stuck source nor a repeated number repeats it alone.

mod chacha20;
mod poly1305;

use crate::random::{self, Random};
use crate::secret::{Wiped, equal};
use crate::status::{Error, Result};
use chacha20::{NONCE_SIZE, apply_stream};
use poly1305::{Poly1305, TAG_SIZE};

/// Bytes of a key.
pub const KEY_SIZE: usize = 32;
/// Where the sequence number stands in a record's context.
const SEQUENCE: core::ops::Range<usize> = 4..8;

/// Seals `secret` for `context`: nonce, ciphertext, tag. Returns the length.
pub fn seal(
    key: &[u8; KEY_SIZE],
    random: &mut impl Random,
    context: &[u8],
    secret: &[u8],
    sealed: &mut [u8],
) -> Result<usize> {
    let length = secret.len().saturating_add(NONCE_SIZE + TAG_SIZE);
    let sealed = sealed.get_mut(..length).ok_or(Error::STORE_UNSEAL)?;
    let (nonce, rest) = sealed
        .split_first_chunk_mut::<NONCE_SIZE>()
        .ok_or(Error::STORE_UNSEAL)?;
    let (text, tag) = rest
        .split_last_chunk_mut::<TAG_SIZE>()
        .ok_or(Error::STORE_UNSEAL)?;
    let (counter, drawn) = nonce.split_at_mut(SEQUENCE.len());
    copy(context.get(SEQUENCE).unwrap_or_default(), counter);
    random::fill(random, drawn)?;
    copy(secret, text);
    apply_stream(key, nonce, FIRST_OF_TEXT, text);
    *tag = authenticate(key, nonce, context, text);
    Ok(length)
}

/// Opens what `seal` sealed with the same key for the same context. Returns the length.
pub fn unseal(
    key: &[u8; KEY_SIZE],
    context: &[u8],
    sealed: &[u8],
    secret: &mut [u8],
) -> Result<usize> {
    let (nonce, rest) = sealed
        .split_first_chunk::<NONCE_SIZE>()
        .ok_or(Error::STORE_UNSEAL)?;
    let (text, tag) = rest
        .split_last_chunk::<TAG_SIZE>()
        .ok_or(Error::STORE_UNSEAL)?;
    let secret = secret.get_mut(..text.len()).ok_or(Error::STORE_UNSEAL)?;
    if !equal(&authenticate(key, nonce, context, text), tag) {
        return Err(Error::STORE_UNSEAL);
    }
    copy(text, secret);
    apply_stream(key, nonce, FIRST_OF_TEXT, secret);
    Ok(secret.len())
}

/// The first block of the stream is the authenticator's key, the others are for the text.
const OF_AUTHENTICATOR: u32 = 0;
const FIRST_OF_TEXT: u32 = 1;

/// The tag of an encrypted text and its context.
#[inline(never)]
fn authenticate(
    key: &[u8; KEY_SIZE],
    nonce: &[u8; NONCE_SIZE],
    context: &[u8],
    text: &[u8],
) -> [u8; TAG_SIZE] {
    let mut once = Wiped::new();
    apply_stream(key, nonce, OF_AUTHENTICATOR, &mut once.0);
    let mut authenticator = Poly1305::new(&once.0);
    authenticator.put_padded(context);
    authenticator.put_padded(text);
    let lengths = (context.len() as u128) | (text.len() as u128) << 64;
    authenticator.put_padded(&lengths.to_le_bytes());
    authenticator.tag()
}

fn copy(from: &[u8], to: &mut [u8]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::SEALED_MAX;
    use chacha20poly1305::aead::{Aead, KeyInit, Payload};
    use proptest::collection::vec;
    use proptest::prelude::*;

    struct Given([u8; 8]);

    impl Random for Given {
        fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
            copy(&self.0, bytes);
            Ok(())
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_chacha20poly1305_crate(
            key in any::<[u8; KEY_SIZE]>(),
            drawn in any::<[u8; 8]>(),
            context in vec(any::<u8>(), 8..100),
            secret in vec(any::<u8>(), 1..SEALED_MAX - 28),
        ) {
            prop_assume!(drawn != [drawn[0]; 8]);
            let mut sealed = [0; SEALED_MAX];
            let length = seal(&key, &mut Given(drawn), &context, &secret, &mut sealed).unwrap();
            let (nonce, rest) = sealed[..length].split_first_chunk::<NONCE_SIZE>().unwrap();
            prop_assert_eq!((&nonce[..4], &nonce[4..]), (&context[4..8], &drawn[..]));
            let theirs = chacha20poly1305::ChaCha20Poly1305::new(&key.into())
                .encrypt(nonce.into(), Payload { msg: &secret, aad: &context })
                .unwrap();
            prop_assert_eq!(rest, &theirs[..]);
            let mut opened = [0; SEALED_MAX];
            let length = unseal(&key, &context, &sealed[..length], &mut opened).unwrap();
            prop_assert_eq!(&opened[..length], &secret[..]);
        }
    }
}
