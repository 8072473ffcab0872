/*
 * A byte pipe to the platform through a modem on the UART.
 *
 * TLS ends in the modem here, on the other side of the UART: the DeviceSecret crosses the wire
 * between the two in plain text, and the modem is trusted to verify the platform's certificate and
 * name. That is acceptable within one package, and for this example. A product puts its TLS stack
 * (mbedTLS, wolfSSL, BearSSL) behind the same callbacks: verification required, the host name set for
 * SNI and for the check, the platform's root compiled in. With a modem that speaks TLS by itself
 * (AT+QSSLOPEN, AT+USECPRF, ...), turn its verification of chain and name on: it is off by default
 * in many.
 *
 * On the wire, text is what the firmware says; a frame is 0x02, a letter, a length, and bytes.
 *
 *     to the modem    O port (2 bytes, big-endian) and host   W bytes   C close
 *     from it         O result (1 byte)   D bytes   E the peer ended the stream   X the connection broke
 */
#ifndef MODEM_H
#define MODEM_H

#include "linkauth.h"

/* What `open` may answer, as the modem says it. */
enum modem_result {
    MODEM_OPEN = 0,
    MODEM_NO_HOST = 1,
    MODEM_REFUSED = 2,
    MODEM_TIMED_OUT = 3,
    MODEM_CERTIFICATE = 4,
    MODEM_HOST_NAME = 5,
    MODEM_TLS = 6
};

extern const linkauth_transport modem;

#endif
