/*
 * liblinkauth, opened with dlopen by its public header.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef LIBRARY_H
#define LIBRARY_H

#include "contender.h"

#include <linkauth.h>

#define LIBRARY_FUNCTIONS(FUNCTION)        \
    FUNCTION(linkauth_device_init)         \
    FUNCTION(linkauth_sign_in)             \
    FUNCTION(linkauth_sign_in_with_secret) \
    FUNCTION(linkauth_sign_in_batch)

/* The types are those of the header: __typeof__, which gcc and clang have in C99, sees to that. */
struct library {
#define LIBRARY_MEMBER(name) __typeof__(&name) name;
    LIBRARY_FUNCTIONS(LIBRARY_MEMBER)
#undef LIBRARY_MEMBER
};

/* Finds the functions, or ends the program with a message. */
void library_open(struct library *library, const char *path);

/* Three texts and nothing else: the state is a struct library. */
sign_in_function library_with_secret;

/* A device that was initialised before, with the secret lent to each sign-in. */
struct library_device {
    const struct library *library;
    linkauth_device device;
};

/* The flags are LINKAUTH_DEVICE_... Ends the program with a message if it cannot. */
void library_device_init(struct library_device *device, const struct library *library, uint32_t flags,
                         const struct identity *who);

/* The state is a struct library_device, and `who` the same. */
sign_in_function library_prepared;

/* A device is initialised for each sign-in, with LINKAUTH_DEVICE_KEEP_SIGNALS. The state is a struct library_device. */
sign_in_function library_unprepared;

#endif
