/*
 * The least that a shared library in C can be that uses the C library: one function, built with the
 * compiler's own flags.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <string.h>

size_t minimal_length(const char *text);

size_t minimal_length(const char *text)
{
    return strlen(text);
}
