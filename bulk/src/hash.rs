//! HMAC-SHA256 (RFC 2104) of one short message, its blocks hashed in two calls.

use crate::lanes::{LANES, Lanes};
use sha2::block_api::compress256;

pub(crate) const BLOCK: usize = 64;
const DIGEST: usize = 32;

/// Blocks of the longest message: 155 bytes, the mark of its end and its length.
const MESSAGE_BLOCKS: usize = 3;

const INNER_PAD: u8 = 0x36;
const OUTER_PAD: u8 = 0x5c;

const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// What is hashed: the padded key, then a message that is followed by zeros.
pub(crate) struct Hmac([[u8; BLOCK]; 1 + MESSAGE_BLOCKS]);

impl Hmac {
    #[inline(always)]
    pub(crate) const fn new() -> Hmac {
        Hmac([[0; BLOCK]; 1 + MESSAGE_BLOCKS])
    }

    /// Where the message is written.
    #[inline(always)]
    pub(crate) fn message(&mut self) -> &mut [u8] {
        self.0.as_flattened_mut().split_at_mut(BLOCK).1
    }

    /// The code of the first `length` bytes of the message, with a key that is followed by zeros.
    #[inline(always)]
    pub(crate) fn finish(mut self, key: &[u8; BLOCK], length: usize) -> [Lanes; 2] {
        let inner = self.hash(key, INNER_PAD, length);
        let [first, second] = inner.map(Lanes::bytes);
        let zeros = [0; LANES];
        if let Some(block) = self.message().as_chunks_mut().0.first_chunk_mut() {
            *block = [first, second, zeros, zeros];
        }
        self.hash(key, OUTER_PAD, DIGEST)
    }

    #[inline(never)]
    fn hash(&mut self, key: &[u8; BLOCK], pad: u8, length: usize) -> [Lanes; 2] {
        if let Some(mark) = self.message().get_mut(length) {
            *mark = 0x80;
        }
        let last = length.wrapping_add(BLOCK + 8) / BLOCK;
        let blocks = self.0.get_mut(..=last).unwrap_or_default();
        if let Some(block) = blocks.first_mut() {
            put_key(key, pad, block);
        }
        if let Some(end) = blocks.as_flattened_mut().last_chunk_mut() {
            let bits = length.wrapping_add(BLOCK).wrapping_mul(8);
            *end = (bits as u32).to_be_bytes();
        }
        let mut state = INITIAL;
        compress256(&mut state, blocks);
        digest(state)
    }
}

/// The bytes of a hash.
#[inline(always)]
fn digest([a, b, c, d, e, f, g, h]: [u32; 8]) -> [Lanes; 2] {
    [[a, b, c, d], [e, f, g, h]].map(Lanes::big_endian)
}

/// The block that begins a hash.
#[inline(always)]
fn put_key(key: &[u8; BLOCK], pad: u8, block: &mut [u8; BLOCK]) {
    let lanes = key.as_chunks::<LANES>().0;
    for (to, from) in block.as_chunks_mut().0.iter_mut().zip(lanes) {
        *to = Lanes::new(*from).xor(Lanes::all(pad)).bytes();
    }
}
