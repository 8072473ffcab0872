/*
 * What both adapters are shown with: a registration over a transport, and a server that plays a script,
 * in place of a network. Its receive behaves as the SDKs' functions do: it returns when all that was
 * asked for has come, when the peer closed, or when the time is out, and not before.
 */
#ifndef PEER_H_INCLUDED
#define PEER_H_INCLUDED

#include "linkauth.h"

enum { PEER_CLOSED = -1 };

/** 0, or -1 if the script says that no connection comes about. */
int peer_connect(const char *host, uint16_t port);
/** Bytes taken, some of those given. */
int peer_send(const void *bytes, size_t length);
/** Bytes that came, 0 when the time was out, or PEER_CLOSED. */
int peer_receive(void *bytes, size_t length, uint32_t timeout_ms);
void peer_disconnect(void);
/** Milliseconds; only waiting makes them pass. */
uint64_t peer_clock(void);

/** Registers over the transport, by the script that the arguments name, and tells how it went. */
int demonstrate(int argc, char **argv, const linkauth_transport *transport);

#endif
