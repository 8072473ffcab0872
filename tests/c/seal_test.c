/*
 * A secret that is sealed in its record: by callbacks of the caller's, and by the ready AEAD.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "check.h"
#include "fixture.h"

#define OTHER_SECRET "zyxwvutsrqponmlkjihgfedcba987654"

enum { TOY_TAG = 4 };

/* A seal that can be looked through: every byte xored with the key, and the context's sum behind. */
struct toy {
    uint8_t key;
    unsigned seals, unseals;
    linkauth_status seal_status, unseal_status;
    /** What seal and unseal claim to have written, if not 0. */
    size_t claimed;
    size_t context_length, secret_length, sealed_capacity, secret_capacity, sealed_length;
    uint8_t context[LINKAUTH_RECORD_MAX];
};

static struct bench bench;
static struct toy toy;
static linkauth_seal seal;
static char reply[600];

static void sum(const uint8_t *bytes, size_t length, uint8_t *tag)
{
    uint32_t total = 2166136261u;
    size_t at;
    for (at = 0; at < length; at++) {
        total = (total ^ bytes[at]) * 16777619u;
    }
    for (at = 0; at < TOY_TAG; at++) {
        tag[at] = (uint8_t)(total >> 8 * at);
    }
}

static linkauth_status toy_seal(void *user, const uint8_t *context, size_t context_length,
                                const uint8_t *secret, size_t secret_length, uint8_t *sealed,
                                size_t sealed_capacity, size_t *sealed_length)
{
    size_t at;
    (void)user;
    toy.seals++;
    toy.context_length = context_length;
    toy.secret_length = secret_length;
    toy.sealed_capacity = sealed_capacity;
    if (toy.seal_status != LINKAUTH_OK) {
        return toy.seal_status;
    }
    memcpy(toy.context, context, context_length);
    for (at = 0; at < secret_length; at++) {
        sealed[at] = secret[at] ^ toy.key;
    }
    sum(context, context_length, sealed + secret_length);
    *sealed_length = toy.claimed != 0 ? toy.claimed : secret_length + TOY_TAG;
    return LINKAUTH_OK;
}

static linkauth_status toy_unseal(void *user, const uint8_t *context, size_t context_length,
                                  const uint8_t *sealed, size_t sealed_length, uint8_t *secret,
                                  size_t secret_capacity, size_t *secret_length)
{
    uint8_t tag[TOY_TAG];
    size_t at;
    (void)user;
    toy.unseals++;
    toy.secret_capacity = secret_capacity;
    toy.sealed_length = sealed_length;
    if (toy.unseal_status != LINKAUTH_OK) {
        return toy.unseal_status;
    }
    if (sealed_length < TOY_TAG || sealed_length - TOY_TAG > secret_capacity) {
        return LINKAUTH_ERROR_STORE_UNSEAL;
    }
    sum(context, context_length, tag);
    if (memcmp(tag, sealed + sealed_length - TOY_TAG, TOY_TAG) != 0) {
        return LINKAUTH_ERROR_STORE_UNSEAL;
    }
    for (at = 0; at < sealed_length - TOY_TAG; at++) {
        secret[at] = sealed[at] ^ toy.key;
    }
    *secret_length = toy.claimed != 0 ? toy.claimed : sealed_length - TOY_TAG;
    return LINKAUTH_OK;
}

/* The device anew, with the seal or without. */
static void restart(int is_sealing)
{
    bench.config.seal = is_sealing ? &seal : NULL;
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
}

static void make(void)
{
    memset(&toy, 0, sizeof(toy));
    toy.key = 0xa5;
    memset(&seal, 0, sizeof(seal));
    seal.struct_size = sizeof(seal);
    seal.user = &toy;
    seal.seal = toy_seal;
    seal.unseal = toy_unseal;
    bench_prepare(&bench);
    restart(1);
    bench_reply(&bench, reply, http_reply(reply, sizeof(reply), HEAD_LENGTH, BODY_SUCCESS));
}

static linkauth_status store_secret(const char *secret)
{
    return linkauth_store_secret(&bench.device, secret, LINKAUTH_NUL_TERMINATED);
}

static linkauth_status inspect(linkauth_store_info *info)
{
    memset(info, 0, sizeof(*info));
    info->struct_size = sizeof(*info);
    return linkauth_store_inspect(&bench.device, info);
}

static void check_sealed(uint32_t state, uint32_t sequence)
{
    linkauth_store_info info;
    CHECK(!has_secret(bench.memory.record, sizeof(bench.memory.record), DEVICE_SECRET));
    CHECK_STATUS(LINKAUTH_OK, inspect(&info));
    CHECK_NUMBER(1, info.is_sealed);
    CHECK_NUMBER(state, info.state);
    CHECK_NUMBER(sequence, info.sequence);
}

