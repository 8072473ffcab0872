/*
 * What other SDKs send to register over MQTT, and what they read in the push.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef VECTORS_MQTT_H_INCLUDED
#define VECTORS_MQTT_H_INCLUDED

#include "mqtt.h"
#include "steps.h"
#include "vectors.h"

/* The same pairs; in the same order, too, if it is Link SDK C 4.x, whose order linkauth took. */
static void check_client_id(const char *sdk, const char *expected, const char *actual,
                            size_t actual_length)
{
    struct pair ours[PAIRS_MAX], theirs[PAIRS_MAX];
    size_t free_length = strcspn(expected, "|");
    char text[256];
    CHECK(actual_length > free_length && actual_length < sizeof(text));
    if (actual_length <= free_length || actual_length >= sizeof(text)) {
        return;
    }
    memcpy(text, actual, actual_length);
    text[actual_length] = '\0';
    CHECK(text[actual_length - 1] == '|');
    CHECK_BYTES(expected, free_length + 1, text, free_length + 1);
    CHECK(same_pairs(ours, extension_pairs(text, ours), theirs, extension_pairs(expected, theirs)));
    if (strncmp(sdk, "Link SDK C 4", 12) == 0) {
        CHECK_TEXT(expected, text, actual_length);
    }
}

/* Begins, and reads the CONNECT that is to be sent. */
static int begin_connect(struct bench *bench, struct connect_packet *packet)
{
    linkauth_registration_step step;
    if (!CHECK_STATUS(LINKAUTH_OK, steps_begin(bench))) {
        return 0;
    }
    step = steps_next(bench, LINKAUTH_OK);
    CHECK_NUMBER(LINKAUTH_STEP_SEND, step.kind);
    CHECK_NUMBER(8883, step.port);
    return connect_read(step.data, step.data_length, packet);
}

/* How the caller says where the device lives. */
enum way { BY_INSTANCE_ID, BY_HOST, BY_BOTH, WAYS };

static int make_like(struct bench *bench, const struct mqtt_registration_vector *vector,
                     enum way way, char *host, size_t host_capacity)
{
    if (vector->instance_id != NULL) {
        snprintf(host, host_capacity, "%s.mqtt.iothub.aliyuncs.com", vector->instance_id);
    } else {
        snprintf(host, host_capacity, "%s.iot-as-mqtt.cn-shanghai.aliyuncs.com",
                 vector->product_key);
    }
    if (!make_device(bench, vector->product_key, vector->device_name, NULL)) {
        return 0;
    }
    if (vector->instance_id != NULL && way != BY_HOST) {
        bench->config.instance_id = vector->instance_id;
        bench->config.instance_id_length = LINKAUTH_NUL_TERMINATED;
        CHECK_STATUS(LINKAUTH_OK, bench_restart(bench));
    }
    if (way != BY_INSTANCE_ID) {
        bench->options.host = host;
        bench->options.host_length = LINKAUTH_NUL_TERMINATED;
        /* Nor does it matter that TLS is named. */
        bench->options.secure_mode = LINKAUTH_SECURE_MODE_TLS;
    }
    CHECK(strcmp(vector->auth_type, "register") == 0 || strcmp(vector->auth_type, "regnwl") == 0);
    bench->options.form = strcmp(vector->auth_type, "register") == 0
                            ? LINKAUTH_REGISTER_MQTT
                            : LINKAUTH_REGISTER_MQTT_NO_PRE_REGISTRATION;
    bench->options.sign_method = (uint32_t)sign_method(vector->sign_method);
    bench->options.product_secret = vector->product_secret;
    bench->options.random = vector->random;
    bench->options.random_length = LINKAUTH_NUL_TERMINATED;
    return 1;
}

/* The texts for firmware with an MQTT stack are those of the packet, byte for byte. */
static void check_connect_texts(struct bench *bench, const struct connect_packet *packet,
                                const char *host)
{
    static char buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];
    linkauth_sign_in_result result;
    linkauth_registration second;
    memset(&result, 0, sizeof(result));
    result.struct_size = sizeof(result);
    CHECK_STATUS(LINKAUTH_OK, linkauth_registration_begin(&bench->device, &second, sizeof(second),
                                                          &bench->options));
    if (CHECK_STATUS(LINKAUTH_OK, linkauth_registration_connect(&bench->device, &second, buffer,
                                                                sizeof(buffer), &result))) {
        CHECK_TEXT(host, result.host, result.host_length);
        CHECK_NUMBER(8883, result.port);
        CHECK_BYTES(packet->client_id, packet->client_id_length, result.client_id,
                    result.client_id_length);
        CHECK_BYTES(packet->username, packet->username_length, result.username,
                    result.username_length);
        CHECK_BYTES(packet->password, packet->password_length, result.password,
                    result.password_length);
        CHECK(strlen(result.client_id) == result.client_id_length);
        CHECK(strlen(result.username) == result.username_length);
        CHECK(strlen(result.password) == result.password_length);
    }
    linkauth_wipe(buffer, sizeof(buffer));
    linkauth_registration_wipe(&second);
}

