/*
 * Each call of linkauth, in success and in failure, measured by paint.c. The last line is DONE.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "board.h"
#include "console.h"
#include "paint.h"
#include "platform.h"

#define Z LINKAUTH_NUL_TERMINATED

#define BODY "{\"code\":200,\"data\":{\"productKey\":\"" PRODUCT_KEY "\",\"deviceName\":\"" DEVICE_NAME       \
             "\",\"deviceSecret\":\"" SECRET "\"},\"message\":\"success\",\"more\":[{\"a\":[1]}]}"
static const char ISSUED[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" BODY;
static const char CHUNKED[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n{\"code\":20\r\n0\r\n\r\n";
static const char REFUSED[] = "HTTP/1.1 200 OK\r\nContent-Length: 28\r\n\r\n{\"code\":6289,\"message\":\"no\"}";
static const char CUT_SHORT[] = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"code\":";

static linkauth_device device;
static linkauth_flash_store flash_store;
static linkauth_store store;
static linkauth_registration registration;
static char buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];
static linkauth_sign_in_options lent;
static linkauth_registration_options https;

static void start_device(void)
{
    linkauth_device_config config = {
        .struct_size = sizeof config,
        .product_key = PRODUCT_KEY, .product_key_length = Z,
        .device_name = DEVICE_NAME, .device_name_length = Z,
        .store = &store,
        .random = counting_random,
        .critical_section = &paint_section,
    };

    MEASURE("device_init", linkauth_device_init(&device, sizeof device, &config));
}

static void erase(void)
{
    MEASURE("store_erase", linkauth_store_erase(&device));
}

static void sign_in_with_secret(void)
{
    static linkauth_connect connect;

    MEASURE("sign_in_with_secret",
            linkauth_sign_in_with_secret(PRODUCT_KEY, Z, DEVICE_NAME, Z, SECRET, Z, &connect));
    MEASURE("sign_in_with_secret",
            linkauth_sign_in_with_secret(PRODUCT_KEY, Z, DEVICE_NAME, Z, "no secret", Z, &connect));
    MEASURE("sign_in_with_secret",
            linkauth_sign_in_with_secret(PRODUCT_KEY, Z, "no&name", Z, SECRET, Z, &connect));
}

static void sign_in_batch(void)
{
    static linkauth_device_certificate devices[2];
    static linkauth_connect connects[2];
    static linkauth_status statuses[2];
    size_t at;

    for (at = 0; at < 2; at++) {
        devices[at].product_key = PRODUCT_KEY;
        devices[at].product_key_length = Z;
        devices[at].device_name = DEVICE_NAME;
        devices[at].device_name_length = Z;
        devices[at].device_secret = SECRET;
        devices[at].device_secret_length = Z;
    }
    MEASURE("sign_in_batch", linkauth_sign_in_batch(devices, 2, connects, statuses));
    devices[1].device_secret = "no secret";
    MEASURE("sign_in_batch", linkauth_sign_in_batch(devices, 2, connects, statuses));
}

static void sign_in(const char *name, const linkauth_sign_in_options *options, size_t capacity)
{
    linkauth_sign_in_result result = {.struct_size = sizeof result};

    MEASURE(name, linkauth_sign_in(&device, options, buffer, capacity, &result));
}

static void sign_in_lent(void)
{
    static const linkauth_extension extension = {"ext", 3, "1", 1};

    lent.struct_size = sizeof lent;
    lent.device_secret = SECRET;
    lent.device_secret_length = Z;
    sign_in("sign_in_lent", &lent, sizeof buffer);
    sign_in("sign_in_lent", &lent, 10);
    lent.timestamp = 1700000000000u;
    lent.extensions = &extension;
    lent.extension_count = 1;
    sign_in("sign_in_lent", &lent, sizeof buffer);
    lent.device_secret = "no secret";
    sign_in("sign_in_lent", &lent, sizeof buffer);
}

static void psk(void)
{
    linkauth_psk_result result = {.struct_size = sizeof result};

    lent.device_secret = SECRET;
    lent.extensions = NULL;
    lent.extension_count = 0;
    MEASURE("psk", linkauth_psk(&device, &lent, buffer, sizeof buffer, &result));
}

static void stored_secret(void)
{
    linkauth_store_info info = {.struct_size = sizeof info};

    sign_in("sign_in_stored", NULL, sizeof buffer);
    MEASURE("store_secret", linkauth_store_secret(&device, SECRET, Z));
    MEASURE("store_secret", linkauth_store_secret(&device, SECRET, Z));
    MEASURE("store_secret", linkauth_store_secret(&device, OTHER_SECRET, Z));
    saving_fails(1);
    MEASURE("store_secret", linkauth_store_secret(&device, SECRET, Z));
    saving_fails(0);
    sign_in("sign_in_stored", NULL, sizeof buffer);
    sign_in("sign_in_stored", NULL, 10);
    MEASURE("report_connack", linkauth_report_connack(&device, 4));
    MEASURE("report_connack", linkauth_report_connack(&device, 0));
    MEASURE("report_connack", linkauth_report_connack(&device, 4));
    MEASURE("store_inspect", linkauth_store_inspect(&device, &info));
    erase();
}

static void do_register(const char *name, const linkauth_registration_options *options, const char *reply, size_t length)
{
    platform_answers(reply, length);
    MEASURE(name, linkauth_register(&device, &registration, sizeof registration, options, &platform_transport));
}

static void register_https(void)
{
    https.struct_size = sizeof https;
    do_register("register_https", &https, NULL, 0);
    https.product_secret = SECRET;
    https.product_secret_length = Z;
    do_register("register_https", &https, REFUSED, sizeof REFUSED - 1);
    do_register("register_https", &https, CUT_SHORT, sizeof CUT_SHORT - 1);
    do_register("register_https", &https, CHUNKED, sizeof CHUNKED - 1);
    saving_fails(1);
    do_register("register_https", &https, ISSUED, sizeof ISSUED - 1);
    saving_fails(0);
    do_register("register_https", &https, ISSUED, sizeof ISSUED - 1);
    do_register("register_https", &https, ISSUED, sizeof ISSUED - 1);
    erase();
}

static void register_in_steps(void)
{
    linkauth_registration_step step = {.struct_size = sizeof step};
    linkauth_status begun;

    MEASURE("registration_begin",
            begun = linkauth_registration_begin(&device, &registration, sizeof registration, &https));
    MEASURE("registration_next", linkauth_registration_next(&registration, &step));
    MEASURE("registration_sent", linkauth_registration_sent(&registration, step.data_length));
    MEASURE("registration_feed",
            linkauth_registration_feed(&device, &registration, (const uint8_t *)ISSUED, sizeof ISSUED - 1));
    MEASURE("registration_feed", linkauth_registration_feed(&device, &registration, NULL, 0));
    MEASURE("registration_finish", linkauth_registration_finish(&device, &registration));
    MEASURE("registration_wipe", (linkauth_registration_wipe(&registration), begun));
    erase();
}

#ifdef WITH_REGISTER_MQTT
#define TEXT(text) "\"" text "\""
/* CONNACK, then PUBLISH to /ext/register or /ext/regnwl. */
#define PUSH "{" TEXT("deviceSecret") ":" TEXT(SECRET) "," TEXT("productKey") ":" TEXT(PRODUCT_KEY) "," \
             TEXT("deviceName") ":" TEXT(DEVICE_NAME) "}"