/* --- Callbacks of the caller's ------------------------------------------------------------------------ */

static void sealed_across_restarts(void)
{
    make();
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    check_sealed(LINKAUTH_STATE_ISSUED, 1);
    restart(1);
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    check_sealed(LINKAUTH_STATE_ACTIVATED, 2);
    restart(1);
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    /* The same secret again: compared, not saved. */
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    check_sealed(LINKAUTH_STATE_ACTIVATED, 2);
}

static void registered_and_sealed(void)
{
    make();
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    check_sealed(LINKAUTH_STATE_ISSUED, 1);
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
}

/* What callbacks are told: the record from its version up to the secret, and true lengths. */
static void context_and_lengths(void)
{
    static const uint8_t CONTEXT[] = {
        /* version, state, DeviceSecret, sealed; sequence number; registrations; 0 */
        1, 1, 1, 1, 1, 0, 0, 0, 0, 0,
        11, 'a', '1', 'B', '2', 'c', '3', 'D', '4', 'e', '5', 'F',
        4, 'd', 'e', 'v', '1', 0, 0,
    };
    make();
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    CHECK_BYTES(CONTEXT, sizeof(CONTEXT), toy.context, toy.context_length);
    CHECK_NUMBER(strlen(DEVICE_SECRET), toy.secret_length);
    CHECK_NUMBER(LINKAUTH_SEALED_MAX, toy.sealed_capacity);
    CHECK_NUMBER(strlen(DEVICE_SECRET) + TOY_TAG, toy.sealed_length);
    CHECK(toy.secret_capacity >= 128);
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    CHECK_NUMBER(2, toy.context[1]);
    CHECK_NUMBER(2, toy.context[4]);
}

static void callbacks_that_fail(void)
{
    static const linkauth_status STATUSES[] = {
        LINKAUTH_ERROR_STORE_SEALED, LINKAUTH_ERROR_STORE_UNSEAL, LINKAUTH_ERROR_STORE_IO};
    size_t at;
    for (at = 0; at < sizeof(STATUSES) / sizeof(STATUSES[0]); at++) {
        make();
        toy.seal_status = STATUSES[at];
        CHECK_STATUS(STATUSES[at], store_secret(DEVICE_SECRET));
        CHECK_NUMBER(0, bench.memory.saves);
        toy.seal_status = LINKAUTH_OK;
        CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
        toy.unseal_status = STATUSES[at];
        CHECK_STATUS(STATUSES[at], bench_sign_in(&bench.device));
        CHECK_STATUS(STATUSES[at], linkauth_report_connack(&bench.device, 0));
    }
    /* A system's error number. */
    make();
    toy.seal_status = -13;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_IO, store_secret(DEVICE_SECRET));
    CHECK_STATUS(LINKAUTH_OK, linkauth_device_error_detail(&bench.device, &bench.detail));
    CHECK_NUMBER(13, bench.detail.system_error);
}

static void callbacks_that_lie_about_lengths(void)
{
    make();
    toy.claimed = LINKAUTH_SEALED_MAX + 1;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_UNSEAL, store_secret(DEVICE_SECRET));
    CHECK_NUMBER(0, bench.memory.saves);
    toy.claimed = SIZE_MAX;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_UNSEAL, store_secret(DEVICE_SECRET));
    toy.claimed = 0;
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    toy.claimed = SIZE_MAX;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_UNSEAL, bench_sign_in(&bench.device));
    toy.claimed = 0;
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
}

/* The platform is not asked for what could not be stored. */
static void registration_without_a_working_seal(void)
{
    make();
    toy.seal_status = LINKAUTH_ERROR_STORE_SEALED;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_SEALED, bench_register(&bench));
    CHECK_NUMBER(0, bench.script.opens);
    toy.seal_status = LINKAUTH_OK;
    toy.unseal_status = LINKAUTH_ERROR_STORE_UNSEAL;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_UNSEAL, bench_register(&bench));
    CHECK_NUMBER(0, bench.script.opens);
    toy.unseal_status = LINKAUTH_OK;
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
}

static void sealed_record_without_a_seal(void)
{
    make();
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    restart(0);
    CHECK_STATUS(LINKAUTH_ERROR_STORE_SEALED, bench_sign_in(&bench.device));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_SEALED, linkauth_report_connack(&bench.device, 0));
    /* What is known without the key is told, and the device does not register for want of it. */
    check_sealed(LINKAUTH_STATE_ISSUED, 1);
    CHECK_STATUS(LINKAUTH_ERROR_ALREADY_REGISTERED, bench_register(&bench));
    CHECK_NUMBER(0, bench.script.opens);
    CHECK_NUMBER(1, bench.memory.saves);
}

