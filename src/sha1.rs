//! SHA-1's compression function (RFC 3174) in a loop: the usual unrolled form costs firmware 3 KB more
//! than this, for a sign method that only old products demand. The `sha1` crate is the oracle of
//! the tests.

use zeroize::Zeroize;

/// Takes one block into the state.
pub(crate) fn compress(state: &mut [u32; 5], block: &[u8; 64]) {
    let mut schedule = [0u32; 16];
    for (word, bytes) in schedule.iter_mut().zip(block.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    let [mut a, mut b, mut c, mut d, mut e] = *state;
    for step in 0..80usize {
        let word = scheduled(&mut schedule, step);
        let (mixed, constant) = match step {
            0..20 => ((b & c) | (!b & d), 0x5a82_7999),
            20..40 => (b ^ c ^ d, 0x6ed9_eba1),
            40..60 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
            _ => (b ^ c ^ d, 0xca62_c1d6),
        };
        let sum = a
            .rotate_left(5)
            .wrapping_add(mixed)
            .wrapping_add(e)
            .wrapping_add(word)
            .wrapping_add(constant);
        (e, d, c, b, a) = (d, c, b.rotate_left(30), a, sum);
    }
    for (word, value) in state.iter_mut().zip([a, b, c, d, e]) {
        *word = word.wrapping_add(value);
    }
    schedule.zeroize();
}

/// The word of a step; from the 17th on it takes the place of the one 16 steps before.
fn scheduled(schedule: &mut [u32; 16], step: usize) -> u32 {
    let at = |back: usize| step.wrapping_sub(back) & 15;
    let word = |back: usize| schedule.get(at(back)).copied().unwrap_or(0);
    let value = if step < 16 {
        word(0)
    } else {
        (word(3) ^ word(8) ^ word(14) ^ word(16)).rotate_left(1)
    };
    if let Some(slot) = schedule.get_mut(at(0)) {
        *slot = value;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_the_sha1_crate(
            state in any::<[u32; 5]>(),
            block in any::<[u8; 32]>(),
            rest in any::<[u8; 32]>(),
        ) {
            let mut whole = [0; 64];
            whole[..32].copy_from_slice(&block);
            whole[32..].copy_from_slice(&rest);
            let (mut ours, mut theirs) = (state, state);
            compress(&mut ours, &whole);
            sha1::block_api::compress(&mut theirs, &[whole]);
            prop_assert_eq!(ours, theirs);
        }
    }
}
