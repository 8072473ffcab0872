/*
 * linkauth: signs devices in to Alibaba Cloud IoT Platform.
 *
 * Three verbs: linkauth_sign_in, linkauth_register, linkauth_store_secret. All memory is the
 * caller's; between calls the library holds no secret. Texts come in as pointer and length, with
 * LINKAUTH_NUL_TERMINATED for a NUL-terminated one; they go out NUL-terminated and with length.
 * Outputs are written on success, and zeroed on an error. Structs begin with struct_size, set to
 * their sizeof; members that are zero mean the default. Callbacks get their user pointer first,
 * run on the calling thread, may not call back into the same object (LINKAUTH_ERROR_BUSY), and may
 * not longjmp or throw through linkauth. A pointer may be NULL where that is said; elsewhere it is
 * LINKAUTH_ERROR_ARGUMENT_NULL. No output may overlap an input. linkauth keeps nothing outside the
 * caller's objects, no lock and no thread: nothing is to be initialised, and a process may fork at
 * any time.
 *
 * C99 or later, C++98 or later (linkauth.hpp: C++11 or later).
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef LINKAUTH_H_INCLUDED
#define LINKAUTH_H_INCLUDED

/* Made by cbindgen from src/capi: change the documentation there, then `make header`. */

#include <stddef.h>
#include <stdint.h>

/** The version of this header: major, minor, patch. */
#define LINKAUTH_VERSION_MAJOR 0
#define LINKAUTH_VERSION_MINOR 1
#define LINKAUTH_VERSION_PATCH 0
/** major * 65536 + minor * 256 + patch, like linkauth_version_number() for the library. */
#define LINKAUTH_VERSION_NUMBER                                                                    \
    (LINKAUTH_VERSION_MAJOR * 65536 + LINKAUTH_VERSION_MINOR * 256 + LINKAUTH_VERSION_PATCH)

/** Given as the length of a text: the text is NUL-terminated. */
#define LINKAUTH_NUL_TERMINATED SIZE_MAX

/** The result of a function should not be ignored. */
#ifndef LINKAUTH_NODISCARD
#if defined(__GNUC__) || defined(__clang__)
#define LINKAUTH_NODISCARD __attribute__((warn_unused_result))
#else
#define LINKAUTH_NODISCARD
#endif
#endif

/** A function of the library's, also for a program that hides its own symbols. */
#ifndef LINKAUTH_API
#if (defined(__GNUC__) || defined(__clang__)) && !defined(_WIN32)
#define LINKAUTH_API __attribute__((visibility("default")))
#else
#define LINKAUTH_API
#endif
#endif

/**
 * The result is never NULL. No parameter is marked: NULL is never undefined behaviour, it is
 * LINKAUTH_ERROR_ARGUMENT_NULL where it is not allowed.
 */
#ifndef LINKAUTH_RETURNS_NONNULL
#if defined(__GNUC__) || defined(__clang__)
#define LINKAUTH_RETURNS_NONNULL __attribute__((returns_nonnull))
#else
#define LINKAUTH_RETURNS_NONNULL
#endif
#endif

/** Bytes of a linkauth_aead. */
#define LINKAUTH_AEAD_SIZE 64

/** Bytes of the key that seals. */
#define LINKAUTH_KEY_SIZE 32

/** Bytes of a linkauth_device. */
#define LINKAUTH_DEVICE_SIZE 512

/**
 * linkauth_device_config.flags: leave signals alone while a secret is in use. A signal handler
 * that runs meanwhile may then leave parts of the secret in memory.
 */
#define LINKAUTH_DEVICE_KEEP_SIGNALS 1

/** Bytes of a linkauth_file_store. */
#define LINKAUTH_FILE_STORE_SIZE 64

/** Bytes of a linkauth_flash_store. */
#define LINKAUTH_FLASH_STORE_SIZE 128

/** Bytes of a linkauth_flash_secret_store. */
#define LINKAUTH_FLASH_SECRET_STORE_SIZE 640

/** Bytes of the longest DeviceSecret. */
#define LINKAUTH_SECRET_MAX 64

/** Bytes of a linkauth_lean_memory. */
#define LINKAUTH_LEAN_MEMORY_SIZE 1280

/** linkauth_memory_protect: not written to swap (mlock). */
#define LINKAUTH_MEMORY_LOCK 1

/** linkauth_memory_protect: left out of core dumps (MADV_DONTDUMP, Linux 3.4). */
#define LINKAUTH_MEMORY_NO_DUMP 2

/** linkauth_memory_protect: a child of fork finds zeros (MADV_WIPEONFORK, Linux 4.14). */
#define LINKAUTH_MEMORY_WIPE_ON_FORK 4

/** Bytes that hold identity and key of any TLS-PSK. */
#define LINKAUTH_PSK_BUFFER_SIZE 192

/** Bytes of a linkauth_registration. */
#define LINKAUTH_REGISTRATION_SIZE 1152

/** Bytes that hold any sign-in without further extension pairs. */
#define LINKAUTH_SIGN_IN_BUFFER_SIZE 512

/** linkauth_sign_in_options.timestamp: send none, and sign none. */
#define LINKAUTH_TIMESTAMP_NONE UINT64_MAX

/**
 * linkauth_sign_in_options.flags: leave the clientId's first part empty, so that the platform
 * assigns one.
 */
#define LINKAUTH_SIGN_IN_SERVER_ASSIGNED_CLIENT_ID 1

/** Extension pairs that one sign-in may add. */
#define LINKAUTH_EXTENSIONS_MAX 16

/** Bytes that a store must be able to hold for each device. */
#define LINKAUTH_RECORD_MAX 384

/** Bytes of the longest sealed secret. */
#define LINKAUTH_SEALED_MAX 192

/** linkauth_transport.flags: the transport does not encrypt. Registration refuses such a transport. */
#define LINKAUTH_TRANSPORT_PLAIN 1

/**
 * Every status, each with its sentence of linkauth_status_text. Groups of hundreds: 1 argument, 2
 * space, 3 refusal by the platform, 4 malformed reply, 5 store, 6 transport and system, 7 life
 * cycle. Numbers are never changed or reused.
 */
typedef enum linkauth_status_code {
    /** success */
    LINKAUTH_OK = 0,
    /** a needed pointer is NULL */
    LINKAUTH_ERROR_ARGUMENT_NULL = 101,
    /** a needed value is empty */
    LINKAUTH_ERROR_ARGUMENT_EMPTY = 102,
    /** a value is too long */
    LINKAUTH_ERROR_ARGUMENT_TOO_LONG = 103,
    /** a value is too short */
    LINKAUTH_ERROR_ARGUMENT_TOO_SHORT = 104,
    /** a value has a character not allowed there */
    LINKAUTH_ERROR_ARGUMENT_CHARACTER = 105,
    /** a number is outside its range */
    LINKAUTH_ERROR_ARGUMENT_RANGE = 106,
    /** struct_size is unknown to this version */
    LINKAUTH_ERROR_STRUCT_SIZE = 107,
    /** the object's storage is too small or misaligned */
    LINKAUTH_ERROR_OBJECT_SIZE = 108,
    /** the object is not initialised, or wiped */
    LINKAUTH_ERROR_NOT_INITIALISED = 109,
    /** the object is in use: by a callback or a thread */
    LINKAUTH_ERROR_BUSY = 110,
    /** this call does not fit the registration's step */
    LINKAUTH_ERROR_OUT_OF_ORDER = 111,
    /** the sign method is unknown, or not in this build */
    LINKAUTH_ERROR_SIGN_METHOD_UNKNOWN = 112,
    /** securemode is neither 2 (TLS) nor 3 (TCP) */
    LINKAUTH_ERROR_SECURE_MODE_UNKNOWN = 113,
    /** an extension key is linkauth's own, or twice */
    LINKAUTH_ERROR_EXTENSION_KEY_RESERVED = 114,
    /** registration needs the ProductSecret */
    LINKAUTH_ERROR_SECRET_MISSING = 115,
    /** a reserved member or unknown flag is not zero */
    LINKAUTH_ERROR_RESERVED_NOT_ZERO = 116,
    /** a needed callback is NULL */
    LINKAUTH_ERROR_CALLBACK_MISSING = 117,
    /** an output overlaps an input */
    LINKAUTH_ERROR_ARGUMENT_OVERLAP = 118,
    /** the clientId came with the DeviceToken: leave it out */
    LINKAUTH_ERROR_CLIENT_ID_ISSUED = 119,
    /** two arguments exclude each other */
    LINKAUTH_ERROR_ARGUMENT_CONFLICT = 120,
    /** the buffer is too small: see size_needed */
    LINKAUTH_ERROR_BUFFER_TOO_SMALL = 201,
    /** a parameter is missing or malformed (460) */
    LINKAUTH_ERROR_PLATFORM_PARAMETER = 301,
    /** the platform failed (500): try again later */
    LINKAUTH_ERROR_PLATFORM_INTERNAL = 302,
    /** unknown device (6100): check or add the DeviceName */
    LINKAUTH_ERROR_PLATFORM_DEVICE_NOT_FOUND = 303,
    /** unknown product (6250): check ProductKey, region and instance */
    LINKAUTH_ERROR_PLATFORM_PRODUCT_NOT_FOUND = 304,
    /** dynamic registration is off for this product (6288) */
    LINKAUTH_ERROR_PLATFORM_REGISTRATION_OFF = 305,
    /** the device is active (6289): use its DeviceSecret, or reset it */
    LINKAUTH_ERROR_PLATFORM_ALREADY_ACTIVE = 306,
    /** this sign method is not supported (6292) */
    LINKAUTH_ERROR_PLATFORM_SIGN_METHOD = 307,
    /** signature rejected (6600): check ProductSecret and ProductKey */
    LINKAUTH_ERROR_PLATFORM_SIGNATURE = 308,
    /** refused with an unknown code: see platform_code */
    LINKAUTH_ERROR_PLATFORM_CODE_UNKNOWN = 309,
    /** CONNACK 1: the MQTT version is not supported */
    LINKAUTH_ERROR_CONNACK_PROTOCOL = 321,
    /** CONNACK 2: the clientId, or securemode and transport */
    LINKAUTH_ERROR_CONNACK_CLIENT_ID = 322,
    /** CONNACK 3: unavailable, or keep alive outside 30 to 1200 s */
    LINKAUTH_ERROR_CONNACK_UNAVAILABLE = 323,
    /** CONNACK 4: credentials rejected: check secret, names, region */
    LINKAUTH_ERROR_CONNACK_CREDENTIALS = 324,
    /** CONNACK 5: not authorised: is the device disabled? */
    LINKAUTH_ERROR_CONNACK_NOT_AUTHORISED = 325,
    /** the CONNACK code is none of MQTT 3.1.1 */
    LINKAUTH_ERROR_CONNACK_UNKNOWN = 326,
    /** registration, CONNACK 2: malformed, or no TLS */
    LINKAUTH_ERROR_REGISTER_CONNACK_FORMAT = 331,
    /** registration, CONNACK 3: try again later */
    LINKAUTH_ERROR_REGISTER_CONNACK_UNAVAILABLE = 332,
    /** registration, CONNACK 4 or 5: refused */
    LINKAUTH_ERROR_REGISTER_CONNACK_REFUSED = 333,
    /** the reply ended before it was complete */
    LINKAUTH_ERROR_REPLY_CUT_SHORT = 401,
    /** the reply is not HTTP/1.0 or HTTP/1.1 */
    LINKAUTH_ERROR_REPLY_NOT_HTTP = 402,
    /** the HTTP status is not 200: see http_status */
    LINKAUTH_ERROR_REPLY_HTTP_STATUS = 403,
    /** the header of the reply is too large */
    LINKAUTH_ERROR_REPLY_HEADER_TOO_LARGE = 404,
    /** the body of the reply is too large */
    LINKAUTH_ERROR_REPLY_TOO_LARGE = 405,
    /** the reply's lengths contradict each other */
    LINKAUTH_ERROR_REPLY_FRAMING = 406,
    /** the body of the reply is not the JSON expected */
    LINKAUTH_ERROR_REPLY_NOT_JSON = 407,
    /** the reply lacks a member */
    LINKAUTH_ERROR_REPLY_INCOMPLETE = 408,
    /** the reply is for another product */
    LINKAUTH_ERROR_REPLY_OTHER_PRODUCT = 409,
    /** the reply is for another device */
    LINKAUTH_ERROR_REPLY_OTHER_DEVICE = 410,
    /** the secret in the reply is empty or too long */
    LINKAUTH_ERROR_REPLY_SECRET_LENGTH = 411,
    /** the secret in the reply has a wrong character */
    LINKAUTH_ERROR_REPLY_SECRET_CHARACTER = 412,
    /** what arrived is not MQTT 3.1.1 */
    LINKAUTH_ERROR_REPLY_NOT_MQTT = 413,
    /** no secret is stored: store one, or register */
    LINKAUTH_ERROR_STORE_ABSENT = 501,
    /** the stored record is damaged: restore or erase it */
    LINKAUTH_ERROR_STORE_DAMAGED = 502,
    /** the stored record is another device's */
    LINKAUTH_ERROR_STORE_OTHER_DEVICE = 503,
    /** others could reach the secret: check owner and mode */
    LINKAUTH_ERROR_STORE_UNSAFE = 504,
    /** the store failed: see system_error */
    LINKAUTH_ERROR_STORE_IO = 505,
    /** the store has no room left */
    LINKAUTH_ERROR_STORE_FULL = 506,
    /** the store cannot be written */
    LINKAUTH_ERROR_STORE_READ_ONLY = 507,
    /** what was read back is not what was written */
    LINKAUTH_ERROR_STORE_READ_BACK = 508,
    /** this call needs a store */
    LINKAUTH_ERROR_STORE_MISSING = 509,
    /** the folder of the store does not exist */
    LINKAUTH_ERROR_STORE_NOT_FOUND = 510,
    /** the stored record is of a newer version */
    LINKAUTH_ERROR_STORE_VERSION = 511,
    /** another process holds the store */
    LINKAUTH_ERROR_STORE_LOCKED = 512,
    /** this needs a DeviceSecret, a DeviceToken is stored */
    LINKAUTH_ERROR_SECRET_IS_TOKEN = 513,
    /** the stored secret is sealed: no key is given */
    LINKAUTH_ERROR_STORE_SEALED = 514,
    /** the stored secret cannot be unsealed: another key? */
    LINKAUTH_ERROR_STORE_UNSEAL = 515,
    /** a flash slot cannot be erased any more */
    LINKAUTH_ERROR_STORE_WORN = 516,
    /** the source of random bytes failed */
    LINKAUTH_ERROR_RANDOM_FAILED = 601,
    /** the host's name could not be resolved */
    LINKAUTH_ERROR_TRANSPORT_HOST_NOT_FOUND = 602,
    /** nothing accepts connections at the host and port */
    LINKAUTH_ERROR_TRANSPORT_REFUSED = 603,
    /** the time-out passed */
    LINKAUTH_ERROR_TRANSPORT_TIMED_OUT = 604,
    /** the certificate is not trusted: check root and clock */
    LINKAUTH_ERROR_TRANSPORT_CERTIFICATE = 605,
    /** the certificate is for another host */
    LINKAUTH_ERROR_TRANSPORT_HOSTNAME = 606,
    /** the TLS handshake or a TLS record failed */
    LINKAUTH_ERROR_TRANSPORT_TLS = 607,
    /** the connection was lost */
    LINKAUTH_ERROR_TRANSPORT_CLOSED = 608,
    /** the connection failed: see system_error */
    LINKAUTH_ERROR_TRANSPORT_IO = 609,
    /** a transport callback broke its contract */
    LINKAUTH_ERROR_TRANSPORT_MISUSE = 610,
    /** the transport does not encrypt */
    LINKAUTH_ERROR_TRANSPORT_PLAIN = 611,
    /** the root certificates cannot be read, or are none */
    LINKAUTH_ERROR_TRANSPORT_ROOTS = 612,
    /** memory could not be allocated */
    LINKAUTH_ERROR_OUT_OF_MEMORY = 613,
    /** a usable secret is stored: sign in with it */
    LINKAUTH_ERROR_ALREADY_REGISTERED = 701,
    /** an accepted secret is refused: an operator must reset the device */
    LINKAUTH_ERROR_REFUSED_AFTER_ACTIVATION = 702,
    /** an issued secret is refused: register again */
    LINKAUTH_ERROR_REFUSED_BEFORE_ACTIVATION = 703,
    /** registered too often: who else uses the DeviceName? */
    LINKAUTH_ERROR_REGISTRATIONS_EXHAUSTED = 704,
    /** a later registration made this one void */
    LINKAUTH_ERROR_SUPERSEDED = 705
} linkauth_status_code;

