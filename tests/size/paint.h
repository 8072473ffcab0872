/*
 * How deep calls reach: the stack below them is painted, and what they change is looked for.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef PAINT_H
#define PAINT_H

#include "linkauth.h"

/* Where the stack ends now. */
static inline uintptr_t stack_pointer(void)
{
    uintptr_t pointer;
#if defined(__riscv)
    __asm__ volatile("mv %0, sp" : "=r"(pointer));
#else
    __asm__ volatile("mov %0, sp" : "=r"(pointer));
#endif
    return pointer;
}

/* Runs a call, and says under a name what it returned and how deep it and its scrubbed scopes went. */
#define MEASURE(name, call)                                                                        \
    do {                                                                                           \
        paint_begin(name, stack_pointer());                                                        \
        paint_end(call);                                                                           \
    } while (0)

/* Which store the device has: said with each call. */
extern const char *paint_store;

void paint_begin(const char *name, uintptr_t from);
void paint_end(linkauth_status status);

/* For the devices measured: entered and left round each scope, it sees how deep the scope went. */
extern const linkauth_critical_section paint_section;

#endif
