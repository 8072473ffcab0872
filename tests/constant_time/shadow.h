/*
 * What memcheck is told. A hidden secret has no value for it: each branch, address and system call
 * that depends on one is counted as a finding. What is shown is public from there on.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef SHADOW_H_INCLUDED
#define SHADOW_H_INCLUDED

#include <stddef.h>
#include <valgrind/memcheck.h>

static inline void hide(const void *memory, size_t length)
{
    (void)VALGRIND_MAKE_MEM_UNDEFINED(memory, length);
}

static inline void show(const void *memory, size_t length)
{
    (void)VALGRIND_MAKE_MEM_DEFINED(memory, length);
}

/** Whether any bit of the memory is hidden. */
int is_hidden(const void *memory, size_t length);

/** A secret, hidden, of which the program itself keeps a copy that it may look at. */
struct hidden {
    char text[64];
    size_t length;
};

/** Copies and hides `text`. */
void hidden_make(struct hidden *hidden, const char *text);
/** Hides every copy of `text` in the memory; returns how many there were. */
unsigned hide_within(void *memory, size_t length, const char *text);

/** Set: is_zero of the library tells nothing, so that whatever follows from it is a finding. */
extern int nothing_is_told;
/** Set to the secret that read(2) hides, with the 4 bytes of the CRC behind it. */
extern const char *secret_in_files;
/** How often is_zero was asked, and how often read(2) found the secret. */
extern unsigned told, found_in_files;

#endif /* SHADOW_H_INCLUDED */
