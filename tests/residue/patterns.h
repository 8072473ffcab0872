/*
 * What a secret looks like in memory after something was computed with it.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef PATTERNS_H_INCLUDED
#define PATTERNS_H_INCLUDED

#include "caller.h"

/** Numbers other than 0. */
struct set {
    uint64_t *slots;
    size_t mask;
    size_t count;
};

void set_begin(struct set *set);
void set_add(struct set *set, uint64_t value);
int set_has(const struct set *set, uint64_t value);
void set_free(struct set *set);

/**
 * Every stretch of 8 bytes, and every 4 that are aligned within a pattern. Hex is not in the words: 4
 * of its digits are 2 bytes, which are found in any memory.
 */
struct patterns {
    struct set windows, words;
};

/** Longest secret, in bytes. */
enum { PATTERN_SECRET_MAX = 64 };

/** Empty sets. */
void patterns_begin(struct patterns *patterns);
/** The bytes as they are. */
void patterns_add_bytes(struct patterns *patterns, const void *bytes, size_t length);
/**
 * All that tells something of a secret that signs: itself, its hex, key xor ipad and opad, byte-swapped
 * words, and of SHA-256, SHA-1 and MD5 the message schedules, schedule plus constant, the variables
 * after each round and the midstates.
 */
void patterns_add_signing_secret(struct patterns *patterns, const void *secret, size_t length);
/** All of the secrets of `caller.h`, ChaCha20's key stream for the nonces of the test too. */
void patterns_of_secrets(struct patterns *patterns, const struct secrets *secrets);
void patterns_free(struct patterns *patterns);

/** Checks the arithmetic against RFC 4231, RFC 2202 and RFC 8439. 0 if one is wrong. */
int patterns_self_test(void);

#endif /* PATTERNS_H_INCLUDED */
