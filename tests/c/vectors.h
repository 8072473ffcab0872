/*
 * What other SDKs produced, as tables, and how it is compared: pairs in any order, a table of what
 * matched.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef VECTORS_H_INCLUDED
#define VECTORS_H_INCLUDED

#include "check.h"
#include "fixture.h"

#include <ctype.h>

struct mqtt_vector {
    int index;
    const char *sdk, *operation, *product_key, *device_name, *device_secret, *sign_method;
    const char *timestamp;
    /* Empty: the platform assigns one. */
    const char *free_client_id;
    /* 0: as the clientId says. */
    int secure_mode;
    const char *host, *region;
    unsigned port;
    const char *client_id, *username, *password;
    /* What a page prints, its last digits masked. */
    const char *masked_password;
    /* For an SDK that does not sign as it declares: the password if it did. */
    const char *declared_password;
};

/* A sign-in with what a registration without pre-registration issued. */
struct token_vector {
    int index;
    const char *sdk, *operation, *product_key, *device_name, *issued_client_id, *device_token;
    const char *client_id, *username, *password;
};

struct psk_vector {
    int index;
    const char *sdk, *operation, *product_key, *device_name, *device_secret, *timestamp;
    const char *identity, *key;
};

struct https_vector {
    int index;
    const char *sdk, *operation, *product_key, *device_name, *product_secret, *sign_method, *random;
    const char *host, *region;
    unsigned port;
    const char *method, *path, *headers, *body, *parsed_secret, *declared_sign;
};

struct mqtt_registration_vector {
    int index;
    const char *sdk, *operation, *product_key, *device_name, *product_secret, *sign_method, *random;
    const char *auth_type, *instance_id, *host;
    const char *client_id, *username, *password;
};

struct push_vector {
    int index;
    const char *sdk, *operation, *topic, *product_key, *device_name, *device_secret;
};

struct other_vector {
    int index;
    const char *sdk, *operation;
};

#include "vectors_table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- The table that is printed ---------------------------------------------------------------- */

enum verdict { MATCHED, DIFFERS, WITHOUT_METHOD, OUT_OF_SCOPE };
static const char *const VERDICTS[] = {
    "matched", "left out: the SDK does not sign as it declares, and linkauth differs",
    "left out: sign method not in this build", "left out: out of scope"};

struct line {
    const char *sdk, *operation;
    enum verdict verdict;
    unsigned count;
};
static struct line lines[128];
static size_t line_count;
static unsigned totals[4];

CHECK_MAYBE_UNUSED
static void tally(const char *sdk, const char *operation, enum verdict verdict)
{
    size_t at;
    totals[verdict]++;
    for (at = 0; at < line_count; at++) {
        if (lines[at].verdict == verdict && strcmp(lines[at].sdk, sdk) == 0
            && strcmp(lines[at].operation, operation) == 0) {
            lines[at].count++;
            return;
        }
    }
    if (line_count < COUNT(lines)) {
        lines[line_count].sdk = sdk;
        lines[line_count].operation = operation;
        lines[line_count].verdict = verdict;
        lines[line_count].count = 1;
        line_count++;
    }
}

CHECK_MAYBE_UNUSED
static void print_table(void)
{
    size_t at;
    for (at = 0; at < line_count; at++) {
        printf("%-58s %-46s %3u %s\n", lines[at].sdk, lines[at].operation, lines[at].count,
               VERDICTS[lines[at].verdict]);
    }
    for (at = 0; at < COUNT(VERDICTS); at++) {
        printf("%-105s %3u %s\n", "total", totals[at], VERDICTS[at]);
    }
}

/* --- Pairs: of an extension or a form ---------------------------------------------------------- */

struct text {
    const char *start;
    size_t length;
};

struct pair {
    struct text key, value;
};

enum { PAIRS_MAX = 24 };

static struct text trimmed(const char *start, const char *end)
{
    struct text text;
    while (start < end && isspace((unsigned char)*start)) {
        start++;
    }
    while (start < end && isspace((unsigned char)end[-1])) {
        end--;
    }
    text.start = start;
    text.length = (size_t)(end - start);
    return text;
}

