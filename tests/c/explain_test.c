/*
 * linkauth_explain: a text for every number, and in it what users of other SDKs had to find out by
 * themselves.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "check.h"

#include <ctype.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#include "statuses_table.h"

enum { CONTEXTS = LINKAUTH_CONTEXT_CONNACK_OF_REGISTRATION + 1, LONGEST = 400 };

static void check_text(uint32_t context, int32_t number)
{
    const char *text = linkauth_explain(context, number);
    size_t at;
    if (text == NULL) {
        CHECK(!"no text");
        return;
    }
    CHECK(text[0] != '\0' && strlen(text) <= LONGEST);
    for (at = 0; text[at] != '\0'; at++) {
        if (text[at] < ' ' || text[at] > '~') {
            CHECK(!"a character that does not belong in a log");
            return;
        }
    }
    /* Fixed at build time. */
    CHECK(linkauth_explain(context, number) == text);
}

static void every_number_has_a_text(void)
{
    uint32_t context;
    int32_t number;
    for (context = 0; context < CONTEXTS + 2; context++) {
        for (number = -20; number <= 7100; number++) {
            char name[48];
            snprintf(name, sizeof(name), "context %u, number %d", (unsigned)context, (int)number);
            check_case = name;
            check_text(context, number);
        }
        check_case = NULL;
        check_text(context, INT32_MIN);
        check_text(context, INT32_MAX);
    }
}

static void an_unknown_context_is_taken_for_a_status(void)
{
    static const uint32_t UNKNOWN[] = {CONTEXTS, CONTEXTS + 1, 255, 256, 65536, 0x80000000u,
                                       UINT32_MAX};
    size_t at, status;
    for (at = 0; at < COUNT(UNKNOWN); at++) {
        for (status = 0; status < COUNT(STATUSES); status++) {
            int32_t number = STATUSES[status].number;
            check_case = STATUSES[status].name;
            CHECK(strcmp(linkauth_explain(UNKNOWN[at], number),
                         linkauth_explain(LINKAUTH_CONTEXT_STATUS, number))
                  == 0);
        }
        /* The same number means something else in another context. */
        CHECK(strcmp(linkauth_explain(UNKNOWN[at], 4),
                     linkauth_explain(LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN, 4))
              != 0);
    }
}

/* The status that linkauth makes of a number is explained like the number. */
static void statuses_agree_with_numbers(void)
{
    static const struct {
        linkauth_status status;
        uint32_t context;
        int32_t number;
    } SAME[] = {
        {LINKAUTH_ERROR_CONNACK_PROTOCOL, LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN, 1},
        {LINKAUTH_ERROR_CONNACK_CLIENT_ID, LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN, 2},
        {LINKAUTH_ERROR_CONNACK_UNAVAILABLE, LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN, 3},
        {LINKAUTH_ERROR_CONNACK_CREDENTIALS, LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN, 4},
        {LINKAUTH_ERROR_CONNACK_NOT_AUTHORISED, LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN, 5},
        {LINKAUTH_ERROR_REGISTER_CONNACK_FORMAT, LINKAUTH_CONTEXT_CONNACK_OF_REGISTRATION, 2},
        {LINKAUTH_ERROR_REGISTER_CONNACK_UNAVAILABLE, LINKAUTH_CONTEXT_CONNACK_OF_REGISTRATION, 3},
        {LINKAUTH_ERROR_REGISTER_CONNACK_REFUSED, LINKAUTH_CONTEXT_CONNACK_OF_REGISTRATION, 4},
        {LINKAUTH_ERROR_REGISTER_CONNACK_REFUSED, LINKAUTH_CONTEXT_CONNACK_OF_REGISTRATION, 5},
        {LINKAUTH_ERROR_PLATFORM_PARAMETER, LINKAUTH_CONTEXT_PLATFORM_CODE, 460},
        {LINKAUTH_ERROR_PLATFORM_INTERNAL, LINKAUTH_CONTEXT_PLATFORM_CODE, 500},
        {LINKAUTH_ERROR_PLATFORM_DEVICE_NOT_FOUND, LINKAUTH_CONTEXT_PLATFORM_CODE, 6100},
        {LINKAUTH_ERROR_PLATFORM_PRODUCT_NOT_FOUND, LINKAUTH_CONTEXT_PLATFORM_CODE, 6250},
        {LINKAUTH_ERROR_PLATFORM_REGISTRATION_OFF, LINKAUTH_CONTEXT_PLATFORM_CODE, 6288},
        {LINKAUTH_ERROR_PLATFORM_ALREADY_ACTIVE, LINKAUTH_CONTEXT_PLATFORM_CODE, 6289},
        {LINKAUTH_ERROR_PLATFORM_SIGN_METHOD, LINKAUTH_CONTEXT_PLATFORM_CODE, 6292},
        {LINKAUTH_ERROR_PLATFORM_SIGNATURE, LINKAUTH_CONTEXT_PLATFORM_CODE, 6600},
    };
    size_t at;
    for (at = 0; at < COUNT(SAME); at++) {
        check_case = linkauth_status_name(SAME[at].status);
        CHECK(strcmp(linkauth_explain(LINKAUTH_CONTEXT_STATUS, SAME[at].status),
                     linkauth_explain(SAME[at].context, SAME[at].number))
              == 0);
    }
    /* Any other has at least its sentence. */
    for (at = 0; at < COUNT(STATUSES); at++) {
        check_case = STATUSES[at].name;
        CHECK(strlen(linkauth_explain(LINKAUTH_CONTEXT_STATUS, STATUSES[at].number))
              >= strlen(linkauth_status_text(STATUSES[at].number)));
        CHECK(STATUSES[at].number == LINKAUTH_OK
              || strcmp(linkauth_explain(LINKAUTH_CONTEXT_STATUS, STATUSES[at].number),
                        linkauth_status_text(-1))
                     != 0);
    }
    check_case = NULL;
}

