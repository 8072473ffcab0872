/* SPDX-License-Identifier: MIT OR Apache-2.0 */

#include "patterns.h"

#include "arithmetic.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SIZE = 1 << 15 };

/* 0 marks a free slot. */
static size_t slot_of(const struct set *set, uint64_t value)
{
    size_t at = (size_t)(value * 0x9e3779b97f4a7c15u >> 20) & set->mask;
    while (set->slots[at] != 0 && set->slots[at] != value) {
        at = (at + 1) & set->mask;
    }
    return at;
}

static void set_of_size(struct set *set, size_t size)
{
    set->slots = calloc(size, sizeof(*set->slots));
    if (set->slots == NULL) {
        abort();
    }
    set->mask = size - 1;
    set->count = 0;
}

void set_begin(struct set *set)
{
    set_of_size(set, FIRST_SIZE);
}

static void set_grow(struct set *set)
{
    struct set larger;
    size_t at;
    set_of_size(&larger, (set->mask + 1) * 2);
    for (at = 0; at <= set->mask; at++) {
        set_add(&larger, set->slots[at]);
    }
    set_free(set);
    *set = larger;
}

void set_add(struct set *set, uint64_t value)
{
    size_t at;
    if (value == 0) {
        return;
    }
    at = slot_of(set, value);
    if (set->slots[at] == 0) {
        set->slots[at] = value;
        set->count++;
        if (set->count * 2 > set->mask) {
            set_grow(set);
        }
    }
}

int set_has(const struct set *set, uint64_t value)
{
    return value != 0 && set->slots[slot_of(set, value)] == value;
}

void set_free(struct set *set)
{
    free(set->slots);
}

void patterns_free(struct patterns *patterns)
{
    set_free(&patterns->windows);
    set_free(&patterns->words);
}

static void add_windows(struct patterns *patterns, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint64_t window;
    size_t start;
    for (start = 0; start + sizeof(window) <= length; start++) {
        memcpy(&window, at + start, sizeof(window));
        set_add(&patterns->windows, window);
    }
}

void patterns_add_bytes(struct patterns *patterns, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint32_t word;
    size_t start;
    add_windows(patterns, bytes, length);
    for (start = 0; start + sizeof(word) <= length; start += sizeof(word)) {
        memcpy(&word, at + start, sizeof(word));
        set_add(&patterns->words, word);
    }
}

/** Words as they are, and with their bytes swapped. */
static void add_words(struct patterns *patterns, const uint32_t *words, size_t count)
{
    uint32_t swapped[TRACE_ROUNDS] = {0};
    size_t at;
    for (at = 0; at < count; at++) {
        swapped[at] = __builtin_bswap32(words[at]);
    }
    patterns_add_bytes(patterns, words, count * sizeof(*words));
    patterns_add_bytes(patterns, swapped, count * sizeof(*swapped));
}

/** The state in its order, reversed, and as the SHA instructions of x86 keep it. */
static void add_state(struct patterns *patterns, const uint32_t *state, size_t count)
{
    static const unsigned char INSTRUCTION_ORDER[8] = {5, 4, 1, 0, 7, 6, 3, 2};
    uint32_t other[8] = {0};
    size_t at;
    add_words(patterns, state, count);
    for (at = 0; at < count; at++) {
        other[at] = state[count - 1 - at];
    }
    add_words(patterns, other, count);
    for (at = 0; count == 8 && at < count; at++) {
        other[at] = state[INSTRUCTION_ORDER[at]];
    }
    add_words(patterns, other, count);
}

/** What hashing one block of padded key leaves. */
static void add_trace(struct patterns *patterns, const struct trace *trace)
{
    /* Before that, words of the initial state are left, which are no secret. SHA-256 makes two new
     * ones in each round. */
    size_t round = trace->state_words == 8 ? 3 : trace->state_words - 1;
    /* The words beyond the key are padding, which is no secret. */
    add_words(patterns, trace->schedule, trace->key_words);
    add_words(patterns, trace->schedule + 16, trace->schedule_words - 16);
    add_words(patterns, trace->with_constant, trace->key_words);
    add_words(patterns, trace->with_constant + 16, trace->schedule_words - 16);
    for (; round < trace->rounds; round++) {
        add_state(patterns, trace->variables[round], trace->state_words);
    }
    add_state(patterns, trace->midstate, trace->state_words);
}

