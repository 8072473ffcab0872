#define _GNU_SOURCE

#include "fleet.h"

#include "measure.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { NAME = 16, SECRET = 32 };

struct texts {
    char name[NAME + 1];
    char secret[SECRET];
};

/* Any that differ will do. */
static void draw_secret(uint64_t device, char secret[SECRET])
{
    uint64_t state = device;
    unsigned at;
    for (at = 0; at < SECRET; at++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        secret[at] = "0123456789abcdef"[state >> 60];
    }
}

struct fleet fleet_new(unsigned devices, size_t out_size)
{
    static const char product_key[] = "a1X2bEnP82z";
    struct texts *texts = measure_memory(devices * sizeof(*texts));
    struct identity *identities = measure_memory(devices * sizeof(*identities));
    /* Each thread has a ring, wherever its part begins. */
    size_t places = (size_t)devices + FLEET_RING;
    struct fleet fleet = {devices, identities, measure_memory(places * out_size)};
    unsigned at;
    memset(fleet.out, 1, places * out_size);
    for (at = 0; at < devices; at++) {
        snprintf(texts[at].name, sizeof(texts[at].name), "gateway_%08u", at % 100000000);
        draw_secret(at, texts[at].secret);
        identities[at] = (struct identity){product_key, sizeof(product_key) - 1, texts[at].name, NAME,
                                           texts[at].secret, SECRET};
    }
    return fleet;
}

/* Exact, which the counters of /proc/self/status are not. */
long fleet_resident_bytes(void)
{
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    char line[256];
    long kilobytes = -1;
    while (file != NULL && kilobytes < 0 && fgets(line, sizeof(line), file) != NULL)
        sscanf(line, "Rss: %ld kB", &kilobytes);
    if (file != NULL)
        fclose(file);
    return kilobytes * 1024;
}
