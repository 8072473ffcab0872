/*
 * MQTT 3.1.1 as the tests need it: what the platform sends to a device that registers, and what a
 * CONNECT says.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef MQTT_H_INCLUDED
#define MQTT_H_INCLUDED

#include "check.h"
#include "fixture.h"

#define TOPIC_REGISTER "/ext/register"
#define TOPIC_REGNWL "/ext/regnwl"
#define ISSUED_CLIENT_ID "GmxqSfBe1hcyf1PB1uIX"

#define PUSH_OF(product_key, device_name, secret)                                                  \
    "{\"deviceSecret\":\"" secret "\",\"productKey\":\"" product_key "\",\"deviceName\":\""       \
    device_name "\"}"
#define TOKEN_PUSH_OF(client_id, product_key, device_name, token)                                  \
    "{\"clientId\":\"" client_id "\",\"productKey\":\"" product_key "\",\"deviceName\":\""        \
    device_name "\",\"deviceToken\":\"" token "\"}"

/** The two forms of a registration over MQTT, and what a success is. */
struct mqtt_form {
    const char *name;
    uint32_t form;
    const char *auth_type, *topic, *push, *secret;
    uint8_t kind;
};

CHECK_MAYBE_UNUSED
static const struct mqtt_form MQTT_FORMS[] = {
    {"register", LINKAUTH_REGISTER_MQTT, "register", TOPIC_REGISTER,
     PUSH_OF(PRODUCT_KEY, DEVICE_NAME, DEVICE_SECRET), DEVICE_SECRET, RECORD_SECRET},
    {"regnwl", LINKAUTH_REGISTER_MQTT_NO_PRE_REGISTRATION, "regnwl", TOPIC_REGNWL,
     TOKEN_PUSH_OF(ISSUED_CLIENT_ID, PRODUCT_KEY, DEVICE_NAME, DEVICE_TOKEN), DEVICE_TOKEN,
     RECORD_TOKEN},
};
enum { MQTT_FORM_COUNT = sizeof(MQTT_FORMS) / sizeof(MQTT_FORMS[0]) };

/** Bytes that the platform sends. */
struct stream {
    char bytes[8192];
    size_t length;
};

static void stream_put(struct stream *stream, const void *bytes, size_t length)
{
    CHECK(length <= sizeof(stream->bytes) - stream->length);
    if (length > 0 && length <= sizeof(stream->bytes) - stream->length) {
        memcpy(stream->bytes + stream->length, bytes, length);
        stream->length += length;
    }
}

static void stream_byte(struct stream *stream, unsigned byte)
{
    char one = (char)byte;
    stream_put(stream, &one, 1);
}

CHECK_MAYBE_UNUSED
static void stream_connack(struct stream *stream, unsigned code)
{
    stream_put(stream, "\x20\x02\x00", 3);
    stream_byte(stream, code);
}

CHECK_MAYBE_UNUSED
static void stream_publish(struct stream *stream, unsigned qos, const char *topic,
                           const void *payload, size_t payload_length)
{
    size_t topic_length = strlen(topic);
    size_t rest = 2 + topic_length + (qos > 0 ? 2 : 0) + payload_length;
    stream_byte(stream, 0x30 | qos << 1);
    for (; rest > 0x7f; rest >>= 7) {
        stream_byte(stream, (unsigned)(rest & 0x7f) | 0x80);
    }
    stream_byte(stream, (unsigned)rest);
    stream_byte(stream, (unsigned)(topic_length >> 8));
    stream_byte(stream, (unsigned)(topic_length & 0xff));
    stream_put(stream, topic, topic_length);
    if (qos > 0) {
        stream_put(stream, "\x00\x07", 2);
    }
    stream_put(stream, payload, payload_length);
}

/** The texts of a CONNECT, which are not NUL-terminated. */
struct connect_packet {
    const char *client_id, *username, *password;
    size_t client_id_length, username_length, password_length;
};

static int connect_field(const uint8_t **at, const uint8_t *end, const char **text, size_t *length)
{
    if (end - *at < 2) {
        return 0;
    }
    *length = (size_t)(*at)[0] << 8 | (*at)[1];
    *text = (const char *)*at + 2;
    if ((size_t)(end - *at - 2) < *length) {
        return 0;
    }
    *at += 2 + *length;
    return 1;
}

/** Decodes exactly one CONNECT, and checks what linkauth has no choice about. 0 if it is none. */
CHECK_MAYBE_UNUSED
static int connect_read(const void *bytes, size_t length, struct connect_packet *packet)
{
    /* The protocol's name and level 4; username, password and clean session; 60 seconds. */
    static const uint8_t HEADER[] = {0, 4, 'M', 'Q', 'T', 'T', 4, 0xc2, 0, 60};
    const uint8_t *at = bytes, *end = at + length;
    size_t rest = 0;
    unsigned bits = 0;
    memset(packet, 0, sizeof(*packet));
    CHECK(length > 2 && at[0] == 0x10);
    if (length <= 2 || at[0] != 0x10) {
        return 0;
    }
    do {
        at++;
        rest |= (size_t)(*at & 0x7f) << bits;
        bits += 7;
    } while (*at & 0x80 && at + 1 < end && bits < 28);
    /* In as few bytes as possible. */
    CHECK(bits == 7 || *at != 0);
    at++;
    CHECK_NUMBER(end - at, rest);
    CHECK_BYTES(HEADER, sizeof(HEADER), at,
                (size_t)(end - at) < sizeof(HEADER) ? (size_t)(end - at) : sizeof(HEADER));
    if ((size_t)(end - at) < sizeof(HEADER)) {
        return 0;
    }
    at += sizeof(HEADER);
    if (!connect_field(&at, end, &packet->client_id, &packet->client_id_length)
        || !connect_field(&at, end, &packet->username, &packet->username_length)
        || !connect_field(&at, end, &packet->password, &packet->password_length)) {
        CHECK(!"a field of the CONNECT is cut");
        return 0;
    }
    CHECK(at == end);
    return 1;
}

#endif /* MQTT_H_INCLUDED */