/** How a password or a registration is signed. */
typedef enum linkauth_sign_method {
    /** HMAC-SHA256, the default. */
    LINKAUTH_SIGN_HMAC_SHA256 = 0,
    /** HMAC-SHA1, for products that demand it. */
    LINKAUTH_SIGN_HMAC_SHA1 = 1,
    /** HMAC-MD5, for products that demand it. */
    LINKAUTH_SIGN_HMAC_MD5 = 2
} linkauth_sign_method;

/** How a connection is secured: the platform's securemode. */
typedef enum linkauth_secure_mode {
    /**
     * For a registration without pre-registration, in place of 2: what the platform's page says for
     * instances with an id. The vendor's SDKs send 2, and the platform takes both.
     */
    LINKAUTH_SECURE_MODE_NO_PRE_REGISTRATION = -2,
    /** TLS. */
    LINKAUTH_SECURE_MODE_TLS = 2,
    /** Plain TCP, which the platform offers to few products any more. */
    LINKAUTH_SECURE_MODE_TCP = 3
} linkauth_secure_mode;

/** What a registration without the blocking runner needs next. */
typedef enum linkauth_step {
    /** Send the bytes, then call `linkauth_registration_sent`. */
    LINKAUTH_STEP_SEND = 1,
    /** Receive, then call `linkauth_registration_feed`. */
    LINKAUTH_STEP_RECEIVE = 2,
    /** Close the connection and call `linkauth_registration_finish`. */
    LINKAUTH_STEP_FINISH = 3
} linkauth_step;

/** How a registration is asked for and answered. */
typedef enum linkauth_register_form {
    /** Over HTTPS; the device has been added to its product. Answered by a DeviceSecret. */
    LINKAUTH_REGISTER_HTTPS = 0,
    /** Over MQTT; the device has been added to its product. Answered by a DeviceSecret. */
    LINKAUTH_REGISTER_MQTT = 1,
    /**
     * Over MQTT, without pre-registration. Answered by a clientId and a DeviceToken, of which the
     * platform issues five for one DeviceName.
     */
    LINKAUTH_REGISTER_MQTT_NO_PRE_REGISTRATION = 2
} linkauth_register_form;

/** Where a number to be explained comes from. */
typedef enum linkauth_context {
    /** A linkauth_status. */
    LINKAUTH_CONTEXT_STATUS = 0,
    /** The code in the platform's answer to a registration over HTTPS. */
    LINKAUTH_CONTEXT_PLATFORM_CODE = 1,
    /** The CONNACK that answered a sign-in. */
    LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN = 2,
    /** The CONNACK that answered a registration over MQTT. */
    LINKAUTH_CONTEXT_CONNACK_OF_REGISTRATION = 3
} linkauth_context;

/** How far a stored secret has come. */
typedef enum linkauth_state {
    /** Stored, and not yet known to be accepted. */
    LINKAUTH_STATE_ISSUED = 1,
    /** The platform has accepted it: registration is closed. */
    LINKAUTH_STATE_ACTIVATED = 2
} linkauth_state;

/** What is stored. */
typedef enum linkauth_kind {
    /** A DeviceSecret. */
    LINKAUTH_KIND_DEVICE_SECRET = 1,
    /** A clientId and a DeviceToken. */
    LINKAUTH_KIND_DEVICE_TOKEN = 2
} linkauth_kind;

/** 0 is success, any other number says why not: see `linkauth_status_code`. */
typedef int32_t linkauth_status;

/**
 * A seal by ChaCha20-Poly1305 (RFC 8439). No key is in it.
 *
 * The storage is the caller's. Treat it as opaque, never copy or move it.
 */
typedef struct linkauth_aead {
    uint64_t opaque[8];
} linkauth_aead;

/**
 * Fetches the key that seals, of LINKAUTH_KEY_SIZE bytes, from where it is kept: a TPM, a secure
 * element, a keyring, a file. Called for each use; linkauth wipes its copy. Returns LINKAUTH_OK, or
 * anything else if it cannot.
 */
typedef linkauth_status (*linkauth_key)(void *user, uint8_t *key);

/**
 * Fills `length` bytes with random ones, fit for cryptography. Returns LINKAUTH_OK, or anything
 * else if it cannot: then nothing is registered.
 */
typedef linkauth_status (*linkauth_random)(void *user, uint8_t *bytes, size_t length);

/**
 * Seals the secret within a record, for a device whose store others may read: with a key in a TPM,
 * a secure element, a keyring. Optional. Callbacks as those of a linkauth_store.
 */
typedef struct linkauth_seal {
    /** sizeof(linkauth_seal). */
    uint32_t struct_size;
    /** 0. */
    uint32_t reserved;
    /** Passed to both callbacks, never looked at. */
    void *user;
    /**
     * Seals `secret` for `context` (the rest of the record: device, state, sequence number; it is to
     * be authenticated, not hidden) into `sealed`, of LINKAUTH_SEALED_MAX bytes, and sets
     * `*sealed_length`.
     */
    linkauth_status (*seal)(void *user,
                            const uint8_t *context,
                            size_t context_length,
                            const uint8_t *secret,
                            size_t secret_length,
                            uint8_t *sealed,
                            size_t sealed_capacity,
                            size_t *sealed_length);
    /**
     * Opens what `seal` sealed for the same context into `secret`, and sets `*secret_length`. Returns
     * LINKAUTH_ERROR_STORE_UNSEAL if the key is another one, or anything was changed.
     */
    linkauth_status (*unseal)(void *user,
                              const uint8_t *context,
                              size_t context_length,
                              const uint8_t *sealed,
                              size_t sealed_length,
                              uint8_t *secret,
                              size_t secret_capacity,
                              size_t *secret_length);
} linkauth_seal;

/**
 * One device: who it is, where its platform lives, where its secret is kept. No secret is in it.
 *
 * The storage is the caller's, in .bss, on the stack or on a heap. Treat it as opaque, never copy
 * or move it. One thread at a time may use one device; different devices are independent.
 */
typedef struct linkauth_device {
    uint64_t opaque[64];
} linkauth_device;

/**
 * Where the record with a device's secret is kept: `linkauth_file_store_open` fills one in for a
 * folder of files; others map these callbacks to NVS, littlefs, PSA ITS, a secure element.
 *
 * A callback returns LINKAUTH_OK, a LINKAUTH_ERROR_STORE_... status, or a negative errno, which
 * linkauth reports as LINKAUTH_ERROR_STORE_IO with the number in the error detail. Callbacks run
 * on the thread that called linkauth, with its signals blocked, and must return.
 */
typedef struct linkauth_store {
    /** sizeof(linkauth_store). */
    uint32_t struct_size;
    /** 0. */
    uint32_t reserved;
    /** Passed to every callback, never looked at. */
    void *user;
    /**
     * Reads the record called `name` (15 lower-case letters and digits, NUL-terminated: fit for
     * an NVS key or a file name) into `buffer`, of LINKAUTH_RECORD_MAX bytes, and sets
     * `*length`. Returns LINKAUTH_ERROR_STORE_ABSENT if there is none, and only then: linkauth
     * registers a device whose record is absent. linkauth wipes the buffer.
     */
    linkauth_status (*load)(void *user,
                            const char *name,
                            uint8_t *buffer,
                            size_t capacity,
                            size_t *length);
    /**
     * Replaces the record called `name`, in whole or not at all, and returns once it would
     * survive a power cut. linkauth then reads it back and compares.
     */
    linkauth_status (*save)(void *user, const char *name, const uint8_t *record, size_t length);
    /**
     * Removes the record called `name` and every older copy; that there is none is no error. NULL:
     * linkauth_store_erase is not supported.
     */
    linkauth_status (*erase)(void *user, const char *name);
    /**
     * Keeps other processes from the record until unlock, without waiting:
     * LINKAUTH_ERROR_STORE_LOCKED if another one holds it. Held from before a registration is asked
     * for until what was issued is stored, and round every other save. NULL, with unlock: there is
     * but one process.
     */
    linkauth_status (*lock)(void *user, const char *name);
    /** Gives back what lock took. */
    void (*unlock)(void *user, const char *name);
    /**
     * Finds out, before the platform is asked for a secret, whether a record of
     * LINKAUTH_RECORD_MAX bytes can be saved, and reserves what it needs. NULL: nothing to find out.
     */
    linkauth_status (*prepare)(void *user, const char *name);
    /** Removes older copies, now that the platform accepted the record. NULL: there are none. */
    linkauth_status (*retire)(void *user, const char *name);
} linkauth_store;

/** Keeps interrupts away, and returns what leaving needs (such as PRIMASK). */
typedef size_t (*linkauth_critical_enter)(void *user);

/** Lets interrupts in again as they were: `before` is what entering returned. */
typedef void (*linkauth_critical_leave)(void *user, size_t before);

/**
 * A critical section around each stretch of code that has a secret in its registers, for
 * microcontrollers: an interrupt would save them on a stack that nobody wipes.
 *
 * It is entered and left once or several times within a call, never nested. It covers the
 * callbacks of store and seal too, and so the erasing of flash; it does not cover those of a transport.
 * Without one, what an interrupt handler saves stays where it saved it.
 */
