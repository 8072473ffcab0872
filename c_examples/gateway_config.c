#define _POSIX_C_SOURCE 200809L

#include "gateway_config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linkauth.h"

static const struct text_option {
    const char *name;
    size_t offset;
    const char *help;
} texts[] = {
    {"product-key", offsetof(gateway_config, product_key), "ProductKey"},
    {"device-name", offsetof(gateway_config, device_name), "DeviceName"},
    {"store", offsetof(gateway_config, store), "folder where what signs in is kept, of mode 0700"},
    {"device-secret-file", offsetof(gateway_config, device_secret_file),
     "file with the DeviceSecret, to be stored first"},
    {"product-secret-file", offsetof(gateway_config, product_secret_file),
     "file with the ProductSecret, to register if nothing is stored to sign in with"},
    {"region", offsetof(gateway_config, region), "region of the platform (cn-shanghai)"},
    {"instance-id", offsetof(gateway_config, instance_id), "instance of the platform (none)"},
    {"ca", offsetof(gateway_config, ca), "PEM file with the only roots to trust (the public ones)"},
    {"mqtt-host", offsetof(gateway_config, mqtt_host), "host to sign in at (that of region or instance)"},
    {"register-over", offsetof(gateway_config, register_over), "https, mqtt or mqtt-no-pre-registration (https)"},
    {"register-host", offsetof(gateway_config, register_host),
     "host to register at (that of the region; over MQTT mqtt-host)"},
    {"topic", offsetof(gateway_config, topic), "topic to try (/ProductKey/DeviceName/user/echo)"},
    {"message", offsetof(gateway_config, message), "message to send to it (hello)"},
    {"library", offsetof(gateway_config, library), "the library (liblinkauth.so.0)"},
    {"tls-library", offsetof(gateway_config, tls_library), "its TLS transport (liblinkauth_tls.so.0)"},
};

static const struct number_option {
    const char *name;
    size_t offset;
    unsigned most;
    const char *help;
} numbers[] = {
    {"mqtt-port", offsetof(gateway_config, mqtt_port), 65535, "port to sign in at (8883)"},
    {"register-port", offsetof(gateway_config, register_port), 65535,
     "port to register at (443; over MQTT mqtt-port)"},
    {"attempts", offsetof(gateway_config, attempts), 1000,
     "most attempts to register, with the waits that the library asks for (1)"},
    {"timeout-ms", offsetof(gateway_config, timeout_ms), 600000,
     "time for each of registration, sign-in and echo (15000)"},
};

