/*
 * Signing in many devices with one call: each as linkauth_sign_in_with_secret does, also past the end
 * of a scope; one that cannot does not hinder the others; what is refused as a whole.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "vectors.h"

/* More than twice what one scrubbed scope takes. */
enum { MANY = 600 };

static char names[MANY][16], secrets[MANY][40];
static linkauth_device_certificate devices[MANY];
static linkauth_connect connects[MANY], expected;
static linkauth_status statuses[MANY];

static void make_devices(void)
{
    size_t at;
    for (at = 0; at < MANY; at++) {
        snprintf(names[at], sizeof(names[at]), "device_%u", (unsigned)at);
        snprintf(secrets[at], sizeof(secrets[at]), "secret%026u", (unsigned)at);
        memset(&devices[at], 0, sizeof(devices[at]));
        devices[at].product_key = PRODUCT_KEY;
        devices[at].product_key_length = strlen(PRODUCT_KEY);
        devices[at].device_name = names[at];
        devices[at].device_name_length = LINKAUTH_NUL_TERMINATED;
        devices[at].device_secret = secrets[at];
        devices[at].device_secret_length = strlen(secrets[at]);
    }
    memset(connects, 0xa5, sizeof(connects));
    memset(statuses, 0xa5, sizeof(statuses));
}

static void is_signed_in(size_t at)
{
    CHECK_STATUS(LINKAUTH_OK,
                 linkauth_sign_in_with_secret(PRODUCT_KEY, LINKAUTH_NUL_TERMINATED, names[at],
                                              LINKAUTH_NUL_TERMINATED, secrets[at],
                                              LINKAUTH_NUL_TERMINATED, &expected));
    CHECK(memcmp(&expected, &connects[at], sizeof(expected)) == 0);
    CHECK_STATUS(LINKAUTH_OK, statuses[at]);
}

static void each_as_by_itself(void)
{
    static const size_t COUNTS[] = {1, 2, 255, 256, 257, MANY};
    size_t count, at;
    for (count = 0; count < COUNT(COUNTS); count++) {
        make_devices();
        CHECK_STATUS(LINKAUTH_OK,
                     linkauth_sign_in_batch(devices, COUNTS[count], connects, statuses));
        for (at = 0; at < COUNTS[count]; at++) {
            is_signed_in(at);
        }
        for (; at < MANY; at++) {
            CHECK(connects[at].password[0] == (char)0xa5);
        }
    }
}

static void one_does_not_hinder_the_others(void)
{
    static const size_t WRONG[] = {0, 3, 255, 256, MANY - 1};
    size_t at;
    make_devices();
    devices[0].device_secret = NULL;
    devices[0].device_secret_length = 0;
    devices[3].device_name = "no&name";
    devices[255].device_secret = "with a space";
    devices[255].device_secret_length = 12;
    devices[256].product_key_length = 0;
    devices[MANY - 1].device_name = "dev";
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_sign_in_batch(devices, MANY, connects, statuses));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL, statuses[0]);
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_CHARACTER, statuses[3]);
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_CHARACTER, statuses[255]);
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_EMPTY, statuses[256]);
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_TOO_SHORT, statuses[MANY - 1]);
    for (at = 0; at < COUNT(WRONG); at++) {
        CHECK_ZERO(&connects[WRONG[at]], sizeof(connects[0]));
    }
    is_signed_in(1);
    is_signed_in(254);
    is_signed_in(257);
    is_signed_in(MANY - 2);
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_CHARACTER,
                 linkauth_sign_in_batch(devices + 1, MANY - 1, connects, NULL));
}

static void what_is_refused_as_a_whole(void)
{
    make_devices();
    CHECK_STATUS(LINKAUTH_OK, linkauth_sign_in_batch(NULL, 0, NULL, NULL));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL, linkauth_sign_in_batch(NULL, 1, connects, NULL));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL, linkauth_sign_in_batch(devices, 1, NULL, NULL));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_TOO_LONG,
                 linkauth_sign_in_batch(devices, SIZE_MAX / 2, connects, NULL));
    CHECK(connects[0].password[0] == (char)0xa5);
}

/* The arrays in each other: nothing is changed. A text in the output: its device alone is refused. */
static void overlaps(void)
{
    static union {
        linkauth_device_certificate devices[8];
        linkauth_connect connects[8];
        linkauth_status statuses[8];
    } same;
    make_devices();
    memcpy(same.devices, devices, sizeof(same.devices));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_OVERLAP,
                 linkauth_sign_in_batch(same.devices, 2, same.connects, NULL));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_OVERLAP,
                 linkauth_sign_in_batch(same.devices, 2, connects, same.statuses));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_OVERLAP,
                 linkauth_sign_in_batch(devices, 2, same.connects, same.statuses));
    CHECK(memcmp(same.devices, devices, sizeof(same.devices)) == 0);

    memcpy(connects[2].password, secrets[1], sizeof(secrets[1]));
    devices[1].device_secret = connects[2].password;
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_OVERLAP,
                 linkauth_sign_in_batch(devices, 3, connects, statuses));
    is_signed_in(0);
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_OVERLAP, statuses[1]);
    CHECK(connects[1].client_id[0] == (char)0xa5);
    is_signed_in(2);
}

int main(void)
{
    RUN(each_as_by_itself);
    RUN(one_does_not_hinder_the_others);
    RUN(what_is_refused_as_a_whole);
    RUN(overlaps);
    return check_end();
}