typedef struct linkauth_critical_section {
    /** sizeof(linkauth_critical_section). */
    uint32_t struct_size;
    /** 0. */
    uint32_t reserved;
    /** Passed to both, never looked at. */
    void *user;
    /** Called before. */
    linkauth_critical_enter enter;
    /** Called after. */
    linkauth_critical_leave leave;
} linkauth_critical_section;

/**
 * What linkauth_device_init reads. All texts are copied; each is a pointer and a length, or
 * LINKAUTH_NUL_TERMINATED as the length. One that is NULL is not given, and its length is then 0 or
 * LINKAUTH_NUL_TERMINATED; one that is given may not be empty.
 */
typedef struct linkauth_device_config {
    /** sizeof(linkauth_device_config). */
    uint32_t struct_size;
    /** Bits of LINKAUTH_DEVICE_...; 0 is the default. */
    uint32_t flags;
    /** ProductKey: 1 to 20 letters and digits. */
    const char *product_key;
    /** Bytes of product_key. */
    size_t product_key_length;
    /** DeviceName: 4 to 32 letters, digits and - _ @ . : */
    const char *device_name;
    /** Bytes of device_name. */
    size_t device_name_length;
    /** Region, or NULL for cn-shanghai. */
    const char *region;
    /** Bytes of region. */
    size_t region_length;
    /**
     * Instance id ("iot-...") of a new public or enterprise instance; NULL for the old public
     * instance.
     */
    const char *instance_id;
    /** Bytes of instance_id. */
    size_t instance_id_length;
    /**
     * Where the DeviceSecret is kept, or NULL if the caller lends it to each sign-in. Copied;
     * what `user` points to must outlive the device.
     */
    const struct linkauth_store *store;
    /**
     * Seals the DeviceSecret within its record, or NULL to keep it plain. Copied; what `user` points
     * to must outlive the device. A plain record is read with or without it.
     */
    const struct linkauth_seal *seal;
    /** Random bytes for registration, or NULL for the system's (Linux only). */
    linkauth_random random;
    /** Passed to `random`, never looked at. */
    void *random_user;
    /**
     * Surrounds each stretch of code that has a secret in its registers, or NULL. Copied; what
     * `user` points to must outlive the device.
     */
    const struct linkauth_critical_section *critical_section;
} linkauth_device_config;

/** Numbers behind the last error of a device. */
typedef struct linkauth_error_detail {
    /** sizeof(linkauth_error_detail), set by the caller. */
    uint32_t struct_size;
    /**
     * The platform's code in a refused registration, or 0: over HTTPS such as 6289, over MQTT that
     * of the CONNACK.
     */
    int32_t platform_code;
    /** The system's error number (errno), or 0. */
    int32_t system_error;
    /** The HTTP status of the reply, or 0. */
    uint32_t http_status;
    /**
     * Milliseconds to wait before trying again, with jitter, longer after each failure in a row up
     * to 600000; 0 if trying again would not help by itself. linkauth itself never retries.
     */
    uint32_t retry_after_ms;
    /** 0. */
    uint32_t reserved;
} linkauth_error_detail;

/**
 * A folder in which devices' records are kept, one file of mode 0600 each. Linux only.
 *
 * The storage is the caller's. Treat it as opaque, never copy or move it.
 */
typedef struct linkauth_file_store {
    uint64_t opaque[8];
} linkauth_file_store;

/**
 * The record of one device in two slots of flash. A power cut at any moment leaves the old record or
 * the new one; the slot with the only whole record is never erased.
 *
 * The storage is the caller's. Treat it as opaque, never copy or move it.
 */
typedef struct linkauth_flash_store {
    uint64_t opaque[16];
} linkauth_flash_store;

/**
 * Two slots of flash, as a port reaches them. A callback returns LINKAUTH_OK, or a negative number or
 * LINKAUTH_ERROR_STORE_IO on a failure: for `read` also when the bytes there cannot be read, for
 * instance since their ECC is wrong.
 */
typedef struct linkauth_flash {
    /** sizeof(linkauth_flash). */
    uint32_t struct_size;
    /** Bytes of one slot: whole erase sectors, at least 416. */
    uint32_t slot_size;
    /** Bytes that are programmed at once: 1, 2, 4, 8, 16 or 32. */
    uint32_t unit;
    /** What an erased byte reads as: 0xFF, or 0x00 on some parts. */
    uint32_t erased;
    /** Passed to every callback, never looked at. */
    void *user;
    /** Reads `length` bytes from `offset` within slot 0 or 1. */
    linkauth_status (*read)(void *user,
                            uint32_t slot,
                            uint32_t offset,
                            uint8_t *bytes,
                            size_t length);
    /** Programs one unit, which was not programmed since its slot was erased. */
    linkauth_status (*program)(void *user,
                               uint32_t slot,
                               uint32_t offset,
                               const uint8_t *bytes,
                               size_t length);
    /** Erases a whole slot. */
    linkauth_status (*erase)(void *user, uint32_t slot);
    /** Returns once all of it would survive a power cut. NULL: it does at once. */
    linkauth_status (*sync)(void *user);
} linkauth_flash;

/**
 * A DeviceSecret in two slots of flash, as the record of a linkauth_flash_store: firmware that later
 * makes a linkauth_device over the same slots finds it there. A power cut at any moment leaves the old
 * secret or the new one.
 *
 * The storage is the caller's. Treat it as opaque, never copy or move it.
 */
typedef struct linkauth_flash_secret_store {
    uint64_t opaque[80];
} linkauth_flash_secret_store;

/**
 * Who a device without a linkauth_device is: for linkauth_lean_register, linkauth_lean_sign_in and
 * linkauth_flash_secret_store_init, each of which looks at the members that it needs. Nothing is kept.
 */
typedef struct linkauth_lean {
    /** sizeof(linkauth_lean). */
    uint32_t struct_size;
    /**
     * To register: milliseconds for the whole, or 0 for 15000. A transport without a clock gets it for
     * each single wait. Over MQTT it is 14000 at most, and the transport must have a clock.
     */
    uint32_t timeout_ms;
    /** ProductKey: 1 to 20 letters and digits. */
    const char *product_key;
    /** Bytes of product_key, or LINKAUTH_NUL_TERMINATED; so with each length here. */
    size_t product_key_length;
    /** DeviceName: 4 to 32 letters, digits and - _ @ . : */
    const char *device_name;
    /** Bytes of device_name. */
    size_t device_name_length;
    /**
     * Instance id ("iot-...") of a new public or enterprise instance; NULL for the old public
     * instance.
     */
    const char *instance_id;
    /** Bytes of instance_id. */
    size_t instance_id_length;
    /** To register: ProductSecret, 1 to 64 printable ASCII characters without a space. */
    const char *product_secret;
    /** Bytes of product_secret. */
    size_t product_secret_length;
    /**
     * To register: the host's name or IPv4 address, or NULL for that of the region cn-shanghai: for
     * HTTPS iot-auth.cn-shanghai.aliyuncs.com, for MQTT the one of the product or the instance.
     */
    const char *host;
    /** Bytes of host. */
    size_t host_length;
    /** To register: random bytes, or NULL for the system's (Linux only). */
    linkauth_random random;
    /** Passed to `random`, never looked at. */
    void *random_user;
    /** Surrounds each stretch of code that has a secret in its registers, or NULL. */
    const struct linkauth_critical_section *critical_section;
} linkauth_lean;

/**
 * Where the DeviceSecret of a device without a linkauth_device is kept: an SDK's key-value store, NVS,
 * a page of flash. linkauth_flash_secret_store_init fills one in for two slots of flash.
 *
 * A callback returns LINKAUTH_OK, a LINKAUTH_ERROR_STORE_... status, or a negative number for
 * LINKAUTH_ERROR_STORE_IO. Callbacks run on the thread that called linkauth, and must return.
 */
typedef struct linkauth_secret_store {
    /** sizeof(linkauth_secret_store). */
    uint32_t struct_size;
    /** 0. */
    uint32_t reserved;
    /** Passed to both callbacks, never looked at. */
    void *user;
    /**
     * Reads the DeviceSecret into `secret`, of LINKAUTH_SECRET_MAX bytes, and sets `*length`. Returns
     * LINKAUTH_ERROR_STORE_ABSENT if there is none, and only then: linkauth registers a device whose
     * secret is absent. linkauth wipes `secret`.
     */
    linkauth_status (*load)(void *user, char *secret, size_t capacity, size_t *length);
    /**
     * Replaces the DeviceSecret, in whole or not at all, and returns once it would survive a power cut.
     * linkauth then reads it back and compares.
     */
    linkauth_status (*save)(void *user, const char *secret, size_t length);
} linkauth_secret_store;

/**
 * A byte pipe to the platform, supplied by the caller (`linkauth_tls` has a ready one).
 *
 * linkauth calls `open`, then any number of `write` and `read`, then `close`: once for each
 * successful `open`, and never after a failed one. All calls come on the thread that called
 * linkauth, one at a time.
 *
 * **`open` is where the server is authenticated.** It must verify the certificate chain and that
 * the certificate names `host`. The DeviceSecret travels through this pipe: a transport that
 * skips either check gives it to whoever answers.
 */
typedef struct linkauth_transport {
    /** `sizeof(linkauth_transport)` as the caller was compiled. A newer linkauth appends members. */
    uint32_t struct_size;
    /** Bits of `LINKAUTH_TRANSPORT_*`; the others must be 0. */
    uint32_t flags;
    /** Passed to every callback, never looked at. */
    void *user;
    /**
     * Connects to `host` (NUL-terminated, also `host_len` bytes) and `port`, and authenticates the server, within
     * `timeout_ms` milliseconds. Returns 0, or a `LINKAUTH_TRANSPORT_...` status, after which
     * nothing is left open.
     */
    int32_t (*open)(void *user,
                    const char *host,
                    size_t host_len,
                    uint16_t port,
                    uint32_t timeout_ms);
    /**
     * Sends up to `len` bytes within `timeout_ms` milliseconds and sets `*sent` to the number
     * taken, at least 1. Returns 0 or a status.
     */
    int32_t (*write)(void *user, const uint8_t *data, size_t len, size_t *sent, uint32_t timeout_ms);
    /**
     * Receives up to `capacity` bytes within `timeout_ms` milliseconds and sets `*received`.
     * Returns 0 or a status. 0 with `*received == 0` says that the peer ended the stream in
     * order; an end without TLS's close_notify is `LINKAUTH_ERROR_TRANSPORT_CLOSED`.
     */
    int32_t (*read)(void *user,
                    uint8_t *data,
                    size_t capacity,
                    size_t *received,
                    uint32_t timeout_ms);
    /** Closes the connection and wipes what the transport kept of it. */
    void (*close)(void *user);
    /**
     * Milliseconds on a clock that never goes back, from any origin; or NULL. With it the
     * time-out of a registration bounds the whole of it, without it each single wait.
     */
    uint64_t (*now_ms)(void *user);
} linkauth_transport;

/** What linkauth_lean_register works in: the caller's, for the time of the call. */
typedef struct linkauth_lean_memory {
    uint64_t opaque[160];
} linkauth_lean_memory;

/**
 * What the CONNECT of a sign-in must carry: NUL-terminated texts, with room for the longest.
 *
 * The host is `<ProductKey>.iot-as-mqtt.<region>.aliyuncs.com`, or
 * `<instance id>.mqtt.iothub.aliyuncs.com`; the port, with TLS, 8883.
 */
typedef struct linkauth_connect {
    /** clientId. */
    char client_id[160];
    /** username. */
    char username[64];
    /** password: whoever has it can sign in as this device, at any time. */
    char password[72];
} linkauth_connect;

/** What is stored of a device, its secret left out. */
typedef struct linkauth_store_info {
    /** sizeof(linkauth_store_info), set by the caller. */
    uint32_t struct_size;
    /** LINKAUTH_STATE_... */
    uint32_t state;
    /** LINKAUTH_KIND_... */
    uint32_t kind;
    /** 1 if the secret is sealed, else 0. */
    uint32_t is_sealed;
    /** One more with each save. */
    uint32_t sequence;
    /** Registrations that the device has completed, since the last one that was accepted. */
    uint32_t registrations;
} linkauth_store_info;

/** A further key=value in the clientId's extension, such as _ss=1 or ext=3. It is not signed. */
typedef struct linkauth_extension {
    /** 1 to 160 letters, digits and _. Not securemode, signmethod or timestamp. */
    const char *key;
    /** Bytes of key. */
    size_t key_length;
    /** Up to 160 printable ASCII characters but | , and =; may be empty. */
    const char *value;
    /** Bytes of value. */
    size_t value_length;
} linkauth_extension;

/**
 * What a caller may choose about a sign-in. All zero but struct_size is the default.
 *
 * A text that is NULL is not given, and its length then 0 or LINKAUTH_NUL_TERMINATED; one that is
 * given may not be empty. With a
 * DeviceToken nothing is signed: sign_method and timestamp are not used then.
 */
