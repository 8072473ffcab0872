/*
 * Registering over MQTT by the blocking call: what the platform may send, in which pieces, and what
 * becomes of the secret or token.
 *
 * bench_register checks after every attempt, whatever it was to show, that the connection was closed
 * once and that no secret is left behind.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "check.h"
#include "fixture.h"
#include "mqtt.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct bench bench;
static struct stream stream;
static const struct mqtt_form *form;

/* A device before its registration, and a stream that begins with a CONNACK. */
static void make(void)
{
    CHECK(bench_make(&bench));
    bench.transport.now_ms = script_now;
    bench.options.form = form->form;
    stream.length = 0;
    stream_connack(&stream, 0);
}

static void make_push(unsigned qos, const char *topic)
{
    make();
    stream_publish(&stream, qos, topic, form->push, strlen(form->push));
}

/* A failure stores nothing and leaves the device without a secret. */
static void expect(linkauth_status expected)
{
    linkauth_status status;
    bench_reply(&bench, stream.bytes, stream.length);
    status = bench_register(&bench);
    CHECK_STATUS(expected, status);
    CHECK_NUMBER(1, bench.script.opens);
    if (status == LINKAUTH_OK) {
        CHECK(is_stored(&bench.memory, form->secret));
        CHECK_NUMBER(form->kind, bench.memory.record[RECORD_KIND]);
        CHECK_NUMBER(RECORD_ISSUED, bench.memory.record[RECORD_STATE]);
        CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    } else {
        CHECK_NUMBER(0, bench.memory.saves);
        CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&bench.device));
    }
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

/* --- Success ------------------------------------------------------------------------------------ */

static const char *const TOPICS[] = {TOPIC_REGISTER, TOPIC_REGNWL};

/* The pages and the SDKs differ on which topic answers which form: both do. */
static void in_any_pieces(void)
{
    size_t topic, split;
    unsigned qos;
    for (topic = 0; topic < COUNT(TOPICS); topic++) {
        for (qos = 0; qos <= 1; qos++) {
            make_push(qos, TOPICS[topic]);
            expect(LINKAUTH_OK);
            for (split = 1; split < stream.length; split++) {
                make_push(qos, TOPICS[topic]);
                bench.script.first_piece = split;
                expect(LINKAUTH_OK);
            }
            make_push(qos, TOPICS[topic]);
            bench.script.first_piece = bench.script.piece = bench.script.write_piece = 1;
            expect(LINKAUTH_OK);
            CHECK_NUMBER(bench.script.request_length, bench.script.writes);
            /* Nobody waits for the end of the stream. */
            CHECK_NUMBER(stream.length, bench.script.reads);
        }
    }
}

static void retained_or_sent_again(void)
{
    static const unsigned FLAGS[] = {0x01, 0x08, 0x09};
    size_t at;
    for (at = 0; at < COUNT(FLAGS); at++) {
        make_push(1, TOPIC_REGISTER);
        stream.bytes[4] = (char)((unsigned char)stream.bytes[4] | FLAGS[at]);
        expect(LINKAUTH_OK);
    }
}

static void what_follows_is_not_read(void)
{
    make_push(0, TOPIC_REGISTER);
    stream_put(&stream, "\xff\xff\xff\xff\xff", 5);
    stream_publish(&stream, 0, TOPIC_REGISTER, "{}", 2);
    expect(LINKAUTH_OK);
}

/* --- Other topics ------------------------------------------------------------------------------- */

static const char *const OTHERS[] = {
    "/",
    "/ext/error/" PRODUCT_KEY "/" DEVICE_NAME,
    "/ext/registe",
    "/ext/registerX",
    "/ext/register/",
    "ext/register",
    "/EXT/register",
    "/ext/regnw",
    "/ext/regnwl2",
    "/ext/register012",
    "/ext/register0123",
    "/ext/register/0123456789/0123456789/0123456789",
    "/sys/" PRODUCT_KEY "/" DEVICE_NAME "/thing/service/property/set",
};

