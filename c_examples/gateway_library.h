/* liblinkauth.so.0 and liblinkauth_tls.so.0, opened at run time: a table of functions for each. */
#ifndef GATEWAY_LIBRARY_H
#define GATEWAY_LIBRARY_H

#include "linkauth.h"
#include "linkauth_tls.h"

#define GATEWAY_CORE_FUNCTIONS(FUNCTION)   \
    FUNCTION(linkauth_version_number)      \
    FUNCTION(linkauth_version_string)      \
    FUNCTION(linkauth_status_name)         \
    FUNCTION(linkauth_status_text)         \
    FUNCTION(linkauth_explain)             \
    FUNCTION(linkauth_device_size)         \
    FUNCTION(linkauth_device_init)         \
    FUNCTION(linkauth_device_wipe)         \
    FUNCTION(linkauth_device_error_detail) \
    FUNCTION(linkauth_file_store_size)     \
    FUNCTION(linkauth_file_store_open)     \
    FUNCTION(linkauth_file_store_close)    \
    FUNCTION(linkauth_store_secret)        \
    FUNCTION(linkauth_registration_size)   \
    FUNCTION(linkauth_register)            \
    FUNCTION(linkauth_sign_in_buffer_size) \
    FUNCTION(linkauth_sign_in)             \
    FUNCTION(linkauth_report_connack)      \
    FUNCTION(linkauth_memory_protect)      \
    FUNCTION(linkauth_memory_unprotect)    \
    FUNCTION(linkauth_wipe)

#define GATEWAY_TLS_FUNCTIONS(FUNCTION) \
    FUNCTION(linkauth_tls_create)       \
    FUNCTION(linkauth_tls_transport)    \
    FUNCTION(linkauth_tls_free)

/* The types are those of the headers: __typeof__, which gcc and clang have in C99, sees to that. */
typedef struct core_library {
    void *handle;
#define GATEWAY_MEMBER(name) __typeof__(&name) name;
    GATEWAY_CORE_FUNCTIONS(GATEWAY_MEMBER)
#undef GATEWAY_MEMBER
} core_library;

typedef struct tls_library {
    void *handle;
#define GATEWAY_MEMBER(name) __typeof__(&name) name;
    GATEWAY_TLS_FUNCTIONS(GATEWAY_MEMBER)
#undef GATEWAY_MEMBER
} tls_library;

/* Both return 1, or 0 after a message on stderr. A path without / is looked up by the loader. */
int core_library_open(core_library *library, const char *path);
int tls_library_open(tls_library *library, const char *path);

/* Only the core is closed: a name lookup of the TLS library's may outlive the call that began it. */
void core_library_close(core_library *library);

#endif
