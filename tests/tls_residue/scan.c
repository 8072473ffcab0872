/*
 * Runs a program that stops itself by SIGTRAP, takes a copy of all of its writable memory and registers
 * at each stop, and in the end searches them for secrets: for all that tests/residue looks for, by
 * every stretch of 8 bytes, and for the keys of a connection as they are.
 *
 *   scan <secret>... -- <what the stops are called, with | between> <program> [<argument>...]
 *
 * A secret is record:<store> for what is in the only record of a store, text:<file> for what is in a file,
 * or keys:<file> for all that is in a key log of TLS. They are read when the program has ended.
 * Prints a table, of places and counts alone. Ends with 0 if nothing was found, with 3 if something
 * was, with 77 if no process may be traced here, with 1 if it failed otherwise.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#define _GNU_SOURCE

#include "../residue/scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SHORTEST = 8, SECRETS = 16, COPIES = 512, NAME_SIZE = 64 };

struct secret {
    char name[NAME_SIZE];
    struct patterns patterns;
};

/* A mapping, or a set of registers, as it was at a stop. */
struct copy {
    int stop;
    char place[NAME_SIZE];
    unsigned char *bytes;
    size_t length;
};

static struct secret secrets[SECRETS];
static size_t secret_count;
static struct copy copies[COPIES];
static size_t copy_count;

static void give_up(const char *what)
{
    fprintf(stderr, "scan: %s: %s\n", what, strerror(errno));
    exit(1);
}

static size_t read_whole(const char *path, unsigned char *bytes, size_t capacity)
{
    int file = open(path, O_RDONLY);
    ssize_t length = file < 0 ? -1 : read(file, bytes, capacity);
    if (length < 0) {
        give_up(path);
    }
    close(file);
    return (size_t)length;
}

/* Room for the patterns of a secret of this length. */
static struct patterns *add_secret(const char *name, size_t length)
{
    struct secret *secret = &secrets[secret_count];
    if (secret_count == SECRETS || length < SHORTEST) {
        give_up(name);
    }
    snprintf(secret->name, sizeof(secret->name), "%s", name);
    patterns_begin(&secret->patterns);
    secret_count++;
    return &secret->patterns;
}

static void add_signing_secret(const char *name, const unsigned char *bytes, size_t length)
{
    if (length > PATTERN_SECRET_MAX) {
        give_up(name);
    }
    patterns_add_signing_secret(add_secret(name, length), bytes, length);
}

/* The last of the five fields behind 16 bytes, each with its length first. See docs/store.md. */
static void read_record(const char *path)
{
    unsigned char record[512];
    size_t length = read_whole(path, record, sizeof(record)), at = 16;
    unsigned field;
    for (field = 0; field < 4 && at < length; field++) {
        at += 1u + record[at];
    }
    if (at >= length || at + 1 + record[at] > length) {
        give_up(path);
    }
    add_signing_secret("DeviceSecret", record + at + 1, record[at]);
}

static void read_store(const char *folder)
{
    DIR *list = opendir(folder);
    struct dirent *entry;
    char path[PATH_MAX];
    if (list == NULL) {
        give_up(folder);
    }
    while ((entry = readdir(list)) != NULL) {
        if (strstr(entry->d_name, ".linkauth") != NULL) {
            snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
            read_record(path);
        }
    }
    closedir(list);
}

static void read_text(const char *path)
{
    unsigned char text[256];
    add_signing_secret("ProductSecret", text, read_whole(path, text, sizeof(text)));
}

/* Lines of a name, the random of the client and the secret, both in hexadecimal. */
static void read_keys(const char *path)
{
    FILE *log = fopen(path, "r");
    char line[512], name[NAME_SIZE], digits[256];
    if (log == NULL) {
        give_up(path);
    }
    while (fgets(line, sizeof(line), log) != NULL) {
        unsigned char key[128];
        size_t length = 0;
        unsigned byte;
        if (line[0] == '#' || sscanf(line, "%63s %*s %255s", name, digits) != 2) {
            continue;
        }
        while (length < sizeof(key) && sscanf(digits + 2 * length, "%2x", &byte) == 1) {
            key[length++] = (unsigned char)byte;
        }
        patterns_add_bytes(add_secret(name, length), key, length);
    }
    fclose(log);
}

static void read_secrets(const char *what)
{
    if (strncmp(what, "record:", 7) == 0) {
        read_store(what + 7);
    } else if (strncmp(what, "text:", 5) == 0) {
        read_text(what + 5);
    } else if (strncmp(what, "keys:", 5) == 0) {
        read_keys(what + 5);
    }
}

/* Room for `length` bytes of the stop. */
static unsigned char *take(int stop, const char *place, size_t length)
{
    struct copy *copy = &copies[copy_count];
    if (copy_count == COPIES || (copy->bytes = malloc(length)) == NULL) {
        give_up("too much to keep");
    }
    copy->stop = stop;
    copy->length = length;
    snprintf(copy->place, sizeof(copy->place), "%s", place);
    copy_count++;
    return copy->bytes;
}

