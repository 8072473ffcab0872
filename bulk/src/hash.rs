//! HMAC-SHA256 (RFC 2104) of one short message, its blocks hashed in two calls.

use sha2::block_api::compress256;

pub(crate) const BLOCK: usize = 64;

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

/// The padded key, then a message that is followed by zeros.
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
    pub(crate) fn finish(&mut self, key: &[u8; BLOCK], length: usize) -> [u32; 8] {
        if let Some(mark) = self.message().get_mut(length) {
            *mark = 0x80;
        }
        let last = length.wrapping_add(BLOCK + 8) / BLOCK;
        let blocks = self.0.get_mut(..=last).unwrap_or_default();
        if let Some(block) = blocks.first_mut() {
            put_key(key, INNER_PAD, block);
        }
        if let Some(end) = blocks.as_flattened_mut().last_chunk_mut() {
            *end = bits(length).to_be_bytes();
        }
        let mut inner = INITIAL;
        compress256(&mut inner, blocks);

        let mut blocks = [[0; BLOCK]; 2];
        let [first, digest] = &mut blocks;
        put_key(key, OUTER_PAD, first);
        for (to, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(&inner) {
            *to = word.to_be_bytes();
        }
        digest[32] = 0x80;
        if let Some(end) = digest.last_chunk_mut() {
            *end = bits(32).to_be_bytes();
        }
        let mut outer = INITIAL;
        compress256(&mut outer, &blocks);
        outer
    }
}

/// The block that begins a hash.
#[inline(always)]
fn put_key(key: &[u8; BLOCK], pad: u8, block: &mut [u8; BLOCK]) {
    let words = key.as_chunks::<8>().0;
    for (to, word) in block.as_chunks_mut::<8>().0.iter_mut().zip(words) {
        *to = (u64::from_ne_bytes(*word) ^ u64::from_ne_bytes([pad; 8])).to_ne_bytes();
    }
}

/// Of the padded key and so many bytes.
const fn bits(length: usize) -> u32 {
    (length.wrapping_add(BLOCK) as u32).wrapping_mul(8)
}
