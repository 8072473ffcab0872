/*
 * What other SDKs produced, produced again through the C ABI from the same inputs.
 *
 * The entries are in tests/vectors/vectors.json. A sign-in must give the same username, password,
 * host and clientId, its pairs in any order; a registration the same request and, where the SDK read
 * a reply, the same secret. Where an SDK does not sign as it declares, linkauth must differ from it.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "vectors.h"
#include "vectors_https.h"
#include "vectors_mqtt.h"

/* --- Sign-in ------------------------------------------------------------------------------------ */

struct signed_in {
    char buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE + 256];
    linkauth_sign_in_result result;
};

/* The pairs that linkauth does not write itself. */
static size_t further_pairs(const struct pair *pairs, size_t count, linkauth_extension *extensions)
{
    static const char *const OWN[] = {"securemode", "signmethod", "timestamp", "authType"};
    size_t at, own, kept = 0;
    for (at = 0; at < count; at++) {
        for (own = 0; own < COUNT(OWN) && !is_named(pairs[at].key, OWN[own]); own++) {
        }
        if (own == COUNT(OWN)) {
            extensions[kept].key = pairs[at].key.start;
            extensions[kept].key_length = pairs[at].key.length;
            extensions[kept].value = pairs[at].value.start;
            extensions[kept].value_length = pairs[at].value.length;
            kept++;
        }
    }
    return kept;
}

/* Leaves every choice to linkauth whose default is the entry's, and stores the secret instead of
 * lending it, if `by_default`. */
static int sign_in_like(const struct mqtt_vector *vector, int by_default, struct signed_in *out)
{
    static struct bench bench;
    linkauth_sign_in_options options;
    linkauth_extension extensions[PAIRS_MAX];
    struct pair pairs[PAIRS_MAX];
    size_t count = extension_pairs(vector->client_id, pairs);
    char usual_client_id[80];

    if (!make_device(&bench, vector->product_key, vector->device_name, vector->region)) {
        return 0;
    }
    memset(&options, 0, sizeof(options));
    options.struct_size = sizeof(options);
    options.sign_method = (uint32_t)sign_method(vector->sign_method);
    options.port = vector->port;
    options.timestamp = strtoull(vector->timestamp, NULL, 10);
    options.secure_mode = vector->secure_mode;
    if (vector->secure_mode == 0) {
        const struct pair *mode = find(pairs, count, text_of("securemode"));
        CHECK(mode != NULL);
        options.secure_mode = mode != NULL ? (int32_t)strtol(mode->value.start, NULL, 10) : 0;
    }
    if (vector->free_client_id[0] == '\0') {
        options.flags = LINKAUTH_SIGN_IN_SERVER_ASSIGNED_CLIENT_ID;
    } else {
        options.client_id = vector->free_client_id;
        options.client_id_length = LINKAUTH_NUL_TERMINATED;
    }
    options.extensions = extensions;
    options.extension_count = further_pairs(pairs, count, extensions);
    if (by_default) {
        if (options.timestamp == 2524608000000u) {
            options.timestamp = 0;
        }
        if (options.secure_mode == LINKAUTH_SECURE_MODE_TLS) {
            options.secure_mode = 0;
        }
        snprintf(usual_client_id, sizeof(usual_client_id), "%s.%s", vector->product_key,
                 vector->device_name);
        if (strcmp(usual_client_id, vector->free_client_id) == 0) {
            options.client_id = NULL;
            options.client_id_length = 0;
        }
        if (!CHECK_STATUS(LINKAUTH_OK, linkauth_store_secret(&bench.device, vector->device_secret,
                                                             LINKAUTH_NUL_TERMINATED))) {
            return 0;
        }
    } else {
        options.device_secret = vector->device_secret;
        options.device_secret_length = LINKAUTH_NUL_TERMINATED;
    }
    memset(out, 0, sizeof(*out));
    out->result.struct_size = sizeof(out->result);
    return CHECK_STATUS(LINKAUTH_OK, linkauth_sign_in(&bench.device, &options, out->buffer,
                                                      sizeof(out->buffer), &out->result));
}

