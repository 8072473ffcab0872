//! Every block is zero when it is freed: a spy under the wiping layer looks at each.

#![cfg(not(feature = "artifact"))] // The artifact brings a global allocator of its own.
#![allow(missing_docs)]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use common::{Authority, Client, OK, serve};
use linkauth_tls::WipingAllocator;
use rustls::version::{TLS12, TLS13};

/// Nine bytes that nothing else in the process has, under the name of a DeviceSecret.
const SECRET: &[u8] = b"\x91qZ\xe3Wk\xf8Tn";

/// The system's allocator, and counts of what is freed.
struct Spy;

static WATCHING: AtomicBool = AtomicBool::new(false);
static FREED: AtomicUsize = AtomicUsize::new(0);
static NOT_ZERO: AtomicUsize = AtomicUsize::new(0);
static WITH_SECRET: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all memory is the system allocator's; a block is looked at while it is still live.
unsafe impl GlobalAlloc for Spy {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract is the same.
        // All bytes are set, so that the spy may read those that nobody wrote.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: `block` is live, and was zeroed when it was made.
        unsafe {
            if WATCHING.load(Ordering::SeqCst) {
                let bytes = std::slice::from_raw_parts(block, layout.size());
                FREED.fetch_add(1, Ordering::SeqCst);
                if bytes.iter().any(|byte| *byte != 0) {
                    NOT_ZERO.fetch_add(1, Ordering::SeqCst);
                }
                if bytes.windows(SECRET.len()).any(|window| window == SECRET) {
                    WITH_SECRET.fetch_add(1, Ordering::SeqCst);
                }
            }
            System.dealloc(block, layout);
        }
    }
}

/// The layer under test, or nothing in its place: the control.
struct Switch;

static WIPING: AtomicBool = AtomicBool::new(true);
static WIPER: WipingAllocator<Spy> = WipingAllocator(Spy);

// SAFETY: both ways end in the spy, with the same layouts.
unsafe impl GlobalAlloc for Switch {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract is the same.
        unsafe { WIPER.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's contract is the same.
        unsafe {
            if WIPING.load(Ordering::SeqCst) {
                WIPER.dealloc(block, layout);
            } else {
                Spy.dealloc(block, layout);
            }
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller's contract is the same.
        unsafe {
            if WIPING.load(Ordering::SeqCst) {
                WIPER.realloc(block, layout, new_size)
            } else {
                Spy.realloc(block, layout, new_size)
            }
        }
    }
}

#[global_allocator]
static ALLOCATOR: Switch = Switch;

struct Counts {
    freed: usize,
    not_zero: usize,
    with_secret: usize,
}

/// Receives the secret and sends it back, and frees everything.
fn exchange(wiping: bool) -> Counts {
    WIPING.store(wiping, Ordering::SeqCst);
    for count in [&FREED, &NOT_ZERO, &WITH_SECRET] {
        count.store(0, Ordering::SeqCst);
    }
    WATCHING.store(true, Ordering::SeqCst);
    for version in [&TLS12, &TLS13] {
        let authority = Authority::new();
        let leaf = authority.leaf(&["device.example"]);
        let (address, server) = serve(&leaf, version, |mut served| {
            served.write_all(SECRET).unwrap();
            served.flush().unwrap();
            let mut data = [0; SECRET.len()];
            served.read_exact(&mut data).unwrap();
            assert_eq!(data, SECRET);
        });
        let client = Client::new(&authority.pem());
        assert_eq!(client.open("device.example", address.port(), 5_000), OK);
        let mut data = [0; SECRET.len()];
        client.read_exact(&mut data);
        assert_eq!(data, SECRET);
        client.write_all(&data);
        client.close();
        server.join().unwrap();
    }
    WATCHING.store(false, Ordering::SeqCst);
    Counts {
        freed: FREED.load(Ordering::SeqCst),
        not_zero: NOT_ZERO.load(Ordering::SeqCst),
        with_secret: WITH_SECRET.load(Ordering::SeqCst),
    }
}

#[test]
fn freed_blocks_are_zero() {
    let wiped = exchange(true);
    assert!(wiped.freed > 500, "the spy saw {} blocks", wiped.freed);
    assert_eq!(wiped.not_zero, 0);
    assert_eq!(wiped.with_secret, 0);

    // The control: without the layer the spy finds both.
    let bare = exchange(false);
    assert!(bare.not_zero > 100);
    assert!(bare.with_secret > 0);

    realloc_keeps_the_content_and_wipes_the_old_block();
}

/// Part of the one test, because the counts are the process's.
fn realloc_keeps_the_content_and_wipes_the_old_block() {
    WIPING.store(true, Ordering::SeqCst);
    WATCHING.store(true, Ordering::SeqCst);
    NOT_ZERO.store(0, Ordering::SeqCst);
    let before = FREED.load(Ordering::SeqCst);
    let mut block = SECRET.to_vec();
    for _ in 0..1000 {
        block.extend_from_slice(SECRET);
    }
    block.truncate(2 * SECRET.len());
    block.shrink_to_fit();
    assert_eq!(block, [SECRET, SECRET].concat());
    drop(block);
    WATCHING.store(false, Ordering::SeqCst);
    assert!(FREED.load(Ordering::SeqCst) - before > 5);
    assert_eq!(NOT_ZERO.load(Ordering::SeqCst), 0);
}