static void add_hex(struct patterns *patterns, const uint8_t *bytes, size_t length)
{
    static const char *const DIGITS[] = {"0123456789abcdef", "0123456789ABCDEF"};
    char hex[2 * PATTERN_SECRET_MAX];
    size_t kind, at;
    for (kind = 0; kind < 2; kind++) {
        for (at = 0; at < length; at++) {
            hex[2 * at] = DIGITS[kind][bytes[at] >> 4];
            hex[2 * at + 1] = DIGITS[kind][bytes[at] & 15];
        }
        add_windows(patterns, hex, 2 * length);
    }
}

/** The bytes, their words swapped, and their hex. */
static void add_forms(struct patterns *patterns, const void *bytes, size_t length)
{
    uint32_t words[PATTERN_SECRET_MAX / 4];
    memcpy(words, bytes, length);
    patterns_add_bytes(patterns, bytes, length);
    add_words(patterns, words, length / sizeof(*words));
    add_hex(patterns, bytes, length);
}

void patterns_add_signing_secret(struct patterns *patterns, const void *secret, size_t length)
{
    static const unsigned char PADS[] = {0x36, 0x5c};
    static struct trace trace;
    enum hash hash;
    size_t pad;
    add_forms(patterns, secret, length);
    for (hash = HASH_SHA256; hash <= HASH_MD5; hash++) {
        for (pad = 0; pad < sizeof(PADS); pad++) {
            trace_key(hash, secret, length, PADS[pad], &trace);
            add_trace(patterns, &trace);
        }
    }
}

/** The nonce is the record's sequence number, in either byte order, and what the test draws. */
static void add_cipher_key(struct patterns *patterns, const uint8_t *key)
{
    uint8_t nonce[12], stream[2 * 64];
    unsigned sequence, end, at;
    add_forms(patterns, key, KEY_LENGTH);
    for (sequence = 0; sequence < 8; sequence++) {
        for (end = 0; end < 4; end += 3) {
            memset(nonce, 0, 4);
            for (at = 4; at < sizeof(nonce); at++) {
                nonce[at] = (uint8_t)(FIRST_RANDOM_BYTE + at - 4);
            }
            nonce[end] = (uint8_t)sequence;
            chacha20_block(key, 0, nonce, stream);
            chacha20_block(key, 1, nonce, stream + 64);
            patterns_add_bytes(patterns, stream, 32);
            patterns_add_bytes(patterns, stream + 64, 64);
        }
    }
}

static void add_secrets(struct patterns *patterns, const struct secrets *secrets)
{
    patterns_add_signing_secret(patterns, secrets->device_secret, SECRET_LENGTH);
    patterns_add_signing_secret(patterns, secrets->other_secret, SECRET_LENGTH);
    patterns_add_signing_secret(patterns, secrets->product_secret, SECRET_LENGTH);
    add_forms(patterns, secrets->token, TOKEN_LENGTH);
    add_cipher_key(patterns, secrets->key);
    add_cipher_key(patterns, secrets->other_key);
}

void patterns_begin(struct patterns *patterns)
{
    set_begin(&patterns->windows);
    set_begin(&patterns->words);
}

/** What any secret leads to, such as the initial states, is no finding. */
static const struct patterns *patterns_of_no_secret(void)
{
    static struct patterns common;
    struct secrets other;
    size_t at;
    if (common.windows.slots == NULL) {
        for (at = 0; at < sizeof(other); at++) {
            ((uint8_t *)&other)[at] = (uint8_t)(at * 37 + 11);
        }
        patterns_begin(&common);
        add_secrets(&common, &other);
    }
    return &common;
}

/** What is in one set and not in the other. */
static struct set difference(const struct set *all, const struct set *without)
{
    struct set rest;
    size_t at;
    set_begin(&rest);
    for (at = 0; at <= all->mask; at++) {
        if (!set_has(without, all->slots[at])) {
            set_add(&rest, all->slots[at]);
        }
    }
    return rest;
}

void patterns_of_secrets(struct patterns *patterns, const struct secrets *secrets)
{
    const struct patterns *common = patterns_of_no_secret();
    struct patterns all;
    patterns_begin(&all);
    add_secrets(&all, secrets);
    patterns->windows = difference(&all.windows, &common->windows);
    patterns->words = difference(&all.words, &common->words);
    patterns_free(&all);
}

int patterns_self_test(void)
{
    return arithmetic_self_test();
}
