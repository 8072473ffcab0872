/*
 * The same POST by libcurl, the reply kept in memory.
 *
 *   <ca.pem> <port> <file with the body>
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "registering.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

static char reply[4096];
static size_t reply_length;

static size_t take(char *data, size_t size, size_t count, void *user)
{
    (void)user;
    if (size * count > sizeof(reply) - reply_length)
        return 0;
    memcpy(reply + reply_length, data, size * count);
    reply_length += size * count;
    registering_replied();
    return size * count;
}

static int look_at_socket(void *user, curl_socket_t socket, curlsocktype purpose)
{
    (void)user, (void)socket, (void)purpose;
    registering_connected();
    return CURL_SOCKOPT_OK;
}

static int look_at_request(void *user, char *from, char *to, int from_port, int to_port)
{
    (void)user, (void)from, (void)to, (void)from_port, (void)to_port;
    registering_shaken();
    return CURL_PREREQFUNC_OK;
}

void client(int count, char **arguments)
{
    char url[128];
    size_t length;
    CURL *curl;
    CURLcode code;
    if (count != 3)
        registering_fail("arguments", count);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    curl = curl_easy_init();
    snprintf(url, sizeof(url), "https://localhost:%.5s/auth/register/device", arguments[1]);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CAINFO, arguments[0]);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, registering_read(arguments[2], &length));
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_SOCKOPTFUNCTION, look_at_socket);
    curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, look_at_request);
    code = curl_easy_perform(curl);
    if (code != CURLE_OK)
        registering_fail("curl_easy_perform", code);
    registering_check(reply, reply_length);
    curl_easy_cleanup(curl);
    curl_global_cleanup();
}
