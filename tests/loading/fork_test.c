/*
 * A process forks while its threads are within linkauth. The child has one thread, and whatever another held
 * in the parent stays held for ever there: it must sign in all the same, with a device of its own and with
 * its copy of one of the parent's.
 */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "opened.h"

enum { FORKS = 200, THREADS = 3 };

static const opened linked = {NULL, linkauth_device_init, linkauth_device_wipe, linkauth_sign_in, linkauth_wipe};
static volatile sig_atomic_t is_over;
static pthread_barrier_t begun;

static void *sign_in_all_the_time(void *result)
{
    int *is_right = result;

    *is_right = opened_signs_in(&linked);
    pthread_barrier_wait(&begun);
    while (!is_over)
        *is_right = *is_right && opened_signs_in(&linked);
    return NULL;
}

static int child_signs_in(linkauth_device *device)
{
    int state = 0;
    pid_t child = fork();

    if (child == 0)
        _exit(opened_signs_in(&linked) && opened_signs_in_with(&linked, device) ? 0 : 1);
    return child > 0 && waitpid(child, &state, 0) == child && WIFEXITED(state) && WEXITSTATUS(state) == 0;
}

static void children_sign_in(void)
{
    pthread_t threads[THREADS];
    int right[THREADS];
    linkauth_device device;
    int at;

    CHECK_STATUS(LINKAUTH_OK, opened_init(&linked, &device));
    for (at = 0; at < THREADS; at++)
        CHECK_NUMBER(0, pthread_create(&threads[at], NULL, sign_in_all_the_time, &right[at]));
    pthread_barrier_wait(&begun);
    for (at = 0; at < FORKS; at++)
        CHECK(child_signs_in(&device));
    is_over = 1;
    for (at = 0; at < THREADS; at++) {
        CHECK_NUMBER(0, pthread_join(threads[at], NULL));
        CHECK(right[at]);
    }
    CHECK(opened_signs_in_with(&linked, &device));
    linkauth_device_wipe(&device);
}

int main(void)
{
    pthread_barrier_init(&begun, NULL, THREADS + 1);
    RUN(children_sign_in);
    return check_end();
}