static void before_the_push(void)
{
    static char large[3000];
    size_t at;
    unsigned qos;
    memset(large, '{', sizeof(large));
    for (qos = 0; qos <= 1; qos++) {
        make();
        stream_publish(&stream, qos, OTHERS[1], large, sizeof(large));
        for (at = 0; at < COUNT(OTHERS); at++) {
            /* One that would be an answer, were it not for its topic. */
            stream_publish(&stream, qos, OTHERS[at], PUSH_OF(PRODUCT_KEY, DEVICE_NAME, "no"),
                           strlen(PUSH_OF(PRODUCT_KEY, DEVICE_NAME, "no")));
            stream_publish(&stream, 1 - qos, OTHERS[at], NULL, 0);
        }
        stream_publish(&stream, qos, form->topic, form->push, strlen(form->push));
        expect(LINKAUTH_OK);
        bench_make(&bench);
        bench.transport.now_ms = script_now;
        bench.options.form = form->form;
        bench.script.first_piece = bench.script.piece = 1;
        expect(LINKAUTH_OK);
    }
}

/* Alone they are no answer: the stream ends without one. */
static void instead_of_the_push(void)
{
    size_t at;
    for (at = 0; at < COUNT(OTHERS); at++) {
        make_push(0, OTHERS[at]);
        expect(LINKAUTH_ERROR_REPLY_CUT_SHORT);
    }
}

/* --- A push for somebody else, or of another shape --------------------------------------------------- */

struct bad_push {
    const char *payload;
    linkauth_status status;
};

#define LONG_TEXT_64 "0123456789012345678901234567890123456789012345678901234567890123"

static const struct bad_push BAD_PUSHES[] = {
    {PUSH_OF("a1B2c3D4e5G", DEVICE_NAME, DEVICE_SECRET), LINKAUTH_ERROR_REPLY_OTHER_PRODUCT},
    {PUSH_OF("", DEVICE_NAME, DEVICE_SECRET), LINKAUTH_ERROR_REPLY_OTHER_PRODUCT},
    {PUSH_OF(PRODUCT_KEY, "dev2", DEVICE_SECRET), LINKAUTH_ERROR_REPLY_OTHER_DEVICE},
    {PUSH_OF(PRODUCT_KEY, "dev11", DEVICE_SECRET), LINKAUTH_ERROR_REPLY_OTHER_DEVICE},
    {PUSH_OF(PRODUCT_KEY, DEVICE_NAME, ""), LINKAUTH_ERROR_REPLY_SECRET_LENGTH},
    {PUSH_OF(PRODUCT_KEY, DEVICE_NAME, LONG_TEXT_64 "x"), LINKAUTH_ERROR_REPLY_SECRET_LENGTH},
    {PUSH_OF(PRODUCT_KEY, DEVICE_NAME, "01234567 9"), LINKAUTH_ERROR_REPLY_SECRET_CHARACTER},
    /* The other form's answer. */
    {TOKEN_PUSH_OF(ISSUED_CLIENT_ID, PRODUCT_KEY, DEVICE_NAME, DEVICE_TOKEN),
     LINKAUTH_ERROR_REPLY_INCOMPLETE},
    {"{\"productKey\":\"" PRODUCT_KEY "\",\"deviceName\":\"" DEVICE_NAME "\"}",
     LINKAUTH_ERROR_REPLY_INCOMPLETE},
    {"{\"deviceSecret\":\"" DEVICE_SECRET "\"}", LINKAUTH_ERROR_REPLY_INCOMPLETE},
    /* The shape of an answer over HTTPS. */
    {BODY_SUCCESS, LINKAUTH_ERROR_REPLY_INCOMPLETE},
    {"{}", LINKAUTH_ERROR_REPLY_INCOMPLETE},
    {"", LINKAUTH_ERROR_REPLY_NOT_JSON},
    {" ", LINKAUTH_ERROR_REPLY_NOT_JSON},
    {"[]", LINKAUTH_ERROR_REPLY_NOT_JSON},
    {PUSH_OF(PRODUCT_KEY, DEVICE_NAME, DEVICE_SECRET) "x", LINKAUTH_ERROR_REPLY_NOT_JSON},
};

