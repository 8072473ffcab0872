/*
 * The life cycle of a secret over a store of the caller's: stored, registered, activated; and a
 * store that fails, lies or holds something else.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "check.h"
#include "fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OTHER_SECRET "zyxwvutsrqponmlkjihgfedcba987654"

static struct bench bench;
static char reply[600];

static void make(void)
{
    size_t length = http_reply(reply, sizeof(reply), HEAD_LENGTH, BODY_SUCCESS);
    CHECK(bench_make(&bench));
    bench_reply(&bench, reply, length);
}

static linkauth_status store_secret(const char *secret)
{
    return linkauth_store_secret(&bench.device, secret, LINKAUTH_NUL_TERMINATED);
}

/* The four bytes behind state, kind and protection: one more with each save. */
static unsigned sequence(void)
{
    const uint8_t *at = bench.memory.record + 10;
    return (unsigned)at[0] | (unsigned)at[1] << 8 | (unsigned)at[2] << 16 | (unsigned)at[3] << 24;
}

static void check_detail(int system_error)
{
    CHECK_STATUS(LINKAUTH_OK, linkauth_device_error_detail(&bench.device, &bench.detail));
    CHECK_NUMBER(system_error, bench.detail.system_error);
    CHECK_NUMBER(0, bench.detail.platform_code);
}

static const linkauth_status FAILURES[] = {
    LINKAUTH_ERROR_STORE_DAMAGED,   LINKAUTH_ERROR_STORE_OTHER_DEVICE, LINKAUTH_ERROR_STORE_UNSAFE,
    LINKAUTH_ERROR_STORE_IO,        LINKAUTH_ERROR_STORE_FULL,         LINKAUTH_ERROR_STORE_READ_ONLY,
    LINKAUTH_ERROR_STORE_READ_BACK, LINKAUTH_ERROR_STORE_NOT_FOUND,    LINKAUTH_ERROR_STORE_VERSION,
    LINKAUTH_ERROR_STORE_LOCKED,
};

/* --- Success ------------------------------------------------------------------------------------------ */

static void registered_then_activated(void)
{
    make();
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&bench.device));
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    CHECK_NUMBER(1, bench.memory.saves);
    CHECK_NUMBER(RECORD_ISSUED, bench.memory.record[RECORD_STATE]);
    CHECK_NUMBER(1, sequence());
    CHECK(is_stored(&bench.memory, DEVICE_SECRET));
    CHECK_NUMBER(15, strlen(bench.memory.name));
    CHECK(strspn(bench.memory.name, "abcdefghijklmnopqrstuvwxyz0123456789") == 15);
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));

    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    CHECK_NUMBER(2, bench.memory.saves);
    CHECK_NUMBER(RECORD_ACTIVATED, bench.memory.record[RECORD_STATE]);
    CHECK_NUMBER(2, sequence());
    CHECK(is_stored(&bench.memory, DEVICE_SECRET));
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    CHECK_NUMBER(2, bench.memory.saves);
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
}

static void a_registered_device_does_not_ask_again(void)
{
    int is_activated;
    for (is_activated = 0; is_activated <= 1; is_activated++) {
        make();
        CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
        if (is_activated) {
            CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
        }
        bench.script.opens = bench.script.opened = bench.script.closes = 0;
        bench.source.calls = 0;
        CHECK_STATUS(LINKAUTH_ERROR_ALREADY_REGISTERED, bench_register(&bench));
        CHECK_STATUS(LINKAUTH_ERROR_ALREADY_REGISTERED,
                     linkauth_registration_begin(&bench.device, &bench.registration,
                                                 sizeof(bench.registration), &bench.options));
        CHECK_NUMBER(0, bench.script.opens);
        CHECK_NUMBER(0, bench.source.calls);
        CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    }
}

static void connack_codes(void)
{
    static const linkauth_status MEANINGS[] = {
        LINKAUTH_ERROR_CONNACK_PROTOCOL,    LINKAUTH_ERROR_CONNACK_CLIENT_ID,
        LINKAUTH_ERROR_CONNACK_UNAVAILABLE, LINKAUTH_ERROR_CONNACK_CREDENTIALS,
        LINKAUTH_ERROR_CONNACK_NOT_AUTHORISED,
    };
    unsigned code;
    make();
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    for (code = 1; code <= 255; code++) {
        CHECK_STATUS(code <= COUNT(MEANINGS) ? MEANINGS[code - 1] : LINKAUTH_ERROR_CONNACK_UNKNOWN,
                     linkauth_report_connack(&bench.device, (uint8_t)code));
    }
    CHECK_NUMBER(1, bench.memory.saves);
    CHECK_NUMBER(RECORD_ISSUED, bench.memory.record[RECORD_STATE]);
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    /* With a secret that the caller lends, there is nothing to mark. */
    make();
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    CHECK_NUMBER(0, bench.memory.saves);
}

