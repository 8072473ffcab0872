/*
 * What one sign-in costs: liblinkauth as shipped, with signals left alone and built without any wiping,
 * beside other HMACs and the bound, in turns within one process. Prints JSON.
 *
 *   sign_in <rounds> <liblinkauth.so> <the same, nothing wiped> [<shared object of a contender>...]
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "bound.h"
#include "instructions.h"
#include "library.h"
#include "measure.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONTENDERS = 16, BATCH = 150000 /* nanoseconds */ };

#define TEXT(text) text, sizeof(text) - 1
/* Also in vendor_sdk.py. */
static const struct identity WHO = {TEXT("a1X2bEnP82z"), TEXT("gateway_dev_0001"),
                                    TEXT("0123456789abcdefghijklmnopqrstuv")};

struct row {
    struct contender contender;
    char out[OUT_SIZE];
    struct answer answer;
    unsigned calls; /* in a batch */
    double *times;
    struct spread spread;
    long instructions;
};

static struct row rows[CONTENDERS];
static size_t row_count;

static int do_nothing(void *state, const struct identity *who, char *out, struct answer *answer)
{
    (void)state, (void)who, (void)out, (void)answer;
    return 1;
}

static int compress(void *state, const struct identity *who, char *out, struct answer *answer)
{
    (void)state, (void)who, (void)out, (void)answer;
    bound_once();
    return 1;
}

static void add(struct contender contender)
{
    if (row_count < CONTENDERS)
        rows[row_count++].contender = contender;
}

static void add_bound(void)
{
    if (bound_how() == NULL)
        return;
    if (!bound_is_sha256()) {
        fprintf(stderr, "the bound is not SHA-256\n");
        exit(1);
    }
    add((struct contender){"bound", bound_how(), compress, NULL});
}

static void add_linkauth(const char *shipped, const char *unwiped)
{
    static struct library libraries[2];
    static struct library_device devices[3];
    library_open(&libraries[0], shipped);
    library_open(&libraries[1], unwiped);
    library_device_init(&devices[0], &libraries[0], 0, &WHO);
    library_device_init(&devices[1], &libraries[0], LINKAUTH_DEVICE_KEEP_SIGNALS, &WHO);
    library_device_init(&devices[2], &libraries[1], LINKAUTH_DEVICE_KEEP_SIGNALS, &WHO);
    add((struct contender){"with_secret", "linkauth_sign_in_with_secret, as shipped", library_with_secret, &libraries[0]});
    add((struct contender){"with_secret_unwiped", "linkauth_sign_in_with_secret, nothing wiped", library_with_secret, &libraries[1]});
    add((struct contender){"prepared", "linkauth_sign_in, as shipped", library_prepared, &devices[0]});
    add((struct contender){"prepared_keep_signals", "linkauth_sign_in, signals left alone", library_prepared, &devices[1]});
    add((struct contender){"prepared_unwiped", "linkauth_sign_in, nothing wiped", library_prepared, &devices[2]});
}

static void add_others(const char *path)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL), *address = handle == NULL ? NULL : dlsym(handle, "contenders");
    contenders_function *fill;
    struct contender found[CONTENDERS];
    size_t count = 0, at;
    if (address != NULL) {
        memcpy(&fill, &address, sizeof(fill));
        count = fill(found, CONTENDERS);
    }
    if (count == 0) {
        fprintf(stderr, "%s: %s\n", path, handle == NULL ? dlerror() : "no contender");
        exit(2);
    }
    for (at = 0; at < count; at++)
        add(found[at]);
}

static void sign_in(struct row *row)
{
    if (!row->contender.sign_in(row->contender.state, &WHO, row->out, &row->answer)) {
        fprintf(stderr, "%s failed\n", row->contender.name);
        exit(1);
    }
}

static double batch(struct row *row)
{
    double begin = measure_now();
    unsigned call;
    for (call = 0; call < row->calls; call++)
        sign_in(row);
    return (measure_now() - begin) / row->calls;
}

/* As many calls in each batch as take about the same time. */
static void calibrate(struct row *row)
{
    row->calls = 64;
    batch(row);
    row->calls = 1 + (unsigned)(BATCH / batch(row));
}

static int is_same(const struct answer *left, const struct answer *right)
{
    return strcmp(left->client_id, right->client_id) == 0 && strcmp(left->username, right->username) == 0 &&
           strcmp(left->password, right->password) == 0;
}

/* All but the bound give the same three texts. */
static void compare(void)
{
    const struct row *first = NULL;
    size_t at;
    for (at = 0; at < row_count; at++) {
        const struct row *row = &rows[at];
        if (row->contender.sign_in == compress)
            continue;
        if (first == NULL)
            first = row;
        if (!is_same(&first->answer, &row->answer)) {
            fprintf(stderr, "%s: not what %s gives\n", row->contender.name, first->contender.name);
            exit(1);
        }
    }
    printf("  \"client_id\": \"%s\", \"username\": \"%s\", \"password\": \"%s\",\n", first->answer.client_id,
           first->answer.username, first->answer.password);
}

static void measure(unsigned rounds)
{
    unsigned round;
    size_t at;
    for (at = 0; at < row_count; at++) {
        calibrate(&rows[at]);
        rows[at].times = measure_memory(rounds * sizeof(double));
    }
    for (round = 0; round < rounds; round++)
        for (at = 0; at < row_count; at++)
            rows[at].times[round] = batch(&rows[at]);
    for (at = 0; at < row_count; at++)
        rows[at].spread = measure_spread(rows[at].times, rounds);
}

static void count(void)
{
    const struct contender nothing = {"", "", do_nothing, NULL};
    long overhead = instructions_count(&nothing, &WHO);
    size_t at;
    for (at = 0; at < row_count; at++) {
        long counted = instructions_count(&rows[at].contender, &WHO);
        rows[at].instructions = counted < 0 || overhead < 0 ? -1 : counted - overhead;
    }
}

static void print_row(const struct row *row, int is_last)
{
    printf("    {\"key\": \"%s\", \"name\": \"%s\", ", row->contender.key, row->contender.name);
    measure_print(&row->spread);
    if (row->instructions >= 0)
        printf(", \"instructions\": %ld", row->instructions);
    printf("}%s\n", is_last ? "" : ",");
}

int main(int argc, char **argv)
{
    unsigned rounds;
    int core, is_real_time, at;
    size_t row;
    if (argc < 4) {
        fprintf(stderr, "usage: sign_in <rounds> <liblinkauth.so> <the same, nothing wiped> [<contender>...]\n");
        return 2;
    }
    rounds = measure_number(argv[1]);
    core = measure_pin(0);
    add_linkauth(argv[2], argv[3]);
    for (at = 4; at < argc; at++)
        add_others(argv[at]);
    add_bound();
    count();
    is_real_time = measure_real_time();
    measure(rounds);
    printf("{\n  \"core\": %d, \"is_real_time\": %s, \"rounds\": %u,\n", core, is_real_time ? "true" : "false", rounds);
    compare();
    printf("  \"contenders\": [\n");
    for (row = 0; row < row_count; row++)
        print_row(&rows[row], row + 1 == row_count);
    printf("  ]\n}\n");
    return 0;
}
