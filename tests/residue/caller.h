/*
 * The memory that belongs to the program that calls linkauth: its secrets, and what holds one by its
 * nature (records, replies, the buffer of a sign-in). It is not searched; everything else is.
 *
 * Who searches writes the secrets, anew for each run, so that the program itself never has them in a
 * register: it moves them byte by byte.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef CALLER_H_INCLUDED
#define CALLER_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

enum { SECRET_LENGTH = 32, TOKEN_LENGTH = 48, KEY_LENGTH = 32 };

/** Letters and digits, NUL-terminated; the keys are any bytes. */
struct secrets {
    char device_secret[SECRET_LENGTH + 1];
    char other_secret[SECRET_LENGTH + 1];
    char product_secret[SECRET_LENGTH + 1];
    char token[TOKEN_LENGTH + 1];
    uint8_t key[KEY_LENGTH];
    uint8_t other_key[KEY_LENGTH];
};

struct caller {
    struct secrets secrets;
    char spoiled[SECRET_LENGTH + 2];
    char buffer[512];
    uint8_t record[512];
    size_t record_length;
    uint8_t flash[2][512];
    char reply[768];
    size_t reply_length;
    size_t reply_at;
    /** A registration between two calls, which holds the reply: the documented exception. */
    uint64_t registration[144];
};

#endif /* CALLER_H_INCLUDED */
