/*
 * The store in two slots of flash, over a flash in memory that holds to the rules of NOR: a unit is
 * programmed whole, aligned, and once after each erase. It can fail, lie, and lose power at any call.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "check.h"
#include "fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OTHER_SECRET "zyxwvutsrqponmlkjihgfedcba987654"

enum { SLOT_SIZE = 512, SMALLEST_SLOT = 416 };

/* What an operation that lost power has done. */
enum torn { TORN_NOTHING, TORN_HALF, TORN_ALL, TORN_UNREADABLE };

struct ram_flash {
    uint8_t bytes[2][SLOT_SIZE];
    /** Per byte: programmed since its slot was erased; its ECC is wrong. */
    uint8_t is_programmed[2][SLOT_SIZE];
    uint8_t is_unreadable[2][SLOT_SIZE];
    unsigned slot_size, unit;
    uint8_t erased;
    unsigned reads, programs, erases, syncs;
    /** The rules that were broken. */
    unsigned violations;
    /** Programs and erases are counted; the one with this number loses power, 0 for none. */
    unsigned changes, cut_at;
    enum torn torn;
    int is_off;
    linkauth_status read_status, program_status, erase_status, sync_status;
    /** The reads with these numbers, counted from 1, return read_status; 0, 0 means every one. */
    unsigned first_failing_read, last_failing_read;
    int erase_does_nothing, program_loses_a_bit;
};

static struct bench bench;
static struct ram_flash ram;
static linkauth_flash flash;
static linkauth_flash_store slots;
static char reply[600];

static void put(unsigned slot, unsigned offset, const uint8_t *bytes, size_t length)
{
    memcpy(ram.bytes[slot] + offset, bytes, length);
    memset(ram.is_programmed[slot] + offset, 1, length);
}

static void clear(unsigned slot, size_t length)
{
    memset(ram.bytes[slot], ram.erased, length);
    memset(ram.is_programmed[slot], 0, length);
    memset(ram.is_unreadable[slot], 0, length);
}

static int loses_power(void)
{
    ram.changes++;
    ram.is_off = ram.is_off || ram.changes == ram.cut_at;
    return ram.is_off && ram.changes == ram.cut_at;
}

static linkauth_status ram_read(void *user, uint32_t slot, uint32_t offset, uint8_t *bytes,
                                size_t length)
{
    ram.reads++;
    if (user != &ram || slot > 1 || offset > ram.slot_size || length > ram.slot_size - offset) {
        ram.violations++;
        return LINKAUTH_ERROR_STORE_IO;
    }
    if (ram.read_status != LINKAUTH_OK
        && (ram.last_failing_read == 0
            || (ram.reads >= ram.first_failing_read && ram.reads <= ram.last_failing_read))) {
        return ram.read_status;
    }
    if (ram.is_off || memchr(ram.is_unreadable[slot] + offset, 1, length) != NULL) {
        return LINKAUTH_ERROR_STORE_IO;
    }
    memcpy(bytes, ram.bytes[slot] + offset, length);
    return LINKAUTH_OK;
}

static linkauth_status ram_program(void *user, uint32_t slot, uint32_t offset, const uint8_t *bytes,
                                   size_t length)
{
    ram.programs++;
    if (user != &ram || slot > 1 || length != ram.unit || offset % ram.unit != 0
        || offset + length > ram.slot_size
        || memchr(ram.is_programmed[slot] + offset, 1, length) != NULL) {
        ram.violations++;
        return LINKAUTH_ERROR_STORE_IO;
    }
    if (loses_power()) {
        size_t done = ram.torn == TORN_NOTHING ? 0 : ram.torn == TORN_HALF ? length / 2 : length;
        put(slot, offset, bytes, done);
        /* However little was programmed, the unit is not erased any more. */
        memset(ram.is_programmed[slot] + offset, 1, length);
        memset(ram.is_unreadable[slot] + offset, ram.torn == TORN_UNREADABLE, length);
    }
    if (ram.is_off || ram.program_status != LINKAUTH_OK) {
        return ram.is_off ? LINKAUTH_ERROR_STORE_IO : ram.program_status;
    }
    put(slot, offset, bytes, length);
    if (ram.program_loses_a_bit) {
        ram.bytes[slot][offset] ^= 1;
    }
    return LINKAUTH_OK;
}

