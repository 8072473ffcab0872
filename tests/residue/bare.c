/*
 * linkauth as it is linked into firmware, called from assembler.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "library.h"

/* What a build leaves out is NULL. */
#pragma weak linkauth_aead_init
#pragma weak linkauth_aead_wipe
#pragma weak linkauth_file_store_open
#pragma weak linkauth_file_store_close
#pragma weak linkauth_lean_register
#pragma weak linkauth_lean_register_mqtt
#pragma weak linkauth_lean_sign_in
#pragma weak linkauth_flash_secret_store_init
#pragma weak linkauth_flash_secret_store_wipe

struct library library = {
#define TAKE(name) .linkauth_##name = linkauth_##name,
    LIBRARY_FUNCTIONS(TAKE)
#undef TAKE
};

linkauth_status library_file_store(linkauth_file_store *file_store, linkauth_store *store)
{
    (void)file_store, (void)store;
    return LINKAUTH_ERROR_STORE_MISSING;
}

/* The debugger stops at `call_returned`, before anything has run since the call. */
#if defined(__arm__)
#define INVOKE(name, after)                                                                        \
    __asm__(".syntax unified\n.thumb\n.globl " #name "\n.type " #name ", %function\n"              \
            ".thumb_func\n" #name ":\n"                                                            \
            "push {r4, lr}\n"                                                                      \
            "sub sp, #16\n"                                                                        \
            "mov r4, r0\n"                                                                         \
            "ldr r0, [r4, #20]\n"                                                                  \
            "str r0, [sp]\n"                                                                       \
            "ldr r0, [r4, #24]\n"                                                                  \
            "str r0, [sp, #4]\n"                                                                   \
            "ldr r0, [r4, #28]\n"                                                                  \
            "str r0, [sp, #8]\n"                                                                   \
            "ldr r0, [r4]\n"                                                                       \
            "mov r12, r0\n"                                                                        \
            "ldr r0, [r4, #4]\n"                                                                   \
            "ldr r1, [r4, #8]\n"                                                                   \
            "ldr r2, [r4, #12]\n"                                                                  \
            "ldr r3, [r4, #16]\n"                                                                  \
            "blx r12\n" after                                                                      \
            "nop\n"                                                                                \
            "add sp, #16\n"                                                                        \
            "pop {r4, pc}\n")
#elif defined(__riscv)
#define INVOKE(name, after)                                                                        \
    __asm__(".globl " #name "\n.type " #name ", @function\n" #name ":\n"                           \
            "addi sp, sp, -16\n"                                                                   \
            "sw ra, 12(sp)\n"                                                                      \
            "mv t1, a0\n"                                                                          \
            "lw t0, 0(t1)\n"                                                                       \
            "lw a0, 4(t1)\n"                                                                       \
            "lw a1, 8(t1)\n"                                                                       \
            "lw a2, 12(t1)\n"                                                                      \
            "lw a3, 16(t1)\n"                                                                      \
            "lw a4, 20(t1)\n"                                                                      \
            "lw a5, 24(t1)\n"                                                                      \
            "lw a6, 28(t1)\n"                                                                      \
            "jalr ra, t0\n" after                                                                  \
            "nop\n"                                                                                \
            "lw ra, 12(sp)\n"                                                                      \
            "addi sp, sp, 16\n"                                                                    \
            "ret\n")
#else
#error "how a function is called on this target is not written down here"
#endif

INVOKE(invoke, "");
INVOKE(invoke_and_stop, ".globl call_returned\ncall_returned:\n");

void *move_bytes(void *to, const void *from, size_t length)
{
    volatile uint8_t *target = to;
    const volatile uint8_t *source = from;
    while (length-- > 0) {
        *target++ = *source++;
    }
    return to;
}
