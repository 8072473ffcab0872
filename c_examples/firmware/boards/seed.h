/*
 * Random bytes of a board without a generator: QEMU's host draws them for each start, and puts them
 * into memory. Each is handed out once, then there are no more.
 *
 * A product never does this. It has a true random number generator, or it draws from a DRBG whose
 * state is in flash, seeded at the factory and moved on before use. Not fit: a clock, a serial
 * number, a counter, rand(), the noise of an open ADC input.
 */
#ifndef SEED_H
#define SEED_H

#include "../board.h"

#define SEED_MAGIC "SEEDING"

typedef struct seed_page {
    char magic[8]; /* SEED_MAGIC */
    uint8_t bytes[120];
} seed_page;

/* Fails once the seed is used up, or if there is none. */
linkauth_status random_from_seed(const seed_page *seed, uint8_t *bytes, size_t length);

#endif