static linkauth_status ram_erase(void *user, uint32_t slot)
{
    ram.erases++;
    if (user != &ram || slot > 1) {
        ram.violations++;
        return LINKAUTH_ERROR_STORE_IO;
    }
    if (loses_power() && ram.torn != TORN_NOTHING) {
        clear(slot, ram.torn == TORN_ALL ? ram.slot_size : ram.slot_size / 2);
        memset(ram.is_unreadable[slot], ram.torn == TORN_UNREADABLE, ram.slot_size);
        memset(ram.is_programmed[slot], 1, ram.slot_size);
    }
    if (ram.is_off || ram.erase_status != LINKAUTH_OK) {
        return ram.is_off ? LINKAUTH_ERROR_STORE_IO : ram.erase_status;
    }
    if (!ram.erase_does_nothing) {
        clear(slot, ram.slot_size);
    }
    return LINKAUTH_OK;
}

static linkauth_status ram_sync(void *user)
{
    ram.syncs++;
    if (user != &ram) {
        ram.violations++;
    }
    return ram.is_off ? LINKAUTH_ERROR_STORE_IO : ram.sync_status;
}

/* The store over the flash as it is, and the device made anew: what a restart is. */
static void restart(void)
{
    ram.is_off = 0;
    ram.cut_at = 0;
    ram.changes = 0;
    bench_prepare(&bench);
    memset(&slots, 0xa5, sizeof(slots));
    CHECK_STATUS(LINKAUTH_OK,
                 linkauth_flash_store_init(&slots, sizeof(slots), &flash, &bench.store));
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
    bench_reply(&bench, reply, http_reply(reply, sizeof(reply), HEAD_LENGTH, BODY_SUCCESS));
}

/* A flash that leaves the factory: not erased, whatever the factory says. */
static void prepare(unsigned unit, uint8_t erased)
{
    memset(&ram, 0, sizeof(ram));
    ram.slot_size = SLOT_SIZE;
    ram.unit = unit;
    ram.erased = erased;
    memset(ram.bytes, 0x39, sizeof(ram.bytes));
    memset(ram.is_programmed, 1, sizeof(ram.is_programmed));
    memset(&flash, 0, sizeof(flash));
    flash.struct_size = sizeof(flash);
    flash.slot_size = SLOT_SIZE;
    flash.unit = unit;
    flash.erased = erased;
    flash.user = &ram;
    flash.read = ram_read;
    flash.program = ram_program;
    flash.erase = ram_erase;
    flash.sync = ram_sync;
}

static void make(void)
{
    prepare(8, 0xff);
    restart();
}

static linkauth_status store_secret(const char *secret)
{
    return linkauth_store_secret(&bench.device, secret, LINKAUTH_NUL_TERMINATED);
}

static int slot_has(unsigned slot, const char *secret)
{
    return has_secret(ram.bytes[slot], ram.slot_size, secret);
}

/* The password of a sign-in, with `secret` or the stored one. */
static linkauth_status password(const char *secret, char *text, size_t capacity)
{
    char buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];
    linkauth_sign_in_options options;
    linkauth_sign_in_result result;
    linkauth_status status;
    memset(&options, 0, sizeof(options));
    memset(&result, 0, sizeof(result));
    options.struct_size = sizeof(options);
    result.struct_size = sizeof(result);
    options.device_secret = secret;
    options.device_secret_length = secret == NULL ? 0 : LINKAUTH_NUL_TERMINATED;
    status = linkauth_sign_in(&bench.device, &options, buffer, sizeof(buffer), &result);
    snprintf(text, capacity, "%s", status == LINKAUTH_OK ? result.password : "");
    linkauth_wipe(buffer, sizeof(buffer));
    return status;
}

