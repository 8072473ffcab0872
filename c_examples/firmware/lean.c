/*
 * The firmware of main.c in less flash and less stack: no linkauth_device. The first boot registers with
 * the product's certificate; the DeviceSecret is stored in two slots of flash, and every later boot signs
 * in from there. Firmware that has a store of its own fills in the two callbacks of a
 * linkauth_secret_store instead of linkauth_flash_secret_store_init.
 *
 * What is left out: error details and times to wait, and the rules for a secret that is refused. Firmware
 * that is later built over main.c finds the secret in the same two slots.
 */
#include <string.h>

#include "board.h"
#include "console.h"
#include "modem.h"
#include "mqtt.h"

#define HOST_AFTER_PRODUCT_KEY ".iot-as-mqtt.cn-shanghai.aliyuncs.com"
enum { MQTTS_PORT = 8883 };

static linkauth_lean lean;
static linkauth_flash_secret_store slots;
static linkauth_secret_store store;
/* The one is not needed any more when the other is. */
static union {
    linkauth_lean_memory registration;
    linkauth_connect connect;
} memory;

/* Who the device is, and where its secret is kept. */
static linkauth_status prepare(const factory_page *factory)
{
    lean.struct_size = sizeof lean;
    lean.product_key = factory->product_key;
    lean.product_key_length = LINKAUTH_NUL_TERMINATED;
    lean.device_name = factory->device_name;
    lean.device_name_length = LINKAUTH_NUL_TERMINATED;
    lean.product_secret = factory->product_secret;
    lean.product_secret_length = LINKAUTH_NUL_TERMINATED;
    lean.random = board_random;
    store.struct_size = sizeof store;
    return linkauth_flash_secret_store_init(&slots, sizeof slots, &board_flash, &lean, &store);
}

/* Asks the platform for a DeviceSecret. It is in flash, read back, when this returns LINKAUTH_OK. */
static linkauth_status register_device(const factory_page *factory)
{
    if (strcmp(factory->register_over, "mqtt") == 0) {
        say("registering over MQTT\n");
        return linkauth_lean_register_mqtt(&lean, &store, &modem, &memory.registration,
                                           sizeof memory.registration);
    }
    say("registering over HTTPS\n");
    return linkauth_lean_register(&lean, &store, &modem, &memory.registration, sizeof memory.registration);
}

/* The CONNECT for the MQTT client. */
static linkauth_status connect_with(const linkauth_connect *texts)
{
    static char host[sizeof HOST_AFTER_PRODUCT_KEY + 20];
    linkauth_sign_in_result connect = {0};
    linkauth_status status;
    uint8_t code = 0;

    strcpy(host, lean.product_key);
    strcat(host, HOST_AFTER_PRODUCT_KEY);
    connect.struct_size = sizeof connect;
    connect.host = host;
    connect.host_length = strlen(host);
    connect.port = MQTTS_PORT;
    connect.client_id = texts->client_id;
    connect.client_id_length = strlen(texts->client_id);
    connect.username = texts->username;
    connect.username_length = strlen(texts->username);
    connect.password = texts->password;
    connect.password_length = strlen(texts->password);
    status = mqtt_sign_in(&modem, &connect, &code);
    if (status != LINKAUTH_OK || code == 0)
        return status;
    return code == 4 ? LINKAUTH_ERROR_CONNACK_CREDENTIALS : LINKAUTH_ERROR_CONNACK_UNKNOWN;
}

static linkauth_status sign_in(void)
{
    linkauth_status status = linkauth_lean_sign_in(&lean, &store, &memory.connect);

    if (status == LINKAUTH_OK) {
        say("signing in as ");
        say(memory.connect.username);
        say("\n");
        status = connect_with(&memory.connect);
    }
    linkauth_wipe(&memory, sizeof memory); /* it holds the password */
    return status;
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
    status = prepare(factory);
    if (status == LINKAUTH_OK)
        status = sign_in();
    /* Of all errors of the store this one alone says that the device may register. */
    if (status == LINKAUTH_ERROR_STORE_ABSENT) {
        say("registration is due\n");
        status = register_device(factory);
        if (status == LINKAUTH_OK) {
            say("the secret is stored\n");
            status = sign_in();
        }
    }
    if (status == LINKAUTH_OK) {
        say("signed in\n");
    } else {
        say("status ");
        say_number((uint32_t)status);
        say("\n");
    }
    linkauth_flash_secret_store_wipe(&slots);
    return status == LINKAUTH_OK ? 0 : 1;
}
