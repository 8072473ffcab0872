/*
 * Registering and signing in without a device: the same request and the same answers as with one, a store
 * that lies, and what is left behind.
 *
 * lean_register checks after every attempt that the connection was closed once and that the memory was
 * wiped.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "check.h"
#include "fixture.h"
#include "mqtt.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define INSTANCE "iot-0123abc"

/* A store of one secret, which can fail and lie. */
struct kept {
    char secret[LINKAUTH_SECRET_MAX];
    size_t length;
    unsigned loads, saves;
    linkauth_status load_status, save_status;
    /* The load with this number, counted from 1, returns load_status; 0 means every one. */
    unsigned failing_load;
    enum save_result save_result;
    size_t claimed_length;
    int lies;
};

static struct bench bench;
static struct kept kept;
static linkauth_lean lean;
static linkauth_secret_store store;
static linkauth_lean_memory memory;
static linkauth_connect connect;
static char reply[2048];

static linkauth_status load(void *user, char *secret, size_t capacity, size_t *length)
{
    CHECK(user == &kept);
    CHECK_NUMBER(LINKAUTH_SECRET_MAX, capacity);
    kept.loads++;
    if (kept.load_status != LINKAUTH_OK
        && (kept.failing_load == 0 || kept.failing_load == kept.loads)) {
        return kept.load_status;
    }
    if (kept.lies) {
        *length = kept.claimed_length;
        return LINKAUTH_OK;
    }
    if (kept.length == 0) {
        return LINKAUTH_ERROR_STORE_ABSENT;
    }
    memcpy(secret, kept.secret, kept.length);
    *length = kept.length;
    return LINKAUTH_OK;
}

static linkauth_status save(void *user, const char *secret, size_t length)
{
    CHECK(user == &kept);
    kept.saves++;
    if (kept.save_status != LINKAUTH_OK || kept.save_result == SAVE_NOTHING) {
        return kept.save_status;
    }
    CHECK(length <= sizeof(kept.secret));
    memcpy(kept.secret, secret, length);
    kept.length = kept.save_result == SAVE_CUT ? length - 1 : length;
    if (kept.save_result == SAVE_FLIPPED) {
        kept.secret[length / 2] ^= 1;
    }
    return LINKAUTH_OK;
}

static void prepare(void)
{
    bench_prepare(&bench);
    memset(&kept, 0, sizeof(kept));
    memset(&lean, 0, sizeof(lean));
    lean.struct_size = sizeof(lean);
    lean.product_key = PRODUCT_KEY;
    lean.product_key_length = LINKAUTH_NUL_TERMINATED;
    lean.device_name = DEVICE_NAME;
    lean.device_name_length = LINKAUTH_NUL_TERMINATED;
    lean.product_secret = PRODUCT_SECRET;
    lean.product_secret_length = LINKAUTH_NUL_TERMINATED;
    lean.random = bench.config.random;
    lean.random_user = bench.config.random_user;
    memset(&store, 0, sizeof(store));
    store.struct_size = sizeof(store);
    store.user = &kept;
    store.load = load;
    store.save = save;
    memset(&memory, 0xa5, sizeof(memory));
}

static void answer(const char *head, const char *body)
{
    bench_reply(&bench, reply, http_reply(reply, sizeof(reply), head, body));
}

static void prepare_with(const char *head, const char *body)
{
    prepare();
    answer(head, body);
}

/* What must hold after any attempt. */
static linkauth_status ended(linkauth_status status)
{
    CHECK_NUMBER(bench.script.opened, bench.script.closes);
    CHECK_ZERO(&memory, sizeof(memory));
    return status;
}

static linkauth_status lean_register(void)
{
    return ended(linkauth_lean_register(&lean, &store, &bench.transport, &memory, sizeof(memory)));
}

#define CHECK_KEPT(expected) CHECK_TEXT(expected, kept.secret, kept.length)

