/*
 * The rules by which a device registers, and registers again: whose reply counts, how often, and
 * what the platform's refusals lead to.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "check.h"
#include "fixture.h"
#include "mqtt.h"
#include "steps.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct bench bench;
static struct stream stream;

/* What the platform issues, one after the other. None is a part of another. */
static const char *const ISSUED[] = {"aaaa1111bbbb2222cccc3333dddd4444", "bcdefghijklmnopqrstuvwxyz0123456",
                                     "SecretNumberThreeOfSixSecrets033", "zyxwvutsrqponmlkjihgfedcba987654",
                                     "5five5FIVE5fIvE5FiVe5five5FIVE55", "theSixthWouldBeOneTooMany6666666"};
enum { REGISTRATIONS_MAX = 5 };

/* Every form, HTTPS too. */
static uint32_t form;

/* Plays the reply that issues this secret. */
static void answer(const char *secret)
{
    char payload[256];
    stream.length = 0;
    if (form == LINKAUTH_REGISTER_HTTPS) {
        snprintf(payload, sizeof(payload), BODY_OF("%s", "%s", "%s"), PRODUCT_KEY, DEVICE_NAME,
                 secret);
        stream.length = http_reply(stream.bytes, sizeof(stream.bytes), HEAD_LENGTH, payload);
    } else {
        if (form == LINKAUTH_REGISTER_MQTT) {
            snprintf(payload, sizeof(payload), PUSH_OF("%s", "%s", "%s"), secret, PRODUCT_KEY,
                     DEVICE_NAME);
        } else {
            snprintf(payload, sizeof(payload), TOKEN_PUSH_OF("%s", "%s", "%s", "%s"),
                     ISSUED_CLIENT_ID, PRODUCT_KEY, DEVICE_NAME, secret);
        }
        stream_connack(&stream, 0);
        stream_publish(&stream, 0, TOPIC_REGISTER, payload, strlen(payload));
    }
    bench_reply(&bench, stream.bytes, stream.length);
}

static void make(void)
{
    CHECK(bench_make(&bench));
    bench.transport.now_ms = script_now;
    bench.options.form = form;
    answer(ISSUED[0]);
}

static void restart(void)
{
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
}

/* Registers by the next secret. */
static linkauth_status register_for(const char *secret)
{
    answer(secret);
    return bench_register(&bench);
}

static uint32_t retry_after(void)
{
    CHECK_STATUS(LINKAUTH_OK, linkauth_device_error_detail(&bench.device, &bench.detail));
    return bench.detail.retry_after_ms;
}

/* Refused, and not because the platform was asked. */
static void expect_unasked(linkauth_status expected)
{
    unsigned opens = bench.script.opens, calls = bench.source.calls, saves = bench.memory.saves;
    CHECK_STATUS(expected, register_for(ISSUED[5]));
    CHECK_STATUS(expected, steps_begin(&bench));
    CHECK_NUMBER(opens, bench.script.opens);
    CHECK_NUMBER(calls, bench.source.calls);
    CHECK_NUMBER(saves, bench.memory.saves);
    CHECK_NUMBER(0, retry_after());
}

static void expect_stored(const char *secret, uint8_t state)
{
    CHECK(is_stored(&bench.memory, secret));
    CHECK_NUMBER(state, bench.memory.record[RECORD_STATE]);
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
}

static void report(linkauth_status expected, unsigned code)
{
    CHECK_STATUS(expected, linkauth_report_connack(&bench.device, (uint8_t)code));
}

static void refuse(void)
{
    report(LINKAUTH_ERROR_REFUSED_BEFORE_ACTIVATION, 4);
    CHECK(retry_after() > 0);
}

static void (*test_of_form)(void);

static void in_every_form(void)
{
    static const char *const NAMES[] = {"HTTPS", "MQTT", "MQTT without pre-registration"};
    for (form = 0; form < COUNT(NAMES); form++) {
        check_case = NAMES[form];
        test_of_form();
    }
}

#define RUN_IN_EVERY_FORM(test) (test_of_form = (test), check_run(#test, in_every_form))

/* --- Issued --------------------------------------------------------------------------------------------- */