#define TOKEN "{" TEXT("clientId") ":" TEXT("GmxqSfBe1hcyf1PB1uIX") "," TEXT("productKey") ":" TEXT(PRODUCT_KEY) "," \
              TEXT("deviceName") ":" TEXT(DEVICE_NAME) "," TEXT("deviceToken") ":" TEXT("^1^1612345678901^0123456789abcdef") "}"

static char packet[256];

/* A remaining length of two bytes. */
static size_t push(const char *topic, size_t topic_length, const char *payload, size_t payload_length)
{
    static const char connack[] = {0x20, 2, 0, 0, 0x30};
    size_t at, left = 2 + topic_length + payload_length;
    char *to = packet;

    for (at = 0; at < sizeof connack; at++)
        *to++ = connack[at];
    *to++ = (char)(0x80 | (left & 0x7f));
    *to++ = (char)(left >> 7);
    *to++ = 0;
    *to++ = (char)topic_length;
    for (at = 0; at < topic_length; at++)
        *to++ = topic[at];
    for (at = 0; at < payload_length; at++)
        *to++ = payload[at];
    return (size_t)(to - packet);
}

static void register_mqtt(void)
{
    static const char refused[] = {0x20, 2, 0, 4};
    linkauth_registration_options mqtt = https;
    linkauth_sign_in_result result = {.struct_size = sizeof result};

    mqtt.form = LINKAUTH_REGISTER_MQTT;
    do_register("register_mqtt", &mqtt, refused, sizeof refused);
    do_register("register_mqtt", &mqtt, packet, push("/ext/register", 13, PUSH, sizeof PUSH - 1));
    erase();
    mqtt.form = LINKAUTH_REGISTER_MQTT_NO_PRE_REGISTRATION;
    do_register("register_mqtt", &mqtt, packet, push("/ext/regnwl", 11, TOKEN, sizeof TOKEN - 1));
    sign_in("sign_in_stored", NULL, sizeof buffer);
    erase();
    mqtt.form = LINKAUTH_REGISTER_MQTT;
    MEASURE("registration_begin", linkauth_registration_begin(&device, &registration, sizeof registration, &mqtt));
    MEASURE("registration_connect",
            linkauth_registration_connect(&device, &registration, buffer, sizeof buffer, &result));
    MEASURE("registration_connack", linkauth_registration_connack(&device, &registration, 0));
    MEASURE("registration_message",
            linkauth_registration_message(&device, &registration, "/ext/register", Z, (const uint8_t *)PUSH,
                                          sizeof PUSH - 1));
    MEASURE("registration_finish", linkauth_registration_finish(&device, &registration));
    erase();
}
#endif

