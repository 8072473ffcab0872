/* SPDX-License-Identifier: MIT OR Apache-2.0 */

#include "program.h"

#include "arithmetic.h"

#include <stdarg.h>
#include <string.h>

struct caller *caller;
linkauth_device device;
linkauth_sign_in_result result;
linkauth_psk_result psk_result;
linkauth_sign_in_options sign_in_options;
linkauth_registration_options registration_options;
linkauth_registration registration;
linkauth_transport transport;
linkauth_lean lean;
linkauth_secret_store secret_store;
linkauth_lean_memory lean_memory;
struct faults faults;

static linkauth_file_store file_store;
static linkauth_flash_store flash_store;
static linkauth_flash_secret_store flash_secret_store;
static linkauth_aead aead;

static linkauth_status load(void *user, const char *name, uint8_t *buffer, size_t capacity,
                            size_t *length)
{
    (void)user;
    (void)name;
    if (caller->record_length == 0 || caller->record_length > capacity) {
        return LINKAUTH_ERROR_STORE_ABSENT;
    }
    move_bytes(buffer, caller->record, caller->record_length);
    *length = caller->record_length;
    return LINKAUTH_OK;
}

static linkauth_status save(void *user, const char *name, const uint8_t *record, size_t length)
{
    (void)user;
    (void)name;
    if (faults.save != LINKAUTH_OK) {
        return faults.save;
    }
    move_bytes(caller->record, record, length);
    caller->record_length = length;
    if (faults.is_forgetful) {
        caller->record[length / 2] ^= 1;
    }
    return LINKAUTH_OK;
}

static linkauth_status erase(void *user, const char *name)
{
    (void)user;
    (void)name;
    caller->record_length = 0;
    return LINKAUTH_OK;
}

static linkauth_status load_secret(void *user, char *secret, size_t capacity, size_t *length)
{
    return load(user, NULL, (uint8_t *)secret, capacity, length);
}

static linkauth_status save_secret(void *user, const char *secret, size_t length)
{
    return save(user, NULL, (const uint8_t *)secret, length);
}

static linkauth_status flash_read(void *user, uint32_t slot, uint32_t offset, uint8_t *bytes,
                                  size_t length)
{
    (void)user;
    move_bytes(bytes, caller->flash[slot] + offset, length);
    return LINKAUTH_OK;
}

static linkauth_status flash_program(void *user, uint32_t slot, uint32_t offset,
                                     const uint8_t *bytes, size_t length)
{
    (void)user;
    move_bytes(caller->flash[slot] + offset, bytes, length);
    return LINKAUTH_OK;
}

static linkauth_status flash_erase(void *user, uint32_t slot)
{
    (void)user;
    memset(caller->flash[slot], 0xff, sizeof(caller->flash[slot]));
    return LINKAUTH_OK;
}

static linkauth_status draw(void *user, uint8_t *bytes, size_t length)
{
    size_t at;
    (void)user;
    for (at = 0; at < length; at++) {
        bytes[at] = (uint8_t)(FIRST_RANDOM_BYTE + at);
    }
    return LINKAUTH_OK;
}

static linkauth_status fetch_key(void *user, uint8_t *key)
{
    const struct secrets *secrets = &caller->secrets;
    (void)user;
    move_bytes(key, faults.has_wrong_key ? secrets->other_key : secrets->key, KEY_LENGTH);
    return LINKAUTH_OK;
}

static int32_t play_open(void *user, const char *host, size_t length, uint16_t port,
                         uint32_t timeout_ms)
{
    (void)user, (void)host, (void)length, (void)port, (void)timeout_ms;
    caller->reply_at = 0;
    return 0;
}

static int32_t play_write(void *user, const uint8_t *bytes, size_t length, size_t *sent,
                          uint32_t timeout_ms)
{
    (void)user, (void)bytes, (void)timeout_ms;
    *sent = length;
    return 0;
}

