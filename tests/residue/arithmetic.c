/* SPDX-License-Identifier: MIT OR Apache-2.0 */

#include "arithmetic.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 64 };

static uint32_t rotate_left(uint32_t word, unsigned bits)
{
    return word << bits | word >> (32 - bits);
}

static uint32_t rotate_right(uint32_t word, unsigned bits)
{
    return rotate_left(word, 32 - bits);
}

/** The first 32 bits of the fractions of the cube roots of the first 64 primes. */
static const uint32_t *sha256_constants(void)
{
    static uint32_t constants[64];
    unsigned candidate, divisor;
    size_t found = 0;
    if (constants[0] != 0) {
        return constants;
    }
    for (candidate = 2; found < 64; candidate++) {
        for (divisor = 2; divisor < candidate && candidate % divisor != 0; divisor++) {
        }
        if (divisor == candidate) {
            long double root = cbrtl(candidate);
            constants[found++] = (uint32_t)((root - floorl(root)) * 4294967296.0L);
        }
    }
    return constants;
}

static void sha256(const uint32_t block[16], struct trace *trace)
{
    uint32_t *w = trace->schedule, v[8];
    size_t t;
    trace->schedule_words = trace->rounds = 64;
    memcpy(w, block, BLOCK);
    for (t = 16; t < 64; t++) {
        uint32_t s0 = rotate_right(w[t - 15], 7) ^ rotate_right(w[t - 15], 18) ^ w[t - 15] >> 3;
        uint32_t s1 = rotate_right(w[t - 2], 17) ^ rotate_right(w[t - 2], 19) ^ w[t - 2] >> 10;
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    memcpy(v, trace->midstate, sizeof(v));
    for (t = 0; t < 64; t++) {
        uint32_t sum0 = rotate_right(v[0], 2) ^ rotate_right(v[0], 13) ^ rotate_right(v[0], 22);
        uint32_t sum1 = rotate_right(v[4], 6) ^ rotate_right(v[4], 11) ^ rotate_right(v[4], 25);
        uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        uint32_t t1;
        trace->with_constant[t] = w[t] + sha256_constants()[t];
        t1 = v[7] + sum1 + choice + trace->with_constant[t];
        memmove(v + 1, v, 7 * sizeof(*v));
        v[4] += t1;
        v[0] = t1 + sum0 + majority;
        memcpy(trace->variables[t], v, sizeof(v));
    }
    for (t = 0; t < 8; t++) {
        trace->midstate[t] += v[t];
    }
}

static void sha1(const uint32_t block[16], struct trace *trace)
{
    static const uint32_t CONSTANTS[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    uint32_t *w = trace->schedule, v[5];
    size_t t;
    trace->schedule_words = trace->rounds = 80;
    memcpy(w, block, BLOCK);
    for (t = 16; t < 80; t++) {
        w[t] = rotate_left(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    }
    memcpy(v, trace->midstate, sizeof(v));
    for (t = 0; t < 80; t++) {
        uint32_t f = t < 20   ? (v[1] & v[2]) | (~v[1] & v[3])
                     : t < 40 ? v[1] ^ v[2] ^ v[3]
                     : t < 60 ? (v[1] & v[2]) | (v[1] & v[3]) | (v[2] & v[3])
                              : v[1] ^ v[2] ^ v[3];
        uint32_t next;
        trace->with_constant[t] = w[t] + CONSTANTS[t / 20];
        next = rotate_left(v[0], 5) + f + v[4] + trace->with_constant[t];
        memmove(v + 1, v, 4 * sizeof(*v));
        v[2] = rotate_left(v[2], 30);
        v[0] = next;
        memcpy(trace->variables[t], v, sizeof(v));
    }
    for (t = 0; t < 5; t++) {
        trace->midstate[t] += v[t];
    }
}

static void md5(const uint32_t block[16], struct trace *trace)
{
    static const unsigned char SHIFTS[4][4] = {
        {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    uint32_t v[4];
    size_t t;
    trace->schedule_words = 16;
    trace->rounds = 64;
    memcpy(trace->schedule, block, BLOCK);
    memcpy(v, trace->midstate, sizeof(v));
    for (t = 0; t < 64; t++) {
        size_t g = t < 16 ? t : t < 32 ? (5 * t + 1) % 16 : t < 48 ? (3 * t + 5) % 16 : 7 * t % 16;
        uint32_t f = t < 16   ? (v[1] & v[2]) | (~v[1] & v[3])
                     : t < 32 ? (v[3] & v[1]) | (~v[3] & v[2])
                     : t < 48 ? v[1] ^ v[2] ^ v[3]
                              : v[2] ^ (v[1] | ~v[3]);
        uint32_t constant = (uint32_t)(fabsl(sinl((long double)t + 1)) * 4294967296.0L);
        uint32_t sum = v[0] + f + block[g] + constant;
        if (t < 16) {
            trace->with_constant[t] = block[t] + constant;
        }
        v[0] = v[3];
        v[3] = v[2];
        v[2] = v[1];
        v[1] += rotate_left(sum, SHIFTS[t / 16][t % 4]);
        memcpy(trace->variables[t], v, sizeof(v));
    }
    for (t = 0; t < 4; t++) {
        trace->midstate[t] += v[t];
    }
}

static void begin(enum hash hash, struct trace *trace)
{
    static const uint32_t SHA256[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    static const uint32_t OLD[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    memset(trace, 0, sizeof(*trace));
    trace->state_words = hash == HASH_SHA256 ? 8 : hash == HASH_SHA1 ? 5 : 4;
    memcpy(trace->midstate, hash == HASH_SHA256 ? SHA256 : OLD, 4 * trace->state_words);
}

static void compress(enum hash hash, const uint8_t bytes[BLOCK], struct trace *trace)
{
    uint32_t block[16];
    size_t at;
    memcpy(block, bytes, BLOCK);
    for (at = 0; hash != HASH_MD5 && at < 16; at++) {
        block[at] = __builtin_bswap32(block[at]);
    }
    if (hash == HASH_SHA256) {
        sha256(block, trace);
    } else if (hash == HASH_SHA1) {
        sha1(block, trace);
    } else {
        md5(block, trace);
    }
}

void trace_key(enum hash hash, const void *key, size_t length, uint8_t pad, struct trace *trace)
{
    uint8_t block[BLOCK] = {0};
    size_t at;
    memcpy(block, key, length);
    for (at = 0; at < BLOCK; at++) {
        block[at] ^= pad;
    }
    begin(hash, trace);
    compress(hash, block, trace);
    trace->key_words = length / 4;
}

static void quarter_round(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
    *a += *b;
    *d = rotate_left(*d ^ *a, 16);
    *c += *d;
    *b = rotate_left(*b ^ *c, 12);
    *a += *b;
    *d = rotate_left(*d ^ *a, 8);
    *c += *d;
    *b = rotate_left(*b ^ *c, 7);
}

void chacha20_block(const uint8_t key[32], uint32_t counter, const uint8_t nonce[12],
                    uint8_t out[64])
{
    uint32_t state[16], x[16];
    unsigned round, at;
    memcpy(state, "expand 32-byte k", 16);
    memcpy(state + 4, key, 32);
    state[12] = counter;
    memcpy(state + 13, nonce, 12);
    memcpy(x, state, sizeof(x));
    for (round = 0; round < 10; round++) {
        for (at = 0; at < 4; at++) {
            quarter_round(x + at, x + 4 + at, x + 8 + at, x + 12 + at);
        }
        for (at = 0; at < 4; at++) {
            quarter_round(x + at, x + 4 + (at + 1) % 4, x + 8 + (at + 2) % 4, x + 12 + (at + 3) % 4);
        }
    }
    for (at = 0; at < 16; at++) {
        x[at] += state[at];
    }
    memcpy(out, x, 64);
}

/** HMAC of a message that leaves room for the padding in one block. */
static void short_hmac(enum hash hash, const char *key, const char *message, uint8_t *mac)
{
    struct trace trace;
    uint8_t block[BLOCK];
    uint8_t pad;
    size_t length = strlen(message), at;
    memcpy(mac, message, length);
    for (pad = 0x36; pad != 0; pad = pad == 0x36 ? 0x5c : 0) {
        uint64_t bits = (BLOCK + length) * 8;
        trace_key(hash, key, strlen(key), pad, &trace);
        memset(block, 0, sizeof(block));
        memcpy(block, mac, length);
        block[length] = 0x80;
        for (at = 0; at < 8; at++) {
            block[hash == HASH_MD5 ? 56 + at : 63 - at] = (uint8_t)(bits >> 8 * at);
        }
        compress(hash, block, &trace);
        length = 4 * trace.state_words;
        for (at = 0; at < trace.state_words; at++) {
            uint32_t word = trace.midstate[at];
            word = hash == HASH_MD5 ? word : __builtin_bswap32(word);
            memcpy(mac + 4 * at, &word, 4);
        }
    }
}

int arithmetic_self_test(void)
{
    /* RFC 4231 case 2, RFC 2202 cases 2: the first 8 bytes of each. */
    static const uint8_t MACS[3][8] = {{0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e},
                                       {0xef, 0xfc, 0xdf, 0x6a, 0xe5, 0xeb, 0x2f, 0xa2},
                                       {0x75, 0x0c, 0x78, 0x3e, 0x6a, 0xb0, 0xb5, 0x03}};
    /* RFC 8439, 2.3.2. */
    static const uint8_t NONCE[12] = {0, 0, 0, 9, 0, 0, 0, 0x4a, 0, 0, 0, 0};
    static const uint8_t STREAM[8] = {0x10, 0xf1, 0xe7, 0xe4, 0xd1, 0x3b, 0x59, 0x15};
    uint8_t key[32], out[BLOCK];
    unsigned at;
    enum hash hash;
    for (hash = HASH_SHA256; hash <= HASH_MD5; hash++) {
        short_hmac(hash, "Jefe", "what do ya want for nothing?", out);
        if (memcmp(out, MACS[hash], sizeof(MACS[hash])) != 0) {
            return 0;
        }
    }
    for (at = 0; at < sizeof(key); at++) {
        key[at] = (uint8_t)at;
    }
    chacha20_block(key, 1, NONCE, out);
    return memcmp(out, STREAM, sizeof(STREAM)) == 0;
}
