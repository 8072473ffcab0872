/*
 * Structs of the wrong size, unknown flags, missing callbacks, failing sources of random bytes; and
 * what needs no object: statuses, version, sizes, wiping.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "check.h"
#include "fixture.h"

#include "statuses_table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct bench bench;

static void dirty(void *memory, size_t length)
{
    memset(memory, 0xa5, length);
}

static linkauth_status begin(void)
{
    return linkauth_registration_begin(&bench.device, &bench.registration,
                                       sizeof(bench.registration), &bench.options);
}

static char sign_in_buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];
static linkauth_sign_in_result sign_in_result;

static linkauth_sign_in_options sign_in_options(void)
{
    linkauth_sign_in_options options;
    memset(&options, 0, sizeof(options));
    options.struct_size = sizeof(options);
    options.device_secret = DEVICE_SECRET;
    options.device_secret_length = LINKAUTH_NUL_TERMINATED;
    return options;
}

/* --- struct_size ------------------------------------------------------------------------------------- */

/* Room for any struct, and for a newer one with 8 bytes more. */
union newer {
    uint32_t struct_size;
    linkauth_device_config config;
    linkauth_store store;
    linkauth_sign_in_options sign_in;
    linkauth_registration_options registration;
    linkauth_transport transport;
    linkauth_sign_in_result result;
    linkauth_registration_step step;
    linkauth_error_detail detail;
    unsigned char bytes[4100];
};

static union newer newer;

static linkauth_status call_config(void)
{
    return linkauth_device_init(&bench.device, sizeof(bench.device), &newer.config);
}

static linkauth_status call_store(void)
{
    bench.config.store = &newer.store;
    return linkauth_device_init(&bench.device, sizeof(bench.device), &bench.config);
}

static linkauth_status call_sign_in_options(void)
{
    return linkauth_sign_in(&bench.device, &newer.sign_in, sign_in_buffer, sizeof(sign_in_buffer),
                            &sign_in_result);
}

static linkauth_status call_begin_options(void)
{
    return linkauth_registration_begin(&bench.device, &bench.registration,
                                       sizeof(bench.registration), &newer.registration);
}

static linkauth_status call_register_options(void)
{
    return linkauth_register(&bench.device, &bench.registration, sizeof(bench.registration),
                             &newer.registration, &bench.transport);
}

static linkauth_status call_transport(void)
{
    return linkauth_register(&bench.device, &bench.registration, sizeof(bench.registration),
                             &bench.options, &newer.transport);
}

static linkauth_status call_result(void)
{
    linkauth_sign_in_options options = sign_in_options();
    return linkauth_sign_in(&bench.device, &options, sign_in_buffer, sizeof(sign_in_buffer),
                            &newer.result);
}

static linkauth_status call_step(void)
{
    return linkauth_registration_next(&bench.registration, &newer.step);
}

static linkauth_status call_detail(void)
{
    return linkauth_device_error_detail(&bench.device, &newer.detail);
}

struct versioned {
    const char *name;
    linkauth_status (*call)(void);
    size_t size;
    /* NULL for a struct that is filled in. */
    const void *good;
    /* What the call says if the struct is right. */
    linkauth_status when_right;
};

static linkauth_status call_versioned(const struct versioned *kind, size_t size, size_t tail_at,
                                      linkauth_sign_in_options *options)
{
    bench_make(&bench);
    memset(&sign_in_result, 0, sizeof(sign_in_result));
    sign_in_result.struct_size = sizeof(sign_in_result);
    *options = sign_in_options();
    if (kind->call == call_step) {
        CHECK_STATUS(LINKAUTH_OK, begin());
    }
    memset(&newer, 0, sizeof(newer));
    if (kind->good != NULL) {
        memcpy(&newer, kind->good, kind->size);
    }
    newer.struct_size = (uint32_t)size;
    if (tail_at != 0) {
        newer.bytes[tail_at] = 1;
    }
    return kind->call();
}

