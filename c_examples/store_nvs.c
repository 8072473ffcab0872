/*
 * A store over NVS, the key-value store of ESP-IDF. The functions called nvs_... are stand-ins that
 * keep blobs in memory and hold to NVS's rules; firmware includes nvs.h in their place.
 *
 *     store_nvs <ProductKey> <DeviceName> < file with the DeviceSecret
 *
 * Stores the secret, signs in, restarts, and signs in with what is stored. NVS leaves old bytes in its
 * pages until it reuses them: turn on its encryption, or seal the secret (seal_key_file.c).
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "linkauth.h"

/* --- Stand-ins for nvs.h ------------------------------------------------------------------------ */

typedef int esp_err_t;
typedef uint32_t nvs_handle_t;
enum { ESP_OK = 0, ESP_ERR_NVS_NOT_FOUND = 0x1102, ESP_ERR_NVS_NOT_ENOUGH_SPACE = 0x1105,
       ESP_ERR_NVS_KEY_TOO_LONG = 0x1109, ESP_ERR_NVS_INVALID_LENGTH = 0x110c };
enum { NVS_KEY_NAME_MAX_SIZE = 16, NVS_ENTRY_SIZE = 32 };
typedef struct { size_t free_entries; } nvs_stats_t;

struct blob { char key[NVS_KEY_NAME_MAX_SIZE]; uint8_t bytes[512]; size_t length; };
static struct blob committed, pending; /* a restart loses what was not committed */

static esp_err_t nvs_get_blob(nvs_handle_t handle, const char *key, void *out, size_t *length)
{
    (void)handle;
    if (strcmp(key, pending.key) != 0)
        return ESP_ERR_NVS_NOT_FOUND;
    if (*length < pending.length)
        return ESP_ERR_NVS_INVALID_LENGTH;
    memcpy(out, pending.bytes, pending.length);
    *length = pending.length;
    return ESP_OK;
}

static esp_err_t nvs_set_blob(nvs_handle_t handle, const char *key, const void *bytes, size_t length)
{
    (void)handle;
    if (strlen(key) >= NVS_KEY_NAME_MAX_SIZE)
        return ESP_ERR_NVS_KEY_TOO_LONG;
    if (length > sizeof pending.bytes)
        return ESP_ERR_NVS_NOT_ENOUGH_SPACE;
    strcpy(pending.key, key);
    memcpy(pending.bytes, bytes, length);
    pending.length = length;
    return ESP_OK;
}

static esp_err_t nvs_erase_key(nvs_handle_t handle, const char *key)
{
    (void)handle;
    if (strcmp(key, pending.key) != 0)
        return ESP_ERR_NVS_NOT_FOUND;
    linkauth_wipe(&pending, sizeof pending);
    return ESP_OK;
}

static esp_err_t nvs_commit(nvs_handle_t handle)
{
    (void)handle;
    committed = pending;
    return ESP_OK;
}

static esp_err_t nvs_get_stats(const char *partition, nvs_stats_t *stats)
{
    (void)partition;
    stats->free_entries = 126;
    return ESP_OK;
}

/* --- The store ---------------------------------------------------------------------------------- */

static linkauth_status status_of(esp_err_t error)
{
    switch (error) {
    case ESP_OK: return LINKAUTH_OK;
    case ESP_ERR_NVS_NOT_FOUND: return LINKAUTH_ERROR_STORE_ABSENT;
    case ESP_ERR_NVS_NOT_ENOUGH_SPACE: return LINKAUTH_ERROR_STORE_FULL;
    case ESP_ERR_NVS_INVALID_LENGTH: return LINKAUTH_ERROR_STORE_DAMAGED; /* no record is that long */
    default: return error > 0 ? -error : error; /* comes back as the error detail's system_error */
    }
}

static linkauth_status load(void *user, const char *name, uint8_t *buffer, size_t capacity, size_t *length)
{
    esp_err_t error;

    *length = capacity;
    error = nvs_get_blob(*(nvs_handle_t *)user, name, buffer, length);
    return status_of(error);
}

/* NVS writes the new blob, then its index, then drops the old one: a power cut leaves one of the two. */
static linkauth_status save(void *user, const char *name, const uint8_t *record, size_t length)
{
    nvs_handle_t handle = *(nvs_handle_t *)user;
    esp_err_t error = nvs_set_blob(handle, name, record, length);

    return status_of(error == ESP_OK ? nvs_commit(handle) : error);
}

static linkauth_status erase(void *user, const char *name)
{
    nvs_handle_t handle = *(nvs_handle_t *)user;
    esp_err_t error = nvs_erase_key(handle, name);

    if (error == ESP_ERR_NVS_NOT_FOUND)
        return LINKAUTH_OK;
    return status_of(error == ESP_OK ? nvs_commit(handle) : error);
}

/* Before the platform issues a secret: old and new blob stand side by side for a moment. */
static linkauth_status prepare(void *user, const char *name)
{
    nvs_stats_t stats;
    esp_err_t error = nvs_get_stats(NULL, &stats);

    (void)user;
    (void)name;
    if (error != ESP_OK)
        return status_of(error);
    return stats.free_entries < LINKAUTH_RECORD_MAX / NVS_ENTRY_SIZE + 2 ? LINKAUTH_ERROR_STORE_FULL : LINKAUTH_OK;
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
    nvs_handle_t handle = 1; /* nvs_open("linkauth", NVS_READWRITE, &handle) */
    linkauth_store store = {sizeof store, 0, &handle, load, save, erase, NULL, NULL, prepare, NULL};
    linkauth_device_config config = {0};
    linkauth_status status;
    ssize_t length = read(STDIN_FILENO, secret, sizeof secret);

    if (argc != 3 || length < 0) {
        fprintf(stderr, "usage: store_nvs <ProductKey> <DeviceName> < DeviceSecret\n");
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
    pending = committed;
    if (status == LINKAUTH_OK)
        status = linkauth_device_init(&device, sizeof device, &config);
    if (status == LINKAUTH_OK)
        status = show_sign_in();
    if (status != LINKAUTH_OK)
        fprintf(stderr, "%s: %s\n", linkauth_status_name(status), linkauth_status_text(status));
    linkauth_device_wipe(&device);
    return status == LINKAUTH_OK ? 0 : 1;
}
