//! What the CONNECT of a sign-in must carry, with the default of everything, for hosts that sign in
//! many devices. A part of `linkauth`, apart from it so that it can be compiled for speed where all
//! else is compiled for size. Nothing here is promised to anybody else.
//!
//! Texts are copied in pieces of fixed size, of which the next one overwrites what is too much: that
//! takes a few instructions where a copy of exact size is a call. It allocates nothing and wipes nothing: it is
//! called within a scrubbed scope. Its tests are those of `linkauth`, which compare it with what firmware does.

#![no_std]
#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod class;
mod hash;
mod lanes;
mod secret;

use hash::{BLOCK, Hmac};
use lanes::Lanes;

/// Bytes that the longest texts have.
const PRODUCT_KEY: usize = 20;
const DEVICE_NAME: usize = 32;
const SECRET: usize = 64;
const _: () = assert!(SECRET <= BLOCK);
/// Of the piece that holds any ProductKey: a whole room would not fit everywhere.
const PRODUCT_KEY_PIECE: usize = 24;
/// For a name, a multiple of the lanes.
const ROOM: usize = 32;

/// Writes what the CONNECT of a device must carry. False, and nothing is written, if a text is not what it must
/// be; what is wrong with it, linkauth finds out.
#[inline(never)]
pub fn connect(
    [product_key, device_name]: &[&[u8]; 2],
    secret: &[u8],
    client_id: &mut [u8; 160],
    username: &mut [u8; 64],
    password: &mut [u8; 72],
) -> bool {
    let lengths = [product_key.len(), device_name.len(), secret.len()];
    if !matches!(lengths, [1..=PRODUCT_KEY, 4..=DEVICE_NAME, 1..=SECRET]) {
        return false;
    }
    let mut room = [0; SECRET];
    let secret = Text::new(secret, &mut room);
    let (mut first, mut second) = ([0; ROOM], [0; ROOM]);
    let names = Names {
        product_key: Text::new(product_key, &mut first),
        device_name: Text::new(device_name, &mut second),
    };
    if !secret::is_zero(names.strangers() | secret.strangers(class::graphic)) {
        return false;
    }
    let mut hmac = Hmac::new();
    let length = names.put_message(hmac.message());
    let code = hmac.finish(secret.bytes, length);
    names.put_client_id(client_id);
    names.put_username(username);
    *password = [0; 72];
    let digits = code.map(Lanes::hex);
    for (to, digits) in password
        .as_chunks_mut()
        .0
        .iter_mut()
        .zip(digits.as_flattened())
    {
        *to = digits.bytes();
    }
    true
}

/// A text followed by zeros.
struct Text<'r, const N: usize> {
    bytes: &'r [u8; N],
    length: usize,
}

impl<'r, const N: usize> Text<'r, N> {
    /// The text is no longer than `room`, which holds zeros.
    #[inline(always)]
    fn new(text: &[u8], room: &'r mut [u8; N]) -> Text<'r, N> {
        for (to, from) in room.iter_mut().zip(text) {
            *to = *from;
        }
        Text {
            bytes: room,
            length: text.len(),
        }
    }

    #[inline(always)]
    fn strangers(&self, class: impl Fn(Lanes) -> Lanes) -> u64 {
        class::strangers(self.bytes, self.length, class)
    }
}

/// Of one device.
struct Names<'r> {
    product_key: Text<'r, ROOM>,
    device_name: Text<'r, ROOM>,
}

impl Names<'_> {
    #[inline(always)]
    fn strangers(&self) -> u64 {
        self.product_key.strangers(class::alphanumeric)
            | self.device_name.strangers(class::of_device_name)
    }

    /// What is signed. Returns its length.
    #[inline(always)]
    fn put_message(&self, message: &mut [u8]) -> usize {
        let mut out = Pieces::new(message);
        out.put(b"clientId\0\0\0\0\0\0\0\0", 8);
        self.put_product_key(&mut out);
        out.put(b".\0\0\0\0\0\0\0", 1);
        self.put_device_name(&mut out);
        out.put(b"deviceName\0\0\0\0\0\0", 10);
        self.put_device_name(&mut out);
        out.put(b"productKey\0\0\0\0\0\0", 10);
        self.put_product_key(&mut out);
        out.put(b"timestamp2524608000000\0\0\0\0\0\0\0\0\0\0", 22);
        out.length
    }

    #[inline(always)]
    fn put_client_id(&self, client_id: &mut [u8; 160]) {
        // The pieces reach further than to here.
        if let Some(rest) = client_id.last_chunk_mut::<96>() {
            *rest = [0; 96];
        }
        let mut out = Pieces::new(client_id);
        self.put_product_key(&mut out);
        out.put(b".\0\0\0\0\0\0\0", 1);
        self.put_device_name(&mut out);
        out.put(
            b"|timestamp=2524608000000,securemode=2,signmethod=hmacsha256|\0\0\0\0",
            60,
        );
    }

    #[inline(always)]
    fn put_username(&self, username: &mut [u8; 64]) {
        *username = [0; 64];
        let mut out = Pieces::new(username);
        self.put_device_name(&mut out);
        out.put(b"&\0\0\0\0\0\0\0", 1);
        self.put_product_key(&mut out);
    }

    #[inline(always)]
    fn put_product_key(&self, out: &mut Pieces<'_>) {
        if let Some(piece) = self.product_key.bytes.first_chunk::<PRODUCT_KEY_PIECE>() {
            out.put(piece, self.product_key.length);
        }
    }

    #[inline(always)]
    fn put_device_name(&self, out: &mut Pieces<'_>) {
        out.put(self.device_name.bytes, self.device_name.length);
    }
}

/// Appends pieces of `N` bytes, of which `length` count.
struct Pieces<'b> {
    buffer: &'b mut [u8],
    length: usize,
}

impl<'b> Pieces<'b> {
    #[inline(always)]
    fn new(buffer: &'b mut [u8]) -> Pieces<'b> {
        Pieces { buffer, length: 0 }
    }

    /// What has no room is left out: the buffers have room for the longest.
    #[inline(always)]
    fn put<const N: usize>(&mut self, piece: &[u8; N], length: usize) {
        if let Some(to) = self
            .buffer
            .get_mut(self.length..)
            .and_then(<[u8]>::first_chunk_mut)
        {
            *to = *piece;
        }
        self.length = self.length.wrapping_add(length);
    }
}
