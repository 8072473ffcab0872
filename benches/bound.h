/*
 * The bound: the five compressions of SHA-256 that the HMAC of a sign-in needs, and nothing else.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef BOUND_H
#define BOUND_H

enum { BOUND_BLOCKS = 5 };

/* How the compressions are computed, or NULL: then this processor has no SHA instructions. */
const char *bound_how(void);

/* Whether the compression is that of SHA-256. */
int bound_is_sha256(void);

/* Five compressions, each of which waits for the one before. */
void bound_once(void);

#endif
