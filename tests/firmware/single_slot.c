#include "single_slot.h"

#include <string.h>

enum { UNIT_MAX = 32 };

static const linkauth_flash *flash;

/* The record's length is in its fifth and sixth byte. */
static linkauth_status load(void *user, const char *name, uint8_t *buffer, size_t capacity, size_t *length)
{
    (void)user;
    (void)name;
    if (flash->read(flash->user, 0, 0, buffer, capacity) != LINKAUTH_OK)
        return LINKAUTH_ERROR_STORE_IO;
    if (buffer[0] == 0xFF)
        return LINKAUTH_ERROR_STORE_ABSENT;
    *length = (size_t)(buffer[4] | buffer[5] << 8);
    return *length <= capacity ? LINKAUTH_OK : LINKAUTH_ERROR_STORE_DAMAGED;
}

static linkauth_status save(void *user, const char *name, const uint8_t *record, size_t length)
{
    uint8_t unit[UNIT_MAX];
    size_t at, part;
    linkauth_status status = flash->erase(flash->user, 0);

    (void)user;
    (void)name;
    for (at = 0; status == LINKAUTH_OK && at < length; at += flash->unit) {
        part = length - at < flash->unit ? length - at : flash->unit;
        memset(unit, 0xFF, sizeof unit);
        memcpy(unit, record + at, part);
        status = flash->program(flash->user, 0, (uint32_t)at, unit, flash->unit);
    }
    return status;
}

void single_slot_store(const linkauth_flash *slots, linkauth_store *store)
{
    flash = slots;
    store->load = load;
    store->save = save;
}
