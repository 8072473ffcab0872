//! What a no_std archive must define. No code of linkauth reaches it: the test of the library's
//! symbols would see it.

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
