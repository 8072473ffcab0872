//! Sealing stored secrets with ChaCha20-Poly1305 and a key of 32 bytes that the caller supplies: from
//! a TPM, a secure element, a key file. A key that lies beside the record protects nothing.
//!
//! The nonce is four bytes of the record's sequence number and eight random ones, so that neither a
//! stuck source nor a repeated number repeats it alone.

use super::SEALED_MAX;
use crate::random::{self, Random};
use crate::secret::Wiped;
use crate::status::{Error, Result};
use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{ChaCha20Poly1305, Key, KeyInit, Nonce, Tag};

/// Bytes of a key.
pub const KEY_SIZE: usize = 32;
const NONCE_SIZE: usize = 12;
const TAG_SIZE: usize = 16;
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
    for (to, from) in counter
        .iter_mut()
        .zip(context.get(SEQUENCE).unwrap_or_default())
    {
        *to = *from;
    }
    random::fill(random, drawn)?;
    for (to, from) in text.iter_mut().zip(secret) {
        *to = *from;
    }
    let made = cipher(key)
        .encrypt_inout_detached(&Nonce::from(*nonce), context, text.into())
        .map_err(|_| Error::STORE_UNSEAL)?;
    *tag = made.into();
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
    let room = secret.get_mut(..text.len()).ok_or(Error::STORE_UNSEAL)?;
    let mut opened = Wiped::<SEALED_MAX>::new();
    let opened = opened.0.get_mut(..text.len()).ok_or(Error::STORE_UNSEAL)?;
    for (to, from) in opened.iter_mut().zip(text) {
        *to = *from;
    }
    cipher(key)
        .decrypt_inout_detached(
            &Nonce::from(*nonce),
            context,
            (&mut *opened).into(),
            &Tag::from(*tag),
        )
        .map_err(|_| Error::STORE_UNSEAL)?;
    for (to, from) in room.iter_mut().zip(opened.iter()) {
        *to = *from;
    }
    Ok(text.len())
}

fn cipher(key: &[u8; KEY_SIZE]) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(&Key::from(*key))
}
