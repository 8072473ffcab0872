/*
 * Sign-in: numbers out of range, extension pairs, buffers of every size and place, and what is
 * written by default.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "check.h"
#include "fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct bench bench;

static const char LONG_TEXT[] =
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

static void dirty(void *memory, size_t length)
{
    memset(memory, 0xa5, length);
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
    if (status != LINKAUTH_OK) {
        CHECK_NUMBER(sizeof(sign_in_result), sign_in_result.struct_size);
        CHECK_ZERO((char *)&sign_in_result + 4, sizeof(sign_in_result) - 4);
    }
    return status;
}

static void numbers_of_a_sign_in(void)
{
    linkauth_sign_in_options options = sign_in_options();
    uint32_t method;
    int32_t mode;
    for (method = LINKAUTH_SIGN_HMAC_MD5 + 1; method < 40; method++) {
        options.sign_method = method;
        CHECK_STATUS(LINKAUTH_ERROR_SIGN_METHOD_UNKNOWN, sign_in_with(&options));
    }
    options.sign_method = UINT32_MAX;
    CHECK_STATUS(LINKAUTH_ERROR_SIGN_METHOD_UNKNOWN, sign_in_with(&options));
    options = sign_in_options();
    for (mode = -9; mode < 10; mode++) {
        options.secure_mode = mode;
        CHECK_STATUS(mode == 0 || mode == LINKAUTH_SECURE_MODE_TLS
                             || mode == LINKAUTH_SECURE_MODE_TCP
                         ? LINKAUTH_OK
                         : LINKAUTH_ERROR_SECURE_MODE_UNKNOWN,
                     sign_in_with(&options));
    }
    options = sign_in_options();
    options.port = 65535;
    CHECK_STATUS(LINKAUTH_OK, sign_in_with(&options));
    CHECK_NUMBER(65535, sign_in_result.port);
    options.port = 65536;
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_RANGE, sign_in_with(&options));
    options.port = UINT32_MAX;
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_RANGE, sign_in_with(&options));
}

static linkauth_status with_extensions(const char *const *keys, size_t count)
{
    linkauth_sign_in_options options = sign_in_options();
    linkauth_extension extensions[LINKAUTH_EXTENSIONS_MAX];
    size_t at;
    memset(extensions, 0, sizeof(extensions));
    for (at = 0; at < count; at++) {
        extensions[at].key = keys[at];
        extensions[at].key_length = LINKAUTH_NUL_TERMINATED;
        extensions[at].value = "v";
        extensions[at].value_length = 1;
    }
    options.extensions = extensions;
    options.extension_count = count;
    return sign_in_with(&options);
}

static void extension_keys(void)
{
    static const char *const KEYS[LINKAUTH_EXTENSIONS_MAX] = {"a", "b", "c", "d", "e", "f",
                                                              "g", "h", "i", "j", "k", "l",
                                                              "m", "n", "o", "p"};
    static const char *const RESERVED[] = {"securemode", "signmethod", "timestamp"};
    static const char *const TWICE[] = {"a", "b", "c", "b"};
    linkauth_sign_in_options options = sign_in_options();
    size_t at;
    CHECK_STATUS(LINKAUTH_OK, with_extensions(KEYS, LINKAUTH_EXTENSIONS_MAX));
    CHECK(strstr(sign_in_result.client_id, ",a=v,b=v,c=v,d=v,") != NULL);
    for (at = 0; at < COUNT(RESERVED); at++) {
        const char *keys[2];
        keys[0] = "a";
        keys[1] = RESERVED[at];
        CHECK_STATUS(LINKAUTH_ERROR_EXTENSION_KEY_RESERVED, with_extensions(keys, 2));
    }
    CHECK_STATUS(LINKAUTH_ERROR_EXTENSION_KEY_RESERVED, with_extensions(TWICE, COUNT(TWICE)));
    CHECK_STATUS(LINKAUTH_OK, with_extensions(TWICE, COUNT(TWICE) - 1));

    options.extension_count = 1;
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL, sign_in_with(&options));
    options.extension_count = LINKAUTH_EXTENSIONS_MAX + 1;
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_RANGE, sign_in_with(&options));
    options.extension_count = SIZE_MAX - 1;
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_RANGE, sign_in_with(&options));
}

static void sign_in_without_a_secret(void)
{
    linkauth_sign_in_options options = sign_in_options();
    options.device_secret = NULL;
    options.device_secret_length = 0;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, sign_in_with(NULL));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, sign_in_with(&options));
    bench_prepare(&bench);
    bench.config.store = NULL;
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_MISSING, bench_sign_in(&bench.device));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_MISSING,
                 linkauth_store_secret(&bench.device, DEVICE_SECRET, LINKAUTH_NUL_TERMINATED));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_MISSING,
                 linkauth_registration_begin(&bench.device, &bench.registration,
                                             sizeof(bench.registration), &bench.options));
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
}

static linkauth_status sign_in_into(char *buffer, size_t capacity)
{
    linkauth_sign_in_options options = sign_in_options();
    memset(&sign_in_result, 0, sizeof(sign_in_result));
    sign_in_result.struct_size = sizeof(sign_in_result);
    return linkauth_sign_in(&bench.device, &options, buffer, capacity, &sign_in_result);
}

static void buffers_of_every_size(void)
{
    char buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];
    size_t needed, capacity;
    CHECK(bench_make(&bench));
    CHECK_STATUS(LINKAUTH_ERROR_BUFFER_TOO_SMALL, sign_in_into(buffer, 0));
    needed = sign_in_result.size_needed;
    CHECK(needed > 100 && needed < sizeof(buffer));
    for (capacity = 0; capacity < needed; capacity++) {
        dirty(buffer, sizeof(buffer));
        CHECK_STATUS(LINKAUTH_ERROR_BUFFER_TOO_SMALL, sign_in_into(buffer, capacity));
        CHECK_NUMBER(needed, sign_in_result.size_needed);
        CHECK(sign_in_result.password == NULL && sign_in_result.password_length == 0);
        CHECK_ZERO(buffer, capacity);
        CHECK((unsigned char)buffer[capacity] == 0xa5);
    }
    dirty(buffer, sizeof(buffer));
    CHECK_STATUS(LINKAUTH_OK, sign_in_into(buffer, needed));
    CHECK_NUMBER(0, sign_in_result.size_needed);
    CHECK((unsigned char)buffer[needed] == 0xa5);
    CHECK(sign_in_result.password + sign_in_result.password_length + 1 == buffer + needed);

    dirty(buffer, sizeof(buffer));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL, sign_in_into(NULL, sizeof(buffer)));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL, sign_in_into(NULL, 0));
    bench_make(&bench);
    memset(&sign_in_result, 0, sizeof(sign_in_result));
    sign_in_result.struct_size = sizeof(sign_in_result);
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_TOO_LONG,
                 linkauth_sign_in(&bench.device, NULL, buffer, SIZE_MAX - 1, &sign_in_result));
    CHECK((unsigned char)buffer[0] == 0xa5);
}

/* What the macro promises, with every text at its longest. */
static void the_buffer_size_holds_any_sign_in(void)
{
    linkauth_sign_in_options options = sign_in_options();
    linkauth_extension extension;
    static char buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE + 200];
    bench_prepare(&bench);
    bench.config.product_key = LONG_TEXT;
    bench.config.product_key_length = 20;
    bench.config.device_name = LONG_TEXT;
    bench.config.device_name_length = 32;
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    options.client_id = LONG_TEXT;
    options.client_id_length = 64;
    options.host = LONG_TEXT;
    options.host_length = 127;
    options.timestamp = LINKAUTH_TIMESTAMP_NONE - 1;
    memset(&sign_in_result, 0, sizeof(sign_in_result));
    sign_in_result.struct_size = sizeof(sign_in_result);
    CHECK_STATUS(LINKAUTH_OK, linkauth_sign_in(&bench.device, &options, buffer,
                                               LINKAUTH_SIGN_IN_BUFFER_SIZE, &sign_in_result));
    /* And each pair costs what the header says. */
    options.extensions = &extension;
    options.extension_count = 1;
    extension.key = LONG_TEXT;
    extension.key_length = 7;
    extension.value = LONG_TEXT;
    extension.value_length = 100;
    CHECK_STATUS(LINKAUTH_OK,
                 linkauth_sign_in(&bench.device, &options, buffer,
                                  LINKAUTH_SIGN_IN_BUFFER_SIZE + 107 + 2, &sign_in_result));
}

