/*
 * A DeviceSecret in two slots of flash without a device: the record of a device, read and written both
 * ways, and what is refused. The flash store itself is tested in flash_store_test.c.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "check.h"
#include "fixture.h"

#include <string.h>

#define OTHER_SECRET "zyxwvutsrqponmlkjihgfedcba987654"
#define INSTANCE "iot-0123abc"

enum { SLOT = 512, UNIT = 8 };

static uint8_t bytes[2][SLOT];
static linkauth_status flash_status;
static struct bench bench;
static linkauth_flash_secret_store slots;
static linkauth_flash_store device_slots;
static linkauth_secret_store store;
static linkauth_lean lean;
static linkauth_lean_memory memory;
static char reply[600];

static linkauth_status flash_read(void *user, uint32_t slot, uint32_t offset, uint8_t *to, size_t length)
{
    (void)user;
    memcpy(to, bytes[slot] + offset, length);
    return flash_status;
}

static linkauth_status flash_program(void *user, uint32_t slot, uint32_t offset, const uint8_t *from,
                                     size_t length)
{
    (void)user;
    memcpy(bytes[slot] + offset, from, length);
    return flash_status;
}

static linkauth_status flash_erase(void *user, uint32_t slot)
{
    (void)user;
    memset(bytes[slot], 0xff, SLOT);
    return flash_status;
}

static const linkauth_flash FLASH = {sizeof(FLASH), SLOT,        UNIT,        0xff, NULL,
                                     flash_read,    flash_program, flash_erase, NULL};

/* Empty slots, and whose secret goes there. */
static void prepare(void)
{
    memset(bytes, 0xff, sizeof(bytes));
    flash_status = LINKAUTH_OK;
    bench_prepare(&bench);
    memset(&lean, 0, sizeof(lean));
    lean.struct_size = sizeof(lean);
    lean.product_key = PRODUCT_KEY;
    lean.product_key_length = LINKAUTH_NUL_TERMINATED;
    lean.device_name = DEVICE_NAME;
    lean.device_name_length = LINKAUTH_NUL_TERMINATED;
    lean.product_secret = PRODUCT_SECRET;
    lean.product_secret_length = LINKAUTH_NUL_TERMINATED;
    lean.random = bench.config.random;
    lean.random_user = bench.config.random_user;
}

static linkauth_status start(void)
{
    memset(&store, 0, sizeof(store));
    store.struct_size = sizeof(store);
    linkauth_flash_secret_store_wipe(&slots);
    return linkauth_flash_secret_store_init(&slots, sizeof(slots), &FLASH, &lean, &store);
}

/* After each call the store holds no secret. */
static linkauth_status ended(linkauth_status status)
{
    CHECK(!has_secret(&slots, sizeof(slots), DEVICE_SECRET));
    CHECK(!has_secret(&slots, sizeof(slots), OTHER_SECRET));
    CHECK_ZERO(&memory, sizeof(memory));
    return status;
}

static linkauth_status lean_register(void)
{
    bench_reply(&bench, reply, http_reply(reply, sizeof(reply), HEAD_LENGTH, BODY_SUCCESS));
    return ended(linkauth_lean_register(&lean, &store, &bench.transport, &memory, sizeof(memory)));
}

/* Whether a sign-in is one with this secret. */
static linkauth_status signs_in_with(const char *secret)
{
    linkauth_connect connect, expected;
    linkauth_status status = ended(linkauth_lean_sign_in(&lean, &store, &connect));
    if (status == LINKAUTH_OK) {
        CHECK_STATUS(LINKAUTH_OK,
                     linkauth_sign_in_with_secret(PRODUCT_KEY, 11, DEVICE_NAME, 4, secret, strlen(secret),
                                                  &expected));
        CHECK_BYTES(&expected, sizeof(expected), &connect, sizeof(connect));
    }
    return status;
}

/* A device with a record in the same slots. */
static void make_device(const char *instance_id)
{
    linkauth_device_wipe(&bench.device);
    linkauth_flash_store_wipe(&device_slots);
    memset(&bench.store, 0, sizeof(bench.store));
    bench.store.struct_size = sizeof(bench.store);
    CHECK_STATUS(LINKAUTH_OK, linkauth_flash_store_init(&device_slots, sizeof(device_slots), &FLASH,
                                                        &bench.store));
    bench.config.instance_id = instance_id;
    bench.config.instance_id_length = instance_id == NULL ? 0 : strlen(instance_id);
    CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
}

