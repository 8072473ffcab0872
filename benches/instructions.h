/*
 * Instructions of a call, counted exactly: a child executes them one by one under ptrace, between two
 * breakpoints, with the processor it has. valgrind would hide its SHA instructions.
 *
 * A string instruction with a rep prefix counts once, as in the processor's own counters; of a system
 * call only the instruction that enters the kernel counts.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef INSTRUCTIONS_H
#define INSTRUCTIONS_H

#include "contender.h"

/* The instructions of one sign-in after another, calling it included; -1 where they cannot be counted. */
long instructions_count(const struct contender *contender, const struct identity *who);

#endif