/* A failure before the answer was understood: nothing is stored. */
static void fails(linkauth_status expected)
{
    CHECK_STATUS(expected, lean_register());
    CHECK_NUMBER(0, kept.saves);
    CHECK_NUMBER(0, kept.length);
}

/* The same, and the platform was not asked. */
static void fails_at_once(linkauth_status expected)
{
    fails(expected);
    CHECK_NUMBER(0, bench.script.opens);
}

/* The request of a device object with the same options; its transport and random bytes begin anew. */
static size_t request_of_a_device(char *request, size_t capacity, uint32_t form)
{
    static struct bench other;
    bench_prepare(&other);
    other.config.instance_id = lean.instance_id;
    other.config.instance_id_length = lean.instance_id_length;
    other.config.device_name = lean.device_name;
    other.transport.now_ms = script_now;
    other.options.form = form;
    other.options.host = lean.host;
    other.options.host_length = lean.host_length;
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&other));
    CHECK(bench_register(&other) != LINKAUTH_OK);
    CHECK(other.script.request_length < capacity);
    memcpy(request, other.script.request, other.script.request_length);
    CHECK_TEXT(other.script.host, bench.script.host, bench.script.host_length);
    CHECK_NUMBER(other.script.port, bench.script.port);
    return other.script.request_length;
}

static void registers_as_a_device_does(void)
{
    static const char *const HOSTS[] = {NULL, "iot-auth.ap-southeast-1.aliyuncs.com", "10.0.0.1"};
    static const char *const NAMES[] = {DEVICE_NAME, "0123456789ABCDEF@:0123456789ABCD"};
    char request[1024];
    size_t host, name, length;
    for (host = 0; host < COUNT(HOSTS); host++) {
        for (name = 0; name < COUNT(NAMES); name++) {
            prepare_with(HEAD_LENGTH, BODY_SUCCESS);
            lean.host = HOSTS[host];
            lean.host_length = HOSTS[host] == NULL ? 0 : strlen(HOSTS[host]);
            lean.device_name = NAMES[name];
            if (name > 0) {
                answer(HEAD_LENGTH, BODY_OF(PRODUCT_KEY, "0123456789ABCDEF@:0123456789ABCD", DEVICE_SECRET));
            }
            CHECK_STATUS(LINKAUTH_OK, lean_register());
            CHECK_KEPT(DEVICE_SECRET);
            CHECK_NUMBER(1, kept.saves);
            CHECK_NUMBER(2, kept.loads);
            CHECK_NUMBER(15000, bench.script.longest_timeout);
            length = request_of_a_device(request, sizeof(request), LINKAUTH_REGISTER_HTTPS);
            CHECK_BYTES(request, length, bench.script.request, bench.script.request_length);
        }
    }
}

static void in_any_pieces(void)
{
    size_t piece;
    for (piece = 1; piece < 300; piece++) {
        prepare_with(HEAD_LENGTH, BODY_SUCCESS);
        bench.script.first_piece = piece;
        CHECK_STATUS(LINKAUTH_OK, lean_register());
        prepare_with(HEAD_TO_END, BODY_SUCCESS);
        bench.script.first_piece = piece;
        bench.script.piece = piece;
        bench.script.write_piece = piece;
        CHECK_STATUS(LINKAUTH_OK, lean_register());
        CHECK_KEPT(DEVICE_SECRET);
    }
    for (piece = 1; piece < 30; piece++) {
        prepare();
        bench_reply(&bench, reply,
                    (size_t)snprintf(reply, sizeof(reply),
                                     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                     "10;x=y\r\n%.16s\r\n%x\r\n%s\r\n0\r\n\r\n",
                                     BODY_SUCCESS, (unsigned)sizeof(BODY_SUCCESS) - 17,
                                     &BODY_SUCCESS[16]));
        bench.script.first_piece = piece;
        bench.script.piece = piece;
        CHECK_STATUS(LINKAUTH_OK, lean_register());
    }
}

