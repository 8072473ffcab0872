//! Another Rust library in the same image: it formats, sorts, divides and may panic, and so brings a
//! good part of core, compiler_builtins and a panic handler of its own.

#![no_std]

use core::fmt::Write;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

struct Text<'t> {
    bytes: &'t mut [u8],
    used: usize,
}

impl Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        let end = self.used + text.len();
        self.bytes[self.used..end].copy_from_slice(text.as_bytes());
        self.used = end;
        Ok(())
    }
}

/// Writes the numbers in order, then the quotient of largest and smallest; returns the length.
///
/// # Safety
/// `numbers` are `count` numbers, `text` is writable for `capacity` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beside_describe(
    numbers: *mut u64,
    count: usize,
    text: *mut u8,
    capacity: usize,
) -> usize {
    // SAFETY: the contract is the caller's.
    let (numbers, bytes) = unsafe {
        (
            core::slice::from_raw_parts_mut(numbers, count),
            core::slice::from_raw_parts_mut(text, capacity),
        )
    };
    numbers.sort_unstable();
    let mut text = Text { bytes, used: 0 };
    let ratio = numbers[count - 1] / numbers[0];
    write!(text, "{numbers:?} {ratio}").map_or(0, |()| text.used)
}