/* Whether the device signs in with this secret. */
static int signs_in_with(const char *secret)
{
    char stored[80], lent[80];
    return password(NULL, stored, sizeof(stored)) == LINKAUTH_OK
        && password(secret, lent, sizeof(lent)) == LINKAUTH_OK && strcmp(stored, lent) == 0;
}

/* --- Success ------------------------------------------------------------------------------------------ */

static void a_life(unsigned unit, uint8_t erased)
{
    prepare(unit, erased);
    restart();
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&bench.device));
    CHECK_STATUS(LINKAUTH_OK, store_secret(OTHER_SECRET));
    restart();
    CHECK(signs_in_with(OTHER_SECRET));
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    restart();
    CHECK(signs_in_with(DEVICE_SECRET));
    /* A new secret does not overwrite the one before: nobody knows yet whether it is accepted. */
    CHECK_NUMBER(1, slot_has(0, OTHER_SECRET) + slot_has(1, OTHER_SECRET));
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    CHECK_NUMBER(0, slot_has(0, OTHER_SECRET) + slot_has(1, OTHER_SECRET));
    CHECK_NUMBER(1, slot_has(0, DEVICE_SECRET) + slot_has(1, DEVICE_SECRET));
    restart();
    CHECK(signs_in_with(DEVICE_SECRET));
    CHECK_STATUS(LINKAUTH_ERROR_ALREADY_REGISTERED, bench_register(&bench));
    CHECK_STATUS(LINKAUTH_OK, linkauth_store_erase(&bench.device));
    CHECK_NUMBER(0, slot_has(0, DEVICE_SECRET) + slot_has(1, DEVICE_SECRET));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&bench.device));
    restart();
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    restart();
    CHECK(signs_in_with(DEVICE_SECRET));
    CHECK_NUMBER(0, ram.violations);
}

static void every_unit_and_erased_value(void)
{
    static const unsigned UNITS[] = {1, 2, 4, 8, 16, 32};
    char name[40];
    size_t at;
    for (at = 0; at < 2 * COUNT(UNITS); at++) {
        snprintf(name, sizeof(name), "unit %u, erased %u", UNITS[at / 2], (unsigned)at % 2);
        check_case = name;
        a_life(UNITS[at / 2], at % 2 ? 0xff : 0x00);
    }
}

static void a_slot_of_the_smallest_size(void)
{
    prepare(32, 0xff);
    ram.slot_size = SMALLEST_SLOT;
    flash.slot_size = SMALLEST_SLOT;
    restart();
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    restart();
    CHECK(signs_in_with(DEVICE_SECRET));
    CHECK_NUMBER(0, ram.violations);
}

static void wear(void)
{
    make();
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    CHECK_NUMBER(1, ram.erases);
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    CHECK_NUMBER(3, ram.erases);
    ram.programs = 0;
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    restart();
    CHECK(signs_in_with(DEVICE_SECRET));
    CHECK_NUMBER(3, ram.erases);
    CHECK_NUMBER(0, ram.programs);
}

static void without_sync(void)
{
    prepare(8, 0xff);
    flash.sync = NULL;
    restart();
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    CHECK(signs_in_with(DEVICE_SECRET));
}

/* --- Arguments ---------------------------------------------------------------------------------------- */

static void expect_refused(linkauth_status status)
{
    linkauth_store store;
    memset(&store, 0xa5, sizeof(store));
    store.struct_size = sizeof(store);
    memset(&slots, 0xa5, sizeof(slots));
    CHECK_STATUS(status, linkauth_flash_store_init(&slots, sizeof(slots), &flash, &store));
    CHECK(store.load == NULL && store.save == NULL && store.user == NULL);
    CHECK_ZERO(&slots, sizeof(slots));
}

