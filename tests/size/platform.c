#include "platform.h"

enum { SLOT = 512, UNIT = 8 };

static uint8_t slots[2][SLOT];
static uint8_t record[LINKAUTH_RECORD_MAX];
static size_t record_length;
static int is_failing;

static linkauth_status load_record(void *user, const char *name, uint8_t *buffer, size_t capacity, size_t *length)
{
    size_t at;

    (void)user, (void)name, (void)capacity;
    if (record_length == 0)
        return LINKAUTH_ERROR_STORE_ABSENT;
    for (at = 0; at < record_length; at++)
        buffer[at] = record[at];
    *length = record_length;
    return LINKAUTH_OK;
}

static linkauth_status save_record(void *user, const char *name, const uint8_t *bytes, size_t length)
{
    (void)user, (void)name;
    if (is_failing)
        return LINKAUTH_ERROR_STORE_IO;
    for (record_length = 0; record_length < length; record_length++)
        record[record_length] = bytes[record_length];
    return LINKAUTH_OK;
}

static linkauth_status erase_record(void *user, const char *name)
{
    (void)user, (void)name;
    record_length = 0;
    return LINKAUTH_OK;
}

const linkauth_store record_store = {
    .struct_size = sizeof record_store, .load = load_record, .save = save_record, .erase = erase_record,
};

static linkauth_status load_secret(void *user, char *secret, size_t capacity, size_t *length)
{
    return load_record(user, NULL, (uint8_t *)secret, capacity, length);
}

static linkauth_status save_secret(void *user, const char *secret, size_t length)
{
    return save_record(user, NULL, (const uint8_t *)secret, length);
}

const linkauth_secret_store kept_secret = {sizeof kept_secret, 0, NULL, load_secret, save_secret};

void forget_secret(void)
{
    record_length = 0;
}

static linkauth_status flash_read(void *user, uint32_t slot, uint32_t offset, uint8_t *bytes, size_t length)
{
    (void)user;
    while (length-- > 0)
        *bytes++ = slots[slot][offset++];
    return LINKAUTH_OK;
}

static linkauth_status flash_program(void *user, uint32_t slot, uint32_t offset, const uint8_t *bytes, size_t length)
{
    (void)user;
    if (is_failing)
        return LINKAUTH_ERROR_STORE_IO;
    while (length-- > 0)
        slots[slot][offset++] &= *bytes++;
    return LINKAUTH_OK;
}

static linkauth_status flash_erase(void *user, uint32_t slot)
{
    volatile uint8_t *at;

    (void)user;
    for (at = slots[slot]; at < slots[slot] + SLOT; at++)
        *at = 0xff;
    return LINKAUTH_OK;
}

const linkauth_flash ram_flash = {
    sizeof ram_flash, SLOT, UNIT, 0xff, NULL, flash_read, flash_program, flash_erase, NULL,
};

void ram_flash_erase(void)
{
    (void)flash_erase(NULL, 0);
    (void)flash_erase(NULL, 1);
}

void saving_fails(int fails)
{
    is_failing = fails;
}

linkauth_status counting_random(void *user, uint8_t *bytes, size_t length)
{
    static uint8_t count;

    (void)user;
    while (length-- > 0)
        *bytes++ = count++;
    return LINKAUTH_OK;
}

static const char *reply;
static size_t reply_length;

void platform_answers(const char *answer, size_t length)
{
    reply = answer;
    reply_length = length;
}

static int32_t open_connection(void *user, const char *host, size_t length, uint16_t port, uint32_t timeout_ms)
{
    (void)user, (void)host, (void)length, (void)port, (void)timeout_ms;
    return LINKAUTH_OK;
}

static int32_t write_bytes(void *user, const uint8_t *data, size_t length, size_t *sent, uint32_t timeout_ms)
{
    (void)user, (void)data, (void)timeout_ms;
    *sent = length;
    return LINKAUTH_OK;
}

static int32_t read_bytes(void *user, uint8_t *data, size_t capacity, size_t *received, uint32_t timeout_ms)
{
    size_t at;

    (void)user, (void)timeout_ms;
    for (at = 0; at < capacity && reply_length > 0; at++, reply_length--)
        data[at] = (uint8_t)*reply++;
    *received = at;
    return LINKAUTH_OK;
}

static void close_connection(void *user)
{
    (void)user;
}

static uint64_t now_ms(void *user)
{
    (void)user;
    return 1;
}

const linkauth_transport platform_transport = {
    sizeof platform_transport, 0, NULL, open_connection, write_bytes, read_bytes, close_connection, now_ms,
};
