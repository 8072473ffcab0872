/*
 * Storing a secret, and what reads or rewrites a stored one.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "entries.h"

static linkauth_store_info info;
static linkauth_error_detail detail;

static struct invocation store_secret_of(const char *secret)
{
    struct invocation call = {FUNCTION(store_secret),
                              {(uintptr_t)&device, (uintptr_t)secret, SECRET_LENGTH}};
    return call;
}

static struct invocation store(void)
{
    return store_secret_of(caller->secrets.device_secret);
}

static struct invocation store_again(void)
{
    store_a_secret();
    return store_secret_of(caller->secrets.device_secret);
}

static struct invocation replace(void)
{
    store_a_secret();
    return store_secret_of(caller->secrets.other_secret);
}

static struct invocation replace_sealed_by_another_key(void)
{
    store_a_secret();
    faults.has_wrong_key = 1;
    return store_secret_of(caller->secrets.other_secret);
}

static struct invocation save_fails(void)
{
    faults.save = LINKAUTH_ERROR_STORE_FULL;
    return store();
}

static struct invocation read_back_differs(void)
{
    faults.is_forgetful = 1;
    return store();
}

static struct invocation wrong_character(void)
{
    struct invocation call = store_secret_of(spoil(caller->secrets.device_secret));
    call.arguments[2] = SECRET_LENGTH + 1;
    return call;
}

static struct invocation report(uint8_t code)
{
    struct invocation call = {FUNCTION(report_connack), {(uintptr_t)&device, code}};
    store_a_secret();
    return call;
}

static struct invocation accepted(void)
{
    return report(0);
}

static struct invocation refused(void)
{
    return report(4);
}

static struct invocation inspect(void)
{
    struct invocation call = {FUNCTION(store_inspect), {(uintptr_t)&device, (uintptr_t)&info}};
    info.struct_size = sizeof(info);
    store_a_secret();
    return call;
}

static struct invocation erase(void)
{
    struct invocation call = {FUNCTION(store_erase), {(uintptr_t)&device}};
    store_a_secret();
    return call;
}

static struct invocation error_detail(void)
{
    struct invocation call = {FUNCTION(device_error_detail),
                              {(uintptr_t)&device, (uintptr_t)&detail}};
    detail.struct_size = sizeof(detail);
    store_a_secret();
    return call;
}

/* Returns nothing; rax is cleared, or the address of the storage. */
static struct invocation wipe(void)
{
    struct invocation call = {FUNCTION(wipe), {(uintptr_t)caller->spoiled, SECRET_LENGTH}};
    move_bytes(caller->spoiled, caller->secrets.device_secret, SECRET_LENGTH);
    return call;
}

static struct invocation device_wipe(void)
{
    struct invocation call = {FUNCTION(device_wipe), {(uintptr_t)&device}};
    store_a_secret();
    return call;
}

const struct entry STORE_ENTRIES[] = {
    {"store_secret:callbacks", STORE_CALLBACK, LINKAUTH_OK, store},
    {"store_secret:file", STORE_FILE, LINKAUTH_OK, store},
    {"store_secret:flash", STORE_FLASH, LINKAUTH_OK, store},
    {"store_secret:sealed", STORE_SEALED, LINKAUTH_OK, store},
    {"store_secret:same", STORE_FILE, LINKAUTH_OK, store_again},
    {"store_secret:replace", STORE_FILE, LINKAUTH_OK, replace},
    {"store_secret:other-key", STORE_SEALED, LINKAUTH_OK, replace_sealed_by_another_key},
    {"store_secret:full", STORE_CALLBACK, LINKAUTH_ERROR_STORE_FULL, save_fails},
    {"store_secret:forgetful", STORE_CALLBACK, LINKAUTH_ERROR_STORE_DAMAGED, read_back_differs},
    {"store_secret:wrong-character", STORE_CALLBACK, LINKAUTH_ERROR_ARGUMENT_CHARACTER,
     wrong_character},
    {"report_connack:callbacks", STORE_CALLBACK, LINKAUTH_OK, accepted},
    {"report_connack:file", STORE_FILE, LINKAUTH_OK, accepted},
    {"report_connack:flash", STORE_FLASH, LINKAUTH_OK, accepted},
    {"report_connack:sealed", STORE_SEALED, LINKAUTH_OK, accepted},
    {"report_connack:refused", STORE_FILE, LINKAUTH_ERROR_CONNACK_CREDENTIALS, refused},
    {"store_inspect", STORE_FILE, LINKAUTH_OK, inspect},
    {"store_erase", STORE_FILE, LINKAUTH_OK, erase},
    {"device_error_detail", STORE_FILE, LINKAUTH_OK, error_detail},
    {"device_wipe", STORE_FILE, RETURNS_NOTHING, device_wipe},
    {"wipe", STORE_NONE, RETURNS_NOTHING, wipe},
    {0},
};
