/*
 * What a power cut leaves of a disk, from the log of `disk`. A position is a length of the log.
 *
 *   rebuild positions <log>
 *       a line for each position: the position, and the number of writes not flushed there
 *   rebuild <what> <log> <position> <seed> <image> <bytes>
 *       makes the image; what: of the writes that were not flushed at that position,
 *       prefix    all are there
 *       flushed   none is
 *       writes    some are, in whole
 *       sectors   some of their sectors are
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#define _GNU_SOURCE

#include "log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum what { PREFIX, FLUSHED, WRITES, SECTORS, WHATS };

/* What a disk writes in whole or not at all. */
static const uint32_t sector_size = 512;

static const unsigned char *log_data;
static size_t log_length;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void read_log(const char *path)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    void *data;

    if (file < 0 || fstat(file, &status) != 0) {
        fail(path);
    }
    log_length = (size_t)status.st_size;
    data = mmap(NULL, log_length, PROT_READ, MAP_PRIVATE, file, 0);
    if (data == MAP_FAILED) {
        fail(path);
    }
    log_data = data;
    close(file);
}

/* The record at a position, and the position behind it; 0 at the end of the log. */
static size_t record_at(size_t position, struct log_record *record)
{
    if (log_length - position < sizeof(*record)) {
        return 0;
    }
    memcpy(record, log_data + position, sizeof(*record));
    if (log_length - position - sizeof(*record) < record->length) {
        return 0;
    }
    return position + sizeof(*record) + record->length;
}

static void print_positions(void)
{
    struct log_record record;
    size_t position = 0;
    size_t unflushed = 0;

    while ((position = record_at(position, &record)) != 0) {
        unflushed = record.kind == LOG_FLUSH ? 0 : unflushed + 1;
        printf("%zu %zu\n", position, unflushed);
    }
}

/* xorshift64*: the same states on every machine. */
static int is_there(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return (int)((*seed * 2685821657736338717u) >> 63);
}

static void put(int image, const struct log_record *record, size_t data, uint32_t from, uint32_t length)
{
    off_t offset = (off_t)(record->offset + from);

    if (pwrite(image, log_data + data + from, length, offset) != (ssize_t)length) {
        fail("write");
    }
}

static void rebuild(int image, enum what what, size_t end, uint64_t seed)
{
    struct log_record record;
    size_t flushed = 0;
    size_t position;
    size_t next;

    for (position = 0; position < end; position = next) {
        next = record_at(position, &record);
        if (next == 0 || next > end) {
            fputs("rebuild: no such position\n", stderr);
            exit(1);
        }
        if (record.kind == LOG_FLUSH) {
            flushed = next;
        }
    }
    for (position = 0; position < end; position = next) {
        size_t data = position + sizeof(record);
        uint32_t from;

        next = record_at(position, &record);
        if (record.kind != LOG_WRITE) {
            continue;
        }
        if (next <= flushed || what == PREFIX || (what == WRITES && is_there(&seed))) {
            put(image, &record, data, 0, record.length);
            continue;
        }
        for (from = 0; what == SECTORS && from < record.length; from += sector_size) {
            uint32_t rest = record.length - from;

            if (is_there(&seed)) {
                put(image, &record, data, from, rest < sector_size ? rest : sector_size);
            }
        }
    }
}

int main(int argc, char **argv)
{
    static const char *const names[WHATS] = {"prefix", "flushed", "writes", "sectors"};
    int what = 0;
    int image;

    if (argc == 3 && strcmp(argv[1], "positions") == 0) {
        read_log(argv[2]);
        print_positions();
        return 0;
    }
    while (argc == 7 && what < WHATS && strcmp(argv[1], names[what]) != 0) {
        what++;
    }
    if (argc != 7 || what == WHATS) {
        fputs("usage: rebuild positions <log>\n"
              "       rebuild <what> <log> <position> <seed> <image> <bytes>\n",
              stderr);
        return 2;
    }
    read_log(argv[2]);
    image = open(argv[5], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (image < 0 || ftruncate(image, (off_t)strtoll(argv[6], NULL, 10)) != 0) {
        fail(argv[5]);
    }
    /* The seed of a xorshift may not be 0. */
    rebuild(image, (enum what)what, (size_t)strtoull(argv[3], NULL, 10),
            strtoull(argv[4], NULL, 10) * 2 + 1);
    return close(image) == 0 ? 0 : 1;
}
