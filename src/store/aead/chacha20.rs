//! The stream of ChaCha20 (RFC 8439, section 2.4) in a loop over its rows: at most 192 bytes are
//! encrypted, and what is made for speed is three times the code. `chacha20poly1305` is the oracle of the
//! tests.

pub(super) const KEY_SIZE: usize = 32;
pub(super) const NONCE_SIZE: usize = 12;
const WORDS: usize = 16;

/// Encrypts or decrypts with the stream from block `number` on.
#[inline(never)]
pub(super) fn apply_stream(
    key: &[u8; KEY_SIZE],
    nonce: &[u8; NONCE_SIZE],
    number: u32,
    text: &mut [u8],
) {
    let mut start = [0; WORDS];
    let (constants, rest) = start.split_at_mut(4);
    read(b"expand 32-byte k", constants);
    let (of_key, rest) = rest.split_at_mut(8);
    read(key, of_key);
    let (of_number, of_nonce) = rest.split_at_mut(1);
    of_number.fill(number);
    read(nonce, of_nonce);
    for piece in text.chunks_mut(4 * WORDS) {
        let mut words = start;
        for _ in 0..10 {
            for places in &PLACES {
                quarter_round(&mut words, places);
            }
        }
        for (word, start) in words.iter_mut().zip(&start) {
            *word = word.wrapping_add(*start);
        }
        for (at, byte) in piece.iter_mut().enumerate() {
            let word = words.get(at >> 2 & 15).copied().unwrap_or_default();
            *byte ^= word.rotate_right((at as u32) << 3) as u8;
        }
        let [_, _, _, _, _, _, _, _, _, _, _, _, number, ..] = &mut start;
        *number = number.wrapping_add(1);
    }
}

fn read(bytes: &[u8], words: &mut [u32]) {
    for (word, bytes) in words.iter_mut().zip(bytes.as_chunks::<4>().0) {
        *word = u32::from_le_bytes(*bytes);
    }
}

/// Four columns, then four diagonals.
const PLACES: [[u8; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];

fn quarter_round(words: &mut [u32; 16], places: &[u8; 4]) {
    let mut taken = [0; 4];
    for (word, place) in taken.iter_mut().zip(places) {
        *word = words
            .get(usize::from(place & 15))
            .copied()
            .unwrap_or_default();
    }
    let [a, b, c, d] = &mut taken;
    for [to_d, to_b] in [[16, 12], [8, 7]] {
        *a = a.wrapping_add(*b);
        *d = (*d ^ *a).rotate_left(to_d);
        *c = c.wrapping_add(*d);
        *b = (*b ^ *c).rotate_left(to_b);
    }
    for (word, place) in taken.iter().zip(places) {
        if let Some(slot) = words.get_mut(usize::from(place & 15)) {
            *slot = *word;
        }
    }
}
