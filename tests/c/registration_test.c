/*
 * Registering: what the platform may answer, in which pieces, and what becomes of the secret.
 *
 * bench_register and steps_ended check after every attempt, whatever it was to show, that the
 * connection was closed once and that no secret is left behind.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "check.h"
#include "fixture.h"
#include "steps.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct bench bench;
static char reply[8192];
static size_t reply_length;

static void make(const char *head, const char *body)
{
    CHECK(bench_make(&bench));
    reply_length = http_reply(reply, sizeof(reply), head, body);
    CHECK(reply_length > 0);
    bench_reply(&bench, reply, reply_length);
}

/* Registers by the blocking call. A failure stores nothing and leaves the device without a secret. */
static void expect(linkauth_status expected)
{
    linkauth_status status = bench_register(&bench);
    CHECK_STATUS(expected, status);
    if (status == LINKAUTH_OK) {
        CHECK(is_stored(&bench.memory, DEVICE_SECRET));
        CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    } else {
        CHECK_NUMBER(0, bench.memory.saves);
        CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&bench.device));
    }
}

/* --- Success ------------------------------------------------------------------------------------------ */

#define HEAD_CHUNKED                                                                               \
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"

static const char *const HEADS[] = {
    HEAD_LENGTH,
    HEAD_TO_END,
    "HTTP/1.0 200 OK\r\n\r\n",
    "HTTP/1.1 200\r\ncontent-LENGTH:%zu\r\n\r\n",
    "HTTP/1.1 200 OK\nContent-Length: %zu\n\n",
    "HTTP/1.1 200 \r\nContent-Length:   %zu  \r\nServer: Tengine\r\nX-Empty:\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
};

static void frames(void)
{
    size_t at;
    for (at = 0; at < COUNT(HEADS); at++) {
        check_case = HEADS[at];
        make(HEADS[at], BODY_SUCCESS);
        expect(LINKAUTH_OK);
    }
    check_case = NULL;
}

/* The body in chunks of `size` bytes. */
static void make_chunked(size_t size, const char *extension, const char *trailer)
{
    const char body[] = BODY_SUCCESS;
    size_t at, length = sizeof(body) - 1;
    int written;
    CHECK(bench_make(&bench));
    reply_length = http_reply(reply, sizeof(reply), HEAD_CHUNKED, "");
    for (at = 0; at < length; at += size) {
        size_t piece = length - at < size ? length - at : size;
        written = snprintf(reply + reply_length, sizeof(reply) - reply_length, "%zx%s\r\n%.*s\r\n",
                           piece, extension, (int)piece, body + at);
        reply_length += (size_t)written;
    }
    written = snprintf(reply + reply_length, sizeof(reply) - reply_length, "0\r\n%s\r\n", trailer);
    reply_length += (size_t)written;
    CHECK(reply_length < sizeof(reply));
    bench_reply(&bench, reply, reply_length);
}

static void chunks(void)
{
    static const size_t SIZES[] = {1, 2, 7, 16, 100, 1000};
    size_t at;
    for (at = 0; at < COUNT(SIZES); at++) {
        make_chunked(SIZES[at], "", "");
        expect(LINKAUTH_OK);
        make_chunked(SIZES[at], ";name=value", "X-Trailer: yes\r\n");
        expect(LINKAUTH_OK);
    }
}

static void chunks_in_pieces_and_cut(void)
{
    size_t at;
    for (at = 1; at < 40; at++) {
        make_chunked(7, "", "");
        bench.script.first_piece = at;
        bench.script.piece = at;
        expect(LINKAUTH_OK);
    }
    make_chunked(50, "", "");
    for (at = 0; at < reply_length; at++) {
        size_t whole = reply_length;
        make_chunked(50, "", "");
        bench_reply(&bench, reply, at);
        expect(LINKAUTH_ERROR_REPLY_CUT_SHORT);
        CHECK_NUMBER(whole, reply_length);
    }
}

static void in_every_two_pieces(void)
{
    size_t split;
    make(HEAD_LENGTH, BODY_SUCCESS);
    for (split = 1; split < reply_length; split++) {
        make(HEAD_LENGTH, BODY_SUCCESS);
        bench.script.first_piece = split;
        expect(LINKAUTH_OK);
        make(HEAD_TO_END, BODY_SUCCESS);
        bench.script.first_piece = split;
        expect(LINKAUTH_OK);
    }
}