static void every_cut_is_noticed(void)
{
    size_t length, at;
    length = http_reply(reply, sizeof(reply), HEAD_LENGTH, BODY_SUCCESS);
    for (at = 0; at < length; at++) {
        prepare();
        bench_reply(&bench, reply, at);
        fails(LINKAUTH_ERROR_REPLY_CUT_SHORT);
    }
}

/* A header of more than the memory holds is read; a body is not. */
static void what_is_long(void)
{
    static char head[1600], body[1600];
    memset(head, 'x', sizeof(head) - 1);
    memcpy(head, "HTTP/1.1 200 OK\r\nX: ", 20);
    strcpy(head + sizeof(head) - 5, "\r\n\r\n");
    prepare_with(head, BODY_SUCCESS);
    CHECK_STATUS(LINKAUTH_OK, lean_register());
    memset(body, ' ', sizeof(body) - 1);
    prepare_with(HEAD_TO_END, body);
    fails(LINKAUTH_ERROR_REPLY_TOO_LARGE);
    prepare_with("HTTP/1.1 502 Bad Gateway\r\n\r\n", body);
    fails(LINKAUTH_ERROR_REPLY_HTTP_STATUS);
}

static void what_the_platform_refuses(void)
{
    static const struct {
        const char *body;
        linkauth_status status;
    } ANSWERS[] = {
        {"{\"code\":6289,\"message\":\"active\"}", LINKAUTH_ERROR_PLATFORM_ALREADY_ACTIVE},
        {"{\"code\":460,\"message\":\"?\"}", LINKAUTH_ERROR_PLATFORM_PARAMETER},
        {"{\"code\":6600,\"message\":\"?\"}", LINKAUTH_ERROR_PLATFORM_SIGNATURE},
        {"{\"code\":6601,\"message\":\"?\"}", LINKAUTH_ERROR_PLATFORM_CODE_UNKNOWN},
        {BODY_OF("a1B2c3D4e5G", DEVICE_NAME, DEVICE_SECRET), LINKAUTH_ERROR_REPLY_OTHER_PRODUCT},
        {BODY_OF(PRODUCT_KEY, "dev2", DEVICE_SECRET), LINKAUTH_ERROR_REPLY_OTHER_DEVICE},
        {BODY_OF(PRODUCT_KEY, DEVICE_NAME, ""), LINKAUTH_ERROR_REPLY_SECRET_LENGTH},
        {BODY_OF(PRODUCT_KEY, DEVICE_NAME, "a b"), LINKAUTH_ERROR_REPLY_SECRET_CHARACTER},
        {BODY_SUCCESS "}", LINKAUTH_ERROR_REPLY_NOT_JSON},
        {"", LINKAUTH_ERROR_REPLY_NOT_JSON},
        {"{}", LINKAUTH_ERROR_REPLY_INCOMPLETE},
    };
    size_t at;
    for (at = 0; at < COUNT(ANSWERS); at++) {
        check_case = ANSWERS[at].body;
        prepare_with(HEAD_LENGTH, ANSWERS[at].body);
        fails(ANSWERS[at].status);
    }
    check_case = NULL;
    prepare_with("HTTP/1.1 500 Error\r\nContent-Length: %zu\r\n\r\n", "oops");
    fails(LINKAUTH_ERROR_REPLY_HTTP_STATUS);
    prepare_with("HTTP/1.1 403 No\r\nContent-Length: %zu\r\n\r\n", "{\"code\":6288}");
    fails(LINKAUTH_ERROR_PLATFORM_REGISTRATION_OFF);
}

/* --- The store ----------------------------------------------------------------------------------------- */

static void what_is_there_is_not_replaced(void)
{
    prepare_with(HEAD_LENGTH, BODY_SUCCESS);
    memcpy(kept.secret, "there", 5);
    kept.length = 5;
    CHECK_STATUS(LINKAUTH_ERROR_ALREADY_REGISTERED, lean_register());
    CHECK_KEPT("there");
    CHECK_NUMBER(0, kept.saves);
    CHECK_NUMBER(0, bench.script.opens);
}