static void storing_a_secret(void)
{
    make();
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    CHECK_NUMBER(1, bench.memory.saves);
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    CHECK_NUMBER(RECORD_ACTIVATED, bench.memory.record[RECORD_STATE]);
    CHECK_NUMBER(2, bench.memory.saves);
    CHECK_STATUS(LINKAUTH_OK, store_secret(OTHER_SECRET));
    CHECK_NUMBER(3, sequence());
    CHECK_NUMBER(RECORD_ISSUED, bench.memory.record[RECORD_STATE]);
    CHECK(is_stored(&bench.memory, OTHER_SECRET));
    CHECK(!has_secret(bench.memory.record, bench.memory.length, DEVICE_SECRET));
}

static void store_by_length(void)
{
    make();
    CHECK_STATUS(LINKAUTH_OK, linkauth_store_secret(&bench.device, DEVICE_SECRET OTHER_SECRET, 32));
    CHECK(is_stored(&bench.memory, DEVICE_SECRET));
    CHECK(!has_secret(bench.memory.record, bench.memory.length, OTHER_SECRET));
}

/* --- A store that fails ----------------------------------------------------------------------------------- */

static void failures_of_load(void)
{
    size_t at;
    for (at = 0; at < COUNT(FAILURES); at++) {
        check_case = linkauth_status_name(FAILURES[at]);
        make();
        bench.memory.load_status = FAILURES[at];
        CHECK_STATUS(FAILURES[at], bench_sign_in(&bench.device));
        CHECK_STATUS(FAILURES[at], linkauth_report_connack(&bench.device, 0));
        CHECK_STATUS(FAILURES[at], bench_register(&bench));
        check_detail(0);
        CHECK_NUMBER(0, bench.script.opens);
        CHECK_NUMBER(0, bench.source.calls);
        CHECK_NUMBER(0, bench.memory.saves);
        /* Storing replaces a damaged record, and reads back what the store then says. */
        CHECK_STATUS(FAILURES[at], store_secret(DEVICE_SECRET));
        CHECK_NUMBER(FAILURES[at] == LINKAUTH_ERROR_STORE_DAMAGED, bench.memory.saves);
    }
    check_case = NULL;
}

static void failures_of_save(void)
{
    size_t at;
    for (at = 0; at < COUNT(FAILURES); at++) {
        check_case = linkauth_status_name(FAILURES[at]);
        make();
        bench.memory.save_status = FAILURES[at];
        CHECK_STATUS(FAILURES[at], store_secret(DEVICE_SECRET));
        CHECK_STATUS(FAILURES[at], bench_register(&bench));
        check_detail(0);
        CHECK_NUMBER(1, bench.script.opens);
        CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&bench.device));
        /* The platform issues a new one to a device that has not signed in. */
        bench.memory.save_status = LINKAUTH_OK;
        bench_reply(&bench, reply, strlen(reply));
        CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
        /* A mark that cannot be written leaves the secret usable. */
        bench.memory.save_status = FAILURES[at];
        CHECK_STATUS(FAILURES[at], linkauth_report_connack(&bench.device, 0));
        CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    }
    check_case = NULL;
}

/* What was saved cannot be read back: it may be there, but nobody knows. */
static void failures_of_the_reading_back(void)
{
    size_t at;
    for (at = 0; at < COUNT(FAILURES); at++) {
        check_case = linkauth_status_name(FAILURES[at]);
        make();
        bench.memory.load_status = FAILURES[at];
        /* The first two look whether the device may register, before and after it asked. */
        bench.memory.failing_load = 3;
        CHECK_STATUS(FAILURES[at], bench_register(&bench));
        CHECK_NUMBER(1, bench.memory.saves);
    }
    check_case = NULL;
}

