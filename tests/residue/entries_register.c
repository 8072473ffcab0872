/*
 * Registering in one call, over each kind of store, and in each kind of failure.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "entries.h"
#include "replies.h"

static struct invocation registering(void)
{
    struct invocation call = {FUNCTION(register),
                              {(uintptr_t)&device, (uintptr_t)&registration, sizeof(registration),
                               (uintptr_t)&registration_options, (uintptr_t)&transport}};
    registration_options.form = LINKAUTH_REGISTER_HTTPS;
    return call;
}

static struct invocation over_https(void)
{
    reply_with(HEAD, BEFORE_SECRET, caller->secrets.device_secret, AFTER_SECRET, NULL);
    return registering();
}

static struct invocation over_mqtt(void)
{
    struct invocation call = registering();
    registration_options.form = LINKAUTH_REGISTER_MQTT;
    reply_with_push("/ext/register", BEFORE_PUSHED_SECRET, caller->secrets.device_secret,
                    AFTER_PUSHED, NULL);
    return call;
}

static struct invocation for_a_token(void)
{
    struct invocation call = registering();
    registration_options.form = LINKAUTH_REGISTER_MQTT_NO_PRE_REGISTRATION;
    reply_with_push("/ext/regnwl", BEFORE_PUSHED_TOKEN, caller->secrets.token, AFTER_PUSHED, NULL);
    return call;
}

static struct invocation refused(void)
{
    reply_with(HEAD, REFUSAL, NULL);
    return registering();
}

static struct invocation cut_after_the_secret(void)
{
    reply_with(HEAD, BEFORE_SECRET, caller->secrets.device_secret, NULL);
    return registering();
}

static struct invocation connection_lost(void)
{
    faults.transport = LINKAUTH_ERROR_TRANSPORT_IO;
    return cut_after_the_secret();
}

static struct invocation secret_too_long(void)
{
    const char *secret = caller->secrets.device_secret;
    reply_with(HEAD, BEFORE_SECRET, secret, secret, secret, AFTER_SECRET, NULL);
    return registering();
}

static struct invocation wrong_character(void)
{
    reply_with(HEAD, BEFORE_SECRET, caller->secrets.device_secret, "-", AFTER_SECRET, NULL);
    return registering();
}

static struct invocation of_another_device(void)
{
    struct invocation call = over_https();
    make_device(STORE_CALLBACK, "dev2");
    return call;
}

static struct invocation rest_after_the_secret(void)
{
    reply_with(HEAD, BEFORE_SECRET, caller->secrets.device_secret, AFTER_SECRET, "{}", NULL);
    return registering();
}

static struct invocation cannot_be_stored(void)
{
    faults.save = LINKAUTH_ERROR_STORE_IO;
    return over_https();
}

static struct invocation wrong_product_secret(void)
{
    struct invocation call = over_https();
    registration_options.product_secret = spoil(caller->secrets.product_secret);
    registration_options.product_secret_length = SECRET_LENGTH + 1;
    return call;
}

const struct entry REGISTER_ENTRIES[] = {
    {"register:callbacks", STORE_CALLBACK, LINKAUTH_OK, over_https},
    {"register:file", STORE_FILE, LINKAUTH_OK, over_https},
    {"register:flash", STORE_FLASH, LINKAUTH_OK, over_https},
    {"register:sealed", STORE_SEALED, LINKAUTH_OK, over_https},
    {"register:mqtt", STORE_FILE, LINKAUTH_OK, over_mqtt},
    {"register:token", STORE_FILE, LINKAUTH_OK, for_a_token},
    {"register:refused", STORE_CALLBACK, LINKAUTH_ERROR_PLATFORM_ALREADY_ACTIVE, refused},
    {"register:cut-short", STORE_CALLBACK, LINKAUTH_ERROR_REPLY_NOT_JSON, cut_after_the_secret},
    {"register:lost", STORE_CALLBACK, LINKAUTH_ERROR_TRANSPORT_IO, connection_lost},
    {"register:too-long", STORE_CALLBACK, LINKAUTH_ERROR_REPLY_SECRET_LENGTH, secret_too_long},
    {"register:wrong-character", STORE_CALLBACK, LINKAUTH_ERROR_REPLY_SECRET_CHARACTER,
     wrong_character},
    {"register:other-device", STORE_CALLBACK, LINKAUTH_ERROR_REPLY_OTHER_DEVICE,
     of_another_device},
    {"register:rest", STORE_CALLBACK, LINKAUTH_ERROR_REPLY_NOT_JSON, rest_after_the_secret},
    {"register:not-stored", STORE_CALLBACK, LINKAUTH_ERROR_STORE_IO, cannot_be_stored},
    {"register:wrong-product-secret", STORE_CALLBACK, LINKAUTH_ERROR_ARGUMENT_CHARACTER,
     wrong_product_secret},
    {0},
};