static int32_t play_read(void *user, uint8_t *bytes, size_t capacity, size_t *received,
                         uint32_t timeout_ms)
{
    size_t left = caller->reply_length - caller->reply_at;
    (void)user, (void)timeout_ms;
    if (left == 0 && faults.transport != LINKAUTH_OK) {
        return faults.transport;
    }
    *received = left < capacity ? left : capacity;
    move_bytes(bytes, caller->reply + caller->reply_at, *received);
    caller->reply_at += *received;
    return 0;
}

static void play_close(void *user)
{
    (void)user;
}

static uint64_t play_now(void *user)
{
    (void)user;
    return 0;
}

int has_store(enum store store)
{
    return (store != STORE_SECRET || library.linkauth_lean_register != NULL)
        && (store != STORE_FLASH_SECRET || library.linkauth_flash_secret_store_init != NULL)
        && (store != STORE_FLASH || library.linkauth_flash_store_init != NULL)
        && (store != STORE_SEALED || library.linkauth_aead_init != NULL)
        && (store != STORE_FILE || library.linkauth_file_store_open != NULL);
}

static void erase_flash(linkauth_flash *flash)
{
    static const linkauth_flash EMPTY = {.struct_size = sizeof(EMPTY),
                                         .slot_size = sizeof(caller->flash[0]),
                                         .unit = 8,
                                         .erased = 0xff,
                                         .read = flash_read,
                                         .program = flash_program,
                                         .erase = flash_erase};
    *flash = EMPTY;
    memset(caller->flash, 0xff, sizeof(caller->flash));
}

static linkauth_status init_flash_store(linkauth_store *store)
{
    linkauth_flash flash;
    erase_flash(&flash);
    library.linkauth_flash_store_wipe(&flash_store);
    return library.linkauth_flash_store_init(&flash_store, sizeof(flash_store), &flash, store);
}

/** What a call without a device needs. */
static int make_lean(enum store kind, const char *name)
{
    static const linkauth_lean WHO = {.struct_size = sizeof(WHO),
                                      .product_key = "a1B2c3D4e5F",
                                      .product_key_length = 11,
                                      .device_name_length = LINKAUTH_NUL_TERMINATED,
                                      .random = draw};
    static const linkauth_secret_store CALLBACKS = {
        .struct_size = sizeof(CALLBACKS), .load = load_secret, .save = save_secret};
    linkauth_flash flash;
    lean = WHO;
    lean.device_name = name;
    lean.product_secret = caller->secrets.product_secret;
    lean.product_secret_length = SECRET_LENGTH;
    secret_store = CALLBACKS;
    if (kind == STORE_SECRET) {
        return 1;
    }
    erase_flash(&flash);
    library.linkauth_flash_secret_store_wipe(&flash_secret_store);
    return library.linkauth_flash_secret_store_init(&flash_secret_store, sizeof(flash_secret_store),
                                                    &flash, &lean, &secret_store)
        == LINKAUTH_OK;
}

static linkauth_status make_store(enum store kind, linkauth_store *store)
{
    linkauth_store callbacks = {
        .struct_size = sizeof(callbacks), .load = load, .save = save, .erase = erase};
    store->struct_size = sizeof(*store);
    if (kind == STORE_FILE) {
        return library_file_store(&file_store, store);
    }
    if (kind == STORE_FLASH) {
        return init_flash_store(store);
    }
    *store = callbacks;
    return LINKAUTH_OK;
}

static void make_options(void)
{
    memset(&sign_in_options, 0, sizeof(sign_in_options));
    sign_in_options.struct_size = sizeof(sign_in_options);
    memset(&result, 0, sizeof(result));
    result.struct_size = sizeof(result);
    memset(&psk_result, 0, sizeof(psk_result));
    psk_result.struct_size = sizeof(psk_result);
    memset(&registration_options, 0, sizeof(registration_options));
    registration_options.struct_size = sizeof(registration_options);
    registration_options.product_secret = caller->secrets.product_secret;
    registration_options.product_secret_length = SECRET_LENGTH;
    memset(&transport, 0, sizeof(transport));
    transport.struct_size = sizeof(transport);
    transport.open = play_open;
    transport.write = play_write;
    transport.read = play_read;
    transport.close = play_close;
    transport.now_ms = play_now;
}

