#ifndef LINKAUTH_H_INCLUDED
#define LINKAUTH_H_INCLUDED
#include <stddef.h>
#include <stdint.h>
#define LINKAUTH_VERSION_MAJOR 0
#define LINKAUTH_VERSION_MINOR 1
#define LINKAUTH_VERSION_PATCH 0
#define LINKAUTH_VERSION_NUMBER                                                                    \
    (LINKAUTH_VERSION_MAJOR * 65536 + LINKAUTH_VERSION_MINOR * 256 + LINKAUTH_VERSION_PATCH)
#define LINKAUTH_NUL_TERMINATED SIZE_MAX
#ifndef LINKAUTH_NODISCARD
#if defined(__GNUC__) || defined(__clang__)
#define LINKAUTH_NODISCARD __attribute__((warn_unused_result))
#else
#define LINKAUTH_NODISCARD
#endif
#endif
#ifndef LINKAUTH_API
#if (defined(__GNUC__) || defined(__clang__)) && !defined(_WIN32)
#define LINKAUTH_API __attribute__((visibility("default")))
#else
#define LINKAUTH_API
#endif
#endif
#ifndef LINKAUTH_RETURNS_NONNULL
#if defined(__GNUC__) || defined(__clang__)
#define LINKAUTH_RETURNS_NONNULL __attribute__((returns_nonnull))
#else
#define LINKAUTH_RETURNS_NONNULL
#endif
#endif
#define LINKAUTH_AEAD_SIZE 64
#define LINKAUTH_KEY_SIZE 32
#define LINKAUTH_DEVICE_SIZE 512
#define LINKAUTH_DEVICE_KEEP_SIGNALS 1
#define LINKAUTH_FILE_STORE_SIZE 64
#define LINKAUTH_FLASH_STORE_SIZE 128
#define LINKAUTH_FLASH_SECRET_STORE_SIZE 640
#define LINKAUTH_SECRET_MAX 64
#define LINKAUTH_LEAN_MEMORY_SIZE 1280
#define LINKAUTH_MEMORY_LOCK 1
#define LINKAUTH_MEMORY_NO_DUMP 2
#define LINKAUTH_MEMORY_WIPE_ON_FORK 4
#define LINKAUTH_PSK_BUFFER_SIZE 192
#define LINKAUTH_REGISTRATION_SIZE 1152
#define LINKAUTH_SIGN_IN_BUFFER_SIZE 512
#define LINKAUTH_TIMESTAMP_NONE UINT64_MAX
#define LINKAUTH_SIGN_IN_SERVER_ASSIGNED_CLIENT_ID 1
#define LINKAUTH_EXTENSIONS_MAX 16
#define LINKAUTH_RECORD_MAX 384
#define LINKAUTH_SEALED_MAX 192
#define LINKAUTH_TRANSPORT_PLAIN 1
typedef enum linkauth_status_code {
    LINKAUTH_OK = 0,
    LINKAUTH_ERROR_ARGUMENT_NULL = 101,
    LINKAUTH_ERROR_ARGUMENT_EMPTY = 102,
    LINKAUTH_ERROR_ARGUMENT_TOO_LONG = 103,
    LINKAUTH_ERROR_ARGUMENT_TOO_SHORT = 104,
    LINKAUTH_ERROR_ARGUMENT_CHARACTER = 105,
    LINKAUTH_ERROR_ARGUMENT_RANGE = 106,
    LINKAUTH_ERROR_STRUCT_SIZE = 107,
    LINKAUTH_ERROR_OBJECT_SIZE = 108,
    LINKAUTH_ERROR_NOT_INITIALISED = 109,
    LINKAUTH_ERROR_BUSY = 110,
    LINKAUTH_ERROR_OUT_OF_ORDER = 111,
    LINKAUTH_ERROR_SIGN_METHOD_UNKNOWN = 112,
    LINKAUTH_ERROR_SECURE_MODE_UNKNOWN = 113,
    LINKAUTH_ERROR_EXTENSION_KEY_RESERVED = 114,
    LINKAUTH_ERROR_SECRET_MISSING = 115,
    LINKAUTH_ERROR_RESERVED_NOT_ZERO = 116,
    LINKAUTH_ERROR_CALLBACK_MISSING = 117,
    LINKAUTH_ERROR_ARGUMENT_OVERLAP = 118,
    LINKAUTH_ERROR_CLIENT_ID_ISSUED = 119,
    LINKAUTH_ERROR_ARGUMENT_CONFLICT = 120,
    LINKAUTH_ERROR_BUFFER_TOO_SMALL = 201,
    LINKAUTH_ERROR_PLATFORM_PARAMETER = 301,
    LINKAUTH_ERROR_PLATFORM_INTERNAL = 302,
    LINKAUTH_ERROR_PLATFORM_DEVICE_NOT_FOUND = 303,
    LINKAUTH_ERROR_PLATFORM_PRODUCT_NOT_FOUND = 304,
    LINKAUTH_ERROR_PLATFORM_REGISTRATION_OFF = 305,
    LINKAUTH_ERROR_PLATFORM_ALREADY_ACTIVE = 306,
    LINKAUTH_ERROR_PLATFORM_SIGN_METHOD = 307,
    LINKAUTH_ERROR_PLATFORM_SIGNATURE = 308,
    LINKAUTH_ERROR_PLATFORM_CODE_UNKNOWN = 309,
    LINKAUTH_ERROR_CONNACK_PROTOCOL = 321,
    LINKAUTH_ERROR_CONNACK_CLIENT_ID = 322,
    LINKAUTH_ERROR_CONNACK_UNAVAILABLE = 323,
    LINKAUTH_ERROR_CONNACK_CREDENTIALS = 324,
    LINKAUTH_ERROR_CONNACK_NOT_AUTHORISED = 325,
    LINKAUTH_ERROR_CONNACK_UNKNOWN = 326,
    LINKAUTH_ERROR_REGISTER_CONNACK_FORMAT = 331,
    LINKAUTH_ERROR_REGISTER_CONNACK_UNAVAILABLE = 332,
    LINKAUTH_ERROR_REGISTER_CONNACK_REFUSED = 333,
    LINKAUTH_ERROR_REPLY_CUT_SHORT = 401,
    LINKAUTH_ERROR_REPLY_NOT_HTTP = 402,
    LINKAUTH_ERROR_REPLY_HTTP_STATUS = 403,
    LINKAUTH_ERROR_REPLY_HEADER_TOO_LARGE = 404,
    LINKAUTH_ERROR_REPLY_TOO_LARGE = 405,
    LINKAUTH_ERROR_REPLY_FRAMING = 406,
    LINKAUTH_ERROR_REPLY_NOT_JSON = 407,
    LINKAUTH_ERROR_REPLY_INCOMPLETE = 408,
    LINKAUTH_ERROR_REPLY_OTHER_PRODUCT = 409,
    LINKAUTH_ERROR_REPLY_OTHER_DEVICE = 410,
    LINKAUTH_ERROR_REPLY_SECRET_LENGTH = 411,
    LINKAUTH_ERROR_REPLY_SECRET_CHARACTER = 412,
    LINKAUTH_ERROR_REPLY_NOT_MQTT = 413,
    LINKAUTH_ERROR_STORE_ABSENT = 501,
    LINKAUTH_ERROR_STORE_DAMAGED = 502,
    LINKAUTH_ERROR_STORE_OTHER_DEVICE = 503,
    LINKAUTH_ERROR_STORE_UNSAFE = 504,
    LINKAUTH_ERROR_STORE_IO = 505,
    LINKAUTH_ERROR_STORE_FULL = 506,
    LINKAUTH_ERROR_STORE_READ_ONLY = 507,
    LINKAUTH_ERROR_STORE_READ_BACK = 508,
    LINKAUTH_ERROR_STORE_MISSING = 509,
    LINKAUTH_ERROR_STORE_NOT_FOUND = 510,
    LINKAUTH_ERROR_STORE_VERSION = 511,
    LINKAUTH_ERROR_STORE_LOCKED = 512,
    LINKAUTH_ERROR_SECRET_IS_TOKEN = 513,
    LINKAUTH_ERROR_STORE_SEALED = 514,
    LINKAUTH_ERROR_STORE_UNSEAL = 515,
    LINKAUTH_ERROR_STORE_WORN = 516,
    LINKAUTH_ERROR_RANDOM_FAILED = 601,
    LINKAUTH_ERROR_TRANSPORT_HOST_NOT_FOUND = 602,
    LINKAUTH_ERROR_TRANSPORT_REFUSED = 603,
    LINKAUTH_ERROR_TRANSPORT_TIMED_OUT = 604,
    LINKAUTH_ERROR_TRANSPORT_CERTIFICATE = 605,
    LINKAUTH_ERROR_TRANSPORT_HOSTNAME = 606,
    LINKAUTH_ERROR_TRANSPORT_TLS = 607,
    LINKAUTH_ERROR_TRANSPORT_CLOSED = 608,
    LINKAUTH_ERROR_TRANSPORT_IO = 609,
    LINKAUTH_ERROR_TRANSPORT_MISUSE = 610,
    LINKAUTH_ERROR_TRANSPORT_PLAIN = 611,
    LINKAUTH_ERROR_TRANSPORT_ROOTS = 612,
    LINKAUTH_ERROR_OUT_OF_MEMORY = 613,
    LINKAUTH_ERROR_ALREADY_REGISTERED = 701,
    LINKAUTH_ERROR_REFUSED_AFTER_ACTIVATION = 702,
    LINKAUTH_ERROR_REFUSED_BEFORE_ACTIVATION = 703,
    LINKAUTH_ERROR_REGISTRATIONS_EXHAUSTED = 704,
    LINKAUTH_ERROR_SUPERSEDED = 705
} linkauth_status_code;
typedef enum linkauth_sign_method {
    LINKAUTH_SIGN_HMAC_SHA256 = 0,
    LINKAUTH_SIGN_HMAC_SHA1 = 1,
    LINKAUTH_SIGN_HMAC_MD5 = 2
} linkauth_sign_method;
typedef enum linkauth_secure_mode {
    LINKAUTH_SECURE_MODE_NO_PRE_REGISTRATION = -2,
    LINKAUTH_SECURE_MODE_TLS = 2,
    LINKAUTH_SECURE_MODE_TCP = 3
} linkauth_secure_mode;
typedef enum linkauth_step {
    LINKAUTH_STEP_SEND = 1,
    LINKAUTH_STEP_RECEIVE = 2,
    LINKAUTH_STEP_FINISH = 3
} linkauth_step;
typedef enum linkauth_register_form {
    LINKAUTH_REGISTER_HTTPS = 0,
    LINKAUTH_REGISTER_MQTT = 1,
    LINKAUTH_REGISTER_MQTT_NO_PRE_REGISTRATION = 2
} linkauth_register_form;
typedef enum linkauth_context {
    LINKAUTH_CONTEXT_STATUS = 0,
    LINKAUTH_CONTEXT_PLATFORM_CODE = 1,
    LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN = 2,
    LINKAUTH_CONTEXT_CONNACK_OF_REGISTRATION = 3
} linkauth_context;
typedef enum linkauth_state {
    LINKAUTH_STATE_ISSUED = 1,
    LINKAUTH_STATE_ACTIVATED = 2
} linkauth_state;
typedef enum linkauth_kind {
    LINKAUTH_KIND_DEVICE_SECRET = 1,
    LINKAUTH_KIND_DEVICE_TOKEN = 2
} linkauth_kind;
typedef int32_t linkauth_status;
typedef struct linkauth_aead {
    uint64_t opaque[8];
} linkauth_aead;
typedef linkauth_status (*linkauth_key)(void *user, uint8_t *key);
typedef linkauth_status (*linkauth_random)(void *user, uint8_t *bytes, size_t length);
typedef struct linkauth_seal {
    uint32_t struct_size;
    uint32_t reserved;
    void *user;
    linkauth_status (*seal)(void *user,
                            const uint8_t *context,
                            size_t context_length,
                            const uint8_t *secret,
                            size_t secret_length,
                            uint8_t *sealed,
                            size_t sealed_capacity,
                            size_t *sealed_length);
    linkauth_status (*unseal)(void *user,
                              const uint8_t *context,
                              size_t context_length,
                              const uint8_t *sealed,
                              size_t sealed_length,
                              uint8_t *secret,
                              size_t secret_capacity,
                              size_t *secret_length);
} linkauth_seal;
typedef struct linkauth_device {
    uint64_t opaque[64];
} linkauth_device;
typedef struct linkauth_store {
    uint32_t struct_size;
    uint32_t reserved;
    void *user;
    linkauth_status (*load)(void *user,
                            const char *name,
                            uint8_t *buffer,
                            size_t capacity,
                            size_t *length);
    linkauth_status (*save)(void *user, const char *name, const uint8_t *record, size_t length);
    linkauth_status (*erase)(void *user, const char *name);
    linkauth_status (*lock)(void *user, const char *name);
    void (*unlock)(void *user, const char *name);
    linkauth_status (*prepare)(void *user, const char *name);
    linkauth_status (*retire)(void *user, const char *name);
} linkauth_store;
typedef size_t (*linkauth_critical_enter)(void *user);
typedef void (*linkauth_critical_leave)(void *user, size_t before);
typedef struct linkauth_critical_section {
    uint32_t struct_size;
    uint32_t reserved;
    void *user;
    linkauth_critical_enter enter;
    linkauth_critical_leave leave;
} linkauth_critical_section;
typedef struct linkauth_device_config {
    uint32_t struct_size;
    uint32_t flags;
    const char *product_key;
    size_t product_key_length;
    const char *device_name;
    size_t device_name_length;
    const char *region;
    size_t region_length;
    const char *instance_id;
    size_t instance_id_length;
    const struct linkauth_store *store;
    const struct linkauth_seal *seal;
    linkauth_random random;
    void *random_user;
    const struct linkauth_critical_section *critical_section;
} linkauth_device_config;
typedef struct linkauth_error_detail {
    uint32_t struct_size;
    int32_t platform_code;
    int32_t system_error;
    uint32_t http_status;
    uint32_t retry_after_ms;
    uint32_t reserved;
} linkauth_error_detail;
typedef struct linkauth_file_store {
    uint64_t opaque[8];
} linkauth_file_store;
typedef struct linkauth_flash_store {
    uint64_t opaque[16];
} linkauth_flash_store;
typedef struct linkauth_flash {
    uint32_t struct_size;
    uint32_t slot_size;
    uint32_t unit;
    uint32_t erased;
    void *user;
    linkauth_status (*read)(void *user,
                            uint32_t slot,
                            uint32_t offset,
                            uint8_t *bytes,
                            size_t length);
    linkauth_status (*program)(void *user,
                               uint32_t slot,
                               uint32_t offset,
                               const uint8_t *bytes,
                               size_t length);
    linkauth_status (*erase)(void *user, uint32_t slot);
    linkauth_status (*sync)(void *user);
} linkauth_flash;
typedef struct linkauth_flash_secret_store {
    uint64_t opaque[80];
} linkauth_flash_secret_store;
typedef struct linkauth_lean {
    uint32_t struct_size;
    uint32_t timeout_ms;
    const char *product_key;
    size_t product_key_length;
    const char *device_name;
    size_t device_name_length;
    const char *instance_id;
    size_t instance_id_length;
    const char *product_secret;
    size_t product_secret_length;
    const char *host;
    size_t host_length;
    linkauth_random random;
    void *random_user;
    const struct linkauth_critical_section *critical_section;
} linkauth_lean;
typedef struct linkauth_secret_store {
    uint32_t struct_size;
    uint32_t reserved;
    void *user;
    linkauth_status (*load)(void *user, char *secret, size_t capacity, size_t *length);
    linkauth_status (*save)(void *user, const char *secret, size_t length);
} linkauth_secret_store;
typedef struct linkauth_transport {
    uint32_t struct_size;
    uint32_t flags;
    void *user;
    int32_t (*open)(void *user,
                    const char *host,
                    size_t host_len,
                    uint16_t port,
                    uint32_t timeout_ms);
    int32_t (*write)(void *user, const uint8_t *data, size_t len, size_t *sent, uint32_t timeout_ms);
    int32_t (*read)(void *user,
                    uint8_t *data,
                    size_t capacity,
                    size_t *received,
                    uint32_t timeout_ms);
    void (*close)(void *user);
    uint64_t (*now_ms)(void *user);
} linkauth_transport;
typedef struct linkauth_lean_memory {
    uint64_t opaque[160];
} linkauth_lean_memory;
typedef struct linkauth_connect {
    char client_id[160];
    char username[64];
    char password[72];
} linkauth_connect;
typedef struct linkauth_store_info {
    uint32_t struct_size;
    uint32_t state;
    uint32_t kind;
    uint32_t is_sealed;
    uint32_t sequence;
    uint32_t registrations;
} linkauth_store_info;
typedef struct linkauth_extension {
    const char *key;
    size_t key_length;
    const char *value;
    size_t value_length;
} linkauth_extension;
typedef struct linkauth_sign_in_options {
    uint32_t struct_size;
    uint32_t sign_method;
    int32_t secure_mode;
    uint32_t port;
    uint64_t timestamp;
    uint32_t flags;
    uint32_t reserved;
    const char *client_id;
    size_t client_id_length;
    const char *host;
    size_t host_length;
    const char *device_secret;
    size_t device_secret_length;
    const char *device_token;
    size_t device_token_length;
    const struct linkauth_extension *extensions;
    size_t extension_count;
} linkauth_sign_in_options;
typedef struct linkauth_psk_result {
    uint32_t struct_size;
    uint32_t reserved;
    const char *identity;
    size_t identity_length;
    const char *key;
    size_t key_length;
    size_t size_needed;
} linkauth_psk_result;
typedef struct linkauth_registration {
    uint64_t opaque[144];
} linkauth_registration;
typedef struct linkauth_registration_options {
    uint32_t struct_size;
    uint32_t sign_method;
    uint32_t form;
    int32_t secure_mode;
    const char *product_secret;
    size_t product_secret_length;
    const char *host;
    size_t host_length;
    const char *random;
    size_t random_length;
    uint32_t port;
    uint32_t timeout_ms;
} linkauth_registration_options;
typedef struct linkauth_sign_in_result {
    uint32_t struct_size;
    uint32_t port;
    const char *host;
    size_t host_length;
    const char *client_id;
    size_t client_id_length;
    const char *username;
    size_t username_length;
    const char *password;
    size_t password_length;
    size_t size_needed;
} linkauth_sign_in_result;
typedef struct linkauth_registration_step {
    uint32_t struct_size;
    uint32_t kind;
    const uint8_t *data;
    size_t data_length;
    const char *host;
    size_t host_length;
    uint32_t port;
    uint32_t reserved;
} linkauth_registration_step;
typedef struct linkauth_device_certificate {
    const char *product_key;
    size_t product_key_length;
    const char *device_name;
    size_t device_name_length;
    const char *device_secret;
    size_t device_secret_length;
} linkauth_device_certificate;
#ifdef __cplusplus
extern "C" {
#endif // __cplusplus
LINKAUTH_API size_t linkauth_aead_size(void);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_aead_init(struct linkauth_aead *aead,
                                   size_t size,
                                   linkauth_key key,
                                   void *key_user,
                                   linkauth_random random,
                                   void *random_user,
                                   struct linkauth_seal *seal);
LINKAUTH_API void linkauth_aead_wipe(struct linkauth_aead *aead);
LINKAUTH_API size_t linkauth_device_size(void);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_device_init(struct linkauth_device *device,
                                     size_t size,
                                     const struct linkauth_device_config *config);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_store_secret(struct linkauth_device *device,
                                      const char *secret,
                                      size_t length);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_report_connack(struct linkauth_device *device,
                                        uint8_t code);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_device_error_detail(struct linkauth_device *device,
                                             struct linkauth_error_detail *detail);
LINKAUTH_API
void linkauth_device_wipe(struct linkauth_device *device);
LINKAUTH_API size_t linkauth_file_store_size(void);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_file_store_open(struct linkauth_file_store *file_store,
                                         size_t size,
                                         const char *folder,
                                         size_t length,
                                         struct linkauth_store *store);
LINKAUTH_API void linkauth_file_store_close(struct linkauth_file_store *file_store);
LINKAUTH_API size_t linkauth_flash_store_size(void);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_flash_store_init(struct linkauth_flash_store *flash_store,
                                          size_t size,
                                          const struct linkauth_flash *flash,
                                          struct linkauth_store *store);
LINKAUTH_API void linkauth_flash_store_wipe(struct linkauth_flash_store *flash_store);
LINKAUTH_API size_t linkauth_flash_secret_store_size(void);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_flash_secret_store_init(struct linkauth_flash_secret_store *flash_secret_store,
                                                 size_t size,
                                                 const struct linkauth_flash *flash,
                                                 const struct linkauth_lean *lean,
                                                 struct linkauth_secret_store *store);
LINKAUTH_API
void linkauth_flash_secret_store_wipe(struct linkauth_flash_secret_store *flash_secret_store);
LINKAUTH_API
size_t linkauth_lean_memory_size(void);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_lean_register(const struct linkauth_lean *lean,
                                       const struct linkauth_secret_store *store,
                                       const struct linkauth_transport *transport,
                                       struct linkauth_lean_memory *memory,
                                       size_t size);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_lean_register_mqtt(const struct linkauth_lean *lean,
                                            const struct linkauth_secret_store *store,
                                            const struct linkauth_transport *transport,
                                            struct linkauth_lean_memory *memory,
                                            size_t size);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_lean_sign_in(const struct linkauth_lean *lean,
                                      const struct linkauth_secret_store *store,
                                      struct linkauth_connect *connect);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_memory_protect(void *start,
                                        size_t size,
                                        uint32_t flags,
                                        uint32_t *refused);
LINKAUTH_API void linkauth_memory_unprotect(void *start, size_t size, uint32_t flags);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_store_inspect(struct linkauth_device *device,
                                       struct linkauth_store_info *info);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_store_erase(struct linkauth_device *device);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_psk(struct linkauth_device *device,
                             const struct linkauth_sign_in_options *options,
                             char *buffer,
                             size_t capacity,
                             struct linkauth_psk_result *result);
LINKAUTH_API size_t linkauth_registration_size(void);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_register(struct linkauth_device *device,
                                  struct linkauth_registration *registration,
                                  size_t size,
                                  const struct linkauth_registration_options *options,
                                  const struct linkauth_transport *transport);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_registration_begin(struct linkauth_device *device,
                                            struct linkauth_registration *registration,
                                            size_t size,
                                            const struct linkauth_registration_options *options);
LINKAUTH_API
void linkauth_registration_wipe(struct linkauth_registration *registration);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_registration_connect(struct linkauth_device *device,
                                              struct linkauth_registration *registration,
                                              char *buffer,
                                              size_t capacity,
                                              struct linkauth_sign_in_result *result);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_registration_connack(struct linkauth_device *device,
                                              struct linkauth_registration *registration,
                                              uint8_t code);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_registration_message(struct linkauth_device *device,
                                              struct linkauth_registration *registration,
                                              const char *topic,
                                              size_t topic_length,
                                              const uint8_t *payload,
                                              size_t payload_length);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_registration_next(struct linkauth_registration *registration,
                                           struct linkauth_registration_step *step);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_registration_sent(struct linkauth_registration *registration,
                                           size_t length);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_registration_feed(struct linkauth_device *device,
                                           struct linkauth_registration *registration,
                                           const uint8_t *data,
                                           size_t length);
LINKAUTH_API
linkauth_status linkauth_registration_fail(struct linkauth_device *device,
                                           struct linkauth_registration *registration,
                                           linkauth_status status);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_registration_finish(struct linkauth_device *device,
                                             struct linkauth_registration *registration);
LINKAUTH_API size_t linkauth_sign_in_buffer_size(void);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_sign_in(struct linkauth_device *device,
                                 const struct linkauth_sign_in_options *options,
                                 char *buffer,
                                 size_t capacity,
                                 struct linkauth_sign_in_result *result);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_sign_in_batch(const struct linkauth_device_certificate *devices,
                                       size_t count,
                                       struct linkauth_connect *connects,
                                       linkauth_status *statuses);
LINKAUTH_API
LINKAUTH_NODISCARD
linkauth_status linkauth_sign_in_with_secret(const char *product_key,
                                             size_t product_key_length,
                                             const char *device_name,
                                             size_t device_name_length,
                                             const char *device_secret,
                                             size_t device_secret_length,
                                             struct linkauth_connect *connect);
LINKAUTH_API LINKAUTH_RETURNS_NONNULL const char *linkauth_status_name(linkauth_status status);
LINKAUTH_API LINKAUTH_RETURNS_NONNULL const char *linkauth_status_text(linkauth_status status);
LINKAUTH_API LINKAUTH_RETURNS_NONNULL
const char *linkauth_explain(uint32_t context,
                             int32_t number);
LINKAUTH_API uint32_t linkauth_version_number(void);
LINKAUTH_API LINKAUTH_RETURNS_NONNULL const char *linkauth_version_string(void);
LINKAUTH_API void linkauth_wipe(void *memory, size_t length);
#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus
#endif
#ifndef LINKAUTH_LAYOUT_CHECKED
#define LINKAUTH_LAYOUT_CHECKED
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