static void registers_and_signs_in_after_a_restart(void)
{
    prepare();
    CHECK_STATUS(LINKAUTH_OK, start());
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, signs_in_with(DEVICE_SECRET));
    CHECK_STATUS(LINKAUTH_OK, lean_register());
    CHECK(has_secret(bytes, sizeof(bytes), DEVICE_SECRET));
    CHECK_STATUS(LINKAUTH_OK, start());
    CHECK_STATUS(LINKAUTH_OK, signs_in_with(DEVICE_SECRET));
    CHECK_STATUS(LINKAUTH_ERROR_ALREADY_REGISTERED, lean_register());
    CHECK_STATUS(LINKAUTH_OK, store.save(store.user, OTHER_SECRET, 32));
    CHECK_STATUS(LINKAUTH_OK, signs_in_with(OTHER_SECRET));
}

/* A device finds the secret, in the state in which a registration leaves it. */
static void a_device_finds_it(void)
{
    linkauth_store_info info;
    const char *instances[] = {NULL, INSTANCE};
    size_t at;
    for (at = 0; at < 2; at++) {
        prepare();
        lean.instance_id = instances[at];
        lean.instance_id_length = LINKAUTH_NUL_TERMINATED;
        CHECK_STATUS(LINKAUTH_OK, start());
        CHECK_STATUS(LINKAUTH_OK, lean_register());
        make_device(instances[at]);
        memset(&info, 0, sizeof(info));
        info.struct_size = sizeof(info);
        CHECK_STATUS(LINKAUTH_OK, linkauth_store_inspect(&bench.device, &info));
        CHECK_NUMBER(LINKAUTH_STATE_ISSUED, info.state);
        CHECK_NUMBER(1, info.registrations);
        CHECK_NUMBER(1, info.sequence);
        CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
        CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
        CHECK_STATUS(LINKAUTH_OK, signs_in_with(DEVICE_SECRET));
        make_device(instances[1 - at]);
        CHECK_STATUS(LINKAUTH_ERROR_STORE_OTHER_DEVICE, bench_sign_in(&bench.device));
    }
}

/* And what a device stored is found without one. */
static void what_a_device_stored_is_found(void)
{
    prepare();
    make_device(NULL);
    CHECK_STATUS(LINKAUTH_OK, linkauth_store_secret(&bench.device, OTHER_SECRET, 32));
    CHECK_STATUS(LINKAUTH_OK, start());
    CHECK_STATUS(LINKAUTH_OK, signs_in_with(OTHER_SECRET));
    lean.device_name = "dev2";
    CHECK_STATUS(LINKAUTH_OK, start());
    CHECK_STATUS(LINKAUTH_ERROR_STORE_OTHER_DEVICE, signs_in_with(OTHER_SECRET));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_OTHER_DEVICE, lean_register());
    CHECK_NUMBER(0, bench.script.opens);
    CHECK(has_secret(bytes, sizeof(bytes), OTHER_SECRET));
}

static void damage_is_not_absence(void)
{
    unsigned slot;
    prepare();
    CHECK_STATUS(LINKAUTH_OK, start());
    CHECK_STATUS(LINKAUTH_OK, lean_register());
    for (slot = 0; slot < 2; slot++) {
        bytes[slot][20] ^= 1;
    }
    CHECK_STATUS(LINKAUTH_ERROR_STORE_DAMAGED, signs_in_with(DEVICE_SECRET));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_DAMAGED, lean_register());
    flash_status = LINKAUTH_ERROR_STORE_IO;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_IO, signs_in_with(DEVICE_SECRET));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_IO, lean_register());
    CHECK_NUMBER(1, bench.script.opens);
}

static void what_is_wrong_about_arguments(void)
{
    linkauth_flash flash = FLASH;
    prepare();
    CHECK_NUMBER(sizeof(slots), linkauth_flash_secret_store_size());
    lean.device_name = "dev";
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_TOO_SHORT, start());
    CHECK(store.load == NULL && store.save == NULL && store.user == NULL);
    CHECK_ZERO(&slots, sizeof(slots));
    prepare();
    lean.instance_id = "";
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_EMPTY, start());
    prepare();
    flash.unit = 3;
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_RANGE,
                 linkauth_flash_secret_store_init(&slots, sizeof(slots), &flash, &lean, &store));
    CHECK_STATUS(LINKAUTH_ERROR_OBJECT_SIZE,
                 linkauth_flash_secret_store_init(&slots, 16, &FLASH, &lean, &store));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_flash_secret_store_init(NULL, sizeof(slots), &FLASH, &lean, &store));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_flash_secret_store_init(&slots, sizeof(slots), &FLASH, &lean, NULL));
    linkauth_flash_secret_store_wipe(NULL);
    CHECK_STATUS(LINKAUTH_OK, start());
    linkauth_flash_secret_store_wipe(&slots);
    CHECK_STATUS(LINKAUTH_ERROR_NOT_INITIALISED, signs_in_with(DEVICE_SECRET));
}

int main(void)
{
    RUN(registers_and_signs_in_after_a_restart);
    RUN(a_device_finds_it);
    RUN(what_a_device_stored_is_found);
    RUN(damage_is_not_absence);
    RUN(what_is_wrong_about_arguments);
    return check_end();
}
