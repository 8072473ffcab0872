/*
 * What an operator and a second process meet: inspecting, erasing, a record that is locked, and a store
 * that cannot take what the platform would issue.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#define _GNU_SOURCE
#include "check.h"
#include "fixture.h"
#include "small_disk.h"

#include <dirent.h>

#define TOKEN "0123456789abcdefghijklmnopqrstuvwxyz"

/* What ctest takes for skipped. */
enum { SKIPPED = 77 };

static struct bench bench, other;
static linkauth_file_store files, other_files;
static char folder[200];
static char reply[600];

static linkauth_status store_secret(struct bench *of)
{
    return linkauth_store_secret(&of->device, DEVICE_SECRET, LINKAUTH_NUL_TERMINATED);
}

static linkauth_store_info info;

static linkauth_status inspect(void)
{
    memset(&info, 0xa5, sizeof(info));
    info.struct_size = sizeof(info);
    return linkauth_store_inspect(&bench.device, &info);
}

static void check_info(uint32_t state, uint32_t kind, uint32_t is_sealed, uint32_t sequence,
                       uint32_t registrations)
{
    CHECK_STATUS(LINKAUTH_OK, inspect());
    CHECK_NUMBER(state, info.state);
    CHECK_NUMBER(kind, info.kind);
    CHECK_NUMBER(is_sealed, info.is_sealed);
    CHECK_NUMBER(sequence, info.sequence);
    CHECK_NUMBER(registrations, info.registrations);
}

static void check_no_info(linkauth_status status)
{
    CHECK_STATUS(status, inspect());
    CHECK_NUMBER(0, info.state + info.kind + info.is_sealed + info.sequence + info.registrations);
}

/* --- Inspecting --------------------------------------------------------------------------------------- */

static void make_in_memory(void)
{
    CHECK(bench_make(&bench));
    bench_reply(&bench, reply, http_reply(reply, sizeof(reply), HEAD_LENGTH, BODY_SUCCESS));
}

static void inspected_through_its_life(void)
{
    make_in_memory();
    check_no_info(LINKAUTH_ERROR_STORE_ABSENT);
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    check_info(LINKAUTH_STATE_ISSUED, LINKAUTH_KIND_DEVICE_SECRET, 0, 1, 1);
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    check_info(LINKAUTH_STATE_ACTIVATED, LINKAUTH_KIND_DEVICE_SECRET, 0, 2, 1);
    CHECK(!has_secret(&info, sizeof(info), DEVICE_SECRET));
    CHECK_NUMBER(2, bench.memory.saves);

    make_in_memory();
    CHECK_STATUS(LINKAUTH_OK, store_secret(&bench));
    check_info(LINKAUTH_STATE_ISSUED, LINKAUTH_KIND_DEVICE_SECRET, 0, 1, 0);
}

static size_t put_text(uint8_t *at, const char *text)
{
    at[0] = (uint8_t)strlen(text);
    memcpy(at + 1, text, strlen(text));
    return 1 + strlen(text);
}

/* A record by the description of its bytes, in place of the one in memory. */
static void put_record(uint8_t version, uint8_t state, uint8_t kind, uint8_t protection)
{
    static const uint8_t MAGIC[4] = {'L', 'K', 'A', '1'};
    uint8_t *record = bench.memory.record;
    size_t length = 16, at;
    uint32_t crc = 0xffffffffu;
    int bit;
    memset(record, 0, sizeof(bench.memory.record));
    memcpy(record, MAGIC, sizeof(MAGIC));
    record[6] = version;
    record[7] = state;
    record[8] = kind;
    record[9] = protection;
    record[10] = 0x04;
    record[11] = 0x03;
    record[12] = 0x02;
    record[13] = 0x01;
    record[14] = 5;
    length += put_text(record + length, PRODUCT_KEY);
    length += put_text(record + length, DEVICE_NAME);
    length += put_text(record + length, "");
    length += put_text(record + length, kind == 2 ? "issuedClientId" : "");
    length += put_text(record + length, kind == 2 ? TOKEN : DEVICE_SECRET);
    record[4] = (uint8_t)(length + 4);
    for (at = 0; at < length; at++) {
        crc ^= record[at];
        for (bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320u : 0);
        }
    }
    for (bit = 0; bit < 4; bit++) {
        record[length++] = (uint8_t)(~crc >> 8 * bit);
    }
    bench.memory.length = length;
}