static void byte_by_byte(void)
{
    size_t at;
    for (at = 0; at < COUNT(HEADS); at++) {
        check_case = HEADS[at];
        make(HEADS[at], BODY_SUCCESS);
        bench.script.first_piece = 1;
        bench.script.piece = 1;
        bench.script.write_piece = 1;
        expect(LINKAUTH_OK);
        CHECK(bench.script.writes == bench.script.request_length);
    }
    check_case = NULL;
}

/* The same by hand, in every split; here nobody reads beyond the end of the body. */
static void steps_in_every_two_pieces(void)
{
    size_t split;
    make(HEAD_LENGTH, BODY_SUCCESS);
    for (split = 1; split <= reply_length; split++) {
        make(HEAD_LENGTH, BODY_SUCCESS);
        CHECK_STATUS(LINKAUTH_OK, steps_begin(&bench));
        CHECK(bench_send(&bench.registration));
        CHECK_NUMBER(LINKAUTH_STEP_RECEIVE, steps_next(&bench, LINKAUTH_OK).kind);
        CHECK_STATUS(LINKAUTH_OK, steps_feed(&bench, reply, split));
        if (split < reply_length) {
            CHECK_NUMBER(LINKAUTH_STEP_RECEIVE, steps_next(&bench, LINKAUTH_OK).kind);
            CHECK_STATUS(LINKAUTH_OK, steps_feed(&bench, reply + split, reply_length - split));
        }
        CHECK_NUMBER(LINKAUTH_STEP_FINISH, steps_next(&bench, LINKAUTH_OK).kind);
        /* Otherwise the searches after the end would prove nothing. */
        CHECK(steps_hold_a_secret(&bench));
        CHECK_STATUS(LINKAUTH_OK,
                     linkauth_registration_finish(&bench.device, &bench.registration));
        CHECK(is_stored(&bench.memory, DEVICE_SECRET));
        steps_ended(&bench);
    }
}

static void steps_byte_by_byte(void)
{
    size_t at, length;
    linkauth_registration_step step;
    make(HEAD_LENGTH, BODY_SUCCESS);
    CHECK_STATUS(LINKAUTH_OK, steps_begin(&bench));
    step = steps_next(&bench, LINKAUTH_OK);
    CHECK(has_secret(&bench.registration, sizeof(bench.registration), "&signMethod=hmacsha256"));
    CHECK_TEXT("iot-auth.cn-shanghai.aliyuncs.com", step.host, step.host_length);
    CHECK_NUMBER(443, step.port);
    for (length = step.data_length; length > 0; length--) {
        CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_RANGE,
                     linkauth_registration_sent(&bench.registration, length + 1));
        CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_RANGE,
                     linkauth_registration_sent(&bench.registration, SIZE_MAX));
        CHECK_STATUS(LINKAUTH_OK, linkauth_registration_sent(&bench.registration, 0));
        CHECK_NUMBER(length, steps_next(&bench, LINKAUTH_OK).data_length);
        CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, steps_feed(&bench, "H", 1));
        CHECK_STATUS(LINKAUTH_OK, linkauth_registration_sent(&bench.registration, 1));
    }
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER,
                 linkauth_registration_sent(&bench.registration, 1));
    /* What has been sent is not kept. */
    CHECK(!has_secret(&bench.registration, sizeof(bench.registration), "&signMethod=hmacsha256"));
    for (at = 0; at < reply_length; at++) {
        CHECK_NUMBER(LINKAUTH_STEP_RECEIVE, steps_next(&bench, LINKAUTH_OK).kind);
        CHECK_STATUS(LINKAUTH_OK, steps_feed(&bench, reply + at, 1));
    }
    CHECK_STATUS(LINKAUTH_OK, linkauth_registration_finish(&bench.device, &bench.registration));
    steps_ended(&bench);
}

