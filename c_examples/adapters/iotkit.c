/*
 * A transport over the TLS functions that a port of iotkit-embedded 3.x has. They are called ssl_... and
 * uptime_ms here, and play a script; firmware includes wrappers.h in their place, and calls HAL_SSL_...
 * and HAL_UptimeMs. docs/moving-from-iotkit.md maps the rest.
 *
 *     iotkit complete|silent|cut|stranger < ProductSecret
 */
#include <stdint.h>

#include "peer.h"

/* --- Stand-ins for wrappers.h ------------------------------------------------------------------- */

/* A handle, or 0. */
static uintptr_t ssl_establish(const char *host, uint16_t port, const char *ca_crt, uint32_t ca_crt_len)
{
    (void)ca_crt, (void)ca_crt_len;
    return peer_connect(host, port) == 0 ? 1 : 0;
}

static int ssl_write(uintptr_t handle, const char *buf, int len, int timeout_ms)
{
    (void)handle, (void)timeout_ms;
    return peer_send(buf, (size_t)len);
}

/* Bytes, 0 when the time was out, -2 when the peer closed, another negative number otherwise. */
static int ssl_read(uintptr_t handle, char *buf, int len, int timeout_ms)
{
    int count = peer_receive(buf, (size_t)len, (uint32_t)timeout_ms);

    (void)handle;
    return count == PEER_CLOSED ? -2 : count;
}

static int32_t ssl_destroy(uintptr_t handle)
{
    (void)handle;
    peer_disconnect();
    return 0;
}

static uint64_t uptime_ms(void) { return peer_clock(); }

/* --- The transport ------------------------------------------------------------------------------ */

struct connection { uintptr_t handle; const char *root; uint32_t root_size; };

/*
 * The port has to be built with FORCE_SSL_VERIFY, as its own makefiles do: without it, it prints that a
 * certificate is wrong, and goes on. It knows no time-out for connecting.
 */
static int32_t open_connection(void *user, const char *host, size_t host_len, uint16_t port, uint32_t timeout_ms)
{
    struct connection *connection = user;

    (void)host_len, (void)timeout_ms;
    connection->handle = ssl_establish(host, port, connection->root, connection->root_size);
    return connection->handle != 0 ? LINKAUTH_OK : LINKAUTH_ERROR_TRANSPORT_TLS;
}

static int32_t write_some(void *user, const uint8_t *data, size_t len, size_t *sent, uint32_t timeout_ms)
{
    struct connection *connection = user;
    int count = ssl_write(connection->handle, (const char *)data, len > INT16_MAX ? INT16_MAX : (int)len, (int)timeout_ms);

    *sent = count > 0 ? (size_t)count : 0;
    if (count == 0)
        return LINKAUTH_ERROR_TRANSPORT_TIMED_OUT;
    return count > 0 ? LINKAUTH_OK : LINKAUTH_ERROR_TRANSPORT_CLOSED;
}

/*
 * One byte at a time: asked for more, the port waits until all of it came or the time is out, and a
 * server that keeps the connection open sends no more than its reply. mbedTLS holds the rest of the
 * record, so that a further byte costs no system call.
 */
static int32_t read_some(void *user, uint8_t *data, size_t capacity, size_t *received, uint32_t timeout_ms)
{
    struct connection *connection = user;
    int count = ssl_read(connection->handle, (char *)data, 1, (int)timeout_ms);

    (void)capacity; /* never 0 */
    *received = count > 0 ? (size_t)count : 0;
    if (count == 0)
        return LINKAUTH_ERROR_TRANSPORT_TIMED_OUT;
    return count > 0 || count == -2 ? LINKAUTH_OK : LINKAUTH_ERROR_TRANSPORT_CLOSED;
}

static void close_connection(void *user)
{
    struct connection *connection = user;

    ssl_destroy(connection->handle);
    connection->handle = 0;
}

static uint64_t now_ms(void *user)
{
    (void)user;
    return uptime_ms();
}

int main(int argc, char **argv)
{
    static struct connection connection = {0, "the PEM of the platform's root", sizeof "the PEM of the platform's root"};
    linkauth_transport transport = {sizeof transport, 0, &connection, open_connection, write_some, read_some, close_connection, now_ms};

    return demonstrate(argc, argv, &transport);
}
