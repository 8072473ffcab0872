/*
 * Registers over HTTPS with liblinkauth and liblinkauth_tls, and stores what was issued.
 *
 *   <ca.pem> <port> <ProductKey> <DeviceName> <file with the ProductSecret>
 *       <folder of the store, or - for one in memory>
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "measure.h"
#include "registering.h"

#include <linkauth_tls.h>
#include <string.h>

static linkauth_device device;
static linkauth_registration registration;
static linkauth_file_store file_store;
static linkauth_transport inner;

static void check(const char *what, linkauth_status status)
{
    if (status != LINKAUTH_OK)
        registering_fail(what, status);
}

/* The transport's own callbacks, with a look at the clock. Its `open` looks up, connects and shakes hands. */
static int32_t open_connection(void *user, const char *host, size_t length, uint16_t port, uint32_t timeout_ms)
{
    int32_t status;
    registering_connected();
    status = inner.open(user, host, length, port, timeout_ms);
    registering_shaken();
    return status;
}

static int32_t read_bytes(void *user, uint8_t *data, size_t capacity, size_t *received, uint32_t timeout_ms)
{
    int32_t status = inner.read(user, data, capacity, received, timeout_ms);
    registering_replied();
    return status;
}

/* One record in memory, which is what the other clients keep. */
static uint8_t record[LINKAUTH_RECORD_MAX];
static size_t record_length;

static linkauth_status load_record(void *user, const char *name, uint8_t *buffer, size_t capacity, size_t *length)
{
    (void)user, (void)name;
    if (record_length == 0)
        return LINKAUTH_ERROR_STORE_ABSENT;
    if (record_length > capacity)
        return LINKAUTH_ERROR_STORE_IO;
    memcpy(buffer, record, record_length);
    *length = record_length;
    return LINKAUTH_OK;
}

static linkauth_status save_record(void *user, const char *name, const uint8_t *bytes, size_t length)
{
    (void)user, (void)name;
    if (length > sizeof(record))
        return LINKAUTH_ERROR_STORE_FULL;
    memcpy(record, bytes, length);
    record_length = length;
    return LINKAUTH_OK;
}

static void open_store(const char *folder, linkauth_store *store)
{
    if (strcmp(folder, "-") != 0) {
        check("linkauth_file_store_open",
              linkauth_file_store_open(&file_store, sizeof(file_store), folder, LINKAUTH_NUL_TERMINATED, store));
        return;
    }
    store->load = load_record;
    store->save = save_record;
}

static void register_device(const char *ca, const char *port, const char *product_secret_file)
{
    linkauth_tls_options tls_options = {.struct_size = sizeof(tls_options),
                                        .flags = LINKAUTH_TLS_NO_PUBLIC_ROOTS,
                                        .roots_file = ca,
                                        .roots_file_len = LINKAUTH_NUL_TERMINATED};
    linkauth_registration_options options = {.struct_size = sizeof(options),
                                             .host = "localhost",
                                             .host_length = LINKAUTH_NUL_TERMINATED,
                                             .port = measure_number(port)};
    linkauth_transport transport;
    linkauth_tls *tls;
    size_t length;
    char *product_secret = registering_read(product_secret_file, &length);
    options.product_secret = product_secret;
    options.product_secret_length = length;
    check("linkauth_tls_create", linkauth_tls_create(&tls_options, &tls));
    check("linkauth_tls_transport", linkauth_tls_transport(tls, &inner));
    transport = inner;
    transport.open = open_connection;
    transport.read = read_bytes;
    check("linkauth_register",
          linkauth_register(&device, &registration, sizeof(registration), &options, &transport));
    linkauth_wipe(product_secret, length);
    linkauth_tls_free(tls);
}

void client(int count, char **arguments)
{
    linkauth_store store = {.struct_size = sizeof(store)};
    linkauth_device_config config = {.struct_size = sizeof(config), .store = &store};
    if (count != 6)
        registering_fail("arguments", count);
    config.product_key = arguments[2];
    config.device_name = arguments[3];
    config.product_key_length = config.device_name_length = LINKAUTH_NUL_TERMINATED;
    open_store(arguments[5], &store);
    check("linkauth_device_init", linkauth_device_init(&device, sizeof(device), &config));
    register_device(arguments[0], arguments[1], arguments[4]);
}