/* Bytes behind the reply are none of it. */
static void more_than_the_reply(void)
{
    make(HEAD_LENGTH, BODY_SUCCESS "HTTP/1.1 500 No\r\n\r\n");
    reply_length = http_reply(reply, sizeof(reply), HEAD_LENGTH, BODY_SUCCESS);
    reply_length += (size_t)sprintf(reply + reply_length, "HTTP/1.1 500 No\r\n\r\n");
    bench_reply(&bench, reply, reply_length);
    expect(LINKAUTH_OK);
}

static void details_of_a_success_are_zero(void)
{
    make(HEAD_LENGTH, BODY_SUCCESS);
    expect(LINKAUTH_OK);
    CHECK_NUMBER(0, bench.detail.platform_code);
    CHECK_NUMBER(0, bench.detail.system_error);
    CHECK_NUMBER(0, bench.detail.http_status);
}

/* --- Bad replies ----------------------------------------------------------------------------------------- */

static void cut_short_at_every_byte(void)
{
    size_t cut;
    make(HEAD_LENGTH, BODY_SUCCESS);
    for (cut = 0; cut < reply_length; cut++) {
        size_t whole = reply_length;
        make(HEAD_LENGTH, BODY_SUCCESS);
        bench_reply(&bench, reply, cut);
        expect(LINKAUTH_ERROR_REPLY_CUT_SHORT);
        /* A connection that is lost says so itself. */
        make(HEAD_LENGTH, BODY_SUCCESS);
        bench_reply(&bench, reply, cut);
        bench.script.end_status = LINKAUTH_ERROR_TRANSPORT_CLOSED;
        expect(LINKAUTH_ERROR_TRANSPORT_CLOSED);
        CHECK_NUMBER(whole, reply_length);
    }
}

/* Without a length only the JSON tells that something is missing. */
static void cut_short_without_a_length(void)
{
    size_t head, cut;
    make(HEAD_TO_END, BODY_SUCCESS);
    head = strlen(HEAD_TO_END);
    for (cut = 0; cut < reply_length; cut++) {
        size_t whole = reply_length;
        make(HEAD_TO_END, BODY_SUCCESS);
        bench_reply(&bench, reply, cut);
        expect(cut < head ? LINKAUTH_ERROR_REPLY_CUT_SHORT : LINKAUTH_ERROR_REPLY_NOT_JSON);
        CHECK_NUMBER(whole, reply_length);
    }
}

static void steps_cut_short_at_every_byte(void)
{
    size_t cut;
    make(HEAD_LENGTH, BODY_SUCCESS);
    for (cut = 0; cut < reply_length; cut++) {
        make(HEAD_LENGTH, BODY_SUCCESS);
        CHECK_STATUS(LINKAUTH_OK, steps_begin(&bench));
        CHECK(bench_send(&bench.registration));
        if (cut > 0) {
            CHECK_STATUS(LINKAUTH_OK, steps_feed(&bench, reply, cut));
        }
        if (cut % 2 == 0) {
            CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER,
                         linkauth_registration_finish(&bench.device, &bench.registration));
        } else {
            CHECK_STATUS(LINKAUTH_ERROR_REPLY_CUT_SHORT, steps_feed(&bench, NULL, 0));
        }
        steps_ended(&bench);
        CHECK_NUMBER(0, bench.memory.saves);
    }
}

/* Giving up at any moment leaves nothing. */
static void steps_given_up_at_every_byte(void)
{
    size_t cut;
    make(HEAD_LENGTH, BODY_SUCCESS);
    CHECK_STATUS(LINKAUTH_OK, steps_begin(&bench));
    CHECK(!steps_hold_a_secret(&bench));
    linkauth_registration_wipe(&bench.registration);
    CHECK_ZERO(&bench.registration, sizeof(bench.registration));
    for (cut = 0; cut <= reply_length; cut++) {
        CHECK_STATUS(LINKAUTH_OK, steps_begin(&bench));
        CHECK(bench_send(&bench.registration));
        if (cut > 0) {
            CHECK_STATUS(LINKAUTH_OK, steps_feed(&bench, reply, cut));
        }
        linkauth_registration_wipe(&bench.registration);
        CHECK_ZERO(&bench.registration, sizeof(bench.registration));
        CHECK_STATUS(LINKAUTH_ERROR_NOT_INITIALISED, steps_feed(&bench, "H", 1));
    }
    CHECK_NUMBER(0, bench.memory.saves);
}

