#include "seed.h"

#include <string.h>

linkauth_status random_from_seed(const seed_page *seed, uint8_t *bytes, size_t length)
{
    static size_t used;

    if (memcmp(seed->magic, SEED_MAGIC, sizeof seed->magic) != 0 || length > sizeof seed->bytes - used)
        return LINKAUTH_ERROR_RANDOM_FAILED;
    memcpy(bytes, seed->bytes + used, length);
    used += length;
    return LINKAUTH_OK;
}
