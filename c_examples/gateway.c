/*
 * A Linux gateway that signs in to the platform as one device. It opens liblinkauth with dlopen, so
 * that the library can be replaced without building the gateway anew, and keeps the DeviceSecret in
 * a folder. On its first start it stores the DeviceSecret that it was given, or registers with the
 * ProductSecret, over HTTPS or MQTT; from then on it signs in with what is stored. `gateway --help`
 * lists the settings and the exit codes.
 *
 *     gateway.c          the order of things
 *     gateway_config     flags and configuration file
 *     gateway_library    the functions of the two libraries
 *     gateway_secret     secrets from files
 *     gateway_mqtt       the MQTT client, libmosquitto
 *     gateway_wait       the wait between two attempts
 */
#define _POSIX_C_SOURCE 200809L

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gateway_config.h"
#include "gateway_library.h"
#include "gateway_mqtt.h"
#include "gateway_secret.h"
#include "gateway_wait.h"

/* Not LINKAUTH_MEMORY_WIPE_ON_FORK: that needs pages of their own, and this gateway does not fork. */
#define GATEWAY_MEASURES (LINKAUTH_MEMORY_LOCK | LINKAUTH_MEMORY_NO_DUMP)

typedef struct gateway {
    gateway_config config;
    core_library core;
    tls_library tls;
    /* Allocated by what the library says of its sizes: a newer one may want more than the header. */
    linkauth_device *device;
    linkauth_file_store *file_store;
    linkauth_registration *registration;
    char *buffer;
    size_t buffer_size;
    linkauth_store store;
    gateway_secret secret;
    gateway_mqtt mqtt;
    unsigned attempts_left;
} gateway;

/* Returns the milliseconds after which another attempt makes sense, or 0 if none does. */
static uint32_t say_status(gateway *g, const char *what, linkauth_status status)
{
    linkauth_error_detail detail = {0};
    const char *text = g->core.linkauth_status_text(status);
    const char *causes = g->core.linkauth_explain(LINKAUTH_CONTEXT_STATUS, status);

    fprintf(stderr, "gateway: %s: %s: %s\n", what, g->core.linkauth_status_name(status), text);
    if (strcmp(causes, text) != 0) /* where there is no more to say, the text is said again */
        fprintf(stderr, "gateway: likely causes: %s\n", causes);
    detail.struct_size = sizeof detail;
    if (g->core.linkauth_device_error_detail(g->device, &detail) != LINKAUTH_OK)
        return 0;
    if (detail.platform_code != 0)
        fprintf(stderr, "gateway: the platform's code is %d\n", (int)detail.platform_code);
    if (detail.http_status != 0 && detail.http_status != 200)
        fprintf(stderr, "gateway: the HTTP status is %u\n", (unsigned)detail.http_status);
    if (detail.system_error != 0)
        fprintf(stderr, "gateway: the system's error number is %d\n", (int)detail.system_error);
    if (detail.retry_after_ms != 0)
        fprintf(stderr, "gateway: try again in %u ms\n", (unsigned)detail.retry_after_ms);
    return detail.retry_after_ms;
}

/* For texts that need not be given. */
static size_t length_of(const char *text)
{
    return text == NULL ? 0 : LINKAUTH_NUL_TERMINATED;
}

/* What secrets pass through stays out of swap and core dumps, as far as the system lets it. */
static void protect(gateway *g, void *memory, size_t size)
{
    uint32_t refused = 0;
    linkauth_status status = g->core.linkauth_memory_protect(memory, size, GATEWAY_MEASURES, &refused);

    if (status != LINKAUTH_OK || refused != 0)
        fprintf(stderr, "gateway: not all memory is kept out of swap and core dumps\n");
}

static int open_device(gateway *g)
{
    const gateway_config *config = &g->config;
    linkauth_device_config device = {0};
    linkauth_status status;

    g->device = calloc(1, g->core.linkauth_device_size());
    g->file_store = calloc(1, g->core.linkauth_file_store_size());
    g->registration = calloc(1, g->core.linkauth_registration_size());
    g->buffer_size = g->core.linkauth_sign_in_buffer_size();
    g->buffer = calloc(1, g->buffer_size);
    if (g->device == NULL || g->file_store == NULL || g->registration == NULL || g->buffer == NULL) {
        perror("gateway");
        return GATEWAY_FAILED;
    }
    protect(g, g->registration, g->core.linkauth_registration_size());
    protect(g, g->buffer, g->buffer_size);
    protect(g, &g->secret, sizeof g->secret);

    g->store.struct_size = sizeof g->store;
    status = g->core.linkauth_file_store_open(g->file_store, g->core.linkauth_file_store_size(), config->store,
                                              LINKAUTH_NUL_TERMINATED, &g->store);
    if (status != LINKAUTH_OK) {
        say_status(g, config->store, status);
        return GATEWAY_FAILED;
    }
    device.struct_size = sizeof device;
    device.product_key = config->product_key;
    device.product_key_length = LINKAUTH_NUL_TERMINATED;
    device.device_name = config->device_name;
    device.device_name_length = LINKAUTH_NUL_TERMINATED;
    device.region = config->region;
    device.region_length = length_of(config->region);
    device.instance_id = config->instance_id;
    device.instance_id_length = length_of(config->instance_id);
    device.store = &g->store;
    status = g->core.linkauth_device_init(g->device, g->core.linkauth_device_size(), &device);
    if (status != LINKAUTH_OK) {
        say_status(g, config->device_name, status);
        return GATEWAY_USAGE;
    }
    return GATEWAY_OK;
}

