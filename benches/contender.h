/*
 * What is compared: ways to compute what the CONNECT of a sign-in must carry.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef CONTENDER_H
#define CONTENDER_H

#include <stddef.h>

struct identity {
    const char *product_key;
    size_t product_key_length;
    const char *device_name;
    size_t device_name_length;
    const char *device_secret;
    size_t device_secret_length;
};

/* Room for the texts of any contender. */
enum { OUT_SIZE = 512 };

/* Where in that room they are, each NUL-terminated. */
struct answer {
    const char *client_id;
    const char *username;
    const char *password;
};

/* Writes the three texts to `out`, of OUT_SIZE bytes, and says where they are. 0 if it failed. */
typedef int sign_in_function(void *state, const struct identity *who, char *out, struct answer *answer);

struct contender {
    const char *key;  /* in the JSON */
    const char *name; /* in the table */
    sign_in_function *sign_in;
    void *state; /* of one thread */
};

/*
 * What each shared object of a contender exports as `contenders`: fills in up to `room` of them, with
 * states of their own, and returns how many; 0 if it cannot.
 */
typedef size_t contenders_function(struct contender *to, size_t room);
contenders_function contenders;

#endif