typedef struct linkauth_sign_in_options {
    /** sizeof(linkauth_sign_in_options). */
    uint32_t struct_size;
    /** LINKAUTH_SIGN_...; 0 is HMAC-SHA256. */
    uint32_t sign_method;
    /** LINKAUTH_SECURE_MODE_..., or 0 for TLS. */
    int32_t secure_mode;
    /** Port to connect to, or 0 for 8883 (TLS) or 1883 (TCP), the ports of Link SDK C 4.x. */
    uint32_t port;
    /**
     * 0 for 2524608000000, the constant that the vendor's C SDKs send; LINKAUTH_TIMESTAMP_NONE
     * for none; else the caller's own, by the platform's page in milliseconds since 1970.
     */
    uint64_t timestamp;
    /** Bits of LINKAUTH_SIGN_IN_...; 0 is the default. */
    uint32_t flags;
    /** 0. */
    uint32_t reserved;
    /**
     * The part of the clientId before the first |: 1 to 64 printable ASCII characters but |. NULL
     * for ProductKey.DeviceName. With device_token, the clientId that was issued with it. A stored
     * DeviceToken brings its own: then NULL.
     */
    const char *client_id;
    /** Bytes of client_id. */
    size_t client_id_length;
    /** Host to connect to, or NULL for the one of the device's region or instance. */
    const char *host;
    /** Bytes of host. */
    size_t host_length;
    /** The DeviceSecret, from a caller that keeps it elsewhere; NULL to read it from the store. */
    const char *device_secret;
    /** Bytes of device_secret. */
    size_t device_secret_length;
    /**
     * The DeviceToken of a registration without pre-registration, from a caller that keeps it
     * elsewhere, in place of device_secret; NULL to read it from the store. 1 to 128 characters. With
     * it goes client_id, else LINKAUTH_ERROR_ARGUMENT_NULL.
     */
    const char *device_token;
    /** Bytes of device_token. */
    size_t device_token_length;
    /** Further pairs for the clientId's extension, or NULL. */
    const struct linkauth_extension *extensions;
    /** Number of pairs, LINKAUTH_EXTENSIONS_MAX at most. */
    size_t extension_count;
} linkauth_sign_in_options;

/** Identity and key for TLS-PSK. The texts lie in the caller's buffer, each NUL-terminated. */
typedef struct linkauth_psk_result {
    /** sizeof(linkauth_psk_result), set by the caller. */
    uint32_t struct_size;
    /** 0. */
    uint32_t reserved;
    /** The PSK identity. */
    const char *identity;
    /** Its length in bytes, the NUL not counted. */
    size_t identity_length;
    /** The key: its 64 hex digits are the key's bytes, as they stand. */
    const char *key;
    /** Its length in bytes, the NUL not counted. */
    size_t key_length;
    /** Bytes that the buffer needs, if it was too small; else 0. */
    size_t size_needed;
} linkauth_psk_result;

/**
 * One attempt to register. It holds the reply, and with it the DeviceSecret, from its arrival to
 * the end of the attempt; then it is wiped, whatever the end.
 *
 * The storage is the caller's. Treat it as opaque, never copy or move it.
 */
typedef struct linkauth_registration {
    uint64_t opaque[144];
} linkauth_registration;

/** What a caller may choose about a registration. */
typedef struct linkauth_registration_options {
    /** sizeof(linkauth_registration_options). */
    uint32_t struct_size;
    /** LINKAUTH_SIGN_...; 0 is HMAC-SHA256. */
    uint32_t sign_method;
    /** LINKAUTH_REGISTER_...; 0 is HTTPS. */
    uint32_t form;
    /**
     * For LINKAUTH_REGISTER_MQTT_NO_PRE_REGISTRATION: LINKAUTH_SECURE_MODE_NO_PRE_REGISTRATION, or 0
     * for 2, which the vendor's SDKs send. Else 0 or 2.
     */
    int32_t secure_mode;
    /** ProductSecret: 1 to 64 printable ASCII characters without a space. Read, not kept. */
    const char *product_secret;
    /** Bytes of product_secret. */
    size_t product_secret_length;
    /**
     * Host to connect to, or NULL: for HTTPS iot-auth.{region}.aliyuncs.com, for MQTT the one of the
     * device's region or instance.
     */
    const char *host;
    /** Bytes of host. */
    size_t host_length;
    /**
     * The nonce: 1 to 32 letters and digits that this device never sent before. NULL, the
     * default, draws one from the source of random bytes.
     */
    const char *random;
    /** Bytes of random. */
    size_t random_length;
    /** Port to connect to, or 0 for 443 (HTTPS) or 8883 (MQTT). */
    uint32_t port;
    /**
     * For linkauth_register: milliseconds for the whole, or 0 for 15000. A transport without a
     * clock gets it for each single wait. Over MQTT it is 14000 at most, since the platform closes
     * the connection after 15 s, and the transport must have a clock.
     */
    uint32_t timeout_ms;
} linkauth_registration_options;

/** What a CONNECT must carry. The texts lie in the caller's buffer, each NUL-terminated. */
typedef struct linkauth_sign_in_result {
    /** sizeof(linkauth_sign_in_result), set by the caller. */
    uint32_t struct_size;
    /** Port to connect to. */
    uint32_t port;
    /** Host to connect to. With TLS, verify that the certificate names it. */
    const char *host;
    /** Its length in bytes, the NUL not counted. */
    size_t host_length;
    /** clientId. */
    const char *client_id;
    /** Its length in bytes, the NUL not counted. */
    size_t client_id_length;
    /** username. */
    const char *username;
    /** Its length in bytes, the NUL not counted. */
    size_t username_length;
    /** password: whoever has it can sign in as this device, at any time. */
    const char *password;
    /** Its length in bytes, the NUL not counted. */
    size_t password_length;
    /** Bytes that the buffer needs, if it was too small; else 0. */
    size_t size_needed;
} linkauth_sign_in_result;

/** What a registration needs next. */
typedef struct linkauth_registration_step {
    /** sizeof(linkauth_registration_step), set by the caller. */
    uint32_t struct_size;
    /** LINKAUTH_STEP_... */
    uint32_t kind;
    /** For LINKAUTH_STEP_SEND the bytes to send, valid until the next call with this registration. */
    const uint8_t *data;
    /** Number of bytes to send. */
    size_t data_length;
    /**
     * Host to connect to before the first byte is sent, NUL-terminated, with TLS, chain and name
     * verified.
     */
    const char *host;
    /** Its length in bytes, the NUL not counted. */
    size_t host_length;
    /** Port to connect to. */
    uint32_t port;
    /** 0. */
    uint32_t reserved;
} linkauth_registration_step;

/**
 * What a device signs in with: the three texts that the platform calls its device certificate. Elements
 * of an array, and so without a struct_size: it stays as it is.
 */
typedef struct linkauth_device_certificate {
    /** ProductKey: 1 to 20 letters and digits. */
    const char *product_key;
    /** Its length in bytes, or LINKAUTH_NUL_TERMINATED. */
    size_t product_key_length;
    /** DeviceName: 4 to 32 letters, digits and - _ @ . : */
    const char *device_name;
    /** Its length in bytes, or LINKAUTH_NUL_TERMINATED. */
    size_t device_name_length;
    /** DeviceSecret: 1 to 64 printable ASCII characters without a space. */
    const char *device_secret;
    /** Its length in bytes, or LINKAUTH_NUL_TERMINATED. */
    size_t device_secret_length;
} linkauth_device_certificate;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The size of a linkauth_aead in this library, in bytes.
 *
 * @return Bytes.
 *
 * Threads: any.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API size_t linkauth_aead_size(void);

/**
 * Makes a ready seal. Only in libraries built with LINKAUTH_SEAL. A key that lies beside the
 * record protects nothing: fetch it from a TPM, a secure element, a keyring, or a file on another
 * medium. It fetches no key yet.
 *
 * @param[out] aead Storage of at least LINKAUTH_AEAD_SIZE bytes, aligned to 8.
 * @param size Its size in bytes.
 * @param[in] key Fetches the key.
 * @param[in] key_user Passed to `key`, never looked at; may be NULL.
 * @param[in] random Random bytes for the nonce, or NULL for the system's (Linux only).
 * @param[in] random_user Passed to `random`, never looked at; may be NULL.
 * @param[out] seal Filled in, for linkauth_device_config.seal. Its struct_size must be set.
 * @retval LINKAUTH_OK The seal can be used until linkauth_aead_wipe.
 * @retval LINKAUTH_ERROR_CALLBACK_MISSING `key` is NULL.
 * @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_OBJECT_SIZE, LINKAUTH_ERROR_STRUCT_SIZE,
 * LINKAUTH_ERROR_BUSY An argument is wrong.
 *
 * When the key cannot be fetched, a call reports LINKAUTH_ERROR_STORE_SEALED; when it is another
 * one or the record was changed, LINKAUTH_ERROR_STORE_UNSEAL.
 * Ownership: the storage stays the caller's. It, and what `key_user` and `random_user` point to,
 * must outlive every device that uses the seal.
 * Wiped: each copy of the key that linkauth made, at the end of the call that used it; on an
 * error the seal is zeroed.
 * Threads: one at a time for one seal, and so for all devices that share it.
 * Blocks: no; its callbacks as long as the caller's do.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_aead_init(struct linkauth_aead *aead,
                                   size_t size,
                                   linkauth_key key,
                                   void *key_user,
                                   linkauth_random random,
                                   void *random_user,
                                   struct linkauth_seal *seal);

/**
 * Gives up a seal. Always legal: on NULL, on zeroed storage, and twice. It does not touch what
 * was sealed, nor the caller's key.
 *
 * @param[in,out] aead The seal; no device may use it any more.
 *
 * Ownership: the storage may then be freed.
 * Wiped: the storage.
 * Threads: one at a time for one seal.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API void linkauth_aead_wipe(struct linkauth_aead *aead);

/**
 * The size of a linkauth_device in this library, in bytes: for callers that open it with dlopen.
 *
 * @return Bytes.
 *
 * Threads: any.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API size_t linkauth_device_size(void);

/**
 * Makes a device in storage of the caller's. It connects to nothing and reads no store.
 *
 * @param[out] device Storage of at least LINKAUTH_DEVICE_SIZE bytes, aligned to 8. What was there
 * before is forgotten: wipe a device before it is initialised again.
 * @param size Its size in bytes: sizeof(linkauth_device), or linkauth_device_size().
 * @param[in] config Who the device is. Not used after the call, nor are its texts.
 * @retval LINKAUTH_OK The device can be used.
 * @retval LINKAUTH_ERROR_ARGUMENT_NULL device, config, ProductKey or DeviceName is NULL.
 * @retval LINKAUTH_ERROR_ARGUMENT_EMPTY A text has length 0.
 * @retval LINKAUTH_ERROR_ARGUMENT_TOO_LONG A text is longer than the platform allows.
 * @retval LINKAUTH_ERROR_ARGUMENT_TOO_SHORT The DeviceName has fewer than 4 characters.
 * @retval LINKAUTH_ERROR_ARGUMENT_CHARACTER A text has a character that is not allowed there.
 * @retval LINKAUTH_ERROR_OBJECT_SIZE The storage is too small or misaligned.
 * @retval LINKAUTH_ERROR_STRUCT_SIZE A struct_size is wrong.
 * @retval LINKAUTH_ERROR_RESERVED_NOT_ZERO An unknown flag is set.
 * @retval LINKAUTH_ERROR_CALLBACK_MISSING The store or the critical section lacks a callback.
 * @retval LINKAUTH_ERROR_BUSY The storage holds a device that is in use: nothing was changed.
 *
 * Ownership: the storage stays the caller's. The texts are copied; what the store's and the
 * seal's `user` and `random_user` point to must outlive the device.
 * Wiped: on an error the storage is zeroed (but for LINKAUTH_ERROR_BUSY).
 * Threads: one at a time for one device; different devices are independent.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_device_init(struct linkauth_device *device,
                                     size_t size,
                                     const struct linkauth_device_config *config);

/**
 * Stores a DeviceSecret that came another way than by registration (at the factory, from an
 * operator), and reads it back. A stored secret of this device is replaced, a damaged record too;
 * storing the same secret again changes nothing. It does not ask the platform.
 *
 * @param[in,out] device The device.
 * @param[in] secret The DeviceSecret: 1 to 64 printable ASCII characters without a space.
 * @param length Its length in bytes, or LINKAUTH_NUL_TERMINATED.
 * @retval LINKAUTH_OK The secret is stored, durably, and was read back.
 * @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_ARGUMENT_EMPTY,
 * LINKAUTH_ERROR_ARGUMENT_TOO_LONG, LINKAUTH_ERROR_ARGUMENT_CHARACTER It is no DeviceSecret.
 * @retval LINKAUTH_ERROR_STORE_MISSING The device has no store.
 * @retval LINKAUTH_ERROR_STORE_OTHER_DEVICE Another device's record stands in its place.
 * @retval LINKAUTH_ERROR_STORE_... The store failed: the secret is not stored.
 * @retval LINKAUTH_ERROR_NOT_INITIALISED, LINKAUTH_ERROR_BUSY The device cannot be used.
 *
 * Ownership: `secret` stays the caller's, to be wiped with linkauth_wipe.
 * Wiped: every copy of the secret that linkauth made, whatever the result.
 * Threads: one at a time for one device; different devices are independent.
 * Blocks: as long as the store does.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_store_secret(struct linkauth_device *device,
                                      const char *secret,
                                      size_t length);

/**
 * Tells linkauth how the platform answered the CONNECT of a sign-in. An accepted one marks the
 * stored secret as activated; any other comes back as a status whose text says what to check, and
 * the error detail says whether and when to try again. It does not ask the platform.
 *
 * A stored secret that is refused before it was ever accepted may have been replaced by a
 * registration elsewhere: linkauth_register is then allowed, up to five registrations in all. A
 * secret that was accepted once never leads to that by itself.
 *
 * @param[in,out] device The device.
 * @param code The return code of the CONNACK (MQTT 3.1.1).
 * @retval LINKAUTH_OK Accepted, and marked in the store, if there is one.
 * @retval LINKAUTH_ERROR_CONNACK_PROTOCOL Code 1.
 * @retval LINKAUTH_ERROR_CONNACK_CLIENT_ID Code 2.
 * @retval LINKAUTH_ERROR_CONNACK_UNAVAILABLE Code 3: try again later.
 * @retval LINKAUTH_ERROR_CONNACK_CREDENTIALS Code 4, of a secret that did not come by registration.
 * @retval LINKAUTH_ERROR_REFUSED_BEFORE_ACTIVATION Code 4, of a secret that came by registration
 * and was never accepted: register again.
 * @retval LINKAUTH_ERROR_REFUSED_AFTER_ACTIVATION Code 4, of a secret that was accepted before: an
 * operator must act.
 * @retval LINKAUTH_ERROR_CONNACK_NOT_AUTHORISED Code 5.
 * @retval LINKAUTH_ERROR_CONNACK_UNKNOWN Any other.
 * @retval LINKAUTH_ERROR_STORE_... Accepted, but not marked: the connection may be used, and the
 * next accepted sign-in marks it.
 * @retval LINKAUTH_ERROR_NOT_INITIALISED, LINKAUTH_ERROR_BUSY The device cannot be used.
 *
 * Source: the platform's page on CONNACK codes; for code 4, users' reports.
 * Ownership: nothing is lent beyond the call.
 * Wiped: the record that was read, and with it the secret.
 * Threads: one at a time for one device; different devices are independent.
 * Blocks: as long as the store does.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_report_connack(struct linkauth_device *device,
                                        uint8_t code);

/**
 * Copies the numbers behind the last error of a device. They are numbers only: no secret can be
 * among them.
 *
 * @param[in] device The device.
 * @param[out] detail Its struct_size must be set.
 * @retval LINKAUTH_OK Copied; all 0 if the last call succeeded.
 * @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_STRUCT_SIZE, LINKAUTH_ERROR_NOT_INITIALISED,
 * LINKAUTH_ERROR_BUSY Nothing was copied.
 *
 * Ownership: `detail` is the caller's.
 * Wiped: nothing: no secret is in it. On an error `detail` is zeroed.
 * Threads: one at a time for one device; different devices are independent.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_device_error_detail(struct linkauth_device *device,
                                             struct linkauth_error_detail *detail);

/**
 * Zeroes a device. Always legal: on NULL, on zeroed storage, and twice; on other storage that was
 * never initialised it does nothing. It does not touch the store. In a callback of the same device it does nothing.
 *
 * @param[in,out] device The device; its storage may then be freed.
 *
 * Ownership: the storage may then be freed. A lock on the record, left by a registration that was
 * given up, is given back.
 * Wiped: the storage.
 * Threads: one at a time for one device; different devices are independent.
 * Blocks: no; to give the lock back, as long as the store's unlock does.
 * Since 0.1.0.
 */