static void inspected_records(void)
{
    make_in_memory();
    CHECK_STATUS(LINKAUTH_OK, store_secret(&bench));
    put_record(1, 2, 2, 0);
    check_info(LINKAUTH_STATE_ACTIVATED, LINKAUTH_KIND_DEVICE_TOKEN, 0, 0x01020304, 5);
    put_record(1, 1, 1, 1);
    check_info(LINKAUTH_STATE_ISSUED, LINKAUTH_KIND_DEVICE_SECRET, 1, 0x01020304, 5);
    put_record(1, 1, 2, 1);
    check_info(LINKAUTH_STATE_ISSUED, LINKAUTH_KIND_DEVICE_TOKEN, 1, 0x01020304, 5);
    put_record(2, 1, 1, 0);
    check_no_info(LINKAUTH_ERROR_STORE_VERSION);
    put_record(1, 1, 3, 0);
    check_no_info(LINKAUTH_ERROR_STORE_VERSION);
    put_record(1, 3, 1, 0);
    check_no_info(LINKAUTH_ERROR_STORE_DAMAGED);
    put_record(1, 1, 1, 0);
    bench.memory.record[20] ^= 1;
    check_no_info(LINKAUTH_ERROR_STORE_DAMAGED);
    put_record(1, 1, 1, 0);
    bench.memory.length--;
    check_no_info(LINKAUTH_ERROR_STORE_DAMAGED);
    put_record(1, 1, 1, 0);
    bench.config.device_name = "dev2";
    strcpy(bench.memory.name, "");
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    check_no_info(LINKAUTH_ERROR_STORE_ABSENT);
    /* Inspecting never writes. */
    CHECK_NUMBER(1, bench.memory.saves);
}

static void inspect_arguments(void)
{
    make_in_memory();
    CHECK_STATUS(LINKAUTH_OK, store_secret(&bench));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL, linkauth_store_inspect(&bench.device, NULL));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL, linkauth_store_inspect(NULL, &info));
    info.struct_size = 4;
    CHECK_STATUS(LINKAUTH_ERROR_STRUCT_SIZE, linkauth_store_inspect(&bench.device, &info));
    linkauth_device_wipe(&bench.device);
    CHECK_STATUS(LINKAUTH_ERROR_NOT_INITIALISED, inspect());
    CHECK_STATUS(LINKAUTH_ERROR_NOT_INITIALISED, linkauth_store_erase(&bench.device));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL, linkauth_store_erase(NULL));
    bench.config.store = NULL;
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    check_no_info(LINKAUTH_ERROR_STORE_MISSING);
}

/* --- Callbacks that a store may lack ------------------------------------------------------------------ */

static linkauth_status prepare_status;
static unsigned prepares, locks, unlocks;

static linkauth_status prepare(void *user, const char *name)
{
    prepares++;
    CHECK(user == &bench.memory && strlen(name) == 15);
    return prepare_status;
}

static linkauth_status lock(void *user, const char *name)
{
    locks++;
    CHECK(user == &bench.memory && strlen(name) == 15);
    return LINKAUTH_OK;
}

static void unlock(void *user, const char *name)
{
    unlocks++;
    CHECK(user == &bench.memory && strlen(name) == 15);
}

static void a_store_that_cannot_erase(void)
{
    make_in_memory();
    CHECK_STATUS(LINKAUTH_OK, store_secret(&bench));
    CHECK_STATUS(LINKAUTH_ERROR_CALLBACK_MISSING, linkauth_store_erase(&bench.device));
    CHECK_STATUS(LINKAUTH_OK, inspect());
    bench.store.lock = lock;
    CHECK_STATUS(LINKAUTH_ERROR_CALLBACK_MISSING, bench_restart(&bench));
    bench.store.lock = NULL;
    bench.store.unlock = unlock;
    CHECK_STATUS(LINKAUTH_ERROR_CALLBACK_MISSING, bench_restart(&bench));
}

/* A secret that could not be stored is not asked for; what was locked is given back. */
static void a_store_that_cannot_prepare(void)
{
    make_in_memory();
    bench.store.prepare = prepare;
    bench.store.lock = lock;
    bench.store.unlock = unlock;
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    prepares = locks = unlocks = 0;
    prepare_status = LINKAUTH_ERROR_STORE_FULL;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_FULL, bench_register(&bench));
    prepare_status = -28;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_IO, bench_register(&bench));
    CHECK_NUMBER(28, bench.detail.system_error);
    CHECK_NUMBER(2, prepares);
    CHECK_NUMBER(0, bench.script.opens);
    CHECK_NUMBER(0, bench.memory.saves);
    CHECK_NUMBER(2, locks);
    CHECK_NUMBER(2, unlocks);
    prepare_status = LINKAUTH_OK;
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    CHECK_NUMBER(locks, unlocks);
}

