/*
 * A gateway that signs in many devices of its own: what each costs, as they become more, on one thread
 * and on two, with every output kept and with a few buffers used again and again. Prints JSON.
 *
 *   gateway <most devices> <liblinkauth.so> <the same, nothing wiped> [<shared object of a contender>...]
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#define _GNU_SOURCE

#include "bound.h"
#include "fleet.h"
#include "library.h"
#include "measure.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Other contenders than linkauth are a plain loop, which OTHERS_MOST devices show. */
enum { CONTENDERS = 16, TRIALS = 6 * CONTENDERS, THREADS = 2, ROUNDS = 5, AT_LEAST = 20000, OTHERS_MOST = 100000 };

/* One way to sign in some devices of a fleet. */
struct way {
    const char *key;
    const char *name;
    int (*sign_in)(void *state, const struct fleet *fleet, struct part part);
    void *states[THREADS];
    size_t out_size; /* bytes of one device's output */
    int is_kept;     /* every output, or the last few */
    unsigned most;   /* devices it is tried with */
};

static struct way ways[CONTENDERS];
static size_t way_count;

/* --- Ways ---------------------------------------------------------------------------------------- */

static int one_by_one(void *state, const struct fleet *fleet, struct part part)
{
    const struct contender *contender = state;
    struct answer answer;
    unsigned device;
    for (device = part.first; device < part.end; device++) {
        if (!contender->sign_in(contender->state, &fleet->identities[device], fleet_out(fleet, part, device), &answer))
            return 0;
    }
    return 1;
}

_Static_assert(sizeof(struct identity) == sizeof(linkauth_device_certificate) &&
                   offsetof(struct identity, device_name) == offsetof(linkauth_device_certificate, device_name) &&
                   offsetof(struct identity, device_secret) == offsetof(linkauth_device_certificate, device_secret),
               "an identity is a device certificate");

/* All with one call if each output has a place, else as many as the ring holds. */
static int in_batches(void *state, const struct fleet *fleet, struct part part)
{
    const struct library *library = state;
    unsigned device, count, most = part.is_kept ? part.end - part.first : FLEET_RING;
    for (device = part.first; device < part.end; device += count) {
        const void *certificates = &fleet->identities[device];
        count = part.end - device < most ? part.end - device : most;
        if (library->linkauth_sign_in_batch(certificates, count, (linkauth_connect *)(void *)fleet_out(fleet, part, device),
                                            NULL)
            != LINKAUTH_OK)
            return 0;
    }
    return 1;
}

static int only_compress(void *state, const struct fleet *fleet, struct part part)
{
    unsigned device;
    (void)state, (void)fleet;
    for (device = part.first; device < part.end; device++)
        bound_once();
    return 1;
}

static struct way *add(const char *key, const char *name, size_t out_size, int is_kept, unsigned most)
{
    if (way_count == CONTENDERS) {
        fprintf(stderr, "too many contenders\n");
        exit(2);
    }
    ways[way_count] = (struct way){key, name, one_by_one, {NULL}, out_size, is_kept, most};
    return &ways[way_count++];
}

static void *contender_of(sign_in_function *sign_in, void *state)
{
    struct contender *contender = measure_memory(sizeof(*contender));
    *contender = (struct contender){"", "", sign_in, state};
    return contender;
}

static void *new_device(const struct library *library)
{
    struct library_device *device = measure_memory(sizeof(*device));
    device->library = library;
    return device;
}

static void add_library(const char *key, const char *name, struct library *library, int is_kept)
{
    struct way *way = add(key, name, sizeof(linkauth_connect), is_kept, UINT_MAX);
    unsigned thread;
    for (thread = 0; thread < THREADS; thread++)
        way->states[thread] = contender_of(library_with_secret, library);
}

static void add_batch(const char *key, const char *name, struct library *library, int is_kept)
{
    struct way *way = add(key, name, sizeof(linkauth_connect), is_kept, UINT_MAX);
    unsigned thread;
    way->sign_in = in_batches;
    for (thread = 0; thread < THREADS; thread++)
        way->states[thread] = library;
}