static void struct_sizes(void)
{
    static linkauth_sign_in_options options;
    static const struct versioned KINDS[] = {
        {"device_config", call_config, sizeof(bench.config), &bench.config, LINKAUTH_OK},
        {"store", call_store, sizeof(bench.store), &bench.store, LINKAUTH_OK},
        {"sign_in_options", call_sign_in_options, sizeof(options), &options, LINKAUTH_OK},
        {"registration_options", call_begin_options, sizeof(bench.options), &bench.options,
         LINKAUTH_OK},
        {"registration_options of register", call_register_options, sizeof(bench.options),
         &bench.options, LINKAUTH_ERROR_REPLY_CUT_SHORT},
        {"transport", call_transport, sizeof(bench.transport), &bench.transport,
         LINKAUTH_ERROR_REPLY_CUT_SHORT},
        {"sign_in_result", call_result, sizeof(linkauth_sign_in_result), NULL, LINKAUTH_OK},
        {"registration_step", call_step, sizeof(linkauth_registration_step), NULL, LINKAUTH_OK},
        {"error_detail", call_detail, sizeof(linkauth_error_detail), NULL, LINKAUTH_OK},
    };
    size_t at;
    for (at = 0; at < COUNT(KINDS); at++) {
        const struct versioned *kind = &KINDS[at];
        size_t size = kind->size, tail;
        check_case = kind->name;
        CHECK_STATUS(kind->when_right, call_versioned(kind, size, 0, &options));
        CHECK_STATUS(LINKAUTH_ERROR_STRUCT_SIZE, call_versioned(kind, 0, 0, &options));
        CHECK_STATUS(LINKAUTH_ERROR_STRUCT_SIZE, call_versioned(kind, 4, 0, &options));
        CHECK_STATUS(LINKAUTH_ERROR_STRUCT_SIZE, call_versioned(kind, size - 1, 0, &options));
        CHECK_STATUS(LINKAUTH_ERROR_STRUCT_SIZE, call_versioned(kind, UINT32_MAX, 0, &options));
        CHECK_STATUS(kind->when_right, call_versioned(kind, size + 8, 0, &options));
        for (tail = size; tail < size + 8; tail++) {
            if (kind->good != NULL) {
                CHECK_STATUS(LINKAUTH_ERROR_STRUCT_SIZE,
                             call_versioned(kind, size + 8, tail, &options));
                /* Just behind the stated size nothing is looked at. */
                CHECK_STATUS(kind->when_right,
                             call_versioned(kind, tail, tail, &options));
            } else {
                /* What an older library does not know, it fills with 0. */
                CHECK_STATUS(kind->when_right, call_versioned(kind, size + 8, tail, &options));
                CHECK_NUMBER(0, newer.bytes[tail]);
                CHECK_STATUS(kind->when_right, call_versioned(kind, tail, tail, &options));
                CHECK_NUMBER(1, newer.bytes[tail]);
            }
        }
    }
    check_case = NULL;
}

/* --- Flags, callbacks, random ------------------------------------------------------------------------- */

static void flags(void)
{
    unsigned bit;
    for (bit = 0; bit < 32; bit++) {
        uint32_t flag = (uint32_t)1 << bit;
        char name[24];
        snprintf(name, sizeof(name), "bit %u", bit);
        check_case = name;
        bench_prepare(&bench);
        bench.config.flags = flag;
        CHECK_STATUS(flag == LINKAUTH_DEVICE_KEEP_SIGNALS ? LINKAUTH_OK
                                                          : LINKAUTH_ERROR_RESERVED_NOT_ZERO,
                     bench_restart(&bench));
        bench_prepare(&bench);
        bench.store.reserved = flag;
        CHECK_STATUS(LINKAUTH_ERROR_RESERVED_NOT_ZERO, bench_restart(&bench));
        CHECK(bench_make(&bench));
        bench.transport.flags = flag;
        CHECK_STATUS(flag == LINKAUTH_TRANSPORT_PLAIN ? LINKAUTH_ERROR_TRANSPORT_PLAIN
                                                      : LINKAUTH_ERROR_RESERVED_NOT_ZERO,
                     bench_register(&bench));
        CHECK_NUMBER(0, bench.script.opens);
    }
    check_case = NULL;
}

static void callbacks_that_are_missing(void)
{
    bench_prepare(&bench);
    bench.store.load = NULL;
    CHECK_STATUS(LINKAUTH_ERROR_CALLBACK_MISSING, bench_restart(&bench));
    bench_prepare(&bench);
    bench.store.save = NULL;
    CHECK_STATUS(LINKAUTH_ERROR_CALLBACK_MISSING, bench_restart(&bench));
    CHECK(bench_make(&bench));
    bench.transport.open = NULL;
    CHECK_STATUS(LINKAUTH_ERROR_CALLBACK_MISSING, bench_register(&bench));
    CHECK(bench_make(&bench));
    bench.transport.write = NULL;
    CHECK_STATUS(LINKAUTH_ERROR_CALLBACK_MISSING, bench_register(&bench));
    CHECK(bench_make(&bench));
    bench.transport.read = NULL;
    CHECK_STATUS(LINKAUTH_ERROR_CALLBACK_MISSING, bench_register(&bench));
    CHECK(bench_make(&bench));
    bench.transport.close = NULL;
    CHECK_STATUS(LINKAUTH_ERROR_CALLBACK_MISSING, bench_register(&bench));
    CHECK_NUMBER(0, bench.script.opens);
}

