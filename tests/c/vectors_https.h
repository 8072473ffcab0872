/*
 * What other SDKs send to register over HTTPS, and what they read in the reply.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef VECTORS_HTTPS_H_INCLUDED
#define VECTORS_HTTPS_H_INCLUDED

#include "vectors.h"
#include "vectors_mqtt.h"

struct request {
    struct text method, path;
    struct pair headers[PAIRS_MAX];
    size_t header_count;
    struct text body;
};

/* Strict: one space between the parts, CRLF after each line, a colon in each header. */
static int parse_request(const char *start, size_t length, struct request *request)
{
    const char *end = start + length, *line, *stop;
    memset(request, 0, sizeof(*request));
    for (line = start;; line = stop + 2) {
        const char *space, *second;
        stop = memchr(line, '\r', (size_t)(end - line));
        if (stop == NULL || stop + 1 >= end || stop[1] != '\n') {
            return 0;
        }
        if (stop == line) {
            request->body.start = stop + 2;
            request->body.length = (size_t)(end - request->body.start);
            return 1;
        }
        if (line == start) {
            space = memchr(line, ' ', (size_t)(stop - line));
            second = space == NULL ? NULL : memchr(space + 1, ' ', (size_t)(stop - space - 1));
            if (second == NULL || !is_named(trimmed(second + 1, stop), "HTTP/1.1")) {
                return 0;
            }
            request->method = trimmed(line, space);
            request->path = trimmed(space + 1, second);
        } else {
            const char *colon = memchr(line, ':', (size_t)(stop - line));
            if (colon == NULL || request->header_count == PAIRS_MAX) {
                return 0;
            }
            request->headers[request->header_count].key = trimmed(line, colon);
            request->headers[request->header_count].value = trimmed(colon + 1, stop);
            request->header_count++;
        }
    }
}

static void check_header(const struct request *request, const char *name, struct text value)
{
    size_t at, found = 0;
    for (at = 0; at < request->header_count; at++) {
        if (same(request->headers[at].key, text_of(name), 1)) {
            found++;
            CHECK(same(request->headers[at].value, value, 0));
        }
    }
    CHECK_NUMBER(1, found);
}

/* Decodes in place what a form encodes. */
static size_t form_decoded(char *text, size_t length)
{
    size_t from = 0, to = 0;
    while (from < length) {
        if (text[from] == '%' && from + 2 < length) {
            char hex[3];
            hex[0] = text[from + 1];
            hex[1] = text[from + 2];
            hex[2] = '\0';
            text[to++] = (char)strtoul(hex, NULL, 16);
            from += 3;
        } else {
            text[to++] = text[from] == '+' ? ' ' : text[from];
            from++;
        }
    }
    return to;
}

struct form {
    char text[512];
    struct pair pairs[PAIRS_MAX];
    size_t count;
};

/* Splits first and decodes then, as any server does. */
static void parse_form(const char *body, size_t length, struct form *form)
{
    size_t at;
    memset(form, 0, sizeof(*form));
    CHECK(length < sizeof(form->text));
    if (length >= sizeof(form->text)) {
        return;
    }
    memcpy(form->text, body, length);
    form->count = split_pairs(form->text, form->text + length, '&', form->pairs);
    for (at = 0; at < form->count; at++) {
        struct text *value = &form->pairs[at].value;
        value->length = form_decoded(form->text + (value->start - form->text), value->length);
    }
}

static void check_request(const struct https_vector *vector, const linkauth_registration_step *step,
                          struct form *form)
{
    struct request request;
    char number[24];
    if (vector->host != NULL) {
        CHECK_TEXT(vector->host, step->host, step->host_length);
    }
    CHECK_NUMBER(vector->port != 0 ? vector->port : 443, step->port);
    if (!parse_request((const char *)step->data, step->data_length, &request)) {
        CHECK(!"the request is no HTTP");
        return;
    }
    CHECK(is_named(request.method, vector->method != NULL ? vector->method : "POST"));
    CHECK(is_named(request.path, vector->path != NULL ? vector->path : "/auth/register/device"));
    check_header(&request, "Host", text_of(step->host));
    snprintf(number, sizeof(number), "%lu", (unsigned long)request.body.length);
    check_header(&request, "Content-Length", text_of(number));
    if (vector->headers != NULL) {
        const char *line = vector->headers, *stop;
        for (; (stop = strstr(line, "\r\n")) != NULL; line = stop + 2) {
            const char *colon = strchr(line, ':');
            char name[40];
            snprintf(name, sizeof(name), "%.*s", (int)(colon - line), line);
            check_header(&request, name, trimmed(colon + 1, stop));
        }
    } else {
        check_header(&request, "Content-Type", text_of("application/x-www-form-urlencoded"));
    }
    parse_form(request.body.start, request.body.length, form);
}

