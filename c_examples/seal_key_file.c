/*
 * Signs a device in with a secret that is sealed in its store: whoever copies the store has no secret.
 * The key of 32 bytes lies elsewhere: in a file on another medium, or behind any command that prints
 * it, such as one that asks a TPM, a keyring, systemd-creds (checks/seal_tpm.sh and the scripts beside
 * it). Never in an argument, which every process of the machine can read.
 *
 *     seal_key_file <ProductKey> <DeviceName> <folder> [--key <file> | --key-fd <number>]
 *
 * Standard input is the DeviceSecret, to be stored first; or empty, to sign in with the stored one.
 * Without a key, what is stored sealed cannot be used, and the status says so.
 */
#define _POSIX_C_SOURCE 200809L

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linkauth.h"

static linkauth_device device;
static linkauth_file_store file_store;
static linkauth_aead aead;
static char secret[80];
static char buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];

/* Not by stdio, which keeps copies. */
static size_t read_all(int descriptor, void *bytes, size_t capacity)
{
    size_t length = 0;
    ssize_t count;

    while (length < capacity && (count = read(descriptor, (char *)bytes + length, capacity - length)) > 0)
        length += (size_t)count;
    return length;
}

/* Fetches the key for each use; linkauth wipes it. `user` is the path of its file. */
static linkauth_status key_of_file(void *user, uint8_t *key)
{
    linkauth_status status = LINKAUTH_ERROR_STORE_SEALED;
    struct stat about;
    int descriptor = open(user, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

    if (descriptor < 0)
        return status;
    /* A key that others can read or replace is none. */
    if (fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode) && (about.st_mode & 077) == 0
        && (about.st_uid == 0 || about.st_uid == geteuid()) && about.st_size == LINKAUTH_KEY_SIZE
        && read_all(descriptor, key, LINKAUTH_KEY_SIZE) == LINKAUTH_KEY_SIZE)
        status = LINKAUTH_OK;
    close(descriptor);
    return status;
}

/* A pipe gives its bytes once, and the key is used several times: it stays until main wipes it. */
static struct { int descriptor, is_read; uint8_t bytes[LINKAUTH_KEY_SIZE + 1]; } piped;

static linkauth_status key_of_pipe(void *user, uint8_t *key)
{
    (void)user;
    if (!piped.is_read)
        piped.is_read = read_all(piped.descriptor, piped.bytes, sizeof piped.bytes) == LINKAUTH_KEY_SIZE;
    if (!piped.is_read)
        return LINKAUTH_ERROR_STORE_SEALED;
    memcpy(key, piped.bytes, LINKAUTH_KEY_SIZE);
    return LINKAUTH_OK;
}

static linkauth_status sign_in(char **texts, linkauth_key key, void *key_user, linkauth_sign_in_result *result,
                               linkauth_store_info *info)
{
    linkauth_device_config config = {0};
    linkauth_store store = {0};
    linkauth_seal seal = {0};
    linkauth_status status;
    size_t length = read_all(STDIN_FILENO, secret, sizeof secret);

    store.struct_size = sizeof store;
    status = linkauth_file_store_open(&file_store, sizeof file_store, texts[3], LINKAUTH_NUL_TERMINATED, &store);
    if (status != LINKAUTH_OK)
        return status;
    config.struct_size = sizeof config;
    config.product_key = texts[1];
    config.product_key_length = LINKAUTH_NUL_TERMINATED;
    config.device_name = texts[2];
    config.device_name_length = LINKAUTH_NUL_TERMINATED;
    config.store = &store;
    if (key != NULL) {
        seal.struct_size = sizeof seal;
        status = linkauth_aead_init(&aead, sizeof aead, key, key_user, NULL, NULL, &seal);
        if (status != LINKAUTH_OK)
            return status;
        config.seal = &seal;
    }
    status = linkauth_device_init(&device, sizeof device, &config);
    if (status != LINKAUTH_OK)
        return status;

    if (length > 0 && secret[length - 1] == '\n')
        length--;
    if (length > 0) {
        status = linkauth_store_secret(&device, secret, length);
        if (status != LINKAUTH_OK)
            return status;
    }
    info->struct_size = sizeof *info;
    status = linkauth_store_inspect(&device, info);
    if (status != LINKAUTH_OK)
        return status;
    result->struct_size = sizeof *result;
    return linkauth_sign_in(&device, NULL, buffer, sizeof buffer, result);
}

int main(int argc, char **argv)
{
    linkauth_sign_in_result result = {0};
    linkauth_store_info info = {0};
    linkauth_status status;
    linkauth_key key = NULL;

    if (argc == 6 && strcmp(argv[4], "--key") == 0) {
        key = key_of_file;
    } else if (argc == 6 && strcmp(argv[4], "--key-fd") == 0) {
        key = key_of_pipe;
        piped.descriptor = atoi(argv[5]);
    } else if (argc != 4) {
        fprintf(stderr, "usage: seal_key_file <ProductKey> <DeviceName> <folder> [--key <file> | --key-fd <number>]"
                        " < DeviceSecret\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IONBF, 0);

    status = sign_in(argv, key, argc == 6 ? argv[5] : NULL, &result, &info);
    linkauth_wipe(secret, sizeof secret);
    linkauth_wipe(&piped, sizeof piped);
    if (info.state != 0)
        printf("sealed %s\n", info.is_sealed ? "yes" : "no");
    if (status == LINKAUTH_OK)
        printf("clientId %s\npassword of %zu characters\n", result.client_id, result.password_length);
    else
        fprintf(stderr, "%s: %s\n", linkauth_status_name(status), linkauth_status_text(status));

    /* Here the device's own MQTT client sends the CONNECT. Then nothing needs the password. */
    linkauth_wipe(buffer, sizeof buffer);
    linkauth_device_wipe(&device);
    linkauth_aead_wipe(&aead);
    linkauth_file_store_close(&file_store);
    return status == LINKAUTH_OK ? 0 : 1;
}