/* Whether the word is in the text, in any case of letters. */
static int names(const char *text, const char *word)
{
    for (; *text != '\0'; text++) {
        size_t at = 0;
        while (word[at] != '\0'
               && tolower((unsigned char)text[at]) == tolower((unsigned char)word[at])) {
            at++;
        }
        if (word[at] == '\0') {
            return 1;
        }
    }
    return 0;
}

/* The users' threads of reference/protocol.md section 10, by their numbers there. */
static const struct {
    const char *thread;
    uint32_t context;
    int32_t number;
    const char *words[7];
} THREADS[] = {
    {"1: registered, the secret not saved, invalid at the next start",
     LINKAUTH_CONTEXT_PLATFORM_CODE,
     6289,
     {"registered", "DeviceSecret", "lost", "ResetThing", "deletes and adds", "register again"}},
    {"4: three or four credentials, and what the ProductSecret is for",
     LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN,
     4,
     {"DeviceSecret", "ProductSecret", "ProductKey", "DeviceName"}},
    {"4: the other way round",
     LINKAUTH_CONTEXT_PLATFORM_CODE,
     6600,
     {"ProductSecret", "is the DeviceSecret", "ProductKey"}},
    {"5: deleted and added again leaves a dead secret, before it was ever accepted",
     LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN,
     4,
     {"deleted and added again", "registered again", "void"}},
    {"5: the same of a secret that was accepted",
     LINKAUTH_CONTEXT_STATUS,
     LINKAUTH_ERROR_REFUSED_AFTER_ACTIVATION,
     {"deleted and added again", "new DeviceSecret", "operator", "erase the store"}},
    {"5: on 6289 the stored one is used",
     LINKAUTH_CONTEXT_PLATFORM_CODE,
     6289,
     {"restore it", "use it"}},
    {"9: -35, no hint which value is wrong",
     LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN,
     4,
     {"DeviceSecret", "ProductKey", "DeviceName", "region", "instance", "edition", "case counts"}},
    {"13: long texts do not fit the firmware's fields",
     LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN,
     4,
     {"cut by a buffer"}},
    {"13: the clientId is cut", LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN, 2, {"cut the clientId"}},
    {"14: keep alive 15 is refused, 60 works",
     LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN,
     3,
     {"keep alive", "30 to 1200", "15", "60"}},
    {"14: packet buffers of 128 and 256 bytes",
     LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN,
     2,
     {"buffers", "128", "256"}},
    {"15: commas in AT commands",
     LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN,
     2,
     {"AT command", "escape the commas"}},
    {"16: clientId not valid, with TLS on 1883",
     LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN,
     2,
     {"securemode", "TLS", "plain TCP", "port"}},
    {"17: 8883 has a private root that no system trusts",
     LINKAUTH_CONTEXT_STATUS,
     LINKAUTH_ERROR_TRANSPORT_CERTIFICATE,
     {"8883", "private", "root", "no system trusts", "never switch verification off"}},
    {"21: bridges and clients that change the clientId",
     LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN,
     2,
     {"bridge", "changed", "every | = and ,"}},
    {"21: the same in a registration",
     LINKAUTH_CONTEXT_CONNACK_OF_REGISTRATION,
     2,
     {"bridge", "changed", "TLS", "instanceId"}},
    {"e: a registration over MQTT says no more than 4",
     LINKAUTH_CONTEXT_CONNACK_OF_REGISTRATION,
     4,
     {"dynamic registration is off", "ProductSecret", "not added", "active already", "ResetThing",
      "five devices"}},
};

static void what_users_had_to_find_out(void)
{
    size_t at, word;
    for (at = 0; at < COUNT(THREADS); at++) {
        const char *text = linkauth_explain(THREADS[at].context, THREADS[at].number);
        for (word = 0; word < COUNT(THREADS[at].words) && THREADS[at].words[word] != NULL; word++) {
            char name[160];
            snprintf(name, sizeof(name), "%s: \"%s\"", THREADS[at].thread,
                     THREADS[at].words[word]);
            check_case = name;
            CHECK(names(text, THREADS[at].words[word]));
        }
    }
    check_case = NULL;
}

int main(void)
{
    RUN(every_number_has_a_text);
    RUN(an_unknown_context_is_taken_for_a_status);
    RUN(statuses_agree_with_numbers);
    RUN(what_users_had_to_find_out);
    return check_end();
}
