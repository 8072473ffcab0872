#include "mqtt.h"

enum { TIMEOUT_MS = 15000, KEEP_ALIVE_SECONDS = 300 };

static linkauth_status send_all(const linkauth_transport *pipe, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    linkauth_status status = LINKAUTH_OK;
    size_t sent;

    while (status == LINKAUTH_OK && length > 0) {
        status = pipe->write(pipe->user, at, length, &sent, TIMEOUT_MS);
        if (status != LINKAUTH_OK)
            break;
        at += sent;
        length -= sent;
    }
    return status;
}

static linkauth_status send_text(const linkauth_transport *pipe, const char *text, size_t length)
{
    const uint8_t head[2] = {(uint8_t)(length >> 8), (uint8_t)length};
    linkauth_status status = send_all(pipe, head, sizeof head);

    return status == LINKAUTH_OK ? send_all(pipe, text, length) : status;
}

/* Piece by piece, so that no second buffer ever holds the password. */
static linkauth_status send_connect(const linkauth_transport *pipe, const linkauth_sign_in_result *connect)
{
    /* user name, password, clean session */
    static const uint8_t protocol[] = {0, 4, 'M', 'Q', 'T', 'T', 4, 0xC2,
                                       KEEP_ALIVE_SECONDS >> 8, KEEP_ALIVE_SECONDS & 0xFF};
    size_t length = sizeof protocol + 2 + connect->client_id_length + 2 + connect->username_length +
                    2 + connect->password_length;
    const uint8_t head[3] = {0x10, (uint8_t)(length % 128 | 0x80), (uint8_t)(length / 128)};
    linkauth_status status;

    if (length > 16383) /* two bytes of remaining length */
        return LINKAUTH_ERROR_TRANSPORT_MISUSE;
    status = send_all(pipe, head, sizeof head);
    if (status == LINKAUTH_OK)
        status = send_all(pipe, protocol, sizeof protocol);
    if (status == LINKAUTH_OK)
        status = send_text(pipe, connect->client_id, connect->client_id_length);
    if (status == LINKAUTH_OK)
        status = send_text(pipe, connect->username, connect->username_length);
    if (status == LINKAUTH_OK)
        status = send_text(pipe, connect->password, connect->password_length);
    return status;
}

static linkauth_status receive_connack(const linkauth_transport *pipe, uint8_t *code)
{
    uint8_t packet[4];
    size_t length = 0, received;
    linkauth_status status;

    while (length < sizeof packet) {
        status = pipe->read(pipe->user, packet + length, sizeof packet - length, &received, TIMEOUT_MS);
        if (status != LINKAUTH_OK)
            return status;
        if (received == 0)
            return LINKAUTH_ERROR_TRANSPORT_CLOSED;
        length += received;
    }
    if (packet[0] != 0x20 || packet[1] != 2)
        return LINKAUTH_ERROR_REPLY_NOT_MQTT;
    *code = packet[3];
    return LINKAUTH_OK;
}

linkauth_status mqtt_sign_in(const linkauth_transport *pipe, const linkauth_sign_in_result *connect, uint8_t *code)
{
    static const uint8_t disconnect[2] = {0xE0, 0};
    linkauth_status status =
        pipe->open(pipe->user, connect->host, connect->host_length, (uint16_t)connect->port, TIMEOUT_MS);

    if (status != LINKAUTH_OK)
        return status;
    status = send_connect(pipe, connect);
    if (status == LINKAUTH_OK)
        status = receive_connack(pipe, code);
    if (status == LINKAUTH_OK)
        status = send_all(pipe, disconnect, sizeof disconnect);
    pipe->close(pipe->user);
    return status;
}
