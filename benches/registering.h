/*
 * What a registration over TLS costs the process that makes it.
 *
 *   registering <shared object of a client> [<argument>...]
 *
 * opens the client, and so the libraries that it is linked with, lets it register, and prints JSON. The
 * client says when it has come how far.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef REGISTERING_H
#define REGISTERING_H

#include <stddef.h>

/* What a client exports: registers once, with its arguments, and frees what it can. */
void client(int count, char **arguments);

/* TCP is connected, and the handshake begins. */
void registering_connected(void);
/* The server is authenticated. */
void registering_shaken(void);
/* Bytes of the reply came; the last time counts. */
void registering_replied(void);

/* `reply` holds a DeviceSecret, or the program ends with an error. It is not shown. */
void registering_check(const char *reply, size_t length);

/* A file's contents, NUL-terminated. Ends the program if it cannot be read. */
char *registering_read(const char *path, size_t *length);

/* Ends the program. */
_Noreturn void registering_fail(const char *what, long code);

#endif
