/*
 * Registering message by message, for firmware that has an MQTT stack of its own.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "check.h"
#include "fixture.h"
#include "mqtt.h"
#include "steps.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct bench bench;
static const struct mqtt_form *form;
static char texts[LINKAUTH_SIGN_IN_BUFFER_SIZE];
static linkauth_sign_in_result result;

/* A registration that was begun. */
static void begin(void)
{
    CHECK(bench_make(&bench));
    bench.options.form = form->form;
    CHECK_STATUS(LINKAUTH_OK, steps_begin(&bench));
}

static linkauth_status connect_in(char *buffer, size_t capacity)
{
    memset(&result, 0xa5, sizeof(result));
    result.struct_size = sizeof(result);
    return linkauth_registration_connect(&bench.device, &bench.registration, buffer, capacity,
                                         &result);
}

static linkauth_status connect_now(void)
{
    return connect_in(texts, sizeof(texts));
}

static linkauth_status connack(unsigned code)
{
    return linkauth_registration_connack(&bench.device, &bench.registration, (uint8_t)code);
}

static linkauth_status message(const char *topic, const char *payload)
{
    return linkauth_registration_message(&bench.device, &bench.registration, topic,
                                         LINKAUTH_NUL_TERMINATED, (const uint8_t *)payload,
                                         strlen(payload));
}

static void expect_step(unsigned kind)
{
    CHECK_NUMBER(kind, steps_next(&bench, LINKAUTH_OK).kind);
}

static void expect_success(void)
{
    expect_step(LINKAUTH_STEP_FINISH);
    /* Otherwise the searches after the end would prove nothing. */
    CHECK(steps_hold_a_secret(&bench));
    CHECK_STATUS(LINKAUTH_OK, steps_finish(&bench));
    steps_ended(&bench);
    CHECK(is_stored(&bench.memory, form->secret));
    CHECK_NUMBER(form->kind, bench.memory.record[RECORD_KIND]);
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
}

static void expect_nothing_stored(void)
{
    steps_ended(&bench);
    CHECK_NUMBER(0, bench.memory.saves);
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&bench.device));
}

static void (*test_of_form)(void);

static void in_both_forms(void)
{
    size_t at;
    for (at = 0; at < MQTT_FORM_COUNT; at++) {
        form = &MQTT_FORMS[at];
        check_case = form->name;
        test_of_form();
    }
}

#define RUN_IN_BOTH_FORMS(test) (test_of_form = (test), check_run(#test, in_both_forms))

/* --- Success ----------------------------------------------------------------------------------------- */

static void connect_connack_message_finish(void)
{
    static char topic[] = TOPIC_REGISTER " and more";
    begin();
    expect_step(LINKAUTH_STEP_SEND);
    CHECK_STATUS(LINKAUTH_OK, connect_now());
    expect_step(LINKAUTH_STEP_RECEIVE);
    CHECK_STATUS(LINKAUTH_OK, connack(0));
    expect_step(LINKAUTH_STEP_RECEIVE);
    CHECK_STATUS(LINKAUTH_OK, message(form->topic, form->push));
    expect_success();
    /* A topic by its length. */
    begin();
    CHECK_STATUS(LINKAUTH_OK, connect_now());
    CHECK_STATUS(LINKAUTH_OK, connack(0));
    CHECK_STATUS(LINKAUTH_OK,
                 linkauth_registration_message(&bench.device, &bench.registration, topic, 13,
                                               (const uint8_t *)form->push, strlen(form->push)));
    expect_success();
}

static void other_topics_are_ignored(void)
{
    static const char *const TOPICS[] = {"/", "", "/ext/registerX", "/ext/registe", "/ext/regnwl/",
                                         "/sys/" PRODUCT_KEY "/" DEVICE_NAME "/thing/x"};
    static char large[3000];
    size_t at;
    memset(large, '{', sizeof(large) - 1);
    begin();
    CHECK_STATUS(LINKAUTH_OK, connect_now());
    CHECK_STATUS(LINKAUTH_OK, connack(0));
    for (at = 0; at < COUNT(TOPICS); at++) {
        CHECK_STATUS(LINKAUTH_OK, message(TOPICS[at], large));
        CHECK_STATUS(LINKAUTH_OK, message(TOPICS[at], form->push));
        CHECK_STATUS(LINKAUTH_OK, message(TOPICS[at], ""));
        expect_step(LINKAUTH_STEP_RECEIVE);
    }
    CHECK(!steps_hold_a_secret(&bench));
    CHECK_STATUS(LINKAUTH_OK, message(form->topic, form->push));
    expect_success();
}

/* --- The texts of the CONNECT --------------------------------------------------------------------------- */