static void sources_of_random_bytes_that_fail(void)
{
    static const linkauth_status STATUSES_OF_SOURCE[] = {1, -1, LINKAUTH_ERROR_STORE_ABSENT,
                                                         INT32_MIN, INT32_MAX};
    size_t at;
    for (at = 0; at < COUNT(STATUSES_OF_SOURCE); at++) {
        CHECK(bench_make(&bench));
        bench.source.status = STATUSES_OF_SOURCE[at];
        CHECK_STATUS(LINKAUTH_ERROR_RANDOM_FAILED, begin());
        CHECK_STATUS(LINKAUTH_ERROR_RANDOM_FAILED, bench_register(&bench));
        CHECK_NUMBER(0, bench.script.opens);
    }
    CHECK(bench_make(&bench));
    bench.source.writes_nothing = 1;
    CHECK_STATUS(LINKAUTH_ERROR_RANDOM_FAILED, bench_register(&bench));
    CHECK_NUMBER(0, bench.script.opens);
    /* With a nonce of the caller's no source is needed. */
    bench.options.random = "abc";
    bench.options.random_length = 3;
    CHECK_STATUS(LINKAUTH_ERROR_REPLY_CUT_SHORT, bench_register(&bench));
}

static void numbers_of_a_registration(void)
{
    CHECK(bench_make(&bench));
    bench.options.port = 65536;
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_RANGE, begin());
    bench.options.port = 65535;
    CHECK_STATUS(LINKAUTH_OK, begin());
    bench.options.sign_method = LINKAUTH_SIGN_HMAC_MD5 + 1;
    CHECK_STATUS(LINKAUTH_ERROR_SIGN_METHOD_UNKNOWN, begin());
    bench.options.sign_method = UINT32_MAX;
    CHECK_STATUS(LINKAUTH_ERROR_SIGN_METHOD_UNKNOWN, begin());
}

/* --- Statuses, version, sizes, wiping -------------------------------------------------------------------- */

static void every_status_has_a_name_and_a_text(void)
{
    static const linkauth_status UNKNOWN[] = {-1, 1, 99, 100, 999, 1000, INT32_MIN, INT32_MAX};
    const char *unknown_text = linkauth_status_text(-1);
    size_t at, other, named = 0;
    linkauth_status number;
    CHECK(COUNT(STATUSES) > 60);
    for (at = 0; at < COUNT(STATUSES); at++) {
        const char *text = linkauth_status_text(STATUSES[at].number);
        check_case = STATUSES[at].name;
        CHECK_TEXT(STATUSES[at].name, linkauth_status_name(STATUSES[at].number),
                   strlen(linkauth_status_name(STATUSES[at].number)));
        CHECK(strlen(text) >= 7 && strcmp(text, unknown_text) != 0);
        for (other = 0; other < at; other++) {
            CHECK(strcmp(text, linkauth_status_text(STATUSES[other].number)) != 0);
        }
    }
    /* And the library knows no other. */
    for (number = 0; number < 10000; number++) {
        named += strcmp(linkauth_status_name(number), "LINKAUTH_ERROR_UNKNOWN_STATUS") != 0;
    }
    CHECK_NUMBER(COUNT(STATUSES), named);
    for (at = 0; at < COUNT(UNKNOWN); at++) {
        CHECK(strcmp(linkauth_status_name(UNKNOWN[at]), "LINKAUTH_ERROR_UNKNOWN_STATUS") == 0);
        CHECK(strcmp(linkauth_status_text(UNKNOWN[at]), unknown_text) == 0);
    }
}

static void functions_agree_with_macros(void)
{
    char version[40];
    CHECK_NUMBER(LINKAUTH_VERSION_NUMBER, linkauth_version_number());
    snprintf(version, sizeof(version), "%d.%d.%d", LINKAUTH_VERSION_MAJOR, LINKAUTH_VERSION_MINOR,
             LINKAUTH_VERSION_PATCH);
    CHECK(strcmp(version, linkauth_version_string()) == 0);
    CHECK_NUMBER(sizeof(linkauth_device), linkauth_device_size());
    CHECK_NUMBER(LINKAUTH_DEVICE_SIZE, linkauth_device_size());
    CHECK_NUMBER(sizeof(linkauth_registration), linkauth_registration_size());
    CHECK_NUMBER(LINKAUTH_REGISTRATION_SIZE, linkauth_registration_size());
    CHECK_NUMBER(LINKAUTH_SIGN_IN_BUFFER_SIZE, linkauth_sign_in_buffer_size());
}

static void wiping_memory(void)
{
    unsigned char memory[40];
    size_t at;
    dirty(memory, sizeof(memory));
    linkauth_wipe(memory + 3, 30);
    CHECK_ZERO(memory + 3, 30);
    for (at = 0; at < sizeof(memory); at++) {
        CHECK(memory[at] == (at >= 3 && at < 33 ? 0 : 0xa5));
    }
    linkauth_wipe(memory, 0);
    CHECK(memory[0] == 0xa5);
    linkauth_wipe(NULL, 0);
    linkauth_wipe(NULL, 100);
}

int main(void)
{
    RUN(struct_sizes);
    RUN(flags);
    RUN(callbacks_that_are_missing);
    RUN(sources_of_random_bytes_that_fail);
    RUN(numbers_of_a_registration);
    RUN(every_status_has_a_name_and_a_text);
    RUN(functions_agree_with_macros);
    RUN(wiping_memory);
    return check_end();
}
