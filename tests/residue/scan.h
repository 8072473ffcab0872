/*
 * Searches memory for what a secret leaves.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef SCAN_H_INCLUDED
#define SCAN_H_INCLUDED

#include "patterns.h"

struct findings {
    size_t windows, words;
};

/**
 * Counts the windows, and the aligned words but the known ones, that are in the patterns. NULL: none is
 * known.
 */
void scan(const struct patterns *patterns, const struct set *known, const void *memory,
          size_t length, struct findings *findings);

/** Adds each aligned word to a set: what is there before a secret is does not stem from it. */
void scan_known(struct set *known, const void *memory, size_t length);

#endif /* SCAN_H_INCLUDED */
