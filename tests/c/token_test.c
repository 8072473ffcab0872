/*
 * Signing in with the clientId and DeviceToken of a registration without pre-registration, stored or
 * lent; and TLS-PSK, for which a token is no key.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "check.h"
#include "fixture.h"
#include "mqtt.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct bench bench;
static linkauth_sign_in_options options;
static char texts[LINKAUTH_SIGN_IN_BUFFER_SIZE];
static linkauth_sign_in_result result;
static linkauth_psk_result psk;

/* A device that registered by this push, and options that leave every choice to linkauth. */
static void make_by(const struct mqtt_form *form, const char *push)
{
    static struct stream stream;
    CHECK(bench_make(&bench));
    bench.transport.now_ms = script_now;
    bench.options.form = form->form;
    stream.length = 0;
    stream_connack(&stream, 0);
    stream_publish(&stream, 0, form->topic, push, strlen(push));
    bench_reply(&bench, stream.bytes, stream.length);
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    memset(&options, 0, sizeof(options));
    options.struct_size = sizeof(options);
}

static void make(void)
{
    make_by(&MQTT_FORMS[1], MQTT_FORMS[1].push);
}

/* Tells the token to sign in with, instead of reading it from the store. */
static void lend(const char *client_id, const char *token)
{
    options.client_id = client_id;
    options.client_id_length = LINKAUTH_NUL_TERMINATED;
    options.device_token = token;
    options.device_token_length = LINKAUTH_NUL_TERMINATED;
}

static linkauth_status sign_in(void)
{
    linkauth_status status;
    memset(texts, 0xa5, sizeof(texts));
    memset(&result, 0xa5, sizeof(result));
    result.struct_size = sizeof(result);
    status = linkauth_sign_in(&bench.device, &options, texts, sizeof(texts), &result);
    if (status != LINKAUTH_OK) {
        CHECK_ZERO(texts, sizeof(texts));
        CHECK_ZERO((char *)&result + 4, sizeof(result) - 4);
    }
    return status;
}

static void expect_texts(const char *client_id)
{
    if (CHECK_STATUS(LINKAUTH_OK, sign_in())) {
        CHECK_TEXT(client_id, result.client_id, result.client_id_length);
        CHECK_TEXT(DEVICE_NAME "&" PRODUCT_KEY, result.username, result.username_length);
        CHECK_TEXT(DEVICE_TOKEN, result.password, result.password_length);
        CHECK(strlen(result.client_id) == result.client_id_length);
        CHECK(strlen(result.password) == result.password_length);
        CHECK_TEXT(PRODUCT_KEY ".iot-as-mqtt.cn-shanghai.aliyuncs.com", result.host,
                   result.host_length);
        CHECK_NUMBER(8883, result.port);
    }
}

#define CONNWL ISSUED_CLIENT_ID "|authType=connwl,securemode=-2"

/* --- The sign-in ------------------------------------------------------------------------------------ */

static void stored_and_lent(void)
{
    make();
    CHECK_NUMBER(RECORD_TOKEN, bench.memory.record[RECORD_KIND]);
    CHECK(is_stored(&bench.memory, ISSUED_CLIENT_ID));
    CHECK(is_stored(&bench.memory, DEVICE_TOKEN));
    expect_texts(CONNWL "|");
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    expect_texts(CONNWL "|");
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    CHECK_NUMBER(RECORD_TOKEN, bench.memory.record[RECORD_KIND]);
    CHECK_NUMBER(RECORD_ACTIVATED, bench.memory.record[RECORD_STATE]);
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    expect_texts(CONNWL "|");
    /* A lent one goes before the store's. */
    lend("another", "tok");
    CHECK_STATUS(LINKAUTH_OK, sign_in());
    CHECK_TEXT("another|authType=connwl,securemode=-2|", result.client_id,
               result.client_id_length);
    CHECK_TEXT("tok", result.password, result.password_length);
}

