/*
 * A transport over the table of functions that a port of Link SDK 4.x fills in. The table is declared
 * here, under other names and as far as it is used, and plays a script; firmware includes
 * aiot_sysdep_api.h in its place. docs/moving-from-link-sdk-4.md maps the rest.
 *
 *     link_sdk_4 complete|silent|cut|stranger < ProductSecret
 */
#include <stddef.h>
#include <stdint.h>

#include "peer.h"

/* --- Stand-ins for aiot_sysdep_api.h ------------------------------------------------------------ */

enum socket_type { SOCKET_TCP_CLIENT };
enum network_option { NETWORK_SOCKET_TYPE, NETWORK_HOST, NETWORK_PORT, NETWORK_CONNECT_TIMEOUT_MS, NETWORK_CRED };
enum cred_option { CRED_NONE, CRED_SVRCERT_CA };

struct network_cred {
    enum cred_option option;
    uint8_t sni_enabled;
    const char *x509_server_cert;
    uint32_t x509_server_cert_len;
};

struct port {
    uint64_t (*time)(void);
    void *(*network_init)(void);
    int32_t (*network_setopt)(void *handle, enum network_option option, void *data);
    int32_t (*network_establish)(void *handle);
    int32_t (*network_recv)(void *handle, uint8_t *buffer, uint32_t len, uint32_t timeout_ms, void *addr);
    int32_t (*network_send)(void *handle, uint8_t *buffer, uint32_t len, uint32_t timeout_ms, void *addr);
    int32_t (*network_deinit)(void **handle);
};

static struct { const char *host; uint16_t port; enum cred_option cred; } network;

static void *network_init(void) { return &network; }

static int32_t network_setopt(void *handle, enum network_option option, void *data)
{
    (void)handle;
    if (option == NETWORK_HOST)
        network.host = data;
    if (option == NETWORK_PORT)
        network.port = *(uint16_t *)data;
    if (option == NETWORK_CRED)
        network.cred = ((struct network_cred *)data)->option;
    return 0;
}

static int32_t network_establish(void *handle)
{
    (void)handle;
    return network.cred == CRED_SVRCERT_CA ? peer_connect(network.host, network.port) : -1;
}

static int32_t network_recv(void *handle, uint8_t *buffer, uint32_t len, uint32_t timeout_ms, void *addr)
{
    (void)handle, (void)addr;
    return timeout_ms == 0 ? -1 : peer_receive(buffer, len, timeout_ms);
}

static int32_t network_send(void *handle, uint8_t *buffer, uint32_t len, uint32_t timeout_ms, void *addr)
{
    (void)handle, (void)timeout_ms, (void)addr;
    return peer_send(buffer, len);
}

static int32_t network_deinit(void **handle)
{
    peer_disconnect();
    *handle = NULL;
    return 0;
}

static const struct port port_functions = {peer_clock, network_init, network_setopt, network_establish,
                                           network_recv, network_send, network_deinit};

/* --- The transport ------------------------------------------------------------------------------ */

struct connection { const struct port *port; void *handle; struct network_cred cred; };

/* Copied: the port's setopt takes a pointer that is not const. */
static char host_name[256];

static void close_connection(void *user)
{
    struct connection *connection = user;

    if (connection->handle != NULL)
        connection->port->network_deinit(&connection->handle);
}

/* The port has to refuse a certificate that does not verify: some samples ask mbedTLS, and go on. */
static int32_t open_connection(void *user, const char *host, size_t host_len, uint16_t port, uint32_t timeout_ms)
{
    struct connection *connection = user;
    const struct port *functions = connection->port;
    enum socket_type type = SOCKET_TCP_CLIENT;
    size_t i;

    if (host_len >= sizeof host_name)
        return LINKAUTH_ERROR_ARGUMENT_TOO_LONG;
    for (i = 0; i <= host_len; i++)
        host_name[i] = host[i];
    connection->handle = functions->network_init();
    if (connection->handle == NULL)
        return LINKAUTH_ERROR_OUT_OF_MEMORY;
    if (functions->network_setopt(connection->handle, NETWORK_SOCKET_TYPE, &type) < 0
        || functions->network_setopt(connection->handle, NETWORK_HOST, host_name) < 0
        || functions->network_setopt(connection->handle, NETWORK_PORT, &port) < 0
        || functions->network_setopt(connection->handle, NETWORK_CONNECT_TIMEOUT_MS, &timeout_ms) < 0
        || functions->network_setopt(connection->handle, NETWORK_CRED, &connection->cred) < 0
        || functions->network_establish(connection->handle) < 0) {
        close_connection(user);
        return LINKAUTH_ERROR_TRANSPORT_TLS;
    }
    return LINKAUTH_OK;
}

static int32_t write_some(void *user, const uint8_t *data, size_t len, size_t *sent, uint32_t timeout_ms)
{
    struct connection *connection = user;
    /* The port reads the bytes only, although it says otherwise. */
    int32_t count = connection->port->network_send(connection->handle, (uint8_t *)(uintptr_t)data, (uint32_t)len, timeout_ms, NULL);

    *sent = count > 0 ? (size_t)count : 0;
    if (count == 0)
        return LINKAUTH_ERROR_TRANSPORT_TIMED_OUT;
    return count > 0 ? LINKAUTH_OK : LINKAUTH_ERROR_TRANSPORT_CLOSED;
}

/*
 * One byte at a time: asked for more, the port waits until all of it came or the time is out, and a
 * server that keeps the connection open sends no more than its reply. The port's numbers do not tell an
 * end in order from a broken connection: both are taken for the latter, which no complete reply needs.
 */
static int32_t read_some(void *user, uint8_t *data, size_t capacity, size_t *received, uint32_t timeout_ms)
{
    struct connection *connection = user;
    int32_t count = connection->port->network_recv(connection->handle, data, 1, timeout_ms > 0 ? timeout_ms : 1, NULL);

    (void)capacity; /* never 0 */
    *received = count > 0 ? (size_t)count : 0;
    if (count == 0)
        return LINKAUTH_ERROR_TRANSPORT_TIMED_OUT;
    return count > 0 ? LINKAUTH_OK : LINKAUTH_ERROR_TRANSPORT_CLOSED;
}

static uint64_t now_ms(void *user) { return ((struct connection *)user)->port->time(); }

int main(int argc, char **argv)
{
    static struct connection connection = {&port_functions, NULL,
        {CRED_SVRCERT_CA, 1, "the PEM of the platform's root", sizeof "the PEM of the platform's root"}};
    linkauth_transport transport = {sizeof transport, 0, &connection, open_connection, write_some, read_some, close_connection, now_ms};

    return demonstrate(argc, argv, &transport);
}