static void check_form(const struct https_vector *vector, const struct form *ours)
{
    struct form theirs;
    const struct pair *sign = find(ours->pairs, ours->count, text_of("sign"));
    const struct pair *other;
    parse_form(vector->body, strlen(vector->body), &theirs);
    other = find(theirs.pairs, theirs.count, text_of("sign"));
    CHECK(sign != NULL && other != NULL);
    if (sign == NULL || other == NULL) {
        return;
    }
    if (vector->declared_sign != NULL) {
        CHECK(!same(sign->value, other->value, 1));
        CHECK(same(sign->value, text_of(vector->declared_sign), 1));
    } else {
        CHECK(same_pairs(ours->pairs, ours->count, theirs.pairs, theirs.count));
    }
}

static void check_reply(struct bench *bench, const struct https_vector *vector)
{
    char reply[512], body[256];
    size_t length;
    snprintf(body, sizeof(body),
             "{\"code\":200,\"data\":{\"productKey\":\"%s\",\"deviceName\":\"%s\","
             "\"deviceSecret\":\"%s\"},\"message\":\"success\"}",
             vector->product_key, vector->device_name, vector->parsed_secret);
    length = http_reply(reply, sizeof(reply), HEAD_LENGTH, body);
    CHECK(length > 0);
    CHECK(!is_stored(&bench->memory, vector->parsed_secret));
    CHECK_STATUS(LINKAUTH_OK, linkauth_registration_feed(&bench->device, &bench->registration,
                                                         (const uint8_t *)reply, length));
    CHECK_STATUS(LINKAUTH_OK, linkauth_registration_finish(&bench->device, &bench->registration));
    CHECK(is_stored(&bench->memory, vector->parsed_secret));
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench->device));
}

/* Entries that are also the password of a registration over MQTT. */
#define SIGN_FOR_BOTH "dynreg_sign(https body and mqtt password)"

static void check_mqtt_password(struct bench *bench, struct text sign)
{
    struct connect_packet packet;
    struct text password;
    bench->options.form = LINKAUTH_REGISTER_MQTT;
    if (begin_connect(bench, &packet)) {
        password.start = packet.password;
        password.length = packet.password_length;
        CHECK(same(password, sign, 1));
    }
}

static void https_registrations(void)
{
    static struct bench bench;
    size_t at;
    for (at = 0; at < COUNT(HTTPS_VECTORS); at++) {
        const struct https_vector *vector = &HTTPS_VECTORS[at];
        unsigned failures = check_failures_here;
        linkauth_registration_step step;
        struct form form;
        begin_case(vector->index, vector->sdk, vector->operation);
        if (sign_method(vector->sign_method) < 0) {
            tally(vector->sdk, vector->operation, WITHOUT_METHOD);
            continue;
        }
        if (!make_device(&bench, vector->product_key, vector->device_name, vector->region)) {
            continue;
        }
        bench.options.product_secret = vector->product_secret;
        bench.options.sign_method = (uint32_t)sign_method(vector->sign_method);
        bench.options.random = vector->random;
        bench.options.random_length = LINKAUTH_NUL_TERMINATED;
        memset(&step, 0, sizeof(step));
        step.struct_size = sizeof(step);
        if (CHECK_STATUS(LINKAUTH_OK,
                         linkauth_registration_begin(&bench.device, &bench.registration,
                                                     sizeof(bench.registration), &bench.options))
            && CHECK_STATUS(LINKAUTH_OK, linkauth_registration_next(&bench.registration, &step))) {
            CHECK_NUMBER(LINKAUTH_STEP_SEND, step.kind);
            CHECK_NUMBER(0, bench.source.calls);
            memset(&form, 0, sizeof(form));
            check_request(vector, &step, &form);
            check_form(vector, &form);
            CHECK_STATUS(LINKAUTH_OK,
                         linkauth_registration_sent(&bench.registration, step.data_length));
            if (vector->parsed_secret != NULL) {
                check_reply(&bench, vector);
            }
            if (strcmp(vector->operation, SIGN_FOR_BOTH) == 0) {
                check_mqtt_password(&bench, find(form.pairs, form.count, text_of("sign"))->value);
            }
        }
        linkauth_registration_wipe(&bench.registration);
        if (check_failures_here == failures) {
            tally(vector->sdk, vector->operation,
                  vector->declared_sign != NULL ? DIFFERS : MATCHED);
        }
    }
}

#endif /* VECTORS_HTTPS_H_INCLUDED */
