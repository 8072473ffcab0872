/*
 * Objects at the wrong time or in the wrong place: NULL, storage that does not fit, before they are
 * made and after they are wiped, one kind taken for another, and from within a callback of theirs.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "check.h"
#include "fixture.h"

static struct bench bench;

/* Any object, aligned by one byte too few. */
static union {
    uint64_t alignment;
    unsigned char bytes[2048];
} storage;

static void *misaligned(size_t by)
{
    return storage.bytes + by;
}

/* --- Each function, with any of its objects --------------------------------------------------------- */

static linkauth_device *device;
static linkauth_registration *registration;
static char sign_in_buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];
static linkauth_sign_in_result result;
static linkauth_registration_step step;

static linkauth_status call_store_secret(void)
{
    return linkauth_store_secret(device, DEVICE_SECRET, LINKAUTH_NUL_TERMINATED);
}

static linkauth_status call_sign_in(void)
{
    linkauth_status status;
    memset(sign_in_buffer, 0xa5, sizeof(sign_in_buffer));
    memset(&result, 0xa5, sizeof(result));
    result.struct_size = sizeof(result);
    status = linkauth_sign_in(device, NULL, sign_in_buffer, sizeof(sign_in_buffer), &result);
    if (status != LINKAUTH_OK) {
        CHECK_ZERO(sign_in_buffer, sizeof(sign_in_buffer));
        CHECK_ZERO((unsigned char *)&result + 4, sizeof(result) - 4);
    }
    return status;
}

static linkauth_status call_report_connack(void)
{
    return linkauth_report_connack(device, 0);
}

static linkauth_status call_error_detail(void)
{
    linkauth_error_detail detail;
    linkauth_status status;
    memset(&detail, 0xa5, sizeof(detail));
    detail.struct_size = sizeof(detail);
    status = linkauth_device_error_detail(device, &detail);
    if (status != LINKAUTH_OK) {
        CHECK(detail.http_status == 0xa5a5a5a5);
    }
    return status;
}

static linkauth_status call_register(void)
{
    return linkauth_register(device, registration, sizeof(*registration), &bench.options,
                             &bench.transport);
}

static linkauth_status call_begin(void)
{
    return linkauth_registration_begin(device, registration, sizeof(*registration),
                                       &bench.options);
}

static linkauth_status call_next(void)
{
    linkauth_status status;
    memset(&step, 0xa5, sizeof(step));
    step.struct_size = sizeof(step);
    status = linkauth_registration_next(registration, &step);
    if (status != LINKAUTH_OK) {
        CHECK_ZERO((unsigned char *)&step + 4, sizeof(step) - 4);
    }
    return status;
}

static linkauth_status call_sent(void)
{
    return linkauth_registration_sent(registration, 0);
}

static linkauth_status call_feed(void)
{
    return linkauth_registration_feed(device, registration, (const uint8_t *)"H", 1);
}

static linkauth_status call_psk(void)
{
    linkauth_psk_result psk;
    linkauth_status status;
    memset(sign_in_buffer, 0xa5, sizeof(sign_in_buffer));
    memset(&psk, 0xa5, sizeof(psk));
    psk.struct_size = sizeof(psk);
    status = linkauth_psk(device, NULL, sign_in_buffer, sizeof(sign_in_buffer), &psk);
    if (status != LINKAUTH_OK) {
        CHECK_ZERO(sign_in_buffer, sizeof(sign_in_buffer));
        CHECK_ZERO((unsigned char *)&psk + 4, sizeof(psk) - 4);
    }
    return status;
}

static linkauth_status call_connect(void)
{
    linkauth_status status;
    memset(sign_in_buffer, 0xa5, sizeof(sign_in_buffer));
    memset(&result, 0xa5, sizeof(result));
    result.struct_size = sizeof(result);
    status = linkauth_registration_connect(device, registration, sign_in_buffer,
                                           sizeof(sign_in_buffer), &result);
    if (status != LINKAUTH_OK) {
        CHECK_ZERO(sign_in_buffer, sizeof(sign_in_buffer));
        CHECK_ZERO((unsigned char *)&result + 4, sizeof(result) - 4);
    }
    return status;
}

static linkauth_status call_connack(void)
{
    return linkauth_registration_connack(device, registration, 0);
}

static linkauth_status call_message(void)
{
    return linkauth_registration_message(device, registration, "/", 1, NULL, 0);
}

static linkauth_status call_finish(void)
{
    return linkauth_registration_finish(device, registration);
}