/* Unique certificate per device: the DeviceSecret was installed with the gateway. */
static int store_secret(gateway *g)
{
    linkauth_status status;

    if (!gateway_secret_read(&g->secret, g->config.device_secret_file))
        return GATEWAY_FAILED;
    status = g->core.linkauth_store_secret(g->device, g->secret.text, g->secret.length);
    g->core.linkauth_wipe(&g->secret, sizeof g->secret);
    if (status != LINKAUTH_OK) {
        say_status(g, "storing the DeviceSecret", status);
        return GATEWAY_FAILED;
    }
    printf("stored the DeviceSecret of %s\n", g->config.device_name);
    return GATEWAY_OK;
}

static linkauth_status register_once(gateway *g, const linkauth_transport *transport)
{
    const gateway_config *config = &g->config;
    linkauth_registration_options options = {0};

    options.struct_size = sizeof options;
    options.form = config->register_form;
    options.product_secret = g->secret.text;
    options.product_secret_length = g->secret.length;
    options.host = config->register_host;
    options.host_length = length_of(config->register_host);
    options.port = config->register_port;
    options.timeout_ms = config->timeout_ms;
    return g->core.linkauth_register(g->device, g->registration, g->core.linkauth_registration_size(), &options,
                                     transport);
}

static int code_of_registration(linkauth_status status)
{
    switch (status / 100) {
    case 3:
        return GATEWAY_REGISTRATION_REFUSED;
    case 4:
    case 6:
        return GATEWAY_NETWORK;
    default:
        return GATEWAY_FAILED;
    }
}

/* The library never retries: it says when an attempt makes sense, and the wait is the gateway's. */
static int wait_for_attempt(const gateway *g, uint32_t milliseconds)
{
    if (milliseconds == 0)
        return GATEWAY_OK;
    printf("waiting: %u of %u attempts to register are left\n", g->attempts_left, g->config.attempts);
    if (gateway_wait(milliseconds))
        return GATEWAY_OK;
    fprintf(stderr, "gateway: a signal ended the wait\n");
    return GATEWAY_STOPPED;
}

static int register_over(gateway *g, const linkauth_transport *transport)
{
    const int token = g->config.register_form == LINKAUTH_REGISTER_MQTT_NO_PRE_REGISTRATION;

    for (;;) {
        linkauth_status status;
        uint32_t wait_ms;
        int code;

        if (!gateway_secret_read(&g->secret, g->config.product_secret_file))
            return GATEWAY_FAILED;
        g->attempts_left--;
        status = register_once(g, transport);

        /* From here on what was issued is in the store, whatever happens to this process. */
        if (status == LINKAUTH_OK && g->config.after_registration == AFTER_REGISTRATION_KILL)
            raise(SIGKILL);
        if (status == LINKAUTH_OK && g->config.after_registration == AFTER_REGISTRATION_EXIT)
            _exit(GATEWAY_OK);

        g->core.linkauth_wipe(&g->secret, sizeof g->secret); /* it is not held during a wait */
        if (status == LINKAUTH_OK) {
            printf("registered: the platform issued a %s, and it is stored\n", token ? "DeviceToken" : "DeviceSecret");
            return GATEWAY_OK;
        }
        if (status == LINKAUTH_ERROR_ALREADY_REGISTERED) {
            puts("another process has registered meanwhile, and stored what it was issued");
            return GATEWAY_OK;
        }
        wait_ms = say_status(g, "registering", status);
        if (wait_ms == 0 || g->attempts_left == 0)
            return code_of_registration(status);
        code = wait_for_attempt(g, wait_ms);
        if (code != GATEWAY_OK)
            return code;
    }
}

/* Unique certificate per product: the platform issues what to sign in with, to a device that has not
   signed in before. */
static int register_device(gateway *g)
{
    linkauth_tls_options options = {0};
    linkauth_transport transport = {0};
    linkauth_tls *tls = NULL;
    linkauth_status status;
    int code = GATEWAY_FAILED;

    if (g->tls.handle == NULL && !tls_library_open(&g->tls, g->config.tls_library))
        return GATEWAY_FAILED;
    options.struct_size = sizeof options;
    if (g->config.ca != NULL) {
        options.flags = LINKAUTH_TLS_NO_PUBLIC_ROOTS;
        options.roots_file = g->config.ca;
        options.roots_file_len = LINKAUTH_NUL_TERMINATED;
    }
    printf("registering %s over %s\n", g->config.device_name, g->config.register_over);
    status = g->tls.linkauth_tls_create(&options, &tls);
    if (status == LINKAUTH_OK)
        status = g->tls.linkauth_tls_transport(tls, &transport);
    if (status == LINKAUTH_OK)
        code = register_over(g, &transport);
    else
        say_status(g, "preparing to register", status);
    g->tls.linkauth_tls_free(tls);
    return code;
}