/* Only LINKAUTH_ERROR_STORE_ABSENT says that there is none. */
static void a_load_that_fails_is_not_absent(void)
{
    static const linkauth_status STATUSES[] = {
        LINKAUTH_ERROR_STORE_IO, LINKAUTH_ERROR_STORE_DAMAGED, LINKAUTH_ERROR_STORE_LOCKED};
    static const size_t LENGTHS[] = {0, LINKAUTH_SECRET_MAX + 1, SIZE_MAX};
    size_t at;
    for (at = 0; at < COUNT(STATUSES); at++) {
        prepare_with(HEAD_LENGTH, BODY_SUCCESS);
        kept.load_status = STATUSES[at];
        fails_at_once(STATUSES[at]);
    }
    prepare_with(HEAD_LENGTH, BODY_SUCCESS);
    kept.load_status = -5;
    fails_at_once(LINKAUTH_ERROR_STORE_IO);
    for (at = 0; at < COUNT(LENGTHS); at++) {
        prepare_with(HEAD_LENGTH, BODY_SUCCESS);
        kept.lies = 1;
        kept.claimed_length = LENGTHS[at];
        fails_at_once(LINKAUTH_ERROR_STORE_DAMAGED);
    }
}

static void a_secret_counts_once_it_was_read_back(void)
{
    static const enum save_result RESULTS[] = {SAVE_NOTHING, SAVE_CUT, SAVE_FLIPPED};
    size_t at;
    for (at = 0; at < COUNT(RESULTS); at++) {
        prepare_with(HEAD_LENGTH, BODY_SUCCESS);
        kept.save_result = RESULTS[at];
        CHECK_STATUS(LINKAUTH_ERROR_STORE_READ_BACK, lean_register());
    }
    prepare_with(HEAD_LENGTH, BODY_SUCCESS);
    kept.save_status = LINKAUTH_ERROR_STORE_FULL;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_FULL, lean_register());
    CHECK_NUMBER(1, kept.loads);
    prepare_with(HEAD_LENGTH, BODY_SUCCESS);
    kept.save_status = -28;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_IO, lean_register());
    prepare_with(HEAD_LENGTH, BODY_SUCCESS);
    kept.load_status = LINKAUTH_ERROR_STORE_IO;
    kept.failing_load = 2;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_IO, lean_register());
}

/* --- Transport, random bytes, arguments ---------------------------------------------------------------- */

static void what_fails_elsewhere(void)
{
    prepare_with(HEAD_LENGTH, BODY_SUCCESS);
    bench.script.open_status = LINKAUTH_ERROR_TRANSPORT_CERTIFICATE;
    fails(LINKAUTH_ERROR_TRANSPORT_CERTIFICATE);
    prepare_with(HEAD_LENGTH, BODY_SUCCESS);
    bench.script.write_status = -32;
    fails(LINKAUTH_ERROR_TRANSPORT_IO);
    prepare_with(HEAD_LENGTH, BODY_SUCCESS);
    bench.script.read_status = LINKAUTH_ERROR_TRANSPORT_CLOSED;
    fails(LINKAUTH_ERROR_TRANSPORT_CLOSED);
    prepare_with(HEAD_LENGTH, BODY_SUCCESS);
    bench.script.is_lying = 1;
    bench.script.claimed = SIZE_MAX;
    fails(LINKAUTH_ERROR_TRANSPORT_MISUSE);
    prepare_with(HEAD_LENGTH, BODY_SUCCESS);
    bench.source.status = LINKAUTH_ERROR_STORE_IO;
    fails_at_once(LINKAUTH_ERROR_RANDOM_FAILED);
    prepare_with(HEAD_LENGTH, BODY_SUCCESS);
    bench.source.writes_nothing = 1;
    fails_at_once(LINKAUTH_ERROR_RANDOM_FAILED);
    prepare_with(HEAD_LENGTH, BODY_SUCCESS);
    bench.transport.flags = LINKAUTH_TRANSPORT_PLAIN;
    fails_at_once(LINKAUTH_ERROR_TRANSPORT_PLAIN);
    prepare_with(HEAD_LENGTH, BODY_SUCCESS);
    bench.transport.now_ms = script_now;
    bench.script.now = UINT64_MAX - 2;
    bench.script.tick = 100;
    bench.script.piece = bench.script.first_piece = 1;
    lean.timeout_ms = 1000;
    fails(LINKAUTH_ERROR_TRANSPORT_TIMED_OUT);
    CHECK_NUMBER(1000, bench.script.longest_timeout);
}

