/* SPDX-License-Identifier: MIT OR Apache-2.0 */

#include "scan.h"

#include <string.h>

void scan(const struct patterns *patterns, const struct set *known, const void *memory,
          size_t length, struct findings *findings)
{
    const unsigned char *bytes = memory;
    uint64_t window;
    uint32_t word;
    size_t at;
    for (at = 0; at + sizeof(window) <= length; at++) {
        memcpy(&window, bytes + at, sizeof(window));
        findings->windows += (size_t)set_has(&patterns->windows, window);
    }
    for (at = 0; at + sizeof(word) <= length; at += sizeof(word)) {
        memcpy(&word, bytes + at, sizeof(word));
        if (set_has(&patterns->words, word) && (known == NULL || !set_has(known, word))) {
            findings->words++;
        }
    }
}

void scan_known(struct set *known, const void *memory, size_t length)
{
    const unsigned char *bytes = memory;
    uint32_t word;
    size_t at;
    for (at = 0; at + sizeof(word) <= length; at += sizeof(word)) {
        memcpy(&word, bytes + at, sizeof(word));
        set_add(known, word);
    }
}