static void geometries(void)
{
    static const struct {
        const char *name;
        uint32_t slot_size, unit, erased;
    } WRONG[] = {
        {"no size", 0, 8, 0xff},           {"too small", 391, 1, 0xff},
        {"too small", 408, 32, 0xff},      {"no whole units", 513, 2, 0xff},
        {"no unit", 512, 0, 0xff},         {"unit 3", 513, 3, 0xff},
        {"unit 64", 512, 64, 0xff},        {"unit 2^31", 512, 1u << 31, 0xff},
        {"erased 1", 512, 8, 1},           {"erased 0xFFFF", 512, 8, 0xffff},
        {"erased 0x100", 512, 8, 0x100},
    };
    static const uint32_t UNITS[] = {1, 2, 4, 8, 16, 32};
    size_t at;
    for (at = 0; at < COUNT(WRONG); at++) {
        prepare(8, 0xff);
        check_case = WRONG[at].name;
        flash.slot_size = WRONG[at].slot_size;
        flash.unit = WRONG[at].unit;
        flash.erased = WRONG[at].erased;
        expect_refused(LINKAUTH_ERROR_ARGUMENT_RANGE);
    }
    for (at = 0; at < COUNT(UNITS); at++) {
        prepare(UNITS[at], 0xff);
        flash.slot_size = SMALLEST_SLOT;
        restart();
    }
    /* Nothing is read or written before the store is used. */
    CHECK_NUMBER(0, ram.reads + ram.programs + ram.erases + ram.syncs);
}

static void missing_callbacks_and_sizes(void)
{
    linkauth_store store;
    prepare(8, 0xff);
    flash.read = NULL;
    expect_refused(LINKAUTH_ERROR_CALLBACK_MISSING);
    prepare(8, 0xff);
    flash.program = NULL;
    expect_refused(LINKAUTH_ERROR_CALLBACK_MISSING);
    prepare(8, 0xff);
    flash.erase = NULL;
    expect_refused(LINKAUTH_ERROR_CALLBACK_MISSING);
    prepare(8, 0xff);
    flash.struct_size = sizeof(flash) - 1;
    expect_refused(LINKAUTH_ERROR_STRUCT_SIZE);

    prepare(8, 0xff);
    memset(&store, 0, sizeof(store));
    store.struct_size = sizeof(store);
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_flash_store_init(NULL, sizeof(slots), &flash, &store));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_flash_store_init(&slots, sizeof(slots), NULL, &store));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_flash_store_init(&slots, sizeof(slots), &flash, NULL));
    CHECK_STATUS(LINKAUTH_ERROR_OBJECT_SIZE,
                 linkauth_flash_store_init(&slots, 8, &flash, &store));
    store.struct_size = 0;
    CHECK_STATUS(LINKAUTH_ERROR_STRUCT_SIZE,
                 linkauth_flash_store_init(&slots, sizeof(slots), &flash, &store));
    CHECK_NUMBER(sizeof(slots), linkauth_flash_store_size());
}

static void wiping(void)
{
    make();
    linkauth_flash_store_wipe(&slots);
    CHECK_ZERO(&slots, sizeof(slots));
    CHECK_STATUS(LINKAUTH_ERROR_NOT_INITIALISED, bench_sign_in(&bench.device));
    linkauth_flash_store_wipe(&slots);
    linkauth_flash_store_wipe(NULL);
}

/* --- A flash that fails ------------------------------------------------------------------------------- */

static void a_bit_that_is_not_programmed(void)
{
    make();
    CHECK_STATUS(LINKAUTH_OK, store_secret(OTHER_SECRET));
    ram.program_loses_a_bit = 1;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_READ_BACK, store_secret(DEVICE_SECRET));
    restart();
    CHECK(signs_in_with(OTHER_SECRET));
    ram.program_loses_a_bit = 0;
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    restart();
    CHECK(signs_in_with(DEVICE_SECRET));
    CHECK_NUMBER(0, ram.violations);
}

/* Found out before the platform is asked: what it issues could not be stored. */
static void a_slot_that_cannot_be_erased(void)
{
    make();
    ram.erase_status = LINKAUTH_ERROR_STORE_IO;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_IO, bench_register(&bench));
    ram.erase_status = -5;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_IO, bench_register(&bench));
    ram.erase_status = LINKAUTH_OK;
    ram.erase_does_nothing = 1;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_WORN, bench_register(&bench));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_WORN, store_secret(DEVICE_SECRET));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_WORN, linkauth_store_erase(&bench.device));
    ram.erase_does_nothing = 0;
    ram.sync_status = LINKAUTH_ERROR_STORE_IO;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_IO, bench_register(&bench));
    ram.sync_status = LINKAUTH_OK;
    CHECK_NUMBER(0, bench.script.opens);
    CHECK_NUMBER(0, ram.programs);
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    CHECK_NUMBER(1, bench.script.opens);
}

