/* A secret from a file that only its owner can read. */
#ifndef GATEWAY_SECRET_H
#define GATEWAY_SECRET_H

#include <stddef.h>

/* To be wiped by whoever called gateway_secret_read, whatever it returned. */
typedef struct gateway_secret {
    size_t length;
    char text[80]; /* the platform's are up to 64 characters; with the end of a line, or longer by mistake */
} gateway_secret;

/* Returns 1, or 0 after a message on stderr. The end of a line at the end is not part of the secret. */
int gateway_secret_read(gateway_secret *secret, const char *path);

#endif
