/*
 * No branch and no address depends on a secret, as memcheck sees it: every call that meets a secret
 * is made with that secret hidden, and what memcheck then finds is counted.
 *
 *   valgrind constant_time <empty folder>
 *
 * Public by its nature, and so not hidden or shown: lengths, and with them where a secret ends; what
 * linkauth tells by a status (through secret::is_zero, see shadow.c); the password, before this
 * program compares it; what is written to a file. The CRC of a record covers the secret, so it is
 * hidden with it: linkauth may tell that it fits, and nothing else about it. So it is with the tag of a
 * sealed secret.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "../c/check.h"
#include "../c/fixture.h"
#include "../c/mqtt.h"
#include "../c/steps.h"
#include "shadow.h"

#define OTHER_SECRET "zyxwvutsrqponmlkjihgfedcba987654"
/* One wrong character, neither the first nor the last. */
#define BAD_SECRET "0123456 89abcdefghijklmnopqrstuv"
#define BAD_TOKEN "^1^161234 678901^fedcba9876543210"
#define KEY "\x91\x03\x77\xe1\x5a\xc4\x08\xbd\x62\xf9\x1e\xa0\x4b\xd7\x39\x86" \
            "\x2c\xee\x51\x94\x0d\xb8\x7f\x23\xc6\x6a\xf5\x10\x9b\x48\xd2\x3e"

/* Not in every library. */
#pragma weak linkauth_aead_init
#pragma weak linkauth_flash_store_init

static const char *folder;
/* Set by a trial of what this library does not have. */
static int is_absent;
static struct bench bench;
static struct hidden device_secret, other_secret, bad_secret, product_secret, device_token, bad_token;
static linkauth_sign_in_options options;
static char texts[LINKAUTH_SIGN_IN_BUFFER_SIZE], expected[LINKAUTH_SIGN_IN_BUFFER_SIZE];

/* --- What the cases share ---------------------------------------------------------------------------- */

/* The device over the store that the bench was prepared with. */
static void make_over(void)
{
    bench.options.product_secret = product_secret.text;
    bench.options.product_secret_length = product_secret.length;
    bench.transport.now_ms = script_now;
    memset(&options, 0, sizeof(options));
    options.struct_size = sizeof(options);
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
}

static void make(void)
{
    bench_prepare(&bench);
    make_over();
}

static void lend(const char *secret, size_t length)
{
    options.device_secret = secret;
    options.device_secret_length = length;
}

static void lend_token(const char *token, size_t length)
{
    options.client_id = ISSUED_CLIENT_ID;
    options.client_id_length = LINKAUTH_NUL_TERMINATED;
    options.device_token = token;
    options.device_token_length = length;
}

static linkauth_status store(const struct hidden *secret)
{
    return linkauth_store_secret(&bench.device, secret->text, secret->length);
}

static linkauth_status sign_in(char *buffer)
{
    linkauth_sign_in_result result;
    memset(&result, 0, sizeof(result));
    result.struct_size = sizeof(result);
    return linkauth_sign_in(&bench.device, &options, buffer, sizeof(texts), &result);
}

static linkauth_status psk(char *buffer)
{
    linkauth_psk_result result;
    memset(&result, 0, sizeof(result));
    result.struct_size = sizeof(result);
    return linkauth_psk(&bench.device, &options, buffer, sizeof(texts), &result);
}

/* What the call wrote is hidden somewhere, and what it writes of the same secret in the open. */
static void writes_the_same(linkauth_status (*call)(char *), const char *secret, const char *token)
{
    linkauth_sign_in_options given = options;
    CHECK_STATUS(LINKAUTH_OK, call(texts));
    CHECK(is_hidden(texts, sizeof(texts)));
    show(texts, sizeof(texts));
    if (secret != NULL) {
        lend(secret, strlen(secret));
    } else {
        lend_token(token, strlen(token));
    }
    CHECK_STATUS(LINKAUTH_OK, call(expected));
    CHECK_BYTES(expected, sizeof(expected), texts, sizeof(texts));
    options = given;
}

/* A stored secret through its life. */
static void lives(void)
{
    linkauth_store_info info;
    CHECK_STATUS(LINKAUTH_OK, store(&device_secret));
    writes_the_same(sign_in, DEVICE_SECRET, NULL);
    writes_the_same(psk, DEVICE_SECRET, NULL);
    CHECK_STATUS(LINKAUTH_OK, store(&device_secret));
    CHECK_STATUS(LINKAUTH_OK, store(&other_secret));
    CHECK_STATUS(LINKAUTH_OK, store(&device_secret));
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    memset(&info, 0, sizeof(info));
    info.struct_size = sizeof(info);
    CHECK_STATUS(LINKAUTH_OK, linkauth_store_inspect(&bench.device, &info));
    CHECK_NUMBER(LINKAUTH_STATE_ACTIVATED, info.state);
    writes_the_same(sign_in, DEVICE_SECRET, NULL);
    CHECK_STATUS(LINKAUTH_ERROR_REFUSED_AFTER_ACTIVATION,
                 linkauth_report_connack(&bench.device, 4));
}

