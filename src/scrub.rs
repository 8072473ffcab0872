//! The scrubbed scope: what a secret leaves in registers and on the stack is cleared before the
//! scope returns.
//!
//! The order matters. Registers are cleared before the stack is burned, since a signal that lands
//! during the burn saves them below the burned part; and again after it. What the worker holds
//! in its own variables it wipes itself; the burn reaches what the compiler spilled.

#![allow(unsafe_code)]

use core::mem::MaybeUninit;
use core::sync::atomic::{Ordering, compiler_fence};

/// Bytes of stack that are burned, and so the stack need of every call that touches a secret.
/// At least twice the depth measured of the deepest worker.
#[cfg(not(target_os = "none"))]
const BURN: usize = 8192;
#[cfg(target_os = "none")]
const BURN: usize = 1024;

/// What surrounds a scrubbed scope, so that nothing saves its registers elsewhere while it runs:
/// signals blocked on Linux, a critical section on a microcontroller.
pub trait Quiet: Copy {
    /// What `leave` needs to bring back.
    type Before;

    /// From here on nothing disturbs.
    fn enter(self) -> Self::Before;

    /// As it was before `enter`.
    fn leave(self, before: Self::Before);
}

/// Nothing surrounds the scope: an interrupt or signal may save registers that hold a secret.
#[derive(Clone, Copy)]
pub struct Unguarded;

impl Quiet for Unguarded {
    type Before = ();

    fn enter(self) {}

    fn leave(self, (): ()) {}
}

/// Runs `worker`, then clears the registers and burns the stack that it used.
///
/// The value returned must not be secret.
pub(crate) fn scrubbed<R>(quiet: impl Quiet, worker: impl FnOnce() -> R) -> R {
    let before = quiet.enter();
    let result = below(worker);
    burn();
    quiet.leave(before);
    result
}

/// Not inlined, so that the worker's frame lies in the part of the stack that `burn` reaches.
#[inline(never)]
fn below<R>(worker: impl FnOnce() -> R) -> R {
    let result = worker();
    clear_registers();
    result
}

/// Overwrites the stack below its caller, then clears the registers again.
#[inline(never)]
fn burn() {
    let mut area = [MaybeUninit::<usize>::uninit(); BURN / size_of::<usize>()];
    for word in &mut area {
        // SAFETY: the pointer comes from a reference to a live, aligned word.
        unsafe { core::ptr::write_volatile(word, MaybeUninit::new(0)) };
    }
    compiler_fence(Ordering::SeqCst);
    clear_registers();
}

/// Clears the registers that a callee may leave anything in.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline(never)]
fn clear_registers() {
    // SAFETY: writes registers only, and names each one it writes.
    unsafe {
        core::arch::asm!(
            "xor eax, eax", "xor ecx, ecx", "xor edx, edx", "xor esi, esi", "xor edi, edi",
            "xor r8d, r8d", "xor r9d, r9d", "xor r10d, r10d", "xor r11d, r11d",
            "xorps xmm0, xmm0", "xorps xmm1, xmm1", "xorps xmm2, xmm2", "xorps xmm3, xmm3",
            "xorps xmm4, xmm4", "xorps xmm5, xmm5", "xorps xmm6, xmm6", "xorps xmm7, xmm7",
            "xorps xmm8, xmm8", "xorps xmm9, xmm9", "xorps xmm10, xmm10", "xorps xmm11, xmm11",
            "xorps xmm12, xmm12", "xorps xmm13, xmm13", "xorps xmm14, xmm14", "xorps xmm15, xmm15",
            out("rax") _, out("rcx") _, out("rdx") _, out("rsi") _, out("rdi") _,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _,
            out("xmm0") _, out("xmm1") _, out("xmm2") _, out("xmm3") _,
            out("xmm4") _, out("xmm5") _, out("xmm6") _, out("xmm7") _,
            out("xmm8") _, out("xmm9") _, out("xmm10") _, out("xmm11") _,
            out("xmm12") _, out("xmm13") _, out("xmm14") _, out("xmm15") _,
            options(nostack, nomem),
        );
    }
}

