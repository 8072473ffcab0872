#define _GNU_SOURCE

#include "measure.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PRIORITY = 10 };

int measure_pin(int back)
{
    cpu_set_t allowed, one;
    int core;
    CPU_ZERO(&allowed);
    sched_getaffinity(0, sizeof(allowed), &allowed);
    for (core = CPU_SETSIZE - 1; core > 0; core--)
        if (CPU_ISSET(core, &allowed) && back-- == 0)
            break;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    sched_setaffinity(0, sizeof(one), &one);
    return core;
}

int measure_real_time(void)
{
    struct sched_param parameters = {.sched_priority = PRIORITY};
    return sched_setscheduler(0, SCHED_FIFO, &parameters) == 0;
}

double measure_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int ascending(const void *left, const void *right)
{
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

struct spread measure_spread(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), ascending);
    return (struct spread){values[0], values[count / 2], values[count - 1]};
}

void measure_print(const struct spread *spread)
{
    printf("\"minimum\": %.2f, \"median\": %.2f, \"maximum\": %.2f", spread->minimum, spread->median, spread->maximum);
}

unsigned measure_number(const char *text)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    if (*text == '\0' || *end != '\0' || number == 0 || number > 100000000) {
        fprintf(stderr, "not a number: %s\n", text);
        exit(2);
    }
    return (unsigned)number;
}

void *measure_memory(size_t size)
{
    void *memory = calloc(1, size);
    if (memory == NULL) {
        perror("memory");
        exit(2);
    }
    return memory;
}