static void issued_and_not_refused(void)
{
    static const struct {
        unsigned code;
        linkauth_status status;
    } OTHERS[] = {
        {1, LINKAUTH_ERROR_CONNACK_PROTOCOL},       {2, LINKAUTH_ERROR_CONNACK_CLIENT_ID},
        {3, LINKAUTH_ERROR_CONNACK_UNAVAILABLE},    {5, LINKAUTH_ERROR_CONNACK_NOT_AUTHORISED},
        {6, LINKAUTH_ERROR_CONNACK_UNKNOWN},        {255, LINKAUTH_ERROR_CONNACK_UNKNOWN},
    };
    size_t at;
    make();
    CHECK_STATUS(LINKAUTH_OK, register_for(ISSUED[0]));
    expect_unasked(LINKAUTH_ERROR_ALREADY_REGISTERED);
    for (at = 0; at < COUNT(OTHERS); at++) {
        report(OTHERS[at].status, OTHERS[at].code);
        CHECK((retry_after() > 0) == (OTHERS[at].code == 3));
        expect_unasked(LINKAUTH_ERROR_ALREADY_REGISTERED);
    }
    expect_stored(ISSUED[0], RECORD_ISSUED);
    CHECK_NUMBER(1, bench.memory.saves);
}

static void refused_and_registered_again(void)
{
    static char earlier[sizeof(bench.script.request)];
    size_t length;
    make();
    CHECK_STATUS(LINKAUTH_OK, register_for(ISSUED[0]));
    length = bench.script.request_length;
    memcpy(earlier, bench.script.request, length);
    refuse();
    expect_stored(ISSUED[0], RECORD_ISSUED);
    CHECK_STATUS(LINKAUTH_OK, register_for(ISSUED[1]));
    /* With a random of its own. */
    CHECK(bench.script.request_length == length
          && memcmp(earlier, bench.script.request, length) != 0);
    expect_stored(ISSUED[1], RECORD_ISSUED);
    CHECK(!has_secret(bench.memory.record, bench.memory.length, ISSUED[0]));
    expect_unasked(LINKAUTH_ERROR_ALREADY_REGISTERED);
}

/* The old one is replaced by nothing but a new one that is stored. */
static void failures_keep_the_old_record(void)
{
    static const linkauth_status FAILURES[] = {LINKAUTH_ERROR_STORE_IO, LINKAUTH_ERROR_STORE_FULL,
                                               LINKAUTH_ERROR_STORE_READ_ONLY};
    struct memory_store before;
    size_t at;
    make();
    CHECK_STATUS(LINKAUTH_OK, register_for(ISSUED[0]));
    refuse();
    before = bench.memory;
    for (at = 0; at < COUNT(FAILURES); at++) {
        bench.memory.save_status = FAILURES[at];
        CHECK_STATUS(FAILURES[at], register_for(ISSUED[1]));
        CHECK_BYTES(before.record, before.length, bench.memory.record, bench.memory.length);
        CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    }
    bench.memory.save_status = LINKAUTH_OK;
    bench.memory.save_result = SAVE_NOTHING;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_READ_BACK, register_for(ISSUED[1]));
    bench.memory.save_result = SAVE_TRUE;
    /* A reply that never comes, and one that the platform refuses. */
    answer(ISSUED[1]);
    bench_reply(&bench, stream.bytes, stream.length / 2);
    CHECK_STATUS(LINKAUTH_ERROR_REPLY_CUT_SHORT, bench_register(&bench));
    bench.script.open_status = LINKAUTH_ERROR_TRANSPORT_REFUSED;
    CHECK_STATUS(LINKAUTH_ERROR_TRANSPORT_REFUSED, register_for(ISSUED[1]));
    bench.script.open_status = 0;
    CHECK_BYTES(before.record, before.length, bench.memory.record, bench.memory.length);
    /* None of these closed what the refusal had opened. */
    CHECK_STATUS(LINKAUTH_OK, register_for(ISSUED[1]));
    expect_stored(ISSUED[1], RECORD_ISSUED);
}

