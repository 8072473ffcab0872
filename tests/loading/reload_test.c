/*
 * The library is opened, used by several threads and closed while they live, a thousand times. What a
 * library leaves behind in a thread (a thread-local value, a key with a destructor) is called when the
 * thread ends, and is gone by then.
 */
#define _POSIX_C_SOURCE 200809L

#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>

#include "check.h"
#include "opened.h"

enum { TIMES = 1000, THREADS = 4 };

static const char *path;
static opened library;
static pthread_barrier_t used, closed;
static int right[THREADS];

static void *use(void *number)
{
    int *is_right = number;

    *is_right = opened_signs_in(&library);
    pthread_barrier_wait(&used);
    pthread_barrier_wait(&closed);
    return NULL;
}

static void close_under_threads(void)
{
    pthread_t threads[THREADS];
    int at;

    CHECK(opened_open(&library, path));
    for (at = 0; at < THREADS; at++)
        CHECK_NUMBER(0, pthread_create(&threads[at], NULL, use, &right[at]));
    pthread_barrier_wait(&used);
    CHECK_NUMBER(0, dlclose(library.handle));
    CHECK(!opened_is_loaded(path));
    pthread_barrier_wait(&closed);
    for (at = 0; at < THREADS; at++) {
        CHECK_NUMBER(0, pthread_join(threads[at], NULL));
        CHECK(right[at]);
    }
}

/* Lines of a file, or entries of a folder, of what the process holds. */
static unsigned mappings(void)
{
    FILE *file = fopen("/proc/self/maps", "r");
    char line[512];
    unsigned count = 0;

    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        count += strstr(line, path) != NULL;
    if (file != NULL)
        fclose(file);
    return count;
}

static unsigned descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    unsigned count = 0;

    while (folder != NULL && readdir(folder) != NULL)
        count++;
    if (folder != NULL)
        closedir(folder);
    return count;
}

static void a_thousand_times(void)
{
    unsigned before = descriptors();
    int time;

    for (time = 0; time < TIMES && check_failures_here == 0; time++)
        close_under_threads();
    CHECK_NUMBER(TIMES, time);
    CHECK_NUMBER(0, mappings());
    CHECK_NUMBER(before, descriptors());
}

/* Control: a library that is still held is seen to be loaded, and mapped. */
static void what_is_open_is_seen(void)
{
    CHECK(opened_open(&library, path));
    CHECK(opened_is_loaded(path));
    CHECK(mappings() > 0);
    CHECK_NUMBER(0, dlclose(library.handle));
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return EXIT_FAILURE;
    path = argv[1];
    pthread_barrier_init(&used, NULL, THREADS + 1);
    pthread_barrier_init(&closed, NULL, THREADS + 1);
    RUN(what_is_open_is_seen);
    RUN(a_thousand_times);
    return check_end();
}