static const struct bad_push BAD_TOKEN_PUSHES[] = {
    {TOKEN_PUSH_OF(ISSUED_CLIENT_ID, "a1B2c3D4e5G", DEVICE_NAME, DEVICE_TOKEN),
     LINKAUTH_ERROR_REPLY_OTHER_PRODUCT},
    {TOKEN_PUSH_OF(ISSUED_CLIENT_ID, PRODUCT_KEY, "dev2", DEVICE_TOKEN),
     LINKAUTH_ERROR_REPLY_OTHER_DEVICE},
    {TOKEN_PUSH_OF("", PRODUCT_KEY, DEVICE_NAME, DEVICE_TOKEN), LINKAUTH_ERROR_REPLY_SECRET_LENGTH},
    {TOKEN_PUSH_OF(LONG_TEXT_64 "x", PRODUCT_KEY, DEVICE_NAME, DEVICE_TOKEN),
     LINKAUTH_ERROR_REPLY_SECRET_LENGTH},
    {TOKEN_PUSH_OF("Gm|qSf", PRODUCT_KEY, DEVICE_NAME, DEVICE_TOKEN),
     LINKAUTH_ERROR_REPLY_SECRET_CHARACTER},
    {TOKEN_PUSH_OF(ISSUED_CLIENT_ID, PRODUCT_KEY, DEVICE_NAME, ""),
     LINKAUTH_ERROR_REPLY_SECRET_LENGTH},
    {TOKEN_PUSH_OF(ISSUED_CLIENT_ID, PRODUCT_KEY, DEVICE_NAME, LONG_TEXT_64 LONG_TEXT_64 "x"),
     LINKAUTH_ERROR_REPLY_SECRET_LENGTH},
    {TOKEN_PUSH_OF(ISSUED_CLIENT_ID, PRODUCT_KEY, DEVICE_NAME, "^1^1 612345"),
     LINKAUTH_ERROR_REPLY_SECRET_CHARACTER},
    {TOKEN_PUSH_OF(ISSUED_CLIENT_ID, PRODUCT_KEY, DEVICE_NAME, "^1^1\\\"612345"),
     LINKAUTH_ERROR_REPLY_SECRET_CHARACTER},
    {PUSH_OF(PRODUCT_KEY, DEVICE_NAME, DEVICE_SECRET), LINKAUTH_ERROR_REPLY_INCOMPLETE},
    {"{\"productKey\":\"" PRODUCT_KEY "\",\"deviceName\":\"" DEVICE_NAME
     "\",\"deviceToken\":\"" DEVICE_TOKEN "\"}",
     LINKAUTH_ERROR_REPLY_INCOMPLETE},
    {"{}", LINKAUTH_ERROR_REPLY_INCOMPLETE},
    {"nonsense", LINKAUTH_ERROR_REPLY_NOT_JSON},
};

static void bad_pushes(void)
{
    int is_token = form->kind == RECORD_TOKEN;
    const struct bad_push *pushes = is_token ? BAD_TOKEN_PUSHES : BAD_PUSHES;
    size_t count = is_token ? COUNT(BAD_TOKEN_PUSHES) : COUNT(BAD_PUSHES), at, topic;
    for (at = 0; at < count; at++) {
        for (topic = 0; topic < COUNT(TOPICS); topic++) {
            char name[40];
            snprintf(name, sizeof(name), "%s, bad push %u", form->name, (unsigned)at);
            check_case = name;
            make();
            stream_publish(&stream, 0, TOPICS[topic], pushes[at].payload,
                           strlen(pushes[at].payload));
            expect(pushes[at].status);
            CHECK_NUMBER(0, bench.detail.platform_code);
            CHECK_NUMBER(0, bench.detail.retry_after_ms);
        }
    }
    check_case = form->name;
}

