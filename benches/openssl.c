/*
 * OpenSSL 3: HMAC() for each sign-in, and an EVP_MAC that is kept and given a new key each time.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "text.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>

static int one_shot(void *state, const struct identity *who, char *out, struct answer *answer)
{
    char canonical[CANONICAL];
    unsigned char digest[DIGEST];
    size_t length = text_canonical(who, canonical);
    (void)state;
    if (HMAC(EVP_sha256(), who->device_secret, (int)who->device_secret_length, (unsigned char *)canonical, length,
             digest, NULL) == NULL)
        return 0;
    return text_finish(who, digest, out, answer);
}

static int kept(void *state, const struct identity *who, char *out, struct answer *answer)
{
    EVP_MAC_CTX *context = state;
    char canonical[CANONICAL];
    unsigned char digest[DIGEST];
    size_t length = text_canonical(who, canonical), written;
    if (!EVP_MAC_init(context, (const unsigned char *)who->device_secret, who->device_secret_length, NULL) ||
        !EVP_MAC_update(context, (unsigned char *)canonical, length) ||
        !EVP_MAC_final(context, digest, &written, sizeof(digest)))
        return 0;
    return text_finish(who, digest, out, answer);
}

static EVP_MAC_CTX *new_context(void)
{
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
    char sha256[] = "SHA256";
    OSSL_PARAM parameters[2] = {OSSL_PARAM_construct_utf8_string("digest", sha256, 0), OSSL_PARAM_construct_end()};
    EVP_MAC_free(mac);
    if (context == NULL || !EVP_MAC_CTX_set_params(context, parameters))
        return NULL;
    return context;
}

size_t contenders(struct contender *to, size_t room)
{
    EVP_MAC_CTX *context = new_context();
    if (room < 2 || context == NULL)
        return 0;
    to[0] = (struct contender){"openssl_one_shot", "OpenSSL " OPENSSL_VERSION_STR " HMAC()", one_shot, NULL};
    to[1] = (struct contender){"openssl_kept", "OpenSSL " OPENSSL_VERSION_STR " EVP_MAC kept, new key", kept, context};
    return 2;
}