/* --- Secrets that are lent ----------------------------------------------------------------------------- */

/* Without a device: one, and many of which one is refused. */
static void sign_in_with_secret_and_batch(void)
{
    enum { COUNT = 3 };
    static linkauth_connect connect, connects[COUNT], in_the_open;
    linkauth_device_certificate devices[COUNT];
    size_t at;
    CHECK_STATUS(LINKAUTH_OK, linkauth_sign_in_with_secret(
                                  PRODUCT_KEY, LINKAUTH_NUL_TERMINATED, DEVICE_NAME,
                                  LINKAUTH_NUL_TERMINATED, device_secret.text, device_secret.length,
                                  &connect));
    for (at = 0; at < COUNT; at++) {
        devices[at].product_key = PRODUCT_KEY;
        devices[at].product_key_length = LINKAUTH_NUL_TERMINATED;
        devices[at].device_name = DEVICE_NAME;
        devices[at].device_name_length = LINKAUTH_NUL_TERMINATED;
        devices[at].device_secret = at == 1 ? bad_secret.text : device_secret.text;
        devices[at].device_secret_length = at == 1 ? bad_secret.length : device_secret.length;
    }
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_CHARACTER,
                 linkauth_sign_in_batch(devices, COUNT, connects, NULL));
    CHECK(is_hidden(&connect, sizeof(connect)) && is_hidden(&connects[2], sizeof(connects[2])));
    show(&connect, sizeof(connect));
    show(connects, sizeof(connects));
    CHECK_STATUS(LINKAUTH_OK,
                 linkauth_sign_in_with_secret(PRODUCT_KEY, LINKAUTH_NUL_TERMINATED, DEVICE_NAME,
                                              LINKAUTH_NUL_TERMINATED, DEVICE_SECRET,
                                              LINKAUTH_NUL_TERMINATED, &in_the_open));
    CHECK_BYTES(&in_the_open, sizeof(connect), &connect, sizeof(connect));
    CHECK_BYTES(&in_the_open, sizeof(connect), &connects[2], sizeof(connect));
}

static void sign_in_by_every_method(void)
{
    static const uint32_t METHODS[] = {LINKAUTH_SIGN_HMAC_SHA256, LINKAUTH_SIGN_HMAC_SHA1,
                                       LINKAUTH_SIGN_HMAC_MD5};
    size_t at;
    for (at = 0; at < sizeof(METHODS) / sizeof(METHODS[0]); at++) {
        make();
        options.sign_method = METHODS[at];
        lend(device_secret.text, device_secret.length);
        writes_the_same(sign_in, DEVICE_SECRET, NULL);
        lend(bad_secret.text, bad_secret.length);
        CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_CHARACTER, sign_in(texts));
    }
}

static void psk_with_a_lent_secret(void)
{
    make();
    lend(device_secret.text, device_secret.length);
    writes_the_same(psk, DEVICE_SECRET, NULL);
    lend(bad_secret.text, bad_secret.length);
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_CHARACTER, psk(texts));
}

static void sign_in_with_a_lent_token(void)
{
    make();
    lend_token(device_token.text, device_token.length);
    writes_the_same(sign_in, NULL, DEVICE_TOKEN);
    lend_token(bad_token.text, bad_token.length);
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_CHARACTER, sign_in(texts));
}

static void wiping(void)
{
    make();
    linkauth_wipe(other_secret.text, other_secret.length);
    CHECK_ZERO(other_secret.text, other_secret.length);
    linkauth_device_wipe(&bench.device);
    CHECK_ZERO(&bench.device, sizeof(bench.device));
}

/* --- Stores -------------------------------------------------------------------------------------------- */

static void store_of_callbacks(void)
{
    make();
    lives();
    CHECK(is_hidden(bench.memory.record, bench.memory.length));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_CHARACTER, store(&bad_secret));
    /* A damaged one: that the CRC does not fit is told. */
    bench.memory.record[bench.memory.length - 8] ^= 1;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_DAMAGED, sign_in(texts));
}

