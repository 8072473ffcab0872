/*
 * Many devices of one product, each with a DeviceName and DeviceSecret of its own, and room for what
 * their sign-ins give.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef FLEET_H
#define FLEET_H

#include "contender.h"

enum { FLEET_RING = 256 };

struct fleet {
    unsigned devices;
    const struct identity *identities;
    char *out;
};

/* The devices of a fleet that one thread signs in, and where their outputs go. */
struct part {
    unsigned first, end;
    unsigned thread;
    size_t out_size;
    int is_kept;
};

/* All memory is touched. Ends the program if there is too little. */
struct fleet fleet_new(unsigned devices, size_t out_size);

/* A place of its own for each device, or one of the thread's ring. */
static inline char *fleet_out(const struct fleet *fleet, struct part part, unsigned device)
{
    size_t place = part.is_kept ? device : part.first + (device - part.first) % FLEET_RING;
    return fleet->out + place * part.out_size;
}

/* What of this process is in memory now. */
long fleet_resident_bytes(void);

#endif
