/*
 * A registration step by step, with the device and storage of a bench.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef STEPS_H_INCLUDED
#define STEPS_H_INCLUDED

#include "check.h"
#include "fixture.h"

CHECK_MAYBE_UNUSED
static linkauth_status steps_begin(struct bench *bench)
{
    return linkauth_registration_begin(&bench->device, &bench->registration,
                                       sizeof(bench->registration), &bench->options);
}

CHECK_MAYBE_UNUSED
static linkauth_status steps_feed(struct bench *bench, const char *data, size_t length)
{
    return linkauth_registration_feed(&bench->device, &bench->registration, (const uint8_t *)data,
                                      length);
}

CHECK_MAYBE_UNUSED
static linkauth_status steps_finish(struct bench *bench)
{
    return linkauth_registration_finish(&bench->device, &bench->registration);
}

CHECK_MAYBE_UNUSED
static linkauth_registration_step steps_next(struct bench *bench, linkauth_status expected)
{
    linkauth_registration_step step;
    memset(&step, 0, sizeof(step));
    step.struct_size = sizeof(step);
    CHECK_STATUS(expected, linkauth_registration_next(&bench->registration, &step));
    return step;
}

CHECK_MAYBE_UNUSED
static int steps_hold_a_secret(const struct bench *bench)
{
    return has_secret(&bench->registration, sizeof(bench->registration), DEVICE_SECRET)
        || has_secret(&bench->registration, sizeof(bench->registration), PRODUCT_SECRET)
        || has_secret(&bench->registration, sizeof(bench->registration), DEVICE_TOKEN);
}

/** An attempt that has ended holds nothing, takes nothing, and can be wiped. */
CHECK_MAYBE_UNUSED
static void steps_ended(struct bench *bench)
{
    CHECK(!steps_hold_a_secret(bench));
    steps_next(bench, LINKAUTH_ERROR_OUT_OF_ORDER);
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, steps_feed(bench, "H", 1));
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, steps_feed(bench, NULL, 0));
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, linkauth_registration_sent(&bench->registration, 0));
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER,
                 linkauth_registration_connack(&bench->device, &bench->registration, 0));
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER,
                 linkauth_registration_message(&bench->device, &bench->registration, "/", 1, NULL,
                                               0));
    CHECK_STATUS(LINKAUTH_ERROR_OUT_OF_ORDER, steps_finish(bench));
    linkauth_registration_wipe(&bench->registration);
    CHECK_ZERO(&bench->registration, sizeof(bench->registration));
}

#endif /* STEPS_H_INCLUDED */