static void take_registers(int stop, pid_t child)
{
    static const struct { const char *name; int set; } SETS[] = {
        {"general registers", 1 /* NT_PRSTATUS */},
        {"floating-point registers", 2 /* NT_PRFPREG */},
        {"all vector registers", 0x202 /* NT_X86_XSTATE, elsewhere refused */},
    };
    unsigned char registers[16384];
    size_t at;
    for (at = 0; at < sizeof(SETS) / sizeof(SETS[0]); at++) {
        struct iovec vector = {registers, sizeof(registers)};
        if (ptrace(PTRACE_GETREGSET, child, (void *)(intptr_t)SETS[at].set, &vector) == 0) {
            memcpy(take(stop, SETS[at].name, vector.iov_len), registers, vector.iov_len);
        } else if (at == 0) {
            give_up("registers");
        }
    }
}

static void take_memory(int stop, int memory, unsigned long start, unsigned long end, const char *place)
{
    size_t length = end - start;
    if (pread(memory, take(stop, place, length), length, (off_t)start) != (ssize_t)length) {
        give_up(place);
    }
}

static unsigned long stack_pointer(pid_t child)
{
#if defined(__x86_64__)
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, child, NULL, &registers) == 0) {
        return registers.rsp;
    }
#else
    (void)child;
#endif
    return 0;
}

/* The stack is told apart at the stack pointer: what lies below it is left over. */
static void take_process(int stop, pid_t child)
{
    char path[64], line[PATH_MAX + 128];
    unsigned long start, end, pointer = stack_pointer(child);
    int memory;
    FILE *maps;
    snprintf(path, sizeof(path), "/proc/%d/mem", (int)child);
    memory = open(path, O_RDONLY);
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)child);
    maps = fopen(path, "r");
    if (memory < 0 || maps == NULL) {
        give_up(path);
    }
    while (fgets(line, sizeof(line), maps) != NULL) {
        char permissions[8], name[PATH_MAX] = "";
        const char *base;
        if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %4095s", &start, &end, permissions, name) < 3
            || strncmp(permissions, "rw", 2) != 0) {
            continue;
        }
        base = strrchr(name, '/') != NULL ? strrchr(name, '/') + 1 : name[0] != 0 ? name : "anonymous";
        if (start < pointer && pointer < end) {
            take_memory(stop, memory, start, pointer, "stack, below the stack pointer");
            take_memory(stop, memory, pointer, end, "stack, in use");
        } else {
            take_memory(stop, memory, start, end, base);
        }
    }
    fclose(maps);
    close(memory);
    take_registers(stop, child);
}

static pid_t start(char **arguments)
{
    pid_t child = fork();
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) {
            _exit(77);
        }
        execv(arguments[0], arguments);
        _exit(127);
    }
    return child;
}

/* What was found in one copy. */
static unsigned search_copy(const struct copy *copy)
{
    unsigned found = 0;
    size_t at;
    for (at = 0; at < secret_count; at++) {
        struct findings findings = {0, 0};
        scan(&secrets[at].patterns, NULL, copy->bytes, copy->length, &findings);
        if (findings.windows > 0) {
            printf("|   %-44s | %-32s | %7zu |\n", copy->place, secrets[at].name, findings.windows);
        }
        found += (unsigned)findings.windows;
    }
    return found;
}

/* One table for each stop, of the places where something was found. */
static unsigned search(char *names)
{
    unsigned found = 0;
    int stop = 0;
    char *name = strtok(names, "|");
    for (; name != NULL; name = strtok(NULL, "|")) {
        size_t at, searched = 0;
        unsigned found_here = 0;
        stop++;
        printf("| %-46s | %-32s | windows |\n", name, "secret");
        for (at = 0; at < copy_count; at++) {
            if (copies[at].stop == stop) {
                found_here += search_copy(&copies[at]);
                searched += copies[at].length;
            }
        }
        printf("|   %-44s | %-32s | %7u |\n", "all", "all", found_here);
        printf("  searched: %zu bytes for %zu secrets\n", searched, secret_count);
        if (searched == 0) {
            give_up("there was no such stop");
        }
        found += found_here;
    }
    return found;
}

/* Runs the program to its end, and returns how it ended. */
static int run(char **arguments)
{
    int status = 0, stop = -1;
    pid_t child = start(arguments);
    /* The first stop is that of execve. */
    while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
        int signal = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
        if (signal == 0 && ++stop > 0) {
            take_process(stop, child);
        }
        ptrace(PTRACE_CONT, child, NULL, (void *)(intptr_t)signal);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

int main(int count, char **arguments)
{
    int first = 1, code, at;
    unsigned found;
    while (first < count && strcmp(arguments[first], "--") != 0) {
        first++;
    }
    if (first < 2 || first + 2 >= count) {
        fprintf(stderr, "usage: scan <secret>... -- <stops> <program> [<argument>...]\n");
        return 1;
    }
    code = run(arguments + first + 2);
    if (code != 0) {
        fprintf(stderr, "scan: the program ended with %d\n", code);
        return code == 77 ? 77 : 1;
    }
    for (at = 1; at < first; at++) {
        read_secrets(arguments[at]);
    }
    if (secret_count == 0) {
        fprintf(stderr, "scan: there is no secret to search for\n");
        return 1;
    }
    found = search(arguments[first + 1]);
    printf("found: %u\n", found);
    return found == 0 ? 0 : 3;
}
