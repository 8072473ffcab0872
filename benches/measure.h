/*
 * Times: a core of our own, a clock, and what is said of many measurements.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef MEASURE_H
#define MEASURE_H

#include <stddef.h>

/* What a time that was measured in rounds comes to. */
struct spread {
    double minimum, median, maximum;
};

/* Keeps the calling thread on the last but `back` of the cores it may use. Returns that core. */
int measure_pin(int back);

/* Real-time scheduling for this thread and those it starts. Returns 0 where that is not allowed. */
int measure_real_time(void);

double measure_now(void); /* nanoseconds */

/* Sorts the values. */
struct spread measure_spread(double *values, size_t count);

/* Prints `"minimum": ..., "median": ..., "maximum": ...`. */
void measure_print(const struct spread *spread);

/* The number that a text is, or ends the program. */
unsigned measure_number(const char *text);

/* Memory, or ends the program. */
void *measure_memory(size_t size);

#endif