static void check_terminated(const char *text, size_t length)
{
    CHECK(text != NULL && strlen(text) == length);
}

static void check_connect(const struct mqtt_vector *vector, const struct signed_in *out)
{
    struct pair ours[PAIRS_MAX], theirs[PAIRS_MAX];
    const linkauth_sign_in_result *result = &out->result;
    size_t free_length = strlen(vector->free_client_id);

    check_terminated(result->host, result->host_length);
    check_terminated(result->client_id, result->client_id_length);
    check_terminated(result->username, result->username_length);
    check_terminated(result->password, result->password_length);
    CHECK_TEXT(vector->username, result->username, result->username_length);
    if (vector->host != NULL) {
        CHECK_TEXT(vector->host, result->host, result->host_length);
    }
    if (vector->port != 0) {
        CHECK_NUMBER(vector->port, result->port);
    }
    CHECK(result->client_id_length > free_length && result->client_id[free_length] == '|');
    CHECK(result->client_id[result->client_id_length - 1] == '|');
    CHECK_BYTES(vector->free_client_id, free_length, result->client_id,
                result->client_id_length > free_length ? free_length : 0);
    CHECK(strncmp(vector->client_id, vector->free_client_id, free_length) == 0);
    CHECK(same_pairs(ours, extension_pairs(result->client_id, ours), theirs,
                     extension_pairs(vector->client_id, theirs)));
}

static int is_password(const struct signed_in *out, const char *password)
{
    return same(text_of(password), text_of(out->result.password), 1);
}

static void check_masked(const struct mqtt_vector *vector, const struct signed_in *out)
{
    const char *stars = vector->masked_password;
    if (stars != NULL) {
        struct text shown = text_of(stars), ours = text_of(out->result.password);
        CHECK(shown.length == ours.length);
        shown.length = ours.length = strcspn(stars, "*");
        CHECK(same(shown, ours, 1));
    }
}

static void sign_ins(void)
{
    static struct signed_in out;
    size_t at;
    int by_default;
    for (at = 0; at < COUNT(MQTT_VECTORS); at++) {
        const struct mqtt_vector *vector = &MQTT_VECTORS[at];
        unsigned failures = check_failures_here;
        begin_case(vector->index, vector->sdk, vector->operation);
        if (sign_method(vector->sign_method) < 0) {
            tally(vector->sdk, vector->operation, WITHOUT_METHOD);
            continue;
        }
        for (by_default = 0; by_default <= 1; by_default++) {
            if (!sign_in_like(vector, by_default, &out)) {
                break;
            }
            check_connect(vector, &out);
            check_masked(vector, &out);
            if (vector->declared_password != NULL) {
                CHECK(!is_password(&out, vector->password));
                CHECK(is_password(&out, vector->declared_password));
            } else {
                CHECK(is_password(&out, vector->password));
            }
        }
        linkauth_wipe(&out, sizeof(out));
        if (check_failures_here == failures) {
            tally(vector->sdk, vector->operation,
                  vector->declared_password != NULL ? DIFFERS : MATCHED);
        }
    }
}

/* --- Sign-in with a DeviceToken ----------------------------------------------------------------- */

