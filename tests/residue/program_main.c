/*
 * The program under trace: makes one call, and is stopped where it returns.
 *
 *   program <library> <entry> <condition>
 *   program <library> --list                  the entries that the library has
 *
 * Conditions: under `signals` one arrives every 30 microseconds, and the call is made fifty times; under
 * `altstack` its handler runs on another stack; under `stepped` it does too, but it is the tracer that
 * sends a signal, and it finds a breakpoint before the call; `stepped-unblocked` is that with
 * LINKAUTH_DEVICE_KEEP_SIGNALS; under `quiet` there is none.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#define _GNU_SOURCE

#include "entries.h"
#include "linux.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>

static const struct entry *const GROUPS[] = {SIGN_IN_ENTRIES, STORE_ENTRIES, REGISTER_ENTRIES,
                                             STEP_ENTRIES,   LEAN_ENTRIES};
enum { GROUP_COUNT = sizeof(GROUPS) / sizeof(GROUPS[0]), REPEATS = 50 };

static void handle(int signal)
{
    (void)signal;
}

static int handle_signals(int on_other_stack)
{
    static char other[64 * 1024];
    stack_t stack = {.ss_sp = other, .ss_size = sizeof(other)};
    struct sigaction action = {.sa_handler = handle,
                               .sa_flags = SA_RESTART | (on_other_stack ? SA_ONSTACK : 0)};
    return sigaltstack(&stack, NULL) == 0 && sigaction(SIGALRM, &action, NULL) == 0;
}

static int disturb(void)
{
    struct itimerval often = {{0, 30}, {0, 30}};
    return setitimer(ITIMER_REAL, &often, NULL) == 0;
}

static void list(void)
{
    const struct entry *entry;
    size_t group;
    for (group = 0; group < GROUP_COUNT; group++) {
        for (entry = GROUPS[group]; entry->name != NULL; entry++) {
            if (has_store(entry->store)) {
                puts(entry->name);
            }
        }
    }
}

static const struct entry *find(const char *name)
{
    const struct entry *entry;
    size_t group;
    for (group = 0; group < GROUP_COUNT; group++) {
        for (entry = GROUPS[group]; entry->name != NULL; entry++) {
            if (strcmp(entry->name, name) == 0) {
                return entry;
            }
        }
    }
    return NULL;
}

static int is_expected(const struct entry *entry, linkauth_status status)
{
    return entry->expected == RETURNS_NOTHING || status == entry->expected;
}

static linkauth_status stop_before_and_after(const struct invocation *invocation)
{
    show_to_tracer(caller);
    return invoke_and_stop(invocation);
}

/** Makes the call as often as asked, the last time by way of `last`. */
static int run(const struct entry *entry, unsigned repeats,
               linkauth_status (*last)(const struct invocation *))
{
    struct invocation invocation;
    linkauth_status status = entry->expected;
    int keeps_signals = faults.keeps_signals;
    unsigned at;
    paint_stack();
    for (at = 1; at <= repeats && is_expected(entry, status); at++) {
        memset(&faults, 0, sizeof(faults));
        faults.keeps_signals = keeps_signals;
        caller->record_length = 0;
        if (!make_device(entry->store, "dev1")) {
            fprintf(stderr, "no device\n");
            return 2;
        }
        invocation = entry->prepare();
        if (repeats == 1) {
            paint_stack();
        }
        status = at < repeats ? invoke(&invocation) : last(&invocation);
    }
    if (!is_expected(entry, status)) {
        fprintf(stderr, "%s: %d, not %d\n", entry->name, (int)status, (int)entry->expected);
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct entry *entry;
    const char *condition;
    if (argc < 3 || !library_open(argv[1])) {
        return 2;
    }
    if (argc == 3) {
        list();
        return 0;
    }
    entry = find(argv[2]);
    caller = mmap(NULL, sizeof(*caller), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (entry == NULL || caller == MAP_FAILED) {
        return 2;
    }
    show_to_tracer(caller);
    condition = argv[3];
    faults.keeps_signals = strcmp(condition, "stepped-unblocked") == 0;
    if (strcmp(condition, "quiet") == 0) {
        return run(entry, 1, invoke_and_stop);
    }
    if (!handle_signals(strcmp(condition, "signals") != 0)) {
        return 2;
    }
    if (strncmp(condition, "stepped", 7) == 0) {
        return run(entry, 1, stop_before_and_after);
    }
    return disturb() ? run(entry, REPEATS, invoke_and_stop) : 2;
}
