/* What a gateway is told: by flags, and by a file of lines `name = value` that --config names. */
#ifndef GATEWAY_CONFIG_H
#define GATEWAY_CONFIG_H

#include <stddef.h>

/* How the gateway ends. */
enum {
    GATEWAY_OK = 0,
    GATEWAY_FAILED = 1,               /* on this machine: library, store, file of a secret */
    GATEWAY_USAGE = 2,                /* arguments or configuration */
    GATEWAY_SIGN_IN_REFUSED = 3,      /* by the platform */
    GATEWAY_REGISTRATION_REFUSED = 4, /* by the platform */
    GATEWAY_NETWORK = 5,              /* connection, TLS, time-out, or a reply that is none */
    GATEWAY_NO_ECHO = 6,              /* signed in, but the message did not come back */
    GATEWAY_STOPPED = 7               /* by a signal, between two attempts to register */
};

enum { AFTER_REGISTRATION_SIGN_IN, AFTER_REGISTRATION_EXIT, AFTER_REGISTRATION_KILL };

typedef struct gateway_config {
    const char *product_key;
    const char *device_name;
    const char *region;
    const char *instance_id;
    const char *store;
    const char *device_secret_file;
    const char *product_secret_file;
    const char *ca;
    const char *mqtt_host;
    const char *register_over;
    const char *register_host;
    const char *topic;
    const char *message;
    const char *library;
    const char *tls_library;
    unsigned mqtt_port;
    unsigned register_port;
    unsigned register_form; /* LINKAUTH_REGISTER_..., as register_over says */
    unsigned attempts;
    unsigned timeout_ms;
    int after_registration;
    int help;
    char default_topic[96];
    char file[4096]; /* what --config read; the texts above may point into it */
} gateway_config;

/* Returns GATEWAY_OK, or GATEWAY_USAGE after a message on stderr. */
int gateway_config_read(gateway_config *config, int argc, char **argv);

void gateway_config_help(void);

#endif
