/*
 * What most tests need: a store in memory and a transport that plays a script, both of which can be
 * told to fail, and a device with its registration beside them.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef FIXTURE_H_INCLUDED
#define FIXTURE_H_INCLUDED

#include <linkauth.h>

#define PRODUCT_KEY "a1B2c3D4e5F"
#define DEVICE_NAME "dev1"
#define PRODUCT_SECRET "PsAbCdEfGhIjKlMnOpQrStUvWxYz0123"
#define DEVICE_SECRET "0123456789abcdefghijklmnopqrstuv"
#define DEVICE_TOKEN "^1^1612345678901^fedcba9876543210"

/** Bytes of a record, and the values they have. */
enum { RECORD_STATE = 7, RECORD_ISSUED = 1, RECORD_ACTIVATED = 2 };
enum { RECORD_KIND = 8, RECORD_SECRET = 1, RECORD_TOKEN = 2 };

/** What becomes of a record that is saved. */
enum save_result { SAVE_TRUE, SAVE_NOTHING, SAVE_CUT, SAVE_FLIPPED };

struct memory_store {
    uint8_t record[LINKAUTH_RECORD_MAX];
    size_t length;
    int is_present;
    char name[32];
    unsigned loads;
    unsigned saves;
    /** Returned instead of doing anything, if not 0. */
    linkauth_status load_status;
    linkauth_status save_status;
    /** The load with this number, counted from 1, returns load_status; 0 means every one. */
    unsigned failing_load;
    enum save_result save_result;
    /** What load claims to have read, if not 0. */
    size_t claimed_length;
    /** Called from within both callbacks. */
    void (*within)(void *context);
    void *context;
};

/** A transport that takes any request and plays one reply. Zeroed, it plays an empty one. */
struct script {
    const char *reply;
    size_t reply_length;
    size_t reply_at;
    /** Bytes that the first read returns, and each further one; 0 means all that fit. */
    size_t first_piece;
    size_t piece;
    /** Bytes that a write takes; 0 means all. */
    size_t write_piece;
    /** Returned instead, if not 0. */
    int32_t open_status;
    int32_t write_status;
    int32_t read_status;
    /** Returned by the read after the whole reply, in place of an end in order. */
    int32_t end_status;
    /** What write and read claim instead of the truth, if is_lying. */
    int is_lying;
    size_t claimed;
    /** The clock, and by how much each callback moves it. */
    uint64_t now;
    uint64_t tick;

    char request[2048];
    size_t request_length;
    char host[160];
    size_t host_length;
    uint16_t port;
    uint32_t last_timeout;
    uint32_t longest_timeout;
    unsigned opens;
    unsigned opened;
    unsigned writes;
    unsigned reads;
    unsigned closes;
    void (*within)(void *context);
    void *context;
};

/** A source of random bytes that repeats nothing, and can be told to fail. */
struct random_source {
    uint8_t next;
    unsigned calls;
    linkauth_status status;
    int writes_nothing;
};

struct bench {
    linkauth_device device;
    linkauth_registration registration;
    struct memory_store memory;
    struct script script;
    struct random_source source;
    linkauth_store store;
    linkauth_transport transport;
    linkauth_device_config config;
    linkauth_registration_options options;
    linkauth_error_detail detail;
};

/** Everything zeroed and connected, the configuration filled in; the device not yet made. */
void bench_prepare(struct bench *bench);
/** The same, and the device made. 0 if that fails. */
int bench_make(struct bench *bench);
/** Wipes the device, and makes it again with the same memory: what a restart is. */
linkauth_status bench_restart(struct bench *bench);
/** Gives the script a reply to play from its beginning. */
void bench_reply(struct bench *bench, const char *reply, size_t length);
/** linkauth_register, then what must hold after any: see the checks in the source. 0 if it does. */
linkauth_status bench_register(struct bench *bench);
/** What linkauth_sign_in says with default options; the buffer is wiped. */
linkauth_status bench_sign_in(linkauth_device *device);
/** The script's clock, for transport.now_ms: bench_prepare leaves it out. */
uint64_t script_now(void *user);
/** Sends the whole request of a registration that was begun, in the step API. 0 if that fails. */
int bench_send(linkauth_registration *registration);

/** Whether any stretch of 8 bytes of the secret is in the memory. */
int has_secret(const void *memory, size_t length, const char *secret);
/** Whether the stored record holds exactly this secret. */
int is_stored(const struct memory_store *memory, const char *secret);

/** Puts head and body together; "%zu" in the head stands for the length of the body. */
size_t http_reply(char *out, size_t capacity, const char *head, const char *body);

#define HEAD_LENGTH                                                                                \
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n"
#define HEAD_TO_END "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
#define BODY_OF(product_key, device_name, secret)                                                  \
    "{\"code\":200,\"data\":{\"productKey\":\"" product_key "\",\"deviceName\":\"" device_name     \
    "\",\"deviceSecret\":\"" secret "\"},\"message\":\"success\"}"
#define BODY_SUCCESS BODY_OF(PRODUCT_KEY, DEVICE_NAME, DEVICE_SECRET)

linkauth_status memory_load(void *user, const char *name, uint8_t *buffer, size_t capacity,
                            size_t *length);
linkauth_status memory_save(void *user, const char *name, const uint8_t *record, size_t length);

#endif /* FIXTURE_H_INCLUDED */
