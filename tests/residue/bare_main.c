/*
 * The program under search as firmware. A debugger (tests/firmware/residue.py) stops it at
 * `wants_secrets`, writes fresh ones and the number of an entry, and stops it again where that call
 * has returned.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "board.h"
#include "entries.h"

#include <string.h>

static const struct entry *const GROUPS[] = {SIGN_IN_ENTRIES, STORE_ENTRIES, REGISTER_ENTRIES,
                                             STEP_ENTRIES,   LEAN_ENTRIES};

struct caller caller_memory;
/** Which entry is next, and its name for the debugger; an empty one after the last. */
volatile uint32_t next_entry;
char next_name[48];
/** What the entry's call returned, and whether that is as it must be. */
volatile int32_t last_status;
volatile uint32_t is_as_expected;

__attribute__((noinline)) void wants_secrets(void)
{
    __asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) void has_judged(void)
{
    __asm__ volatile("" ::: "memory");
}

static const struct entry *entry_at(uint32_t index)
{
    const struct entry *entry;
    size_t group;
    for (group = 0; group < sizeof(GROUPS) / sizeof(GROUPS[0]); group++) {
        for (entry = GROUPS[group]; entry->name != NULL; entry++) {
            if (has_store(entry->store) && index-- == 0) {
                return entry;
            }
        }
    }
    return NULL;
}

static void run(const struct entry *entry)
{
    struct invocation invocation;
    memset(&faults, 0, sizeof(faults));
    caller->record_length = 0;
    is_as_expected = 0;
    if (make_device(entry->store, "dev1")) {
        invocation = entry->prepare();
        last_status = invoke_and_stop(&invocation);
        is_as_expected = entry->expected == RETURNS_NOTHING || last_status == entry->expected;
    }
    has_judged();
}

int main(void)
{
    const struct entry *entry;
    board_start();
    caller = &caller_memory;
    for (;;) {
        entry = entry_at(next_entry);
        strncpy(next_name, entry == NULL ? "" : entry->name, sizeof(next_name) - 1);
        wants_secrets();
        entry = entry_at(next_entry);
        if (entry == NULL) {
            board_exit(0);
        }
        run(entry);
    }
}