/* Nothing is signed, so nothing of what signing needs is sent. */
static void what_is_signed_elsewhere(void)
{
    static const uint64_t TIMESTAMPS[] = {1, 1700000000000u, LINKAUTH_TIMESTAMP_NONE};
    size_t at;
    make();
    for (at = 0; at < COUNT(TIMESTAMPS); at++) {
        options.timestamp = TIMESTAMPS[at];
        expect_texts(CONNWL "|");
    }
#ifndef WITHOUT_SHA1
    options.sign_method = LINKAUTH_SIGN_HMAC_SHA1;
    expect_texts(CONNWL "|");
#endif
}

static void extensions_are_passed_on(void)
{
    static const linkauth_extension PAIRS[] = {{"_ss", 3, "1", 1}, {"ext", 3, "3", 1}};
    linkauth_extension reserved;
    make();
    options.extensions = PAIRS;
    options.extension_count = COUNT(PAIRS);
    expect_texts(CONNWL ",_ss=1,ext=3|");
    memset(&reserved, 0, sizeof(reserved));
    reserved.key = "authType";
    reserved.key_length = LINKAUTH_NUL_TERMINATED;
    options.extensions = &reserved;
    options.extension_count = 1;
    CHECK_STATUS(LINKAUTH_ERROR_EXTENSION_KEY_RESERVED, sign_in());
}

static void what_a_token_decides(void)
{
    make();
    options.client_id = "mine";
    options.client_id_length = LINKAUTH_NUL_TERMINATED;
    CHECK_STATUS(LINKAUTH_ERROR_CLIENT_ID_ISSUED, sign_in());
    make();
    options.flags = LINKAUTH_SIGN_IN_SERVER_ASSIGNED_CLIENT_ID;
    CHECK_STATUS(LINKAUTH_ERROR_CLIENT_ID_ISSUED, sign_in());
    make();
    options.secure_mode = LINKAUTH_SECURE_MODE_TCP;
    CHECK_STATUS(LINKAUTH_ERROR_SECURE_MODE_UNKNOWN, sign_in());
    options.secure_mode = LINKAUTH_SECURE_MODE_TLS;
    expect_texts(CONNWL "|");
    /* The same for one that is lent. */
    lend(ISSUED_CLIENT_ID, DEVICE_TOKEN);
    options.secure_mode = LINKAUTH_SECURE_MODE_TCP;
    CHECK_STATUS(LINKAUTH_ERROR_SECURE_MODE_UNKNOWN, sign_in());
}

static void what_does_not_go_together(void)
{
    make();
    lend(NULL, DEVICE_TOKEN);
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL, sign_in());
    lend(ISSUED_CLIENT_ID, DEVICE_TOKEN);
    options.device_secret = DEVICE_SECRET;
    options.device_secret_length = LINKAUTH_NUL_TERMINATED;
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_CONFLICT, sign_in());
    make();
    lend(ISSUED_CLIENT_ID, DEVICE_TOKEN);
    options.flags = LINKAUTH_SIGN_IN_SERVER_ASSIGNED_CLIENT_ID;
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_CONFLICT, sign_in());
    options.flags = 2;
    CHECK_STATUS(LINKAUTH_ERROR_RESERVED_NOT_ZERO, sign_in());
}

/* Issued ones of every length; lent ones are in texts_test. */
static void tokens_of_every_length(void)
{
    char token[129], client_id[65], push[400];
    size_t length;
    for (length = 1; length <= 128; length++) {
        memset(token, 'Z', length);
        token[length] = '\0';
        memset(client_id, 'c', (length + 1) / 2);
        client_id[(length + 1) / 2] = '\0';
        snprintf(push, sizeof(push), TOKEN_PUSH_OF("%s", "%s", "%s", "%s"), client_id, PRODUCT_KEY,
                 DEVICE_NAME, token);
        make_by(&MQTT_FORMS[1], push);
        CHECK_STATUS(LINKAUTH_OK, sign_in());
        CHECK_TEXT(token, result.password, result.password_length);
        CHECK_BYTES(client_id, strlen(client_id), result.client_id, strlen(client_id));
    }
}