LINKAUTH_API
void linkauth_device_wipe(struct linkauth_device *device);

/**
 * The size of a linkauth_file_store in this library, in bytes.
 *
 * @return Bytes.
 *
 * Threads: any.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API size_t linkauth_file_store_size(void);

/**
 * Opens a folder as a store. A record is replaced by a temporary file, fsync, rename and fsync of
 * the folder, so that a power cut leaves the old record or the new one. It creates no folder.
 *
 * @param[out] file_store Storage of at least LINKAUTH_FILE_STORE_SIZE bytes, aligned to 8.
 * @param size Its size in bytes.
 * @param[in] folder Path of the folder, up to 255 bytes: it must exist, belong to this user or
 * root, be writable by no other, and not be a link.
 * @param length Bytes of folder, or LINKAUTH_NUL_TERMINATED.
 * @param[out] store Filled in, for linkauth_device_config.store. Its struct_size must be set.
 * @retval LINKAUTH_OK The store can be used until linkauth_file_store_close.
 * @retval LINKAUTH_ERROR_STORE_NOT_FOUND The folder does not exist.
 * @retval LINKAUTH_ERROR_STORE_UNSAFE Others could replace what is in the folder, or it is a link
 * or no folder.
 * @retval LINKAUTH_ERROR_STORE_IO It could not be opened.
 * @retval LINKAUTH_ERROR_ARGUMENT_..., LINKAUTH_ERROR_OBJECT_SIZE, LINKAUTH_ERROR_STRUCT_SIZE An
 * argument is wrong.
 *
 * Ownership: the file store holds one descriptor, closed by linkauth_file_store_close. It must
 * outlive every device that uses it. `folder` is not used after the call.
 * Wiped: nothing: no secret is read yet. On an error `store` is zeroed.
 * Threads: one at a time for one file store, and so for all devices that share it.
 * Blocks: for the file system.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_file_store_open(struct linkauth_file_store *file_store,
                                         size_t size,
                                         const char *folder,
                                         size_t length,
                                         struct linkauth_store *store);

/**
 * Closes a file store. Always legal: on NULL, on zeroed storage, and twice. The files stay. It
 * removes nothing.
 *
 * @param[in,out] file_store The file store; no device may use it any more.
 *
 * Ownership: the storage may then be freed.
 * Wiped: the storage, in which no secret is.
 * Threads: one at a time for one file store.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API void linkauth_file_store_close(struct linkauth_file_store *file_store);

/**
 * The size of a linkauth_flash_store in this library, in bytes.
 *
 * @return Bytes.
 *
 * Threads: any.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API size_t linkauth_flash_store_size(void);

/**
 * Makes a store of two slots of flash. It reads and writes nothing yet. Only in libraries built with
 * LINKAUTH_FLASH, as those for bare metal are by default.
 *
 * @param[out] flash_store Storage of at least LINKAUTH_FLASH_STORE_SIZE bytes, aligned to 8.
 * @param size Its size in bytes.
 * @param[in] flash The slots. Copied; what `user` points to must outlive the store.
 * @param[out] store Filled in, for linkauth_device_config.store. Its struct_size must be set.
 * @retval LINKAUTH_OK The store can be used, by one device, until linkauth_flash_store_wipe.
 * @retval LINKAUTH_ERROR_ARGUMENT_RANGE slot_size, unit or erased is none that is supported.
 * @retval LINKAUTH_ERROR_CALLBACK_MISSING read, program or erase is NULL.
 * @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_OBJECT_SIZE, LINKAUTH_ERROR_STRUCT_SIZE,
 * LINKAUTH_ERROR_BUSY An argument is wrong.
 *
 * Wear: a registration erases a slot once and programs it once; the first accepted sign-in does
 * the same, and erases the slot that then holds an older copy.
 * Ownership: the storage stays the caller's. It, and what `user` points to, must outlive the
 * device that uses it.
 * Wiped: nothing: no secret is read yet. On an error `store` is zeroed.
 * Threads: one at a time for one store.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_flash_store_init(struct linkauth_flash_store *flash_store,
                                          size_t size,
                                          const struct linkauth_flash *flash,
                                          struct linkauth_store *store);

/**
 * Gives up a flash store; what is in the flash stays. Always legal: on NULL, on zeroed storage,
 * and twice. It erases no slot.
 *
 * @param[in,out] flash_store The flash store; no device may use it any more.
 *
 * Ownership: the storage may then be freed.
 * Wiped: the storage, in which no secret is.
 * Threads: one at a time for one store.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API void linkauth_flash_store_wipe(struct linkauth_flash_store *flash_store);

/**
 * The size of a linkauth_flash_secret_store in this library, in bytes. Only in libraries that
 * have linkauth_flash_secret_store_init.
 *
 * @return Bytes.
 *
 * Threads: any.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API size_t linkauth_flash_secret_store_size(void);

/**
 * Makes a store of a DeviceSecret in two slots of flash, for linkauth_lean_register and
 * linkauth_lean_sign_in. It reads and writes nothing yet.
 *
 * @param[out] flash_secret_store Storage of at least LINKAUTH_FLASH_SECRET_STORE_SIZE bytes, aligned to 8.
 * @param size Its size in bytes.
 * @param[in] flash The slots. Copied; what `user` points to must outlive the store.
 * @param[in] lean Whose secret it is: of it the names and the instance id are looked at, and copied.
 * @param[out] store Filled in; its callbacks are linkauth's to call. Its struct_size must be set.
 * @retval LINKAUTH_OK The store can be used, until linkauth_flash_secret_store_wipe.
 * @retval LINKAUTH_ERROR_ARGUMENT_RANGE slot_size, unit or erased is none that is supported.
 * @retval LINKAUTH_ERROR_CALLBACK_MISSING read, program or erase is NULL.
 * @retval LINKAUTH_ERROR_ARGUMENT_..., LINKAUTH_ERROR_OBJECT_SIZE, LINKAUTH_ERROR_STRUCT_SIZE,
 * LINKAUTH_ERROR_BUSY An argument is wrong.
 *
 * A load then fails with LINKAUTH_ERROR_STORE_DAMAGED or LINKAUTH_ERROR_STORE_OTHER_DEVICE for what is
 * no secret of this device, and with LINKAUTH_ERROR_SECRET_IS_TOKEN or LINKAUTH_ERROR_STORE_SEALED for
 * one that only a linkauth_device can use.
 * Only in static libraries built with LINKAUTH_LEAN and LINKAUTH_FLASH, as those for bare metal are by
 * default.
 * Ownership: the storage stays the caller's. It, and what `flash` has as `user`, must outlive `store`.
 * Wiped: nothing: no secret is read yet. On an error `store` is zeroed.
 * Threads: one at a time for one store.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_flash_secret_store_init(struct linkauth_flash_secret_store *flash_secret_store,
                                                 size_t size,
                                                 const struct linkauth_flash *flash,
                                                 const struct linkauth_lean *lean,
                                                 struct linkauth_secret_store *store);

/**
 * Gives up a store of a DeviceSecret; what is in the flash stays. Always legal: on NULL, on zeroed
 * storage, and twice. It erases no slot. Only in libraries that have
 * linkauth_flash_secret_store_init.
 *
 * @param[in,out] flash_secret_store The store, which may not be used any more.
 *
 * Ownership: the storage may then be freed.
 * Wiped: the storage, in which no secret is.
 * Threads: one at a time for one store.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API
void linkauth_flash_secret_store_wipe(struct linkauth_flash_secret_store *flash_secret_store);

/**
 * The size of a linkauth_lean_memory in this library, in bytes. Only where linkauth_lean_register is.
 *
 * @return Bytes.
 *
 * Threads: any.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API
size_t linkauth_lean_memory_size(void);

/**
 * Registers a device with its product's certificate over HTTPS, without a linkauth_device: asks the
 * platform for the DeviceSecret, has it stored by the caller's store, reads it back and compares. For
 * firmware that has a store of its own and counts bytes; what linkauth_register does beyond this, it
 * does not: no record (but for linkauth_flash_secret_store_init), no sign method but HMAC-SHA256, no
 * port but 443, no error detail, no counting of registrations, and no registering again by itself once a
 * secret that was never accepted is refused. It does not sign in, and does not retry.
 *
 * @param[in] lean Who the device is, the ProductSecret, random bytes.
 * @param[in] store Where the DeviceSecret is kept.
 * @param[in] transport The connection: it must encrypt and verify the server.
 * @param[out] memory Memory to work in. It is wiped before the call returns.
 * @param size Its size in bytes.
 * @retval LINKAUTH_OK The DeviceSecret is stored, and was read back.
 * @retval LINKAUTH_ERROR_ALREADY_REGISTERED A secret is stored: sign in with it. The platform was not
 * asked.
 * @retval LINKAUTH_ERROR_STORE_... The store failed. If the platform had answered already, register
 * again: until the first sign-in it issues a new secret each time.
 * @retval LINKAUTH_ERROR_STORE_READ_BACK What was read back is not what was issued.
 * @retval LINKAUTH_ERROR_SECRET_MISSING No ProductSecret was given.
 * @retval LINKAUTH_ERROR_PLATFORM_... The platform refused.
 * @retval LINKAUTH_ERROR_REPLY_... The reply is not one that the platform sends.
 * @retval LINKAUTH_ERROR_TRANSPORT_... The connection failed, or does not encrypt.
 * @retval LINKAUTH_ERROR_RANDOM_FAILED No random bytes could be had.
 * @retval LINKAUTH_ERROR_ARGUMENT_..., LINKAUTH_ERROR_OBJECT_SIZE, LINKAUTH_ERROR_STRUCT_SIZE,
 * LINKAUTH_ERROR_CALLBACK_MISSING, LINKAUTH_ERROR_RESERVED_NOT_ZERO An argument is wrong.
 * @retval LINKAUTH_ERROR_BUSY The memory is in use: a callback called this with it again.
 *
 * Only in static libraries built with LINKAUTH_LEAN, as those for bare metal are by default.
 * Source: the platform's page on dynamic registration over HTTPS, and what the vendor's C SDKs send.
 * Ownership: everything stays the caller's; the ProductSecret is the caller's to wipe.
 * Wiped: the request, the reply, the DeviceSecret and every copy of the ProductSecret that linkauth
 * made, whatever the result.
 * Threads: any; one at a time for one store.
 * Blocks: for the time-out at most, and as long as the store does.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_lean_register(const struct linkauth_lean *lean,
                                       const struct linkauth_secret_store *store,
                                       const struct linkauth_transport *transport,
                                       struct linkauth_lean_memory *memory,
                                       size_t size);

/**
 * Registers over MQTT, on port 8883: the device has been added to its product (`authType=register`).
 * For the rest as linkauth_lean_register, which firmware that calls this need not have.
 *
 * @param[in] lean Who the device is, the ProductSecret, random bytes; for a new public or an
 * enterprise instance its id.
 * @param[in] store Where the DeviceSecret is kept.
 * @param[in] transport The connection: it must encrypt, verify the server, and have a clock.
 * @param[out] memory Memory to work in. It is wiped before the call returns.
 * @param size Its size in bytes.
 * @retval LINKAUTH_OK The DeviceSecret is stored, and was read back.
 * @retval LINKAUTH_ERROR_REGISTER_CONNACK_..., LINKAUTH_ERROR_CONNACK_... The platform refused.
 * @retval LINKAUTH_ERROR_... As linkauth_lean_register.
 *
 * Only in static libraries built with LINKAUTH_LEAN and LINKAUTH_REGISTER_MQTT, as those for bare metal are
 * by default.
 * Source: the platform's page on MQTT-based dynamic registration, and what Link SDK C 4.x sends.
 * Ownership: everything stays the caller's; the ProductSecret is the caller's to wipe.
 * Wiped: the request, the reply, the DeviceSecret and every copy of the ProductSecret that linkauth
 * made, whatever the result.
 * Threads: any; one at a time for one store.
 * Blocks: for the time-out at most, and as long as the store does.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_lean_register_mqtt(const struct linkauth_lean *lean,
                                            const struct linkauth_secret_store *store,
                                            const struct linkauth_transport *transport,
                                            struct linkauth_lean_memory *memory,
                                            size_t size);

/**
 * Computes what the CONNECT of a sign-in must carry with the DeviceSecret of a store, as
 * linkauth_sign_in_with_secret does with one that the caller lends. The caller never sees the secret.
 *
 * @param[in] lean Who the device is; of it the names and the critical section are looked at.
 * @param[in] store Where the DeviceSecret is kept.
 * @param[out] connect Where the texts go. It may not overlap an input.
 * @retval LINKAUTH_OK `connect` is filled.
 * @retval LINKAUTH_ERROR_STORE_ABSENT No secret is stored: register.
 * @retval LINKAUTH_ERROR_STORE_... The store failed, which is no reason to register.
 * @retval LINKAUTH_ERROR_ARGUMENT_..., LINKAUTH_ERROR_STRUCT_SIZE, LINKAUTH_ERROR_CALLBACK_MISSING,
 * LINKAUTH_ERROR_RESERVED_NOT_ZERO An argument is wrong.
 *
 * Only in static libraries built with LINKAUTH_LEAN, as those for bare metal are by default.
 * Ownership: everything stays the caller's.
 * Wiped: every copy of the DeviceSecret; on an error, `connect` is zeroed (but for
 * LINKAUTH_ERROR_ARGUMENT_OVERLAP). The caller wipes `connect`, which holds the password, with linkauth_wipe after the CONNECT.
 * Threads: any; one at a time for one store.
 * Blocks: as long as the store does.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_lean_sign_in(const struct linkauth_lean *lean,
                                      const struct linkauth_secret_store *store,
                                      struct linkauth_connect *connect);

/**
 * Keeps memory of the caller's out of swap, core dumps and child processes: a linkauth_device, a
 * linkauth_registration, the buffer of a sign-in. Linux only, and nothing depends on it: what
 * the system refuses is told, and everything works the same.
 *
 * It protects whole pages. LINKAUTH_MEMORY_LOCK and LINKAUTH_MEMORY_NO_DUMP go for all pages that the
 * memory touches, and so for what else is on them, which does no harm. LINKAUTH_MEMORY_WIPE_ON_FORK
 * would take the neighbours' content from a child: it is refused unless the memory begins and ends
 * with a page, and unless it is private and anonymous. Memory of mmap(MAP_PRIVATE | MAP_ANONYMOUS) is
 * all of that. The child finds the objects zeroed, as before linkauth_..._init: a daemon that goes
 * into the background by fork protects afterwards. A child inherits no lock.
 *
 * It does not nest: of two protections that share a page, the first linkauth_memory_unprotect ends
 * both. It wipes nothing, and stops neither a debugger, nor root, nor hibernation.
 *
 * @param[in] start Where the memory begins.
 * @param size Its size in bytes.
 * @param flags Bits of LINKAUTH_MEMORY_...; 0 for all of them.
 * @param[out] refused Those that the system refused, 0 if none; may be NULL. The usual reason for
 * LINKAUTH_MEMORY_LOCK is RLIMIT_MEMLOCK.
 * @retval LINKAUTH_OK The system was asked; `*refused` says for what in vain.
 * @retval LINKAUTH_ERROR_ARGUMENT_NULL start is NULL.
 * @retval LINKAUTH_ERROR_ARGUMENT_EMPTY size is 0.
 * @retval LINKAUTH_ERROR_ARGUMENT_RANGE The memory would reach beyond the last address.
 * @retval LINKAUTH_ERROR_RESERVED_NOT_ZERO An unknown flag is set.
 *
 * Ownership: the memory stays the caller's; before it is given back, linkauth_memory_unprotect.
 * Wiped: nothing.
 * Threads: any.
 * Blocks: until all of the pages are in memory.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_memory_protect(void *start,
                                        size_t size,
                                        uint32_t flags,
                                        uint32_t *refused);

/**
 * Ends what linkauth_memory_protect began, on all pages that the memory touches. Always legal, also
 * for memory that was never protected.
 *
 * @param[in] start As for linkauth_memory_protect. Wipe the memory first: from here on it may go to
 * swap and into core dumps.
 * @param size As for linkauth_memory_protect.
 * @param flags Bits of LINKAUTH_MEMORY_...; 0 for all of them. An unknown one ends nothing.
 *
 * Ownership: the memory stays the caller's.
 * Wiped: nothing.
 * Threads: any.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API void linkauth_memory_unprotect(void *start, size_t size, uint32_t flags);

/**
 * Says what is stored of a device, for an operator. It never shows the secret, and needs no key of a
 * sealed one.
 *
 * @param[in,out] device The device.
 * @param[out] info Its struct_size must be set.
 * @retval LINKAUTH_OK A usable record is stored.
 * @retval LINKAUTH_ERROR_STORE_ABSENT None is: store a secret or register.
 * @retval LINKAUTH_ERROR_STORE_DAMAGED One is, and is damaged: restore the file, or erase it with
 * linkauth_store_erase and have an operator reset the device.
 * @retval LINKAUTH_ERROR_STORE_... Why it cannot be used.
 * @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_STRUCT_SIZE, LINKAUTH_ERROR_NOT_INITIALISED,
 * LINKAUTH_ERROR_BUSY The arguments cannot be used.
 *
 * Ownership: `info` is the caller's.
 * Wiped: the record that was read; on an error `info` is zeroed.
 * Threads: one at a time for one device; different devices are independent.
 * Blocks: as long as the store does.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_store_inspect(struct linkauth_device *device,
                                       struct linkauth_store_info *info);

/**
 * Removes what is stored of a device, damaged or not, for an operator. The platform is not told: a
 * device that was active cannot register again before an operator called ResetThing, or deleted and
 * added it.
 *
 * @param[in,out] device The device.
 * @retval LINKAUTH_OK Nothing is stored any more. A journaling file system or flash translation layer
 * may keep the old bytes for a while.
 * @retval LINKAUTH_ERROR_STORE_... The store failed, or another process holds it.
 * @retval LINKAUTH_ERROR_CALLBACK_MISSING The store cannot erase.
 * @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_NOT_INITIALISED, LINKAUTH_ERROR_BUSY The
 * device cannot be used.
 *
 * Ownership: nothing is lent beyond the call.
 * Wiped: nothing: what is stored is removed, not overwritten.
 * Threads: one at a time for one device; different devices are independent.
 * Blocks: as long as the store does.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_store_erase(struct linkauth_device *device);

/**
 * Computes identity and key of a TLS-PSK connection, which signs a device in by its DeviceSecret
 * without a certificate of the server's: for firmware that cannot verify certificates. The MQTT
 * CONNECT that follows is that of linkauth_sign_in. It opens no connection.
 *
 * @param[in,out] device The device.
 * @param[in] options timestamp and device_secret are used; NULL for the defaults.
 * @param[out] buffer Where the texts go.
 * @param capacity Its size in bytes: LINKAUTH_PSK_BUFFER_SIZE. It may not overlap an input.
 * @param[out] result Where in the buffer they are. Its struct_size must be set.
 * @retval LINKAUTH_OK Buffer and result are filled.
 * @retval LINKAUTH_ERROR_BUFFER_TOO_SMALL result->size_needed says how many bytes are needed.
 * @retval LINKAUTH_ERROR_SECRET_IS_TOKEN A DeviceToken is stored or given, and none signs.
 * @retval LINKAUTH_ERROR_ARGUMENT_RANGE The timestamp is LINKAUTH_TIMESTAMP_NONE: a PSK needs one.
 * @retval LINKAUTH_ERROR_... As linkauth_sign_in.
 *
 * Source: the TLS layers of the vendor's C SDK 3.x and Link SDK C 4.x; the platform's page prints
 * another formula.
 * Ownership: the texts live in the caller's buffer, as long as that does. The caller wipes the
 * buffer, which holds the key, with linkauth_wipe after the handshake.
 * Wiped: every copy of the DeviceSecret that linkauth made; on an error, buffer and result are
 * zeroed.
 * Threads: one at a time for one device; different devices are independent.
 * Blocks: as long as the store does.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_psk(struct linkauth_device *device,
                             const struct linkauth_sign_in_options *options,
                             char *buffer,
                             size_t capacity,
                             struct linkauth_psk_result *result);

/**
 * The size of a linkauth_registration in this library, in bytes.
 *
 * @return Bytes.
 *
 * Threads: any.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API size_t linkauth_registration_size(void);

/**
 * Registers a device with its product's certificate over a transport: asks the platform, over HTTPS
 * or MQTT, for the DeviceSecret (or the clientId and DeviceToken), stores what was issued and reads
 * it back. It does not sign in, and does not retry: the error detail says whether and when to call
 * it again, with a new random then. Once it has succeeded, linkauth_sign_in works, now and after
 * every restart.
 *
 * @param[in,out] device The device, with a store.
 * @param[out] registration Storage to work in. It is wiped before the call returns.
 * @param size Its size in bytes.
 * @param[in] options The ProductSecret, and what to choose.
 * @param[in] transport The connection: it must encrypt and verify the server.
 * @retval LINKAUTH_OK The DeviceSecret is stored, durably, and was read back.
 * @retval LINKAUTH_ERROR_ALREADY_REGISTERED A usable secret is stored: sign in with it. The
 * platform was not asked.
 * @retval LINKAUTH_ERROR_STORE_... The store failed, or its record is damaged. If the platform had
 * answered already, register again: until the first sign-in it issues a new secret each time.
 * @retval LINKAUTH_ERROR_SECRET_MISSING No ProductSecret was given.
 * @retval LINKAUTH_ERROR_REGISTRATIONS_EXHAUSTED The device registered five times, and no secret of
 * its was ever accepted: an operator finds out who else registers under its DeviceName. The
 * platform might still issue one.
 * @retval LINKAUTH_ERROR_PLATFORM_... The platform refused; its code is in the error detail.
 * @retval LINKAUTH_ERROR_REGISTER_CONNACK_..., LINKAUTH_ERROR_CONNACK_... The platform refused over
 * MQTT; its code is in the error detail.
 * @retval LINKAUTH_ERROR_REPLY_... The reply is not one that the platform sends.
 * @retval LINKAUTH_ERROR_TRANSPORT_... The connection failed.
 * @retval LINKAUTH_ERROR_TRANSPORT_PLAIN The transport does not encrypt.
 * @retval LINKAUTH_ERROR_RANDOM_FAILED No random bytes could be had.
 * @retval LINKAUTH_ERROR_ARGUMENT_..., LINKAUTH_ERROR_SIGN_METHOD_UNKNOWN,
 * LINKAUTH_ERROR_OBJECT_SIZE, LINKAUTH_ERROR_STRUCT_SIZE, LINKAUTH_ERROR_CALLBACK_MISSING An
 * argument is wrong.
 * @retval LINKAUTH_ERROR_NOT_INITIALISED, LINKAUTH_ERROR_BUSY The device cannot be used.
 *
 * Source: the platform's pages on dynamic registration over HTTPS and MQTT, and what the vendor's
 * C and Python SDKs send.
 * Ownership: everything stays the caller's; the ProductSecret is the caller's to wipe.
 * Wiped: the request, the reply, the DeviceSecret and every copy of the ProductSecret that
 * linkauth made.
 * Threads: one at a time for one device; different devices are independent.
 * Blocks: for the time-out at most, and as long as the store does.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_register(struct linkauth_device *device,
                                  struct linkauth_registration *registration,
                                  size_t size,
                                  const struct linkauth_registration_options *options,
                                  const struct linkauth_transport *transport);

/**
 * Begins a registration step by step, for callers with an event loop of their own: connect to the
 * host of the first step; then, until LINKAUTH_STEP_FINISH, take the next step, send or receive,
 * and tell linkauth_registration_sent or linkauth_registration_feed; then close the connection
 * and call linkauth_registration_finish. It sends nothing itself.
 *
 * @param[in,out] device The device, with a store.
 * @param[out] registration Storage for the attempt.
 * @param size Its size in bytes.
 * @param[in] options The ProductSecret, and what to choose. Not used after the call.
 * @retval LINKAUTH_OK Take the first step.
 * @retval LINKAUTH_ERROR_... As linkauth_register before it connects. The storage is zeroed.
 *
 * Ownership: the storage stays the caller's; the options are not used after the call. The record
 * is locked until the attempt ends.
 * Wiped: every copy of the ProductSecret that linkauth made; on an error the storage is zeroed.
 * Threads: one at a time for one device; different devices are independent.
 * Blocks: as long as the store does.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_registration_begin(struct linkauth_device *device,
                                            struct linkauth_registration *registration,
                                            size_t size,
                                            const struct linkauth_registration_options *options);

/**
 * Zeroes a registration and so gives it up. Always legal: on NULL, on zeroed storage, and twice. It does not reach the
 * device: its record stays locked until its next attempt ends or the device is wiped: to give up an
 * attempt and its lock, call linkauth_registration_fail.
 *
 * @param[in,out] registration The registration; its storage may then be freed.
 *
 * Ownership: the storage may then be freed.
 * Wiped: the storage, and with it whatever had arrived.
 * Threads: one at a time for one registration.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API
void linkauth_registration_wipe(struct linkauth_registration *registration);

/**
 * For firmware that has an MQTT stack of its own, and a registration over MQTT: what its CONNECT
 * must carry, in place of the bytes of LINKAUTH_STEP_SEND. Connect with TLS, clean session,
 * without automatic reconnection, and with the handler of messages ready; subscribe to nothing.
 * Then report the CONNACK and each message, until the step is LINKAUTH_STEP_FINISH, within 15 s.
 * It does not connect.
 *
 * @param[in,out] device The device of the registration.
 * @param[in,out] registration A registration over MQTT that was just begun.
 * @param[out] buffer Where the texts go.
 * @param capacity Its size in bytes: LINKAUTH_SIGN_IN_BUFFER_SIZE.
 * @param[out] result Where in the buffer they are. Its struct_size must be set.
 * @retval LINKAUTH_OK Buffer and result are filled; the next step is LINKAUTH_STEP_RECEIVE.
 * @retval LINKAUTH_ERROR_OUT_OF_ORDER It is not over MQTT, or bytes were sent already.
 * @retval LINKAUTH_ERROR_BUFFER_TOO_SMALL result->size_needed says how many bytes are needed.
 * @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_STRUCT_SIZE, LINKAUTH_ERROR_NOT_INITIALISED,
 * LINKAUTH_ERROR_BUSY The arguments cannot be used.
 *
 * Ownership: the texts live in the caller's buffer, as long as that does. The caller wipes it
 * after the CONNECT.
 * Wiped: on an error, buffer and result are zeroed.
 * Threads: one at a time for one device; different devices are independent.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_registration_connect(struct linkauth_device *device,
                                              struct linkauth_registration *registration,
                                              char *buffer,
                                              size_t capacity,
                                              struct linkauth_sign_in_result *result);

/**
 * For firmware that has an MQTT stack of its own: how the platform answered the CONNECT of a
 * registration. It does not end the connection.
 *
 * @param[in,out] device The device of the registration.
 * @param[in,out] registration A registration for which linkauth_registration_connect was called.
 * @param code The return code of the CONNACK (MQTT 3.1.1).
 * @retval LINKAUTH_OK Accepted: a message follows.
 * @retval LINKAUTH_ERROR_REGISTER_CONNACK_..., LINKAUTH_ERROR_CONNACK_... Refused: the attempt is
 * over, and the registration wiped.
 * @retval LINKAUTH_ERROR_OUT_OF_ORDER, LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_NOT_INITIALISED,
 * LINKAUTH_ERROR_BUSY The arguments cannot be used.
 *
 * Ownership: nothing is lent beyond the call.
 * Wiped: on a refusal the registration.
 * Threads: one at a time for one device; different devices are independent.
 * Blocks: no; on an error, to give the lock back, as long as the store's unlock does.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_registration_connack(struct linkauth_device *device,
                                              struct linkauth_registration *registration,
                                              uint8_t code);

/**
 * For firmware that has an MQTT stack of its own: a message that arrived. One on a topic that
 * does not answer registrations is ignored. It stores nothing yet.
 *
 * @param[in,out] device The device of the registration.
 * @param[in,out] registration A registration for which linkauth_registration_connect was called.
 * @param[in] topic The topic.
 * @param topic_length Its length in bytes, or LINKAUTH_NUL_TERMINATED.
 * @param[in] payload The payload. It may hold the secret: wipe it after the call.
 * @param payload_length Its length in bytes.
 * @retval LINKAUTH_OK Take the next step.
 * @retval LINKAUTH_ERROR_REPLY_TOO_LARGE The attempt is over, and the registration wiped.
 * @retval LINKAUTH_ERROR_OUT_OF_ORDER, LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_NOT_INITIALISED,
 * LINKAUTH_ERROR_BUSY The arguments cannot be used. Once the step is LINKAUTH_STEP_FINISH, no further
 * message is taken.
 *
 * Ownership: topic and payload stay the caller's, the payload to be wiped.
 * Wiped: on an error the registration.
 * Threads: one at a time for one device; different devices are independent.
 * Blocks: no; on an error, to give the lock back, as long as the store's unlock does.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_registration_message(struct linkauth_device *device,
                                              struct linkauth_registration *registration,
                                              const char *topic,
                                              size_t topic_length,
                                              const uint8_t *payload,
                                              size_t payload_length);

/**
 * Says what the registration needs next. It changes nothing.
 *
 * @param[in] registration A registration that was begun.
 * @param[out] step Its struct_size must be set.
 * @retval LINKAUTH_OK The step is filled.
 * @retval LINKAUTH_ERROR_OUT_OF_ORDER The attempt is over.
 * @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_STRUCT_SIZE, LINKAUTH_ERROR_NOT_INITIALISED,
 * LINKAUTH_ERROR_BUSY The step is zeroed, or was not written at all.
 *
 * Ownership: `data` and `host` of the step point into the registration: they are valid until the
 * next call with it.
 * Wiped: nothing; on an error the step is zeroed.
 * Threads: one at a time for one registration.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_registration_next(struct linkauth_registration *registration,
                                           struct linkauth_registration_step *step);

/**
 * Tells that bytes of the last step have been sent. It sends nothing itself.
 *
 * @param[in,out] registration A registration whose step is LINKAUTH_STEP_SEND.
 * @param length How many, from the first on: any number up to data_length.
 * @retval LINKAUTH_OK Take the next step.
 * @retval LINKAUTH_ERROR_OUT_OF_ORDER Nothing was to be sent.
 * @retval LINKAUTH_ERROR_ARGUMENT_RANGE More than there was to send.
 * @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_NOT_INITIALISED, LINKAUTH_ERROR_BUSY The
 * registration cannot be used.
 *
 * Ownership: nothing is lent beyond the call.
 * Wiped: nothing: the request holds a signature, not a secret.
 * Threads: one at a time for one registration.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_registration_sent(struct linkauth_registration *registration,
                                           size_t length);

/**
 * Feeds what arrived, in any pieces, or tells that the peer ended the stream. It stores nothing
 * yet.
 *
 * @param[in,out] device The device of the registration.
 * @param[in,out] registration A registration whose step is LINKAUTH_STEP_RECEIVE.
 * @param[in] data What arrived. It may hold the DeviceSecret: wipe it after the call.
 * @param length Bytes; 0 says that the peer ended the stream in order (with TLS: close_notify).
 * @retval LINKAUTH_OK Take the next step.
 * @retval LINKAUTH_ERROR_OUT_OF_ORDER Nothing was to be received.
 * @retval LINKAUTH_ERROR_REPLY_... The attempt is over, and the registration wiped.
 * @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_NOT_INITIALISED, LINKAUTH_ERROR_BUSY The
 * device or registration cannot be used.
 *
 * Ownership: `data` stays the caller's, to be wiped.
 * Wiped: on an error the registration.
 * Threads: one at a time for one device; different devices are independent.
 * Blocks: no; on an error, to give the lock back, as long as the store's unlock does.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_registration_feed(struct linkauth_device *device,
                                           struct linkauth_registration *registration,
                                           const uint8_t *data,
                                           size_t length);

/**
 * Tells that the connection of a registration failed in the caller's hands: it could not be made,
 * was lost, or timed out. The attempt is over, and the error detail says when to try again, with
 * a new random. It does not try again.
 *
 * @param[in,out] device The device of the registration.
 * @param[in,out] registration A registration that was begun. It is wiped.
 * @param status What failed, such as LINKAUTH_ERROR_TRANSPORT_TIMED_OUT.
 * @return `status`, or why it could not be taken: LINKAUTH_ERROR_ARGUMENT_RANGE (it is 0),
 * LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_NOT_INITIALISED, LINKAUTH_ERROR_BUSY.
 *
 * Ownership: the lock on the record is given back.
 * Wiped: the registration.
 * Threads: one at a time for one device; different devices are independent.
 * Blocks: no; to give the lock back, as long as the store's unlock does.
 * Since 0.1.0.
 */