static void add_linkauth(const char *shipped, const char *unwiped)
{
    static struct library libraries[2];
    struct way *way;
    unsigned thread;
    library_open(&libraries[0], shipped);
    library_open(&libraries[1], unwiped);
    add_library("with_secret", "linkauth_sign_in_with_secret, as shipped", &libraries[0], 0);
    add_library("with_secret_kept", "the same, outputs kept", &libraries[0], 1);
    way = add("unprepared", "linkauth_device_init and linkauth_sign_in, signals left alone", OUT_SIZE, 0,
              UINT_MAX);
    for (thread = 0; thread < THREADS; thread++)
        way->states[thread] = contender_of(library_unprepared, new_device(&libraries[0]));
    add_batch("batch", "linkauth_sign_in_batch, as shipped", &libraries[0], 0);
    add_batch("batch_kept", "the same, outputs kept", &libraries[0], 1);
    add_library("with_secret_unwiped", "linkauth_sign_in_with_secret, nothing wiped", &libraries[1], 0);
    add_library("with_secret_unwiped_kept", "the same, outputs kept", &libraries[1], 1);
}

static void add_others(const char *path)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL), *address = handle == NULL ? NULL : dlsym(handle, "contenders");
    contenders_function *fill;
    struct contender *found = measure_memory(THREADS * CONTENDERS * sizeof(*found));
    size_t count = 0, at;
    unsigned thread;
    if (address != NULL) {
        memcpy(&fill, &address, sizeof(fill));
        for (thread = 0; thread < THREADS; thread++)
            count = fill(found + thread * CONTENDERS, CONTENDERS);
    }
    if (count == 0) {
        fprintf(stderr, "%s: %s\n", path, handle == NULL ? dlerror() : "no contender");
        exit(2);
    }
    for (at = 0; at < count; at++) {
        struct way *way = add(found[at].key, found[at].name, OUT_SIZE, 0, OTHERS_MOST);
        for (thread = 0; thread < THREADS; thread++)
            way->states[thread] = &found[thread * CONTENDERS + at];
    }
}

static void add_bound(void)
{
    if (bound_how() != NULL)
        add("bound", "bound: five bare compressions", 1, 0, OTHERS_MOST)->sign_in = only_compress;
}

/* --- Running them -------------------------------------------------------------------------------- */

struct job {
    const struct way *way;
    const struct fleet *fleet;
    struct part part;
    unsigned repeat;
    pthread_barrier_t *start;
};

static void work(const struct job *job)
{
    unsigned again;
    for (again = 0; again < job->repeat; again++) {
        if (!job->way->sign_in(job->way->states[job->part.thread], job->fleet, job->part)) {
            fprintf(stderr, "%s failed\n", job->way->name);
            exit(1);
        }
    }
}

static void *second_thread(void *argument)
{
    struct job *job = argument;
    measure_pin(1);
    pthread_barrier_wait(job->start);
    work(job);
    return NULL;
}

/* Nanoseconds for each device. The second thread is there before the clock starts. */
static double run(const struct way *way, const struct fleet *fleet, unsigned devices, unsigned threads, unsigned repeat)
{
    unsigned half = threads == 1 ? devices : devices / 2;
    pthread_barrier_t start;
    pthread_t second;
    struct job mine = {way, fleet, {0, half, 0, way->out_size, way->is_kept}, repeat, &start};
    struct job other = {way, fleet, {half, devices, 1, way->out_size, way->is_kept}, repeat, &start};
    double begin;
    pthread_barrier_init(&start, NULL, threads);
    if (threads == 2 && pthread_create(&second, NULL, second_thread, &other) != 0) {
        fprintf(stderr, "no thread\n");
        exit(2);
    }
    pthread_barrier_wait(&start);
    begin = measure_now();
    work(&mine);
    if (threads == 2)
        pthread_join(second, NULL);
    begin = measure_now() - begin;
    pthread_barrier_destroy(&start);
    return begin / ((double)devices * repeat);
}

/* One way with so many devices on so many threads. */
struct trial {
    const struct way *way;
    unsigned devices, threads;
    double times[ROUNDS];
};

static struct trial trials[TRIALS];
static size_t trial_count;

static void add_trial(const struct way *way, unsigned devices, unsigned threads)
{
    if (trial_count < TRIALS)
        trials[trial_count++] = (struct trial){.way = way, .devices = devices, .threads = threads};
}