static void mqtt_registrations(void)
{
    static struct bench bench;
    size_t at;
    int way;
    for (at = 0; at < COUNT(MQTT_REGISTRATION_VECTORS); at++) {
        const struct mqtt_registration_vector *vector = &MQTT_REGISTRATION_VECTORS[at];
        unsigned failures = check_failures_here;
        begin_case(vector->index, vector->sdk, vector->operation);
        if (sign_method(vector->sign_method) < 0) {
            tally(vector->sdk, vector->operation, WITHOUT_METHOD);
            continue;
        }
        for (way = 0; way < WAYS; way++) {
            struct connect_packet packet;
            struct text password;
            char host[128];
            if (!make_like(&bench, vector, (enum way)way, host, sizeof(host))
                || !begin_connect(&bench, &packet)) {
                break;
            }
            CHECK(vector->host == NULL || strcmp(vector->host, host) == 0);
            CHECK_TEXT(host, steps_next(&bench, LINKAUTH_OK).host,
                       steps_next(&bench, LINKAUTH_OK).host_length);
            check_client_id(vector->sdk, vector->client_id, packet.client_id,
                            packet.client_id_length);
            CHECK_TEXT(vector->username, packet.username, packet.username_length);
            password.start = packet.password;
            password.length = packet.password_length;
            CHECK(same(text_of(vector->password), password, 1));
            CHECK_NUMBER(0, bench.source.calls);
            check_connect_texts(&bench, &packet, host);
        }
        linkauth_registration_wipe(&bench.registration);
        if (check_failures_here == failures) {
            tally(vector->sdk, vector->operation, MATCHED);
        }
    }
}

/* --- What is pushed ------------------------------------------------------------------------------- */

static int feed_push(struct bench *bench, const char *topic, const char *payload)
{
    static struct stream stream;
    stream.length = 0;
    stream_connack(&stream, 0);
    stream_publish(&stream, 0, topic, payload, strlen(payload));
    return CHECK_STATUS(LINKAUTH_OK, steps_begin(bench)) && bench_send(&bench->registration)
        && CHECK_STATUS(LINKAUTH_OK, steps_feed(bench, stream.bytes, stream.length))
        && CHECK_STATUS(LINKAUTH_OK, steps_finish(bench));
}

/* The topic of an entry is where the SDK looked for it. */
static void pushes(void)
{
    static struct bench bench;
    size_t at;
    for (at = 0; at < COUNT(PUSH_VECTORS); at++) {
        const struct push_vector *vector = &PUSH_VECTORS[at];
        unsigned failures = check_failures_here;
        char payload[256];
        begin_case(vector->index, vector->sdk, vector->operation);
        snprintf(payload, sizeof(payload), PUSH_OF("%s", "%s", "%s"), vector->device_secret,
                 vector->product_key, vector->device_name);
        if (!make_device(&bench, vector->product_key, vector->device_name, NULL)) {
            continue;
        }
        bench.options.form = LINKAUTH_REGISTER_MQTT;
        CHECK(feed_push(&bench, vector->topic, payload));
        CHECK(is_stored(&bench.memory, vector->device_secret));
        CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
        if (check_failures_here == failures) {
            tally(vector->sdk, vector->operation, MATCHED);
        }
    }
}

/* A registration that is answered by the token of the entry. */
static int register_for_token(struct bench *bench, const struct token_vector *vector)
{
    char payload[256];
    snprintf(payload, sizeof(payload), TOKEN_PUSH_OF("%s", "%s", "%s", "%s"),
             vector->issued_client_id, vector->product_key, vector->device_name,
             vector->device_token);
    bench->options.form = LINKAUTH_REGISTER_MQTT_NO_PRE_REGISTRATION;
    return feed_push(bench, TOPIC_REGNWL, payload)
        && is_stored(&bench->memory, vector->device_token);
}

#endif /* VECTORS_MQTT_H_INCLUDED */
