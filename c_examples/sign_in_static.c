/*
 * Signs a device in as firmware does: linked with liblinkauth.a, all memory static, no heap.
 *
 *     sign_in_static <ProductKey> <DeviceName> < file with the DeviceSecret
 *         lends the secret to the sign-in; nothing is kept.
 *     sign_in_static <ProductKey> <DeviceName> <folder> < file with the DeviceSecret
 *         stores the secret in the folder and signs in from there.
 *     sign_in_static <ProductKey> <DeviceName> <folder> < /dev/null
 *         signs in with the secret that is stored.
 *
 * Prints what the CONNECT must carry, of the password its length alone: whoever has the password
 * can sign in as the device. Exits 0, or 1 with the status, or 2 for wrong arguments.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <unistd.h>

#include "linkauth.h"

static linkauth_device device;
static linkauth_file_store file_store;
static char secret[80];
static char buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];

/* Stands for the page of flash that the factory writes. Not by stdio, which keeps copies. */
static size_t read_secret(void)
{
    size_t length = 0;
    ssize_t count;

    while (length < sizeof secret && (count = read(STDIN_FILENO, secret + length, sizeof secret - length)) > 0)
        length += (size_t)count;
    if (length > 0 && secret[length - 1] == '\n')
        length--;
    return length;
}

static linkauth_status sign_in(const char *product_key, const char *device_name, const char *folder,
                               linkauth_sign_in_result *result)
{
    linkauth_device_config config = {0};
    linkauth_sign_in_options options = {0};
    linkauth_store store = {0};
    size_t length = read_secret();
    linkauth_status status;

    config.struct_size = sizeof config;
    config.product_key = product_key;
    config.product_key_length = LINKAUTH_NUL_TERMINATED;
    config.device_name = device_name;
    config.device_name_length = LINKAUTH_NUL_TERMINATED;
    if (folder != NULL) {
        store.struct_size = sizeof store;
        status = linkauth_file_store_open(&file_store, sizeof file_store, folder, LINKAUTH_NUL_TERMINATED, &store);
        if (status != LINKAUTH_OK)
            return status;
        config.store = &store;
    }
    status = linkauth_device_init(&device, sizeof device, &config);
    if (status != LINKAUTH_OK)
        return status;

    options.struct_size = sizeof options;
    if (folder == NULL) {
        options.device_secret = secret;
        options.device_secret_length = length;
    } else if (length > 0) {
        status = linkauth_store_secret(&device, secret, length);
        if (status != LINKAUTH_OK)
            return status;
    }
    result->struct_size = sizeof *result;
    return linkauth_sign_in(&device, &options, buffer, sizeof buffer, result);
}

int main(int argc, char **argv)
{
    linkauth_sign_in_result result = {0};
    linkauth_status status;

    if (argc < 3 || argc > 4) {
        fprintf(stderr, "usage: sign_in_static <ProductKey> <DeviceName> [<folder>] < DeviceSecret\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IONBF, 0); /* a buffer of stdio's would come from the heap */

    status = sign_in(argv[1], argv[2], argc == 4 ? argv[3] : NULL, &result);
    linkauth_wipe(secret, sizeof secret);
    if (status == LINKAUTH_OK)
        printf("host %s\nport %u\nclientId %s\nusername %s\npassword of %zu characters\n", result.host,
               (unsigned)result.port, result.client_id, result.username, result.password_length);
    else
        fprintf(stderr, "%s: %s\n", linkauth_status_name(status), linkauth_status_text(status));

    /* Here the device's own MQTT client sends the CONNECT. Then nothing needs the password. */
    linkauth_wipe(buffer, sizeof buffer);
    linkauth_device_wipe(&device);
    linkauth_file_store_close(&file_store);
    return status == LINKAUTH_OK ? 0 : 1;
}