static void too_large(void)
{
    static char payload[5000];
    static const size_t SIZES[] = {1024, 1025, 4000, sizeof(payload)};
    size_t at;
    for (at = 0; at < COUNT(SIZES); at++) {
        memset(payload, ' ', sizeof(payload));
        memcpy(payload, form->push, strlen(form->push));
        make();
        stream_publish(&stream, 1, form->topic, payload, SIZES[at]);
        expect(LINKAUTH_ERROR_REPLY_TOO_LARGE);
        CHECK_NUMBER(0, bench.detail.retry_after_ms);
    }
    /* White space may fill what there is room for. */
    make();
    stream_publish(&stream, 1, form->topic, payload, 500);
    expect(LINKAUTH_OK);
}

/* --- Refusals ------------------------------------------------------------------------------------- */

static void refusals(void)
{
    static const struct {
        unsigned code;
        linkauth_status status;
    } REFUSALS[] = {
        {1, LINKAUTH_ERROR_CONNACK_PROTOCOL},
        {2, LINKAUTH_ERROR_REGISTER_CONNACK_FORMAT},
        {3, LINKAUTH_ERROR_REGISTER_CONNACK_UNAVAILABLE},
        {4, LINKAUTH_ERROR_REGISTER_CONNACK_REFUSED},
        {5, LINKAUTH_ERROR_REGISTER_CONNACK_REFUSED},
        {6, LINKAUTH_ERROR_CONNACK_UNKNOWN},
        {128, LINKAUTH_ERROR_CONNACK_UNKNOWN},
        {255, LINKAUTH_ERROR_CONNACK_UNKNOWN},
    };
    size_t at, piece;
    for (at = 0; at < COUNT(REFUSALS); at++) {
        for (piece = 0; piece <= 3; piece++) {
            make();
            stream.length = 0;
            stream_connack(&stream, REFUSALS[at].code);
            /* A secret after a refusal is none. */
            stream_publish(&stream, 0, form->topic, form->push, strlen(form->push));
            bench.script.first_piece = piece;
            expect(REFUSALS[at].status);
            CHECK_NUMBER(REFUSALS[at].code, bench.detail.platform_code);
            CHECK_NUMBER(0, bench.detail.http_status);
            CHECK_NUMBER(0, bench.detail.system_error);
            CHECK((bench.detail.retry_after_ms > 0) == (REFUSALS[at].code == 3));
        }
    }
}

/* --- No MQTT --------------------------------------------------------------------------------------- */

struct bytes {
    const char *start;
    size_t length;
};
#define BYTES(text) {text, sizeof(text) - 1}
#define ACCEPTED "\x20\x02\x00\x00"

static const struct bytes NO_MQTT[] = {
    BYTES("HTTP/1.1 400 Bad Request\r\n\r\n"),
    BYTES("SSH-2.0-OpenSSH_9.2\r\n"),
    BYTES("\x15\x03\x01\x00\x02\x02\x28"),
    BYTES("\x00\x00"),
    /* No CONNACK, or one of a wrong shape. */
    BYTES("\x21\x02\x00\x00"),
    BYTES("\x20\x00"),
    BYTES("\x20\x01\x00"),
    BYTES("\x20\x03\x00\x00\x00"),
    BYTES("\x20\x80\x80\x80\x80\x01"),
    BYTES("\x10\x02\x00\x00"),
    BYTES("\x30\x02\x00\x00"),
    /* SUBACK, PINGRESP, PUBACK, DISCONNECT and a second CONNACK: nobody asked. */
    BYTES("\x90\x03\x00\x01\x00"),
    BYTES(ACCEPTED "\x90\x03\x00\x01\x00"),
    BYTES("\xd0\x00"),
    BYTES(ACCEPTED "\xd0\x00"),
    BYTES(ACCEPTED "\x40\x02\x00\x01"),
    BYTES(ACCEPTED "\xe0\x00"),
    BYTES(ACCEPTED ACCEPTED),
    BYTES(ACCEPTED "\x20\x02\x00\x04"),
    /* A PUBLISH of QoS 2 or 3, or whose lengths contradict each other. */
    BYTES(ACCEPTED "\x34\x06\x00\x01/\x00\x01x"),
    BYTES(ACCEPTED "\x36\x06\x00\x01/\x00\x01x"),
    BYTES(ACCEPTED "\x30\x00"),
    BYTES(ACCEPTED "\x30\x01\x00"),
    BYTES(ACCEPTED "\x30\x02\x00\x00"),
    BYTES(ACCEPTED "\x30\x03\x00\x00x"),
    BYTES(ACCEPTED "\x30\x03\x00\x09/"),
    BYTES(ACCEPTED "\x30\x04\xff\xff/x"),
    BYTES(ACCEPTED "\x32\x04\x00\x01/\x00"),
    BYTES(ACCEPTED "\x30\xff\xff\xff\xff\x7f"),
};

