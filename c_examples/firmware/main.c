/*
 * Firmware that signs in to the platform, both ways in: with a certificate of its own (the factory
 * wrote a DeviceSecret), or with its product's (a ProductSecret; the first boot registers). What it
 * gets is stored in two slots of flash, and every later boot signs in from there.
 *
 * All memory is static, nothing is on a heap. The drivers are in boards/, the pipe to the platform in
 * modem.c, an MQTT client for one packet in mqtt.c. Ends with 0 once the platform has accepted the
 * sign-in, 1 with a status, 2 without a factory page, 3 after a fault.
 */
#include <string.h>

#include "board.h"
#include "console.h"
#include "modem.h"
#include "mqtt.h"

static linkauth_device device;
static linkauth_flash_store flash_store;
static linkauth_registration registration;
static char buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];

/* Who the device is, where its secret is kept, and where random bytes come from. */
static linkauth_status make_device(const factory_page *factory)
{
    linkauth_device_config config = {0};
    linkauth_store store = {0};
    linkauth_status status;

    store.struct_size = sizeof store;
    status = linkauth_flash_store_init(&flash_store, sizeof flash_store, &board_flash, &store);
    if (status != LINKAUTH_OK)
        return status;
    config.struct_size = sizeof config;
    config.product_key = factory->product_key;
    config.product_key_length = LINKAUTH_NUL_TERMINATED;
    config.device_name = factory->device_name;
    config.device_name_length = LINKAUTH_NUL_TERMINATED;
    config.store = &store;
    config.random = board_random;
    return linkauth_device_init(&device, sizeof device, &config);
}

/* Asks the platform for a DeviceSecret. It is in flash, read back, when this returns LINKAUTH_OK. */
static linkauth_status register_device(const factory_page *factory)
{
    linkauth_registration_options options = {0};
    int over_mqtt = strcmp(factory->register_over, "mqtt") == 0;

    say(over_mqtt ? "registering over MQTT\n" : "registering over HTTPS\n");
    options.struct_size = sizeof options;
    options.form = over_mqtt ? LINKAUTH_REGISTER_MQTT : LINKAUTH_REGISTER_HTTPS;
    options.product_secret = factory->product_secret;
    options.product_secret_length = LINKAUTH_NUL_TERMINATED;
    return linkauth_register(&device, &registration, sizeof registration, &options, &modem);
}

/* The first boot. A DeviceSecret of the factory's may be erased from its page afterwards. */
static linkauth_status take_secret(const factory_page *factory)
{
    linkauth_status status;

    if (factory->device_secret[0] != '\0')
        status = linkauth_store_secret(&device, factory->device_secret, LINKAUTH_NUL_TERMINATED);
    else
        status = register_device(factory);
    if (status == LINKAUTH_OK)
        say("the secret is stored\n");
    return status;
}

/* Connects with what is stored, and tells linkauth how the platform answered. */
static linkauth_status sign_in(void)
{
    linkauth_sign_in_result connect = {0};
    linkauth_status status;
    uint8_t code = 0;

    connect.struct_size = sizeof connect;
    status = linkauth_sign_in(&device, NULL, buffer, sizeof buffer, &connect);
    if (status == LINKAUTH_OK) {
        say("signing in as ");
        say(connect.username);
        say("\n");
        status = mqtt_sign_in(&modem, &connect, &code);
    }
    linkauth_wipe(buffer, sizeof buffer); /* it holds the password */
    return status == LINKAUTH_OK ? linkauth_report_connack(&device, code) : status;
}

/*
 * Whether the device may register. Of all errors of the store this one alone says so: a damaged record,
 * or flash that cannot be read, is no reason. And a secret that was never accepted may be void, since
 * somebody registered under this name after it was issued; linkauth counts how often that happens.
 */
static int may_take_secret(linkauth_status status)
{
    return status == LINKAUTH_ERROR_STORE_ABSENT || status == LINKAUTH_ERROR_REFUSED_BEFORE_ACTIVATION;
}

/* A product waits as long as retry_after_ms says, and then tries again; if it is 0, it needs help. */
static void complain(linkauth_status status)
{
    linkauth_error_detail detail = {0};

    say(linkauth_status_name(status));
    say(": ");
    say(linkauth_status_text(status));
    say("\n");
    detail.struct_size = sizeof detail;
    if (linkauth_device_error_detail(&device, &detail) == LINKAUTH_OK && detail.retry_after_ms != 0) {
        say("to be tried again in ");
        say_number(detail.retry_after_ms);
        say(" ms\n");
    }
}

int main(void)
{
    const factory_page *factory = board_factory_page();
    linkauth_status status;

    board_start();
    say("linkauth ");
    say(linkauth_version_string());
    say("\n");
    if (factory == NULL) {
        say("the factory page is missing\n");
        return 2;
    }
    status = make_device(factory);
    if (status == LINKAUTH_OK)
        status = sign_in();
    if (may_take_secret(status)) {
        say(linkauth_status_name(status));
        say("\n");
        status = take_secret(factory);
        if (status == LINKAUTH_OK)
            status = sign_in();
    }
    if (status == LINKAUTH_OK)
        say("signed in\n");
    else
        complain(status);
    linkauth_device_wipe(&device);
    return status == LINKAUTH_OK ? 0 : 1;
}