struct bad_reply {
    const char *head, *body;
    linkauth_status status;
};

#define CHUNKED(body) "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" body

static const struct bad_reply BAD_REPLIES[] = {
    /* Not HTTP. */
    {"HTTP/2 200 OK\r\n\r\n", BODY_SUCCESS, LINKAUTH_ERROR_REPLY_NOT_HTTP},
    {"HTTP/1.2 200 OK\r\n\r\n", BODY_SUCCESS, LINKAUTH_ERROR_REPLY_NOT_HTTP},
    {"HTTP/1.1 20 OK\r\n\r\n", BODY_SUCCESS, LINKAUTH_ERROR_REPLY_NOT_HTTP},
    {"HTTP/1.1 2000 OK\r\n\r\n", BODY_SUCCESS, LINKAUTH_ERROR_REPLY_NOT_HTTP},
    {"HTTP/1.1 099 OK\r\n\r\n", BODY_SUCCESS, LINKAUTH_ERROR_REPLY_NOT_HTTP},
    {"HTTP/1.1  200 OK\r\n\r\n", BODY_SUCCESS, LINKAUTH_ERROR_REPLY_NOT_HTTP},
    {"SSH-2.0-OpenSSH_9.2\r\n", "", LINKAUTH_ERROR_REPLY_NOT_HTTP},
    {"\r\nHTTP/1.1 200 OK\r\n\r\n", BODY_SUCCESS, LINKAUTH_ERROR_REPLY_NOT_HTTP},
    {BODY_SUCCESS "\n", "", LINKAUTH_ERROR_REPLY_NOT_HTTP},
    /* Two readers could differ on where it ends. */
    {"HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nContent-Length: 10\r\n\r\n", BODY_SUCCESS,
     LINKAUTH_ERROR_REPLY_FRAMING},
    {"HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nTransfer-Encoding: chunked\r\n\r\n", BODY_SUCCESS,
     LINKAUTH_ERROR_REPLY_FRAMING},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", BODY_SUCCESS,
     LINKAUTH_ERROR_REPLY_FRAMING},
    {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", BODY_SUCCESS, LINKAUTH_ERROR_REPLY_FRAMING},
    {"HTTP/1.1 200 OK\r\nContent-Length: +100\r\n\r\n", BODY_SUCCESS, LINKAUTH_ERROR_REPLY_FRAMING},
    {"HTTP/1.1 200 OK\r\nContent-Length: 0x64\r\n\r\n", BODY_SUCCESS, LINKAUTH_ERROR_REPLY_FRAMING},
    {"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", BODY_SUCCESS, LINKAUTH_ERROR_REPLY_FRAMING},
    {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n", BODY_SUCCESS,
     LINKAUTH_ERROR_REPLY_FRAMING},
    {"HTTP/1.1 200 OK\r\nContent-Length : %zu\r\n\r\n", BODY_SUCCESS, LINKAUTH_ERROR_REPLY_FRAMING},
    {"HTTP/1.1 200 OK\r\nX: 1\r\n Content-Length: 9\r\n\r\n", BODY_SUCCESS,
     LINKAUTH_ERROR_REPLY_FRAMING},
    {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", BODY_SUCCESS, LINKAUTH_ERROR_REPLY_FRAMING},
    {CHUNKED("xyz\r\n"), "", LINKAUTH_ERROR_REPLY_FRAMING},
    {CHUNKED("\r\n"), "", LINKAUTH_ERROR_REPLY_FRAMING},
    {CHUNKED("-1\r\n"), "", LINKAUTH_ERROR_REPLY_FRAMING},
    {CHUNKED("ffffffffffffffff\r\n"), "", LINKAUTH_ERROR_REPLY_FRAMING},
    {CHUNKED("2\r\n{}x\r\n"), "", LINKAUTH_ERROR_REPLY_FRAMING},
    /* Not the JSON that the platform sends. */
    {HEAD_LENGTH, "", LINKAUTH_ERROR_REPLY_NOT_JSON},
    {HEAD_LENGTH, "<html>no</html>", LINKAUTH_ERROR_REPLY_NOT_JSON},
    {HEAD_LENGTH, "null", LINKAUTH_ERROR_REPLY_NOT_JSON},
    {HEAD_LENGTH, "[]", LINKAUTH_ERROR_REPLY_NOT_JSON},
    {HEAD_LENGTH, BODY_SUCCESS "{}", LINKAUTH_ERROR_REPLY_NOT_JSON},
    {HEAD_LENGTH, "{\"code\":\"200\"}", LINKAUTH_ERROR_REPLY_NOT_JSON},
    {HEAD_LENGTH, "{\"code\":200.0}", LINKAUTH_ERROR_REPLY_NOT_JSON},
    {HEAD_LENGTH, "{\"code\":2e2}", LINKAUTH_ERROR_REPLY_NOT_JSON},
    {HEAD_LENGTH, "{\"code\":99999999999}", LINKAUTH_ERROR_REPLY_NOT_JSON},
    {HEAD_LENGTH, "{\"code\":-2147483649}", LINKAUTH_ERROR_REPLY_NOT_JSON},
    {HEAD_LENGTH, "{\"code\":460,\"code\":200}", LINKAUTH_ERROR_REPLY_NOT_JSON},
    {HEAD_LENGTH, "{\"code\":200,\"data\":[]}", LINKAUTH_ERROR_REPLY_NOT_JSON},
    {HEAD_LENGTH, "{\"code\":200,\"data\":null}", LINKAUTH_ERROR_REPLY_NOT_JSON},
    {HEAD_LENGTH, "{'code':200}", LINKAUTH_ERROR_REPLY_NOT_JSON},
    {HEAD_LENGTH, "{\"code\":200,}", LINKAUTH_ERROR_REPLY_NOT_JSON},
    {HEAD_LENGTH, "{\"code\":200,\"more\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}",
     LINKAUTH_ERROR_REPLY_NOT_JSON},
    {HEAD_LENGTH,
     "{\"code\":200,\"data\":{\"deviceSecret\":\"a\",\"deviceSecret\":\"b\",\"productKey\":"
     "\"" PRODUCT_KEY "\",\"deviceName\":\"" DEVICE_NAME "\"}}",
     LINKAUTH_ERROR_REPLY_NOT_JSON},
    /* Something is missing. */
    {HEAD_LENGTH, "{}", LINKAUTH_ERROR_REPLY_INCOMPLETE},
    {HEAD_LENGTH, "{\"code\":200}", LINKAUTH_ERROR_REPLY_INCOMPLETE},
    {HEAD_LENGTH, "{\"code\":200,\"data\":{}}", LINKAUTH_ERROR_REPLY_INCOMPLETE},
    {HEAD_LENGTH, "{\"code\":200,\"deviceSecret\":\"" DEVICE_SECRET "\"}",
     LINKAUTH_ERROR_REPLY_INCOMPLETE},
    {HEAD_LENGTH, "{\"code\":200,\"data\":{\"deviceSecret\":\"" DEVICE_SECRET "\"}}",
     LINKAUTH_ERROR_REPLY_INCOMPLETE},
    {HEAD_LENGTH,
     "{\"code\":200,\"data\":{\"productKey\":\"" PRODUCT_KEY "\",\"deviceName\":\"" DEVICE_NAME
     "\"}}",
     LINKAUTH_ERROR_REPLY_INCOMPLETE},
    {HEAD_LENGTH,
     "{\"data\":{\"productKey\":\"" PRODUCT_KEY "\",\"deviceName\":\"" DEVICE_NAME
     "\",\"deviceSecret\":\"" DEVICE_SECRET "\"}}",
     LINKAUTH_ERROR_REPLY_INCOMPLETE},
    /* For somebody else. */
    {HEAD_LENGTH, BODY_OF("a1B2c3D4e5G", DEVICE_NAME, DEVICE_SECRET),
     LINKAUTH_ERROR_REPLY_OTHER_PRODUCT},
    {HEAD_LENGTH, BODY_OF("A1B2c3D4e5F", DEVICE_NAME, DEVICE_SECRET),
     LINKAUTH_ERROR_REPLY_OTHER_PRODUCT},
    {HEAD_LENGTH, BODY_OF("", DEVICE_NAME, DEVICE_SECRET), LINKAUTH_ERROR_REPLY_OTHER_PRODUCT},
    {HEAD_LENGTH, BODY_OF(PRODUCT_KEY, "dev2", DEVICE_SECRET), LINKAUTH_ERROR_REPLY_OTHER_DEVICE},
    {HEAD_LENGTH, BODY_OF(PRODUCT_KEY, "dev", DEVICE_SECRET), LINKAUTH_ERROR_REPLY_OTHER_DEVICE},
    {HEAD_LENGTH, BODY_OF(PRODUCT_KEY, "dev11", DEVICE_SECRET), LINKAUTH_ERROR_REPLY_OTHER_DEVICE},
    /* No secret that the platform issues. */
    {HEAD_LENGTH, BODY_OF(PRODUCT_KEY, DEVICE_NAME, ""), LINKAUTH_ERROR_REPLY_SECRET_LENGTH},
    {HEAD_LENGTH, BODY_OF(PRODUCT_KEY, DEVICE_NAME, DEVICE_SECRET DEVICE_SECRET "x"),
     LINKAUTH_ERROR_REPLY_SECRET_LENGTH},
    {HEAD_LENGTH, BODY_OF(PRODUCT_KEY, DEVICE_NAME, "0123456789abcdef-123456789abcdef"),
     LINKAUTH_ERROR_REPLY_SECRET_CHARACTER},
    {HEAD_LENGTH, BODY_OF(PRODUCT_KEY, DEVICE_NAME, "0123456789abcdef 123456789abcdef"),
     LINKAUTH_ERROR_REPLY_SECRET_CHARACTER},
    {HEAD_LENGTH, BODY_OF(PRODUCT_KEY, DEVICE_NAME, "0123456789abcdef\\u0041"),
     LINKAUTH_ERROR_REPLY_SECRET_CHARACTER},
    {HEAD_LENGTH, BODY_OF(PRODUCT_KEY, DEVICE_NAME, "0123456789abcdef\xc3\xa4"),
     LINKAUTH_ERROR_REPLY_SECRET_CHARACTER},
};

static void bad_replies(void)
{
    size_t at;
    for (at = 0; at < COUNT(BAD_REPLIES); at++) {
        const struct bad_reply *bad = &BAD_REPLIES[at];
        char name[40];
        snprintf(name, sizeof(name), "bad reply %u", (unsigned)at);
        check_case = name;
        make(bad->head, bad->body);
        expect(bad->status);
        /* In pieces it is as bad. */
        make(bad->head, bad->body);
        bench.script.first_piece = bench.script.piece = 1;
        expect(bad->status);
    }
    check_case = NULL;
}

/* Any byte of a reply that is not what it was: no crash, and never another secret stored. */
static void every_byte_changed(void)
{
    size_t at;
    unsigned change;
    static const unsigned char CHANGES[] = {0x01, 0x20, 0x80, 0xff};
    size_t secret;
    make(HEAD_LENGTH, BODY_SUCCESS);
    secret = (size_t)(strstr(reply, DEVICE_SECRET) - reply);
    for (at = 0; at < reply_length; at++) {
        for (change = 0; change < COUNT(CHANGES); change++) {
            int is_secret = at >= secret && at < secret + strlen(DEVICE_SECRET);
            linkauth_status status;
            make(HEAD_LENGTH, BODY_SUCCESS);
            reply[at] = (char)((unsigned char)reply[at] ^ CHANGES[change]);
            status = bench_register(&bench);
            CHECK(status >= 0);
            if (!is_secret && bench.memory.is_present) {
                CHECK(is_stored(&bench.memory, DEVICE_SECRET));
            }
            CHECK((status == LINKAUTH_OK) == bench.memory.is_present);
        }
    }
}

static void secrets_of_every_length(void)
{
    char body[256], secret[65];
    size_t length;
    for (length = 1; length <= 64; length++) {
        memset(secret, 'Z', length);
        secret[length] = '\0';
        snprintf(body, sizeof(body), BODY_OF(PRODUCT_KEY, DEVICE_NAME, "%s"), secret);
        make(HEAD_LENGTH, body);
        CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
        CHECK(is_stored(&bench.memory, secret));
    }
}

/* --- Refusals ----------------------------------------------------------------------------------------------- */

static void refusals(void)
{
    static const struct {
        int code;
        linkauth_status status;
    } REFUSALS[] = {
        {460, LINKAUTH_ERROR_PLATFORM_PARAMETER},
        {500, LINKAUTH_ERROR_PLATFORM_INTERNAL},
        {6100, LINKAUTH_ERROR_PLATFORM_DEVICE_NOT_FOUND},
        {6250, LINKAUTH_ERROR_PLATFORM_PRODUCT_NOT_FOUND},
        {6288, LINKAUTH_ERROR_PLATFORM_REGISTRATION_OFF},
        {6289, LINKAUTH_ERROR_PLATFORM_ALREADY_ACTIVE},
        {6292, LINKAUTH_ERROR_PLATFORM_SIGN_METHOD},
        {6600, LINKAUTH_ERROR_PLATFORM_SIGNATURE},
        {6, LINKAUTH_ERROR_PLATFORM_CODE_UNKNOWN},
        {201, LINKAUTH_ERROR_PLATFORM_CODE_UNKNOWN},
        {7777, LINKAUTH_ERROR_PLATFORM_CODE_UNKNOWN},
        {-1, LINKAUTH_ERROR_PLATFORM_CODE_UNKNOWN},
        {2147483647, LINKAUTH_ERROR_PLATFORM_CODE_UNKNOWN},
    };
    static const char *const STATUS_LINES[] = {"200 OK", "400 Bad Request", "500 No"};
    size_t at, line;
    for (at = 0; at < COUNT(REFUSALS); at++) {
        for (line = 0; line < COUNT(STATUS_LINES); line++) {
            char head[80], body[120];
            snprintf(body, sizeof(body), "{\"code\":%d,\"message\":\"refused\"}",
                     REFUSALS[at].code);
            snprintf(head, sizeof(head), "HTTP/1.1 %s\r\nContent-Length: %%zu\r\n\r\n",
                     STATUS_LINES[line]);
            check_case = body;
            make(head, body);
            expect(REFUSALS[at].status);
            CHECK_NUMBER(REFUSALS[at].code, bench.detail.platform_code);
            CHECK_NUMBER(atoi(STATUS_LINES[line]), bench.detail.http_status);
            CHECK_NUMBER(0, bench.detail.system_error);
        }
        check_case = NULL;
    }
    /* A refusal is one, whatever else the reply holds. */
    make(HEAD_LENGTH, "{\"data\":{\"productKey\":\"" PRODUCT_KEY "\",\"deviceName\":\"" DEVICE_NAME
                      "\",\"deviceSecret\":\"" DEVICE_SECRET "\"},\"code\":6289}");
    expect(LINKAUTH_ERROR_PLATFORM_ALREADY_ACTIVE);
}

static void other_http_statuses(void)
{
    static const char *const BODIES[] = {"", "<html>Bad Gateway</html>", "{}", BODY_SUCCESS};
    static const int STATUSES[] = {201, 204, 301, 400, 403, 404, 500, 502, 503, 999};
    size_t at, body;
    for (at = 0; at < COUNT(STATUSES); at++) {
        for (body = 0; body < COUNT(BODIES); body++) {
            char head[80];
            snprintf(head, sizeof(head), "HTTP/1.1 %d Said\r\nContent-Length: %%zu\r\n\r\n",
                     STATUSES[at]);
            check_case = head;
            make(head, BODIES[body]);
            expect(LINKAUTH_ERROR_REPLY_HTTP_STATUS);
            CHECK_NUMBER(STATUSES[at], bench.detail.http_status);
            CHECK_NUMBER(0, bench.detail.platform_code);
        }
        check_case = NULL;
    }
}

/* --- Too large ------------------------------------------------------------------------------------------------ */

static char long_body[4096];

static void a_body_that_is_too_large(void)
{
    memset(long_body, ' ', sizeof(long_body) - 1);
    make(HEAD_LENGTH, long_body);
    expect(LINKAUTH_ERROR_REPLY_TOO_LARGE);
    make(HEAD_TO_END, long_body);
    expect(LINKAUTH_ERROR_REPLY_TOO_LARGE);
    CHECK(bench.script.reply_at < bench.script.reply_length);
    /* White space may fill what there is room for: 500 bytes of it are no reason to fail. */
    memcpy(long_body + 500, BODY_SUCCESS, sizeof(BODY_SUCCESS));
    make(HEAD_LENGTH, long_body);
    expect(LINKAUTH_OK);
}

/* What a proxy says at length is still an HTTP status. */
static void a_large_body_does_not_hide_the_http_status(void)
{
    memset(long_body, '.', sizeof(long_body) - 1);
    make("HTTP/1.1 502 Bad Gateway\r\nContent-Length: %zu\r\n\r\n", long_body);
    CHECK(bench_register(&bench) != LINKAUTH_OK);
    CHECK_NUMBER(502, bench.detail.http_status);
}

static void a_header_that_is_too_large(void)
{
    static char head[8000];
    size_t length, line;
    /* One line without an end. */
    CHECK(bench_make(&bench));
    memset(head, 'a', sizeof(head));
    bench_reply(&bench, head, sizeof(head));
    expect(LINKAUTH_ERROR_REPLY_HEADER_TOO_LARGE);
    /* One line that ends, of a name or of a value. */
    length = (size_t)sprintf(head, "HTTP/1.1 200 OK\r\nX-Long: ");
    memset(head + length, 'a', 6000);
    strcpy(head + length + 6000, "\r\n\r\n");
    CHECK(bench_make(&bench));
    bench_reply(&bench, head, strlen(head));
    expect(LINKAUTH_ERROR_REPLY_HEADER_TOO_LARGE);
    /* Many lines. */
    length = (size_t)sprintf(head, "HTTP/1.1 200 OK\r\n");
    for (line = 0; line < 500; line++) {
        length += (size_t)sprintf(head + length, "X-Many: %u\r\n", (unsigned)line);
    }
    CHECK(bench_make(&bench));
    bench_reply(&bench, head, length);
    expect(LINKAUTH_ERROR_REPLY_HEADER_TOO_LARGE);
    /* Many replies that announce another. */
    length = 0;
    for (line = 0; line < 250; line++) {
        length += (size_t)sprintf(head + length, "HTTP/1.1 100 Continue\r\n\r\n");
    }
    CHECK(bench_make(&bench));
    bench_reply(&bench, head, length);
    expect(LINKAUTH_ERROR_REPLY_HEADER_TOO_LARGE);
    /* A trailer counts too. */
    length = (size_t)sprintf(head, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
    memset(head + length, 'a', 6000);
    CHECK(bench_make(&bench));
    bench_reply(&bench, head, length + 6000);
    expect(LINKAUTH_ERROR_REPLY_HEADER_TOO_LARGE);
}

/* Long lines that linkauth does not read are what some servers send. */
static void a_long_line_is_passed_over(void)
{
    static char head[3000];
    size_t length = (size_t)sprintf(head, "HTTP/1.1 200 ");
    memset(head + length, 'r', 500);
    length += 500;
    length += (size_t)sprintf(head + length, "\r\nSet-Cookie: ");
    memset(head + length, 'c', 1500);
    strcpy(head + length + 1500, "\r\nContent-Length: %zu\r\n\r\n");
    make(head, BODY_SUCCESS);
    expect(LINKAUTH_OK);
}

int main(void)
{
    RUN(frames);
    RUN(chunks);
    RUN(chunks_in_pieces_and_cut);
    RUN(in_every_two_pieces);
    RUN(byte_by_byte);
    RUN(steps_in_every_two_pieces);
    RUN(steps_byte_by_byte);
    RUN(more_than_the_reply);
    RUN(details_of_a_success_are_zero);
    RUN(cut_short_at_every_byte);
    RUN(cut_short_without_a_length);
    RUN(steps_cut_short_at_every_byte);
    RUN(steps_given_up_at_every_byte);
    RUN(bad_replies);
    RUN(every_byte_changed);
    RUN(secrets_of_every_length);
    RUN(refusals);
    RUN(other_http_statuses);
    RUN(a_body_that_is_too_large);
    RUN(a_large_body_does_not_hide_the_http_status);
    RUN(a_header_that_is_too_large);
    RUN(a_long_line_is_passed_over);
    return check_end();
}