/* --- TLS-PSK ----------------------------------------------------------------------------------------- */

static linkauth_status get_psk(size_t capacity)
{
    linkauth_status status;
    memset(texts, 0xa5, sizeof(texts));
    memset(&psk, 0xa5, sizeof(psk));
    psk.struct_size = sizeof(psk);
    status = linkauth_psk(&bench.device, &options, texts, capacity, &psk);
    if (status != LINKAUTH_OK) {
        CHECK_ZERO(texts, capacity);
        CHECK(status == LINKAUTH_ERROR_BUFFER_TOO_SMALL || psk.size_needed == 0);
        psk.size_needed = 0;
        CHECK_ZERO((char *)&psk + 4, sizeof(psk) - 4);
    }
    CHECK_NUMBER(0xa5, (unsigned char)texts[capacity]);
    return status;
}

static void a_token_is_no_key(void)
{
    make();
    CHECK_STATUS(LINKAUTH_ERROR_SECRET_IS_TOKEN, get_psk(192));
    lend(ISSUED_CLIENT_ID, DEVICE_TOKEN);
    CHECK_STATUS(LINKAUTH_ERROR_SECRET_IS_TOKEN, get_psk(192));
    /* A DeviceSecret that is lent is one, whatever is stored. */
    make();
    options.device_secret = DEVICE_SECRET;
    options.device_secret_length = LINKAUTH_NUL_TERMINATED;
    CHECK_STATUS(LINKAUTH_OK, get_psk(192));
}

static void keys_of_a_secret(void)
{
    size_t needed, capacity;
    make_by(&MQTT_FORMS[0], MQTT_FORMS[0].push);
    CHECK_STATUS(LINKAUTH_OK, get_psk(192));
    CHECK_TEXT("devicename|hmacsha256|" PRODUCT_KEY "&" DEVICE_NAME "|2524608000000", psk.identity,
               psk.identity_length);
    CHECK_NUMBER(64, psk.key_length);
    CHECK_NUMBER(0, psk.size_needed);
    needed = psk.identity_length + psk.key_length + 2;
    for (capacity = 0; capacity < needed; capacity++) {
        CHECK_STATUS(LINKAUTH_ERROR_BUFFER_TOO_SMALL, get_psk(capacity));
    }
    psk.struct_size = sizeof(psk);
    CHECK_STATUS(LINKAUTH_ERROR_BUFFER_TOO_SMALL,
                 linkauth_psk(&bench.device, &options, texts, needed - 1, &psk));
    CHECK_NUMBER(needed, psk.size_needed);
    CHECK_STATUS(LINKAUTH_OK, get_psk(needed));
    /* With the caller's own timestamp, but not without any. */
    options.timestamp = 1;
    CHECK_STATUS(LINKAUTH_OK, get_psk(192));
    CHECK_TEXT("devicename|hmacsha256|" PRODUCT_KEY "&" DEVICE_NAME "|1", psk.identity,
               psk.identity_length);
    options.timestamp = LINKAUTH_TIMESTAMP_NONE;
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_RANGE, get_psk(192));
    /* The longest ones are what 192 are for. */
    bench.config.product_key = "a1B2c3D4e5F6g7H8i9J0";
    bench.config.device_name = "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn";
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, get_psk(192));
    options.timestamp = UINT64_MAX - 1;
    options.device_secret = DEVICE_SECRET;
    options.device_secret_length = LINKAUTH_NUL_TERMINATED;
    CHECK_STATUS(LINKAUTH_OK, get_psk(192));
}

int main(void)
{
    RUN(stored_and_lent);
    RUN(what_is_signed_elsewhere);
    RUN(extensions_are_passed_on);
    RUN(what_a_token_decides);
    RUN(what_does_not_go_together);
    RUN(tokens_of_every_length);
    RUN(a_token_is_no_key);
    RUN(keys_of_a_secret);
    return check_end();
}
