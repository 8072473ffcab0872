/*
 * linkauth_tls: a ready TLS transport for linkauth on Linux gateways.
 *
 *     linkauth_tls *tls;
 *     linkauth_transport transport;
 *     int32_t status = linkauth_tls_create(NULL, &tls);
 *     if (status == LINKAUTH_OK) status = linkauth_tls_transport(tls, &transport);
 *     if (status == LINKAUTH_OK) status =
 *         linkauth_register(device, registration, size, &options, &transport);
 *     linkauth_tls_free(tls);
 *
 * TLS 1.2 and 1.3 over TCP. The server's certificate chain and host name are always verified.
 * Statuses are those of linkauth.h.
 *
 * C99 or later, C++98 or later.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef LINKAUTH_TLS_H_INCLUDED
#define LINKAUTH_TLS_H_INCLUDED

/* Made by cbindgen from tls/src/capi.rs: change the documentation there. */

#include <stddef.h>
#include <stdint.h>
#include "linkauth.h"

/**
 * Do not trust the public roots that are compiled in: only those of `roots_file` and
 * `roots_pem`.
 */
#define LINKAUTH_TLS_NO_PUBLIC_ROOTS 1

/**
 * A TLS transport: what it trusts, and at most one connection. Made by linkauth_tls_create, freed
 * by linkauth_tls_free.
 */
typedef struct linkauth_tls linkauth_tls;

/**
 * What a transport trusts and where it connects. All members but `struct_size` may be 0.
 *
 * Texts are a pointer and a length in bytes without the NUL; the length LINKAUTH_NUL_TERMINATED
 * says that the text ends in NUL. A NULL pointer with length 0 (or LINKAUTH_NUL_TERMINATED) says
 * that the text is not given. Nothing is kept of the caller's memory after linkauth_tls_create.
 */
typedef struct linkauth_tls_options {
    /**
     * `sizeof(linkauth_tls_options)` as the caller was compiled. A newer linkauth_tls appends
     * members, and 0 in them means what was before.
     */
    uint32_t struct_size;
    /**
     * Bits of `LINKAUTH_TLS_*`; the others must be 0.
     */
    uint32_t flags;
    /**
     * The path of a regular file with root certificates in PEM, at most 4 MiB; or NULL.
     */
    const char *roots_file;
    /**
     * Length of `roots_file`, at most 4096.
     */
    size_t roots_file_len;
    /**
     * Root certificates in PEM, at most 4 MiB; or NULL.
     */
    const uint8_t *roots_pem;
    /**
     * Length of `roots_pem`.
     */
    size_t roots_pem_len;
    /**
     * The most that `open` may take for name lookup, connection and handshake together, in
     * milliseconds; 0 is 10000. A smaller time-out of the call itself prevails.
     */
    uint32_t connect_timeout_ms;
    /**
     * Must be 0.
     */
    uint32_t reserved;
    /**
     * A name or an IP address (IPv6 without brackets) to connect to in place of the host; or
     * NULL. The port stays the same, and the certificate must name the host all the same: this
     * weakens no check.
     */
    const char *connect_address;
    /**
     * Length of `connect_address`, at most 254.
     */
    size_t connect_address_len;
} linkauth_tls_options;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Makes a transport and reads its root certificates.
 *
 * Connects to nothing. The server's certificate chain and host name are always verified; there
 * is no option against it. The public roots are those that Mozilla trusts for TLS at the time of
 * this version. They lack GlobalSign Root CA (R1) and Alibaba Cloud's private root for port 8883:
 * give these where the server needs them. Every certificate that is given must be readable.
 *
 * @param[in] options What to trust and where to connect; NULL for the defaults, which are the
 * public roots and 10 s.
 * @param[out] out Where to put the transport. Set to NULL on failure. Must not be NULL.
 *
 * @retval LINKAUTH_OK The transport is at `*out`.
 * @retval LINKAUTH_ERROR_ARGUMENT_NULL `out` is NULL, or a text is NULL with a length.
 * @retval LINKAUTH_ERROR_ARGUMENT_EMPTY `roots_file` or `connect_address` is given with length 0.
 * @retval LINKAUTH_ERROR_ARGUMENT_TOO_LONG A text is longer than its member allows.
 * @retval LINKAUTH_ERROR_ARGUMENT_CHARACTER `roots_file` contains NUL, or `connect_address` is
 * neither a host name nor an IP address.
 * @retval LINKAUTH_ERROR_STRUCT_SIZE `struct_size` is smaller than in version 0.1 or larger than
 * 4096, or a member that this version does not know is not 0.
 * @retval LINKAUTH_ERROR_RESERVED_NOT_ZERO `reserved` or an unknown flag is not 0.
 * @retval LINKAUTH_ERROR_TRANSPORT_ROOTS Roots that were given cannot be read, are malformed or
 * hold no certificate; or none were given with LINKAUTH_TLS_NO_PUBLIC_ROOTS.
 * @retval LINKAUTH_ERROR_OUT_OF_MEMORY The file of the roots does not fit into memory. Where
 * smaller amounts are missing, the library ends the process by abort().
 *
 * Ownership: the caller frees the transport with linkauth_tls_free. The options stay the caller's
 * and may go after the call.
 * Wiped: what was read of `roots_file` is wiped before return.
 * Threads: any, also at the same time.
 * Blocks: reads a file.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
