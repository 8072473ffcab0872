/*
 * Signing in, and the key of a TLS-PSK connection.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "entries.h"


static struct invocation sign_in(void)
{
    struct invocation call = {FUNCTION(sign_in),
                              {(uintptr_t)&device, (uintptr_t)&sign_in_options,
                               (uintptr_t)caller->buffer, sizeof(caller->buffer),
                               (uintptr_t)&result}};
    return call;
}

static struct invocation psk(void)
{
    struct invocation call = sign_in();
    call.function = FUNCTION(psk);
    call.arguments[4] = (uintptr_t)&psk_result;
    return call;
}

static void lend_secret(void)
{
    sign_in_options.device_secret = caller->secrets.device_secret;
    sign_in_options.device_secret_length = SECRET_LENGTH;
}

static struct invocation lent(void)
{
    lend_secret();
    return sign_in();
}

static struct invocation lent_sha1(void)
{
    sign_in_options.sign_method = LINKAUTH_SIGN_HMAC_SHA1;
    return lent();
}

static struct invocation lent_md5(void)
{
    sign_in_options.sign_method = LINKAUTH_SIGN_HMAC_MD5;
    return lent();
}

static struct invocation lent_terminated(void)
{
    struct invocation call = lent();
    sign_in_options.device_secret_length = LINKAUTH_NUL_TERMINATED;
    return call;
}

static struct invocation buffer_too_small(void)
{
    struct invocation call = lent();
    call.arguments[3] = 64;
    return call;
}

static struct invocation wrong_method(void)
{
    struct invocation call = lent_terminated();
    sign_in_options.sign_method = 99;
    return call;
}

static struct invocation wrong_character(void)
{
    sign_in_options.device_secret = spoil(caller->secrets.device_secret);
    sign_in_options.device_secret_length = SECRET_LENGTH + 1;
    return sign_in();
}

/** Without a device: three texts in, three out. */
static struct invocation direct_of(const char *secret, size_t length)
{
    static const char PRODUCT_KEY[] = "a1B2c3D4e5F", DEVICE_NAME[] = "dev1";
    struct invocation call = {FUNCTION(sign_in_with_secret),
                              {(uintptr_t)PRODUCT_KEY, sizeof(PRODUCT_KEY) - 1,
                               (uintptr_t)DEVICE_NAME, sizeof(DEVICE_NAME) - 1, (uintptr_t)secret,
                               length, (uintptr_t)caller->buffer}};
    return call;
}

static struct invocation direct(void)
{
    return direct_of(caller->secrets.device_secret, SECRET_LENGTH);
}

static struct invocation direct_terminated(void)
{
    return direct_of(caller->secrets.device_secret, LINKAUTH_NUL_TERMINATED);
}

static struct invocation direct_wrong_character(void)
{
    return direct_of(spoil(caller->secrets.device_secret), SECRET_LENGTH + 1);
}

/** On Linux more devices than one scope takes, and on a microcontroller what its RAM holds; the last with
 * a secret of `length` bytes. */
static struct invocation many_of(const char *secret, size_t length)
{
#ifdef __linux__
    enum { COUNT = 300 };
#else
    enum { COUNT = 2 };
#endif
    static linkauth_device_certificate devices[COUNT];
    static linkauth_connect connects[COUNT];
    struct invocation call = {FUNCTION(sign_in_batch),
                              {(uintptr_t)devices, COUNT, (uintptr_t)connects, 0}};
    size_t at;
    for (at = 0; at < COUNT; at++) {
        devices[at].product_key = "a1B2c3D4e5F";
        devices[at].product_key_length = LINKAUTH_NUL_TERMINATED;
        devices[at].device_name = "dev1";
        devices[at].device_name_length = LINKAUTH_NUL_TERMINATED;
        devices[at].device_secret = caller->secrets.device_secret;
        devices[at].device_secret_length = SECRET_LENGTH;
    }
    devices[COUNT - 1].device_secret = secret;
    devices[COUNT - 1].device_secret_length = length;
    return call;
}

static struct invocation many(void)
{
    return many_of(caller->secrets.device_secret, SECRET_LENGTH);
}

static struct invocation many_wrong_character(void)
{
    return many_of(spoil(caller->secrets.device_secret), SECRET_LENGTH + 1);
}