#define REFUSES(status, change)                                                                    \
    do {                                                                                           \
        prepare_with(HEAD_LENGTH, BODY_SUCCESS);                                                   \
        change;                                                                                    \
        check_case = #change;                                                                      \
        fails_at_once(status);                                                                     \
        check_case = NULL;                                                                         \
    } while (0)

static void what_is_wrong_about_arguments(void)
{
    CHECK_NUMBER(sizeof(memory), linkauth_lean_memory_size());
    REFUSES(LINKAUTH_ERROR_ARGUMENT_NULL, lean.product_key = NULL);
    REFUSES(LINKAUTH_ERROR_ARGUMENT_NULL, lean.device_name = NULL);
    REFUSES(LINKAUTH_ERROR_SECRET_MISSING, lean.product_secret = NULL);
    REFUSES(LINKAUTH_ERROR_ARGUMENT_EMPTY, lean.product_secret = "");
    REFUSES(LINKAUTH_ERROR_ARGUMENT_CHARACTER, lean.product_secret = "with space");
    REFUSES(LINKAUTH_ERROR_ARGUMENT_CHARACTER, lean.product_key = "a_b");
    REFUSES(LINKAUTH_ERROR_ARGUMENT_TOO_SHORT, lean.device_name = "dev");
    REFUSES(LINKAUTH_ERROR_ARGUMENT_CHARACTER, (lean.host = "a\r\nb", lean.host_length = 4));
    REFUSES(LINKAUTH_ERROR_ARGUMENT_EMPTY, lean.host = "");
    REFUSES(LINKAUTH_ERROR_STRUCT_SIZE, lean.struct_size = 8);
    REFUSES(LINKAUTH_ERROR_STRUCT_SIZE, store.struct_size = 8);
    REFUSES(LINKAUTH_ERROR_STRUCT_SIZE, bench.transport.struct_size = 8);
    REFUSES(LINKAUTH_ERROR_CALLBACK_MISSING, store.load = NULL);
    REFUSES(LINKAUTH_ERROR_CALLBACK_MISSING, store.save = NULL);
    REFUSES(LINKAUTH_ERROR_CALLBACK_MISSING, bench.transport.read = NULL);
    REFUSES(LINKAUTH_ERROR_RESERVED_NOT_ZERO, store.reserved = 1);
    prepare();
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_lean_register(NULL, &store, &bench.transport, &memory, sizeof(memory)));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_lean_register(&lean, NULL, &bench.transport, &memory, sizeof(memory)));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_lean_register(&lean, &store, NULL, &memory, sizeof(memory)));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_lean_register(&lean, &store, &bench.transport, NULL, sizeof(memory)));
    CHECK_STATUS(LINKAUTH_ERROR_OBJECT_SIZE,
                 linkauth_lean_register(&lean, &store, &bench.transport, &memory, 64));
}

/* A callback that calls back in with the same memory. */
static linkauth_status status_within;

static void call_again(void *context)
{
    (void)context;
    status_within =
        linkauth_lean_register(&lean, &store, &bench.transport, &memory, sizeof(memory));
}