static void error_numbers_of_the_system(void)
{
    static const int NUMBERS[] = {1, 5, 28, 4095, INT32_MAX};
    size_t at;
    for (at = 0; at < COUNT(NUMBERS); at++) {
        make();
        bench.memory.load_status = -NUMBERS[at];
        CHECK_STATUS(LINKAUTH_ERROR_STORE_IO, bench_sign_in(&bench.device));
        check_detail(NUMBERS[at]);
        CHECK_STATUS(LINKAUTH_ERROR_STORE_IO, bench_register(&bench));
        check_detail(NUMBERS[at]);
        CHECK_NUMBER(0, bench.script.opens);
        CHECK_STATUS(LINKAUTH_ERROR_STORE_IO, store_secret(DEVICE_SECRET));
        check_detail(NUMBERS[at]);
        bench.memory.load_status = LINKAUTH_OK;
        bench.memory.save_status = -NUMBERS[at];
        CHECK_STATUS(LINKAUTH_ERROR_STORE_IO, store_secret(DEVICE_SECRET));
        check_detail(NUMBERS[at]);
        CHECK_STATUS(LINKAUTH_ERROR_STORE_IO, bench_register(&bench));
        check_detail(NUMBERS[at]);
        bench.memory.save_status = LINKAUTH_OK;
        CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
        check_detail(0);
    }
}

/* --- A store that lies ---------------------------------------------------------------------------------------- */

/* It keeps the old record, and says that it took the new one. */
static void an_old_record_is_read_back(void)
{
    make();
    CHECK_STATUS(LINKAUTH_OK, store_secret(OTHER_SECRET));
    bench.memory.save_result = SAVE_NOTHING;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_READ_BACK, store_secret(DEVICE_SECRET));
    /* Even if only the state differs. */
    CHECK_STATUS(LINKAUTH_ERROR_STORE_READ_BACK, linkauth_report_connack(&bench.device, 0));
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
}

static void a_record_that_is_damaged_on_its_way(void)
{
    static const enum save_result RESULTS[] = {SAVE_CUT, SAVE_FLIPPED};
    size_t at;
    for (at = 0; at < COUNT(RESULTS); at++) {
        linkauth_status status;
        make();
        bench.memory.save_result = RESULTS[at];
        status = store_secret(DEVICE_SECRET);
        CHECK(status == LINKAUTH_ERROR_STORE_READ_BACK || status == LINKAUTH_ERROR_STORE_DAMAGED);
        CHECK_STATUS(LINKAUTH_ERROR_STORE_DAMAGED, bench_sign_in(&bench.device));
        make();
        bench.memory.save_result = RESULTS[at];
        status = bench_register(&bench);
        CHECK(status == LINKAUTH_ERROR_STORE_READ_BACK || status == LINKAUTH_ERROR_STORE_DAMAGED);
    }
}

/* Nothing at all was kept. STORE_ABSENT would say: store a secret, to a caller who just did. */
static void nothing_is_read_back(void)
{
    make();
    bench.memory.save_result = SAVE_NOTHING;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_READ_BACK, store_secret(DEVICE_SECRET));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_READ_BACK, bench_register(&bench));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&bench.device));
}

static void lengths_that_cannot_be(void)
{
    static const size_t LENGTHS[] = {1, LINKAUTH_RECORD_MAX, LINKAUTH_RECORD_MAX + 1,
                                     SIZE_MAX / 2, SIZE_MAX};
    size_t at;
    for (at = 0; at < COUNT(LENGTHS); at++) {
        make();
        CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
        bench.memory.claimed_length = LENGTHS[at];
        CHECK_STATUS(LINKAUTH_ERROR_STORE_DAMAGED, bench_sign_in(&bench.device));
        CHECK_STATUS(LINKAUTH_ERROR_STORE_DAMAGED, bench_register(&bench));
    }
    make();
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    bench.memory.length = 0;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_DAMAGED, bench_sign_in(&bench.device));
}

/* --- A store that holds something else ------------------------------------------------------------------------ */

/* Damage is never absence: the platform is not asked for another secret. */
static void expect_damaged(void)
{
    CHECK_STATUS(LINKAUTH_ERROR_STORE_DAMAGED, bench_sign_in(&bench.device));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_DAMAGED, linkauth_report_connack(&bench.device, 0));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_DAMAGED, bench_register(&bench));
    CHECK_NUMBER(0, bench.script.opens);
    CHECK_NUMBER(1, bench.memory.saves);
}

static void every_byte_and_cut_of_a_record(void)
{
    size_t at, length;
    make();
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    length = bench.memory.length;
    CHECK(length > 64 && length < LINKAUTH_RECORD_MAX);
    for (at = 0; at < length; at++) {
        bench.memory.record[at] ^= 0x40;
        expect_damaged();
        bench.memory.record[at] ^= 0x40;
        bench.memory.length = at;
        expect_damaged();
        bench.memory.length = length;
    }
    bench.memory.record[length] = 0;
    bench.memory.length = length + 1;
    expect_damaged();
    bench.memory.length = length;
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
}