/* Lent by the caller, or from the store after a registration that was answered by it. */
static int sign_in_with_token(const struct token_vector *vector, int is_lent, struct signed_in *out)
{
    static struct bench bench;
    linkauth_sign_in_options options;
    linkauth_extension extensions[PAIRS_MAX];
    struct pair pairs[PAIRS_MAX];
    size_t count = extension_pairs(vector->client_id, pairs);
    if (!make_device(&bench, vector->product_key, vector->device_name, NULL)) {
        return 0;
    }
    memset(&options, 0, sizeof(options));
    options.struct_size = sizeof(options);
    options.extensions = extensions;
    options.extension_count = further_pairs(pairs, count, extensions);
    if (is_lent) {
        options.client_id = vector->issued_client_id;
        options.client_id_length = LINKAUTH_NUL_TERMINATED;
        options.device_token = vector->device_token;
        options.device_token_length = LINKAUTH_NUL_TERMINATED;
    } else if (!register_for_token(&bench, vector)) {
        return 0;
    }
    memset(out, 0, sizeof(*out));
    out->result.struct_size = sizeof(out->result);
    return CHECK_STATUS(LINKAUTH_OK, linkauth_sign_in(&bench.device, &options, out->buffer,
                                                      sizeof(out->buffer), &out->result));
}

static void token_sign_ins(void)
{
    static struct signed_in out;
    size_t at;
    int is_lent;
    for (at = 0; at < COUNT(TOKEN_VECTORS); at++) {
        const struct token_vector *vector = &TOKEN_VECTORS[at];
        const linkauth_sign_in_result *result = &out.result;
        unsigned failures = check_failures_here;
        begin_case(vector->index, vector->sdk, vector->operation);
        for (is_lent = 0; is_lent <= 1; is_lent++) {
            if (!sign_in_with_token(vector, is_lent, &out)) {
                break;
            }
            check_client_id(vector->sdk, vector->client_id, result->client_id,
                            result->client_id_length);
            CHECK_TEXT(vector->username, result->username, result->username_length);
            CHECK_TEXT(vector->password, result->password, result->password_length);
            CHECK_NUMBER(8883, result->port);
        }
        linkauth_wipe(&out, sizeof(out));
        if (check_failures_here == failures) {
            tally(vector->sdk, vector->operation, MATCHED);
        }
    }
}

/* --- TLS-PSK -------------------------------------------------------------------------------------- */

static void psks(void)
{
    static struct bench bench;
    size_t at;
    int is_stored_secret;
    for (at = 0; at < COUNT(PSK_VECTORS); at++) {
        const struct psk_vector *vector = &PSK_VECTORS[at];
        unsigned failures = check_failures_here;
        begin_case(vector->index, vector->sdk, vector->operation);
        for (is_stored_secret = 0; is_stored_secret <= 1; is_stored_secret++) {
            linkauth_sign_in_options options;
            linkauth_psk_result result;
            char buffer[192];
            if (!make_device(&bench, vector->product_key, vector->device_name, NULL)) {
                break;
            }
            memset(&options, 0, sizeof(options));
            options.struct_size = sizeof(options);
            memset(&result, 0, sizeof(result));
            result.struct_size = sizeof(result);
            if (is_stored_secret) {
                CHECK_STATUS(LINKAUTH_OK,
                             linkauth_store_secret(&bench.device, vector->device_secret,
                                                   LINKAUTH_NUL_TERMINATED));
                /* The entries' timestamp is the default. */
                CHECK_TEXT("2524608000000", vector->timestamp, strlen(vector->timestamp));
            } else {
                options.device_secret = vector->device_secret;
                options.device_secret_length = LINKAUTH_NUL_TERMINATED;
                options.timestamp = strtoull(vector->timestamp, NULL, 10);
            }
            CHECK_STATUS(LINKAUTH_OK, linkauth_psk(&bench.device, &options, buffer, sizeof(buffer),
                                                   &result));
            check_terminated(result.identity, result.identity_length);
            check_terminated(result.key, result.key_length);
            CHECK_TEXT(vector->identity, result.identity, result.identity_length);
            /* In capitals: the digits themselves are the key. */
            CHECK_TEXT(vector->key, result.key, result.key_length);
            linkauth_wipe(buffer, sizeof(buffer));
        }
        if (check_failures_here == failures) {
            tally(vector->sdk, vector->operation, MATCHED);
        }
    }
}

