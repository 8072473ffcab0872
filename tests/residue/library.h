/*
 * linkauth as the program under search uses it: called so that it can be stopped at the instruction
 * to which a call returns. library.c is for Linux, bare.c for microcontrollers.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef LIBRARY_H_INCLUDED
#define LIBRARY_H_INCLUDED

#include <linkauth.h>

/* The functions that are called with a secret, and those that prepare for it. The last ones are not
 * in every build. */
#define LIBRARY_FUNCTIONS(use)                                                                     \
    use(device_init) use(device_wipe) use(device_error_detail) use(sign_in) use(psk)               \
    use(sign_in_with_secret) use(sign_in_batch)                                                    \
    use(store_secret) use(store_inspect) use(store_erase) use(report_connack) use(register)        \
    use(registration_begin) use(registration_next) use(registration_sent) use(registration_feed)   \
    use(registration_finish) use(registration_fail) use(registration_wipe)                         \
    use(registration_connect) use(registration_connack) use(registration_message) use(wipe)        \
    use(file_store_open) use(file_store_close) use(flash_store_init) use(flash_store_wipe)         \
    use(aead_init) use(aead_wipe) use(lean_register) use(lean_register_mqtt) use(lean_sign_in)     \
    use(flash_secret_store_init) use(flash_secret_store_wipe)

struct library {
#define DECLARE(name) __typeof__(linkauth_##name) *linkauth_##name;
    LIBRARY_FUNCTIONS(DECLARE)
#undef DECLARE
};

extern struct library library;

/** A store of files in the current folder, where there are files. */
linkauth_status library_file_store(linkauth_file_store *file_store, linkauth_store *store);

typedef void (*any_function)(void);
#define FUNCTION(name) ((any_function)library.linkauth_##name)

/** A call that is to be made: a function and up to seven arguments. */
struct invocation {
    any_function function;
    uintptr_t arguments[7];
};

/** Makes the call. */
linkauth_status invoke(const struct invocation *invocation);
/** The same, and the instruction after the call is a breakpoint. */
linkauth_status invoke_and_stop(const struct invocation *invocation);
/** Copies so that no register ever holds more than a byte of it. */
void *move_bytes(void *to, const void *from, size_t length);

#endif /* LIBRARY_H_INCLUDED */
