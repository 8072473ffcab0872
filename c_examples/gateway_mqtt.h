/* The gateway's own MQTT client, over libmosquitto: linkauth says what the CONNECT carries, no more. */
#ifndef GATEWAY_MQTT_H
#define GATEWAY_MQTT_H

#include <stdint.h>

#include "linkauth.h"

struct mosquitto;

typedef struct gateway_mqtt {
    struct mosquitto *client;
    const char *topic;
    const char *message;
    unsigned timeout_ms;
    uint64_t deadline;
    int answered;  /* a CONNACK came: its code is in connack */
    int connack;
    int granted;   /* the SUBSCRIBE was answered: 1 granted, -1 refused */
    int echoed;
    int closed;
} gateway_mqtt;

/* Each returns GATEWAY_OK or another end of the gateway, after a message on stderr. */

/* Prepares the CONNECT. libmosquitto copies what it is given: the credentials can be wiped after. */
int gateway_mqtt_create(gateway_mqtt *mqtt, const linkauth_sign_in_result *credentials, const char *ca);
/* Connects by TLS, verifying chain and host name, and waits for the CONNACK, whatever its code. */
int gateway_mqtt_connect(gateway_mqtt *mqtt, const char *host, unsigned port);
/* Subscribes to the topic, publishes to it and waits for the message to come back. */
int gateway_mqtt_echo(gateway_mqtt *mqtt);
/* Disconnects, if connected, and frees; another connection can be prepared after. */
void gateway_mqtt_close(gateway_mqtt *mqtt);

#endif