static void a_slot_that_cannot_be_programmed(void)
{
    make();
    CHECK_STATUS(LINKAUTH_OK, store_secret(OTHER_SECRET));
    ram.program_status = -5;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_IO, store_secret(DEVICE_SECRET));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_IO, linkauth_report_connack(&bench.device, 0));
    ram.program_status = LINKAUTH_OK;
    restart();
    CHECK(signs_in_with(OTHER_SECRET));
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
}

/* The newest record in a slot whose ECC is wrong: the older one, or damage, never "none". */
static void a_slot_that_cannot_be_read(void)
{
    make();
    CHECK_STATUS(LINKAUTH_OK, store_secret(OTHER_SECRET));
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    memset(ram.is_unreadable[slot_has(1, DEVICE_SECRET)], 1, 64);
    restart();
    CHECK(signs_in_with(OTHER_SECRET));
    memset(ram.is_unreadable[0], 1, 64);
    memset(ram.is_unreadable[1], 1, 64);
    CHECK_STATUS(LINKAUTH_ERROR_STORE_DAMAGED, bench_sign_in(&bench.device));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_DAMAGED, bench_register(&bench));
    CHECK_NUMBER(0, bench.script.opens);
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    CHECK(signs_in_with(DEVICE_SECRET));
    CHECK_NUMBER(0, ram.violations);
}

/* A flash that answers no read has no say on whether there is a record: a device that took that for
 * "none" would register, and the platform would void the secret that is stored. */
static void a_flash_that_cannot_be_read_for_a_while(void)
{
    unsigned last;
    make();
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    ram.read_status = LINKAUTH_ERROR_STORE_IO;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_IO, bench_sign_in(&bench.device));
    for (last = 1; last <= 6; last++) {
        ram.reads = 0;
        ram.first_failing_read = 1;
        ram.last_failing_read = last;
        CHECK(bench_register(&bench) != LINKAUTH_OK);
        CHECK_NUMBER(0, bench.script.opens);
        ram.read_status = LINKAUTH_OK;
        restart();
        CHECK(signs_in_with(DEVICE_SECRET));
        ram.read_status = LINKAUTH_ERROR_STORE_IO;
    }
}

static void damaged_in_both_slots(void)
{
    make();
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    ram.bytes[0][20] ^= 1;
    restart();
    CHECK_STATUS(LINKAUTH_ERROR_STORE_DAMAGED, bench_sign_in(&bench.device));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_DAMAGED, bench_register(&bench));
    CHECK_NUMBER(0, bench.script.opens);
    CHECK_STATUS(LINKAUTH_OK, linkauth_store_erase(&bench.device));
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    CHECK(signs_in_with(DEVICE_SECRET));
}

/* --- Power cuts --------------------------------------------------------------------------------------- */

/* What is interrupted: from an empty store, or from one with OTHER_SECRET. */
static linkauth_status replace_secret(void) { return store_secret(DEVICE_SECRET); }
static linkauth_status register_device(void) { return bench_register(&bench); }
static linkauth_status activate(void) { return linkauth_report_connack(&bench.device, 0); }
static linkauth_status erase_store(void) { return linkauth_store_erase(&bench.device); }

struct interrupted {
    const char *name;
    linkauth_status (*act)(void);
    const char *before, *after;
};

static void after_the_cut(const struct interrupted *row)
{
    char ignored[80];
    linkauth_status status = password(NULL, ignored, sizeof(ignored));
    int is_before = row->before != NULL ? status == LINKAUTH_OK && signs_in_with(row->before)
                                        : status == LINKAUTH_ERROR_STORE_ABSENT;
    int is_after = row->after != NULL ? status == LINKAUTH_OK && signs_in_with(row->after)
                                      : status == LINKAUTH_ERROR_STORE_ABSENT;
    /* Half of an operator's erase leaves damage, which asks for an operator again. */
    CHECK(is_before || is_after
          || (row->after == NULL && status == LINKAUTH_ERROR_STORE_DAMAGED));
}

