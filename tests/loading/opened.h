/*
 * liblinkauth.so as a plugin host sees it: opened by path, and used through the addresses found in it.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef OPENED_H_INCLUDED
#define OPENED_H_INCLUDED

#include <linkauth.h>

#define OPENED_FUNCTIONS(FUNCTION) \
    FUNCTION(linkauth_device_init) \
    FUNCTION(linkauth_device_wipe) \
    FUNCTION(linkauth_sign_in)     \
    FUNCTION(linkauth_wipe)

typedef struct opened {
    void *handle;
#define OPENED_MEMBER(name) __typeof__(&name) name;
    OPENED_FUNCTIONS(OPENED_MEMBER)
#undef OPENED_MEMBER
} opened;

/** Opens the library, apart from any other. 0 if it cannot, or if it lacks a function. */
int opened_open(opened *library, const char *path);
/** Whether a library of this path is in the process. */
int opened_is_loaded(const char *path);
/** Makes a device and signs it in: 1 if that gives the known password. */
int opened_signs_in(const opened *library);
/** The same with a device that was made before. */
int opened_signs_in_with(const opened *library, linkauth_device *device);
linkauth_status opened_init(const opened *library, linkauth_device *device);

#endif