/* The values of register-over, each at the number of its LINKAUTH_REGISTER_... */
static const char *const forms[] = {"https", "mqtt", "mqtt-no-pre-registration"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

void gateway_config_help(void)
{
    size_t i;

    printf("usage: gateway [--config FILE] [--NAME VALUE]...\n\n"
           "Signs in to the platform, after registering if that is needed, and sends itself a message.\n"
           "Secrets come from files of mode 0600, never from arguments. In the configuration file the\n"
           "same names stand without --, one `name = value` a line.\n\n");
    for (i = 0; i < COUNT(texts); i++)
        printf("  --%-20s %s\n", texts[i].name, texts[i].help);
    for (i = 0; i < COUNT(numbers); i++)
        printf("  --%-20s %s\n", numbers[i].name, numbers[i].help);
    printf("  --%-20s end once what was issued is stored, before the sign-in\n"
           "  --%-20s the same by SIGKILL, as a power cut would\n\n"
           "Exits 0 when the message came back, 1 if this machine failed, 2 for wrong arguments, 3 if the\n"
           "platform refused the sign-in, 4 if it refused the registration, 5 if the network failed, 6 if\n"
           "the message did not come back, 7 if a signal ended the wait for another attempt to register.\n",
           "exit-after-registration", "kill-after-registration");
}

static int set(gateway_config *config, const char *name, const char *value)
{
    size_t i;

    for (i = 0; i < COUNT(texts); i++) {
        if (strcmp(texts[i].name, name) == 0) {
            *(const char **)(void *)((char *)config + texts[i].offset) = value;
            return 1;
        }
    }
    for (i = 0; i < COUNT(numbers); i++) {
        if (strcmp(numbers[i].name, name) == 0) {
            char *end;
            unsigned long number = strtoul(value, &end, 10);

            if (!isdigit((unsigned char)*value) || *end != '\0' || number == 0 || number > numbers[i].most) {
                fprintf(stderr, "gateway: %s is a number from 1 to %u\n", name, numbers[i].most);
                return 0;
            }
            *(unsigned *)(void *)((char *)config + numbers[i].offset) = (unsigned)number;
            return 1;
        }
    }
    fprintf(stderr, "gateway: there is no setting called %s\n", name);
    return 0;
}

static char *trim(char *text)
{
    size_t length;

    while (isspace((unsigned char)*text))
        text++;
    length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        text[--length] = '\0';
    return text;
}

static int read_file(gateway_config *config, const char *path)
{
    FILE *file = fopen(path, "r");
    char *line, *next;
    size_t length;
    int complete;

    if (file == NULL) {
        perror(path);
        return 0;
    }
    length = fread(config->file, 1, sizeof config->file - 1, file);
    complete = !ferror(file) && fgetc(file) == EOF;
    fclose(file);
    if (!complete) {
        fprintf(stderr, "gateway: %s cannot be read, or is longer than %zu bytes\n", path, sizeof config->file - 1);
        return 0;
    }
    config->file[length] = '\0';
    for (line = config->file; line != NULL; line = next) {
        char *equals;

        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        line = trim(line);
        if (*line == '\0' || *line == '#')
            continue;
        equals = strchr(line, '=');
        if (equals == NULL) {
            fprintf(stderr, "gateway: a line of %s is not of the form name = value\n", path);
            return 0;
        }
        *equals = '\0';
        if (!set(config, trim(line), trim(equals + 1)))
            return 0;
    }
    return 1;
}

static int read_flags(gateway_config *config, int argc, char **argv)
{
    int i;

    for (i = 1; i < argc; i++) {
        const char *name = argv[i];

        if (strcmp(name, "--help") == 0) {
            config->help = 1;
            return 1;
        }
        if (strcmp(name, "--exit-after-registration") == 0) {
            config->after_registration = AFTER_REGISTRATION_EXIT;
        } else if (strcmp(name, "--kill-after-registration") == 0) {
            config->after_registration = AFTER_REGISTRATION_KILL;
        } else if (strncmp(name, "--", 2) != 0 || i + 1 == argc) {
            fprintf(stderr, "gateway: %s is no flag with a value; --help lists them\n", name);
            return 0;
        } else if (strcmp(name, "--config") == 0) {
            if (!read_file(config, argv[++i]))
                return 0;
        } else if (!set(config, name + 2, argv[++i])) {
            return 0;
        }
    }
    return 1;
}

static int choose_form(gateway_config *config)
{
    unsigned form = 0;

    while (form < COUNT(forms) && strcmp(config->register_over, forms[form]) != 0)
        form++;
    if (form == COUNT(forms)) {
        fprintf(stderr, "gateway: register-over is https, mqtt or mqtt-no-pre-registration\n");
        return 0;
    }
    config->register_form = form;
    if (form == LINKAUTH_REGISTER_HTTPS)
        return 1;
    /* Over MQTT a device registers where it signs in. */
    if (config->register_host == NULL)
        config->register_host = config->mqtt_host;
    if (config->register_port == 0)
        config->register_port = config->mqtt_port;
    return 1;
}

int gateway_config_read(gateway_config *config, int argc, char **argv)
{
    int length;

    memset(config, 0, sizeof *config);
    config->message = "hello";
    config->library = "liblinkauth.so.0";
    config->tls_library = "liblinkauth_tls.so.0";
    config->register_over = forms[LINKAUTH_REGISTER_HTTPS];
    config->attempts = 1;
    config->timeout_ms = 15000;
    if (!read_flags(config, argc, argv))
        return GATEWAY_USAGE;
    if (config->help)
        return GATEWAY_OK;
    if (config->product_key == NULL || config->device_name == NULL || config->store == NULL) {
        fprintf(stderr, "gateway: product-key, device-name and store must be given; --help lists all\n");
        return GATEWAY_USAGE;
    }
    if (!choose_form(config))
        return GATEWAY_USAGE;
    if (config->topic == NULL) {
        length = snprintf(config->default_topic, sizeof config->default_topic, "/%s/%s/user/echo",
                          config->product_key, config->device_name);
        if (length < 0 || (size_t)length >= sizeof config->default_topic) {
            fprintf(stderr, "gateway: ProductKey or DeviceName is too long\n");
            return GATEWAY_USAGE;
        }
        config->topic = config->default_topic;
    }
    return GATEWAY_OK;
}
