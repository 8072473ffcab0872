/*
 * Registering and signing in without a device, over each store of a secret, and in each kind of failure.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "entries.h"
#include "replies.h"

static struct invocation registering(void)
{
    struct invocation call = {FUNCTION(lean_register),
                              {(uintptr_t)&lean, (uintptr_t)&secret_store, (uintptr_t)&transport,
                               (uintptr_t)&lean_memory, sizeof(lean_memory)}};
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
    call.function = FUNCTION(lean_register_mqtt);
    reply_with_push("/ext/register", BEFORE_PUSHED_SECRET, caller->secrets.device_secret,
                    AFTER_PUSHED, NULL);
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

static struct invocation cannot_be_stored(void)
{
    faults.save = LINKAUTH_ERROR_STORE_IO;
    return over_https();
}

static struct invocation is_forgotten(void)
{
    faults.is_forgetful = 1;
    return over_https();
}

static struct invocation wrong_product_secret(void)
{
    struct invocation call = over_https();
    lean.product_secret = spoil(caller->secrets.product_secret);
    lean.product_secret_length = SECRET_LENGTH + 1;
    return call;
}

static struct invocation signing_in(void)
{
    struct invocation call = {FUNCTION(lean_sign_in),
                              {(uintptr_t)&lean, (uintptr_t)&secret_store,
                               (uintptr_t)caller->buffer}};
    return call;
}

/** After a registration, whose traces are not looked at. */
static struct invocation sign_in(void)
{
    struct invocation call = over_https();
    (void)!invoke(&call);
    return signing_in();
}

static struct invocation again(void)
{
    (void)sign_in();
    return over_https();
}

static struct invocation sign_in_as_nobody(void)
{
    struct invocation call = sign_in();
    lean.device_name = "dev";
    return call;
}

const struct entry LEAN_ENTRIES[] = {
    {"lean_register", STORE_SECRET, LINKAUTH_OK, over_https},
    {"lean_register:flash", STORE_FLASH_SECRET, LINKAUTH_OK, over_https},
    {"lean_register:mqtt", STORE_SECRET, LINKAUTH_OK, over_mqtt},
    {"lean_register:mqtt-flash", STORE_FLASH_SECRET, LINKAUTH_OK, over_mqtt},
    {"lean_register:refused", STORE_SECRET, LINKAUTH_ERROR_PLATFORM_ALREADY_ACTIVE, refused},
    {"lean_register:cut-short", STORE_SECRET, LINKAUTH_ERROR_REPLY_NOT_JSON, cut_after_the_secret},
    {"lean_register:lost", STORE_SECRET, LINKAUTH_ERROR_TRANSPORT_IO, connection_lost},
    {"lean_register:too-long", STORE_SECRET, LINKAUTH_ERROR_REPLY_SECRET_LENGTH, secret_too_long},
    {"lean_register:not-stored", STORE_SECRET, LINKAUTH_ERROR_STORE_IO, cannot_be_stored},
    {"lean_register:forgotten", STORE_SECRET, LINKAUTH_ERROR_STORE_READ_BACK, is_forgotten},
    {"lean_register:wrong-product-secret", STORE_SECRET, LINKAUTH_ERROR_ARGUMENT_CHARACTER,
     wrong_product_secret},
    {"lean_register:again", STORE_SECRET, LINKAUTH_ERROR_ALREADY_REGISTERED, again},
    {"lean_register:again-flash", STORE_FLASH_SECRET, LINKAUTH_ERROR_ALREADY_REGISTERED, again},
    {"lean_sign_in", STORE_SECRET, LINKAUTH_OK, sign_in},
    {"lean_sign_in:flash", STORE_FLASH_SECRET, LINKAUTH_OK, sign_in},
    {"lean_sign_in:wrong-name", STORE_SECRET, LINKAUTH_ERROR_ARGUMENT_TOO_SHORT, sign_in_as_nobody},
    {0},
};