LINKAUTH_API
linkauth_status linkauth_registration_fail(struct linkauth_device *device,
                                           struct linkauth_registration *registration,
                                           linkauth_status status);

/**
 * Ends a registration whose reply is complete: stores what was issued and reads it back. Close
 * the connection before, so that a late request cannot overtake a later one. It does not sign in.
 *
 * @param[in,out] device The device of the registration.
 * @param[in,out] registration A registration whose step is LINKAUTH_STEP_FINISH. It is wiped.
 * @retval LINKAUTH_OK The DeviceSecret is stored, durably, and was read back.
 * @retval LINKAUTH_ERROR_OUT_OF_ORDER The reply is not complete.
 * @retval LINKAUTH_ERROR_SUPERSEDED A later registration of this device was begun.
 * @retval LINKAUTH_ERROR_... As linkauth_register after it connected.
 *
 * Ownership: the lock on the record is given back.
 * Wiped: the registration, and every copy of what was issued.
 * Threads: one at a time for one device; different devices are independent.
 * Blocks: as long as the store does.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_registration_finish(struct linkauth_device *device,
                                             struct linkauth_registration *registration);

/**
 * Bytes that hold any sign-in without further extension pairs: the value of
 * LINKAUTH_SIGN_IN_BUFFER_SIZE in this library.
 *
 * @return Bytes.
 *
 * Threads: any.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API size_t linkauth_sign_in_buffer_size(void);

/**
 * Computes what the CONNECT of a sign-in must carry, with the stored DeviceSecret or the one in
 * the options. It connects to nothing: the caller's own MQTT client does that, and then reports
 * the answer with linkauth_report_connack.
 *
 * @param[in,out] device The device.
 * @param[in] options What to choose, or NULL for the defaults.
 * @param[out] buffer Where the texts go.
 * @param capacity Its size in bytes: LINKAUTH_SIGN_IN_BUFFER_SIZE, and the length of the
 * extension pairs with 2 for each. It may not overlap an input.
 * @param[out] result Where in the buffer they are. Its struct_size must be set.
 * @retval LINKAUTH_OK Buffer and result are filled.
 * @retval LINKAUTH_ERROR_BUFFER_TOO_SMALL result->size_needed says how many bytes are needed.
 * @retval LINKAUTH_ERROR_STORE_ABSENT No secret is stored: store one, or register.
 * @retval LINKAUTH_ERROR_STORE_MISSING The device has no store, and the options no secret.
 * @retval LINKAUTH_ERROR_STORE_... The store failed.
 * @retval LINKAUTH_ERROR_SIGN_METHOD_UNKNOWN, LINKAUTH_ERROR_SECURE_MODE_UNKNOWN,
 * LINKAUTH_ERROR_EXTENSION_KEY_RESERVED, LINKAUTH_ERROR_ARGUMENT_... An option is wrong.
 * @retval LINKAUTH_ERROR_STRUCT_SIZE A struct_size is wrong.
 * @retval LINKAUTH_ERROR_NOT_INITIALISED, LINKAUTH_ERROR_BUSY The device cannot be used.
 *
 * Source: the platform's page on MQTT-TCP connections, and Link SDK C 4.x.
 * Ownership: the texts live in the caller's buffer, as long as that does. The caller wipes the
 * buffer, which holds the password, with linkauth_wipe after the CONNECT.
 * Wiped: every copy of the DeviceSecret that linkauth made; on an error, buffer and result are
 * zeroed (but for LINKAUTH_ERROR_ARGUMENT_OVERLAP, which leaves the buffer and the input in it).
 * Threads: one at a time for one device; different devices are independent.
 * Blocks: as long as the store does.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_sign_in(struct linkauth_device *device,
                                 const struct linkauth_sign_in_options *options,
                                 char *buffer,
                                 size_t capacity,
                                 struct linkauth_sign_in_result *result);

/**
 * Computes what the CONNECT of each of many devices must carry: for each what
 * linkauth_sign_in_with_secret does, in one call that wipes once for many. For a gateway whose
 * sub-devices sign in after a power cut. It connects to nothing.
 *
 * @param[in] devices The devices, one after the other; NULL if count is 0.
 * @param count How many there are.
 * @param[out] connects As many, filled in the same order. They may not overlap an input.
 * @param[out] statuses As many, what became of each device; or NULL.
 * @retval LINKAUTH_OK All of `connects` is filled.
 * @retval LINKAUTH_ERROR_ARGUMENT_NULL A pointer is NULL.
 * @retval LINKAUTH_ERROR_ARGUMENT_TOO_LONG So many do not fit the address space.
 * @retval LINKAUTH_ERROR_ARGUMENT_OVERLAP The arrays overlap: nothing was changed. Or a text of a
 * device lies in `connects`: its element was not changed.
 * @retval LINKAUTH_ERROR_ARGUMENT_... What became of the first device that could not sign in. The others
 * could: one device's wrong text does not keep them from it.
 *
 * Source: the platform's page on MQTT-TCP connections, and Link SDK C 4.x.
 * Ownership: everything stays the caller's. The caller wipes `connects`, which holds the passwords,
 * with linkauth_wipe after the CONNECTs.
 * Wiped: every copy of a DeviceSecret that linkauth made, after each 256 devices; the element of a
 * device that could not sign in is zeroed.
 * Threads: any; several may share out an array among them.
 * Blocks: no. On Linux signals are blocked for 256 devices at a time.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_sign_in_batch(const struct linkauth_device_certificate *devices,
                                       size_t count,
                                       struct linkauth_connect *connects,
                                       linkauth_status *statuses);

/**
 * Computes what the CONNECT of a sign-in must carry, from three texts and nothing else: for firmware
 * that keeps its DeviceSecret itself and counts bytes. It needs no linkauth_device and no store, and
 * is all of linkauth that is then linked.
 *
 * The result is that of linkauth_sign_in with no options: HMAC-SHA256, TLS, the constant timestamp,
 * `ProductKey.DeviceName` as clientId. For anything else there is linkauth_sign_in.
 *
 * @param[in] product_key ProductKey: 1 to 20 letters and digits.
 * @param product_key_length Its length in bytes, or LINKAUTH_NUL_TERMINATED.
 * @param[in] device_name DeviceName: 4 to 32 letters, digits and - _ @ . :
 * @param device_name_length Its length in bytes, or LINKAUTH_NUL_TERMINATED.
 * @param[in] device_secret DeviceSecret: 1 to 64 printable ASCII characters without a space.
 * @param device_secret_length Its length in bytes, or LINKAUTH_NUL_TERMINATED.
 * @param[out] connect Where the texts go. It may not overlap an input.
 * @retval LINKAUTH_OK `connect` is filled.
 * @retval LINKAUTH_ERROR_ARGUMENT_NULL A pointer is NULL.
 * @retval LINKAUTH_ERROR_ARGUMENT_EMPTY, LINKAUTH_ERROR_ARGUMENT_TOO_SHORT,
 * LINKAUTH_ERROR_ARGUMENT_TOO_LONG, LINKAUTH_ERROR_ARGUMENT_CHARACTER A text is not what it must be.
 * @retval LINKAUTH_ERROR_ARGUMENT_OVERLAP `connect` overlaps an input: nothing was changed.
 *
 * Ownership: everything stays the caller's. Wiped: every copy of the DeviceSecret that linkauth made;
 * on an error, `connect` is zeroed. The caller wipes `connect`, which holds the password, with
 * linkauth_wipe after the CONNECT. On a microcontroller an interrupt meanwhile saves registers that
 * hold parts of the secret: a caller to whom that matters masks interrupts, since there is no
 * critical section to give here. On Linux signals are blocked meanwhile.
 * Source: the platform's page on MQTT-TCP connections, and Link SDK C 4.x.
 * Threads: any. Blocks: no. Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_sign_in_with_secret(const char *product_key,
                                             size_t product_key_length,
                                             const char *device_name,
                                             size_t device_name_length,
                                             const char *device_secret,
                                             size_t device_secret_length,
                                             struct linkauth_connect *connect);

/**
 * The name of a status, such as "LINKAUTH_ERROR_STORE_ABSENT". It builds no text.
 *
 * @param status Any number.
 * @return A static, NUL-terminated text, never NULL; for a number that is no status,
 * "LINKAUTH_ERROR_UNKNOWN_STATUS".
 *
 * Threads: any.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API LINKAUTH_RETURNS_NONNULL const char *linkauth_status_name(linkauth_status status);

/**
 * One sentence on a status: what is wrong and what to check. It is fixed at build time, so no
 * secret can be in it.
 *
 * @param status Any number.
 * @return A static, NUL-terminated text, never NULL.
 *
 * Threads: any.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API LINKAUTH_RETURNS_NONNULL const char *linkauth_status_text(linkauth_status status);

/**
 * Why a device was refused: likely causes in their order, and the remedy. Longer than
 * linkauth_status_text; with the number it fits one line of a log. It is fixed at build time, so no
 * secret can be in it.
 *
 * @param context LINKAUTH_CONTEXT_...: where the number comes from. Any other is taken for
 * LINKAUTH_CONTEXT_STATUS.
 * @param number Any number.
 * @return A static, NUL-terminated text of up to 400 bytes, never NULL.
 *
 * Threads: any.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API LINKAUTH_RETURNS_NONNULL
const char *linkauth_explain(uint32_t context,
                             int32_t number);

/**
 * The version of the library at run time: major * 65536 + minor * 256 + patch, like
 * LINKAUTH_VERSION_NUMBER for the header.
 *
 * @return The number.
 *
 * Threads: any.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API uint32_t linkauth_version_number(void);

/**
 * The version of the library at run time, such as "0.1.0".
 *
 * @return A static, NUL-terminated text.
 *
 * Threads: any.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API LINKAUTH_RETURNS_NONNULL const char *linkauth_version_string(void);

/**
 * Zeroes memory in a way that no compiler leaves out: for buffers of the caller's that held a
 * secret or a password. It does not free.
 *
 * @param[in,out] memory May be NULL: then nothing happens.
 * @param length Bytes.
 *
 * Ownership: the memory stays the caller's.
 * Wiped: the memory.
 * Threads: any, while no other uses the memory.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API void linkauth_wipe(void *memory, size_t length);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* LINKAUTH_H_INCLUDED */

