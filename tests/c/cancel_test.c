/*
 * A thread that is cancelled ends behind the call, not within it: the secret is stored, and neither the
 * lock nor blocked signals stay behind. libc's own calls end it where it stands, as the control shows.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#define _GNU_SOURCE

#include "folder.h"

#include <pthread.h>

static linkauth_status stored;
static int got_past;

/* Cancelled from its first instruction on: it ends at the first place where a thread can. */
static void *stores_a_secret(void *unused)
{
    (void)unused;
    pthread_cancel(pthread_self());
    stored = store_secret(DEVICE_SECRET);
    got_past = 1;
    pthread_testcancel();
    return NULL;
}

static void *syncs(void *descriptor)
{
    pthread_cancel(pthread_self());
    fsync(*(int *)descriptor);
    got_past = 1;
    return NULL;
}

static void is_cancelled(void *(*run)(void *), void *argument)
{
    pthread_t thread;
    void *result = NULL;
    got_past = 0;
    CHECK(pthread_create(&thread, NULL, run, argument) == 0);
    CHECK(pthread_join(thread, &result) == 0);
    CHECK(result == PTHREAD_CANCELED);
}

static void a_secret_is_stored_to_the_end(void)
{
    if (begin_in_folder()) {
        stored = -1;
        is_cancelled(stores_a_secret, NULL);
        CHECK(got_past);
        CHECK_STATUS(LINKAUTH_OK, stored);
        CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
        end_in_folder();
    }
}

static void control_a_call_of_libc_is_not(void)
{
    int descriptor = STDIN_FILENO;
    is_cancelled(syncs, &descriptor);
    CHECK(!got_past);
}

int main(void)
{
    RUN(a_secret_is_stored_to_the_end);
    RUN(control_a_call_of_libc_is_not);
    return check_end();
}
