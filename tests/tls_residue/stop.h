/*
 * Stops the program for a tracer; nothing runs between what was called and the stop.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef STOP_H_INCLUDED
#define STOP_H_INCLUDED

#include <signal.h>

#if defined(__x86_64__)
#define STOP() __asm__ volatile("int3")
#else
#define STOP() raise(SIGTRAP)
#endif

#endif /* STOP_H_INCLUDED */