#ifndef LINKAUTH_LAYOUT_CHECKED
#define LINKAUTH_LAYOUT_CHECKED
/* Not for callers: a compiler whose layout differs from the library's must not compile this header. */
#if defined(__cplusplus) && __cplusplus >= 201103L
#define LINKAUTH_ASSERT(name, condition) static_assert(condition, #name)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define LINKAUTH_ASSERT(name, condition) _Static_assert(condition, #name)
#else
#define LINKAUTH_ASSERT(name, condition) typedef char linkauth_assert_##name[(condition) ? 1 : -1]
#endif
LINKAUTH_ASSERT(pointers_have_4_or_8_bytes, sizeof(void *) == 4 || sizeof(void *) == 8);
LINKAUTH_ASSERT(size_t_is_as_wide_as_a_pointer, sizeof(size_t) == sizeof(void *));
LINKAUTH_ASSERT(code_pointers_are_as_wide_as_data_pointers, sizeof(void (*)(void)) == sizeof(void *));
#if defined(__i386__) || defined(_M_IX86)
#define LINKAUTH_ALIGNMENT_OF_UINT64 4
#else
#define LINKAUTH_ALIGNMENT_OF_UINT64 8
#endif
/* A compiler that packs structs does not pass this either. */
struct linkauth_alignment {
    char first;
    uint64_t second;
};
LINKAUTH_ASSERT(uint64_t_is_aligned_as_in_the_library,
                sizeof(struct linkauth_alignment) == 8 + LINKAUTH_ALIGNMENT_OF_UINT64);
