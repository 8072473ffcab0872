/*
 * mbedTLS: mbedtls_md_hmac for each sign-in.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "text.h"

#include <mbedtls/md.h>
#include <mbedtls/version.h>

static int one_shot(void *state, const struct identity *who, char *out, struct answer *answer)
{
    char canonical[CANONICAL];
    unsigned char digest[DIGEST];
    size_t length = text_canonical(who, canonical);
    (void)state;
    if (mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), (const unsigned char *)who->device_secret,
                        who->device_secret_length, (unsigned char *)canonical, length, digest)
        != 0)
        return 0;
    return text_finish(who, digest, out, answer);
}

size_t contenders(struct contender *to, size_t room)
{
    if (room < 1)
        return 0;
    to[0] = (struct contender){"mbedtls", "mbedTLS " MBEDTLS_VERSION_STRING " md_hmac", one_shot, NULL};
    return 1;
}
