/*
 * What one sign-in costs, with and without the wiping: the shipped library beside the same one built
 * without burn and register clearing, called in turns within one process.
 *
 *   sign_in <liblinkauth.so> <the same, unwiped>
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#define _GNU_SOURCE

#include <linkauth.h>

#include <dlfcn.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CALLS = 500, ROUNDS = 400 };

struct contender {
    const char *name;
    const char *library;
    uint32_t flags;
    __typeof__(linkauth_sign_in) *sign_in;
    linkauth_device device;
    char buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];
    linkauth_sign_in_result result;
    double nanoseconds[ROUNDS];
};

static void *find(void *library, const char *name)
{
    void *function = library == NULL ? NULL : dlsym(library, name);
    if (function == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(2);
    }
    return function;
}

static void prepare(struct contender *contender)
{
    void *library = dlopen(contender->library, RTLD_NOW | RTLD_LOCAL);
    void *init = find(library, "linkauth_device_init"), *sign_in = find(library, "linkauth_sign_in");
    __typeof__(linkauth_device_init) *device_init;
    linkauth_device_config config = {.struct_size = sizeof(config),
                                     .flags = contender->flags,
                                     .product_key = "a1B2c3D4e5F",
                                     .product_key_length = 11,
                                     .device_name = "dev1",
                                     .device_name_length = 4};
    memcpy(&device_init, &init, sizeof(init));
    memcpy(&contender->sign_in, &sign_in, sizeof(sign_in));
    contender->result.struct_size = sizeof(contender->result);
    if (device_init(&contender->device, sizeof(contender->device), &config) != LINKAUTH_OK) {
        fprintf(stderr, "%s: no device\n", contender->name);
        exit(2);
    }
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double measure(struct contender *contender)
{
    linkauth_sign_in_options options = {.struct_size = sizeof(options),
                                        .device_secret = "0123456789abcdefghijklmnopqrstuv",
                                        .device_secret_length = 32};
    double begin = now();
    unsigned call;
    for (call = 0; call < CALLS; call++) {
        if (contender->sign_in(&contender->device, &options, contender->buffer,
                               sizeof(contender->buffer), &contender->result)
            != LINKAUTH_OK) {
            fprintf(stderr, "%s: sign-in failed\n", contender->name);
            exit(2);
        }
    }
    return (now() - begin) / CALLS;
}

static int ascending(const void *left, const void *right)
{
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

int main(int argc, char **argv)
{
    static struct contender contenders[] = {
        {.name = "as shipped"},
        {.name = "signals left alone", .flags = LINKAUTH_DEVICE_KEEP_SIGNALS},
        {.name = "nothing wiped", .flags = LINKAUTH_DEVICE_KEEP_SIGNALS},
    };
    enum { COUNT = sizeof(contenders) / sizeof(contenders[0]) };
    cpu_set_t core;
    unsigned round, at;
    if (argc != 3) {
        fprintf(stderr, "usage: sign_in <liblinkauth.so> <the same, unwiped>\n");
        return 2;
    }
    CPU_ZERO(&core);
    CPU_SET(0, &core);
    sched_setaffinity(0, sizeof(core), &core);
    for (at = 0; at < COUNT; at++) {
        contenders[at].library = argv[at == COUNT - 1 ? 2 : 1];
        prepare(&contenders[at]);
    }
    for (round = 0; round < ROUNDS; round++) {
        for (at = 0; at < COUNT; at++) {
            contenders[at].nanoseconds[round] = measure(&contenders[at]);
        }
    }
    printf("| sign-in | minimum ns | median ns | of what is shipped |\n|---|---|---|---|\n");
    for (at = 0; at < COUNT; at++) {
        struct contender *contender = &contenders[at];
        if (strcmp(contender->result.password, contenders[0].result.password) != 0) {
            fprintf(stderr, "%s: another password\n", contender->name);
            return 1;
        }
        qsort(contender->nanoseconds, ROUNDS, sizeof(double), ascending);
        printf("| %s | %.0f | %.0f | %.2f |\n", contender->name, contender->nanoseconds[0],
               contender->nanoseconds[ROUNDS / 2],
               contender->nanoseconds[0] / contenders[0].nanoseconds[0]);
    }
    return 0;
}