/* --- All of them --------------------------------------------------------------------------------- */

/* So that a table which lost entries does not pass. */
static const struct {
    const char *operation;
    unsigned matched, differs;
} EXPECTED[] = {
    {"mqtt_connect", 49, 6},
    {"mqtt_connect_server_assigned_clientid", 1, 0},
    {"mqtt_connwl_connect", 6, 0},
    {"tls_psk", 3, 0},
    {"https_dynreg_body", 18, 12},
    {SIGN_FOR_BOTH, 9, 0},
    {"mqtt_dynreg_connect", 30, 0},
    {"mqtt_dynreg_push_parse", 3, 0},
};

/* What linkauth does not do, and why. */
static const struct {
    const char *operation, *reason;
    unsigned count;
} LEFT_OUT[] = {
    {"http_auth", "data over HTTP: a token of its own, no MQTT", 9},
    {"coap_auth_psk5682", "data over CoAP", 3},
    {"coap_auth_dtls5684", "data over CoAP", 3},
    {"coap_session_key", "data over CoAP", 1},
    {"coap_aes_cbc_encrypt", "data over CoAP", 2},
    {"topo_add", "sub-devices of a gateway", 6},
    {"combine_login", "sub-devices of a gateway", 3},
    {"batch_login", "sub-devices of a gateway", 3},
    {"product_register", "sub-devices of a gateway", 6},
    {"sub_register", "sub-devices of a gateway", 6},
    {"subdev_sign(topo_add & combine_login params)", "sub-devices of a gateway", 6},
};

static unsigned counted(const char *operation, enum verdict verdict)
{
    unsigned count = 0;
    size_t at;
    for (at = 0; at < line_count; at++) {
        if (lines[at].verdict == verdict && strcmp(lines[at].operation, operation) == 0) {
            count += lines[at].count;
        }
    }
    return count;
}

static void none_is_lost(void)
{
    unsigned expected = 0;
    size_t at;
    for (at = 0; at < COUNT(OTHER_VECTORS); at++) {
        tally(OTHER_VECTORS[at].sdk, OTHER_VECTORS[at].operation, OUT_OF_SCOPE);
    }
    CHECK_NUMBER(VECTORS_TOTAL, totals[0] + totals[1] + totals[2] + totals[3]);
    for (at = 0; at < COUNT(EXPECTED); at++) {
        check_case = EXPECTED[at].operation;
        expected += EXPECTED[at].matched + EXPECTED[at].differs;
        if (counted(EXPECTED[at].operation, WITHOUT_METHOD) == 0) {
            CHECK_NUMBER(EXPECTED[at].matched, counted(EXPECTED[at].operation, MATCHED));
            CHECK_NUMBER(EXPECTED[at].differs, counted(EXPECTED[at].operation, DIFFERS));
        }
    }
    for (at = 0; at < COUNT(LEFT_OUT); at++) {
        check_case = LEFT_OUT[at].operation;
        expected += LEFT_OUT[at].count;
        CHECK_NUMBER(LEFT_OUT[at].count, counted(LEFT_OUT[at].operation, OUT_OF_SCOPE));
    }
    check_case = NULL;
    CHECK_NUMBER(VECTORS_TOTAL, expected);
#if !defined(WITHOUT_SHA1) && !defined(WITHOUT_MD5)
    CHECK_NUMBER(0, totals[WITHOUT_METHOD]);
#endif
}

int main(void)
{
    size_t at;
    RUN(sign_ins);
    RUN(token_sign_ins);
    RUN(psks);
    RUN(https_registrations);
    RUN(mqtt_registrations);
    RUN(pushes);
    RUN(none_is_lost);
    print_table();
    for (at = 0; at < COUNT(LEFT_OUT); at++) {
        printf("left out: %3u %-46s %s\n", LEFT_OUT[at].count, LEFT_OUT[at].operation,
               LEFT_OUT[at].reason);
    }
    return check_end();
}
