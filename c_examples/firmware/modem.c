#include "modem.h"

#include <string.h>

#include "board.h"

enum { FRAME = 0x02, DATA_MAX = 255 };

static size_t unread; /* bytes of the D frame that is being received */
static int ended;     /* E was received */

static void put_head(char letter, size_t length)
{
    uart_put(FRAME);
    uart_put((uint8_t)letter);
    uart_put((uint8_t)length);
}

static void put_bytes(const void *bytes, size_t length)
{
    const uint8_t *at = bytes;

    while (length-- > 0)
        uart_put(*at++);
}

static linkauth_status get_byte(uint8_t *byte, uint64_t deadline)
{
    int got;

    while ((got = uart_get()) < 0)
        if (board_ms() >= deadline)
            return LINKAUTH_ERROR_TRANSPORT_TIMED_OUT;
    *byte = (uint8_t)got;
    return LINKAUTH_OK;
}

/* What lies between frames is noise. */
static linkauth_status get_head(uint8_t *letter, uint8_t *length, uint64_t deadline)
{
    linkauth_status status;

    do {
        status = get_byte(letter, deadline);
        if (status != LINKAUTH_OK)
            return status;
    } while (*letter != FRAME);
    status = get_byte(letter, deadline);
    return status == LINKAUTH_OK ? get_byte(length, deadline) : status;
}

static linkauth_status status_of(uint8_t result)
{
    switch (result) {
    case MODEM_OPEN: return LINKAUTH_OK;
    case MODEM_NO_HOST: return LINKAUTH_ERROR_TRANSPORT_HOST_NOT_FOUND;
    case MODEM_REFUSED: return LINKAUTH_ERROR_TRANSPORT_REFUSED;
    case MODEM_TIMED_OUT: return LINKAUTH_ERROR_TRANSPORT_TIMED_OUT;
    case MODEM_CERTIFICATE: return LINKAUTH_ERROR_TRANSPORT_CERTIFICATE;
    case MODEM_HOST_NAME: return LINKAUTH_ERROR_TRANSPORT_HOSTNAME;
    default: return LINKAUTH_ERROR_TRANSPORT_TLS;
    }
}

static linkauth_status skip(size_t length, uint64_t deadline)
{
    linkauth_status status = LINKAUTH_OK;
    uint8_t byte;

    while (status == LINKAUTH_OK && length-- > 0)
        status = get_byte(&byte, deadline);
    return status;
}

/* The answer to O. What comes before it is left over from the last connection. */
static linkauth_status get_result(uint8_t *result, uint64_t deadline)
{
    linkauth_status status = skip(unread, deadline);
    uint8_t letter, length;

    while (status == LINKAUTH_OK) {
        status = get_head(&letter, &length, deadline);
        if (status == LINKAUTH_OK && letter == 'O' && length == 1)
            return get_byte(result, deadline);
        if (status == LINKAUTH_OK)
            status = skip(length, deadline);
    }
    return status;
}

static linkauth_status modem_open(void *user, const char *host, size_t host_len, uint16_t port, uint32_t timeout_ms)
{
    const uint8_t port_bytes[2] = {(uint8_t)(port >> 8), (uint8_t)port};
    linkauth_status status;
    uint8_t result;

    (void)user;
    if (host_len + sizeof port_bytes > DATA_MAX)
        return LINKAUTH_ERROR_TRANSPORT_HOST_NOT_FOUND;
    put_head('O', host_len + sizeof port_bytes);
    put_bytes(port_bytes, sizeof port_bytes);
    put_bytes(host, host_len);
    status = get_result(&result, board_ms() + timeout_ms);
    unread = 0;
    ended = 0;
    return status == LINKAUTH_OK ? status_of(result) : status;
}

static linkauth_status modem_write(void *user, const uint8_t *data, size_t len, size_t *sent, uint32_t timeout_ms)
{
    (void)user;
    (void)timeout_ms; /* this UART always takes its bytes; one with CTS waits here */
    *sent = len < DATA_MAX ? len : DATA_MAX;
    put_head('W', *sent);
    put_bytes(data, *sent);
    return LINKAUTH_OK;
}

static linkauth_status next_data(uint64_t deadline)
{
    uint8_t letter, length;
    linkauth_status status = get_head(&letter, &length, deadline);

    if (status != LINKAUTH_OK)
        return status;
    if (letter == 'E')
        ended = 1;
    else if (letter == 'D')
        unread = length;
    else
        return LINKAUTH_ERROR_TRANSPORT_CLOSED;
    return LINKAUTH_OK;
}

static linkauth_status modem_read(void *user, uint8_t *data, size_t capacity, size_t *received, uint32_t timeout_ms)
{
    uint64_t deadline = board_ms() + timeout_ms;
    linkauth_status status = LINKAUTH_OK;

    (void)user;
    *received = 0;
    while (status == LINKAUTH_OK && unread == 0 && !ended)
        status = next_data(deadline);
    while (status == LINKAUTH_OK && unread > 0 && *received < capacity) {
        status = get_byte(data + *received, deadline);
        if (status == LINKAUTH_OK) {
            unread--;
            ++*received;
        }
    }
    return status;
}

static void modem_close(void *user)
{
    (void)user;
    put_head('C', 0);
}

static uint64_t modem_now_ms(void *user)
{
    (void)user;
    return board_ms();
}

const linkauth_transport modem = {
    sizeof modem, 0, NULL, modem_open, modem_write, modem_read, modem_close, modem_now_ms,
};
