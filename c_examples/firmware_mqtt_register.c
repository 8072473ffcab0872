/*
 * Registers a device over MQTT as firmware does that has an MQTT stack of its own, and signs it in:
 * linked with liblinkauth.a, all memory of linkauth's static. The stack is libmosquitto here;
 * linkauth says what its CONNECT carries and is told what came back, message by message. A file
 * called flash.img stands for the page of flash where the record is kept.
 *
 *     firmware_mqtt_register <ProductKey> <DeviceName> <host> <port> <ca.pem> <folder of flash.img>
 *                            [no-pre-registration] < file with the ProductSecret
 *
 * It registers if nothing is stored, and signs in with what is. Exits 0 once the platform has
 * accepted the sign-in, or 1 with the status, or 2 for wrong arguments.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <fcntl.h>
#include <mosquitto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "linkauth.h"

/* The platform ends the connection of a registration after 15 s, and takes a keep alive of 30 to 1200 s. */
enum { TIMEOUT_SECONDS = 14, KEEP_ALIVE_SECONDS = 300 };

static linkauth_device device;
static linkauth_registration registration;
static char buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];
static char secret[80];
static int flash = -1; /* the folder of flash.img */
static const char *ca;

/* Not by stdio, which keeps copies. */
static ssize_t read_all(int file, void *to, size_t capacity)
{
    size_t length = 0;
    ssize_t count;

    while ((count = read(file, (char *)to + length, capacity - length)) > 0)
        length += (size_t)count;
    return count < 0 ? -1 : (ssize_t)length;
}

/* The store: one record, so its name need not be looked at. */
static linkauth_status load(void *user, const char *name, uint8_t *record, size_t capacity, size_t *length)
{
    int file = openat(flash, "flash.img", O_RDONLY | O_CLOEXEC);
    ssize_t count;

    (void)user;
    (void)name;
    if (file < 0)
        return errno == ENOENT ? LINKAUTH_ERROR_STORE_ABSENT : -errno;
    count = read_all(file, record, capacity);
    close(file);
    *length = count < 0 ? 0 : (size_t)count;
    return count < 0 ? LINKAUTH_ERROR_STORE_IO : LINKAUTH_OK;
}

