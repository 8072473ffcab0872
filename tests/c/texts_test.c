/*
 * Every text that linkauth takes: of each length, with each character, and absent. What is refused
 * gets its own status, and what the call would have filled is zeroed.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "check.h"
#include "fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct bench bench;

#define LONG                                                                                       \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
static const char LONG_TEXT[] = LONG;

static void dirty(void *memory, size_t length)
{
    memset(memory, 0xa5, length);
}

/* Whether the last call that failed left something in what it should have zeroed. */
static int left_something;

static int is_zero(const void *memory, size_t length)
{
    const unsigned char *bytes = memory;
    size_t at;
    for (at = 0; at < length; at++) {
        if (bytes[at] != 0) {
            return 0;
        }
    }
    return 1;
}

/* --- Texts, whoever takes them ---------------------------------------------------------------- */

/* A text parameter: how to call with it, and what it allows. */
struct text_rule {
    const char *name;
    linkauth_status (*call)(const char *text, size_t length);
    size_t shortest, longest;
    /* Every printable character, and the first ones that are none, are tried. */
    const char *allowed;
    linkauth_status when_null;
};

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define PUNCTUATION "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
#define GRAPHIC DIGITS LETTERS PUNCTUATION

static linkauth_status init_with_config(void)
{
    linkauth_status status;
    dirty(&bench.device, sizeof(bench.device));
    status = linkauth_device_init(&bench.device, sizeof(bench.device), &bench.config);
    left_something = status != LINKAUTH_OK && !is_zero(&bench.device, sizeof(bench.device));
    return status;
}

static linkauth_status with_product_key(const char *text, size_t length)
{
    bench_prepare(&bench);
    bench.config.product_key = text;
    bench.config.product_key_length = length;
    return init_with_config();
}

static linkauth_status with_device_name(const char *text, size_t length)
{
    bench_prepare(&bench);
    bench.config.device_name = text;
    bench.config.device_name_length = length;
    return init_with_config();
}

static linkauth_status with_region(const char *text, size_t length)
{
    bench_prepare(&bench);
    bench.config.region = text;
    bench.config.region_length = length;
    return init_with_config();
}

static linkauth_status with_instance_id(const char *text, size_t length)
{
    bench_prepare(&bench);
    bench.config.instance_id = text;
    bench.config.instance_id_length = length;
    return init_with_config();
}

static linkauth_status with_stored_secret(const char *text, size_t length)
{
    linkauth_status status;
    bench_make(&bench);
    status = linkauth_store_secret(&bench.device, text, length);
    left_something = 0;
    CHECK(bench.memory.is_present == (status == LINKAUTH_OK));
    return status;
}

static linkauth_sign_in_options sign_in_options(void)
{
    linkauth_sign_in_options options;
    memset(&options, 0, sizeof(options));
    options.struct_size = sizeof(options);
    options.device_secret = DEVICE_SECRET;
    options.device_secret_length = LINKAUTH_NUL_TERMINATED;
    return options;
}

static char sign_in_buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];
static linkauth_sign_in_result sign_in_result;

static linkauth_status sign_in_with(const linkauth_sign_in_options *options)
{
    linkauth_status status;
    bench_make(&bench);
    dirty(sign_in_buffer, sizeof(sign_in_buffer));
    dirty(&sign_in_result, sizeof(sign_in_result));
    sign_in_result.struct_size = sizeof(sign_in_result);
    status = linkauth_sign_in(&bench.device, options, sign_in_buffer, sizeof(sign_in_buffer),
                              &sign_in_result);
    left_something = 0;
    if (status != LINKAUTH_OK) {
        left_something = !is_zero(sign_in_buffer, sizeof(sign_in_buffer));
        sign_in_result.size_needed = 0;
        CHECK_NUMBER(sizeof(sign_in_result), sign_in_result.struct_size);
        sign_in_result.struct_size = 0;
        CHECK_ZERO(&sign_in_result, sizeof(sign_in_result));
    }
    return status;
}

static linkauth_status with_client_id(const char *text, size_t length)
{
    linkauth_sign_in_options options = sign_in_options();
    options.client_id = text;
    options.client_id_length = length;
    return sign_in_with(&options);
}

static linkauth_status with_host(const char *text, size_t length)
{
    linkauth_sign_in_options options = sign_in_options();
    options.host = text;
    options.host_length = length;
    return sign_in_with(&options);
}

