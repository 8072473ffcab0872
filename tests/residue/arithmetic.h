/*
 * SHA-256, SHA-1, MD5 and ChaCha20 written down plainly, with all that they pass through: independent
 * of the code under test.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef ARITHMETIC_H_INCLUDED
#define ARITHMETIC_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

/** The test's source of random bytes counts up from here in each draw. */
enum { FIRST_RANDOM_BYTE = 0x5a };

enum { TRACE_ROUNDS = 80 };

enum hash { HASH_SHA256, HASH_SHA1, HASH_MD5 };

/** Everything that one compression goes through. */
struct trace {
    size_t key_words, schedule_words, state_words, rounds;
    uint32_t schedule[TRACE_ROUNDS];
    uint32_t with_constant[TRACE_ROUNDS];
    uint32_t variables[TRACE_ROUNDS][8];
    uint32_t midstate[8];
};

/** The compression of the block that is the key, padded with zeros, xor `pad`. */
void trace_key(enum hash hash, const void *key, size_t length, uint8_t pad, struct trace *trace);

void chacha20_block(const uint8_t key[32], uint32_t counter, const uint8_t nonce[12],
                    uint8_t out[64]);

/** 0 if a result differs from the RFCs'. */
int arithmetic_self_test(void);

#endif /* ARITHMETIC_H_INCLUDED */
