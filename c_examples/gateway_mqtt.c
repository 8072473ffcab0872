#define _POSIX_C_SOURCE 200809L

#include "gateway_mqtt.h"

#include <errno.h>
#include <mosquitto.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway_config.h"

/* The platform takes 30 to 1200 seconds, and recommends 300 or more. */
#define KEEP_ALIVE_SECONDS 300

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

static void on_connect(struct mosquitto *client, void *user, int code)
{
    gateway_mqtt *mqtt = user;

    /* Drops the copy of the password that libmosquitto keeps for a reconnection. It is freed, as the
       CONNECT was, and not wiped: no function of libmosquitto's does that. */
    mosquitto_username_pw_set(client, NULL, NULL);
    mqtt->answered = 1;
    mqtt->connack = code;
}

static void on_subscribe(struct mosquitto *client, void *user, int id, int count, const int *granted)
{
    gateway_mqtt *mqtt = user;

    (void)client;
    (void)id;
    mqtt->granted = count == 1 && granted[0] < 0x80 ? 1 : -1;
}

static void on_message(struct mosquitto *client, void *user, const struct mosquitto_message *message)
{
    gateway_mqtt *mqtt = user;
    size_t length = strlen(mqtt->message);

    (void)client;
    if (strcmp(message->topic, mqtt->topic) == 0 && (size_t)message->payloadlen == length &&
        (length == 0 || memcmp(message->payload, mqtt->message, length) == 0))
        mqtt->echoed = 1;
}

static void on_disconnect(struct mosquitto *client, void *user, int code)
{
    gateway_mqtt *mqtt = user;

    (void)client;
    (void)code;
    mqtt->closed = 1;
}

static int fail(const char *what, int error)
{
    fprintf(stderr, "gateway: %s: %s\n", what, error == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(error));
    return GATEWAY_NETWORK;
}

/* Lets libmosquitto work until a callback has set *event, the connection fails or the time is up. */
static int wait_for(gateway_mqtt *mqtt, const int *event, const char *what)
{
    while (!*event) {
        uint64_t now = now_ms();
        uint64_t left = mqtt->deadline > now ? mqtt->deadline - now : 0;
        int error;

        if (left == 0) {
            fprintf(stderr, "gateway: %s: the time-out passed\n", what);
            return GATEWAY_NETWORK;
        }
        error = mosquitto_loop(mqtt->client, left < 1000 ? (int)left : 1000, 1);
        if (error != MOSQ_ERR_SUCCESS && !*event)
            return fail(what, error);
    }
    return GATEWAY_OK;
}

int gateway_mqtt_create(gateway_mqtt *mqtt, const linkauth_sign_in_result *credentials, const char *ca)
{
    int error;

    mosquitto_lib_init();
    mqtt->client = mosquitto_new(credentials->client_id, true, mqtt);
    if (mqtt->client == NULL) {
        perror("gateway: mosquitto_new");
        return GATEWAY_FAILED;
    }
    mosquitto_connect_callback_set(mqtt->client, on_connect);
    mosquitto_subscribe_callback_set(mqtt->client, on_subscribe);
    mosquitto_message_callback_set(mqtt->client, on_message);
    mosquitto_disconnect_callback_set(mqtt->client, on_disconnect);

    error = mosquitto_int_option(mqtt->client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V311);
    if (error == MOSQ_ERR_SUCCESS)
        error = mosquitto_tls_set(mqtt->client, ca, ca == NULL ? "/etc/ssl/certs" : NULL, NULL, NULL, NULL);
    if (error == MOSQ_ERR_SUCCESS) /* 1: the chain must verify. The host name always must. */
        error = mosquitto_tls_opts_set(mqtt->client, 1, NULL, NULL);
    if (error == MOSQ_ERR_SUCCESS)
        error = mosquitto_username_pw_set(mqtt->client, credentials->username, credentials->password);
    if (error != MOSQ_ERR_SUCCESS) {
        fail("preparing the MQTT client", error);
        return GATEWAY_FAILED;
    }
    return GATEWAY_OK;
}

int gateway_mqtt_connect(gateway_mqtt *mqtt, const char *host, unsigned port)
{
    int error;

    mqtt->deadline = now_ms() + mqtt->timeout_ms;
    /* Waits for name lookup and TCP as long as the system does; the handshake runs in the loop. */
    error = mosquitto_connect(mqtt->client, host, (int)port, KEEP_ALIVE_SECONDS);
    if (error != MOSQ_ERR_SUCCESS)
        return fail("connecting to the platform", error);
    return wait_for(mqtt, &mqtt->answered, "waiting for the CONNACK");
}

int gateway_mqtt_echo(gateway_mqtt *mqtt)
{
    int error, code;

    mqtt->deadline = now_ms() + mqtt->timeout_ms;
    error = mosquitto_subscribe(mqtt->client, NULL, mqtt->topic, 1);
    if (error != MOSQ_ERR_SUCCESS)
        return fail("subscribing", error);
    code = wait_for(mqtt, &mqtt->granted, "waiting for the SUBACK");
    if (code != GATEWAY_OK)
        return code;
    if (mqtt->granted < 0) {
        fprintf(stderr, "gateway: the platform does not let this device subscribe to %s\n", mqtt->topic);
        return GATEWAY_NO_ECHO;
    }
    error = mosquitto_publish(mqtt->client, NULL, mqtt->topic, (int)strlen(mqtt->message), mqtt->message, 1, false);
    if (error != MOSQ_ERR_SUCCESS)
        return fail("publishing", error);
    code = wait_for(mqtt, &mqtt->echoed, "waiting for the message to come back");
    return code == GATEWAY_OK ? GATEWAY_OK : GATEWAY_NO_ECHO;
}

void gateway_mqtt_close(gateway_mqtt *mqtt)
{
    if (mqtt->client == NULL)
        return;
    mqtt->deadline = now_ms() + mqtt->timeout_ms;
    if (mqtt->answered && !mqtt->closed && mosquitto_disconnect(mqtt->client) == MOSQ_ERR_SUCCESS)
        wait_for(mqtt, &mqtt->closed, "disconnecting");
    mosquitto_destroy(mqtt->client);
    mqtt->client = NULL;
    mqtt->answered = mqtt->connack = mqtt->granted = mqtt->echoed = mqtt->closed = 0;
    mosquitto_lib_cleanup();
}
