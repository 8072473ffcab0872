/*
 * When to try again: what the error detail says after a failure.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "check.h"
#include "fixture.h"
#include "mqtt.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { FIRST = 4000, LONGEST = 600000 };

static struct bench bench;
static char reply[600];

static void make(void)
{
    CHECK(bench_make(&bench));
}

static uint32_t retry_after(void)
{
    CHECK_STATUS(LINKAUTH_OK, linkauth_device_error_detail(&bench.device, &bench.detail));
    return bench.detail.retry_after_ms;
}

static void play(const char *body)
{
    size_t length = http_reply(reply, sizeof(reply), HEAD_LENGTH, body);
    CHECK(length > 0);
    bench_reply(&bench, reply, length);
}

static uint32_t after_a_sign_in(void)
{
    CHECK_STATUS(LINKAUTH_ERROR_CONNACK_UNAVAILABLE, linkauth_report_connack(&bench.device, 3));
    return retry_after();
}

static uint32_t after_a_registration(void)
{
    play("{\"code\":500,\"message\":\"no\"}");
    CHECK_STATUS(LINKAUTH_ERROR_PLATFORM_INTERNAL, bench_register(&bench));
    return retry_after();
}

/* Half of the wait is certain, the other half differs from device to device. */
static void expect_growth(uint32_t (*fail)(void))
{
    uint32_t longest = FIRST;
    unsigned failure;
    for (failure = 0; failure < 300; failure++) {
        uint32_t wait = fail();
        if (wait < longest / 2 || wait > longest) {
            CHECK(!"not within its half");
            printf("    %u after failure %u, longest %u\n", (unsigned)wait, failure,
                   (unsigned)longest);
            return;
        }
        longest = longest > LONGEST / 2 ? LONGEST : longest * 2;
    }
}

static void waits_grow_and_end(void)
{
    make();
    expect_growth(after_a_sign_in);
    make();
    expect_growth(after_a_registration);
}

static void successes_begin_anew(void)
{
    unsigned failure;
    make();
    for (failure = 0; failure < 10; failure++) {
        CHECK(after_a_registration() > 0);
    }
    play(BODY_SUCCESS);
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    CHECK_NUMBER(0, retry_after());
    expect_growth(after_a_sign_in);
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    CHECK_NUMBER(0, retry_after());
    expect_growth(after_a_sign_in);
    /* So does a restart, which takes its time by itself. */
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    CHECK(after_a_sign_in() <= FIRST);
}

static void devices_differ(void)
{
    enum { DEVICES = 64 };
    uint32_t waits[2][DEVICES];
    size_t at, other, kind, alike[2] = {0, 0};
    for (at = 0; at < DEVICES; at++) {
        char name[16];
        make();
        snprintf(name, sizeof(name), "dev%u", (unsigned)at + 10);
        bench.config.device_name = name;
        bench.source.next = (uint8_t)(at * 3);
        CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
        /* By its name; then by the random of its registration. */
        waits[0][at] = after_a_sign_in();
        CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
        waits[1][at] = after_a_registration();
        for (kind = 0; kind < 2; kind++) {
            for (other = 0; other < at; other++) {
                alike[kind] += waits[kind][other] == waits[kind][at];
            }
        }
    }
    /* Of 2000 possible waits; 2016 pairs. */
    CHECK(alike[0] <= 8);
    CHECK(alike[1] <= 8);
}

/* --- What time does not mend ----------------------------------------------------------------------------- */

static void refusals_that_stay(void)
{
    static const int CODES[] = {460, 6100, 6250, 6288, 6289, 6292, 6600, 7777};
    size_t at;
    for (at = 0; at < COUNT(CODES); at++) {
        char body[80];
        snprintf(body, sizeof(body), "{\"code\":%d,\"message\":\"no\"}", CODES[at]);
        check_case = body;
        make();
        play(body);
        CHECK(bench_register(&bench) != LINKAUTH_OK);
        CHECK_NUMBER(CODES[at], bench.detail.platform_code);
        CHECK_NUMBER(0, retry_after());
        check_case = NULL;
    }
}

static void replies_that_stay(void)
{
    make();
    play("{\"code\":200}");
    CHECK_STATUS(LINKAUTH_ERROR_REPLY_INCOMPLETE, bench_register(&bench));
    CHECK_NUMBER(0, retry_after());
    play(BODY_OF(PRODUCT_KEY, "dev2", DEVICE_SECRET));
    CHECK_STATUS(LINKAUTH_ERROR_REPLY_OTHER_DEVICE, bench_register(&bench));
    CHECK_NUMBER(0, retry_after());
}

static void stores_that_stay(void)
{
    static const linkauth_status STATUSES[] = {
        LINKAUTH_ERROR_STORE_FULL,   LINKAUTH_ERROR_STORE_READ_ONLY, LINKAUTH_ERROR_STORE_UNSAFE,
        LINKAUTH_ERROR_STORE_LOCKED, LINKAUTH_ERROR_STORE_DAMAGED,
    };
    size_t at;
    for (at = 0; at < COUNT(STATUSES); at++) {
        make();
        play(BODY_SUCCESS);
        bench.memory.save_status = STATUSES[at];
        CHECK_STATUS(STATUSES[at], bench_register(&bench));
        CHECK_NUMBER(0, retry_after());
    }
}

static const struct {
    linkauth_status status;
    int is_mended;
} TRANSPORTS[] = {
    {LINKAUTH_ERROR_TRANSPORT_HOST_NOT_FOUND, 1}, {LINKAUTH_ERROR_TRANSPORT_REFUSED, 1},
    {LINKAUTH_ERROR_TRANSPORT_TIMED_OUT, 1},      {LINKAUTH_ERROR_TRANSPORT_CLOSED, 1},
    {LINKAUTH_ERROR_TRANSPORT_IO, 1},             {LINKAUTH_ERROR_TRANSPORT_CERTIFICATE, 0},
    {LINKAUTH_ERROR_TRANSPORT_HOSTNAME, 0},       {LINKAUTH_ERROR_TRANSPORT_ROOTS, 0},
    {LINKAUTH_ERROR_TRANSPORT_MISUSE, 0},
};

static void transports(void)
{
    size_t at;
    for (at = 0; at < COUNT(TRANSPORTS); at++) {
        check_case = linkauth_status_name(TRANSPORTS[at].status);
        make();
        bench.script.open_status = TRANSPORTS[at].status;
        CHECK_STATUS(TRANSPORTS[at].status, bench_register(&bench));
        CHECK((retry_after() > 0) == TRANSPORTS[at].is_mended);
    }
    check_case = NULL;
}

/* A failure that stays counts as none, and one call's wait is not the next call's. */
static void what_stays_is_not_counted(void)
{
    unsigned failure;
    make();
    for (failure = 0; failure < 20; failure++) {
        CHECK_STATUS(LINKAUTH_ERROR_CONNACK_NOT_AUTHORISED,
                     linkauth_report_connack(&bench.device, 5));
        CHECK_NUMBER(0, retry_after());
    }
    expect_growth(after_a_sign_in);
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&bench.device));
    CHECK_NUMBER(0, retry_after());
}

int main(void)
{
    RUN(waits_grow_and_end);
    RUN(successes_begin_anew);
    RUN(devices_differ);
    RUN(refusals_that_stay);
    RUN(replies_that_stay);
    RUN(stores_that_stay);
    RUN(transports);
    RUN(what_stays_is_not_counted);
    return check_end();
}
