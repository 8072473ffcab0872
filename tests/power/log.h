/*
 * The log that `disk` writes and `rebuild` reads: records of a head, and of a write its data.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef LOG_H_INCLUDED
#define LOG_H_INCLUDED

#include <stdint.h>

enum { LOG_WRITE = 1, LOG_FLUSH = 2 };

struct log_record {
    uint32_t kind;
    /* Bytes of data behind this head. */
    uint32_t length;
    /* Where on the disk they go. */
    uint64_t offset;
};

#endif
