/*
 * Registering over MQTT: what goes out, over which transport, and for how long.
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

static void make(const struct mqtt_form *form)
{
    CHECK(bench_make(&bench));
    bench.transport.now_ms = script_now;
    bench.options.form = form->form;
    check_case = form->name;
    stream.length = 0;
    stream_connack(&stream, 0);
    stream_publish(&stream, 0, form->topic, form->push, strlen(form->push));
    bench_reply(&bench, stream.bytes, stream.length);
}

/* --- What goes out --------------------------------------------------------------------------------- */

static void expect_text(const char *expected, const char *actual, size_t length)
{
    CHECK_TEXT(expected, actual, length);
}

static void the_connect(void)
{
    size_t at;
    for (at = 0; at < MQTT_FORM_COUNT; at++) {
        struct connect_packet packet;
        char client_id[160];
        make(&MQTT_FORMS[at]);
        bench.options.random = "abc and more";
        bench.options.random_length = 3;
        CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
        CHECK(connect_read(bench.script.request, bench.script.request_length, &packet));
        snprintf(client_id, sizeof(client_id),
                 DEVICE_NAME "." PRODUCT_KEY
                             "|random=abc,authType=%s,securemode=2,signmethod=hmacsha256|",
                 MQTT_FORMS[at].auth_type);
        expect_text(client_id, packet.client_id, packet.client_id_length);
        expect_text(DEVICE_NAME "&" PRODUCT_KEY, packet.username, packet.username_length);
        CHECK_NUMBER(64, packet.password_length);
        expect_text(PRODUCT_KEY ".iot-as-mqtt.cn-shanghai.aliyuncs.com", bench.script.host,
                    bench.script.host_length);
        CHECK_NUMBER(8883, bench.script.port);
        CHECK(!has_secret(bench.script.request, bench.script.request_length, PRODUCT_SECRET));
    }
}

static void in_pieces(void)
{
    static char whole[sizeof(bench.script.request)];
    size_t length, piece;
    make(&MQTT_FORMS[0]);
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    length = bench.script.request_length;
    memcpy(whole, bench.script.request, length);
    for (piece = 1; piece < length; piece++) {
        make(&MQTT_FORMS[0]);
        bench.script.write_piece = piece;
        CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
        CHECK_BYTES(whole, length, bench.script.request, bench.script.request_length);
    }
}

/* Two attempts never send the same random, and without a source there is no attempt. */
static void a_random_of_its_own(void)
{
    static char earlier[sizeof(bench.script.request)];
    uint8_t next;
    make(&MQTT_FORMS[0]);
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    memcpy(earlier, bench.script.request, bench.script.request_length);
    next = bench.source.next;
    make(&MQTT_FORMS[0]);
    bench.source.next = next;
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    CHECK(memcmp(earlier, bench.script.request, bench.script.request_length) != 0);
    make(&MQTT_FORMS[0]);
    bench.source.status = 1;
    CHECK_STATUS(LINKAUTH_ERROR_RANDOM_FAILED, bench_register(&bench));
    CHECK_NUMBER(0, bench.script.opens);
}

static void hosts_and_ports(void)
{
    make(&MQTT_FORMS[1]);
    bench.config.region = "ap-southeast-1";
    bench.config.region_length = LINKAUTH_NUL_TERMINATED;
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    expect_text(PRODUCT_KEY ".iot-as-mqtt.ap-southeast-1.aliyuncs.com", bench.script.host,
                bench.script.host_length);

    make(&MQTT_FORMS[1]);
    bench.options.host = "localhost and more";
    bench.options.host_length = 9;
    bench.options.port = 1884;
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    expect_text("localhost", bench.script.host, bench.script.host_length);
    CHECK_NUMBER(1884, bench.script.port);
}

