/*
 * The same POST by mbedTLS, the reply kept in memory.
 *
 *   <ca.pem> <port> <file with the body>
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "registering.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context random_source;
static mbedtls_x509_crt roots;
static mbedtls_ssl_config config;
static mbedtls_ssl_context tls;
static mbedtls_net_context net;

static void check(const char *what, int code)
{
    if (code != 0)
        registering_fail(what, code);
}

static void set_up(const char *ca)
{
    mbedtls_entropy_init(&entropy);
    mbedtls_ctr_drbg_init(&random_source);
    mbedtls_x509_crt_init(&roots);
    mbedtls_ssl_config_init(&config);
    mbedtls_ssl_init(&tls);
    mbedtls_net_init(&net);
    check("seed", mbedtls_ctr_drbg_seed(&random_source, mbedtls_entropy_func, &entropy, NULL, 0));
    check("roots", mbedtls_x509_crt_parse_file(&roots, ca));
    check("config", mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                                MBEDTLS_SSL_PRESET_DEFAULT));
    mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_ca_chain(&config, &roots, NULL);
    mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random_source);
    check("setup", mbedtls_ssl_setup(&tls, &config));
    check("host", mbedtls_ssl_set_hostname(&tls, "localhost"));
}

static void shake_hands(const char *port)
{
    int yes = 1;
    check("connect", mbedtls_net_connect(&net, "localhost", port, MBEDTLS_NET_PROTO_TCP));
    /* Without it each small record waits for an acknowledgement, 40 ms. */
    setsockopt(net.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    registering_connected();
    mbedtls_ssl_set_bio(&tls, &net, mbedtls_net_send, mbedtls_net_recv, NULL);
    check("handshake", mbedtls_ssl_handshake(&tls));
    registering_shaken();
}

static void post(const char *port, const char *body, size_t length)
{
    static char text[4096];
    size_t done = 0;
    int count = snprintf(text, sizeof(text),
                         "POST /auth/register/device HTTP/1.1\r\nHost: localhost:%.5s\r\nContent-Type: "
                         "application/x-www-form-urlencoded\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                         port, length, body);
    if (count < 0 || (size_t)count >= sizeof(text))
        registering_fail("request", count);
    if (mbedtls_ssl_write(&tls, (unsigned char *)text, (size_t)count) != count)
        registering_fail("write", 0);
    while ((count = mbedtls_ssl_read(&tls, (unsigned char *)text + done, sizeof(text) - done)) > 0)
        done += (size_t)count;
    registering_replied();
    registering_check(text, done);
}

void client(int count, char **arguments)
{
    char *body;
    size_t length;
    if (count != 3)
        registering_fail("arguments", count);
    set_up(arguments[0]);
    shake_hands(arguments[1]);
    body = registering_read(arguments[2], &length);
    post(arguments[1], body, length);
    mbedtls_ssl_close_notify(&tls);
    mbedtls_net_free(&net);
    mbedtls_ssl_free(&tls);
    mbedtls_ssl_config_free(&config);
    mbedtls_x509_crt_free(&roots);
    mbedtls_ctr_drbg_free(&random_source);
    mbedtls_entropy_free(&entropy);
}