static linkauth_status compute_sign_in(gateway *g, linkauth_sign_in_result *result)
{
    linkauth_sign_in_options options = {0};

    options.struct_size = sizeof options;
    options.host = g->config.mqtt_host;
    options.host_length = length_of(g->config.mqtt_host);
    options.port = g->config.mqtt_port;
    result->struct_size = sizeof *result;
    return g->core.linkauth_sign_in(g->device, &options, g->buffer, g->buffer_size, result);
}

/* Sets the status of a refusal, and how long to wait after it. */
static int connect_with(gateway *g, const linkauth_sign_in_result *result, linkauth_status *status, uint32_t *wait_ms)
{
    int code = gateway_mqtt_create(&g->mqtt, result, g->config.ca);
    unsigned port = result->port;
    char host[256];

    snprintf(host, sizeof host, "%s", result->host);
    printf("signing in at %s:%u with clientId %s\n", host, port, result->client_id);
    g->core.linkauth_wipe(g->buffer, g->buffer_size);
    if (code != GATEWAY_OK)
        return code;
    code = gateway_mqtt_connect(&g->mqtt, host, port);
    if (code != GATEWAY_OK)
        return code;

    *status = g->core.linkauth_report_connack(g->device, (uint8_t)g->mqtt.connack);
    if (g->mqtt.connack != 0) {
        *wait_ms = say_status(g, "the platform refused the sign-in", *status);
        return GATEWAY_SIGN_IN_REFUSED;
    }
    if (*status != LINKAUTH_OK) /* the connection can be used all the same */
        say_status(g, "marking what is stored as activated", *status);
    printf("signed in: CONNACK 0\n");
    return GATEWAY_OK;
}

/* Nothing is stored; or what is stored was issued and never accepted, and another registration under
   this DeviceName may have replaced it. */
static int registration_helps(const gateway *g, linkauth_status status)
{
    return g->config.product_secret_file != NULL && g->attempts_left > 0 &&
           (status == LINKAUTH_ERROR_STORE_ABSENT || status == LINKAUTH_ERROR_REFUSED_BEFORE_ACTIVATION);
}

static int sign_in(gateway *g)
{
    g->attempts_left = g->config.attempts;
    for (;;) {
        linkauth_sign_in_result result = {0};
        linkauth_status status = compute_sign_in(g, &result);
        int code = GATEWAY_FAILED;
        uint32_t wait_ms = 0;

        if (status == LINKAUTH_OK)
            code = connect_with(g, &result, &status, &wait_ms);
        else if (!registration_helps(g, status))
            say_status(g, "signing in", status);
        if (code == GATEWAY_OK || !registration_helps(g, status))
            return code;
        gateway_mqtt_close(&g->mqtt);
        code = wait_for_attempt(g, wait_ms);
        if (code == GATEWAY_OK)
            code = register_device(g);
        if (code != GATEWAY_OK)
            return code;
    }
}

static int run(gateway *g)
{
    int code = open_device(g);

    if (code == GATEWAY_OK && g->config.device_secret_file != NULL)
        code = store_secret(g);
    if (code == GATEWAY_OK)
        code = sign_in(g);
    if (code == GATEWAY_OK)
        code = gateway_mqtt_echo(&g->mqtt);
    if (code == GATEWAY_OK)
        printf("the message came back on %s\n", g->config.topic);
    return code;
}

static void close_all(gateway *g)
{
    gateway_mqtt_close(&g->mqtt);
    g->core.linkauth_wipe(&g->secret, sizeof g->secret);
    if (g->buffer != NULL)
        g->core.linkauth_wipe(g->buffer, g->buffer_size);
    g->core.linkauth_device_wipe(g->device);
    g->core.linkauth_file_store_close(g->file_store);
    g->core.linkauth_memory_unprotect(&g->secret, sizeof g->secret, GATEWAY_MEASURES);
    g->core.linkauth_memory_unprotect(g->buffer, g->buffer_size, GATEWAY_MEASURES);
    g->core.linkauth_memory_unprotect(g->registration, g->core.linkauth_registration_size(), GATEWAY_MEASURES);
    free(g->buffer);
    free(g->registration);
    free(g->device);
    free(g->file_store);
    core_library_close(&g->core);
}

int main(int argc, char **argv)
{
    static const struct rlimit no_core = {0, 0};
    static gateway g;
    int code = gateway_config_read(&g.config, argc, argv);

    if (code != GATEWAY_OK)
        return code;
    if (g.config.help) {
        gateway_config_help();
        return GATEWAY_OK;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN);
    setrlimit(RLIMIT_CORE, &no_core); /* a core file would keep what is about to be wiped */
    if (!core_library_open(&g.core, g.config.library))
        return GATEWAY_FAILED;
    printf("liblinkauth %s\n", g.core.linkauth_version_string());

    g.mqtt.topic = g.config.topic;
    g.mqtt.message = g.config.message;
    g.mqtt.timeout_ms = g.config.timeout_ms;
    code = run(&g);
    close_all(&g);
    return code;
}