struct function {
    const char *name;
    linkauth_status (*call)(void);
    int takes_device, takes_registration;
};

static const struct function FUNCTIONS[] = {
    {"linkauth_store_secret", call_store_secret, 1, 0},
    {"linkauth_sign_in", call_sign_in, 1, 0},
    {"linkauth_report_connack", call_report_connack, 1, 0},
    {"linkauth_device_error_detail", call_error_detail, 1, 0},
    {"linkauth_register", call_register, 1, 0},
    {"linkauth_registration_begin", call_begin, 1, 0},
    {"linkauth_registration_next", call_next, 0, 1},
    {"linkauth_registration_sent", call_sent, 0, 1},
    {"linkauth_registration_feed", call_feed, 1, 1},
    {"linkauth_registration_finish", call_finish, 1, 1},
    {"linkauth_psk", call_psk, 1, 0},
    {"linkauth_registration_connect", call_connect, 1, 1},
    {"linkauth_registration_connack", call_connack, 1, 1},
    {"linkauth_registration_message", call_message, 1, 1},
};
enum { FUNCTION_COUNT = sizeof(FUNCTIONS) / sizeof(FUNCTIONS[0]) };

static void begin_case(const struct function *function)
{
    check_case = function->name;
    CHECK(bench_make(&bench));
    CHECK_STATUS(LINKAUTH_OK,
                 linkauth_registration_begin(&bench.device, &bench.registration,
                                             sizeof(bench.registration), &bench.options));
    device = &bench.device;
    registration = &bench.registration;
}

/* Calls every function with the object in place of its own; it is none. */
static void call_all(void *in_place_of_device, void *in_place_of_registration,
                     linkauth_status expected)
{
    size_t at;
    for (at = 0; at < FUNCTION_COUNT; at++) {
        const struct function *function = &FUNCTIONS[at];
        if (function->takes_device) {
            begin_case(function);
            device = in_place_of_device;
            CHECK_STATUS(expected, function->call());
            CHECK_NUMBER(0, bench.memory.saves);
            CHECK_NUMBER(0, bench.script.opens);
        }
        if (function->takes_registration) {
            begin_case(function);
            registration = in_place_of_registration;
            CHECK_STATUS(expected, function->call());
        }
    }
    check_case = NULL;
}

static void null_objects(void)
{
    call_all(NULL, NULL, LINKAUTH_ERROR_ARGUMENT_NULL);
}

static void objects_that_were_never_made(void)
{
    static linkauth_device zeroed_device;
    static linkauth_registration zeroed_registration;
    call_all(&zeroed_device, &zeroed_registration, LINKAUTH_ERROR_NOT_INITIALISED);
    CHECK_ZERO(&zeroed_device, sizeof(zeroed_device));
    CHECK_ZERO(&zeroed_registration, sizeof(zeroed_registration));
}

static void misaligned_objects(void)
{
    size_t by;
    memset(&storage, 0, sizeof(storage));
    for (by = 1; by < 4; by++) {
        call_all(misaligned(by), misaligned(by), LINKAUTH_ERROR_OBJECT_SIZE);
    }
    CHECK_ZERO(&storage, sizeof(storage));
}

static void objects_after_they_were_wiped(void)
{
    static struct bench other;
    CHECK(bench_make(&other));
    CHECK_STATUS(LINKAUTH_OK,
                 linkauth_registration_begin(&other.device, &other.registration,
                                             sizeof(other.registration), &other.options));
    linkauth_device_wipe(&other.device);
    linkauth_registration_wipe(&other.registration);
    CHECK_ZERO(&other.device, sizeof(other.device));
    CHECK_ZERO(&other.registration, sizeof(other.registration));
    call_all(&other.device, &other.registration, LINKAUTH_ERROR_NOT_INITIALISED);
}

static void one_kind_taken_for_another(void)
{
    static struct bench other;
    CHECK(bench_make(&other));
    CHECK_STATUS(LINKAUTH_OK,
                 linkauth_registration_begin(&other.device, &other.registration,
                                             sizeof(other.registration), &other.options));
    call_all(&other.registration, &other.device, LINKAUTH_ERROR_NOT_INITIALISED);
    /* Wiping one as the other leaves it alone. */
    linkauth_device_wipe((linkauth_device *)(void *)&other.registration);
    linkauth_registration_wipe((linkauth_registration *)(void *)&other.device);
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&other.device));
    CHECK(bench_send(&other.registration));
}