/* Splits at `separator`, then at the first '='. Empty elements are passed over. */
static size_t split_pairs(const char *start, const char *end, char separator, struct pair *pairs)
{
    size_t count = 0;
    while (start < end) {
        const char *stop = memchr(start, separator, (size_t)(end - start));
        const char *equals;
        if (stop == NULL) {
            stop = end;
        }
        equals = memchr(start, '=', (size_t)(stop - start));
        if (trimmed(start, stop).length > 0 && count < PAIRS_MAX) {
            pairs[count].key = trimmed(start, equals != NULL ? equals : stop);
            pairs[count].value = trimmed(equals != NULL ? equals + 1 : stop, stop);
            count++;
        }
        start = stop + 1;
    }
    return count;
}

static int same(struct text left, struct text right, int is_hex)
{
    size_t at;
    if (left.length != right.length) {
        return 0;
    }
    for (at = 0; at < left.length; at++) {
        int l = (unsigned char)left.start[at], r = (unsigned char)right.start[at];
        if (is_hex ? tolower(l) != tolower(r) : l != r) {
            return 0;
        }
    }
    return 1;
}

static struct text text_of(const char *start)
{
    struct text text;
    text.start = start;
    text.length = strlen(start);
    return text;
}

static int is_named(struct text text, const char *name)
{
    return same(text, text_of(name), 0);
}

static const struct pair *find(const struct pair *pairs, size_t count, struct text key)
{
    size_t at;
    for (at = 0; at < count; at++) {
        if (same(pairs[at].key, key, 0)) {
            return &pairs[at];
        }
    }
    return NULL;
}

/* The same keys with the same values, in any order. */
CHECK_MAYBE_UNUSED
static int same_pairs(const struct pair *left, size_t left_count, const struct pair *right,
                      size_t right_count)
{
    size_t at;
    if (left_count != right_count) {
        return 0;
    }
    for (at = 0; at < left_count; at++) {
        const struct pair *other = find(right, right_count, left[at].key);
        if (other == NULL || !same(left[at].value, other->value, is_named(left[at].key, "sign"))) {
            return 0;
        }
    }
    return 1;
}

CHECK_MAYBE_UNUSED
static size_t extension_pairs(const char *client_id, struct pair *pairs)
{
    const char *first = strchr(client_id, '|');
    const char *last = strrchr(client_id, '|');
    return first == NULL || first == last ? 0 : split_pairs(first + 1, last, ',', pairs);
}

/* --- Common to all operations ------------------------------------------------------------------ */

/* -1 if this build lacks the method. */
CHECK_MAYBE_UNUSED
static int sign_method(const char *name)
{
    if (strcmp(name, "hmacsha256") == 0) {
        return LINKAUTH_SIGN_HMAC_SHA256;
    }
#ifndef WITHOUT_SHA1
    if (strcmp(name, "hmacsha1") == 0) {
        return LINKAUTH_SIGN_HMAC_SHA1;
    }
#endif
#ifndef WITHOUT_MD5
    if (strcmp(name, "hmacmd5") == 0) {
        return LINKAUTH_SIGN_HMAC_MD5;
    }
#endif
    return -1;
}

static char case_name[160];

CHECK_MAYBE_UNUSED
static void begin_case(int index, const char *sdk, const char *operation)
{
    snprintf(case_name, sizeof(case_name), "entry %d: %s, %s", index, sdk, operation);
    check_case = case_name;
}

static inline int make_device(struct bench *bench, const char *product_key, const char *device_name,
                       const char *region)
{
    bench_prepare(bench);
    bench->config.product_key = product_key;
    bench->config.device_name = device_name;
    if (region != NULL) {
        bench->config.region = region;
        bench->config.region_length = LINKAUTH_NUL_TERMINATED;
    }
    return CHECK_STATUS(LINKAUTH_OK, bench_restart(bench));
}

#endif /* VECTORS_H_INCLUDED */
