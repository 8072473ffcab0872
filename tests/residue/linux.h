/*
 * The part of `library.c` that only the program for Linux uses.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef LINUX_H_INCLUDED
#define LINUX_H_INCLUDED

#include "library.h"

/** Opens it. 0 if a function is missing that each build has. */
int library_open(const char *path);
/** A breakpoint at which the tracer finds `memory` in rdi. */
void show_to_tracer(void *memory);
/** Fills the stack below with a pattern. */
void paint_stack(void);

#endif /* LINUX_H_INCLUDED */