/* --- The other pointers ------------------------------------------------------------------------------ */

static void null_pointers(void)
{
    begin_case(&FUNCTIONS[0]);
    check_case = NULL;
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_device_init(NULL, sizeof(*device), &bench.config));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_sign_in(device, NULL, sign_in_buffer, sizeof(sign_in_buffer), NULL));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL, linkauth_device_error_detail(device, NULL));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL, linkauth_registration_next(registration, NULL));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_registration_begin(device, NULL, sizeof(*registration), &bench.options));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_register(device, NULL, sizeof(*registration), &bench.options,
                                   &bench.transport));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_register(device, registration, sizeof(*registration), NULL,
                                   &bench.transport));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_register(device, registration, sizeof(*registration), &bench.options,
                                   NULL));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_registration_begin(device, registration, sizeof(*registration), NULL));
    CHECK_NUMBER(0, bench.script.opens);
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_device_init(device, sizeof(*device), NULL));
    CHECK_ZERO(device, sizeof(*device));
}

static void feeding_from_nowhere(void)
{
    begin_case(&FUNCTIONS[8]);
    check_case = NULL;
    CHECK(bench_send(registration));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_registration_feed(device, registration, NULL, 1));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_registration_feed(device, registration, NULL, SIZE_MAX - 1));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_TOO_LONG,
                 linkauth_registration_feed(device, registration, (const uint8_t *)"H",
                                            SIZE_MAX - 1));
    /* None of these was data, so the reply can still come. */
    CHECK_STATUS(LINKAUTH_OK, linkauth_registration_feed(device, registration,
                                                         (const uint8_t *)"HTTP", 4));
    CHECK_STATUS(LINKAUTH_ERROR_REPLY_CUT_SHORT,
                 linkauth_registration_feed(device, registration, NULL, 0));
}

/* Bytes have no terminator: LINKAUTH_NUL_TERMINATED is no length of them, and no end of the stream. */
static void feeding_without_a_length(void)
{
    begin_case(&FUNCTIONS[8]);
    check_case = NULL;
    CHECK(bench_send(registration));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_TOO_LONG,
                 linkauth_registration_feed(device, registration, (const uint8_t *)"H",
                                            LINKAUTH_NUL_TERMINATED));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_registration_feed(device, registration, NULL, LINKAUTH_NUL_TERMINATED));
}

/* --- Storage ------------------------------------------------------------------------------------------ */

static void storage_that_is_too_small(void)
{
    size_t size, at;
    CHECK(bench_make(&bench));
    for (size = 0; size < 64; size++) {
        memset(&storage, 0xa5, sizeof(storage));
        CHECK_STATUS(LINKAUTH_ERROR_OBJECT_SIZE,
                     linkauth_device_init((linkauth_device *)(void *)&storage, size,
                                          &bench.config));
        CHECK_STATUS(LINKAUTH_ERROR_OBJECT_SIZE,
                     linkauth_registration_begin(&bench.device,
                                                 (linkauth_registration *)(void *)&storage, size,
                                                 &bench.options));
        for (at = size; at < sizeof(storage); at++) {
            if (storage.bytes[at] != 0xa5) {
                CHECK(!"something was written behind the storage");
                break;
            }
        }
    }
    for (at = 1; at < 4; at++) {
        memset(&storage, 0xa5, sizeof(storage));
        CHECK_STATUS(LINKAUTH_ERROR_OBJECT_SIZE,
                     linkauth_device_init(misaligned(at), LINKAUTH_DEVICE_SIZE, &bench.config));
        CHECK_STATUS(LINKAUTH_ERROR_OBJECT_SIZE,
                     linkauth_registration_begin(&bench.device, misaligned(at),
                                                 LINKAUTH_REGISTRATION_SIZE, &bench.options));
        CHECK(storage.bytes[0] == 0xa5 && storage.bytes[at] == 0xa5);
    }
}

static void storage_that_is_larger(void)
{
    CHECK(bench_make(&bench));
    memset(&storage, 0xa5, sizeof(storage));
    CHECK_STATUS(LINKAUTH_OK, linkauth_device_init((linkauth_device *)(void *)&storage,
                                                   LINKAUTH_DEVICE_SIZE + 100, &bench.config));
    CHECK(storage.bytes[LINKAUTH_DEVICE_SIZE + 100] == 0xa5);
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in((linkauth_device *)(void *)&storage));
    linkauth_device_wipe((linkauth_device *)(void *)&storage);
    CHECK_ZERO(&storage, LINKAUTH_DEVICE_SIZE + 100);
    CHECK(storage.bytes[LINKAUTH_DEVICE_SIZE + 100] == 0xa5);
}