/* A restart forgets the refusal, not the count. */
static void five_in_all(void)
{
    size_t at;
    int restarts;
    for (restarts = 0; restarts <= 1; restarts++) {
        make();
        for (at = 0; at < REGISTRATIONS_MAX; at++) {
            CHECK_STATUS(LINKAUTH_OK, register_for(ISSUED[at]));
            expect_stored(ISSUED[at], RECORD_ISSUED);
            if (restarts) {
                restart();
                expect_unasked(LINKAUTH_ERROR_ALREADY_REGISTERED);
            }
            refuse();
        }
        expect_unasked(LINKAUTH_ERROR_REGISTRATIONS_EXHAUSTED);
        restart();
        expect_unasked(LINKAUTH_ERROR_ALREADY_REGISTERED);
        refuse();
        expect_unasked(LINKAUTH_ERROR_REGISTRATIONS_EXHAUSTED);
        /* The last one may still be accepted, one day. */
        expect_stored(ISSUED[REGISTRATIONS_MAX - 1], RECORD_ISSUED);
        report(LINKAUTH_OK, 0);
        expect_stored(ISSUED[REGISTRATIONS_MAX - 1], RECORD_ACTIVATED);
    }
}

/* What stored nothing is none of the five. */
static void attempts_that_failed_do_not_count(void)
{
    size_t at, failure;
    make();
    for (at = 0; at < REGISTRATIONS_MAX; at++) {
        for (failure = 0; failure < 7; failure++) {
            answer(ISSUED[at]);
            bench_reply(&bench, stream.bytes, failure);
            CHECK_STATUS(LINKAUTH_ERROR_REPLY_CUT_SHORT, bench_register(&bench));
        }
        CHECK_STATUS(LINKAUTH_OK, register_for(ISSUED[at]));
        refuse();
    }
    expect_unasked(LINKAUTH_ERROR_REGISTRATIONS_EXHAUSTED);
}

/* --- Activated ------------------------------------------------------------------------------------------ */

static void activated_is_for_good(void)
{
    int restarts;
    make();
    CHECK_STATUS(LINKAUTH_OK, register_for(ISSUED[0]));
    report(LINKAUTH_OK, 0);
    for (restarts = 0; restarts <= 1; restarts++) {
        expect_stored(ISSUED[0], RECORD_ACTIVATED);
        expect_unasked(LINKAUTH_ERROR_ALREADY_REGISTERED);
        report(LINKAUTH_ERROR_REFUSED_AFTER_ACTIVATION, 4);
        CHECK_NUMBER(0, retry_after());
        expect_unasked(LINKAUTH_ERROR_ALREADY_REGISTERED);
        restart();
    }
    CHECK_NUMBER(2, bench.memory.saves);
}

/* Refused once, by mistake, and accepted then. */
static void accepted_after_a_refusal(void)
{
    make();
    CHECK_STATUS(LINKAUTH_OK, register_for(ISSUED[0]));
    refuse();
    report(LINKAUTH_OK, 0);
    expect_unasked(LINKAUTH_ERROR_ALREADY_REGISTERED);
    report(LINKAUTH_ERROR_REFUSED_AFTER_ACTIVATION, 4);
    expect_unasked(LINKAUTH_ERROR_ALREADY_REGISTERED);
}

/* --- Stored, not registered -------------------------------------------------------------------------------- */

static void a_secret_of_the_factory(void)
{
    make();
    CHECK_STATUS(LINKAUTH_OK,
                 linkauth_store_secret(&bench.device, DEVICE_SECRET, LINKAUTH_NUL_TERMINATED));
    expect_unasked(LINKAUTH_ERROR_ALREADY_REGISTERED);
    report(LINKAUTH_ERROR_CONNACK_CREDENTIALS, 4);
    CHECK_NUMBER(0, retry_after());
    report(LINKAUTH_ERROR_CONNACK_NOT_AUTHORISED, 5);
    expect_stored(DEVICE_SECRET, RECORD_ISSUED);
    /* Of one that the caller lends, linkauth knows no more. */
    make();
    report(LINKAUTH_ERROR_CONNACK_CREDENTIALS, 4);
    /* One that replaces a refused one has not been refused. */
    CHECK_STATUS(LINKAUTH_OK, register_for(ISSUED[0]));
    refuse();
    CHECK_STATUS(LINKAUTH_OK,
                 linkauth_store_secret(&bench.device, DEVICE_SECRET, LINKAUTH_NUL_TERMINATED));
    expect_unasked(LINKAUTH_ERROR_ALREADY_REGISTERED);
}