static void memory_that_is_in_use(void)
{
    prepare_with(HEAD_LENGTH, BODY_SUCCESS);
    bench.script.within = call_again;
    CHECK_STATUS(LINKAUTH_OK, lean_register());
    CHECK_STATUS(LINKAUTH_ERROR_BUSY, status_within);
}

/* --- Over MQTT ----------------------------------------------------------------------------------------- */

#define PUSH "{\"deviceSecret\":\"" DEVICE_SECRET "\",\"productKey\":\"" PRODUCT_KEY                \
             "\",\"deviceName\":\"" DEVICE_NAME "\"}"

static struct stream stream;

static linkauth_status lean_register_mqtt(unsigned code, const char *push)
{
    prepare();
    bench.transport.now_ms = script_now;
    stream.length = 0;
    stream_connack(&stream, code);
    if (push != NULL) {
        stream_publish(&stream, 0, TOPIC_REGISTER, push, strlen(push));
    }
    bench_reply(&bench, stream.bytes, stream.length);
    return ended(linkauth_lean_register_mqtt(&lean, &store, &bench.transport, &memory, sizeof(memory)));
}

static void over_mqtt_as_a_device_does(void)
{
    char request[1024];
    size_t length;
    CHECK_STATUS(LINKAUTH_OK, lean_register_mqtt(0, PUSH));
    CHECK_KEPT(DEVICE_SECRET);
    CHECK_NUMBER(14000, bench.script.longest_timeout);
    length = request_of_a_device(request, sizeof(request), LINKAUTH_REGISTER_MQTT);
    CHECK_BYTES(request, length, bench.script.request, bench.script.request_length);

    prepare();
    lean.instance_id = INSTANCE;
    lean.instance_id_length = LINKAUTH_NUL_TERMINATED;
    bench.transport.now_ms = script_now;
    bench_reply(&bench, stream.bytes, stream.length);
    CHECK_STATUS(LINKAUTH_OK, ended(linkauth_lean_register_mqtt(&lean, &store, &bench.transport, &memory,
                                                                sizeof(memory))));
    length = request_of_a_device(request, sizeof(request), LINKAUTH_REGISTER_MQTT);
    CHECK_BYTES(request, length, bench.script.request, bench.script.request_length);
}

static void what_fails_over_mqtt(void)
{
    CHECK_STATUS(LINKAUTH_ERROR_REGISTER_CONNACK_REFUSED, lean_register_mqtt(4, NULL));
    CHECK_STATUS(LINKAUTH_ERROR_REPLY_CUT_SHORT, lean_register_mqtt(0, NULL));
    CHECK_STATUS(LINKAUTH_ERROR_REPLY_INCOMPLETE, lean_register_mqtt(0, "{}"));
    CHECK_STATUS(LINKAUTH_ERROR_REPLY_OTHER_DEVICE,
                 lean_register_mqtt(0, "{\"deviceSecret\":\"x\",\"productKey\":\"" PRODUCT_KEY
                                       "\",\"deviceName\":\"dev2\"}"));
    CHECK_NUMBER(0, kept.saves);
    prepare();
    CHECK_STATUS(LINKAUTH_ERROR_CALLBACK_MISSING,
                 ended(linkauth_lean_register_mqtt(&lean, &store, &bench.transport, &memory,
                                                   sizeof(memory))));
    prepare();
    lean.instance_id = "iot/1";
    lean.instance_id_length = 5;
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_CHARACTER,
                 ended(linkauth_lean_register_mqtt(&lean, &store, &bench.transport, &memory,
                                                   sizeof(memory))));
}

/* --- Signing in ---------------------------------------------------------------------------------------- */

static linkauth_status lean_sign_in(void)
{
    memset(&connect, 0xa5, sizeof(connect));
    return linkauth_lean_sign_in(&lean, &store, &connect);
}

