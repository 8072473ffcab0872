#ifndef LINKAUTH_TLS_H_INCLUDED
#define LINKAUTH_TLS_H_INCLUDED
#include <stddef.h>
#include <stdint.h>
#include "linkauth.h"
#define LINKAUTH_TLS_NO_PUBLIC_ROOTS 1
typedef struct linkauth_tls linkauth_tls;
typedef struct linkauth_tls_options {
    uint32_t struct_size;
    uint32_t flags;
    const char *roots_file;
    size_t roots_file_len;
    const uint8_t *roots_pem;
    size_t roots_pem_len;
    uint32_t connect_timeout_ms;
    uint32_t reserved;
    const char *connect_address;
    size_t connect_address_len;
} linkauth_tls_options;
#ifdef __cplusplus
extern "C" {
#endif // __cplusplus
LINKAUTH_API
LINKAUTH_NODISCARD
int32_t linkauth_tls_create(const struct linkauth_tls_options *options,
                            struct linkauth_tls **out);
LINKAUTH_API
void linkauth_tls_free(struct linkauth_tls *tls);
LINKAUTH_API
LINKAUTH_NODISCARD
int32_t linkauth_tls_transport(struct linkauth_tls *tls,
                               linkauth_transport *out);
LINKAUTH_API
int32_t linkauth_tls_last_errno(const struct linkauth_tls *tls);
#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus
#endif
#ifndef LINKAUTH_TLS_LAYOUT_CHECKED
#define LINKAUTH_TLS_LAYOUT_CHECKED
#if defined(__cplusplus) && __cplusplus >= 201103L
#define LINKAUTH_TLS_ASSERT(name, condition) static_assert(condition, #name)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define LINKAUTH_TLS_ASSERT(name, condition) _Static_assert(condition, #name)
#else
#define LINKAUTH_TLS_ASSERT(name, condition) typedef char linkauth_tls_##name[(condition) ? 1 : -1]
#endif
LINKAUTH_TLS_ASSERT(size_of_size_t, sizeof(size_t) == sizeof(void *));
LINKAUTH_TLS_ASSERT(offset_of_roots_file, offsetof(linkauth_tls_options, roots_file) == 8);
LINKAUTH_TLS_ASSERT(offset_of_connect_timeout_ms,
                    offsetof(linkauth_tls_options, connect_timeout_ms) == 8 + 4 * sizeof(void *));
LINKAUTH_TLS_ASSERT(offset_of_connect_address,
                    offsetof(linkauth_tls_options, connect_address) == 16 + 4 * sizeof(void *));
LINKAUTH_TLS_ASSERT(size_of_options, sizeof(linkauth_tls_options) == 16 + 6 * sizeof(void *));
#endif
