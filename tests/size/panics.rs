//! The control of scripts/size.sh: code that can panic, in which the check must find it.

#![no_std]
#![crate_type = "staticlib"]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

static mut COUNT: u32 = 1;

#[unsafe(no_mangle)]
pub extern "C" fn panics(bytes: &[u8; 4], at: usize) -> u8 {
    unsafe { COUNT += 1 };
    bytes[at]
}
