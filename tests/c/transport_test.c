/*
 * Registering over a transport that fails, lies or is slow, and the bytes that go out over it.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "check.h"
#include "fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct bench bench;
static char reply[600];

static void make(void)
{
    size_t length = http_reply(reply, sizeof(reply), HEAD_LENGTH, BODY_SUCCESS);
    CHECK(bench_make(&bench));
    bench_reply(&bench, reply, length);
}

/* A failure stores nothing and leaves the device without a secret. */
static void expect(linkauth_status expected)
{
    CHECK_STATUS(expected, bench_register(&bench));
    if (expected != LINKAUTH_OK) {
        CHECK_NUMBER(0, bench.memory.saves);
        CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&bench.device));
    }
}

/* --- Failures --------------------------------------------------------------------------------------- */

static const linkauth_status FAILURES[] = {
    LINKAUTH_ERROR_TRANSPORT_HOST_NOT_FOUND, LINKAUTH_ERROR_TRANSPORT_REFUSED,
    LINKAUTH_ERROR_TRANSPORT_TIMED_OUT,      LINKAUTH_ERROR_TRANSPORT_CERTIFICATE,
    LINKAUTH_ERROR_TRANSPORT_HOSTNAME,       LINKAUTH_ERROR_TRANSPORT_TLS,
    LINKAUTH_ERROR_TRANSPORT_CLOSED,         LINKAUTH_ERROR_TRANSPORT_IO,
    LINKAUTH_ERROR_TRANSPORT_ROOTS,          LINKAUTH_ERROR_OUT_OF_MEMORY,
};

static void check_detail(int system_error)
{
    CHECK_NUMBER(0, bench.detail.platform_code);
    CHECK_NUMBER(system_error, bench.detail.system_error);
    CHECK_NUMBER(0, bench.detail.http_status);
}

static void failures_are_passed_on(void)
{
    size_t at;
    for (at = 0; at < COUNT(FAILURES); at++) {
        check_case = linkauth_status_name(FAILURES[at]);
        make();
        bench.script.open_status = FAILURES[at];
        expect(FAILURES[at]);
        check_detail(0);
        CHECK_NUMBER(0, bench.script.writes + bench.script.reads + bench.script.closes);
        make();
        bench.script.write_status = FAILURES[at];
        expect(FAILURES[at]);
        check_detail(0);
        CHECK_NUMBER(1, bench.script.closes);
        make();
        bench.script.read_status = FAILURES[at];
        expect(FAILURES[at]);
        check_detail(0);
        CHECK_NUMBER(1, bench.script.closes);
    }
    check_case = NULL;
}

static void error_numbers_of_the_system(void)
{
    static const int NUMBERS[] = {1, 5, 104, 110, 4095, INT32_MAX};
    size_t at;
    for (at = 0; at < COUNT(NUMBERS); at++) {
        make();
        bench.script.open_status = -NUMBERS[at];
        expect(LINKAUTH_ERROR_TRANSPORT_IO);
        check_detail(NUMBERS[at]);
        make();
        bench.script.write_status = -NUMBERS[at];
        expect(LINKAUTH_ERROR_TRANSPORT_IO);
        check_detail(NUMBERS[at]);
        make();
        bench.script.read_status = -NUMBERS[at];
        expect(LINKAUTH_ERROR_TRANSPORT_IO);
        check_detail(NUMBERS[at]);
    }
    /* The numbers of a failure are forgotten by the next call. */
    bench.script.read_status = 0;
    bench_reply(&bench, reply, strlen(reply));
    expect(LINKAUTH_OK);
    CHECK_NUMBER(0, bench.detail.system_error);
}

static void a_connection_that_ends_half_way(void)
{
    size_t length, cut;
    make();
    length = strlen(reply);
    for (cut = 0; cut < length; cut += 7) {
        make();
        bench_reply(&bench, reply, cut);
        bench.script.piece = bench.script.first_piece = 5;
        bench.script.end_status = -104;
        expect(LINKAUTH_ERROR_TRANSPORT_IO);
        CHECK_NUMBER(104, bench.detail.system_error);
        CHECK_NUMBER(cut < 17 ? 0 : 200, bench.detail.http_status);
    }
}

/* --- Lies --------------------------------------------------------------------------------------------- */

static int32_t lying_read(void *user, uint8_t *data, size_t capacity, size_t *received,
                          uint32_t timeout_ms)
{
    struct script *script = user;
    (void)data;
    (void)timeout_ms;
    *received = script->claimed == 0 ? capacity + 1 : script->claimed;
    return 0;
}

static void more_than_was_asked(void)
{
    static const size_t CLAIMS[] = {0, 4096, SIZE_MAX / 2, SIZE_MAX};
    size_t at;
    for (at = 0; at < COUNT(CLAIMS); at++) {
        make();
        bench.transport.read = lying_read;
        bench.script.claimed = CLAIMS[at];
        expect(LINKAUTH_ERROR_TRANSPORT_MISUSE);
        make();
        bench.script.is_lying = 1;
        bench.script.claimed = CLAIMS[at] == 0 ? 2000 : CLAIMS[at];
        expect(LINKAUTH_ERROR_TRANSPORT_MISUSE);
        CHECK_NUMBER(1, bench.script.writes);
    }
}

