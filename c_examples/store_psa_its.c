/*
 * A store over PSA Internal Trusted Storage, as of TF-M and Zephyr. The functions called psa_its_...
 * are stand-ins that keep one entry in memory; firmware includes psa/internal_trusted_storage.h in
 * their place. An entry must hold LINKAUTH_RECORD_MAX bytes: with TF-M see ITS_MAX_ASSET_SIZE.
 *
 *     store_psa_its <ProductKey> <DeviceName> < file with the DeviceSecret
 *
 * Stores the secret, signs in, restarts, and signs in with what is stored. Two processors or partitions
 * that share a uid would share the record: only one of them may use linkauth.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "linkauth.h"

/* --- Stand-ins for psa/internal_trusted_storage.h ------------------------------------------------ */

typedef int32_t psa_status_t;
typedef uint64_t psa_storage_uid_t;
typedef uint32_t psa_storage_create_flags_t;
#define PSA_SUCCESS 0
#define PSA_ERROR_NOT_PERMITTED (-133)
#define PSA_ERROR_INVALID_ARGUMENT (-135)
#define PSA_ERROR_DOES_NOT_EXIST (-140)
#define PSA_ERROR_INSUFFICIENT_STORAGE (-142)
#define PSA_ERROR_DATA_CORRUPT (-152)
#define PSA_STORAGE_FLAG_NONE 0u

static struct { psa_storage_uid_t uid; uint8_t bytes[512]; size_t length; } entry;

static psa_status_t psa_its_get(psa_storage_uid_t uid, size_t offset, size_t size, void *data, size_t *length)
{
    if (uid == 0 || uid != entry.uid)
        return PSA_ERROR_DOES_NOT_EXIST;
    if (offset > entry.length)
        return PSA_ERROR_INVALID_ARGUMENT;
    *length = entry.length - offset < size ? entry.length - offset : size;
    memcpy(data, entry.bytes + offset, *length);
    return PSA_SUCCESS;
}

static psa_status_t psa_its_set(psa_storage_uid_t uid, size_t length, const void *data,
                                psa_storage_create_flags_t flags)
{
    if (uid == 0 || flags != PSA_STORAGE_FLAG_NONE)
        return PSA_ERROR_INVALID_ARGUMENT;
    if (length > sizeof entry.bytes || (entry.uid != 0 && entry.uid != uid))
        return PSA_ERROR_INSUFFICIENT_STORAGE;
    entry.uid = uid;
    memcpy(entry.bytes, data, length);
    entry.length = length;
    return PSA_SUCCESS;
}

static psa_status_t psa_its_remove(psa_storage_uid_t uid)
{
    if (uid == 0 || uid != entry.uid)
        return PSA_ERROR_DOES_NOT_EXIST;
    linkauth_wipe(&entry, sizeof entry);
    return PSA_SUCCESS;
}

/* --- The store ---------------------------------------------------------------------------------- */

static linkauth_status status_of(psa_status_t error)
{
    switch (error) {
    case PSA_SUCCESS: return LINKAUTH_OK;
    case PSA_ERROR_DOES_NOT_EXIST: return LINKAUTH_ERROR_STORE_ABSENT;
    case PSA_ERROR_DATA_CORRUPT: return LINKAUTH_ERROR_STORE_DAMAGED;
    case PSA_ERROR_INSUFFICIENT_STORAGE: return LINKAUTH_ERROR_STORE_FULL;
    case PSA_ERROR_NOT_PERMITTED: return LINKAUTH_ERROR_STORE_READ_ONLY;
    default: return error; /* negative: comes back as the error detail's system_error */
    }
}

/*
 * Twelve of the name's fifteen characters, as digits of base 36, fit 63 bits. The top bit keeps clear
 * of the small numbers that others choose (Mbed TLS: its key ids), and of 0, which is no uid.
 */
static psa_storage_uid_t uid_of(const char *name)
{
    psa_storage_uid_t uid = 0;
    int at;

    for (at = 0; at < 12 && name[at] != '\0'; at++)
        uid = uid * 36 + (unsigned)(name[at] <= '9' ? name[at] - '0' : name[at] - 'a' + 10);
    return uid | (psa_storage_uid_t)1 << 63;
}

static linkauth_status load(void *user, const char *name, uint8_t *buffer, size_t capacity, size_t *length)
{
    (void)user;
    return status_of(psa_its_get(uid_of(name), 0, capacity, buffer, length));
}

/* By its specification psa_its_set replaces an entry in whole or not at all. */
static linkauth_status save(void *user, const char *name, const uint8_t *record, size_t length)
{
    (void)user;
    return status_of(psa_its_set(uid_of(name), length, record, PSA_STORAGE_FLAG_NONE));
}

static linkauth_status erase(void *user, const char *name)
{
    psa_status_t error = psa_its_remove(uid_of(name));

    (void)user;
    return error == PSA_ERROR_DOES_NOT_EXIST ? LINKAUTH_OK : status_of(error);
}

/* --- Its use ------------------------------------------------------------------------------------ */

static linkauth_device device;
static char secret[80], buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];

static linkauth_status show_sign_in(void)
{
    linkauth_sign_in_result result = {0};
    linkauth_store_info info = {0};
    linkauth_status status;

    result.struct_size = sizeof result;
    info.struct_size = sizeof info;
    status = linkauth_sign_in(&device, NULL, buffer, sizeof buffer, &result);
    if (status == LINKAUTH_OK)
        printf("clientId %s, password of %zu characters\n", result.client_id, result.password_length);
    linkauth_wipe(buffer, sizeof buffer); /* here the CONNECT has been sent, and the broker accepted it */
    if (status == LINKAUTH_OK)
        status = linkauth_report_connack(&device, 0);
    if (status == LINKAUTH_OK)
        status = linkauth_store_inspect(&device, &info);
    if (status == LINKAUTH_OK)
        printf("%s, saved %u times\n", info.state == LINKAUTH_STATE_ACTIVATED ? "activated" : "issued",
               (unsigned)info.sequence);
    return status;
}

int main(int argc, char **argv)
{
    linkauth_store store = {sizeof store, 0, NULL, load, save, erase, NULL, NULL, NULL, NULL};
    linkauth_device_config config = {0};
    linkauth_status status;
    ssize_t length = read(STDIN_FILENO, secret, sizeof secret);

    if (argc != 3 || length < 0) {
        fprintf(stderr, "usage: store_psa_its <ProductKey> <DeviceName> < DeviceSecret\n");
        return 2;
    }
    config.struct_size = sizeof config;
    config.product_key = argv[1];
    config.product_key_length = LINKAUTH_NUL_TERMINATED;
    config.device_name = argv[2];
    config.device_name_length = LINKAUTH_NUL_TERMINATED;
    config.store = &store;
    status = linkauth_device_init(&device, sizeof device, &config);
    if (status == LINKAUTH_OK)
        status = linkauth_store_secret(&device, secret, (size_t)length);
    linkauth_wipe(secret, sizeof secret);
    if (status == LINKAUTH_OK)
        status = show_sign_in();

    linkauth_device_wipe(&device); /* the restart */
    if (status == LINKAUTH_OK)
        status = linkauth_device_init(&device, sizeof device, &config);
    if (status == LINKAUTH_OK)
        status = show_sign_in();
    if (status != LINKAUTH_OK)
        fprintf(stderr, "%s: %s\n", linkauth_status_name(status), linkauth_status_text(status));
    linkauth_device_wipe(&device);
    return status == LINKAUTH_OK ? 0 : 1;
}