/* An operator replaces a secret whose key is lost: the sequence number goes on. */
static void replaced_without_the_key(void)
{
    linkauth_store_info info;
    make();
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    restart(0);
    CHECK_STATUS(LINKAUTH_OK, store_secret(OTHER_SECRET));
    CHECK_STATUS(LINKAUTH_OK, inspect(&info));
    CHECK_NUMBER(0, info.is_sealed);
    CHECK_NUMBER(2, info.sequence);
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
}

/* A device in the field gets a seal by an update: what is plain is read, and sealed when it is saved. */
static void a_plain_record_is_sealed_later(void)
{
    make();
    restart(0);
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    CHECK(is_stored(&bench.memory, DEVICE_SECRET));
    restart(1);
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    CHECK_NUMBER(0, toy.unseals);
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    check_sealed(LINKAUTH_STATE_ACTIVATED, 2);
}

static void seals_that_are_none(void)
{
    make();
    seal.seal = NULL;
    CHECK_STATUS(LINKAUTH_ERROR_CALLBACK_MISSING, bench_restart(&bench));
    make();
    seal.unseal = NULL;
    CHECK_STATUS(LINKAUTH_ERROR_CALLBACK_MISSING, bench_restart(&bench));
    make();
    seal.reserved = 1;
    CHECK_STATUS(LINKAUTH_ERROR_RESERVED_NOT_ZERO, bench_restart(&bench));
    make();
    seal.struct_size = 0;
    CHECK_STATUS(LINKAUTH_ERROR_STRUCT_SIZE, bench_restart(&bench));
}

/* --- The ready AEAD ----------------------------------------------------------------------------------- */

#ifndef WITHOUT_SEAL

struct key_source {
    uint8_t first;
    unsigned calls;
    linkauth_status status;
};

/* Where the sealed secret stands: behind 16 bytes, ProductKey, DeviceName, no InstanceId, no clientId,
 * and its own length. */
enum { AT_SEALED = 16 + 12 + 5 + 1 + 1 + 1 };

static linkauth_aead aead;
static struct key_source keys;

static linkauth_status fetch(void *user, uint8_t *key)
{
    struct key_source *source = user;
    size_t at;
    source->calls++;
    for (at = 0; at < LINKAUTH_KEY_SIZE; at++) {
        key[at] = (uint8_t)(source->first + at);
    }
    return source->status;
}

static void make_aead(void)
{
    make();
    memset(&keys, 0, sizeof(keys));
    memset(&aead, 0xa5, sizeof(aead));
    CHECK_STATUS(LINKAUTH_OK, linkauth_aead_init(&aead, sizeof(aead), fetch, &keys,
                                                 bench.config.random, bench.config.random_user,
                                                 &seal));
    restart(1);
}

static void aead_across_restarts(void)
{
    uint8_t first[LINKAUTH_RECORD_MAX];
    make_aead();
    CHECK_NUMBER(0, keys.calls);
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    check_sealed(LINKAUTH_STATE_ISSUED, 1);
    memcpy(first, bench.memory.record, sizeof(first));
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    check_sealed(LINKAUTH_STATE_ACTIVATED, 2);
    /* Nonce, secret and tag behind their length: no nonce is used twice. */
    CHECK_NUMBER(12 + strlen(DEVICE_SECRET) + 16, first[AT_SEALED - 1]);
    CHECK(memcmp(first + AT_SEALED, bench.memory.record + AT_SEALED, 12) != 0);
    restart(1);
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
}

static void aead_with_another_key(void)
{
    make_aead();
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    keys.first = 1;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_UNSEAL, bench_sign_in(&bench.device));
    CHECK_STATUS(LINKAUTH_ERROR_ALREADY_REGISTERED, bench_register(&bench));
    CHECK_NUMBER(0, bench.script.opens);
    check_sealed(LINKAUTH_STATE_ISSUED, 1);
    keys.first = 0;
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
}

static void aead_without_its_key(void)
{
    make_aead();
    keys.status = LINKAUTH_ERROR_STORE_IO;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_SEALED, store_secret(DEVICE_SECRET));
    CHECK_NUMBER(0, bench.memory.saves);
    CHECK_STATUS(LINKAUTH_ERROR_STORE_SEALED, bench_register(&bench));
    CHECK_NUMBER(0, bench.script.opens);
    keys.status = LINKAUTH_OK;
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    keys.status = -5;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_SEALED, bench_sign_in(&bench.device));
    CHECK_STATUS(LINKAUTH_ERROR_ALREADY_REGISTERED, bench_register(&bench));
    CHECK_NUMBER(0, bench.script.opens);
}