/* --- A folder ----------------------------------------------------------------------------------------- */

static int make_folder(void)
{
    const char *parent = getenv("TMPDIR");
    snprintf(folder, sizeof(folder), "%s/linkauth-XXXXXX",
             parent != NULL && strlen(parent) < 150 ? parent : "/tmp");
    return mkdtemp(folder) != NULL;
}

/* Names of the folder's entries are passed to `act`, with their paths. */
static void for_each_file(void (*act)(const char *path))
{
    DIR *list = opendir(folder);
    struct dirent *entry;
    char path[600];
    while (list != NULL && (entry = readdir(list)) != NULL) {
        if (entry->d_name[0] != '.') {
            snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
            act(path);
        }
    }
    if (list != NULL) {
        closedir(list);
    }
}

static void remove_file(const char *path)
{
    CHECK(unlink(path) == 0);
}

static unsigned records;

static void damage_record(const char *path)
{
    int descriptor;
    if (strstr(path, ".linkauth") == NULL) {
        return;
    }
    records++;
    descriptor = open(path, O_WRONLY);
    CHECK(descriptor >= 0 && pwrite(descriptor, "!", 1, 20) == 1);
    close(descriptor);
}

static unsigned leftovers;

static void check_no_record(const char *path)
{
    leftovers += strstr(path, ".linkauth") != NULL || strstr(path, ".new") != NULL;
}

static unsigned count_leftovers(void)
{
    leftovers = 0;
    for_each_file(check_no_record);
    return leftovers;
}

static void open_in_folder(struct bench *of, linkauth_file_store *store)
{
    bench_prepare(of);
    memset(store, 0, sizeof(*store));
    CHECK_STATUS(LINKAUTH_OK, linkauth_file_store_open(store, sizeof(*store), folder,
                                                       LINKAUTH_NUL_TERMINATED, &of->store));
    CHECK_STATUS(LINKAUTH_OK, bench_restart(of));
    bench_reply(of, reply, http_reply(reply, sizeof(reply), HEAD_LENGTH, BODY_SUCCESS));
}

static void begin_two(void)
{
    CHECK(make_folder());
    open_in_folder(&bench, &files);
    open_in_folder(&other, &other_files);
}

static void end_two(void)
{
    linkauth_device_wipe(&bench.device);
    linkauth_device_wipe(&other.device);
    linkauth_file_store_close(&files);
    linkauth_file_store_close(&other_files);
    for_each_file(remove_file);
    CHECK(rmdir(folder) == 0);
}

static void erased(void)
{
    begin_two();
    CHECK_STATUS(LINKAUTH_OK, linkauth_store_erase(&bench.device));
    CHECK_STATUS(LINKAUTH_OK, store_secret(&bench));
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    CHECK_STATUS(LINKAUTH_OK, linkauth_store_erase(&bench.device));
    check_no_info(LINKAUTH_ERROR_STORE_ABSENT);
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&bench.device));
    CHECK_NUMBER(0, count_leftovers());

    CHECK_STATUS(LINKAUTH_OK, store_secret(&bench));
    records = 0;
    for_each_file(damage_record);
    CHECK_NUMBER(1, records);
    check_no_info(LINKAUTH_ERROR_STORE_DAMAGED);
    CHECK_STATUS(LINKAUTH_ERROR_STORE_DAMAGED, bench_register(&bench));
    CHECK_STATUS(LINKAUTH_OK, linkauth_store_erase(&bench.device));
    check_no_info(LINKAUTH_ERROR_STORE_ABSENT);
    CHECK_NUMBER(0, count_leftovers());
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    end_two();
}

static linkauth_status begin(struct bench *of)
{
    return linkauth_registration_begin(&of->device, &of->registration, sizeof(of->registration),
                                       &of->options);
}

static linkauth_status fail(struct bench *of)
{
    return linkauth_registration_fail(&of->device, &of->registration,
                                      LINKAUTH_ERROR_TRANSPORT_TIMED_OUT);
}

static void check_locked_out(void)
{
    CHECK_STATUS(LINKAUTH_ERROR_STORE_LOCKED, store_secret(&other));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_LOCKED, bench_register(&other));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_LOCKED, begin(&other));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_LOCKED, linkauth_store_erase(&other.device));
    CHECK_NUMBER(0, other.script.opens);
}