static void signs_in_as_with_the_secret(void)
{
    static linkauth_connect with_secret;
    prepare_with(HEAD_LENGTH, BODY_SUCCESS);
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, lean_sign_in());
    CHECK_ZERO(&connect, sizeof(connect));
    CHECK_STATUS(LINKAUTH_OK, lean_register());
    CHECK_STATUS(LINKAUTH_OK, lean_sign_in());
    CHECK_STATUS(LINKAUTH_OK, linkauth_sign_in_with_secret(PRODUCT_KEY, 11, DEVICE_NAME, 4, DEVICE_SECRET,
                                                           32, &with_secret));
    CHECK_BYTES(&with_secret, sizeof(with_secret), &connect, sizeof(connect));
}

static void sign_ins_that_fail(void)
{
    prepare();
    kept.load_status = LINKAUTH_ERROR_STORE_IO;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_IO, lean_sign_in());
    CHECK_ZERO(&connect, sizeof(connect));
    kept.load_status = LINKAUTH_OK;
    memcpy(kept.secret, "a b", 3);
    kept.length = 3;
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_CHARACTER, lean_sign_in());
    CHECK_ZERO(&connect, sizeof(connect));
    store.load = NULL;
    CHECK_STATUS(LINKAUTH_ERROR_CALLBACK_MISSING, lean_sign_in());
    CHECK_ZERO(&connect, sizeof(connect));
    prepare();
    lean.device_name = "dev";
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, lean_sign_in());
    memcpy(kept.secret, "secret", 6);
    kept.length = 6;
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_TOO_SHORT, lean_sign_in());
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL, linkauth_lean_sign_in(&lean, &store, NULL));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL, linkauth_lean_sign_in(&lean, NULL, &connect));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL, linkauth_lean_sign_in(NULL, &store, &connect));
}

static void an_overlap_changes_nothing(void)
{
    linkauth_connect before;
    prepare();
    memset(&connect, 0xa5, sizeof(connect));
    strcpy(connect.username, DEVICE_NAME);
    before = connect;
    lean.device_name = connect.username;
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_OVERLAP, linkauth_lean_sign_in(&lean, &store, &connect));
    CHECK(memcmp(&before, &connect, sizeof(connect)) == 0);
}

/* --- The critical section ------------------------------------------------------------------------------ */

static unsigned entered, left, inside_transport;

static size_t enter(void *user)
{
    CHECK(user == &entered);
    CHECK_NUMBER(entered, left);
    return ++entered;
}

static void leave(void *user, size_t before)
{
    CHECK(user == &entered);
    left++;
    CHECK_NUMBER(before, left);
}

static void within_transport(void *context)
{
    (void)context;
    inside_transport += entered - left;
}

static void the_critical_section(void)
{
    const linkauth_critical_section section = {sizeof(section), 0, &entered, enter, leave};
    prepare_with(HEAD_LENGTH, BODY_SUCCESS);
    lean.critical_section = &section;
    bench.script.within = within_transport;
    CHECK_STATUS(LINKAUTH_OK, lean_register());
    CHECK_STATUS(LINKAUTH_OK, lean_sign_in());
    CHECK(entered >= 4);
    CHECK_NUMBER(entered, left);
    CHECK_NUMBER(0, inside_transport);
}

int main(void)
{
    RUN(registers_as_a_device_does);
    RUN(in_any_pieces);
    RUN(every_cut_is_noticed);
    RUN(what_is_long);
    RUN(what_the_platform_refuses);
    RUN(what_is_there_is_not_replaced);
    RUN(a_load_that_fails_is_not_absent);
    RUN(a_secret_counts_once_it_was_read_back);
    RUN(what_fails_elsewhere);
    RUN(what_is_wrong_about_arguments);
    RUN(memory_that_is_in_use);
    RUN(over_mqtt_as_a_device_does);
    RUN(what_fails_over_mqtt);
    RUN(signs_in_as_with_the_secret);
    RUN(sign_ins_that_fail);
    RUN(an_overlap_changes_nothing);
    RUN(the_critical_section);
    return check_end();
}