/* --- Two attempts at once ------------------------------------------------------------------------------------ */

static linkauth_registration attempts[2];

static linkauth_status feed(linkauth_registration *attempt, const char *secret)
{
    answer(secret);
    return linkauth_registration_feed(&bench.device, attempt, (const uint8_t *)stream.bytes,
                                      stream.length);
}

static void begin_two(void)
{
    size_t at;
    make();
    for (at = 0; at < 2; at++) {
        CHECK_STATUS(LINKAUTH_OK,
                     linkauth_registration_begin(&bench.device, &attempts[at],
                                                 sizeof(attempts[at]), &bench.options));
    }
    for (at = 0; at < 2; at++) {
        CHECK(bench_send(&attempts[at]));
        CHECK_STATUS(LINKAUTH_OK, feed(&attempts[at], ISSUED[at]));
        CHECK(has_secret(&attempts[at], sizeof(attempts[at]), ISSUED[at]));
    }
}

static linkauth_status finish(size_t at)
{
    linkauth_status status = linkauth_registration_finish(&bench.device, &attempts[at]);
    CHECK(!has_secret(&attempts[at], sizeof(attempts[at]), ISSUED[at]));
    return status;
}

static void only_the_newest_is_stored(void)
{
    begin_two();
    CHECK_STATUS(LINKAUTH_ERROR_SUPERSEDED, finish(0));
    CHECK_NUMBER(0, retry_after());
    CHECK_NUMBER(0, bench.memory.saves);
    CHECK_STATUS(LINKAUTH_OK, finish(1));
    expect_stored(ISSUED[1], RECORD_ISSUED);

    begin_two();
    CHECK_STATUS(LINKAUTH_OK, finish(1));
    CHECK_STATUS(LINKAUTH_ERROR_SUPERSEDED, finish(0));
    CHECK_NUMBER(1, bench.memory.saves);
    expect_stored(ISSUED[1], RECORD_ISSUED);

    /* Given up is superseded, too: its request may have reached the platform. */
    begin_two();
    linkauth_registration_wipe(&attempts[1]);
    CHECK_STATUS(LINKAUTH_ERROR_SUPERSEDED, finish(0));
    CHECK_NUMBER(0, bench.memory.saves);

    /* By a blocking call, whatever its end. */
    begin_two();
    bench_reply(&bench, "", 0);
    CHECK_STATUS(LINKAUTH_ERROR_REPLY_CUT_SHORT, bench_register(&bench));
    CHECK_STATUS(LINKAUTH_ERROR_SUPERSEDED, finish(1));
    CHECK_STATUS(LINKAUTH_ERROR_SUPERSEDED, finish(0));
    CHECK_NUMBER(0, bench.memory.saves);
}

/* A secret that was stored meanwhile is not replaced. */
static void stored_while_the_reply_was_on_its_way(void)
{
    begin_two();
    CHECK_STATUS(LINKAUTH_OK,
                 linkauth_store_secret(&bench.device, DEVICE_SECRET, LINKAUTH_NUL_TERMINATED));
    CHECK_STATUS(LINKAUTH_ERROR_ALREADY_REGISTERED, finish(1));
    expect_stored(DEVICE_SECRET, RECORD_ISSUED);
}

int main(void)
{
    RUN_IN_EVERY_FORM(issued_and_not_refused);
    RUN_IN_EVERY_FORM(refused_and_registered_again);
    RUN_IN_EVERY_FORM(failures_keep_the_old_record);
    RUN_IN_EVERY_FORM(five_in_all);
    RUN_IN_EVERY_FORM(attempts_that_failed_do_not_count);
    RUN_IN_EVERY_FORM(activated_is_for_good);
    RUN_IN_EVERY_FORM(accepted_after_a_refusal);
    RUN_IN_EVERY_FORM(a_secret_of_the_factory);
    RUN_IN_EVERY_FORM(only_the_newest_is_stored);
    RUN_IN_EVERY_FORM(stored_while_the_reply_was_on_its_way);
    return check_end();
}