static void store_of_files(void)
{
    linkauth_file_store files;
    memset(&files, 0, sizeof(files));
    bench_prepare(&bench);
    CHECK_STATUS(LINKAUTH_OK, linkauth_file_store_open(&files, sizeof(files), folder,
                                                       LINKAUTH_NUL_TERMINATED, &bench.store));
    make_over();
    found_in_files = 0;
    secret_in_files = DEVICE_SECRET;
    lives();
    CHECK(found_in_files > 3);
    secret_in_files = NULL;
    CHECK_STATUS(LINKAUTH_OK, linkauth_store_erase(&bench.device));
    linkauth_device_wipe(&bench.device);
    linkauth_file_store_close(&files);
}

enum { SLOT_SIZE = 512 };
static uint8_t slots[2][SLOT_SIZE];

static linkauth_status flash_read(void *user, uint32_t slot, uint32_t offset, uint8_t *bytes,
                                  size_t length)
{
    (void)user;
    memcpy(bytes, slots[slot] + offset, length);
    return LINKAUTH_OK;
}

static linkauth_status flash_program(void *user, uint32_t slot, uint32_t offset,
                                     const uint8_t *bytes, size_t length)
{
    (void)user;
    memcpy(slots[slot] + offset, bytes, length);
    return LINKAUTH_OK;
}

static linkauth_status flash_erase(void *user, uint32_t slot)
{
    (void)user;
    memset(slots[slot], 0xff, SLOT_SIZE);
    return LINKAUTH_OK;
}

static void store_of_flash(void)
{
    linkauth_flash flash;
    linkauth_flash_store store;
    if (linkauth_flash_store_init == NULL) {
        is_absent = 1;
        return;
    }
    memset(&store, 0, sizeof(store));
    memset(&flash, 0, sizeof(flash));
    flash.struct_size = sizeof(flash);
    flash.slot_size = SLOT_SIZE;
    flash.unit = 8;
    flash.erased = 0xff;
    flash.read = flash_read;
    flash.program = flash_program;
    flash.erase = flash_erase;
    bench_prepare(&bench);
    CHECK_STATUS(LINKAUTH_OK,
                 linkauth_flash_store_init(&store, sizeof(store), &flash, &bench.store));
    make_over();
    lives();
    CHECK(is_hidden(slots, sizeof(slots)));
    linkauth_device_wipe(&bench.device);
}

/* --- Sealing ------------------------------------------------------------------------------------------- */

static uint8_t key_change;

static linkauth_status hidden_key(void *user, uint8_t *key)
{
    (void)user;
    memcpy(key, KEY, LINKAUTH_KEY_SIZE);
    key[7] ^= key_change;
    hide(key, LINKAUTH_KEY_SIZE);
    return LINKAUTH_OK;
}

static linkauth_aead aead;
static linkauth_seal seal;

/* 0 if the library has no seal. */
static int make_sealing(void)
{
    if (linkauth_aead_init == NULL) {
        is_absent = 1;
        return 0;
    }
    memset(&aead, 0, sizeof(aead));
    memset(&seal, 0, sizeof(seal));
    seal.struct_size = sizeof(seal);
    bench_prepare(&bench);
    CHECK_STATUS(LINKAUTH_OK, linkauth_aead_init(&aead, sizeof(aead), hidden_key, NULL,
                                                 bench.config.random, &bench.source, &seal));
    bench.config.seal = &seal;
    key_change = 0;
    make_over();
    return 1;
}

static void sealed_store(void)
{
    if (!make_sealing()) {
        return;
    }
    lives();
    key_change = 1;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_UNSEAL, sign_in(texts));
}

/* --- Registering --------------------------------------------------------------------------------------- */

static struct stream stream;

static void https_reply(const char *head, const char *body, const char *secret)
{
    char *bytes = stream.bytes;
    stream.length = http_reply(bytes, sizeof(stream.bytes), head, body);
    CHECK_NUMBER(1, hide_within(bytes, stream.length, secret));
    bench_reply(&bench, bytes, stream.length);
}

static linkauth_status registers(void)
{
    return linkauth_register(&bench.device, &bench.registration, sizeof(bench.registration),
                             &bench.options, &bench.transport);
}

/* The request holds what was computed from the ProductSecret. */
static void request_is_signed(void)
{
    CHECK(is_hidden(bench.script.request, bench.script.request_length));
}

static void https(void)
{
    static const char *const HEADS[] = {HEAD_LENGTH, HEAD_TO_END};
    uint32_t method;
    size_t at;
    for (at = 0; at < sizeof(HEADS) / sizeof(HEADS[0]); at++) {
        for (method = LINKAUTH_SIGN_HMAC_SHA256; method <= LINKAUTH_SIGN_HMAC_MD5; method++) {
            make();
            bench.options.sign_method = method;
            https_reply(HEADS[at], BODY_SUCCESS, DEVICE_SECRET);
            bench.script.piece = 7;
            CHECK_STATUS(LINKAUTH_OK, registers());
            request_is_signed();
            writes_the_same(sign_in, DEVICE_SECRET, NULL);
        }
    }
}