#define LINKAUTH_ASSERT_SIZE(type, size) LINKAUTH_ASSERT(size_of_##type, sizeof(type) == (size))
LINKAUTH_ASSERT_SIZE(linkauth_device, LINKAUTH_DEVICE_SIZE);
LINKAUTH_ASSERT_SIZE(linkauth_registration, LINKAUTH_REGISTRATION_SIZE);
LINKAUTH_ASSERT_SIZE(linkauth_file_store, LINKAUTH_FILE_STORE_SIZE);
LINKAUTH_ASSERT_SIZE(linkauth_device_config, 8 + 13 * sizeof(void *));
LINKAUTH_ASSERT_SIZE(linkauth_critical_section, 8 + 3 * sizeof(void *));
LINKAUTH_ASSERT_SIZE(linkauth_store, 8 + 8 * sizeof(void *));
LINKAUTH_ASSERT_SIZE(linkauth_seal, 8 + 3 * sizeof(void *));
LINKAUTH_ASSERT_SIZE(linkauth_store_info, 24);
LINKAUTH_ASSERT_SIZE(linkauth_flash, 16 + 5 * sizeof(void *));
LINKAUTH_ASSERT_SIZE(linkauth_flash_store, LINKAUTH_FLASH_STORE_SIZE);
LINKAUTH_ASSERT_SIZE(linkauth_flash_secret_store, LINKAUTH_FLASH_SECRET_STORE_SIZE);
LINKAUTH_ASSERT_SIZE(linkauth_aead, LINKAUTH_AEAD_SIZE);
LINKAUTH_ASSERT_SIZE(linkauth_transport, 8 + 6 * sizeof(void *));
LINKAUTH_ASSERT_SIZE(linkauth_extension, 4 * sizeof(void *));
LINKAUTH_ASSERT_SIZE(linkauth_sign_in_options, 32 + 10 * sizeof(void *));
LINKAUTH_ASSERT_SIZE(linkauth_sign_in_result, 8 + 9 * sizeof(void *));
LINKAUTH_ASSERT_SIZE(linkauth_registration_options, 24 + 6 * sizeof(void *));
LINKAUTH_ASSERT_SIZE(linkauth_registration_step, 16 + 4 * sizeof(void *));
LINKAUTH_ASSERT_SIZE(linkauth_error_detail, 24);
LINKAUTH_ASSERT_SIZE(linkauth_psk_result, 8 + 5 * sizeof(void *));
LINKAUTH_ASSERT_SIZE(linkauth_connect, 296);
LINKAUTH_ASSERT_SIZE(linkauth_device_certificate, 6 * sizeof(void *));
LINKAUTH_ASSERT_SIZE(linkauth_lean, 8 + 13 * sizeof(void *));
LINKAUTH_ASSERT_SIZE(linkauth_lean_memory, LINKAUTH_LEAN_MEMORY_SIZE);
LINKAUTH_ASSERT_SIZE(linkauth_secret_store, 8 + 3 * sizeof(void *));
#endif