static void wiping(void)
{
    size_t by;
    linkauth_device_wipe(NULL);
    linkauth_registration_wipe(NULL);
    memset(&bench, 0, sizeof(bench));
    linkauth_device_wipe(&bench.device);
    linkauth_registration_wipe(&bench.registration);
    begin_case(&FUNCTIONS[0]);
    linkauth_device_wipe(device);
    linkauth_device_wipe(device);
    linkauth_registration_wipe(registration);
    linkauth_registration_wipe(registration);
    CHECK_ZERO(device, sizeof(*device));
    CHECK_ZERO(registration, sizeof(*registration));
    memset(&storage, 0xa5, sizeof(storage));
    for (by = 1; by < 8; by++) {
        linkauth_device_wipe(misaligned(by));
        linkauth_registration_wipe(misaligned(by));
    }
    CHECK(storage.bytes[9] == 0xa5);
}

/* The marker that fills the stack below the caller, where a caller's secrets may have been. */
#define MARKER "stale-stack-bytes-" DEVICE_SECRET

static void fill_the_stack(void)
{
    volatile char stack[16384];
    size_t at;
    for (at = 0; at < sizeof(stack); at++) {
        stack[at] = MARKER[at % (sizeof(MARKER) - 1)];
    }
}

/* An object that holds no secret must not take one over from the stack, in the bytes that it does
 * not use. */
static void nothing_comes_from_the_stack(void)
{
    void (*volatile fill)(void) = fill_the_stack;
    int kind;
    for (kind = 0; kind < 4; kind++) {
        check_case = kind == 0 ? "region" : kind == 1 ? "instance" : kind == 2 ? "no store" : "both";
        bench_prepare(&bench);
        if (kind == 1 || kind == 3) {
            bench.config.instance_id = "iot-1";
            bench.config.instance_id_length = LINKAUTH_NUL_TERMINATED;
        }
        if (kind >= 2) {
            bench.config.store = NULL;
            bench.config.random = NULL;
        }
        fill();
        CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
        CHECK(!has_secret(&bench.device, sizeof(bench.device), MARKER));
        if (kind < 2) {
            fill();
            CHECK_STATUS(LINKAUTH_OK,
                         linkauth_registration_begin(&bench.device, &bench.registration,
                                                     sizeof(bench.registration), &bench.options));
            CHECK(!has_secret(&bench.registration, sizeof(bench.registration), MARKER));
        }
    }
    check_case = NULL;
}

/* What was set up before wiping is gone: the same storage serves another device. */
static void storage_is_used_again(void)
{
    CHECK(bench_make(&bench));
    CHECK_STATUS(LINKAUTH_OK,
                 linkauth_store_secret(&bench.device, DEVICE_SECRET, LINKAUTH_NUL_TERMINATED));
    bench.config.device_name = "dev2";
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&bench.device));
}

/* The texts of a configuration and the structs it points to are copied. */
static void a_configuration_is_not_needed_afterwards(void)
{
    char product_key[] = PRODUCT_KEY, device_name[] = DEVICE_NAME;
    bench_prepare(&bench);
    bench.config.product_key = product_key;
    bench.config.device_name = device_name;
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    memset(product_key, 'x', sizeof(product_key));
    memset(device_name, 'x', sizeof(device_name));
    memset(&bench.store, 0, sizeof(bench.store));
    memset(&bench.config, 0, sizeof(bench.config));
    CHECK_STATUS(LINKAUTH_OK,
                 linkauth_store_secret(&bench.device, DEVICE_SECRET, LINKAUTH_NUL_TERMINATED));
    device = &bench.device;
    CHECK_STATUS(LINKAUTH_OK, call_sign_in());
    CHECK_TEXT(DEVICE_NAME "&" PRODUCT_KEY, result.username, result.username_length);
}

/* --- From within a callback ----------------------------------------------------------------------------- */

static unsigned times_within;

/* Every function of an object in use says so, and wiping it does nothing. */
static void use_the_device_within(void *context)
{
    size_t at;
    (void)context;
    times_within++;
    for (at = 0; at < FUNCTION_COUNT; at++) {
        const struct function *function = &FUNCTIONS[at];
        if (function->takes_device) {
            static linkauth_registration spare;
            check_case = function->name;
            device = &bench.device;
            registration = function->takes_registration ? &bench.registration : &spare;
            CHECK_STATUS(LINKAUTH_ERROR_BUSY, function->call());
        }
    }
    linkauth_device_wipe(&bench.device);
    check_case = NULL;
}