int make_device(enum store kind, const char *name)
{
    linkauth_store store = {0};
    linkauth_seal seal = {.struct_size = sizeof(seal)};
    linkauth_device_config config = {.struct_size = sizeof(config),
                                     .product_key = "a1B2c3D4e5F",
                                     .product_key_length = 11,
                                     .device_name = name,
                                     .device_name_length = LINKAUTH_NUL_TERMINATED,
                                     .random = draw};
    make_options();
    library.linkauth_registration_wipe(&registration);
    library.linkauth_device_wipe(&device);
    if (kind == STORE_SECRET || kind == STORE_FLASH_SECRET) {
        return make_lean(kind, name);
    }
    if (make_store(kind, &store) != LINKAUTH_OK) {
        return 0;
    }
    if (kind == STORE_SEALED) {
        library.linkauth_aead_wipe(&aead);
        /* The seventh argument goes over the stack: a plain call. */
        if (library.linkauth_aead_init(&aead, sizeof(aead), fetch_key, NULL, draw, NULL, &seal)
            != LINKAUTH_OK) {
            return 0;
        }
        config.seal = &seal;
    }
    config.store = kind == STORE_NONE ? NULL : &store;
    config.flags = faults.keeps_signals ? LINKAUTH_DEVICE_KEEP_SIGNALS : 0;
    return library.linkauth_device_init(&device, sizeof(device), &config) == LINKAUTH_OK
        && (kind != STORE_FILE || library.linkauth_store_erase(&device) == LINKAUTH_OK);
}

void store_a_secret(void)
{
    (void)!library.linkauth_store_secret(&device, caller->secrets.device_secret, SECRET_LENGTH);
}

/** One byte at a time: strlen would leave a secret in registers, and a signal would save them. */
static size_t length_of(const char *text)
{
    const volatile char *at = text;
    while (*at != '\0') {
        at++;
    }
    return (size_t)((const char *)at - text);
}

const char *spoil(const char *secret)
{
    move_bytes(caller->spoiled, secret, SECRET_LENGTH);
    caller->spoiled[SECRET_LENGTH] = ' ';
    return caller->spoiled;
}

const char *in_digits(unsigned number, unsigned base)
{
    static char digits[12];
    char *at = digits + sizeof(digits) - 1;
    do {
        *--at = "0123456789abcdef"[number % base];
        number /= base;
    } while (number > 0);
    return at;
}

static void put(const void *bytes, size_t length)
{
    move_bytes(caller->reply + caller->reply_length, bytes, length);
    caller->reply_length += length;
}

void reply_with(const char *text, ...)
{
    va_list more;
    caller->reply_length = caller->reply_at = 0;
    va_start(more, text);
    for (; text != NULL; text = va_arg(more, const char *)) {
        put(text, length_of(text));
    }
    va_end(more);
}

void reply_with_push(const char *topic, const char *text, ...)
{
    static const char CONNACK[] = {0x20, 2, 0, 0};
    size_t topic_length = strlen(topic), length = 2 + topic_length;
    const char *piece;
    char head[5];
    va_list more;
    va_start(more, text);
    for (piece = text; piece != NULL; piece = va_arg(more, const char *)) {
        length += length_of(piece);
    }
    va_end(more);
    head[0] = 0x30;
    head[1] = (char)(length & 0x7f) | (char)0x80;
    head[2] = (char)(length >> 7);
    head[3] = 0;
    head[4] = (char)topic_length;
    caller->reply_length = caller->reply_at = 0;
    put(CONNACK, sizeof(CONNACK));
    put(head, sizeof(head));
    put(topic, topic_length);
    va_start(more, text);
    for (piece = text; piece != NULL; piece = va_arg(more, const char *)) {
        put(piece, length_of(piece));
    }
    va_end(more);
}