static void buffers_of_every_size(void)
{
    static char other[sizeof(texts)];
    struct connect_packet packet;
    linkauth_registration_step step;
    size_t needed, capacity;
    begin();
    step = steps_next(&bench, LINKAUTH_OK);
    CHECK(connect_read(step.data, step.data_length, &packet));
    needed = step.host_length + packet.client_id_length + packet.username_length
           + packet.password_length + 4;
    for (capacity = 0; capacity < needed; capacity++) {
        memset(other, 0xa5, sizeof(other));
        CHECK_STATUS(LINKAUTH_ERROR_BUFFER_TOO_SMALL, connect_in(other, capacity));
        CHECK_NUMBER(needed, result.size_needed);
        CHECK_ZERO(other, capacity);
        CHECK_NUMBER(0xa5, (unsigned char)other[capacity]);
        result.size_needed = 0;
        CHECK_ZERO((char *)&result + 4, sizeof(result) - 4);
        expect_step(LINKAUTH_STEP_SEND);
    }
    memset(other, 0xa5, sizeof(other));
    CHECK_STATUS(LINKAUTH_OK, connect_in(other, needed));
    CHECK_NUMBER(0xa5, (unsigned char)other[needed]);
    CHECK_NUMBER(0, result.size_needed);
    CHECK_NUMBER(8883, result.port);
    CHECK(strlen(result.host) == result.host_length);
    CHECK(strlen(result.client_id) == result.client_id_length);
    CHECK(strlen(result.username) == result.username_length);
    CHECK_NUMBER(64, strlen(result.password));
    expect_step(LINKAUTH_STEP_RECEIVE);
}

static void the_longest_texts_fit(void)
{
    static char host[128], name[33];
    memset(host, 'h', 127);
    memcpy(host + 127 - strlen(".mqtt.iothub.aliyuncs.com"), ".mqtt.iothub.aliyuncs.com",
           strlen(".mqtt.iothub.aliyuncs.com"));
    memset(name, 'n', 32);
    bench_prepare(&bench);
    bench.config.product_key = "a1B2c3D4e5F6g7H8i9J0";
    bench.config.device_name = name;
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    bench.options.form = form->form;
    bench.options.secure_mode = form->kind == RECORD_TOKEN
                                  ? LINKAUTH_SECURE_MODE_NO_PRE_REGISTRATION
                                  : LINKAUTH_SECURE_MODE_TLS;
    bench.options.host = host;
    bench.options.host_length = LINKAUTH_NUL_TERMINATED;
    bench.options.random = "12345678901234567890123456789012";
    bench.options.random_length = LINKAUTH_NUL_TERMINATED;
    CHECK_STATUS(LINKAUTH_OK, steps_begin(&bench));
    CHECK_STATUS(LINKAUTH_OK, connect_now());
    CHECK(strstr(result.client_id, ",instanceId=hhh") != NULL);
}

/* --- Refusals ----------------------------------------------------------------------------------------- */

static void codes_of_the_connack(void)
{
    static const linkauth_status MEANINGS[] = {
        LINKAUTH_ERROR_CONNACK_PROTOCOL,         LINKAUTH_ERROR_REGISTER_CONNACK_FORMAT,
        LINKAUTH_ERROR_REGISTER_CONNACK_UNAVAILABLE, LINKAUTH_ERROR_REGISTER_CONNACK_REFUSED,
        LINKAUTH_ERROR_REGISTER_CONNACK_REFUSED,
    };
    unsigned code;
    for (code = 1; code <= 255; code++) {
        begin();
        CHECK_STATUS(LINKAUTH_OK, connect_now());
        CHECK_STATUS(code <= COUNT(MEANINGS) ? MEANINGS[code - 1] : LINKAUTH_ERROR_CONNACK_UNKNOWN,
                     connack(code));
        CHECK_STATUS(LINKAUTH_OK, linkauth_device_error_detail(&bench.device, &bench.detail));
        CHECK_NUMBER(code, bench.detail.platform_code);
        CHECK((bench.detail.retry_after_ms > 0) == (code == 3));
        CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, message(form->topic, form->push));
        expect_nothing_stored();
    }
}

static void messages_that_are_none(void)
{
    static char large[1025];
    memset(large, ' ', sizeof(large) - 1);
    memcpy(large, form->push, strlen(form->push));
    begin();
    CHECK_STATUS(LINKAUTH_OK, connect_now());
    CHECK_STATUS(LINKAUTH_OK, connack(0));
    CHECK_STATUS(LINKAUTH_ERROR_REPLY_TOO_LARGE, message(form->topic, large));
    expect_nothing_stored();
    begin();
    CHECK_STATUS(LINKAUTH_OK, connect_now());
    CHECK_STATUS(LINKAUTH_OK, connack(0));
    CHECK_STATUS(LINKAUTH_OK, message(form->topic, MQTT_FORMS[form == MQTT_FORMS].push));
    expect_step(LINKAUTH_STEP_FINISH);
    CHECK_STATUS(LINKAUTH_ERROR_REPLY_INCOMPLETE, steps_finish(&bench));
    expect_nothing_stored();
    begin();
    CHECK_STATUS(LINKAUTH_OK, connect_now());
    CHECK_STATUS(LINKAUTH_OK, connack(0));
    CHECK_STATUS(LINKAUTH_OK,
                 linkauth_registration_message(&bench.device, &bench.registration, form->topic,
                                               LINKAUTH_NUL_TERMINATED, NULL, 0));
    CHECK_STATUS(LINKAUTH_ERROR_REPLY_NOT_JSON, steps_finish(&bench));
    expect_nothing_stored();
}