static void garbage(void)
{
    static const uint8_t FILLS[] = {0x00, 0xff, 'L', 0x01};
    size_t at;
    for (at = 0; at < COUNT(FILLS); at++) {
        make();
        CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
        memset(bench.memory.record, FILLS[at], sizeof(bench.memory.record));
        expect_damaged();
        bench.memory.length = sizeof(bench.memory.record);
        expect_damaged();
        /* Storing anew is how an operator repairs it. */
        CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
        CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    }
}

static uint32_t crc32_of(const uint8_t *bytes, size_t length)
{
    uint32_t crc = UINT32_MAX;
    size_t at;
    int bit;
    for (at = 0; at < length; at++) {
        crc ^= bytes[at];
        for (bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320u : 0);
        }
    }
    return ~crc;
}

/* A sound record but for one byte of its head. */
static void with_head_byte(size_t at, uint8_t value)
{
    size_t body = bench.memory.length - 4, place;
    uint32_t crc;
    bench.memory.record[at] = value;
    crc = crc32_of(bench.memory.record, body);
    for (place = 0; place < 4; place++) {
        bench.memory.record[body + place] = (uint8_t)(crc >> 8 * place);
    }
}

static void records_of_a_newer_version(void)
{
    /* The version, the kind of secret, how it is protected. */
    static const struct {
        size_t at;
        uint8_t value;
    } NEWER[] = {{6, 2}, {6, 0}, {6, 255}, {8, 3}, {9, 2}};
    size_t at;
    for (at = 0; at < COUNT(NEWER); at++) {
        make();
        CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
        with_head_byte(NEWER[at].at, NEWER[at].value);
        CHECK_STATUS(LINKAUTH_ERROR_STORE_VERSION, bench_sign_in(&bench.device));
        CHECK_STATUS(LINKAUTH_ERROR_STORE_VERSION, bench_register(&bench));
        CHECK_STATUS(LINKAUTH_ERROR_STORE_VERSION, store_secret(OTHER_SECRET));
        CHECK_NUMBER(0, bench.script.opens);
        CHECK_NUMBER(1, bench.memory.saves);
    }
    make();
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    with_head_byte(RECORD_STATE, 3);
    expect_damaged();
}

static void another_devices_record(void)
{
    static const char *const OTHERS[][3] = {
        {"a1B2c3D4e5G", DEVICE_NAME, NULL},
        {PRODUCT_KEY, "dev2", NULL},
        {PRODUCT_KEY, DEVICE_NAME, "iot-1"},
    };
    struct memory_store stolen;
    size_t at;
    for (at = 0; at < COUNT(OTHERS); at++) {
        char name[sizeof(stolen.name)];
        make();
        CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
        strcpy(name, bench.memory.name);
        make();
        bench.config.product_key = OTHERS[at][0];
        bench.config.device_name = OTHERS[at][1];
        bench.config.instance_id = OTHERS[at][2];
        bench.config.instance_id_length = LINKAUTH_NUL_TERMINATED;
        CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
        CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
        stolen = bench.memory;
        /* The instance is not in the name, so that a device which moved is told so. */
        CHECK((strcmp(name, stolen.name) == 0) == (OTHERS[at][2] != NULL));
        make();
        bench.memory = stolen;
        strcpy(bench.memory.name, name);
        CHECK_STATUS(LINKAUTH_ERROR_STORE_OTHER_DEVICE, bench_sign_in(&bench.device));
        CHECK_STATUS(LINKAUTH_ERROR_STORE_OTHER_DEVICE, bench_register(&bench));
        CHECK_STATUS(LINKAUTH_ERROR_STORE_OTHER_DEVICE, store_secret(OTHER_SECRET));
        CHECK_STATUS(LINKAUTH_ERROR_STORE_OTHER_DEVICE,
                     linkauth_report_connack(&bench.device, 0));
        CHECK_NUMBER(0, bench.script.opens);
        CHECK_BYTES(stolen.record, stolen.length, bench.memory.record, bench.memory.length);
    }
}

int main(void)
{
    RUN(registered_then_activated);
    RUN(a_registered_device_does_not_ask_again);
    RUN(connack_codes);
    RUN(storing_a_secret);
    RUN(store_by_length);
    RUN(failures_of_load);
    RUN(failures_of_save);
    RUN(failures_of_the_reading_back);
    RUN(error_numbers_of_the_system);
    RUN(an_old_record_is_read_back);
    RUN(a_record_that_is_damaged_on_its_way);
    RUN(nothing_is_read_back);
    RUN(lengths_that_cannot_be);
    RUN(every_byte_and_cut_of_a_record);
    RUN(garbage);
    RUN(records_of_a_newer_version);
    RUN(another_devices_record);
    return check_end();
}
