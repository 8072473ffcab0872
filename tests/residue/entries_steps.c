/*
 * Registering step by step. While an attempt runs, its registration may hold the reply: it then lies
 * in the caller's memory, which is not searched. When it has ended it lies in memory that is.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "entries.h"
#include "replies.h"

static linkauth_registration_step step;

static struct invocation begin(linkauth_registration *where)
{
    struct invocation call = {FUNCTION(registration_begin),
                              {(uintptr_t)&device, (uintptr_t)where, sizeof(*where),
                               (uintptr_t)&registration_options}};
    return call;
}

static struct invocation with_both(any_function function, linkauth_registration *where)
{
    struct invocation call = {function, {(uintptr_t)&device, (uintptr_t)where}};
    return call;
}

static struct invocation feed(linkauth_registration *where)
{
    struct invocation call = with_both(FUNCTION(registration_feed), where);
    call.arguments[2] = (uintptr_t)caller->reply;
    call.arguments[3] = caller->reply_length;
    return call;
}

static linkauth_registration *held(void)
{
    return (linkauth_registration *)caller->registration;
}

/** Begins an attempt and sends its request. */
static void begin_and_send(linkauth_registration *where)
{
    struct invocation call;
    library.linkauth_registration_wipe(where);
    call = begin(where);
    (void)!invoke(&call);
    step.struct_size = sizeof(step);
    (void)!library.linkauth_registration_next(where, &step);
    (void)!library.linkauth_registration_sent(where, step.data_length);
}

enum { UP_TO_SECRET = sizeof(BEFORE_SECRET) - 1 + SECRET_LENGTH };

static void reply(void)
{
    reply_with("HTTP/1.1 200 OK\r\nContent-Length: ",
               in_digits(UP_TO_SECRET + sizeof(AFTER_SECRET) - 1, 10), "\r\n\r\n", BEFORE_SECRET,
               caller->secrets.device_secret, AFTER_SECRET, NULL);
}

static void feed_reply(linkauth_registration *where)
{
    struct invocation call;
    begin_and_send(where);
    reply();
    call = feed(where);
    (void)!invoke(&call);
}

static struct invocation begin_https(void)
{
    return begin(held());
}

static struct invocation begin_mqtt(void)
{
    registration_options.form = LINKAUTH_REGISTER_MQTT;
    return begin(held());
}

static struct invocation begin_sha1(void)
{
    registration_options.sign_method = LINKAUTH_SIGN_HMAC_SHA1;
    return begin(held());
}

static struct invocation next(void)
{
    struct invocation call = {FUNCTION(registration_next),
                              {(uintptr_t)held(), (uintptr_t)&step}};
    begin_and_send(held());
    return call;
}

static struct invocation feed_all(void)
{
    begin_and_send(held());
    reply();
    return feed(held());
}

/** The piece ends within the secret. */
static struct invocation feed_half(void)
{
    struct invocation call = feed_all();
    call.arguments[3] = caller->reply_length - sizeof(AFTER_SECRET) - SECRET_LENGTH / 2;
    return call;
}

/** A chunk with the secret, and then what is no chunk. */
static struct invocation feed_what_ends_it(void)
{
    begin_and_send(&registration);
    reply_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
               in_digits(UP_TO_SECRET, 16), "\r\n", BEFORE_SECRET, caller->secrets.device_secret,
               "\r\nno chunk\r\n", NULL);
    return feed(&registration);
}

static struct invocation finish(void)
{
    feed_reply(&registration);
    return with_both(FUNCTION(registration_finish), &registration);
}

static struct invocation finish_superseded(void)
{
    struct invocation call;
    feed_reply(&registration);
    library.linkauth_registration_wipe(held());
    call = begin(held());
    (void)!invoke(&call);
    return with_both(FUNCTION(registration_finish), &registration);
}

static struct invocation fail(void)
{
    struct invocation call = with_both(FUNCTION(registration_fail), &registration);
    feed_reply(&registration);
    call.arguments[2] = LINKAUTH_ERROR_TRANSPORT_TIMED_OUT;
    return call;
}

static struct invocation wipe(void)
{
    struct invocation call = {FUNCTION(registration_wipe), {(uintptr_t)&registration}};
    feed_reply(&registration);
    return call;
}

static struct invocation connect(linkauth_registration *where)
{
    struct invocation call = begin_mqtt();
    call.arguments[1] = (uintptr_t)where;
    library.linkauth_registration_wipe(where);
    (void)!invoke(&call);
    call = with_both(FUNCTION(registration_connect), where);
    call.arguments[2] = (uintptr_t)caller->buffer;
    call.arguments[3] = sizeof(caller->buffer);
    call.arguments[4] = (uintptr_t)&result;
    return call;
}

static struct invocation connect_mqtt(void)
{
    return connect(held());
}

static struct invocation connack(void)
{
    struct invocation call = connect(held());
    (void)!invoke(&call);
    call = with_both(FUNCTION(registration_connack), held());
    call.arguments[2] = 0;
    return call;
}

static struct invocation message_to(linkauth_registration *where)
{
    static const char TOPIC[] = "/ext/register";
    struct invocation call = connect(where);
    (void)!invoke(&call);
    (void)!library.linkauth_registration_connack(&device, where, 0);
    reply_with(BEFORE_PUSHED_SECRET, caller->secrets.device_secret, AFTER_PUSHED, NULL);
    call = with_both(FUNCTION(registration_message), where);
    call.arguments[2] = (uintptr_t)TOPIC;
    call.arguments[3] = sizeof(TOPIC) - 1;
    call.arguments[4] = (uintptr_t)caller->reply;
    call.arguments[5] = caller->reply_length;
    return call;
}

static struct invocation message(void)
{
    return message_to(held());
}

static struct invocation finish_message(void)
{
    struct invocation call = message_to(&registration);
    (void)!invoke(&call);
    return with_both(FUNCTION(registration_finish), &registration);
}

const struct entry STEP_ENTRIES[] = {
    {"begin:https", STORE_CALLBACK, LINKAUTH_OK, begin_https},
    {"begin:mqtt", STORE_CALLBACK, LINKAUTH_OK, begin_mqtt},
    {"begin:sha1", STORE_CALLBACK, LINKAUTH_OK, begin_sha1},
    {"next", STORE_CALLBACK, LINKAUTH_OK, next},
    {"feed:whole", STORE_CALLBACK, LINKAUTH_OK, feed_all},
    {"feed:half", STORE_CALLBACK, LINKAUTH_OK, feed_half},
    {"feed:framing", STORE_CALLBACK, LINKAUTH_ERROR_REPLY_FRAMING, feed_what_ends_it},
    {"finish:file", STORE_FILE, LINKAUTH_OK, finish},
    {"finish:flash", STORE_FLASH, LINKAUTH_OK, finish},
    {"finish:sealed", STORE_SEALED, LINKAUTH_OK, finish},
    {"finish:superseded", STORE_CALLBACK, LINKAUTH_ERROR_SUPERSEDED, finish_superseded},
    {"finish:message", STORE_FILE, LINKAUTH_OK, finish_message},
    {"fail", STORE_CALLBACK, LINKAUTH_ERROR_TRANSPORT_TIMED_OUT, fail},
    {"registration_wipe", STORE_CALLBACK, RETURNS_NOTHING, wipe},
    {"connect", STORE_CALLBACK, LINKAUTH_OK, connect_mqtt},
    {"connack", STORE_CALLBACK, LINKAUTH_OK, connack},
    {"message", STORE_CALLBACK, LINKAUTH_OK, message},
    {0},
};
