//! Poly1305 (RFC 8439, section 2.5) over words of 32 bits, in a loop. `poly1305` is the oracle of the
//! tests.

use super::copy;

pub(super) const KEY_SIZE: usize = 32;
pub(super) const TAG_SIZE: usize = 16;

/// Words of the key, and of a sum modulo 2^130 - 5, whose fifth has but a few bits.
const WORDS: usize = 4;
const LOW: u64 = 0xffff_ffff;

pub(super) struct Poly1305 {
    /// What a sum is multiplied by. First five fourths of its words, whose lowest bits are zero, for what
    /// would stand at 2^128 and above; then its words.
    factors: [u32; 2 * WORDS],
    pad: [u32; WORDS],
    sum: [u64; WORDS + 1],
}

impl Poly1305 {
    pub(super) fn new(key: &[u8; KEY_SIZE]) -> Poly1305 {
        let mut new = Poly1305 {
            factors: [0; 2 * WORDS],
            pad: [0; WORDS],
            sum: [0; WORDS + 1],
        };
        let (five_fourths, factors) = new.factors.split_at_mut(WORDS);
        let to = factors.iter_mut().chain(&mut new.pad);
        for (word, bytes) in to.zip(key.as_chunks::<4>().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        let mut mask = 0x0fff_ffff;
        for (five_fourths, factor) in five_fourths.iter_mut().zip(factors) {
            *factor &= mask;
            *five_fourths = (*factor >> 2).wrapping_mul(5);
            mask = 0x0fff_fffc;
        }
        new
    }

    /// Takes bytes, padded with zeros to whole blocks.
    #[inline(never)]
    pub(super) fn put_padded(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(TAG_SIZE) {
            let mut block = [0; TAG_SIZE];
            copy(piece, &mut block);
            self.put(&block);
        }
    }

    fn put(&mut self, block: &[u8; TAG_SIZE]) {
        for (part, bytes) in self.sum.iter_mut().zip(block.as_chunks::<4>().0) {
            *part = part.wrapping_add(u32::from_le_bytes(*bytes).into());
        }
        let [.., top] = &mut self.sum;
        *top = top.wrapping_add(1);
        let top = *top;
        let mut products = [0u64; WORDS];
        for (at, part) in (0..=WORDS).rev().zip(&self.sum) {
            let factors = self.factors.get(at..).unwrap_or_default();
            for (product, factor) in products.iter_mut().zip(factors) {
                *product = product.wrapping_add(part.wrapping_mul((*factor).into()));
            }
        }
        let [_, _, _, _, lowest, ..] = self.factors;
        self.reduce(&products, top.wrapping_mul((lowest & 3).into()));
    }

    /// Carries, with what stands at 2^130 and above counted five times at 1.
    fn reduce(&mut self, products: &[u64; WORDS], top: u64) {
        let [sum @ .., fifth] = &mut self.sum;
        let [.., last] = products;
        let top = top.wrapping_add(last >> 32);
        let mut carry = (top >> 2).wrapping_mul(5);
        for (word, product) in sum.iter_mut().zip(products) {
            carry = carry.wrapping_add(product & LOW);
            *word = carry & LOW;
            carry = (carry >> 32).wrapping_add(product >> 32);
        }
        // The last product's upper half is in `top` already.
        *fifth = carry.wrapping_sub(last >> 32).wrapping_add(top & 3);
    }

    pub(super) fn tag(&self) -> [u8; TAG_SIZE] {
        let [low @ .., top] = &self.sum;
        // Five more carry to 2^130 if the sum is to be reduced once more.
        let mut carry = 5u64;
        for word in low {
            carry = carry.wrapping_add(*word) >> 32;
        }
        carry = (carry.wrapping_add(*top) >> 2).wrapping_mul(5);
        let mut tag = [0; TAG_SIZE];
        let bytes = tag.as_chunks_mut::<4>().0;
        for ((bytes, word), pad) in bytes.iter_mut().zip(low).zip(&self.pad) {
            carry = carry.wrapping_add(*word).wrapping_add((*pad).into());
            *bytes = (carry as u32).to_le_bytes();
            carry >>= 32;
        }
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use poly1305::universal_hash::{KeyInit, UniversalHash};
    use proptest::prelude::*;
    use std::vec;
    use std::vec::Vec;

    fn ours(key: &[u8; KEY_SIZE], text: &[u8]) -> [u8; TAG_SIZE] {
        let mut ours = Poly1305::new(key);
        ours.put_padded(text);
        ours.tag()
    }

    fn theirs(key: &[u8; KEY_SIZE], text: &[u8]) -> [u8; TAG_SIZE] {
        let mut theirs = poly1305::Poly1305::new(key.into());
        theirs.update_padded(text);
        theirs.finalize().into()
    }

    proptest! {
        #[test]
        fn agrees_with_the_poly1305_crate(
            key in any::<[u8; KEY_SIZE]>(),
            text in any::<Vec<u8>>(),
        ) {
            prop_assert_eq!(ours(&key, &text), theirs(&key, &text));
        }
    }

    /// RFC 8439, A.3, 7 to 11: where an implementation with other words may go wrong.
    #[test]
    fn the_rfc_s_limits() {
        fn first(byte: u8) -> [u8; TAG_SIZE] {
            let mut block = [0; TAG_SIZE];
            block[0] = byte;
            block
        }
        fn ones(byte: u8) -> [u8; TAG_SIZE] {
            let mut block = [0xff; TAG_SIZE];
            block[0] = byte;
            block
        }
        let zero = first(0);
        let mut almost = [0xfe; TAG_SIZE];
        almost[0] = 0xfb;
        for (r, s, text, tag) in [
            (2, zero, vec![ones(0xff)], first(3)),
            (2, ones(0xff), vec![first(2)], first(3)),
            (1, zero, vec![ones(0xff), ones(0xf0), first(0x11)], first(5)),
            (1, zero, vec![ones(0xff), almost, [1; TAG_SIZE]], zero),
            (2, zero, vec![ones(0xfd)], ones(0xfa)),
        ] {
            let mut key = [0; KEY_SIZE];
            key[0] = r;
            key[TAG_SIZE..].copy_from_slice(&s);
            assert_eq!(ours(&key, text.as_flattened()), tag);
        }
    }

    /// Where words and the sum overflow, which random numbers do not come near.
    #[test]
    fn agrees_with_the_poly1305_crate_at_the_limits() {
        let bytes = [
            0, 1, 2, 3, 4, 5, 0x7f, 0x80, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff,
        ];
        let mut blocks = vec![];
        for first in bytes {
            for others in [0, 0xff] {
                let mut block = [others; TAG_SIZE];
                block[0] = first;
                blocks.push(block);
            }
        }
        for key_low in [[1; 1], [2; 1], [4; 1], [0xff; 1]] {
            for rest in [0, 0xff] {
                let mut key = [rest; KEY_SIZE];
                key[0] = key_low[0];
                for first in &blocks {
                    for second in &blocks {
                        for count in 1..4 {
                            let text = [first.repeat(count), second.repeat(count)].concat();
                            assert_eq!(ours(&key, &text), theirs(&key, &text), "{key:?} {text:?}");
                        }
                    }
                }
            }
        }
    }
}
