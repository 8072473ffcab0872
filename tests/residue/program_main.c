/*
 * The program under trace: makes one call, and is stopped where it returns.
 *
 *   program <library> <entry> <condition>     condition: quiet, signals, altstack, unblocked
 *   program <library> --list                  the entries that the library has
 *
 * Under `signals` one arrives every 30 microseconds, and the call is made fifty times; under
 * `altstack` its handler runs on another stack; `unblocked` is that with
 * LINKAUTH_DEVICE_KEEP_SIGNALS.
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

static int disturb(int on_other_stack)
{
    static char other[64 * 1024];
    stack_t stack = {.ss_sp = other, .ss_size = sizeof(other)};
    struct sigaction action = {.sa_handler = handle,
                               .sa_flags = SA_RESTART | (on_other_stack ? SA_ONSTACK : 0)};
    struct itimerval often = {{0, 30}, {0, 30}};
    return sigaltstack(&stack, NULL) == 0 && sigaction(SIGALRM, &action, NULL) == 0
        && setitimer(ITIMER_REAL, &often, NULL) == 0;
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

/** Makes the call as often as asked, the last time up to the breakpoint. */
static int run(const struct entry *entry, unsigned repeats)
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
        status = at < repeats ? invoke(&invocation) : invoke_and_stop(&invocation);
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
    int is_quiet;
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
    is_quiet = strcmp(argv[3], "quiet") == 0;
    faults.keeps_signals = strcmp(argv[3], "unblocked") == 0;
    if (!is_quiet && !disturb(strcmp(argv[3], "signals") != 0)) {
        return 2;
    }
    return run(entry, is_quiet ? 1 : REPEATS);
}
