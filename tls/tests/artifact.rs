//! The artifact's own allocator is in force: memory that was freed is read back and holds nothing.

#![cfg(feature = "artifact")]
#![allow(missing_docs)]

use std::fs::File;
use std::os::unix::fs::FileExt;

/// Reads this process's memory without a pointer: the block is not Rust's any more.
fn read_memory(address: usize, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    File::open("/proc/self/mem")
        .unwrap()
        .read_exact_at(&mut bytes, address as u64)
        .unwrap();
    bytes
}

fn count(bytes: &[u8], byte: u8) -> usize {
    bytes.iter().filter(|other| **other == byte).count()
}

#[test]
fn freed_memory_is_wiped() {
    // Small enough that the system keeps it mapped, and followed by a block that stays, so that
    // it is not given back.
    const LEN: usize = 3000;
    let block = vec![0xa5_u8; LEN];
    let address = block.as_ptr() as usize;
    let guard = vec![1_u8; LEN];
    assert_eq!(count(&read_memory(address, LEN), 0xa5), LEN);
    drop(block);
    // The allocator may write its links there; the reader's own buffer lies elsewhere or is zero.
    assert!(count(&read_memory(address, LEN), 0xa5) < 16);
    drop(guard);
}
