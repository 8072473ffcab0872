/*
 * Every call that sees a secret, in its success and in each kind of failure.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef ENTRIES_H_INCLUDED
#define ENTRIES_H_INCLUDED

#include "program.h"

/** For a function that has no result. */
enum { RETURNS_NOTHING = -1 };

struct entry {
    const char *name;
    enum store store;
    linkauth_status expected;
    /** Prepares, with a device that was just made, and says what is to be called. */
    struct invocation (*prepare)(void);
};

extern const struct entry SIGN_IN_ENTRIES[], STORE_ENTRIES[], REGISTER_ENTRIES[], STEP_ENTRIES[],
    LEAN_ENTRIES[];

#endif /* ENTRIES_H_INCLUDED */
