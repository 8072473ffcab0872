/*
 * Signing in with three texts and nothing else: what other SDKs produce, the longest and the shortest
 * texts, what is refused and what is left behind then.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "vectors.h"

static linkauth_connect connect;

static linkauth_status sign_in(const char *product_key, const char *device_name, const char *secret)
{
    memset(&connect, 0xa5, sizeof(connect));
    return linkauth_sign_in_with_secret(product_key, LINKAUTH_NUL_TERMINATED, device_name,
                                        LINKAUTH_NUL_TERMINATED, secret, LINKAUTH_NUL_TERMINATED,
                                        &connect);
}

static void refused(linkauth_status expected, const char *product_key, const char *device_name,
                    const char *secret)
{
    CHECK_STATUS(expected, sign_in(product_key, device_name, secret));
    CHECK_ZERO(&connect, sizeof(connect));
}

/* The parts must be those that a device with a store writes, and its clientId is compared with
 * what other SDKs write in vectors_test.c. */
static void as_a_device_does(const char *product_key, const char *device_name, const char *secret)
{
    static struct bench bench;
    static char buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];
    linkauth_sign_in_options options;
    linkauth_sign_in_result result;
    if (!make_device(&bench, product_key, device_name, NULL)) {
        return;
    }
    memset(&options, 0, sizeof(options));
    options.struct_size = sizeof(options);
    options.device_secret = secret;
    options.device_secret_length = LINKAUTH_NUL_TERMINATED;
    memset(&result, 0, sizeof(result));
    result.struct_size = sizeof(result);
    CHECK_STATUS(LINKAUTH_OK,
                 linkauth_sign_in(&bench.device, &options, buffer, sizeof(buffer), &result));
    CHECK_STATUS(LINKAUTH_OK, sign_in(product_key, device_name, secret));
    CHECK_TEXT(connect.client_id, result.client_id, result.client_id_length);
    CHECK_TEXT(connect.username, result.username, result.username_length);
    CHECK_TEXT(connect.password, result.password, result.password_length);
    /* What follows the texts says nothing. */
    CHECK_ZERO(connect.client_id + result.client_id_length,
               sizeof(connect.client_id) - result.client_id_length);
    CHECK_ZERO(connect.username + result.username_length,
               sizeof(connect.username) - result.username_length);
    CHECK_ZERO(connect.password + result.password_length,
               sizeof(connect.password) - result.password_length);
}

static int is_all_default(const struct mqtt_vector *vector)
{
    char usual_client_id[80];
    snprintf(usual_client_id, sizeof(usual_client_id), "%s.%s", vector->product_key,
             vector->device_name);
    return strcmp(vector->sign_method, "hmacsha256") == 0
           && strcmp(vector->timestamp, "2524608000000") == 0
           && strcmp(vector->free_client_id, usual_client_id) == 0 && vector->password != NULL;
}

static void what_other_sdks_produce(void)
{
    size_t at, compared = 0;
    for (at = 0; at < COUNT(MQTT_VECTORS); at++) {
        const struct mqtt_vector *vector = &MQTT_VECTORS[at];
        check_case = vector->sdk;
        if (!is_all_default(vector)) {
            continue;
        }
        CHECK_STATUS(LINKAUTH_OK,
                     sign_in(vector->product_key, vector->device_name, vector->device_secret));
        CHECK_TEXT(vector->username, connect.username, strlen(connect.username));
        CHECK_TEXT(vector->password, connect.password, strlen(connect.password));
        as_a_device_does(vector->product_key, vector->device_name, vector->device_secret);
        compared++;
    }
    check_case = NULL;
    CHECK(compared > 3);
}

#define TEN "0123456789"
#define FORTY TEN TEN TEN TEN

static void shortest_and_longest(void)
{
    as_a_device_does("a", "dev1", "s");
    as_a_device_does(TEN TEN, TEN TEN TEN "ab", FORTY TEN TEN "abcd");
    CHECK_STATUS(LINKAUTH_OK, linkauth_sign_in_with_secret("a1B2c3D4e5Fxyz", 11, "dev1xyz", 4,
                                                           DEVICE_SECRET "xyz", 32, &connect));
    as_a_device_does(PRODUCT_KEY, DEVICE_NAME, DEVICE_SECRET);
}

static void what_is_refused(void)
{
    refused(LINKAUTH_ERROR_ARGUMENT_NULL, NULL, DEVICE_NAME, DEVICE_SECRET);
    refused(LINKAUTH_ERROR_ARGUMENT_NULL, PRODUCT_KEY, NULL, DEVICE_SECRET);
    refused(LINKAUTH_ERROR_ARGUMENT_NULL, PRODUCT_KEY, DEVICE_NAME, NULL);
    refused(LINKAUTH_ERROR_ARGUMENT_EMPTY, "", DEVICE_NAME, DEVICE_SECRET);
    refused(LINKAUTH_ERROR_ARGUMENT_EMPTY, PRODUCT_KEY, DEVICE_NAME, "");
    refused(LINKAUTH_ERROR_ARGUMENT_TOO_SHORT, PRODUCT_KEY, "dev", DEVICE_SECRET);
    refused(LINKAUTH_ERROR_ARGUMENT_TOO_LONG, TEN TEN "a", DEVICE_NAME, DEVICE_SECRET);
    refused(LINKAUTH_ERROR_ARGUMENT_TOO_LONG, PRODUCT_KEY, TEN TEN TEN "abc", DEVICE_SECRET);
    refused(LINKAUTH_ERROR_ARGUMENT_TOO_LONG, PRODUCT_KEY, DEVICE_NAME, FORTY TEN TEN "abcde");
    refused(LINKAUTH_ERROR_ARGUMENT_CHARACTER, "a1B2_", DEVICE_NAME, DEVICE_SECRET);
    refused(LINKAUTH_ERROR_ARGUMENT_CHARACTER, PRODUCT_KEY, "dev&1", DEVICE_SECRET);
    refused(LINKAUTH_ERROR_ARGUMENT_CHARACTER, PRODUCT_KEY, DEVICE_NAME, "with space");
    refused(LINKAUTH_ERROR_ARGUMENT_CHARACTER, PRODUCT_KEY, DEVICE_NAME, "\x80");
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_sign_in_with_secret(PRODUCT_KEY, 11, DEVICE_NAME, 4, DEVICE_SECRET, 32,
                                              NULL));
}

/* An input within the output, at its first and its last byte, is found before anything is written. */
static void an_overlap_changes_nothing(void)
{
    linkauth_connect before;
    char *const places[] = {(char *)&connect, (char *)(&connect + 1) - 32};
    size_t at;
    for (at = 0; at < COUNT(places); at++) {
        memset(&connect, 0xa5, sizeof(connect));
        memcpy(places[at], DEVICE_SECRET, 32);
        before = connect;
        CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_OVERLAP,
                     linkauth_sign_in_with_secret(PRODUCT_KEY, 11, DEVICE_NAME, 4, places[at], 32,
                                                  &connect));
        CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_OVERLAP,
                     linkauth_sign_in_with_secret(places[at], 11, DEVICE_NAME, 4, DEVICE_SECRET, 32,
                                                  &connect));
        CHECK(memcmp(&before, &connect, sizeof(connect)) == 0);
    }
}

int main(void)
{
    RUN(what_other_sdks_produce);
    RUN(shortest_and_longest);
    RUN(what_is_refused);
    RUN(an_overlap_changes_nothing);
    return check_end();
}