static void timestamps(void)
{
    linkauth_sign_in_options options = sign_in_options();
    char with_constant[65];
    CHECK_STATUS(LINKAUTH_OK, sign_in_with(&options));
    CHECK(strstr(sign_in_result.client_id, "timestamp=2524608000000,") != NULL);
    strcpy(with_constant, sign_in_result.password);
    options.timestamp = 1;
    CHECK_STATUS(LINKAUTH_OK, sign_in_with(&options));
    CHECK(strstr(sign_in_result.client_id, "timestamp=1,") != NULL);
    CHECK(strcmp(with_constant, sign_in_result.password) != 0);
    options.timestamp = LINKAUTH_TIMESTAMP_NONE;
    CHECK_STATUS(LINKAUTH_OK, sign_in_with(&options));
    CHECK(strstr(sign_in_result.client_id, "timestamp") == NULL);
    CHECK(strcmp(with_constant, sign_in_result.password) != 0);
    options.timestamp = LINKAUTH_TIMESTAMP_NONE - 1;
    CHECK_STATUS(LINKAUTH_OK, sign_in_with(&options));
    CHECK(strstr(sign_in_result.client_id, "timestamp=18446744073709551614,") != NULL);
}

static void hosts_and_ports_by_default(void)
{
    linkauth_sign_in_options options = sign_in_options();
    CHECK_STATUS(LINKAUTH_OK, sign_in_with(&options));
    CHECK_TEXT(PRODUCT_KEY ".iot-as-mqtt.cn-shanghai.aliyuncs.com", sign_in_result.host,
               sign_in_result.host_length);
    CHECK_NUMBER(8883, sign_in_result.port);
    options.secure_mode = LINKAUTH_SECURE_MODE_TCP;
    CHECK_STATUS(LINKAUTH_OK, sign_in_with(&options));
    CHECK_NUMBER(1883, sign_in_result.port);
    CHECK(strstr(sign_in_result.client_id, "securemode=3") != NULL);

    bench_prepare(&bench);
    bench.config.instance_id = "iot-060a0bgd";
    bench.config.instance_id_length = LINKAUTH_NUL_TERMINATED;
    bench.config.region = "ap-southeast-1";
    bench.config.region_length = LINKAUTH_NUL_TERMINATED;
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    CHECK_STATUS(LINKAUTH_OK, sign_in_into(sign_in_buffer, sizeof(sign_in_buffer)));
    CHECK_TEXT("iot-060a0bgd.mqtt.iothub.aliyuncs.com", sign_in_result.host,
               sign_in_result.host_length);
}