static void no_mqtt(void)
{
    size_t at, piece;
    for (at = 0; at < COUNT(NO_MQTT); at++) {
        for (piece = 0; piece <= 1; piece++) {
            char name[40];
            snprintf(name, sizeof(name), "%s, no MQTT %u", form->name, (unsigned)at);
            check_case = name;
            make();
            stream.length = 0;
            stream_put(&stream, NO_MQTT[at].start, NO_MQTT[at].length);
            stream_publish(&stream, 0, form->topic, form->push, strlen(form->push));
            bench.script.first_piece = bench.script.piece = piece;
            expect(LINKAUTH_ERROR_REPLY_NOT_MQTT);
            CHECK_NUMBER(0, bench.detail.platform_code);
        }
    }
    check_case = form->name;
    /* A push that nothing announced. */
    make();
    stream.length = 0;
    stream_publish(&stream, 0, form->topic, form->push, strlen(form->push));
    stream_connack(&stream, 0);
    expect(LINKAUTH_ERROR_REPLY_NOT_MQTT);
}

/* No crash whatever byte is another, and never another secret than the one in the stream. */
static void every_byte_changed(void)
{
    static const unsigned char CHANGES[] = {0x01, 0x02, 0x10, 0x80, 0xff};
    size_t at, change;
    make_push(1, form->topic);
    for (at = 0; at < stream.length; at++) {
        for (change = 0; change < COUNT(CHANGES); change++) {
            linkauth_status status;
            make_push(1, form->topic);
            stream.bytes[at] = (char)((unsigned char)stream.bytes[at] ^ CHANGES[change]);
            bench_reply(&bench, stream.bytes, stream.length);
            status = bench_register(&bench);
            CHECK(status >= 0);
            CHECK((status == LINKAUTH_OK) == bench.memory.is_present);
        }
    }
}

/* --- A stream that ends ---------------------------------------------------------------------------------- */

static void cut_short_at_every_byte(void)
{
    size_t cut, whole;
    make_push(1, form->topic);
    whole = stream.length;
    for (cut = 0; cut < whole; cut++) {
        make_push(1, form->topic);
        stream.length = cut;
        expect(LINKAUTH_ERROR_REPLY_CUT_SHORT);
        CHECK(bench.detail.retry_after_ms > 0);
        make_push(1, form->topic);
        stream.length = cut;
        bench.script.end_status = LINKAUTH_ERROR_TRANSPORT_CLOSED;
        expect(LINKAUTH_ERROR_TRANSPORT_CLOSED);
        CHECK(bench.detail.retry_after_ms > 0);
    }
}

int main(void)
{
    RUN_IN_BOTH_FORMS(in_any_pieces);
    RUN_IN_BOTH_FORMS(retained_or_sent_again);
    RUN_IN_BOTH_FORMS(what_follows_is_not_read);
    RUN_IN_BOTH_FORMS(before_the_push);
    RUN_IN_BOTH_FORMS(instead_of_the_push);
    RUN_IN_BOTH_FORMS(bad_pushes);
    RUN_IN_BOTH_FORMS(too_large);
    RUN_IN_BOTH_FORMS(refusals);
    RUN_IN_BOTH_FORMS(no_mqtt);
    RUN_IN_BOTH_FORMS(every_byte_changed);
    RUN_IN_BOTH_FORMS(cut_short_at_every_byte);
    return check_end();
}
