//! HMAC (RFC 2104) with SHA-256, and with SHA-1 and MD5 for products that demand them.
//!
//! The compression function of SHA-256 is RustCrypto's. The keying is here and not the `hmac` crate's: that
//! one leaves the padded key on the stack and costs firmware twice the stack. `hmac` is the oracle
//! of the tests.

use crate::status::{Error, Result};
use crate::text::Sink;
use zeroize::Zeroize;

/// How a sign-in or registration is signed: the platform's `signmethod`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SignMethod {
    /// `hmacsha256`.
    #[default]
    HmacSha256,
    /// `hmacsha1`.
    #[cfg(feature = "sha1")]
    HmacSha1,
    /// `hmacmd5`.
    #[cfg(feature = "md5")]
    HmacMd5,
}

impl SignMethod {
    /// The platform's word for it.
    pub const fn name(self) -> &'static str {
        match self {
            SignMethod::HmacSha256 => "hmacsha256",
            #[cfg(feature = "sha1")]
            SignMethod::HmacSha1 => "hmacsha1",
            #[cfg(feature = "md5")]
            SignMethod::HmacMd5 => "hmacmd5",
        }
    }

    const fn initial_state(self) -> [u32; 8] {
        match self {
            SignMethod::HmacSha256 => [
                0x6a09_e667,
                0xbb67_ae85,
                0x3c6e_f372,
                0xa54f_f53a,
                0x510e_527f,
                0x9b05_688c,
                0x1f83_d9ab,
                0x5be0_cd19,
            ],
            #[cfg(feature = "sha1")]
            SignMethod::HmacSha1 => [
                0x6745_2301,
                0xefcd_ab89,
                0x98ba_dcfe,
                0x1032_5476,
                0xc3d2_e1f0,
                0,
                0,
                0,
            ],
            #[cfg(feature = "md5")]
            SignMethod::HmacMd5 => [
                0x6745_2301,
                0xefcd_ab89,
                0x98ba_dcfe,
                0x1032_5476,
                0,
                0,
                0,
                0,
            ],
        }
    }

    /// Words of the state that make up the digest.
    const fn digest_words(self) -> usize {
        match self {
            SignMethod::HmacSha256 => 8,
            #[cfg(feature = "sha1")]
            SignMethod::HmacSha1 => 5,
            #[cfg(feature = "md5")]
            SignMethod::HmacMd5 => 4,
        }
    }

    const fn is_little_endian(self) -> bool {
        match self {
            #[cfg(feature = "md5")]
            SignMethod::HmacMd5 => true,
            _ => false,
        }
    }

    #[inline(never)]
    fn compress(self, state: &mut [u32; 8], block: &[u8; BLOCK]) {
        match self {
            SignMethod::HmacSha256 => {
                sha2::block_api::compress256(state, core::slice::from_ref(block))
            }
            #[cfg(feature = "sha1")]
            SignMethod::HmacSha1 => {
                if let Some(state) = state.first_chunk_mut::<5>() {
                    crate::sha1::compress(state, block);
                }
            }
            #[cfg(feature = "md5")]
            SignMethod::HmacMd5 => {
                if let Some(state) = state.first_chunk_mut::<4>() {
                    crate::md5::compress(state, block);
                }
            }
        }
    }
}

const BLOCK: usize = 64;
const INNER_PAD: u8 = 0x36;
const OUTER_PAD: u8 = 0x5c;

/// A hash in progress. Wiped on drop.
struct Hash {
    method: SignMethod,
    state: [u32; 8],
    block: [u8; BLOCK],
    /// Bytes hashed so far.
    length: usize,
}

impl Hash {
    fn new(method: SignMethod) -> Hash {
        Hash {
            method,
            state: method.initial_state(),
            block: [0; BLOCK],
            length: 0,
        }
    }

    fn restart(&mut self) {
        self.state = self.method.initial_state();
        self.length = 0;
    }

    fn put_padded_key(&mut self, key: &[u8], pad: u8) {
        for (to, from) in self
            .block
            .iter_mut()
            .zip(key.iter().chain(core::iter::repeat(&0)))
        {
            *to = *from ^ pad;
        }
        self.method.compress(&mut self.state, &self.block);
        self.length = BLOCK;
    }

    fn put_byte(&mut self, byte: u8) {
        let at = self.length % BLOCK;
        if let Some(slot) = self.block.get_mut(at) {
            *slot = byte;
        }
        self.length = self.length.wrapping_add(1);
        if at == BLOCK - 1 {
            self.method.compress(&mut self.state, &self.block);
        }
    }

    /// Pads and hashes what is left; the state is then the digest.
    fn finish(&mut self) {
        let bits = (self.length as u64).wrapping_mul(8);
        self.put_byte(0x80);
        while self.length % BLOCK != BLOCK - 8 {
            self.put_byte(0);
        }
        let bits = if self.method.is_little_endian() {
            bits.to_le_bytes()
        } else {
            bits.to_be_bytes()
        };
        for byte in bits {
            self.put_byte(byte);
        }
    }

    fn digest(&self, out: &mut Mac) {
        let words = self.state.iter().take(self.method.digest_words());
        for (to, word) in out.bytes.chunks_exact_mut(4).zip(words) {
            let bytes = if self.method.is_little_endian() {
                word.to_le_bytes()
            } else {
                word.to_be_bytes()
            };
            for (to, from) in to.iter_mut().zip(bytes) {
                *to = from;
            }
        }
        out.length = self.method.digest_words().wrapping_mul(4);
    }
}

impl Drop for Hash {
    fn drop(&mut self) {
        self.state.zeroize();
        self.block.zeroize();
    }
}

/// The code of a message: 32, 20 or 16 bytes. Wiped on drop.
pub(crate) struct Mac {
    bytes: [u8; 32],
    length: usize,
}

