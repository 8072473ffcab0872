/*
 * Registers over liblinkauth_tls and a store of files, as a gateway does, and stops where a tracer is
 * to look at it. At a stop it has wiped its own copies: it holds no secret.
 *
 *   register <store> <ProductKey> <DeviceName> <ProductSecret's file> <how> <port> <CA>
 *
 * https, mqtt: by linkauth_register. Stops after that, and after linkauth_tls_free.
 * careless:    as https, but its copy of the ProductSecret stays: for a search that must find.
 * transport:   over HTTPS, but the callbacks are called by this program. Stops after the close, when
 *              liblinkauth has not yet seen the reply, and after linkauth_tls_free.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#define _GNU_SOURCE

#include "stop.h"

#include <fcntl.h>
#include <linkauth.h>
#include <linkauth_tls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TIMEOUT_MS = 10000 };

static linkauth_device device;
static linkauth_file_store files;
static linkauth_registration registration;
static linkauth_registration_options options;
static linkauth_transport transport;
static linkauth_tls *tls;
static char product_secret[64];

static void expect_ok(const char *what, linkauth_status status)
{
    if (status != LINKAUTH_OK) {
        fprintf(stderr, "%s: %s\n", what, linkauth_status_name(status));
        exit(1);
    }
}

/* By read(2), which leaves no copy in a buffer of libc's. */
static size_t read_secret(const char *path)
{
    int file = open(path, O_RDONLY);
    ssize_t length = file < 0 ? -1 : read(file, product_secret, sizeof(product_secret));
    if (length <= 0) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(1);
    }
    close(file);
    return (size_t)length;
}

static void make_device(char **arguments)
{
    static linkauth_store store;
    linkauth_device_config config = {0};
    store.struct_size = sizeof(store);
    expect_ok("opening the store", linkauth_file_store_open(&files, sizeof(files), arguments[1],
                                                            LINKAUTH_NUL_TERMINATED, &store));
    config.struct_size = sizeof(config);
    config.store = &store;
    config.product_key = arguments[2];
    config.product_key_length = LINKAUTH_NUL_TERMINATED;
    config.device_name = arguments[3];
    config.device_name_length = LINKAUTH_NUL_TERMINATED;
    expect_ok("making the device", linkauth_device_init(&device, sizeof(device), &config));
}

static void make_transport(const char *ca)
{
    linkauth_tls_options tls_options = {0};
    tls_options.struct_size = sizeof(tls_options);
    tls_options.flags = LINKAUTH_TLS_NO_PUBLIC_ROOTS;
    tls_options.roots_file = ca;
    tls_options.roots_file_len = LINKAUTH_NUL_TERMINATED;
    expect_ok("making the transport", linkauth_tls_create(&tls_options, &tls));
    expect_ok("filling in the transport", linkauth_tls_transport(tls, &transport));
}

/* Nothing that could clear a register runs between the call and the stop, but linkauth_wipe. */
static void register_device(int is_careless)
{
    linkauth_status status = linkauth_register(&device, &registration, sizeof(registration), &options,
                                               &transport);
    if (!is_careless) {
        linkauth_wipe(product_secret, sizeof(product_secret));
    }
    STOP();
    expect_ok("registering", status);
}

static void send_request(void)
{
    linkauth_registration_step step = {0};
    size_t sent = 0, at;
    step.struct_size = sizeof(step);
    expect_ok("beginning", linkauth_registration_begin(&device, &registration, sizeof(registration),
                                                       &options));
    linkauth_wipe(product_secret, sizeof(product_secret));
    expect_ok("the first step", linkauth_registration_next(&registration, &step));
    expect_ok("connecting", transport.open(transport.user, step.host, step.host_length,
                                           (uint16_t)step.port, TIMEOUT_MS));
    for (at = 0; at < step.data_length; at += sent) {
        expect_ok("sending", transport.write(transport.user, step.data + at, step.data_length - at,
                                             &sent, TIMEOUT_MS));
    }
    expect_ok("having sent", linkauth_registration_sent(&registration, step.data_length));
}

/* The reply is kept in a pipe while the process is searched: in the kernel, not in here. */
static void receive_by_hand(void)
{
    static uint8_t reply[4096];
    size_t received = 0, length = 0;
    ssize_t got;
    int ends[2];
    if (pipe(ends) != 0) {
        exit(1);
    }
    do {
        expect_ok("receiving", transport.read(transport.user, reply + length, sizeof(reply) - length,
                                              &received, TIMEOUT_MS));
        length += received;
    } while (received > 0);
    if (write(ends[1], reply, length) != (ssize_t)length) {
        exit(1);
    }
    linkauth_wipe(reply, sizeof(reply));
    transport.close(transport.user);
    STOP();
    got = read(ends[0], reply, sizeof(reply));
    expect_ok("feeding", linkauth_registration_feed(&device, &registration, reply, (size_t)got));
    linkauth_wipe(reply, sizeof(reply));
    expect_ok("finishing", linkauth_registration_finish(&device, &registration));
}

int main(int count, char **arguments)
{
    if (count != 8) {
        return 2;
    }
    make_device(arguments);
    make_transport(arguments[7]);
    options.struct_size = sizeof(options);
    options.form = strcmp(arguments[5], "mqtt") == 0 ? LINKAUTH_REGISTER_MQTT : LINKAUTH_REGISTER_HTTPS;
    options.host = "localhost";
    options.host_length = LINKAUTH_NUL_TERMINATED;
    options.port = (uint32_t)atoi(arguments[6]);
    options.product_secret = product_secret;
    options.product_secret_length = read_secret(arguments[4]);
    if (strcmp(arguments[5], "transport") == 0) {
        send_request();
        receive_by_hand();
    } else {
        register_device(strcmp(arguments[5], "careless") == 0);
    }
    linkauth_tls_free(tls);
    STOP();
    linkauth_device_wipe(&device);
    linkauth_file_store_close(&files);
    return 0;
}
