//! Sixteen bytes at once, without a branch on any of them: in a vector where every processor of the target has one,
//! otherwise in two words.

#[cfg(target_feature = "sse2")]
mod sse2;
#[cfg(any(test, not(target_feature = "sse2")))]
mod words;

#[cfg(target_feature = "sse2")]
pub(crate) use sse2::Lanes;
#[cfg(not(target_feature = "sse2"))]
pub(crate) use words::Lanes;

/// How many bytes.
pub(crate) const LANES: usize = 16;

#[cfg(test)]
mod tests {
    use super::{LANES, words};

    /// Numbers of which every byte takes every value.
    fn samples() -> impl Iterator<Item = [u8; LANES]> {
        (0..=255u8)
            .map(|first| core::array::from_fn(|at| first.wrapping_add((at as u8).wrapping_mul(37))))
    }

    macro_rules! tests_of {
        ($name:ident, $lanes:ty) => {
            mod $name {
                use super::*;
                type Lanes = $lanes;

                #[test]
                fn bytes_come_back() {
                    for bytes in samples() {
                        assert_eq!(Lanes::new(bytes).bytes(), bytes);
                    }
                }

                #[test]
                fn a_pad_is_added_to_each_byte() {
                    for bytes in samples() {
                        let padded = Lanes::new(bytes).xor(Lanes::all(0x5c)).bytes();
                        assert_eq!(padded, bytes.map(|byte| byte ^ 0x5c));
                    }
                }

                #[test]
                fn the_bits_tell_which_bytes_are_within() {
                    for (low, high) in [
                        (b'!', b'~'),
                        (b'0', b'9'),
                        (b'_', b'_'),
                        (0, 127),
                        (b'a', b'z'),
                    ] {
                        for bytes in samples() {
                            let bits = Lanes::new(bytes).within(low, high).bits();
                            for (at, byte) in bytes.iter().enumerate() {
                                assert_eq!(
                                    bits >> at & 1 == 1,
                                    (low..=high).contains(byte),
                                    "{byte}"
                                );
                            }
                        }
                    }
                }

                #[test]
                fn either_class_counts() {
                    let lanes = Lanes::new(*b"09azAZ /:`{@[\x80\xff\0");
                    let digits = lanes.within(b'0', b'9');
                    let letters = lanes.lower_case().within(b'a', b'z');
                    assert_eq!(digits.or(letters).bits(), 0b11_1111);
                }

                #[test]
                fn words_are_big_endian() {
                    let lanes =
                        Lanes::big_endian([0x0102_0304, 0x0506_0708, 0x090a_0b0c, 0x0d0e_0f80]);
                    assert_eq!(
                        lanes.bytes(),
                        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 128]
                    );
                }

                #[test]
                fn digits_are_those_of_hex() {
                    for bytes in samples() {
                        let digits = Lanes::new(bytes).hex().map(Lanes::bytes);
                        assert_eq!(digits.as_flattened(), hex::encode_upper(bytes).as_bytes());
                    }
                }
            }
        };
    }

    #[cfg(target_feature = "sse2")]
    tests_of!(in_a_vector, super::super::sse2::Lanes);
    tests_of!(in_words, words::Lanes);
}