static void https_with_a_sealed_store(void)
{
    if (!make_sealing()) {
        return;
    }
    https_reply(HEAD_LENGTH, BODY_SUCCESS, DEVICE_SECRET);
    CHECK_STATUS(LINKAUTH_OK, registers());
    writes_the_same(sign_in, DEVICE_SECRET, NULL);
}

static void https_in_chunks(void)
{
    make();
    /* The secret is cut: what lies in the second chunk is hidden. */
    https_reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                "10\r\n{\"code\":200,\"dat\r\n"
                "4d\r\na\":{\"productKey\":\"" PRODUCT_KEY "\",\"deviceName\":\"" DEVICE_NAME
                "\",\"deviceSecret\":\"0123456789\r\n"
                "19\r\nabcdefghijklmnopqrstuv\"}}\r\n0\r\n\r\n", "abcdefghijklmnopqrstuv");
    CHECK_STATUS(LINKAUTH_OK, registers());
}

static void https_refused(void)
{
    make();
    https_reply(HEAD_LENGTH, BODY_OF(PRODUCT_KEY, DEVICE_NAME, BAD_SECRET), BAD_SECRET);
    CHECK_STATUS(LINKAUTH_ERROR_REPLY_SECRET_CHARACTER, registers());
    make();
    https_reply(HEAD_LENGTH, BODY_OF(PRODUCT_KEY, "dev2", DEVICE_SECRET), DEVICE_SECRET);
    CHECK_STATUS(LINKAUTH_ERROR_REPLY_OTHER_DEVICE, registers());
    make();
    bench.options.product_secret = bad_secret.text;
    bench.options.product_secret_length = bad_secret.length;
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_CHARACTER, registers());
}

static void https_step_by_step(void)
{
    linkauth_registration_step step;
    size_t at;
    make();
    https_reply(HEAD_LENGTH, BODY_SUCCESS, DEVICE_SECRET);
    CHECK_STATUS(LINKAUTH_OK, steps_begin(&bench));
    CHECK(bench_send(&bench.registration));
    for (at = 0; at < stream.length; at++) {
        CHECK_STATUS(LINKAUTH_OK, steps_feed(&bench, stream.bytes + at, 1));
    }
    step = steps_next(&bench, LINKAUTH_OK);
    CHECK_NUMBER(LINKAUTH_STEP_FINISH, step.kind);
    CHECK_STATUS(LINKAUTH_OK, steps_finish(&bench));
    linkauth_registration_wipe(&bench.registration);
    CHECK_ZERO(&bench.registration, sizeof(bench.registration));
}

static void mqtt(void)
{
    size_t at;
    for (at = 0; at < MQTT_FORM_COUNT; at++) {
        const struct mqtt_form *form = &MQTT_FORMS[at];
        const char *secret = at == 0 ? DEVICE_SECRET : NULL;
        make();
        bench.options.form = form->form;
        stream.length = 0;
        stream_connack(&stream, 0);
        stream_publish(&stream, 1, form->topic, form->push, strlen(form->push));
        CHECK_NUMBER(1, hide_within(stream.bytes, stream.length, form->secret));
        bench_reply(&bench, stream.bytes, stream.length);
        CHECK_STATUS(LINKAUTH_OK, registers());
        request_is_signed();
        CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
        if (secret != NULL) {
            writes_the_same(sign_in, secret, NULL);
        } else {
            CHECK_STATUS(LINKAUTH_OK, sign_in(texts));
            CHECK(is_hidden(texts, sizeof(texts)));
            CHECK_STATUS(LINKAUTH_ERROR_SECRET_IS_TOKEN, psk(texts));
        }
    }
}

static void mqtt_message_by_message(void)
{
    size_t at;
    for (at = 0; at < MQTT_FORM_COUNT; at++) {
        const struct mqtt_form *form = &MQTT_FORMS[at];
        linkauth_sign_in_result result;
        char *push = stream.bytes;
        size_t length = strlen(form->push);
        make();
        bench.options.form = form->form;
        memset(&result, 0, sizeof(result));
        result.struct_size = sizeof(result);
        memcpy(push, form->push, length);
        CHECK_NUMBER(1, hide_within(push, length, form->secret));
        CHECK_STATUS(LINKAUTH_OK, steps_begin(&bench));
        CHECK_STATUS(LINKAUTH_OK,
                     linkauth_registration_connect(&bench.device, &bench.registration, texts,
                                                   sizeof(texts), &result));
        CHECK(is_hidden(result.password, result.password_length));
        CHECK_STATUS(LINKAUTH_OK,
                     linkauth_registration_connack(&bench.device, &bench.registration, 0));
        CHECK_STATUS(LINKAUTH_OK,
                     linkauth_registration_message(&bench.device, &bench.registration, form->topic,
                                                   LINKAUTH_NUL_TERMINATED, (const uint8_t *)push,
                                                   length));
        CHECK_STATUS(LINKAUTH_OK, steps_finish(&bench));
    }
}