/* The whole new record or the old one survives a power cut: in flash two pages in turn, here two files. */
static linkauth_status save(void *user, const char *name, const uint8_t *record, size_t length)
{
    int file = openat(flash, "flash.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int written;

    (void)user;
    (void)name;
    if (file < 0)
        return -errno;
    written = write(file, record, length) == (ssize_t)length && fsync(file) == 0;
    close(file);
    if (!written || renameat(flash, "flash.new", flash, "flash.img") != 0 || fsync(flash) != 0)
        return LINKAUTH_ERROR_STORE_IO;
    return LINKAUTH_OK;
}

/* One connection of the firmware's own MQTT stack, and what linkauth made of it. */
typedef struct connection {
    int registers; /* or signs in */
    int done;
    linkauth_status status;
} connection;

static void on_connect(struct mosquitto *client, void *user, int code)
{
    connection *c = user;

    (void)client;
    if (c->registers)
        c->status = linkauth_registration_connack(&device, &registration, (uint8_t)code);
    else
        c->status = linkauth_report_connack(&device, (uint8_t)code);
    c->done = !c->registers || c->status != LINKAUTH_OK;
}

/* Nothing was subscribed to: the platform pushes the answer by itself. */
static void on_message(struct mosquitto *client, void *user, const struct mosquitto_message *message)
{
    connection *c = user;
    linkauth_registration_step step = {0};

    (void)client;
    if (!c->registers || c->done)
        return;
    c->status = linkauth_registration_message(&device, &registration, message->topic, LINKAUTH_NUL_TERMINATED,
                                              message->payload, (size_t)message->payloadlen);
    linkauth_wipe(message->payload, (size_t)message->payloadlen); /* libmosquitto frees it as it is */
    step.struct_size = sizeof step;
    if (c->status == LINKAUTH_OK)
        c->status = linkauth_registration_next(&registration, &step);
    c->done = c->status != LINKAUTH_OK || step.kind == LINKAUTH_STEP_FINISH;
}

static void on_disconnect(struct mosquitto *client, void *user, int code)
{
    connection *c = user;

    (void)client;
    (void)code;
    if (!c->done)
        c->status = LINKAUTH_ERROR_TRANSPORT_CLOSED;
    c->done = 1;
}

/* Why the stack failed, as linkauth would say it. 0 is no failure: then the time was up. */
static linkauth_status failure(int error)
{
    switch (error) {
    case MOSQ_ERR_SUCCESS:
        return LINKAUTH_ERROR_TRANSPORT_TIMED_OUT;
    case MOSQ_ERR_EAI:
        return LINKAUTH_ERROR_TRANSPORT_HOST_NOT_FOUND;
    case MOSQ_ERR_TLS:
        return LINKAUTH_ERROR_TRANSPORT_TLS;
    case MOSQ_ERR_ERRNO:
        return errno == ECONNREFUSED ? LINKAUTH_ERROR_TRANSPORT_REFUSED : LINKAUTH_ERROR_TRANSPORT_IO;
    default:
        return LINKAUTH_ERROR_TRANSPORT_IO;
    }
}

/* By TLS, and the server's chain and host name must verify. */
static int open_connection(struct mosquitto *client, const linkauth_sign_in_result *connect)
{
    int error = mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V311);

    if (error == MOSQ_ERR_SUCCESS)
        error = mosquitto_tls_set(client, ca, NULL, NULL, NULL, NULL);
    if (error == MOSQ_ERR_SUCCESS)
        error = mosquitto_tls_opts_set(client, 1, NULL, NULL);
    if (error == MOSQ_ERR_SUCCESS)
        error = mosquitto_username_pw_set(client, connect->username, connect->password);
    if (error == MOSQ_ERR_SUCCESS)
        error = mosquitto_connect(client, connect->host, (int)connect->port, KEEP_ALIVE_SECONDS);
    return error;
}

/* Each call of mosquitto_loop does what is due; none connects again. */
static void run(struct mosquitto *client, connection *c, const linkauth_sign_in_result *connect)
{
    struct timespec now, end;
    int error;

    mosquitto_connect_callback_set(client, on_connect);
    mosquitto_message_callback_set(client, on_message);
    mosquitto_disconnect_callback_set(client, on_disconnect);
    clock_gettime(CLOCK_MONOTONIC, &now);
    end = now;
    end.tv_sec += TIMEOUT_SECONDS;
    error = open_connection(client, connect);
    linkauth_wipe(buffer, sizeof buffer); /* libmosquitto has copies, and frees them unwiped */
    while (error == MOSQ_ERR_SUCCESS && !c->done && now.tv_sec < end.tv_sec) {
        error = mosquitto_loop(client, 200, 1);
        clock_gettime(CLOCK_MONOTONIC, &now);
    }
    if (!c->done)
        c->status = failure(error);
    c->done = 1; /* from here on on_disconnect has nothing to report */
    mosquitto_disconnect(client);
}

static linkauth_status talk(int registers, const linkauth_sign_in_result *connect)
{
    connection c = {0};
    struct mosquitto *client;

    c.registers = registers;
    printf("%s at %s:%u with clientId %s\n", registers ? "registering" : "signing in", connect->host,
           (unsigned)connect->port, connect->client_id);
    client = mosquitto_new(connect->client_id, true, &c); /* true: a clean session */
    if (client == NULL)
        return LINKAUTH_ERROR_OUT_OF_MEMORY;
    run(client, &c, connect);
    mosquitto_destroy(client);
    return c.status;
}