/* --- Out of order --------------------------------------------------------------------------------------- */

/* What comes too early or twice changes nothing: the attempt goes on. */
static void calls_out_of_order(void)
{
    begin();
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, connack(0));
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, message(form->topic, form->push));
    CHECK_STATUS(LINKAUTH_OK, connect_now());
    memset(texts, 0xa5, sizeof(texts));
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, connect_now());
    CHECK_ZERO(texts, sizeof(texts));
    CHECK_ZERO((char *)&result + 4, sizeof(result) - 4);
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, linkauth_registration_sent(&bench.registration, 0));
    CHECK_STATUS(LINKAUTH_OK, connack(0));
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, connect_now());
    CHECK_STATUS(LINKAUTH_OK, message(form->topic, form->push));
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, connack(0));
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, connect_now());
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, message(form->topic, "{}"));
    expect_success();
}

/* The bytes were chosen, or the texts: not both. */
static void connecting_after_bytes_were_sent(void)
{
    begin();
    CHECK_STATUS(LINKAUTH_OK, linkauth_registration_sent(&bench.registration, 1));
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, connect_now());
    CHECK(bench_send(&bench.registration));
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, connect_now());
}

static void finishing_too_early(void)
{
    begin();
    CHECK_STATUS(LINKAUTH_OK, connect_now());
    CHECK_STATUS(LINKAUTH_OK, connack(0));
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, steps_finish(&bench));
    expect_nothing_stored();
}

/* Over bytes a push before the CONNACK is no MQTT; told by hand it is a call out of order. */
static void a_message_before_the_connack(void)
{
    begin();
    CHECK_STATUS(LINKAUTH_OK, connect_now());
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, message(form->topic, form->push));
    CHECK(!steps_hold_a_secret(&bench));
}

/* The header gives it one status for calls out of order, and no REPLY_... at all. */
static void a_second_connack(void)
{
    begin();
    CHECK_STATUS(LINKAUTH_OK, connect_now());
    CHECK_STATUS(LINKAUTH_OK, connack(0));
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, connack(0));
}

static void a_registration_over_https(void)
{
    static char reply[600];
    size_t length = http_reply(reply, sizeof(reply), HEAD_LENGTH, BODY_SUCCESS);
    form = &MQTT_FORMS[0];
    CHECK(bench_make(&bench));
    CHECK_STATUS(LINKAUTH_OK, steps_begin(&bench));
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, connect_now());
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, connack(0));
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, message(form->topic, form->push));
    CHECK(bench_send(&bench.registration));
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, connect_now());
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, connack(0));
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, message(form->topic, form->push));
    CHECK_STATUS(LINKAUTH_OK, steps_feed(&bench, reply, length));
    expect_success();
}

static void arguments_that_are_missing(void)
{
    form = &MQTT_FORMS[0];
    begin();
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL, connect_in(NULL, sizeof(texts)));
    CHECK_ZERO((char *)&result + 4, sizeof(result) - 4);
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_registration_connect(&bench.device, &bench.registration, texts,
                                               sizeof(texts), NULL));
    result.struct_size = 4;
    CHECK_STATUS(LINKAUTH_ERROR_STRUCT_SIZE,
                 linkauth_registration_connect(&bench.device, &bench.registration, texts,
                                               sizeof(texts), &result));
    CHECK_STATUS(LINKAUTH_OK, connect_now());
    CHECK_STATUS(LINKAUTH_OK, connack(0));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_registration_message(&bench.device, &bench.registration, NULL, 0,
                                               (const uint8_t *)form->push, strlen(form->push)));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_registration_message(&bench.device, &bench.registration, form->topic,
                                               LINKAUTH_NUL_TERMINATED, NULL, 1));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_TOO_LONG,
                 linkauth_registration_message(&bench.device, &bench.registration, form->topic,
                                               LINKAUTH_NUL_TERMINATED,
                                               (const uint8_t *)form->push,
                                               LINKAUTH_NUL_TERMINATED));
    CHECK_STATUS(LINKAUTH_OK, message(form->topic, form->push));
    expect_success();
}

int main(void)
{
    RUN_IN_BOTH_FORMS(connect_connack_message_finish);
    RUN_IN_BOTH_FORMS(other_topics_are_ignored);
    RUN_IN_BOTH_FORMS(buffers_of_every_size);
    RUN_IN_BOTH_FORMS(the_longest_texts_fit);
    RUN_IN_BOTH_FORMS(codes_of_the_connack);
    RUN_IN_BOTH_FORMS(messages_that_are_none);
    RUN_IN_BOTH_FORMS(calls_out_of_order);
    RUN_IN_BOTH_FORMS(connecting_after_bytes_were_sent);
    RUN_IN_BOTH_FORMS(finishing_too_early);
    RUN_IN_BOTH_FORMS(a_message_before_the_connack);
    RUN_IN_BOTH_FORMS(a_second_connack);
    RUN(a_registration_over_https);
    RUN(arguments_that_are_missing);
    return check_end();
}
