//! MD5's compression function (RFC 1321) in a loop: the usual unrolled form costs firmware 4 KB more
//! than this, for a sign method that only old products demand. The `md-5` crate is the oracle of
//! the tests.

/// The integer part of 2^32 times the absolute sine of 1 to 64.
const SINES: [u32; 64] = [
    0xd76a_a478,
    0xe8c7_b756,
    0x2420_70db,
    0xc1bd_ceee,
    0xf57c_0faf,
    0x4787_c62a,
    0xa830_4613,
    0xfd46_9501,
    0x6980_98d8,
    0x8b44_f7af,
    0xffff_5bb1,
    0x895c_d7be,
    0x6b90_1122,
    0xfd98_7193,
    0xa679_438e,
    0x49b4_0821,
    0xf61e_2562,
    0xc040_b340,
    0x265e_5a51,
    0xe9b6_c7aa,
    0xd62f_105d,
    0x0244_1453,
    0xd8a1_e681,
    0xe7d3_fbc8,
    0x21e1_cde6,
    0xc337_07d6,
    0xf4d5_0d87,
    0x455a_14ed,
    0xa9e3_e905,
    0xfcef_a3f8,
    0x676f_02d9,
    0x8d2a_4c8a,
    0xfffa_3942,
    0x8771_f681,
    0x6d9d_6122,
    0xfde5_380c,
    0xa4be_ea44,
    0x4bde_cfa9,
    0xf6bb_4b60,
    0xbebf_bc70,
    0x289b_7ec6,
    0xeaa1_27fa,
    0xd4ef_3085,
    0x0488_1d05,
    0xd9d4_d039,
    0xe6db_99e5,
    0x1fa2_7cf8,
    0xc4ac_5665,
    0xf429_2244,
    0x432a_ff97,
    0xab94_23a7,
    0xfc93_a039,
    0x655b_59c3,
    0x8f0c_cc92,
    0xffef_f47d,
    0x8584_5dd1,
    0x6fa8_7e4f,
    0xfe2c_e6e0,
    0xa301_4314,
    0x4e08_11a1,
    0xf753_7e82,
    0xbd3a_f235,
    0x2ad7_d2bb,
    0xeb86_d391,
];

/// Left rotations, by round and step modulo 4.
const ROTATIONS: [[u8; 4]; 4] = [
    [7, 12, 17, 22],
    [5, 9, 14, 20],
    [4, 11, 16, 23],
    [6, 10, 15, 21],
];

/// Takes one block into the state.
pub(crate) fn compress(state: &mut [u32; 4], block: &[u8; 64]) {
    let [mut a, mut b, mut c, mut d] = *state;
    for (step, sine) in SINES.iter().enumerate() {
        let round = step >> 4;
        let (mixed, word) = match round {
            0 => ((b & c) | (!b & d), step),
            1 => ((b & d) | (c & !d), step.wrapping_mul(5).wrapping_add(1)),
            2 => (b ^ c ^ d, step.wrapping_mul(3).wrapping_add(5)),
            _ => (c ^ (b | !d), step.wrapping_mul(7)),
        };
        let rotation = ROTATIONS
            .get(round)
            .and_then(|of_round| of_round.get(step & 3))
            .copied()
            .unwrap_or(0);
        let sum = a
            .wrapping_add(mixed)
            .wrapping_add(*sine)
            .wrapping_add(word_of(block, word & 15));
        (a, d, c) = (d, c, b);
        b = b.wrapping_add(sum.rotate_left(rotation.into()));
    }
    for (word, value) in state.iter_mut().zip([a, b, c, d]) {
        *word = word.wrapping_add(value);
    }
}

fn word_of(block: &[u8; 64], index: usize) -> u32 {
    let (words, _) = block.as_chunks::<4>();
    words.get(index).map_or(0, |word| u32::from_le_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_the_md5_crate(state in any::<[u32; 4]>(), block in any::<[u8; 32]>(), rest in any::<[u8; 32]>()) {
            let mut whole = [0; 64];
            whole[..32].copy_from_slice(&block);
            whole[32..].copy_from_slice(&rest);
            let (mut ours, mut theirs) = (state, state);
            compress(&mut ours, &whole);
            md5::block_api::compress(&mut theirs, &[whole]);
            prop_assert_eq!(ours, theirs);
        }
    }
}