static linkauth_secret_store secret_store;
static linkauth_flash_secret_store flash_secret_store;
static linkauth_lean_memory lean_memory;
static linkauth_lean lean = {
    .struct_size = sizeof lean,
    .product_key = PRODUCT_KEY, .product_key_length = Z,
    .device_name = DEVICE_NAME, .device_name_length = Z,
    .random = counting_random,
    .critical_section = &paint_section,
};

static void lean_sign_in(void)
{
    static linkauth_connect connect;

    MEASURE("lean_sign_in", linkauth_lean_sign_in(&lean, &secret_store, &connect));
}

static void do_lean_register(const char *reply, size_t length)
{
    platform_answers(reply, length);
    MEASURE("lean_register", linkauth_lean_register(&lean, &secret_store, &platform_transport, &lean_memory,
                                                    sizeof lean_memory));
}

#ifdef WITH_REGISTER_MQTT
static void lean_register_mqtt(const char *reply, size_t length)
{
    platform_answers(reply, length);
    MEASURE("lean_register_mqtt", linkauth_lean_register_mqtt(&lean, &secret_store, &platform_transport, &lean_memory,
                                                              sizeof lean_memory));
}
#endif

static void measure_lean(const char *name, void forget(void))
{
    paint_store = name;
    lean_sign_in();
    lean.product_secret = NULL;
    do_lean_register(NULL, 0);
    lean.product_secret = SECRET;
    lean.product_secret_length = Z;
    do_lean_register(REFUSED, sizeof REFUSED - 1);
    do_lean_register(CUT_SHORT, sizeof CUT_SHORT - 1);
    do_lean_register(CHUNKED, sizeof CHUNKED - 1);
    saving_fails(1);
    do_lean_register(ISSUED, sizeof ISSUED - 1);
    saving_fails(0);
    do_lean_register(ISSUED, sizeof ISSUED - 1);
    do_lean_register(ISSUED, sizeof ISSUED - 1);
    lean_sign_in();
    forget();
#ifdef WITH_REGISTER_MQTT
    lean_register_mqtt("\x20\2\0\4", 4);
    lean_register_mqtt(packet, push("/ext/register", 13, PUSH, sizeof PUSH - 1));
    lean_sign_in();
    forget();
#endif
}

static void measure_with(const char *name)
{
    paint_store = name;
    start_device();
    sign_in_lent();
    psk();
    stored_secret();
    register_https();
    register_in_steps();
#ifdef WITH_REGISTER_MQTT
    register_mqtt();
#endif
    MEASURE("device_wipe", (linkauth_device_wipe(&device), LINKAUTH_OK));
}

int main(void)
{
    board_start();
#ifdef __arm__
    /* The clock's interrupt would be measured too. */
    __asm__ volatile("cpsid i");
#endif
    paint_store = "none";
    sign_in_with_secret();
    sign_in_batch();
    store = record_store;
    measure_with("callbacks");
    ram_flash_erase();
    store.struct_size = sizeof store;
    MEASURE("flash_store_init", linkauth_flash_store_init(&flash_store, sizeof flash_store, &ram_flash, &store));
    measure_with("flash");
    secret_store = kept_secret;
    measure_lean("callbacks", forget_secret);
    secret_store.struct_size = sizeof secret_store;
    paint_store = "flash";
    MEASURE("flash_secret_store_init",
            linkauth_flash_secret_store_init(&flash_secret_store, sizeof flash_secret_store, &ram_flash, &lean, &secret_store));
    measure_lean("flash", ram_flash_erase);
    say("DONE\n");
    return 0;
}