static void aead_without_randomness(void)
{
    make_aead();
    bench.source.status = LINKAUTH_ERROR_RANDOM_FAILED;
    CHECK_STATUS(LINKAUTH_ERROR_RANDOM_FAILED, store_secret(DEVICE_SECRET));
    CHECK_NUMBER(0, bench.memory.saves);
}

/* CRC-32 (IEEE 802.3) at the record's end, as whoever forges a record would put it there. */
static void put_crc(void)
{
    uint32_t crc = 0xffffffffu;
    uint8_t *end = bench.memory.record + bench.memory.length - 4, *at;
    int bit;
    for (at = bench.memory.record; at < end; at++) {
        crc ^= *at;
        for (bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320u : 0);
        }
    }
    for (bit = 0; bit < 4; bit++) {
        end[bit] = (uint8_t)(~crc >> 8 * bit);
    }
}

/* The rest of the record is authenticated: one that was put together from two is not opened. */
static void aead_with_a_secret_of_another_save(void)
{
    uint8_t older[LINKAUTH_RECORD_MAX];
    make_aead();
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    memcpy(older, bench.memory.record, sizeof(older));
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    memcpy(bench.memory.record + AT_SEALED, older + AT_SEALED, bench.memory.length - AT_SEALED);
    /* The CRC is the other record's: damage, before any key is asked for. */
    keys.calls = 0;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_DAMAGED, bench_sign_in(&bench.device));
    CHECK_NUMBER(0, keys.calls);
    put_crc();
    CHECK_STATUS(LINKAUTH_ERROR_STORE_UNSEAL, bench_sign_in(&bench.device));
}

static void aead_arguments(void)
{
    linkauth_seal out;
    linkauth_random random;
    make();
    random = bench.config.random;
    memset(&out, 0xa5, sizeof(out));
    out.struct_size = sizeof(out);
    CHECK_STATUS(LINKAUTH_ERROR_CALLBACK_MISSING,
                 linkauth_aead_init(&aead, sizeof(aead), NULL, &keys, random, NULL, &out));
    CHECK(out.seal == NULL && out.unseal == NULL && out.user == NULL);
    CHECK_ZERO(&aead, sizeof(aead));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_aead_init(NULL, sizeof(aead), fetch, &keys, random, NULL, &out));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_aead_init(&aead, sizeof(aead), fetch, &keys, random, NULL, NULL));
    CHECK_STATUS(LINKAUTH_ERROR_OBJECT_SIZE,
                 linkauth_aead_init(&aead, 8, fetch, &keys, random, NULL, &out));
    CHECK_STATUS(LINKAUTH_ERROR_OBJECT_SIZE,
                 linkauth_aead_init((linkauth_aead *)(void *)((char *)&aead + 1), sizeof(aead),
                                    fetch, &keys, random, NULL, &out));
    out.struct_size = 4;
    CHECK_STATUS(LINKAUTH_ERROR_STRUCT_SIZE,
                 linkauth_aead_init(&aead, sizeof(aead), fetch, &keys, random, NULL, &out));
    CHECK_NUMBER(sizeof(aead), linkauth_aead_size());
}

static void aead_wiped(void)
{
    make_aead();
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    linkauth_aead_wipe(&aead);
    CHECK_ZERO(&aead, sizeof(aead));
    CHECK_STATUS(LINKAUTH_ERROR_NOT_INITIALISED, bench_sign_in(&bench.device));
    linkauth_aead_wipe(&aead);
    linkauth_aead_wipe(NULL);
}

#endif

int main(void)
{
    RUN(sealed_across_restarts);
    RUN(registered_and_sealed);
    RUN(context_and_lengths);
    RUN(callbacks_that_fail);
    RUN(callbacks_that_lie_about_lengths);
    RUN(registration_without_a_working_seal);
    RUN(sealed_record_without_a_seal);
    RUN(replaced_without_the_key);
    RUN(a_plain_record_is_sealed_later);
    RUN(seals_that_are_none);
#ifndef WITHOUT_SEAL
    RUN(aead_across_restarts);
    RUN(aead_with_another_key);
    RUN(aead_without_its_key);
    RUN(aead_without_randomness);
    RUN(aead_with_a_secret_of_another_save);
    RUN(aead_arguments);
    RUN(aead_wiped);
#endif
    return check_end();
}
