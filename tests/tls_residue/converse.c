/*
 * Fetches a page over liblinkauth_tls, and stops where a tracer is to look at it: before the close, when
 * the connection's keys are in use, after it, and after linkauth_tls_free.
 *
 *   converse <port of the loopback> <CA>
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#define _GNU_SOURCE

#include "stop.h"

#include <linkauth.h>
#include <linkauth_tls.h>
#include <stdlib.h>
#include <string.h>

enum { TIMEOUT_MS = 10000 };

int main(int count, char **arguments)
{
    static const char HOST[] = "localhost", REQUEST[] = "GET / HTTP/1.0\r\n\r\n";
    linkauth_tls_options options = {0};
    linkauth_transport transport = {0};
    linkauth_tls *tls = NULL;
    uint8_t page[1024];
    size_t moved = 0;
    if (count != 3) {
        return 2;
    }
    options.struct_size = sizeof(options);
    options.flags = LINKAUTH_TLS_NO_PUBLIC_ROOTS;
    options.roots_file = arguments[2];
    options.roots_file_len = LINKAUTH_NUL_TERMINATED;
    if (linkauth_tls_create(&options, &tls) != LINKAUTH_OK
        || linkauth_tls_transport(tls, &transport) != LINKAUTH_OK
        || transport.open(transport.user, HOST, strlen(HOST), (uint16_t)atoi(arguments[1]), TIMEOUT_MS) != 0
        || transport.write(transport.user, (const uint8_t *)REQUEST, strlen(REQUEST), &moved, TIMEOUT_MS) != 0
        || transport.read(transport.user, page, sizeof(page), &moved, TIMEOUT_MS) != 0 || moved == 0) {
        return 1;
    }
    STOP();
    transport.close(transport.user);
    STOP();
    linkauth_tls_free(tls);
    STOP();
    return 0;
}