static linkauth_status with_lent_secret(const char *text, size_t length)
{
    linkauth_sign_in_options options = sign_in_options();
    options.device_secret = text;
    options.device_secret_length = length;
    return sign_in_with(&options);
}

static linkauth_status with_lent_token(const char *text, size_t length)
{
    linkauth_sign_in_options options = sign_in_options();
    options.device_secret = NULL;
    options.client_id = "issued";
    options.client_id_length = LINKAUTH_NUL_TERMINATED;
    options.device_token = text;
    options.device_token_length = length;
    return sign_in_with(&options);
}

static linkauth_status with_extension(const char *key, size_t key_length, const char *value,
                                      size_t value_length)
{
    linkauth_sign_in_options options = sign_in_options();
    linkauth_extension extension;
    extension.key = key;
    extension.key_length = key_length;
    extension.value = value;
    extension.value_length = value_length;
    options.extensions = &extension;
    options.extension_count = 1;
    return sign_in_with(&options);
}

static linkauth_status with_extension_key(const char *text, size_t length)
{
    return with_extension(text, length, "1", 1);
}

static linkauth_status with_extension_value(const char *text, size_t length)
{
    return with_extension("key", 3, text, length);
}

static linkauth_status begin(void)
{
    linkauth_status status;
    dirty(&bench.registration, sizeof(bench.registration));
    status = linkauth_registration_begin(&bench.device, &bench.registration,
                                         sizeof(bench.registration), &bench.options);
    left_something
        = status != LINKAUTH_OK && !is_zero(&bench.registration, sizeof(bench.registration));
    return status;
}

static linkauth_status with_product_secret(const char *text, size_t length)
{
    bench_make(&bench);
    bench.options.product_secret = text;
    bench.options.product_secret_length = length;
    return begin();
}

static linkauth_status with_register_host(const char *text, size_t length)
{
    bench_make(&bench);
    bench.options.host = text;
    bench.options.host_length = length;
    return begin();
}

static linkauth_status with_random(const char *text, size_t length)
{
    bench_make(&bench);
    bench.options.random = text;
    bench.options.random_length = length;
    return begin();
}

static const struct text_rule TEXT_RULES[] = {
    {"ProductKey", with_product_key, 1, 20, DIGITS LETTERS, LINKAUTH_ERROR_ARGUMENT_NULL},
    {"DeviceName", with_device_name, 4, 32, DIGITS LETTERS "-_@.:", LINKAUTH_ERROR_ARGUMENT_NULL},
    {"region", with_region, 1, 32, DIGITS LETTERS "-_", LINKAUTH_OK},
    {"instance id", with_instance_id, 1, 32, DIGITS LETTERS "-_", LINKAUTH_OK},
    {"stored DeviceSecret", with_stored_secret, 1, 64, GRAPHIC, LINKAUTH_ERROR_ARGUMENT_NULL},
    /* Nothing is stored, so without a lent secret there is none. */
    {"lent DeviceSecret", with_lent_secret, 1, 64, GRAPHIC, LINKAUTH_ERROR_STORE_ABSENT},
    {"lent DeviceToken", with_lent_token, 1, 128, NULL, LINKAUTH_ERROR_STORE_ABSENT},
    {"clientId", with_client_id, 1, 64, NULL, LINKAUTH_OK},
    {"host", with_host, 1, 127, DIGITS LETTERS ".-_:", LINKAUTH_OK},
    {"extension key", with_extension_key, 1, 100, DIGITS LETTERS "_", LINKAUTH_ERROR_ARGUMENT_NULL},
    {"extension value", with_extension_value, 0, 100, NULL, LINKAUTH_OK},
    {"ProductSecret", with_product_secret, 1, 64, GRAPHIC, LINKAUTH_ERROR_SECRET_MISSING},
    {"host of a registration", with_register_host, 1, 127, DIGITS LETTERS ".-_:", LINKAUTH_OK},
    {"random", with_random, 1, 32, DIGITS LETTERS, LINKAUTH_OK},
};

static int is_allowed(const struct text_rule *rule, unsigned character)
{
    if (rule->allowed != NULL) {
        return character != 0 && strchr(rule->allowed, (int)character) != NULL;
    }
    if (rule->call == with_client_id) {
        return character > ' ' && character < 127 && character != '|';
    }
    if (rule->call == with_lent_token) {
        return character > ' ' && character < 127 && character != '"' && character != '\\';
    }
    return character >= ' ' && character < 127 && strchr("|,=", (int)character) == NULL;
}

