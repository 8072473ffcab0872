/* As much MQTT 3.1.1 as a sign-in needs. A product has a client of its own. */
#ifndef MQTT_H
#define MQTT_H

#include "linkauth.h"

/*
 * Connects through the pipe as `connect` says, and disconnects once the platform has answered with
 * `*code`, the return code of its CONNACK.
 */
linkauth_status mqtt_sign_in(const linkauth_transport *pipe, const linkauth_sign_in_result *connect, uint8_t *code);

#endif
