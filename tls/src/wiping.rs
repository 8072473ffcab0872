//! An allocator that frees nothing before it is wiped.

use core::alloc::{GlobalAlloc, Layout};

/// Overwrites every block with zeros before it goes back to the allocator `A`.
///
/// The C library uses it for all of its heap. A Rust program may make it its global allocator:
///
/// ```ignore
/// #[global_allocator]
/// static ALLOCATOR: linkauth_tls::WipingAllocator<std::alloc::System> =
///     linkauth_tls::WipingAllocator(std::alloc::System);
/// ```
pub struct WipingAllocator<A>(
    /// Where the memory comes from.
    pub A,
);

/// The heap of the C library.
#[cfg(feature = "artifact")]
#[global_allocator]
static ALLOCATOR: WipingAllocator<std::alloc::System> = WipingAllocator(std::alloc::System);

// SAFETY: every block comes from `A` and goes back to it with the layout it was made with, so `A`'s
// own guarantees carry over. Nothing here unwinds or allocates.
unsafe impl<A: GlobalAlloc> GlobalAlloc for WipingAllocator<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `alloc`, which is `A`'s.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `alloc_zeroed`, which is `A`'s.
        unsafe { self.0.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller hands over a live block of this layout that nobody uses any more.
        unsafe {
            wipe(block, layout.size());
            self.0.dealloc(block, layout);
        }
    }

    // Never `A`'s realloc: it could move the block and leave the old one as it was.
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller guarantees that `new_size`, rounded up to the alignment, does not
        // overflow `isize`, and that `block` is live with this layout. The new block is another
        // one, and both are at least as long as what is copied.
        unsafe {
            let new_layout = Layout::from_size_align_unchecked(new_size, layout.align());
            let new_block = self.0.alloc(new_layout);
            if !new_block.is_null() {
                core::ptr::copy_nonoverlapping(block, new_block, layout.size().min(new_size));
                self.dealloc(block, layout);
            }
            new_block
        }
    }
}

/// Out of line, so that the test of what a process is left with can show what comes without it.
///
/// # Safety
/// `block` must be valid for writes of `size` bytes.
#[inline(never)]
unsafe fn wipe(block: *mut u8, size: usize) {
    // SAFETY: by the contract above; after the first line the bytes are initialised, so a shared
    // slice of them may be formed.
    unsafe {
        core::ptr::write_bytes(block, 0, size);
        // The compiler must take it that somebody reads the zeros: it would drop the writes
        // before the block is freed.
        zeroize::optimization_barrier(core::slice::from_raw_parts(block, size));
    }
}
