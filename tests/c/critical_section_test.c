/*
 * The critical section that a device is given: in pairs, never nested, around the store and not
 * around the network.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "check.h"
#include "fixture.h"

#include <string.h>

/** What PRIMASK would be: something that only the right order brings back. */
enum { MASK = 0x5eed };

struct section {
    unsigned entered;
    unsigned left;
    unsigned nested;
    unsigned wrong_mask;
    /** Calls of the store and of the transport, inside and outside. */
    unsigned inside;
    unsigned outside;
};

static size_t enter(void *user)
{
    struct section *section = user;
    if (section->entered != section->left) {
        section->nested++;
    }
    section->entered++;
    return MASK + section->entered;
}

static void leave(void *user, size_t before)
{
    struct section *section = user;
    section->left++;
    if (before != MASK + section->left) {
        section->wrong_mask++;
    }
}

static void called(void *context)
{
    struct section *section = context;
    if (section->entered == section->left) {
        section->outside++;
    } else {
        section->inside++;
    }
}

static struct bench bench;
static struct section section;
static linkauth_critical_section callbacks;

static linkauth_status init(void)
{
    return linkauth_device_init(&bench.device, sizeof(bench.device), &bench.config);
}

static linkauth_status store(void)
{
    return linkauth_store_secret(&bench.device, DEVICE_SECRET, LINKAUTH_NUL_TERMINATED);
}

/** A device with a critical section; 0 if it cannot be made. */
static int make(void)
{
    linkauth_critical_section all = {sizeof(all), 0, &section, enter, leave};
    bench_prepare(&bench);
    memset(&section, 0, sizeof(section));
    callbacks = all;
    bench.config.critical_section = &callbacks;
    return init() == LINKAUTH_OK;
}

static void check_pairs(void)
{
    CHECK(section.entered > 0);
    CHECK(section.entered == section.left);
    CHECK(section.nested == 0);
    CHECK(section.wrong_mask == 0);
}

static void surrounds_each_use_of_a_secret(void)
{
    CHECK(make());
    bench.memory.within = called;
    bench.memory.context = &section;
    CHECK_STATUS(LINKAUTH_OK, store());
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    CHECK(section.inside > 0);
    CHECK(section.outside == 0);
    check_pairs();
}

static void ends_before_the_network(void)
{
    char reply[512];
    CHECK(make());
    bench.script.within = called;
    bench.script.context = &section;
    bench_reply(&bench, reply, http_reply(reply, sizeof(reply), HEAD_LENGTH, BODY_SUCCESS));
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    CHECK(section.outside > 0);
    CHECK(section.inside == 0);
    check_pairs();
}

static void is_left_after_a_failure(void)
{
    CHECK(make());
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&bench.device));
    check_pairs();
    bench.memory.save_status = LINKAUTH_ERROR_STORE_FULL;
    CHECK_STATUS(LINKAUTH_ERROR_STORE_FULL, store());
    check_pairs();
}

static void a_half_is_refused(void)
{
    CHECK(make());
    callbacks.leave = NULL;
    CHECK_STATUS(LINKAUTH_ERROR_CALLBACK_MISSING, init());
    callbacks.leave = leave;
    callbacks.enter = NULL;
    CHECK_STATUS(LINKAUTH_ERROR_CALLBACK_MISSING, init());
    callbacks.enter = enter;
    callbacks.reserved = 1;
    CHECK_STATUS(LINKAUTH_ERROR_RESERVED_NOT_ZERO, init());
    callbacks.reserved = 0;
    callbacks.struct_size = 4;
    CHECK_STATUS(LINKAUTH_ERROR_STRUCT_SIZE, init());
}

int main(void)
{
    RUN(surrounds_each_use_of_a_secret);
    RUN(ends_before_the_network);
    RUN(is_left_after_a_failure);
    RUN(a_half_is_refused);
    return check_end();
}