static void texts_of_every_length(void)
{
    size_t at;
    for (at = 0; at < COUNT(TEXT_RULES); at++) {
        const struct text_rule *rule = &TEXT_RULES[at];
        size_t length;
        check_case = rule->name;
        CHECK_STATUS(rule->when_null, rule->call(NULL, 0));
        CHECK_STATUS(rule->when_null, rule->call(NULL, LINKAUTH_NUL_TERMINATED));
        CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL, rule->call(NULL, 1));
        if (rule->shortest > 0) {
            CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_EMPTY, rule->call("", LINKAUTH_NUL_TERMINATED));
            CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_EMPTY, rule->call("aaaa", 0));
        }
        for (length = 1; length < rule->shortest; length++) {
            CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_TOO_SHORT, rule->call(LONG_TEXT, length));
        }
        for (length = rule->shortest; length <= rule->longest; length++) {
            CHECK_STATUS(LINKAUTH_OK, rule->call(LONG_TEXT, length));
        }
        if (rule->call == with_extension_key || rule->call == with_extension_value) {
            /* Bounded by the buffer alone. */
            continue;
        }
        CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_TOO_LONG, rule->call(LONG_TEXT, rule->longest + 1));
        CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_TOO_LONG,
                     rule->call(LONG_TEXT, LINKAUTH_NUL_TERMINATED));
        CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_TOO_LONG, rule->call(LONG_TEXT, SIZE_MAX / 2 + 1));
    }
}

/* The header promises it for the device, the buffer of a sign-in and the registration. */
static void what_failed_is_zeroed(void)
{
    static const char *const BAD[] = {"", "a\x01" "aaa", LONG};
    size_t at, bad;
    for (at = 0; at < COUNT(TEXT_RULES); at++) {
        const struct text_rule *rule = &TEXT_RULES[at];
        check_case = rule->name;
        for (bad = 0; bad < COUNT(BAD); bad++) {
            rule->call(BAD[bad], LINKAUTH_NUL_TERMINATED);
            CHECK(!left_something);
        }
        rule->call(NULL, 1);
        CHECK(!left_something);
    }
    check_case = "sign method of a registration";
    bench_make(&bench);
    bench.options.sign_method = UINT32_MAX;
    CHECK_STATUS(LINKAUTH_ERROR_SIGN_METHOD_UNKNOWN, begin());
    CHECK(!left_something);
    check_case = "random bytes of a registration";
    bench_make(&bench);
    bench.source.status = 1;
    CHECK_STATUS(LINKAUTH_ERROR_RANDOM_FAILED, begin());
    CHECK(!left_something);
    check_case = "store of a registration";
    bench_make(&bench);
    bench.memory.load_status = LINKAUTH_ERROR_STORE_DAMAGED;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_DAMAGED, begin());
    CHECK(!left_something);
    check_case = NULL;
}

/* No object is that large: the length cannot be meant, and nothing at the pointer may be read. */
static void absurd_lengths(void)
{
    size_t at;
    for (at = 0; at < COUNT(TEXT_RULES); at++) {
        linkauth_status status = TEXT_RULES[at].call(LONG_TEXT, SIZE_MAX - 1);
        check_case = TEXT_RULES[at].name;
        /* It reaches any buffer, too. */
        CHECK(status == LINKAUTH_ERROR_ARGUMENT_TOO_LONG
              || status == LINKAUTH_ERROR_ARGUMENT_OVERLAP);
    }
}

static void every_character(void)
{
    size_t at;
    for (at = 0; at < COUNT(TEXT_RULES); at++) {
        const struct text_rule *rule = &TEXT_RULES[at];
        unsigned character;
        for (character = 0; character < 256; character++) {
            char text[] = "aaaaa", name[48];
            text[2] = (char)character;
            snprintf(name, sizeof(name), "%s, character %u", rule->name, character);
            check_case = name;
            CHECK_STATUS(is_allowed(rule, character) ? LINKAUTH_OK
                                                     : LINKAUTH_ERROR_ARGUMENT_CHARACTER,
                         rule->call(text, sizeof(text) - 1));
        }
        check_case = NULL;
    }
}

int main(void)
{
    RUN(texts_of_every_length);
    RUN(what_failed_is_zeroed);
    RUN(absurd_lengths);
    RUN(every_character);
    return check_end();
}
