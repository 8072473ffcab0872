/*
 * What Mosquitto needs to do the platform's task in a storm: each password is checked against the device's
 * DeviceSecret, and the sign-in is on disk before its CONNACK leaves.
 *
 *   plugin <this>
 *   plugin_opt_database <file>     made anew
 *   plugin_opt_devices <count>     of the product `storm`, all with the secret of `linkauth-platform storm --against`
 *
 * The plain way to write it: the broker has one thread and waits for an answer, so each sign-in is a
 * transaction of its own.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>

#include <mosquitto.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char SECRET[] = "00000000000000000000000000000000";
static const char TABLE[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                            "CREATE TABLE device (name TEXT PRIMARY KEY, secret TEXT NOT NULL,"
                            " activated INTEGER NOT NULL, sign_ins INTEGER NOT NULL) STRICT;";
static const char DEVICES[] =
    "WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < ?)"
    "INSERT INTO device SELECT printf('storm-%06d', n), ?, 0, 0 FROM number";

enum { LONGEST = 256, HEX = 64 };

static sqlite3 *database;
static sqlite3_stmt *find;
static sqlite3_stmt *sign_in;

/* Everything between '|' and '|' is as `storm` sends it; what is signed has the part before. */
static int is_right(const char *client_id, const char *name, const char *secret,
                    const char *password)
{
    char content[LONGEST];
    char expected[HEX + 1];
    unsigned char tag[EVP_MAX_MD_SIZE];
    unsigned length = 0, at;
    int written = snprintf(content, sizeof(content),
                           "clientId%.*sdeviceName%sproductKeystormtimestamp7",
                           (int)strcspn(client_id, "|"), client_id, name);
    if (written < 0 || written >= LONGEST || strlen(password) != HEX
        || HMAC(EVP_sha256(), secret, (int)strlen(secret), (unsigned char *)content,
                (size_t)written, tag, &length)
            == NULL) {
        return 0;
    }
    for (at = 0; at < length; at++) {
        snprintf(expected + 2 * at, 3, "%02x", tag[at]);
    }
    return CRYPTO_memcmp(expected, password, HEX) == 0;
}

static int stored(const char *name)
{
    int result;
    sqlite3_bind_text(sign_in, 1, name, -1, SQLITE_STATIC);
    result = sqlite3_step(sign_in);
    sqlite3_reset(sign_in);
    return result == SQLITE_DONE;
}

static int admit(int event, void *data, void *user)
{
    struct mosquitto_evt_basic_auth *connect = data;
    char name[LONGEST];
    int right = 0;
    (void)event, (void)user;
    if (connect->username == NULL || connect->password == NULL
        || strlen(connect->username) >= sizeof(name)) {
        return MOSQ_ERR_AUTH;
    }
    strcpy(name, connect->username);
    name[strcspn(name, "&")] = '\0';
    sqlite3_bind_text(find, 1, name, -1, SQLITE_STATIC);
    if (sqlite3_step(find) == SQLITE_ROW) {
        right = is_right(mosquitto_client_id(connect->client), name,
                         (const char *)sqlite3_column_text(find, 0), connect->password);
    }
    sqlite3_reset(find);
    return right && stored(name) ? MOSQ_ERR_SUCCESS : MOSQ_ERR_AUTH;
}

static int furnish(int devices)
{
    sqlite3_stmt *insert;
    int result;
    if (sqlite3_exec(database, TABLE, NULL, NULL, NULL) != SQLITE_OK
        || sqlite3_prepare_v2(database, DEVICES, -1, &insert, NULL) != SQLITE_OK) {
        return 0;
    }
    sqlite3_bind_int(insert, 1, devices);
    sqlite3_bind_text(insert, 2, SECRET, -1, SQLITE_STATIC);
    result = sqlite3_step(insert);
    sqlite3_finalize(insert);
    return result == SQLITE_DONE
        && sqlite3_prepare_v2(database, "SELECT secret FROM device WHERE name = ?", -1, &find, NULL)
            == SQLITE_OK
        && sqlite3_prepare_v2(database,
                              "UPDATE device SET activated = 1, sign_ins = sign_ins + 1 WHERE name = ?",
                              -1, &sign_in, NULL)
            == SQLITE_OK;
}

int mosquitto_plugin_version(int count, const int *versions)
{
    (void)count, (void)versions;
    return 5;
}

int mosquitto_plugin_init(mosquitto_plugin_id_t *identifier, void **user,
                          struct mosquitto_opt *options, int count)
{
    const char *file = NULL;
    int devices = 0, at;
    (void)user;
    for (at = 0; at < count; at++) {
        if (strcmp(options[at].key, "database") == 0) {
            file = options[at].value;
        } else if (strcmp(options[at].key, "devices") == 0) {
            devices = atoi(options[at].value);
        }
    }
    if (file == NULL || sqlite3_open(file, &database) != SQLITE_OK || !furnish(devices)) {
        mosquitto_log_printf(MOSQ_LOG_ERR, "storm: no database");
        return MOSQ_ERR_UNKNOWN;
    }
    return mosquitto_callback_register(identifier, MOSQ_EVT_BASIC_AUTH, admit, NULL, NULL);
}

int mosquitto_plugin_cleanup(void *user, struct mosquitto_opt *options, int count)
{
    (void)user, (void)options, (void)count;
    sqlite3_finalize(find);
    sqlite3_finalize(sign_in);
    return sqlite3_close(database) == SQLITE_OK ? MOSQ_ERR_SUCCESS : MOSQ_ERR_UNKNOWN;
}
