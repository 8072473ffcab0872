//! Clearing the registers that a callee may leave anything in, one function for each architecture.
//!
//! Registers that a callee must preserve hold the caller's values again when a worker returns.
//! A target that has no function here does not compile.

#[cfg(all(target_arch = "x86_64", not(miri)))]
pub(super) use x86_64::clear;

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod x86_64 {
    use core::arch::asm;
    use core::arch::x86_64::__cpuid;
    use core::sync::atomic::{AtomicU8, Ordering};

    /// Which registers the system saves, as the processor states it in XCR0: it has those, and the
    /// C library's memcpy uses them, whatever this library was compiled for.
    const X87: u8 = 0x01;
    const AVX: u8 = 0x06;
    const AVX512: u8 = 0xe0 | AVX;

    #[inline(never)]
    pub(in super::super) fn clear() {
        let saved = saved_registers();
        if saved & AVX512 == AVX512 {
            clear_upper_vectors();
        }
        if saved & AVX == AVX {
            // SAFETY: the processor has AVX; writes the vector registers only.
            unsafe {
                asm!(
                    "vzeroall",
                    out("xmm0") _, out("xmm1") _, out("xmm2") _, out("xmm3") _,
                    out("xmm4") _, out("xmm5") _, out("xmm6") _, out("xmm7") _,
                    out("xmm8") _, out("xmm9") _, out("xmm10") _, out("xmm11") _,
                    out("xmm12") _, out("xmm13") _, out("xmm14") _, out("xmm15") _,
                    options(nostack, nomem, preserves_flags),
                );
            }
        } else {
            clear_vectors();
        }
        // SAFETY: writes registers only, and names each one it writes.
        unsafe {
            asm!(
                "xor eax, eax", "xor ecx, ecx", "xor edx, edx", "xor esi, esi", "xor edi, edi",
                "xor r8d, r8d", "xor r9d, r9d", "xor r10d, r10d", "xor r11d, r11d",
                out("rax") _, out("rcx") _, out("rdx") _, out("rsi") _, out("rdi") _,
                out("r8") _, out("r9") _, out("r10") _, out("r11") _,
                options(nostack, nomem),
            );
        }
    }

    /// Asked once: in a virtual machine the question is expensive.
    fn saved_registers() -> u8 {
        static SAVED: AtomicU8 = AtomicU8::new(0);
        const HAS_XCR0: u32 = 1 << 27;
        let known = SAVED.load(Ordering::Relaxed);
        if known != 0 {
            return known;
        }
        let mut saved = u32::from(X87);
        // SAFETY: every x86-64 has CPUID. Newer compilers know.
        #[allow(unused_unsafe)]
        let features = unsafe { __cpuid(1) };
        if features.ecx & HAS_XCR0 != 0 {
            // SAFETY: the system lets XCR0 be read; writes the registers it names.
            unsafe {
                asm!("xgetbv", in("ecx") 0, lateout("eax") saved, lateout("edx") _,
                    options(nostack, nomem, preserves_flags));
            }
        }
        SAVED.store(saved as u8, Ordering::Relaxed);
        saved as u8
    }

    /// The registers that AVX-512 adds. Only for processors that have it.
    fn clear_upper_vectors() {
        // SAFETY: the processor has AVX-512. A compiler that does not know it uses none of these
        // registers; one that does keeps nothing in them across a call that is not inlined.
        unsafe {
            asm!(
                ".irp n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31",
                "vpxord zmm\\n, zmm\\n, zmm\\n",
                ".endr",
                ".irp n, 0, 1, 2, 3, 4, 5, 6, 7",
                "kxorw k\\n, k\\n, k\\n",
                ".endr",
                options(nostack, nomem, preserves_flags),
            );
        }
    }

    fn clear_vectors() {
        // SAFETY: writes registers only, and names each one it writes.
        unsafe {
            asm!(
                ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15",
                "xorps xmm\\n, xmm\\n",
                ".endr",
                out("xmm0") _, out("xmm1") _, out("xmm2") _, out("xmm3") _,
                out("xmm4") _, out("xmm5") _, out("xmm6") _, out("xmm7") _,
                out("xmm8") _, out("xmm9") _, out("xmm10") _, out("xmm11") _,
                out("xmm12") _, out("xmm13") _, out("xmm14") _, out("xmm15") _,
                options(nostack, nomem, preserves_flags),
            );
        }
    }
}

