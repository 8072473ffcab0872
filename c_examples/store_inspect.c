/*
 * An operator's tool: what is stored of a device in a folder of records. It never shows the secret, and
 * needs no key of a sealed one.
 *
 *     store_inspect <folder> <ProductKey> <DeviceName> [--instance <InstanceId>] [--erase]
 *
 * Exits 0 if there is a usable record (or, with --erase, none any more), 1 with the status and what to
 * do, 2 for wrong arguments. Erasing does not tell the platform: it registers a device that was active
 * only after ResetThing.
 */
#include <stdio.h>
#include <string.h>

#include "linkauth.h"

static linkauth_device device;
static linkauth_file_store file_store;

static linkauth_status open_device(const char *folder, linkauth_device_config *config)
{
    linkauth_store store = {0};
    linkauth_status status;

    store.struct_size = sizeof store;
    status = linkauth_file_store_open(&file_store, sizeof file_store, folder, LINKAUTH_NUL_TERMINATED, &store);
    if (status != LINKAUTH_OK)
        return status;
    config->store = &store;
    return linkauth_device_init(&device, sizeof device, config);
}

static linkauth_status show(void)
{
    linkauth_store_info info = {0};
    linkauth_status status;

    info.struct_size = sizeof info;
    status = linkauth_store_inspect(&device, &info);
    if (status != LINKAUTH_OK)
        return status;
    printf("state %s\n", info.state == LINKAUTH_STATE_ACTIVATED ? "activated" : "issued");
    printf("kind %s\n", info.kind == LINKAUTH_KIND_DEVICE_TOKEN ? "DeviceToken" : "DeviceSecret");
    printf("sealed %s\n", info.is_sealed ? "yes" : "no");
    printf("sequence %u\nregistrations %u\n", (unsigned)info.sequence, (unsigned)info.registrations);
    return LINKAUTH_OK;
}

static const char *what_to_do(linkauth_status status)
{
    switch (status) {
    case LINKAUTH_ERROR_STORE_ABSENT:
        return "store the device's secret, or let it register";
    case LINKAUTH_ERROR_STORE_DAMAGED:
        return "restore the file; or run this with --erase, call ResetThing, and let the device register";
    case LINKAUTH_ERROR_STORE_OTHER_DEVICE:
        return "check ProductKey, DeviceName and instance";
    case LINKAUTH_ERROR_STORE_UNSAFE:
        return "check owner and mode: the folder 0700, its files 0600, no links";
    case LINKAUTH_ERROR_STORE_LOCKED:
        return "stop the program that uses the device, and run this again";
    case LINKAUTH_ERROR_STORE_VERSION:
        return "use the version of linkauth that wrote the record, or a newer one";
    default:
        return NULL;
    }
}

int main(int argc, char **argv)
{
    linkauth_device_config config = {0};
    linkauth_status status;
    const char *advice;
    int at, is_wrong = argc < 4, is_erasing = 0;

    config.struct_size = sizeof config;
    for (at = 4; at < argc; at++) {
        if (strcmp(argv[at], "--erase") == 0) {
            is_erasing = 1;
        } else if (strcmp(argv[at], "--instance") == 0 && at + 1 < argc) {
            config.instance_id = argv[++at];
            config.instance_id_length = LINKAUTH_NUL_TERMINATED;
        } else {
            is_wrong = 1;
        }
    }
    if (is_wrong) {
        fprintf(stderr, "usage: store_inspect <folder> <ProductKey> <DeviceName> [--instance <id>] [--erase]\n");
        return 2;
    }
    config.product_key = argv[2];
    config.product_key_length = LINKAUTH_NUL_TERMINATED;
    config.device_name = argv[3];
    config.device_name_length = LINKAUTH_NUL_TERMINATED;

    status = open_device(argv[1], &config);
    if (status == LINKAUTH_OK)
        status = is_erasing ? linkauth_store_erase(&device) : show();
    if (status == LINKAUTH_OK && is_erasing)
        printf("erased\n");
    if (status != LINKAUTH_OK) {
        advice = what_to_do(status);
        fprintf(stderr, "%s: %s\n", linkauth_status_name(status), linkauth_status_text(status));
        if (advice != NULL)
            fprintf(stderr, "What to do: %s\n", advice);
    }
    linkauth_device_wipe(&device);
    linkauth_file_store_close(&file_store);
    return status == LINKAUTH_OK ? 0 : 1;
}
