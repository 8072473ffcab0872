/* SPDX-License-Identifier: MIT OR Apache-2.0 */

#include "fixture.h"

#include <stdio.h>
#include <string.h>

linkauth_status memory_load(void *user, const char *name, uint8_t *buffer, size_t capacity,
                            size_t *length)
{
    struct memory_store *memory = user;
    memory->loads++;
    if (memory->within != NULL) {
        memory->within(memory->context);
    }
    if (memory->load_status != LINKAUTH_OK
        && (memory->failing_load == 0 || memory->failing_load == memory->loads)) {
        return memory->load_status;
    }
    if (!memory->is_present || strcmp(name, memory->name) != 0) {
        return LINKAUTH_ERROR_STORE_ABSENT;
    }
    if (memory->length > capacity) {
        return LINKAUTH_ERROR_STORE_DAMAGED;
    }
    memcpy(buffer, memory->record, memory->length);
    *length = memory->claimed_length != 0 ? memory->claimed_length : memory->length;
    return LINKAUTH_OK;
}

linkauth_status memory_save(void *user, const char *name, const uint8_t *record, size_t length)
{
    struct memory_store *memory = user;
    memory->saves++;
    if (memory->within != NULL) {
        memory->within(memory->context);
    }
    if (memory->save_status != LINKAUTH_OK) {
        return memory->save_status;
    }
    if (memory->save_result == SAVE_NOTHING) {
        return LINKAUTH_OK;
    }
    if (length > sizeof(memory->record) || strlen(name) >= sizeof(memory->name)) {
        return LINKAUTH_ERROR_STORE_FULL;
    }
    memcpy(memory->record, record, length);
    memory->length = length;
    memory->is_present = 1;
    strcpy(memory->name, name);
    if (memory->save_result == SAVE_CUT) {
        memory->length = length / 2;
    } else if (memory->save_result == SAVE_FLIPPED) {
        memory->record[length / 2] ^= 1;
    }
    return LINKAUTH_OK;
}

static void script_called(struct script *script, uint32_t timeout_ms)
{
    script->now += script->tick;
    script->last_timeout = timeout_ms;
    if (timeout_ms > script->longest_timeout) {
        script->longest_timeout = timeout_ms;
    }
    if (script->within != NULL) {
        script->within(script->context);
    }
}

static int32_t script_open(void *user, const char *host, size_t host_len, uint16_t port,
                           uint32_t timeout_ms)
{
    struct script *script = user;
    script->opens++;
    script_called(script, timeout_ms);
    script->port = port;
    script->host_length = host_len;
    if (host_len < sizeof(script->host)) {
        memcpy(script->host, host, host_len + 1);
    }
    if (script->open_status != 0) {
        return script->open_status;
    }
    script->opened++;
    return 0;
}

static int32_t script_write(void *user, const uint8_t *data, size_t len, size_t *sent,
                            uint32_t timeout_ms)
{
    struct script *script = user;
    size_t taken = len;
    script->writes++;
    script_called(script, timeout_ms);
    if (script->write_status != 0) {
        return script->write_status;
    }
    if (script->is_lying && script->writes < 1000) {
        *sent = script->claimed;
        return 0;
    }
    if (script->write_piece != 0 && taken > script->write_piece) {
        taken = script->write_piece;
    }
    if (taken > sizeof(script->request) - script->request_length) {
        return LINKAUTH_ERROR_OUT_OF_MEMORY;
    }
    memcpy(script->request + script->request_length, data, taken);
    script->request_length += taken;
    *sent = taken;
    return 0;
}

static int32_t script_read(void *user, uint8_t *data, size_t capacity, size_t *received,
                           uint32_t timeout_ms)
{
    struct script *script = user;
    size_t given = script->reply_length - script->reply_at;
    size_t piece = script->reads == 0 ? script->first_piece : script->piece;
    script->reads++;
    script_called(script, timeout_ms);
    if (script->read_status != 0) {
        return script->read_status;
    }
    if (script->is_lying) {
        *received = script->claimed == SIZE_MAX ? capacity + 1 : script->claimed;
        return 0;
    }
    if (given == 0 && script->end_status != 0) {
        return script->end_status;
    }
    if (piece != 0 && given > piece) {
        given = piece;
    }
    if (given > capacity) {
        given = capacity;
    }
    if (given > 0) {
        memcpy(data, script->reply + script->reply_at, given);
    }
    script->reply_at += given;
    *received = given;
    return 0;
}

static void script_close(void *user)
{
    struct script *script = user;
    script->closes++;
    if (script->within != NULL) {
        script->within(script->context);
    }
}

uint64_t script_now(void *user)
{
    return ((struct script *)user)->now;
}

static linkauth_status draw(void *user, uint8_t *bytes, size_t length)
{
    struct random_source *source = user;
    size_t at;
    source->calls++;
    if (source->status != LINKAUTH_OK || source->writes_nothing) {
        return source->status;
    }
    for (at = 0; at < length; at++) {
        bytes[at] = source->next++;
    }
    return LINKAUTH_OK;
}

