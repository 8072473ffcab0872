#define _POSIX_C_SOURCE 200809L

#include "peer.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --- The server --------------------------------------------------------------------------------- */

static const char *script;
static char reply[512];
static size_t reply_length, reply_at;
static uint64_t clock_ms;
static int is_connected, has_shown_request;

int peer_connect(const char *host, uint16_t port)
{
    static const char body[] = "{\"code\":200,\"data\":{\"deviceName\":\"dev1\",\"deviceSecret\":"
                               "\"0123456789abcdefghijklmnopqrstuv\",\"productKey\":\"a1B2c3D4e5F\"},\"message\":\"success\"}";

    if (strcmp(script, "stranger") == 0)
        return -1;
    printf("connected to %s, port %u\n", host, (unsigned)port);
    snprintf(reply, sizeof reply, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
             sizeof body - 1, body);
    reply_length = strlen(reply);
    if (strcmp(script, "silent") == 0)
        reply_length = 0;
    if (strcmp(script, "cut") == 0)
        reply_length /= 2;
    is_connected = 1;
    return 0;
}

int peer_send(const void *bytes, size_t length)
{
    size_t taken = length > 100 ? 100 : length;

    if (!is_connected)
        return PEER_CLOSED;
    if (!has_shown_request)
        printf("%.*s\n", (int)strcspn(bytes, "\r"), (const char *)bytes);
    has_shown_request = 1;
    return (int)taken;
}

int peer_receive(void *bytes, size_t length, uint32_t timeout_ms)
{
    size_t there = reply_length - reply_at;

    if (!is_connected)
        return PEER_CLOSED;
    if (there < length && strcmp(script, "cut") != 0)
        clock_ms += timeout_ms; /* it waits for the rest */
    if (there == 0)
        return strcmp(script, "cut") == 0 ? PEER_CLOSED : 0;
    if (there > length)
        there = length;
    memcpy(bytes, reply + reply_at, there);
    reply_at += there;
    return (int)there;
}

void peer_disconnect(void)
{
    if (is_connected)
        printf("disconnected\n");
    is_connected = 0;
    linkauth_wipe(reply, sizeof reply);
}

uint64_t peer_clock(void) { return clock_ms; }

/* --- The device --------------------------------------------------------------------------------- */

static uint8_t record[LINKAUTH_RECORD_MAX];
static size_t record_length;

static linkauth_status load(void *user, const char *name, uint8_t *buffer, size_t capacity, size_t *length)
{
    (void)user, (void)name;
    if (record_length == 0)
        return LINKAUTH_ERROR_STORE_ABSENT;
    if (record_length > capacity)
        return LINKAUTH_ERROR_STORE_DAMAGED;
    memcpy(buffer, record, record_length);
    *length = record_length;
    return LINKAUTH_OK;
}

static linkauth_status save(void *user, const char *name, const uint8_t *bytes, size_t length)
{
    (void)user, (void)name;
    if (length > sizeof record)
        return LINKAUTH_ERROR_STORE_FULL;
    memcpy(record, bytes, length);
    record_length = length;
    return LINKAUTH_OK;
}

int demonstrate(int argc, char **argv, const linkauth_transport *transport)
{
    static linkauth_device device;
    static linkauth_registration registration;
    static char product_secret[80], buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];
    linkauth_store store = {sizeof store, 0, NULL, load, save, NULL, NULL, NULL, NULL, NULL};
    linkauth_device_config config = {0};
    linkauth_registration_options options = {0};
    linkauth_sign_in_result result = {0};
    ssize_t length = read(STDIN_FILENO, product_secret, sizeof product_secret);
    linkauth_status status;

    if (argc != 2 || length < 0) {
        fprintf(stderr, "usage: %s complete|silent|cut|stranger < ProductSecret\n", argv[0]);
        return 2;
    }
    script = argv[1];
    config.struct_size = sizeof config;
    config.product_key = "a1B2c3D4e5F";
    config.product_key_length = LINKAUTH_NUL_TERMINATED;
    config.device_name = "dev1";
    config.device_name_length = LINKAUTH_NUL_TERMINATED;
    config.store = &store;
    options.struct_size = sizeof options;
    options.product_secret = product_secret;
    options.product_secret_length = (size_t)length;
    result.struct_size = sizeof result;

    status = linkauth_device_init(&device, sizeof device, &config);
    if (status == LINKAUTH_OK)
        status = linkauth_register(&device, &registration, sizeof registration, &options, transport);
    linkauth_wipe(product_secret, sizeof product_secret);
    if (status == LINKAUTH_OK)
        status = linkauth_sign_in(&device, NULL, buffer, sizeof buffer, &result);
    if (status == LINKAUTH_OK)
        printf("registered, stored; signs in as %s after %u ms\n", result.client_id, (unsigned)clock_ms);
    else
        printf("%s after %u ms\n", linkauth_status_name(status), (unsigned)clock_ms);
    linkauth_wipe(buffer, sizeof buffer);
    linkauth_wipe(record, sizeof record);
    linkauth_device_wipe(&device);
    return status == LINKAUTH_OK ? 0 : 1;
}