/// Clears the registers that a callee may leave anything in.
#[cfg(all(target_arch = "aarch64", not(miri)))]
#[inline(never)]
fn clear_registers() {
    // SAFETY: writes registers only, and names each one it writes.
    unsafe {
        core::arch::asm!(
            "mov x0, xzr", "mov x1, xzr", "mov x2, xzr", "mov x3, xzr", "mov x4, xzr",
            "mov x5, xzr", "mov x6, xzr", "mov x7, xzr", "mov x8, xzr", "mov x9, xzr",
            "mov x10, xzr", "mov x11, xzr", "mov x12, xzr", "mov x13, xzr", "mov x14, xzr",
            "mov x15, xzr", "mov x16, xzr", "mov x17, xzr",
            "movi v0.2d, #0", "movi v1.2d, #0", "movi v2.2d, #0", "movi v3.2d, #0",
            "movi v4.2d, #0", "movi v5.2d, #0", "movi v6.2d, #0", "movi v7.2d, #0",
            "movi v16.2d, #0", "movi v17.2d, #0", "movi v18.2d, #0", "movi v19.2d, #0",
            "movi v20.2d, #0", "movi v21.2d, #0", "movi v22.2d, #0", "movi v23.2d, #0",
            "movi v24.2d, #0", "movi v25.2d, #0", "movi v26.2d, #0", "movi v27.2d, #0",
            "movi v28.2d, #0", "movi v29.2d, #0", "movi v30.2d, #0", "movi v31.2d, #0",
            out("x0") _, out("x1") _, out("x2") _, out("x3") _, out("x4") _, out("x5") _,
            out("x6") _, out("x7") _, out("x8") _, out("x9") _, out("x10") _, out("x11") _,
            out("x12") _, out("x13") _, out("x14") _, out("x15") _, out("x16") _, out("x17") _,
            out("v0") _, out("v1") _, out("v2") _, out("v3") _, out("v4") _, out("v5") _,
            out("v6") _, out("v7") _, out("v16") _, out("v17") _, out("v18") _, out("v19") _,
            out("v20") _, out("v21") _, out("v22") _, out("v23") _, out("v24") _, out("v25") _,
            out("v26") _, out("v27") _, out("v28") _, out("v29") _, out("v30") _, out("v31") _,
            options(nostack, nomem),
        );
    }
}

/// Clears the registers that a callee may leave anything in. SHA-2 in Thumb code uses no
/// floating-point register.
#[cfg(all(target_arch = "arm", not(miri)))]
#[inline(never)]
fn clear_registers() {
    // SAFETY: writes registers only, and names each one it writes.
    unsafe {
        core::arch::asm!(
            "movs r0, #0", "mov r1, r0", "mov r2, r0", "mov r3, r0", "mov r12, r0",
            out("r0") _, out("r1") _, out("r2") _, out("r3") _, out("r12") _,
            options(nostack, nomem),
        );
    }
}

/// Clears the registers that a callee may leave anything in.
#[cfg(all(any(target_arch = "riscv32", target_arch = "riscv64"), not(miri)))]
#[inline(never)]
fn clear_registers() {
    // SAFETY: writes registers only, and names each one it writes.
    unsafe {
        core::arch::asm!(
            "li a0, 0", "li a1, 0", "li a2, 0", "li a3, 0", "li a4, 0", "li a5, 0", "li a6, 0",
            "li a7, 0", "li t0, 0", "li t1, 0", "li t2, 0", "li t3, 0", "li t4, 0", "li t5, 0",
            "li t6, 0",
            out("a0") _, out("a1") _, out("a2") _, out("a3") _, out("a4") _, out("a5") _,
            out("a6") _, out("a7") _, out("t0") _, out("t1") _, out("t2") _, out("t3") _,
            out("t4") _, out("t5") _, out("t6") _,
            options(nostack, nomem),
        );
    }
}

#[cfg(miri)]
fn clear_registers() {}

#[cfg(not(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "arm",
    target_arch = "riscv32",
    target_arch = "riscv64",
    miri
)))]
compile_error!("linkauth has no code to clear the registers of this target");