/* Begins anew, and loses power at one change after the other, then again while it is repeated. */
static void cut_everywhere(const struct interrupted *row, unsigned unit, enum torn torn)
{
    unsigned cut, changes = 1;
    linkauth_status status = LINKAUTH_OK;
    for (cut = 1; cut <= changes; cut++) {
        prepare(unit, cut % 2 ? 0xff : 0x00);
        restart();
        if (row->before != NULL) {
            CHECK_STATUS(LINKAUTH_OK, store_secret(row->before));
        }
        restart();
        ram.torn = torn;
        ram.cut_at = cut;
        (void)row->act();
        /* Its last changes may be such that a failure is none: retiring an older copy. */
        changes = ram.changes > cut || ram.is_off ? cut + 1 : cut;
        restart();
        after_the_cut(row);
        ram.cut_at = 1 + cut / 2;
        (void)row->act();
        restart();
        after_the_cut(row);
        status = row->act();
        CHECK(status == LINKAUTH_OK || status == LINKAUTH_ERROR_ALREADY_REGISTERED);
        restart();
        CHECK(row->after == NULL || signs_in_with(row->after));
        CHECK_NUMBER(0, ram.violations);
    }
    CHECK(cut > 2);
}

static void power_cuts(void)
{
    static const struct interrupted ROWS[] = {
        {"first secret", replace_secret, NULL, DEVICE_SECRET},
        {"another secret", replace_secret, OTHER_SECRET, DEVICE_SECRET},
        {"registration", register_device, NULL, DEVICE_SECRET},
        {"activation", activate, OTHER_SECRET, OTHER_SECRET},
        {"erasing", erase_store, OTHER_SECRET, NULL},
    };
    static const unsigned UNITS[] = {1, 8, 32};
    size_t row, unit;
    int torn;
    for (row = 0; row < COUNT(ROWS); row++) {
        for (unit = 0; unit < COUNT(UNITS); unit++) {
            for (torn = TORN_NOTHING; torn <= TORN_UNREADABLE; torn++) {
                check_case = ROWS[row].name;
                cut_everywhere(&ROWS[row], UNITS[unit], (enum torn)torn);
            }
        }
    }
}

static void erase_cut_at(unsigned cut)
{
    restart();
    ram.cut_at = cut;
    ram.torn = TORN_ALL;
    CHECK(linkauth_store_erase(&bench.device) != LINKAUTH_OK);
    restart();
    CHECK(!signs_in_with(OTHER_SECRET));
}

/* An operator erases what was replaced before: power is lost in between, and what was replaced must not
 * come back, whichever slot holds the newest. */
static void erasing_brings_nothing_back(void)
{
    unsigned cut;
    for (cut = 1; cut <= 2; cut++) {
        make();
        CHECK_STATUS(LINKAUTH_OK, store_secret(OTHER_SECRET));
        CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
        erase_cut_at(cut);

        make();
        CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
        CHECK_STATUS(LINKAUTH_OK, store_secret(OTHER_SECRET));
        CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
        erase_cut_at(cut);
    }
}

int main(void)
{
    RUN(every_unit_and_erased_value);
    RUN(a_slot_of_the_smallest_size);
    RUN(wear);
    RUN(without_sync);
    RUN(geometries);
    RUN(missing_callbacks_and_sizes);
    RUN(wiping);
    RUN(a_bit_that_is_not_programmed);
    RUN(a_slot_that_cannot_be_erased);
    RUN(a_slot_that_cannot_be_programmed);
    RUN(a_slot_that_cannot_be_read);
    RUN(a_flash_that_cannot_be_read_for_a_while);
    RUN(damaged_in_both_slots);
    RUN(power_cuts);
    RUN(erasing_brings_nothing_back);
    return check_end();
}