/* On one thread ever more devices, up to the most that the way is tried with; these on two as well. */
static void add_trials(const struct way *way, unsigned most)
{
    static const unsigned sizes[] = {1, 1000, 100000, 1000000};
    unsigned end = way->most < most ? way->most : most;
    size_t at;
    for (at = 0; at < sizeof(sizes) / sizeof(sizes[0]) && sizes[at] < end; at++)
        add_trial(way, sizes[at], 1);
    add_trial(way, end, 1);
    add_trial(way, end, 2);
}

/* Few devices are signed in again and again. */
static unsigned repeats(unsigned devices)
{
    return devices < AT_LEAST ? AT_LEAST / devices : 1;
}

/* All in turns, so that what disturbs the machine for some seconds disturbs each of them. */
static void measure(const struct fleet *fleet)
{
    unsigned round;
    size_t at;
    for (at = 0; at < way_count; at++)
        add_trials(&ways[at], fleet->devices);
    for (round = 0; round < ROUNDS; round++)
        for (at = 0; at < trial_count; at++) {
            struct trial *trial = &trials[at];
            trial->times[round] = run(trial->way, fleet, trial->devices, trial->threads, repeats(trial->devices));
        }
}

static void print(void)
{
    size_t at;
    for (at = 0; at < trial_count; at++) {
        struct trial *trial = &trials[at];
        struct spread spread = measure_spread(trial->times, ROUNDS);
        printf("    {\"key\": \"%s\", \"name\": \"%s\", \"devices\": %u, \"threads\": %u, ", trial->way->key,
               trial->way->name, trial->devices, trial->threads);
        measure_print(&spread);
        printf("}%s\n", at + 1 == trial_count ? "" : ",");
    }
}

static int is_same_batch(const struct way *way, const struct fleet *fleet, struct part some, const linkauth_connect *expected)
{
    const char *found = fleet_out(fleet, some, some.first);
    return way->sign_in(way->states[1], fleet, some) && memcmp(found, expected, some.end * sizeof(*expected)) == 0;
}

static int is_same(const struct way *way, const struct fleet *fleet, struct part some, const linkauth_connect *expected)
{
    static char out[OUT_SIZE];
    const struct contender *contender = way->states[1];
    struct answer answer;
    unsigned device;
    if (way->sign_in == only_compress)
        return 1;
    if (way->sign_in == in_batches)
        return is_same_batch(way, fleet, some, expected);
    for (device = 0; device < some.end; device++)
        if (!contender->sign_in(contender->state, &fleet->identities[device], out, &answer) ||
            strcmp(answer.password, expected[device].password) != 0)
            return 0;
    return 1;
}

/* Every way gives the devices the password that the first one gives them. */
static void compare(const struct fleet *fleet)
{
    const struct part some = {0, fleet->devices < FLEET_RING ? fleet->devices : FLEET_RING, 0, sizeof(linkauth_connect), 1};
    const struct contender *first = ways[0].states[0];
    static linkauth_connect expected[FLEET_RING];
    struct answer answer;
    unsigned device;
    size_t at;
    for (device = 0; device < some.end; device++)
        first->sign_in(first->state, &fleet->identities[device], (char *)&expected[device], &answer);
    for (at = 1; at < way_count; at++)
        if (!is_same(&ways[at], fleet, some, expected)) {
            fprintf(stderr, "%s: not what %s gives\n", ways[at].name, ways[0].name);
            exit(1);
        }
}

int main(int argc, char **argv)
{
    struct fleet fleet;
    long before, grown;
    int core, is_real_time, at;
    if (argc < 4) {
        fprintf(stderr, "usage: gateway <devices> <liblinkauth.so> <the same, nothing wiped> [<contender>...]\n");
        return 2;
    }
    fleet = fleet_new(measure_number(argv[1]), OUT_SIZE);
    add_linkauth(argv[2], argv[3]);
    for (at = 4; at < argc; at++)
        add_others(argv[at]);
    add_bound();
    compare(&fleet);
    core = measure_pin(0);
    is_real_time = measure_real_time();
    before = fleet_resident_bytes();
    run(&ways[0], &fleet, fleet.devices, 1, 1);
    grown = fleet_resident_bytes() - before;
    printf("{\n  \"core\": %d, \"is_real_time\": %s,\n", core, is_real_time ? "true" : "false");
    printf("  \"resident_growth_bytes\": %ld, \"bytes_kept_per_device\": %zu,\n", grown, sizeof(linkauth_connect));
    printf("  \"runs\": [\n");
    measure(&fleet);
    print();
    printf("  ]\n}\n");
    return 0;
}