impl Mac {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl Drop for Mac {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

/// HMAC of a message that is put in pieces.
pub(crate) struct Hmac<'k> {
    key: &'k [u8],
    hash: Hash,
}

impl<'k> Hmac<'k> {
    /// `key` has at most 64 bytes, the block of all three hashes: longer secrets do not exist.
    pub(crate) fn new(method: SignMethod, key: &'k [u8]) -> Result<Hmac<'k>> {
        if key.len() > BLOCK {
            return Err(Error::ARGUMENT_TOO_LONG);
        }
        let mut hash = Hash::new(method);
        hash.put_padded_key(key, INNER_PAD);
        Ok(Hmac { key, hash })
    }

    pub(crate) fn finish(mut self) -> Mac {
        let mut mac = Mac {
            bytes: [0; 32],
            length: 0,
        };
        self.hash.finish();
        self.hash.digest(&mut mac);
        self.hash.restart();
        self.hash.put_padded_key(self.key, OUTER_PAD);
        self.put(mac.as_bytes());
        self.hash.finish();
        self.hash.digest(&mut mac);
        mac
    }
}

impl Sink for Hmac<'_> {
    #[inline(never)]
    fn put(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.hash.put_byte(byte);
        }
    }
}

/// SHA-256 of a public text of up to 55 bytes, which is one block.
pub(crate) fn sha256_of_short(text: &[u8]) -> [u8; 32] {
    let mut hash = Hash::new(SignMethod::HmacSha256);
    for &byte in text {
        hash.put_byte(byte);
    }
    hash.finish();
    let mut mac = Mac {
        bytes: [0; 32],
        length: 0,
    };
    hash.digest(&mut mac);
    mac.bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use hmac::{KeyInit, Mac as _};
    use proptest::prelude::*;

    fn ours(method: SignMethod, key: &[u8], pieces: &[&[u8]]) -> std::vec::Vec<u8> {
        let mut hmac = Hmac::new(method, key).unwrap();
        for piece in pieces {
            hmac.put(piece);
        }
        hmac.finish().as_bytes().to_vec()
    }

    macro_rules! oracle {
        ($hash:ty, $key:expr, $message:expr) => {{
            let mut mac = hmac::Hmac::<$hash>::new_from_slice($key).unwrap();
            mac.update($message);
            mac.finalize().into_bytes().to_vec()
        }};
    }

    /// RFC 4231, cases 1 to 4 (5 is truncated; 6 and 7 have keys longer than a block).
    #[test]
    fn rfc_4231() {
        let case4_key: std::vec::Vec<u8> = (1..=25).collect();
        let cases: [(&[u8], &[u8], &str); 4] = [
            (
                &[0x0b; 20],
                b"Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &[0xaa; 20],
                &[0xdd; 50],
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            ),
            (
                &case4_key,
                &[0xcd; 50],
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
            ),
        ];
        for (key, message, expected) in cases {
            assert_eq!(
                hex::encode(ours(SignMethod::HmacSha256, key, &[message])),
                expected
            );
        }
    }

    /// RFC 2202, cases 1 and 2 of each hash.
    #[cfg(all(feature = "sha1", feature = "md5"))]
    #[test]
    fn rfc_2202() {
        let jefe: (&[u8], &[u8]) = (b"Jefe", b"what do ya want for nothing?");
        for (method, key, message, expected) in [
            (
                SignMethod::HmacMd5,
                &[0x0b; 16][..],
                &b"Hi There"[..],
                "9294727a3638bb1c13f48ef8158bfc9d",
            ),
            (
                SignMethod::HmacMd5,
                jefe.0,
                jefe.1,
                "750c783e6ab0b503eaa86e310a5db738",
            ),
            (
                SignMethod::HmacSha1,
                &[0x0b; 20][..],
                &b"Hi There"[..],
                "b617318655057264e28bc0b6fb378c8ef146be00",
            ),
            (
                SignMethod::HmacSha1,
                jefe.0,
                jefe.1,
                "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
            ),
        ] {
            assert_eq!(hex::encode(ours(method, key, &[message])), expected);
        }
    }

    #[test]
    fn a_key_longer_than_a_block_is_refused() {
        assert!(Hmac::new(SignMethod::HmacSha256, &[1; 64]).is_ok());
        assert_eq!(
            Hmac::new(SignMethod::HmacSha256, &[1; 65]).err(),
            Some(Error::ARGUMENT_TOO_LONG)
        );
    }

    proptest! {
        #[test]
        fn agrees_with_the_hmac_crate(
            key in prop::collection::vec(any::<u8>(), 0..=64),
            message in prop::collection::vec(any::<u8>(), 0..300),
            cut in any::<prop::sample::Index>(),
        ) {
            let (head, tail) = message.split_at(cut.index(message.len() + 1));
            let sha256 = oracle!(sha2::Sha256, &key, &message);
            prop_assert_eq!(ours(SignMethod::HmacSha256, &key, &[head, tail]), sha256);
            #[cfg(feature = "sha1")]
            prop_assert_eq!(
                ours(SignMethod::HmacSha1, &key, &[head, tail]),
                oracle!(sha1::Sha1, &key, &message)
            );
            #[cfg(feature = "md5")]
            prop_assert_eq!(
                ours(SignMethod::HmacMd5, &key, &[head, tail]),
                oracle!(md5::Md5, &key, &message)
            );
        }

        #[test]
        fn short_hash_agrees_with_sha2(text in prop::collection::vec(any::<u8>(), 0..=55)) {
            use sha2::Digest;
            prop_assert_eq!(sha256_of_short(&text).to_vec(), sha2::Sha256::digest(&text).to_vec());
        }
    }
}
