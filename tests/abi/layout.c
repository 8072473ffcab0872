/*
 * Size and offset of everything in linkauth.h, against the table that the library asserts: layout.def is
 * src/capi/layout.rs, its macros called as C calls them. Compiled for each width of a pointer, never run.
 */
#include <stddef.h>

#include "linkauth.h"

#define SIZE(type, bytes, words) \
    _Static_assert(sizeof(type) == (bytes) + (words) * sizeof(void *), "size of " #type);
#define OFFSET(type, member, bytes, words) \
    _Static_assert(offsetof(type, member) == (bytes) + (words) * sizeof(void *), #type "." #member);
#include "layout.def"

_Static_assert(sizeof(size_t) == sizeof(void *), "a length is as wide as a pointer");
_Static_assert(sizeof(void (*)(void)) == sizeof(void *), "and so is a callback");