static linkauth_status register_device(const char *host, unsigned port, int pre_registered)
{
    linkauth_registration_options options = {0};
    linkauth_sign_in_result connect = {0};
    ssize_t length = read_all(STDIN_FILENO, secret, sizeof secret);
    linkauth_status status;

    if (length > 0 && secret[length - 1] == '\n')
        length--;
    options.struct_size = sizeof options;
    options.form = pre_registered ? LINKAUTH_REGISTER_MQTT : LINKAUTH_REGISTER_MQTT_NO_PRE_REGISTRATION;
    options.product_secret = secret;
    options.product_secret_length = length < 0 ? 0 : (size_t)length;
    options.host = host;
    options.host_length = LINKAUTH_NUL_TERMINATED;
    options.port = port;
    status = linkauth_registration_begin(&device, &registration, sizeof registration, &options);
    linkauth_wipe(secret, sizeof secret);

    connect.struct_size = sizeof connect;
    if (status == LINKAUTH_OK)
        status = linkauth_registration_connect(&device, &registration, buffer, sizeof buffer, &connect);
    if (status == LINKAUTH_OK)
        status = talk(1, &connect);
    if (status == LINKAUTH_OK) /* the connection is closed: now what was issued is stored */
        status = linkauth_registration_finish(&device, &registration);
    linkauth_registration_wipe(&registration);
    if (status == LINKAUTH_OK)
        printf("registered: what the platform issued is stored\n");
    return status;
}

static linkauth_status sign_in(const char *host, unsigned port)
{
    linkauth_sign_in_options options = {0};
    linkauth_sign_in_result connect = {0};
    linkauth_status status;

    options.struct_size = sizeof options;
    options.host = host;
    options.host_length = LINKAUTH_NUL_TERMINATED;
    options.port = port;
    connect.struct_size = sizeof connect;
    status = linkauth_sign_in(&device, &options, buffer, sizeof buffer, &connect);
    return status == LINKAUTH_OK ? talk(0, &connect) : status;
}

int main(int argc, char **argv)
{
    linkauth_device_config config = {0};
    linkauth_error_detail detail = {0};
    linkauth_store store = {0};
    linkauth_status status;

    if (argc < 7 || argc > 8 || (argc == 8 && strcmp(argv[7], "no-pre-registration") != 0)) {
        fprintf(stderr, "usage: firmware_mqtt_register <ProductKey> <DeviceName> <host> <port> <ca.pem> <folder>\n"
                        "           [no-pre-registration] < ProductSecret\n");
        return 2;
    }
    ca = argv[5];
    flash = open(argv[6], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (flash < 0) {
        perror(argv[6]);
        return 2;
    }
    mosquitto_lib_init();
    store.struct_size = sizeof store;
    store.load = load;
    store.save = save;
    config.struct_size = sizeof config;
    config.product_key = argv[1];
    config.product_key_length = LINKAUTH_NUL_TERMINATED;
    config.device_name = argv[2];
    config.device_name_length = LINKAUTH_NUL_TERMINATED;
    config.store = &store;
    status = linkauth_device_init(&device, sizeof device, &config);
    if (status == LINKAUTH_OK)
        status = sign_in(argv[3], (unsigned)atoi(argv[4]));
    if (status == LINKAUTH_ERROR_STORE_ABSENT) {
        status = register_device(argv[3], (unsigned)atoi(argv[4]), argc == 7);
        if (status == LINKAUTH_OK)
            status = sign_in(argv[3], (unsigned)atoi(argv[4]));
    }
    if (status == LINKAUTH_OK) {
        printf("signed in: CONNACK 0\n");
    } else {
        fprintf(stderr, "%s: %s\n", linkauth_status_name(status), linkauth_explain(LINKAUTH_CONTEXT_STATUS, status));
        detail.struct_size = sizeof detail;
        if (linkauth_device_error_detail(&device, &detail) == LINKAUTH_OK && detail.retry_after_ms != 0)
            fprintf(stderr, "try again in %u ms\n", (unsigned)detail.retry_after_ms);
    }
    linkauth_wipe(buffer, sizeof buffer);
    linkauth_device_wipe(&device);
    mosquitto_lib_cleanup();
    close(flash);
    return status == LINKAUTH_OK ? 0 : 1;
}