void bench_prepare(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    bench->store.struct_size = sizeof(bench->store);
    bench->store.user = &bench->memory;
    bench->store.load = memory_load;
    bench->store.save = memory_save;
    bench->transport.struct_size = sizeof(bench->transport);
    bench->transport.user = &bench->script;
    bench->transport.open = script_open;
    bench->transport.write = script_write;
    bench->transport.read = script_read;
    bench->transport.close = script_close;
    bench->config.struct_size = sizeof(bench->config);
    bench->config.product_key = PRODUCT_KEY;
    bench->config.product_key_length = LINKAUTH_NUL_TERMINATED;
    bench->config.device_name = DEVICE_NAME;
    bench->config.device_name_length = LINKAUTH_NUL_TERMINATED;
    bench->config.store = &bench->store;
    bench->config.random = draw;
    bench->config.random_user = &bench->source;
    bench->options.struct_size = sizeof(bench->options);
    bench->options.product_secret = PRODUCT_SECRET;
    bench->options.product_secret_length = LINKAUTH_NUL_TERMINATED;
    bench->detail.struct_size = sizeof(bench->detail);
}

linkauth_status bench_restart(struct bench *bench)
{
    linkauth_device_wipe(&bench->device);
    return linkauth_device_init(&bench->device, sizeof(bench->device), &bench->config);
}

int bench_make(struct bench *bench)
{
    bench_prepare(bench);
    return bench_restart(bench) == LINKAUTH_OK;
}

void bench_reply(struct bench *bench, const char *reply, size_t length)
{
    bench->script.reply = reply;
    bench->script.reply_length = length;
    bench->script.reply_at = 0;
    bench->script.reads = 0;
    bench->script.request_length = 0;
}

/* Checked after every registration, whatever it was to show. */
static const char *what_is_wrong(const struct bench *bench, linkauth_status status,
                                 linkauth_status detail_status)
{
    size_t at;
    const unsigned char *storage = (const unsigned char *)&bench->registration;
    if (bench->script.closes != bench->script.opened) {
        return "close was not called once for each successful open";
    }
    if (has_secret(storage, sizeof(bench->registration), DEVICE_SECRET)
        || has_secret(storage, sizeof(bench->registration), PRODUCT_SECRET)
        || has_secret(storage, sizeof(bench->registration), DEVICE_TOKEN)) {
        return "a secret is left in the registration";
    }
    for (at = 0; at < sizeof(bench->registration); at++) {
        if (storage[at] != 0) {
            return "the registration was not wiped";
        }
    }
    if (detail_status != LINKAUTH_OK) {
        return "the error detail cannot be read";
    }
    if (status == LINKAUTH_OK
        && (bench->detail.platform_code != 0 || bench->detail.system_error != 0
            || bench->detail.retry_after_ms != 0)) {
        return "the error detail of a success is not 0";
    }
    return NULL;
}

linkauth_status bench_register(struct bench *bench)
{
    const char *wrong;
    linkauth_status status, detail_status;
    status = linkauth_register(&bench->device, &bench->registration, sizeof(bench->registration),
                               &bench->options, &bench->transport);
    detail_status = linkauth_device_error_detail(&bench->device, &bench->detail);
    wrong = what_is_wrong(bench, status, detail_status);
    if (wrong != NULL) {
        printf("after linkauth_register (%s): %s\n", linkauth_status_name(status), wrong);
        return -1;
    }
    return status;
}

linkauth_status bench_sign_in(linkauth_device *device)
{
    char buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];
    linkauth_sign_in_result result;
    linkauth_status status;
    memset(&result, 0, sizeof(result));
    result.struct_size = sizeof(result);
    status = linkauth_sign_in(device, NULL, buffer, sizeof(buffer), &result);
    linkauth_wipe(buffer, sizeof(buffer));
    return status;
}

int bench_send(linkauth_registration *registration)
{
    linkauth_registration_step step;
    memset(&step, 0, sizeof(step));
    step.struct_size = sizeof(step);
    return linkauth_registration_next(registration, &step) == LINKAUTH_OK
        && step.kind == LINKAUTH_STEP_SEND
        && linkauth_registration_sent(registration, step.data_length) == LINKAUTH_OK;
}

static int contains(const void *memory, size_t length, const void *wanted, size_t wanted_length)
{
    const char *bytes = memory;
    size_t at;
    for (at = 0; wanted_length <= length && at <= length - wanted_length; at++) {
        if (memcmp(bytes + at, wanted, wanted_length) == 0) {
            return 1;
        }
    }
    return 0;
}

int has_secret(const void *memory, size_t length, const char *secret)
{
    size_t window = 8, total = strlen(secret), at;
    if (total < window) {
        window = total;
    }
    for (at = 0; at + window <= total; at++) {
        if (contains(memory, length, secret + at, window)) {
            return 1;
        }
    }
    return 0;
}

int is_stored(const struct memory_store *memory, const char *secret)
{
    char field[66];
    size_t length = strlen(secret);
    field[0] = (char)length;
    memcpy(field + 1, secret, length);
    return memory->is_present && contains(memory->record, memory->length, field, length + 1);
}

size_t http_reply(char *out, size_t capacity, const char *head, const char *body)
{
    const char *mark = strstr(head, "%zu");
    int length;
    if (mark == NULL) {
        length = snprintf(out, capacity, "%s%s", head, body);
    } else {
        length = snprintf(out, capacity, "%.*s%zu%s%s", (int)(mark - head), head, strlen(body),
                          mark + 3, body);
    }
    return length < 0 || (size_t)length >= capacity ? 0 : (size_t)length;
}