/* --- Controls: what memcheck has to find --------------------------------------------------------------- */

static void control_hex_by_a_table(void)
{
    static const char DIGITS[] = "0123456789abcdef";
    size_t at;
    for (at = 0; at < device_secret.length; at++) {
        texts[2 * at] = DIGITS[device_secret.text[at] >> 4 & 15];
        texts[2 * at + 1] = DIGITS[device_secret.text[at] & 15];
    }
}

static void control_plain_comparison(void)
{
    size_t at = 0;
    while (at < device_secret.length && device_secret.text[at] == DEVICE_SECRET[at]) {
        at++;
    }
    show(&at, sizeof(at));
    CHECK_NUMBER(device_secret.length, at);
}

/* Nothing of what the library tells is taken as public: it is seen to decide by it. */
static void control_nothing_is_told(void)
{
    linkauth_status status;
    make();
    lend(device_secret.text, device_secret.length);
    nothing_is_told = 1;
    status = sign_in(texts);
    nothing_is_told = 0;
    show(&status, sizeof(status));
    CHECK_STATUS(LINKAUTH_OK, status);
}

/* --- Running ------------------------------------------------------------------------------------------- */

struct trial {
    const char *name;
    void (*run)(void);
    int is_control;
};

static const struct trial TRIALS[] = {
    {"sign-in with a lent secret, by every method", sign_in_by_every_method, 0},
    {"sign-in without a device, one and many", sign_in_with_secret_and_batch, 0},
    {"PSK with a lent secret", psk_with_a_lent_secret, 0},
    {"sign-in with a lent token", sign_in_with_a_lent_token, 0},
    {"wiping", wiping, 0},
    {"a store of callbacks", store_of_callbacks, 0},
    {"the file store", store_of_files, 0},
    {"the flash store", store_of_flash, 0},
    {"a sealed record", sealed_store, 0},
    {"registration over HTTPS, by every method", https, 0},
    {"registration over HTTPS with a seal", https_with_a_sealed_store, 0},
    {"registration over HTTPS, the reply in chunks", https_in_chunks, 0},
    {"registration over HTTPS, refused replies", https_refused, 0},
    {"registration over HTTPS, step by step", https_step_by_step, 0},
    {"registration over MQTT, secret and token", mqtt, 0},
    {"registration over MQTT, message by message", mqtt_message_by_message, 0},
    {"control: hex digits from a table", control_hex_by_a_table, 1},
    {"control: a comparison that ends early", control_plain_comparison, 1},
    {"control: nothing of what is told is public", control_nothing_is_told, 1},
};

static void run(const struct trial *trial)
{
    unsigned before = (unsigned)VALGRIND_COUNT_ERRORS, findings;
    hidden_make(&device_secret, DEVICE_SECRET);
    hidden_make(&other_secret, OTHER_SECRET);
    hidden_make(&bad_secret, BAD_SECRET);
    hidden_make(&product_secret, PRODUCT_SECRET);
    hidden_make(&device_token, DEVICE_TOKEN);
    hidden_make(&bad_token, BAD_TOKEN);
    told = 0;
    is_absent = 0;
    check_run(trial->name, trial->run);
    findings = (unsigned)VALGRIND_COUNT_ERRORS - before;
    if (is_absent) {
        printf("not in this library: %s\n", trial->name);
        return;
    }
    if ((findings != 0) != trial->is_control) {
        check_failed++;
        check_failures_here++;
    }
    printf("%s: %s: %u findings, told %u times\n", check_failures_here == 0 ? "PASS" : "FAIL",
           trial->name, findings, told);
}

int main(int count, char **arguments)
{
    size_t at;
    if (!RUNNING_ON_VALGRIND || count != 2) {
        fprintf(stderr, "usage: valgrind constant_time <empty folder>\n");
        return 2;
    }
    folder = arguments[1];
    for (at = 0; at < sizeof(TRIALS) / sizeof(TRIALS[0]); at++) {
        run(&TRIALS[at]);
    }
    return check_end();
}