int32_t linkauth_tls_create(const struct linkauth_tls_options *options,
                            struct linkauth_tls **out);

/**
 * Frees a transport; an open connection is closed first.
 *
 * Does not wait: what cannot be sent at once is not sent. A name lookup that outlived its
 * time-out ends by itself, on a thread of this library.
 *
 * @param[in] tls The transport; NULL does nothing. The pointer must not be used again, nor may a
 * linkauth_transport that was filled from it.
 *
 * Ownership: ends here.
 * Wiped: all memory of the transport is wiped before it is freed.
 * Threads: any, while no other call uses `tls`.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API
void linkauth_tls_free(struct linkauth_tls *tls);

/**
 * Fills in the callbacks that linkauth calls to reach the platform.
 *
 * Connects to nothing: `open` does. The callbacks are:
 * - `open` looks up `host`, connects to its addresses in turn, shakes hands by TLS 1.2 or 1.3 and
 *   verifies the certificate. Its time-out bounds all of that; 0 leaves the bound to
 *   `connect_timeout_ms`. LINKAUTH_ERROR_BUSY if a connection is open already.
 * - `write` takes up to 16 KiB per call. After a failure only `close` is of use.
 * - `read` reports 0 bytes only after close_notify. After LINKAUTH_ERROR_TRANSPORT_TIMED_OUT it may
 *   be called again.
 * - `close` sends close_notify if that is possible at once. Without a connection it does nothing.
 * - `now_ms` reads CLOCK_MONOTONIC; its origin is the creation of `tls`.
 *
 * A time-out of 0 in `write` and `read` is 10 s. Signals end no wait. SIGPIPE is never raised.
 *
 * Besides LINKAUTH_OK, `open`, `write` and `read` return: LINKAUTH_ERROR_ARGUMENT_NULL (a pointer
 * is NULL), _ARGUMENT_EMPTY (a length is 0), _ARGUMENT_TOO_LONG, _ARGUMENT_CHARACTER (`host` is
 * neither a name nor an IP address), _ARGUMENT_RANGE (`port` is 0), _BUSY, _NOT_INITIALISED (not
 * open), _RANDOM_FAILED, _TRANSPORT_HOST_NOT_FOUND, _TRANSPORT_REFUSED, _TRANSPORT_TIMED_OUT,
 * _TRANSPORT_CERTIFICATE (untrusted, expired, not yet valid), _TRANSPORT_HOSTNAME, _TRANSPORT_TLS,
 * _TRANSPORT_CLOSED (reset, or ended without close_notify), _TRANSPORT_IO, _OUT_OF_MEMORY (no thread
 * for the name lookup), and for any other failure of the system's its negative error number. On failure `*sent` and `*received` are 0.
 *
 * @param[in] tls The transport. Must not be NULL.
 * @param[out] out Where to put the callbacks, with `struct_size`, `flags` 0 and `user` = `tls`.
 * Zeroed on failure. Must not be NULL.
 *
 * @retval LINKAUTH_OK `*out` is filled in.
 * @retval LINKAUTH_ERROR_ARGUMENT_NULL `tls` or `out` is NULL.
 *
 * Ownership: `*out` is the caller's, and borrows `tls`: it is good until linkauth_tls_free.
 * Wiped: every block of heap in which this library had plaintext or keys is wiped before it is
 * freed, all of them by `close`; until then what was received may still lie there. Before a
 * callback returns, the registers are cleared and the stack that it used is overwritten: `open`
 * needs 64 KiB of stack, the others 24 KiB. What the kernel keeps is not wiped: socket buffers,
 * and the registers that it saves for a signal handler which runs meanwhile on a stack of its own.
 * Threads: any; the callbacks too. A callback that finds another at work on the same transport
 * returns LINKAUTH_ERROR_BUSY, and `close` does nothing then.
 * Blocks: no; the callbacks block up to their time-outs. `open` starts a thread for a name
 * lookup, with the caller's signal mask; at most one per transport, and none for an IP address.
 * Since 0.1.0.
 */
LINKAUTH_API
LINKAUTH_NODISCARD
int32_t linkauth_tls_transport(struct linkauth_tls *tls,
                               linkauth_transport *out);

/**
 * Tells the system's error number (errno) of the last failure that had one.
 *
 * Says nothing about failures of TLS, certificates or name lookup, which have no such number.
 * Does not touch errno itself.
 *
 * @param[in] tls The transport, or NULL.
 *
 * @return The number since the last call of `open`; 0 if there was none, or `tls` is NULL.
 *
 * Ownership: unchanged.
 * Wiped: nothing to wipe.
 * Threads: any.
 * Blocks: no.
 * Since 0.1.0.
 */
LINKAUTH_API
int32_t linkauth_tls_last_errno(const struct linkauth_tls *tls);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* LINKAUTH_TLS_H_INCLUDED */

#ifndef LINKAUTH_TLS_LAYOUT_CHECKED
#define LINKAUTH_TLS_LAYOUT_CHECKED
/* Not for callers: a compiler whose layout differs from the library's must not compile this header. */
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
#endif /* LINKAUTH_TLS_LAYOUT_CHECKED */