/// The lower halves of v8 to v15 are the caller's: the compiler saves them, and bringing them back
/// zeroes the upper halves.
#[cfg(all(target_arch = "aarch64", not(miri)))]
#[inline(never)]
pub(super) fn clear() {
    #[cfg(not(target_abi = "softfloat"))]
    // SAFETY: writes registers only, and names each one it writes.
    unsafe {
        core::arch::asm!(
            ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15",
            "movi v\\n\\().2d, #0",
            ".endr",
            ".irp n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31",
            "movi v\\n\\().2d, #0",
            ".endr",
            out("v0") _, out("v1") _, out("v2") _, out("v3") _, out("v4") _, out("v5") _,
            out("v6") _, out("v7") _, out("v8") _, out("v9") _, out("v10") _, out("v11") _,
            out("v12") _, out("v13") _, out("v14") _, out("v15") _, out("v16") _, out("v17") _,
            out("v18") _, out("v19") _, out("v20") _, out("v21") _, out("v22") _, out("v23") _,
            out("v24") _, out("v25") _, out("v26") _, out("v27") _, out("v28") _, out("v29") _,
            out("v30") _, out("v31") _,
            options(nostack, nomem, preserves_flags),
        );
    }
    // SAFETY: writes registers only, and names each one it writes.
    unsafe {
        core::arch::asm!(
            "mov x0, xzr", "mov x1, xzr", "mov x2, xzr", "mov x3, xzr", "mov x4, xzr",
            "mov x5, xzr", "mov x6, xzr", "mov x7, xzr", "mov x8, xzr", "mov x9, xzr",
            "mov x10, xzr", "mov x11, xzr", "mov x12, xzr", "mov x13, xzr", "mov x14, xzr",
            "mov x15, xzr", "mov x16, xzr", "mov x17, xzr",
            out("x0") _, out("x1") _, out("x2") _, out("x3") _, out("x4") _,
            out("x5") _, out("x6") _, out("x7") _, out("x8") _, out("x9") _,
            out("x10") _, out("x11") _, out("x12") _, out("x13") _, out("x14") _,
            out("x15") _, out("x16") _, out("x17") _,
            options(nostack, nomem, preserves_flags),
        );
    }
}

/// Armv6-M to Armv8-M, and Arm Linux. Rust's targets for Armv7 Linux are compiled without the
/// registers d16 to d31, and the C library's memcpy does not use them.
#[cfg(all(target_arch = "arm", not(miri)))]
#[inline(never)]
pub(super) fn clear() {
    #[cfg(target_abi = "eabihf")]
    // SAFETY: the hard-float ABI says that these registers are there; names each one it writes.
    unsafe {
        core::arch::asm!(
            ".irp n, 0, 1, 2, 3, 4, 5, 6, 7",
            "vmov d\\n, {zero}, {zero}",
            ".endr",
            zero = in(reg) 0,
            out("s0") _, out("s1") _, out("s2") _, out("s3") _, out("s4") _, out("s5") _,
            out("s6") _, out("s7") _, out("s8") _, out("s9") _, out("s10") _, out("s11") _,
            out("s12") _, out("s13") _, out("s14") _, out("s15") _,
            options(nostack, nomem, preserves_flags),
        );
    }
    // SAFETY: writes registers only, and names each one it writes.
    unsafe {
        core::arch::asm!(
            "movs r0, #0", "mov r1, r0", "mov r2, r0", "mov r3, r0", "mov r12, r0",
            out("r0") _, out("r1") _, out("r2") _, out("r3") _, out("r12") _,
            options(nostack, nomem),
        );
    }
}

#[cfg(all(any(target_arch = "riscv32", target_arch = "riscv64"), not(miri)))]
#[inline(never)]
pub(super) fn clear() {
    // Every 64-bit Linux has D. Bare-metal code of this library uses no floating-point register,
    // and stable Rust does not say whether the target has any.
    #[cfg(all(target_arch = "riscv64", target_os = "linux"))]
    // SAFETY: writes registers only, and names each one it writes.
    unsafe {
        core::arch::asm!(
            "fmv.d.x ft0, zero", "fmv.d.x ft1, zero", "fmv.d.x ft2, zero", "fmv.d.x ft3, zero",
            "fmv.d.x ft4, zero", "fmv.d.x ft5, zero", "fmv.d.x ft6, zero", "fmv.d.x ft7, zero",
            "fmv.d.x ft8, zero", "fmv.d.x ft9, zero", "fmv.d.x ft10, zero", "fmv.d.x ft11, zero",
            "fmv.d.x fa0, zero", "fmv.d.x fa1, zero", "fmv.d.x fa2, zero", "fmv.d.x fa3, zero",
            "fmv.d.x fa4, zero", "fmv.d.x fa5, zero", "fmv.d.x fa6, zero", "fmv.d.x fa7, zero",
            out("ft0") _, out("ft1") _, out("ft2") _, out("ft3") _, out("ft4") _, out("ft5") _,
            out("ft6") _, out("ft7") _, out("ft8") _, out("ft9") _, out("ft10") _, out("ft11") _,
            out("fa0") _, out("fa1") _, out("fa2") _, out("fa3") _, out("fa4") _, out("fa5") _,
            out("fa6") _, out("fa7") _,
            options(nostack, nomem, preserves_flags),
        );
    }
    // SAFETY: writes registers only, and names each one it writes.
    unsafe {
        core::arch::asm!(
            "li a0, 0", "li a1, 0", "li a2, 0", "li a3, 0", "li a4, 0", "li a5, 0", "li a6, 0",
            "li a7, 0", "li t0, 0", "li t1, 0", "li t2, 0", "li t3, 0", "li t4, 0", "li t5, 0",
            "li t6, 0",
            out("a0") _, out("a1") _, out("a2") _, out("a3") _, out("a4") _, out("a5") _,
            out("a6") _, out("a7") _, out("t0") _, out("t1") _, out("t2") _, out("t3") _,
            out("t4") _, out("t5") _, out("t6") _,
            options(nostack, nomem, preserves_flags),
        );
    }
}

/// Miri has no registers.
#[cfg(miri)]
pub(super) fn clear() {}

#[cfg(not(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "arm",
    target_arch = "riscv32",
    target_arch = "riscv64",
    miri
)))]
compile_error!("linkauth has no code to clear the registers of this target");
