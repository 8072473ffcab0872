/*
 * What a user writes round a foreign HMAC: the canonical string before it, clientId, username and hex
 * after it. By memcpy, since sprintf would cost more than the HMAC.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef TEXT_H
#define TEXT_H

#include "contender.h"

#include <string.h>

#define TIMESTAMP "2524608000000"

enum { DIGEST = 32 };

struct texts {
    char client_id[160];
    char username[64];
    char password[2 * DIGEST + 1];
};

static inline char *text_put(char *to, const char *text, size_t length)
{
    memcpy(to, text, length);
    return to + length;
}

#define TEXT_PUT(to, literal) text_put(to, literal, sizeof(literal) - 1)

static inline char *text_both(char *to, const char *left, size_t left_length, char between, const char *right,
                              size_t right_length)
{
    to = text_put(to, left, left_length);
    *to++ = between;
    return text_put(to, right, right_length);
}

/* Writes what is signed, and returns its length. */
static inline size_t text_canonical(const struct identity *who, char *to)
{
    char *begin = to;
    to = TEXT_PUT(to, "clientId");
    to = text_both(to, who->product_key, who->product_key_length, '.', who->device_name, who->device_name_length);
    to = TEXT_PUT(to, "deviceName");
    to = text_put(to, who->device_name, who->device_name_length);
    to = TEXT_PUT(to, "productKey");
    to = text_put(to, who->product_key, who->product_key_length);
    to = TEXT_PUT(to, "timestamp" TIMESTAMP);
    return (size_t)(to - begin);
}

static inline int text_finish(const struct identity *who, const unsigned char digest[DIGEST], char *out,
                              struct answer *answer)
{
    struct texts *texts = (struct texts *)(void *)out;
    char *to = text_both(texts->client_id, who->product_key, who->product_key_length, '.', who->device_name,
                         who->device_name_length);
    unsigned at;
    to = TEXT_PUT(to, "|timestamp=" TIMESTAMP ",securemode=2,signmethod=hmacsha256|");
    *to = '\0';
    to = text_both(texts->username, who->device_name, who->device_name_length, '&', who->product_key,
                   who->product_key_length);
    *to = '\0';
    for (at = 0; at < DIGEST; at++) {
        texts->password[2 * at] = "0123456789ABCDEF"[digest[at] >> 4];
        texts->password[2 * at + 1] = "0123456789ABCDEF"[digest[at] & 15];
    }
    texts->password[2 * DIGEST] = '\0';
    answer->client_id = texts->client_id;
    answer->username = texts->username;
    answer->password = texts->password;
    return 1;
}

/* Room for any canonical string. */
enum { CANONICAL = 192 };

#endif