/* securemode -2 is for a registration without pre-registration alone. */
static void forms_and_secure_modes(void)
{
    static const uint32_t UNKNOWN[] = {3, 4, 255, UINT32_MAX};
    uint32_t form;
    int32_t mode;
    size_t at;
    for (form = LINKAUTH_REGISTER_HTTPS; form <= LINKAUTH_REGISTER_MQTT_NO_PRE_REGISTRATION;
         form++) {
        for (mode = -9; mode <= 9; mode++) {
            int is_taken = mode == 0 || mode == LINKAUTH_SECURE_MODE_TLS
                        || (form == LINKAUTH_REGISTER_MQTT_NO_PRE_REGISTRATION
                            && mode == LINKAUTH_SECURE_MODE_NO_PRE_REGISTRATION);
            make(&MQTT_FORMS[0]);
            bench.options.form = form;
            bench.options.secure_mode = mode;
            CHECK_STATUS(is_taken ? LINKAUTH_OK : LINKAUTH_ERROR_SECURE_MODE_UNKNOWN,
                         steps_begin(&bench));
            if (!is_taken) {
                CHECK_ZERO(&bench.registration, sizeof(bench.registration));
                CHECK_NUMBER(0, bench.source.calls);
            }
        }
    }
    for (at = 0; at < COUNT(UNKNOWN); at++) {
        make(&MQTT_FORMS[0]);
        bench.options.form = UNKNOWN[at];
        CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_RANGE, steps_begin(&bench));
        CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_RANGE, bench_register(&bench));
        CHECK_NUMBER(0, bench.script.opens);
    }
}

static void minus_two_is_sent(void)
{
    struct connect_packet packet;
    make(&MQTT_FORMS[1]);
    bench.options.secure_mode = LINKAUTH_SECURE_MODE_NO_PRE_REGISTRATION;
    bench.options.random = "abc";
    bench.options.random_length = 3;
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    CHECK(connect_read(bench.script.request, bench.script.request_length, &packet));
    expect_text(DEVICE_NAME "." PRODUCT_KEY
                            "|random=abc,authType=regnwl,securemode=-2,signmethod=hmacsha256|",
                packet.client_id, packet.client_id_length);
}

/* --- Which transport --------------------------------------------------------------------------------- */

static void without_a_clock(void)
{
    size_t at;
    for (at = 0; at < MQTT_FORM_COUNT; at++) {
        make(&MQTT_FORMS[at]);
        bench.transport.now_ms = NULL;
        CHECK_STATUS(LINKAUTH_ERROR_CALLBACK_MISSING, bench_register(&bench));
        CHECK_NUMBER(0, bench.script.opens + bench.script.writes + bench.script.closes);
        CHECK_NUMBER(0, bench.detail.retry_after_ms);
        CHECK_NUMBER(0, bench.memory.saves);
        /* Nor does it stand in the way of the next attempt. */
        bench.transport.now_ms = script_now;
        CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    }
}

static void a_plain_transport(void)
{
    size_t at;
    for (at = 0; at < MQTT_FORM_COUNT; at++) {
        make(&MQTT_FORMS[at]);
        bench.transport.flags = LINKAUTH_TRANSPORT_PLAIN;
        CHECK_STATUS(LINKAUTH_ERROR_TRANSPORT_PLAIN, bench_register(&bench));
        CHECK_NUMBER(0, bench.script.opens + bench.script.writes + bench.script.closes);
        CHECK_NUMBER(0, bench.memory.saves);
    }
}

static void transports_that_fail(void)
{
    static const linkauth_status FAILURES[] = {
        LINKAUTH_ERROR_TRANSPORT_HOST_NOT_FOUND, LINKAUTH_ERROR_TRANSPORT_CERTIFICATE,
        LINKAUTH_ERROR_TRANSPORT_HOSTNAME,       LINKAUTH_ERROR_TRANSPORT_TLS,
        LINKAUTH_ERROR_TRANSPORT_CLOSED,
    };
    size_t at, when;
    for (at = 0; at < COUNT(FAILURES); at++) {
        for (when = 0; when < 3; when++) {
            make(&MQTT_FORMS[1]);
            bench.script.open_status = when == 0 ? FAILURES[at] : 0;
            bench.script.write_status = when == 1 ? FAILURES[at] : 0;
            bench.script.read_status = when == 2 ? FAILURES[at] : 0;
            CHECK_STATUS(FAILURES[at], bench_register(&bench));
            CHECK_NUMBER(when > 0, bench.script.closes);
            CHECK_NUMBER(0, bench.memory.saves);
        }
    }
}

/* --- Time ---------------------------------------------------------------------------------------------- */

static const struct {
    uint32_t given;
    uint64_t whole;
} TIMES[] = {{0, 14000},     {1, 1},         {1000, 1000},       {13999, 13999}, {14000, 14000},
             {14001, 14000}, {15000, 14000}, {600000, 14000}, {UINT32_MAX, 14000}};