/* Two processes that registered at once would each void the other's secret. */
static void locked_while_registering(void)
{
    begin_two();
    CHECK_STATUS(LINKAUTH_OK, begin(&bench));
    check_locked_out();
    /* Another device in the same folder is free. */
    other.config.device_name = "dev2";
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&other));
    CHECK_STATUS(LINKAUTH_OK, store_secret(&other));
    other.config.device_name = DEVICE_NAME;
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&other));
    /* A second attempt of the same device takes over, the first one's end gives nothing back. */
    CHECK_STATUS(LINKAUTH_OK, begin(&bench));
    check_locked_out();
    CHECK_STATUS(LINKAUTH_ERROR_TRANSPORT_TIMED_OUT, fail(&bench));
    CHECK_STATUS(LINKAUTH_OK, begin(&other));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_LOCKED, store_secret(&bench));
    CHECK_STATUS(LINKAUTH_ERROR_TRANSPORT_TIMED_OUT, fail(&other));
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    CHECK_STATUS(LINKAUTH_ERROR_ALREADY_REGISTERED, bench_register(&other));
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&other.device));
    end_two();
}

static void unlocked_when_wiped(void)
{
    begin_two();
    CHECK_STATUS(LINKAUTH_OK, begin(&bench));
    linkauth_device_wipe(&bench.device);
    CHECK_STATUS(LINKAUTH_OK, store_secret(&other));
    CHECK_STATUS(LINKAUTH_OK, linkauth_store_erase(&other.device));
    end_two();
}

/* What the same device does meanwhile does not give the lock back. */
static void locked_to_the_end(void)
{
    begin_two();
    CHECK_STATUS(LINKAUTH_OK, begin(&bench));
    CHECK_STATUS(LINKAUTH_OK, linkauth_store_erase(&bench.device));
    check_locked_out();
    CHECK_STATUS(LINKAUTH_ERROR_TRANSPORT_TIMED_OUT, fail(&bench));
    CHECK_STATUS(LINKAUTH_OK, store_secret(&other));
    end_two();
}

/* The lock of a registration is taken before the transport opens, and held while it is open. */
static void try_from_within(void *context)
{
    (void)context;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_LOCKED, store_secret(&other));
}

static void locked_while_the_transport_is_open(void)
{
    begin_two();
    bench.script.within = try_from_within;
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    CHECK(bench.script.opens == 1 && bench.script.closes == 1);
    CHECK_STATUS(LINKAUTH_OK, store_secret(&other));
    end_two();
}

/* --- A full disk -------------------------------------------------------------------------------------- */

static void nothing_is_asked_for_a_full_disk(void)
{
    char ballast[300];
    snprintf(ballast, sizeof(ballast), "%s/ballast", folder);
    open_in_folder(&bench, &files);
    CHECK(fill(ballast));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_FULL, bench_register(&bench));
    CHECK_NUMBER(0, bench.script.opens);
    CHECK_NUMBER(0, count_leftovers());
    CHECK(unlink(ballast) == 0);
    /* What was reserved stays reserved: a disk that fills meanwhile does not cost the secret. */
    CHECK_STATUS(LINKAUTH_OK, begin(&bench));
    CHECK(fill(ballast));
    CHECK(bench_send(&bench.registration));
    CHECK_STATUS(LINKAUTH_OK,
                 linkauth_registration_feed(&bench.device, &bench.registration,
                                            (const uint8_t *)reply, strlen(reply)));
    CHECK_STATUS(LINKAUTH_OK, linkauth_registration_finish(&bench.device, &bench.registration));
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    linkauth_device_wipe(&bench.device);
    linkauth_file_store_close(&files);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "full-disk") == 0) {
        if (!make_folder() || !has_private_mounts() || !mount_small(folder)) {
            printf("SKIP: a full disk: this user may not mount one (%s)\n", strerror(errno));
            rmdir(folder);
            return SKIPPED;
        }
        RUN(nothing_is_asked_for_a_full_disk);
        CHECK(umount(folder) == 0 && rmdir(folder) == 0);
        return check_end();
    }
    RUN(inspected_through_its_life);
    RUN(inspected_records);
    RUN(inspect_arguments);
    RUN(a_store_that_cannot_erase);
    RUN(a_store_that_cannot_prepare);
    RUN(erased);
    RUN(locked_while_registering);
    RUN(unlocked_when_wiped);
    RUN(locked_to_the_end);
    RUN(locked_while_the_transport_is_open);
    return check_end();
}
