/*
 * What opening a shared library costs a process that has opened none before. Prints JSON.
 *
 *   loading <library>
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#define _GNU_SOURCE

#include "measure.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct resident {
    long all, changed; /* kilobytes; `changed` are private and dirty */
};

static long field(const char *text, const char *name)
{
    const char *found = strstr(text, name);
    return found == NULL ? -1 : strtol(found + strlen(name), NULL, 10);
}

/* Without stdio, whose buffers would be counted. The counters of /proc/self/status are not exact. */
static struct resident resident(void)
{
    static char text[4096];
    int file = open("/proc/self/smaps_rollup", O_RDONLY);
    ssize_t length = file < 0 ? -1 : read(file, text, sizeof(text) - 1);
    close(file);
    text[length < 0 ? 0 : length] = '\0';
    return (struct resident){field(text, "\nRss:"), field(text, "\nPrivate_Dirty:")};
}

int main(int argc, char **argv)
{
    struct resident before, after;
    double begin, end;
    if (argc != 2) {
        fprintf(stderr, "usage: loading <library>\n");
        return 2;
    }
    measure_pin(0);
    measure_real_time();
    measure_now();
    resident(); /* what the measuring itself touches */
    before = resident();
    begin = measure_now();
    if (dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    end = measure_now();
    after = resident();
    printf("{\"nanoseconds\": %.0f, \"resident_kb\": %ld, \"changed_kb\": %ld}\n", end - begin, after.all - before.all,
           after.changed - before.changed);
    return 0;
}
