//! HMAC (RFC 2104) with SHA-256, and with SHA-1 and MD5 for products that demand them.
//!
//! The compression function of SHA-256 is RustCrypto's. The keying is here and not the `hmac` crate's: that
//! one leaves the padded key on the stack and costs firmware twice the stack. `hmac` is the oracle
//! of the tests.

use crate::secret::Secret;
use crate::text::Sink;

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
    #[inline(never)]
    pub const fn name(self) -> &'static str {
        match self {
            SignMethod::HmacSha256 => "hmacsha256",
            #[cfg(feature = "sha1")]
            SignMethod::HmacSha1 => "hmacsha1",
            #[cfg(feature = "md5")]
            SignMethod::HmacMd5 => "hmacmd5",
        }
    }

    fn initial_state(self) -> &'static [u32; 8] {
        match self {
            SignMethod::HmacSha256 => &SHA256,
            #[cfg(any(feature = "sha1", feature = "md5"))]
            _ => &SHA1_AND_MD5,
        }
    }

    /// Bytes of the digest, which is the beginning of the state.
    const fn digest_length(self) -> usize {
        match self {
            SignMethod::HmacSha256 => 32,
            #[cfg(feature = "sha1")]
            SignMethod::HmacSha1 => 20,
            #[cfg(feature = "md5")]
            SignMethod::HmacMd5 => 16,
        }
    }

    const fn is_little_endian(self) -> bool {
        match self {
            #[cfg(feature = "md5")]
            SignMethod::HmacMd5 => true,
            _ => false,
        }
    }

    /// A word as the method writes it.
    fn bytes_of(self, word: u32) -> [u8; 4] {
        if self.is_little_endian() {
            word.to_le_bytes()
        } else {
            word.to_be_bytes()
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

// Statics: constants of one size are pooled by the compiler, and then stay or go together.

static SHA256: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// MD5 begins with the first four.
#[cfg(any(feature = "sha1", feature = "md5"))]
static SHA1_AND_MD5: [u32; 8] = [
    0x6745_2301,
    0xefcd_ab89,
    0x98ba_dcfe,
    0x1032_5476,
    0xc3d2_e1f0,
    0,
    0,
    0,
];

const BLOCK: usize = 64;
const INNER_PAD: u8 = 0x36;
const OUTER_PAD: u8 = 0x5c;

/// HMAC of a message that is put in pieces. A secret is no longer than the block of any of the three
/// hashes, so that it need not be hashed itself. Of scrubbed scopes alone, whose burn wipes it.
pub(crate) struct Hmac {
    method: SignMethod,
    /// Of the inner hash, at last of the outer one.
    state: [u32; 8],
    /// Of the outer hash, behind the block of its padded key.
    outer: [u32; 8],
    /// The digest at its beginning, once finished.
    block: [u8; BLOCK],
    /// Bytes hashed so far.
    length: u32,
}
const _: () = assert!(Secret::MAX <= BLOCK);

impl Hmac {
    /// The key is put first, by `start`: a value that is returned by a function lies on the stack
    /// twice.
    // Firmware that signs in alone has one caller.
    #[cfg_attr(feature = "posix", inline(never))]
    pub(crate) fn new(method: SignMethod) -> Hmac {
        Hmac {
            method,
            state: [0; 8],
            outer: [0; 8],
            block: [0; BLOCK],
            length: 0,
        }
    }

    #[inline(never)]
    pub(crate) fn start(&mut self, key: Secret<'_>) {
        self.begin(key.as_bytes(), OUTER_PAD);
        self.outer = self.state;
        self.begin(key.as_bytes(), INNER_PAD);
    }

    /// Begins a hash with the block of the padded key.
    #[inline(never)]
    fn begin(&mut self, key: &[u8], pad: u8) {
        self.state = *self.method.initial_state();
        for at in 0..BLOCK {
            self.put_byte(key.get(at).copied().unwrap_or(0) ^ pad);
        }
        self.length = BLOCK as u32;
    }

    #[inline(never)]
    fn put_byte(&mut self, byte: u8) {
        let at = self.length as usize % BLOCK;
        if let Some(slot) = self.block.get_mut(at) {
            *slot = byte;
        }
        self.length = self.length.wrapping_add(1);
        if at == BLOCK - 1 {
            self.method.compress(&mut self.state, &self.block);
        }
    }

    /// Pads with zeros until so many bytes are in the block.
    #[inline(never)]
    fn pad_to(&mut self, length: u32) {
        while self.length & (BLOCK as u32).wrapping_sub(1) != length {
            self.put_byte(0);
        }
    }

    /// The code of the message: 32, 20 or 16 bytes.
    #[inline(never)]
    pub(crate) fn finish(&mut self) -> &[u8] {
        // The message of the outer hash is the digest of the inner one, which is in place.
        let length = self.finish_hash().len();
        self.state = self.outer;
        self.length = length.wrapping_add(BLOCK) as u32;
        self.finish_hash()
    }

    /// Pads, hashes what is left, and returns the digest. A message has less than half a gigabyte, so
    /// that four of the eight bytes of its length are zero.
    #[inline(never)]
    fn finish_hash(&mut self) -> &[u8] {
        let bits = self.length.wrapping_mul(8);
        self.put_byte(0x80);
        self.pad_to(56);
        if !self.method.is_little_endian() {
            self.pad_to(60);
        }
        self.put(&self.method.bytes_of(bits));
        self.pad_to(0);
        let (words, _) = self.block.as_chunks_mut::<4>();
        for (to, word) in words.iter_mut().zip(&self.state) {
            *to = self.method.bytes_of(*word);
        }
        let digest = self.block.get(..self.method.digest_length());
        digest.unwrap_or_default()
    }
}

impl Sink for Hmac {
    #[inline(never)]
    fn put(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.put_byte(byte);
        }
    }
}

/// Writes SHA-256 of a public text, or as much of it as there is room for.
pub(crate) fn put_sha256(text: &[u8], out: &mut [u8]) {
    let mut hash = Hmac::new(SignMethod::HmacSha256);
    hash.state = SHA256;
    hash.put(text);
    for (to, from) in out.iter_mut().zip(hash.finish_hash()) {
        *to = *from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hmac::{KeyInit, Mac as _};
    use proptest::prelude::*;

    fn ours(method: SignMethod, key: &[u8], pieces: &[&[u8]]) -> std::vec::Vec<u8> {
        let mut hmac = Hmac::new(method);
        hmac.start(Secret::unchecked(key));
        for piece in pieces {
            hmac.put(piece);
        }
        hmac.finish().to_vec()
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
        fn sha256_agrees_with_sha2(text in prop::collection::vec(any::<u8>(), 0..=200)) {
            use sha2::Digest;
            let mut hash = [0; 32];
            put_sha256(&text, &mut hash);
            prop_assert_eq!(hash.to_vec(), sha2::Sha256::digest(&text).to_vec());
        }
    }
}