/* A byte every millisecond, from a message that has no end: the whole is bounded all the same. */
static void bytes_that_keep_trickling_in(void)
{
    static const char OTHER_MESSAGE[] = "\x30\x80\x80\x80\x7f\x00\x01/";
    size_t at, length;
    for (at = 0; at < COUNT(TIMES); at++) {
        uint64_t start;
        make(&MQTT_FORMS[at % MQTT_FORM_COUNT]);
        stream.length = 0;
        stream_connack(&stream, 0);
        stream_put(&stream, OTHER_MESSAGE, sizeof(OTHER_MESSAGE) - 1);
        length = sizeof(stream.bytes) - stream.length;
        memset(stream.bytes + stream.length, 'x', length);
        bench_reply(&bench, stream.bytes, sizeof(stream.bytes));
        start = bench.script.now = UINT64_MAX / 2;
        bench.script.tick = TIMES[at].whole < 100 ? 1 : TIMES[at].whole == 13999 ? 13999 : 10;
        bench.script.first_piece = bench.script.piece = 1;
        bench.options.timeout_ms = TIMES[at].given;
        CHECK_STATUS(LINKAUTH_ERROR_TRANSPORT_TIMED_OUT, bench_register(&bench));
        CHECK_NUMBER(TIMES[at].whole, bench.script.now - start);
        CHECK_NUMBER(TIMES[at].whole, bench.script.longest_timeout);
        CHECK_NUMBER(bench.script.tick, bench.script.last_timeout);
        CHECK_NUMBER(1, bench.script.closes);
        CHECK(bench.detail.retry_after_ms > 0);
        CHECK_NUMBER(0, bench.memory.saves);
    }
}

/* A wait that lasts as long as it may, and brings nothing. */
static int32_t patient_read(void *user, uint8_t *data, size_t capacity, size_t *received,
                            uint32_t timeout_ms)
{
    struct script *script = user;
    (void)data;
    (void)capacity;
    (void)received;
    script->now += timeout_ms;
    script->reads++;
    return LINKAUTH_ERROR_TRANSPORT_TIMED_OUT;
}

static void a_push_that_never_comes(void)
{
    size_t at;
    for (at = 0; at < COUNT(TIMES); at++) {
        make(&MQTT_FORMS[at % MQTT_FORM_COUNT]);
        bench.transport.read = patient_read;
        bench.options.timeout_ms = TIMES[at].given;
        CHECK_STATUS(LINKAUTH_ERROR_TRANSPORT_TIMED_OUT, bench_register(&bench));
        CHECK_NUMBER(TIMES[at].whole, bench.script.now);
        CHECK_NUMBER(1, bench.script.reads);
        CHECK_NUMBER(1, bench.script.closes);
    }
}

/* What was issued has arrived: that the clock ran out meanwhile is no reason to throw it away. Over
 * MQTT it may be one of five tokens. */
static void a_push_at_the_last_moment(void)
{
    size_t at;
    for (at = 0; at < MQTT_FORM_COUNT; at++) {
        make(&MQTT_FORMS[at]);
        /* open, write, and two reads, the last of which takes all the time that it was given. */
        bench.script.first_piece = 30;
        bench.script.tick = 3500;
        bench.script.piece = 0;
        CHECK(stream.length > 30 && stream.length <= 128 + 30);
        bench_register(&bench);
        CHECK_NUMBER(14000, bench.script.now);
        CHECK_NUMBER(3500, bench.script.last_timeout);
        CHECK_NUMBER(stream.length, bench.script.reply_at);
        CHECK(is_stored(&bench.memory, MQTT_FORMS[at].secret));
    }
}

int main(void)
{
    RUN(the_connect);
    RUN(in_pieces);
    RUN(a_random_of_its_own);
    RUN(hosts_and_ports);
    RUN(forms_and_secure_modes);
    RUN(minus_two_is_sent);
    RUN(without_a_clock);
    RUN(a_plain_transport);
    RUN(transports_that_fail);
    RUN(bytes_that_keep_trickling_in);
    RUN(a_push_that_never_comes);
    RUN(a_push_at_the_last_moment);
    return check_end();
}