static void lend_token(void)
{
    sign_in_options.device_token = caller->secrets.token;
    sign_in_options.device_token_length = TOKEN_LENGTH;
    sign_in_options.client_id = "GmxqSfBe1hcyf1PB1uIX";
    sign_in_options.client_id_length = LINKAUTH_NUL_TERMINATED;
}

static struct invocation lent_token(void)
{
    lend_token();
    return sign_in();
}

static struct invocation wrong_mode_for_token(void)
{
    lend_token();
    sign_in_options.secure_mode = LINKAUTH_SECURE_MODE_TCP;
    return sign_in();
}

static struct invocation stored(void)
{
    store_a_secret();
    return sign_in();
}

static struct invocation stored_but_wrong_key(void)
{
    store_a_secret();
    faults.has_wrong_key = 1;
    return sign_in();
}

static struct invocation damaged(void)
{
    store_a_secret();
    caller->record[caller->record_length - 1] ^= 1;
    return sign_in();
}

static struct invocation of_another_device(void)
{
    struct invocation call = stored();
    size_t length = caller->record_length;
    /* The callbacks look at no name. */
    make_device(STORE_CALLBACK, "dev2");
    caller->record_length = length;
    return call;
}

static struct invocation psk_lent(void)
{
    lend_secret();
    return psk();
}

static struct invocation psk_stored(void)
{
    store_a_secret();
    return psk();
}

static struct invocation psk_too_small(void)
{
    struct invocation call = psk_lent();
    call.arguments[3] = 16;
    return call;
}

const struct entry SIGN_IN_ENTRIES[] = {
    {"sign_in:sha256", STORE_NONE, LINKAUTH_OK, lent},
    {"sign_in:sha1", STORE_NONE, LINKAUTH_OK, lent_sha1},
    {"sign_in:md5", STORE_NONE, LINKAUTH_OK, lent_md5},
    {"sign_in:terminated", STORE_NONE, LINKAUTH_OK, lent_terminated},
    {"sign_in:token", STORE_NONE, LINKAUTH_OK, lent_token},
    {"sign_in:callbacks", STORE_CALLBACK, LINKAUTH_OK, stored},
    {"sign_in:file", STORE_FILE, LINKAUTH_OK, stored},
    {"sign_in:flash", STORE_FLASH, LINKAUTH_OK, stored},
    {"sign_in:sealed", STORE_SEALED, LINKAUTH_OK, stored},
    {"sign_in:buffer-too-small", STORE_NONE, LINKAUTH_ERROR_BUFFER_TOO_SMALL, buffer_too_small},
    {"sign_in:wrong-method", STORE_NONE, LINKAUTH_ERROR_SIGN_METHOD_UNKNOWN, wrong_method},
    {"sign_in:wrong-character", STORE_NONE, LINKAUTH_ERROR_ARGUMENT_CHARACTER, wrong_character},
    {"sign_in:token-over-tcp", STORE_NONE, LINKAUTH_ERROR_SECURE_MODE_UNKNOWN,
     wrong_mode_for_token},
    {"sign_in:damaged", STORE_CALLBACK, LINKAUTH_ERROR_STORE_DAMAGED, damaged},
    {"sign_in:other-device", STORE_CALLBACK, LINKAUTH_ERROR_STORE_OTHER_DEVICE, of_another_device},
    {"sign_in:wrong-key", STORE_SEALED, LINKAUTH_ERROR_STORE_UNSEAL, stored_but_wrong_key},
    {"sign_in_with_secret", STORE_NONE, LINKAUTH_OK, direct},
    {"sign_in_with_secret:terminated", STORE_NONE, LINKAUTH_OK, direct_terminated},
    {"sign_in_with_secret:wrong-character", STORE_NONE, LINKAUTH_ERROR_ARGUMENT_CHARACTER,
     direct_wrong_character},
    {"sign_in_batch", STORE_NONE, LINKAUTH_OK, many},
    {"sign_in_batch:wrong-character", STORE_NONE, LINKAUTH_ERROR_ARGUMENT_CHARACTER,
     many_wrong_character},
    {"psk:lent", STORE_NONE, LINKAUTH_OK, psk_lent},
    {"psk:callbacks", STORE_CALLBACK, LINKAUTH_OK, psk_stored},
    {"psk:buffer-too-small", STORE_NONE, LINKAUTH_ERROR_BUFFER_TOO_SMALL, psk_too_small},
    {0},
};
