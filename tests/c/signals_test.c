/*
 * While a secret is in use every signal of the thread is blocked, those apart by which a C library reaches its own
 * threads; afterwards the mask is as it was.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#define _GNU_SOURCE

#include "check.h"
#include "fixture.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

static struct bench bench;
static sigset_t within;
static unsigned looked;
static volatile sig_atomic_t arrived;

static void arrives(int signal)
{
    (void)signal;
    arrived = 1;
}

static void look(void *unused)
{
    (void)unused;
    looked++;
    CHECK(pthread_sigmask(SIG_SETMASK, NULL, &within) == 0);
    CHECK(raise(SIGUSR1) == 0);
    CHECK(!arrived || (bench.config.flags & LINKAUTH_DEVICE_KEEP_SIGNALS) != 0);
}

static int is_blocked(int signal) { return sigismember(&within, signal) == 1; }

/** Stores a secret with SIGUSR2 blocked, which then must be all that is. */
static void store(uint32_t flags)
{
    sigset_t before, after;
    int signal;
    bench_prepare(&bench);
    bench.config.flags = flags;
    bench.memory.within = look;
    CHECK_STATUS(LINKAUTH_OK, linkauth_device_init(&bench.device, sizeof(bench.device), &bench.config));
    sigemptyset(&before);
    sigaddset(&before, SIGUSR2);
    CHECK(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
    looked = 0;
    arrived = 0;
    CHECK_STATUS(LINKAUTH_OK, linkauth_store_secret(&bench.device, DEVICE_SECRET, LINKAUTH_NUL_TERMINATED));
    CHECK(looked > 0);
    CHECK(arrived);
    CHECK(pthread_sigmask(SIG_SETMASK, NULL, &after) == 0);
    for (signal = 1; signal < SIGRTMAX; signal++) {
        CHECK(sigismember(&after, signal) == (signal == SIGUSR2));
    }
}

static void all_are_blocked_within(void)
{
    int signal;
    store(0);
    for (signal = 1; signal < 32; signal++) {
        CHECK(is_blocked(signal) == (signal != SIGKILL && signal != SIGSTOP));
    }
    for (signal = SIGRTMIN; signal <= SIGRTMAX; signal++) {
        CHECK(is_blocked(signal) || signal < 35);
    }
}

static void a_device_may_leave_them_alone(void)
{
    int signal;
    store(LINKAUTH_DEVICE_KEEP_SIGNALS);
    for (signal = 1; signal < 32; signal++) {
        CHECK(is_blocked(signal) == (signal == SIGUSR2));
    }
}

int main(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_handler = arrives;
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    RUN(all_are_blocked_within);
    RUN(a_device_may_leave_them_alone);
    return check_end();
}