static void use_both_within(void *context)
{
    size_t at;
    use_the_device_within(context);
    for (at = 0; at < FUNCTION_COUNT; at++) {
        if (FUNCTIONS[at].takes_registration) {
            check_case = FUNCTIONS[at].name;
            device = &bench.device;
            registration = &bench.registration;
            CHECK_STATUS(LINKAUTH_ERROR_BUSY, FUNCTIONS[at].call());
        }
    }
    linkauth_registration_wipe(&bench.registration);
    check_case = NULL;
}

static void from_a_store_callback(void)
{
    CHECK(bench_make(&bench));
    times_within = 0;
    bench.memory.within = use_the_device_within;
    CHECK_STATUS(LINKAUTH_OK,
                 linkauth_store_secret(&bench.device, DEVICE_SECRET, LINKAUTH_NUL_TERMINATED));
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    /* Load, save and read back; load; look, load, save and read back. */
    CHECK_NUMBER(8, times_within);
    bench.memory.within = NULL;
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
}

static char reply[600];
static size_t reply_length;

static void from_a_transport_callback(void)
{
    reply_length = http_reply(reply, sizeof(reply), HEAD_LENGTH, BODY_SUCCESS);
    CHECK(bench_make(&bench));
    bench_reply(&bench, reply, reply_length);
    times_within = 0;
    bench.script.within = use_both_within;
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    CHECK(times_within >= 4);
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
}

/* Beginning anew in storage whose registration is under way, from a callback of it. */
static void begin_within(void *context)
{
    (void)context;
    times_within++;
    CHECK_STATUS(LINKAUTH_ERROR_BUSY,
                 linkauth_registration_begin(&bench.device, &bench.registration,
                                             sizeof(bench.registration), &bench.options));
}

static void beginning_anew_from_a_transport_callback(void)
{
    reply_length = http_reply(reply, sizeof(reply), HEAD_LENGTH, BODY_SUCCESS);
    CHECK(bench_make(&bench));
    bench_reply(&bench, reply, reply_length);
    times_within = 0;
    bench.script.within = begin_within;
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    CHECK(times_within >= 4);
    CHECK(is_stored(&bench.memory, DEVICE_SECRET));
}

static linkauth_status draw_within(void *user, uint8_t *bytes, size_t length)
{
    use_the_device_within(user);
    memset(bytes, 0, length);
    bytes[0] = 1;
    return LINKAUTH_OK;
}

static void from_a_random_callback(void)
{
    reply_length = http_reply(reply, sizeof(reply), HEAD_LENGTH, BODY_SUCCESS);
    bench_prepare(&bench);
    bench.config.random = draw_within;
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    bench_reply(&bench, reply, reply_length);
    times_within = 0;
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    CHECK_NUMBER(1, times_within);
}

/* Another device may be used meanwhile. */
static struct bench others;

static void use_another_within(void *context)
{
    (void)context;
    times_within++;
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&others.device));
}

static void another_device_within_a_callback(void)
{
    CHECK(bench_make(&others));
    CHECK_STATUS(LINKAUTH_OK,
                 linkauth_store_secret(&others.device, DEVICE_SECRET, LINKAUTH_NUL_TERMINATED));
    CHECK(bench_make(&bench));
    bench.memory.within = use_another_within;
    times_within = 0;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&bench.device));
    CHECK_NUMBER(1, times_within);
}

int main(void)
{
    RUN(null_objects);
    RUN(objects_that_were_never_made);
    RUN(misaligned_objects);
    RUN(objects_after_they_were_wiped);
    RUN(one_kind_taken_for_another);
    RUN(null_pointers);
    RUN(feeding_from_nowhere);
    RUN(feeding_without_a_length);
    RUN(storage_that_is_too_small);
    RUN(storage_that_is_larger);
    RUN(wiping);
    RUN(nothing_comes_from_the_stack);
    RUN(storage_is_used_again);
    RUN(a_configuration_is_not_needed_afterwards);
    RUN(from_a_store_callback);
    RUN(from_a_transport_callback);
    RUN(beginning_anew_from_a_transport_callback);
    RUN(from_a_random_callback);
    RUN(another_device_within_a_callback);
    return check_end();
}
