#define _POSIX_C_SOURCE 200809L

#include "gateway_wait.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

/* The two signals are blocked meanwhile and taken here, so that the gateway wipes what it holds
   before it ends. */
int gateway_wait(uint32_t milliseconds)
{
    const uint64_t end = now_ms() + milliseconds;
    sigset_t ending, before;
    int taken;

    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    sigprocmask(SIG_BLOCK, &ending, &before);
    do {
        const uint64_t now = now_ms();
        const uint64_t left = end > now ? end - now : 0;
        struct timespec time;

        time.tv_sec = (time_t)(left / 1000u);
        time.tv_nsec = (long)(left % 1000u) * 1000000L;
        taken = sigtimedwait(&ending, NULL, &time);
    } while (taken < 0 && errno == EINTR); /* the handler of another signal ran, or the process was stopped */
    sigprocmask(SIG_SETMASK, &before, NULL);
    return taken < 0;
}