static void nothing_sent(void)
{
    make();
    bench.script.is_lying = 1;
    bench.script.claimed = 0;
    expect(LINKAUTH_ERROR_TRANSPORT_MISUSE);
    CHECK_NUMBER(1, bench.script.writes);
}

/* Gives up some time, so that a library which believes it does not hang the test. */
static int32_t forgetful_write(void *user, const uint8_t *data, size_t len, size_t *sent,
                               uint32_t timeout_ms)
{
    struct script *script = user;
    (void)data;
    (void)len;
    (void)sent;
    (void)timeout_ms;
    script->writes++;
    return script->writes < 1000 ? 0 : LINKAUTH_ERROR_TRANSPORT_CLOSED;
}

static int32_t forgetful_read(void *user, uint8_t *data, size_t capacity, size_t *received,
                              uint32_t timeout_ms)
{
    (void)user;
    (void)data;
    (void)capacity;
    (void)received;
    (void)timeout_ms;
    return 0;
}

/* A count that was never set is 0, not what was on the stack. */
static void counts_that_are_not_set(void)
{
    make();
    bench.transport.write = forgetful_write;
    expect(LINKAUTH_ERROR_TRANSPORT_MISUSE);
    make();
    bench.transport.read = forgetful_read;
    expect(LINKAUTH_ERROR_REPLY_CUT_SHORT);
}

/* --- Plain ---------------------------------------------------------------------------------------------- */

static void a_plain_transport_is_not_opened(void)
{
    make();
    bench.transport.flags = LINKAUTH_TRANSPORT_PLAIN;
    expect(LINKAUTH_ERROR_TRANSPORT_PLAIN);
    CHECK_NUMBER(0, bench.script.opens + bench.script.writes + bench.script.closes);
}

/* --- Time ------------------------------------------------------------------------------------------------ */

/* Without a clock each wait gets all of it. */
static void each_wait_without_a_clock(void)
{
    make();
    bench.script.piece = bench.script.first_piece = bench.script.write_piece = 1;
    bench.script.tick = 1000000;
    expect(LINKAUTH_OK);
    CHECK_NUMBER(15000, bench.script.last_timeout);
    CHECK_NUMBER(15000, bench.script.longest_timeout);
    make();
    bench.options.timeout_ms = 1;
    expect(LINKAUTH_OK);
    CHECK_NUMBER(1, bench.script.last_timeout);
    make();
    bench.options.timeout_ms = UINT32_MAX;
    expect(LINKAUTH_OK);
    CHECK_NUMBER(UINT32_MAX, bench.script.last_timeout);
}

/* With a clock what is left is given, and the whole is bounded, however little arrives at a time. */
static void the_whole_with_a_clock(void)
{
    make();
    bench.transport.now_ms = script_now;
    bench.script.now = 1234567;
    bench.script.tick = 100;
    bench.options.timeout_ms = 1000;
    expect(LINKAUTH_OK);
    CHECK_NUMBER(1000, bench.script.longest_timeout);
    CHECK_NUMBER(1000 - 100 * (bench.script.opens + bench.script.writes + bench.script.reads - 1),
                 bench.script.last_timeout);

    make();
    bench.transport.now_ms = script_now;
    bench.script.now = 1234567;
    bench.script.tick = 100;
    bench.script.piece = bench.script.first_piece = 1;
    bench.options.timeout_ms = 1000;
    expect(LINKAUTH_ERROR_TRANSPORT_TIMED_OUT);
    CHECK_NUMBER(10, bench.script.opens + bench.script.writes + bench.script.reads);
    CHECK_NUMBER(100, bench.script.last_timeout);

    make();
    bench.transport.now_ms = script_now;
    bench.script.tick = 15000;
    expect(LINKAUTH_ERROR_TRANSPORT_TIMED_OUT);
    CHECK_NUMBER(1, bench.script.opens);
    CHECK_NUMBER(0, bench.script.writes);
}

/* --- What goes out ------------------------------------------------------------------------------------------ */

static void get_random(char *out, size_t capacity)
{
    const char *start = strstr(bench.script.request, "&random=");
    size_t length = start == NULL ? 0 : strcspn(start + 8, "&");
    if (length >= capacity) {
        length = 0;
    }
    if (length > 0) {
        memcpy(out, start + 8, length);
    }
    out[length] = '\0';
}