/* Every place where a text may touch the buffer, by one byte at either end. */
static void inputs_in_the_buffer(void)
{
    static char memory[64 + LINKAUTH_SIGN_IN_BUFFER_SIZE + 64];
    char *buffer = memory + 64;
    size_t kind, place;
    for (kind = 0; kind < 5; kind++) {
        for (place = 0; place < 5; place++) {
            static const ptrdiff_t STARTS[] = {-5, -4, 100, LINKAUTH_SIGN_IN_BUFFER_SIZE - 1,
                                               LINKAUTH_SIGN_IN_BUFFER_SIZE};
            int is_apart = place == 0 || place == 4;
            char *text = buffer + STARTS[place], name[48];
            linkauth_sign_in_options options = sign_in_options();
            linkauth_extension extension;
            snprintf(name, sizeof(name), "input %u at place %u", (unsigned)kind, (unsigned)place);
            check_case = name;
            memset(memory, 'b', sizeof(memory));
            memcpy(text, "aaaaa", 5);
            extension.key = kind == 3 ? text : "key";
            extension.key_length = kind == 3 ? 5 : 3;
            extension.value = kind == 4 ? text : "v";
            extension.value_length = kind == 4 ? 5 : 1;
            options.extensions = &extension;
            options.extension_count = 1;
            if (kind == 0) {
                options.client_id = text;
                options.client_id_length = 5;
            } else if (kind == 1) {
                options.host = text;
                options.host_length = 5;
            } else if (kind == 2) {
                options.device_secret = text;
                options.device_secret_length = 5;
            }
            CHECK(bench_make(&bench));
            memset(&sign_in_result, 0, sizeof(sign_in_result));
            sign_in_result.struct_size = sizeof(sign_in_result);
            CHECK_STATUS(is_apart ? LINKAUTH_OK : LINKAUTH_ERROR_ARGUMENT_OVERLAP,
                         linkauth_sign_in(&bench.device, &options, buffer,
                                          LINKAUTH_SIGN_IN_BUFFER_SIZE, &sign_in_result));
            if (!is_apart) {
                CHECK(sign_in_result.password == NULL && sign_in_result.host == NULL);
            }
        }
    }
    check_case = NULL;
}

int main(void)
{
    RUN(numbers_of_a_sign_in);
    RUN(extension_keys);
    RUN(sign_in_without_a_secret);
    RUN(buffers_of_every_size);
    RUN(the_buffer_size_holds_any_sign_in);
    RUN(timestamps);
    RUN(hosts_and_ports_by_default);
    RUN(inputs_in_the_buffer);
    return check_end();
}
