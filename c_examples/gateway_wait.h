/* Waiting between two attempts. */
#ifndef GATEWAY_WAIT_H
#define GATEWAY_WAIT_H

#include <stdint.h>

/* Sleeps. Returns 1 when the time has passed, 0 as soon as SIGINT or SIGTERM asks the gateway to end. */
int gateway_wait(uint32_t milliseconds);

#endif