static void the_host_and_port(void)
{
    make();
    expect(LINKAUTH_OK);
    CHECK_TEXT("iot-auth.cn-shanghai.aliyuncs.com", bench.script.host, bench.script.host_length);
    CHECK_NUMBER(443, bench.script.port);
    CHECK(strstr(bench.script.request, "Host: iot-auth.cn-shanghai.aliyuncs.com\r\n") != NULL);

    make();
    bench.config.region = "ap-southeast-1";
    bench.config.region_length = LINKAUTH_NUL_TERMINATED;
    bench.config.instance_id = "iot-060a0bgd";
    bench.config.instance_id_length = LINKAUTH_NUL_TERMINATED;
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    expect(LINKAUTH_OK);
    CHECK_TEXT("iot-auth.ap-southeast-1.aliyuncs.com", bench.script.host,
               bench.script.host_length);

    make();
    bench.options.host = "localhost and more";
    bench.options.host_length = 9;
    bench.options.port = 8443;
    expect(LINKAUTH_OK);
    CHECK_TEXT("localhost", bench.script.host, bench.script.host_length);
    CHECK_NUMBER(0, bench.script.host[9]);
    CHECK_NUMBER(8443, bench.script.port);
    CHECK(strstr(bench.script.request, "Host: localhost:8443\r\n") != NULL);

    make();
    bench.options.host = "2001:db8::1";
    bench.options.host_length = LINKAUTH_NUL_TERMINATED;
    expect(LINKAUTH_OK);
    CHECK_TEXT("2001:db8::1", bench.script.host, bench.script.host_length);
    CHECK(strstr(bench.script.request, "Host: [2001:db8::1]\r\n") != NULL);
}

static void a_given_random_is_used_as_given(void)
{
    char random[40];
    make();
    bench.options.random = "8Ygb7ULYh53B6OA and more";
    bench.options.random_length = 15;
    expect(LINKAUTH_OK);
    get_random(random, sizeof(random));
    CHECK_TEXT("8Ygb7ULYh53B6OA", random, strlen(random));
    CHECK_NUMBER(0, bench.source.calls);
}

/* Two attempts never send the same one, whichever device they are for. */
static void a_drawn_random_is_fresh(void)
{
    static char randoms[32][40];
    size_t count = 0, at, earlier;
    for (at = 0; at < 16; at++) {
        char name[16];
        uint8_t next = bench.source.next;
        make();
        bench.source.next = at == 0 ? 0 : next;
        snprintf(name, sizeof(name), "dev%u", (unsigned)(at / 2 + 10));
        bench.config.device_name = name;
        CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
        CHECK(bench_register(&bench) != LINKAUTH_OK);
        CHECK(bench.source.calls > 0);
        get_random(randoms[count], sizeof(randoms[count]));
        CHECK(strlen(randoms[count]) >= 15);
        CHECK(strspn(randoms[count], "0123456789abcdefABCDEF") == strlen(randoms[count]));
        for (earlier = 0; earlier < count; earlier++) {
            CHECK(strcmp(randoms[earlier], randoms[count]) != 0);
        }
        count++;
    }
}

/* The request is the same in pieces of any size, and the ProductSecret is not in it. */
static void the_request_in_pieces(void)
{
    static char whole[sizeof(bench.script.request)];
    size_t length, piece;
    make();
    bench.options.random = "abc";
    bench.options.random_length = 3;
    expect(LINKAUTH_OK);
    length = bench.script.request_length;
    memcpy(whole, bench.script.request, length);
    CHECK(!has_secret(whole, length, PRODUCT_SECRET));
    CHECK(strstr(whole, "Connection: close\r\n") != NULL);
    for (piece = 1; piece < length; piece += piece < 20 ? 1 : 37) {
        make();
        bench.options.random = "abc";
        bench.options.random_length = 3;
        bench.script.write_piece = piece;
        expect(LINKAUTH_OK);
        CHECK_BYTES(whole, length, bench.script.request, bench.script.request_length);
    }
}

/* Every text at its longest, each byte of the name percent-encoded. */
static void the_longest_request(void)
{
    static const char NAME[] = "::::::::::::::::::::::::::::::::";
    static char host[128], secret[65];
    memset(host, 'h', 127);
    memset(secret, 's', 64);
    make();
    bench.config.product_key = "a1B2c3D4e5F6g7H8i9J0";
    bench.config.device_name = NAME;
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    bench.options.host = host;
    bench.options.host_length = 127;
    bench.options.port = 65535;
    bench.options.product_secret = secret;
    bench.options.random = "12345678901234567890123456789012";
    bench.options.random_length = 32;
    CHECK_STATUS(LINKAUTH_ERROR_REPLY_OTHER_PRODUCT, bench_register(&bench));
    CHECK(strstr(bench.script.request, "%3A%3A%3A%3A") != NULL);
}

int main(void)
{
    RUN(failures_are_passed_on);
    RUN(error_numbers_of_the_system);
    RUN(a_connection_that_ends_half_way);
    RUN(more_than_was_asked);
    RUN(nothing_sent);
    RUN(counts_that_are_not_set);
    RUN(a_plain_transport_is_not_opened);
    RUN(each_wait_without_a_clock);
    RUN(the_whole_with_a_clock);
    RUN(the_host_and_port);
    RUN(a_given_random_is_used_as_given);
    RUN(a_drawn_random_is_fresh);
    RUN(the_request_in_pieces);
    RUN(the_longest_request);
    return check_end();
}
