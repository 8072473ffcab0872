/*
 * A program of the time of linkauth 0.1.0. It is compiled with the headers in this folder and run with
 * the library of today: every struct that has a struct_size, each with the size it had then. It is not
 * changed any more once 0.1.0 is released.
 *
 * Prints what went wrong; exits with the number of it.
 */
#include <stdio.h>
#include <string.h>

#include "linkauth.h"

#define SECRET "0123456789abcdefghijklmnopqrstuv"

static int wrong;

static void expect(linkauth_status expected, linkauth_status got, const char *what)
{
    if (expected == got)
        return;
    printf("%s: %s\n", what, linkauth_status_name(got));
    wrong++;
}

static void expect_text(const char *expected, const char *got, size_t length, const char *what)
{
    if (got != NULL && strlen(expected) == length && memcmp(expected, got, length + 1) == 0)
        return;
    printf("%s: another text\n", what);
    wrong++;
}

static struct {
    uint8_t bytes[LINKAUTH_RECORD_MAX];
    size_t length;
    unsigned saves;
} memory;

static linkauth_status load(void *user, const char *name, uint8_t *buffer, size_t capacity, size_t *length)
{
    (void)user;
    (void)name;
    if (memory.length == 0 || memory.length > capacity)
        return LINKAUTH_ERROR_STORE_ABSENT;
    memcpy(buffer, memory.bytes, memory.length);
    *length = memory.length;
    return LINKAUTH_OK;
}

static linkauth_status save(void *user, const char *name, const uint8_t *record, size_t length)
{
    (void)user;
    (void)name;
    memcpy(memory.bytes, record, length);
    memory.length = length;
    memory.saves++;
    return LINKAUTH_OK;
}

/* A seal that hides nothing: what counts is how it is called. */
static linkauth_status seal(void *user, const uint8_t *context, size_t context_length, const uint8_t *secret,
                            size_t secret_length, uint8_t *sealed, size_t sealed_capacity, size_t *sealed_length)
{
    (void)user;
    (void)context;
    (void)context_length;
    if (secret_length > sealed_capacity)
        return LINKAUTH_ERROR_STORE_IO;
    memcpy(sealed, secret, secret_length);
    *sealed_length = secret_length;
    return LINKAUTH_OK;
}

static linkauth_status draw(void *user, uint8_t *bytes, size_t length)
{
    (void)user;
    while (length > 0) {
        length--;
        bytes[length] = (uint8_t)(length * 37 + 11);
    }
    return LINKAUTH_OK;
}

static unsigned entered, left;

static size_t enter(void *user)
{
    (void)user;
    entered++;
    return 7;
}

static void leave(void *user, size_t before)
{
    (void)user;
    left += before == 7;
}

static int32_t refuse(void *user, const char *host, size_t length, uint16_t port, uint32_t timeout_ms)
{
    (void)user;
    (void)timeout_ms;
    expect_text("localhost", host, length, "host of the transport");
    return port == 8443 ? LINKAUTH_ERROR_TRANSPORT_REFUSED : LINKAUTH_ERROR_TRANSPORT_MISUSE;
}

static int32_t write_none(void *user, const uint8_t *data, size_t length, size_t *sent, uint32_t timeout_ms)
{
    (void)user;
    (void)data;
    (void)length;
    (void)timeout_ms;
    *sent = 0;
    return LINKAUTH_ERROR_TRANSPORT_CLOSED;
}

static int32_t read_none(void *user, uint8_t *data, size_t capacity, size_t *received, uint32_t timeout_ms)
{
    (void)user;
    (void)data;
    (void)capacity;
    (void)timeout_ms;
    *received = 0;
    return LINKAUTH_ERROR_TRANSPORT_CLOSED;
}

static void close_none(void *user) { (void)user; }

static linkauth_status read_flash(void *user, uint32_t slot, uint32_t offset, uint8_t *bytes, size_t length)
{
    (void)user;
    (void)slot;
    (void)offset;
    memset(bytes, 0xFF, length);
    return LINKAUTH_OK;
}

static linkauth_status program_flash(void *user, uint32_t slot, uint32_t offset, const uint8_t *bytes, size_t length)
{
    (void)user;
    (void)slot;
    (void)offset;
    (void)bytes;
    (void)length;
    return LINKAUTH_OK;
}

static linkauth_status erase_flash(void *user, uint32_t slot)
{
    (void)user;
    (void)slot;
    return LINKAUTH_OK;
}

static linkauth_device device;
static linkauth_registration registration;
static linkauth_flash_store flash_store;
static char buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];

static void init(const linkauth_store *store, const linkauth_seal *with)
{
    linkauth_device_config config;
    linkauth_critical_section section;
    memset(&section, 0, sizeof section);
    section.struct_size = sizeof section;
    section.enter = enter;
    section.leave = leave;
    memset(&config, 0, sizeof config);
    config.struct_size = sizeof config;
    config.product_key = "a1B2c3D4e5F";
    config.product_key_length = LINKAUTH_NUL_TERMINATED;
    config.device_name = "dev1";
    config.device_name_length = 4;
    config.region = "cn-beijing";
    config.region_length = LINKAUTH_NUL_TERMINATED;
    config.store = store;
    config.seal = with;
    config.random = draw;
    config.critical_section = &section;
    linkauth_device_wipe(&device);
    expect(LINKAUTH_OK, linkauth_device_init(&device, sizeof device, &config), "linkauth_device_init");
}

static void signs_in(void)
{
    linkauth_extension pair = {"_ss", 3, "1", 1};
    linkauth_sign_in_options options;
    linkauth_sign_in_result result;
    linkauth_psk_result psk;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.device_secret = SECRET;
    options.device_secret_length = sizeof SECRET - 1;
    memset(&result, 0, sizeof result);
    result.struct_size = sizeof result;
    memset(&psk, 0, sizeof psk);
    psk.struct_size = sizeof psk;
    expect(LINKAUTH_OK, linkauth_sign_in(&device, &options, buffer, sizeof buffer, &result), "linkauth_sign_in");
    expect_text("a1B2c3D4e5F.iot-as-mqtt.cn-beijing.aliyuncs.com", result.host, result.host_length, "host");
    expect_text("6235FFCD529BBE78D9790DB7D15886C0A8CF79C57037BFD6DD1AC8E3DCC0E927", result.password,
                result.password_length, "password");
    expect(LINKAUTH_OK, linkauth_psk(&device, &options, buffer, sizeof buffer, &psk), "linkauth_psk");
    expect_text("5D05F5AD5D0CE0A350A96FCA7A84AD855C8A2B9BB01F50EB71BA1AE9EE1240E7", psk.key, psk.key_length, "key");
    options.secure_mode = LINKAUTH_SECURE_MODE_TCP;
    options.timestamp = LINKAUTH_TIMESTAMP_NONE;
    options.client_id = "me";
    options.client_id_length = 2;
    options.port = 1234;
    options.extensions = &pair;
    options.extension_count = 1;
    expect(LINKAUTH_OK, linkauth_sign_in(&device, &options, buffer, sizeof buffer, &result), "every option");
    expect_text("me|securemode=3,signmethod=hmacsha256,_ss=1|", result.client_id, result.client_id_length, "clientId");
    expect(1234, (linkauth_status)result.port, "port");
    linkauth_wipe(buffer, sizeof buffer);
}

static void stores(const linkauth_store *store)
{
    linkauth_store_info info;
    linkauth_seal open_seal;
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    memset(&open_seal, 0, sizeof open_seal);
    open_seal.struct_size = sizeof open_seal;
    open_seal.seal = seal;
    open_seal.unseal = seal;
    init(store, &open_seal);
    expect(LINKAUTH_OK, linkauth_store_secret(&device, SECRET, LINKAUTH_NUL_TERMINATED), "linkauth_store_secret");
    expect(LINKAUTH_OK, linkauth_store_inspect(&device, &info), "linkauth_store_inspect");
    expect(LINKAUTH_STATE_ISSUED, (linkauth_status)info.state, "state");
    expect(1, (linkauth_status)info.is_sealed, "is_sealed");
    expect(LINKAUTH_OK, linkauth_report_connack(&device, 0), "linkauth_report_connack");
    memory.length = 0;
}

static void registers(const linkauth_store *store)
{
    linkauth_registration_options options;
    linkauth_registration_step step;
    linkauth_transport transport;
    linkauth_error_detail detail;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.product_secret = "PsAbCdEfGhIjKlMnOpQrStUvWxYz0123";
    options.product_secret_length = LINKAUTH_NUL_TERMINATED;
    options.host = "localhost";
    options.host_length = 9;
    options.port = 8443;
    memset(&step, 0, sizeof step);
    step.struct_size = sizeof step;
    memset(&transport, 0, sizeof transport);
    transport.struct_size = sizeof transport;
    transport.open = refuse;
    transport.write = write_none;
    transport.read = read_none;
    transport.close = close_none;
    memset(&detail, 0, sizeof detail);
    detail.struct_size = sizeof detail;
    init(store, NULL);
    expect(LINKAUTH_ERROR_TRANSPORT_REFUSED,
           linkauth_register(&device, &registration, sizeof registration, &options, &transport), "linkauth_register");
    expect(LINKAUTH_OK, linkauth_device_error_detail(&device, &detail), "linkauth_device_error_detail");
    expect(1, detail.retry_after_ms > 0, "retry_after_ms");
    expect(LINKAUTH_OK, linkauth_registration_begin(&device, &registration, sizeof registration, &options),
           "linkauth_registration_begin");
    expect(LINKAUTH_OK, linkauth_registration_next(&registration, &step), "linkauth_registration_next");
    expect(LINKAUTH_STEP_SEND, (linkauth_status)step.kind, "the first step");
    expect_text("localhost", step.host, step.host_length, "host of the step");
    expect(LINKAUTH_ERROR_TRANSPORT_CLOSED,
           linkauth_registration_fail(&device, &registration, LINKAUTH_ERROR_TRANSPORT_CLOSED), "linkauth_registration_fail");
    linkauth_registration_wipe(&registration);
}

static void keeps_in_flash(void)
{
    linkauth_flash flash;
    linkauth_store store;
    memset(&flash, 0, sizeof flash);
    flash.struct_size = sizeof flash;
    flash.slot_size = 4096;
    flash.unit = 8;
    flash.erased = 0xFF;
    flash.read = read_flash;
    flash.program = program_flash;
    flash.erase = erase_flash;
    memset(&store, 0, sizeof store);
    store.struct_size = sizeof store;
    expect(LINKAUTH_OK, linkauth_flash_store_init(&flash_store, sizeof flash_store, &flash, &store),
           "linkauth_flash_store_init");
    expect(1, store.load != NULL && store.save != NULL && store.erase != NULL, "a store of flash");
    linkauth_flash_store_wipe(&flash_store);
}

int main(void)
{
    linkauth_store store;
    memset(&store, 0, sizeof store);
    store.struct_size = sizeof store;
    store.load = load;
    store.save = save;
    init(NULL, NULL);
    signs_in();
    stores(&store);
    registers(&store);
    keeps_in_flash();
    linkauth_device_wipe(&device);
    expect(1, entered > 0 && entered == left, "critical sections");
    expect(1, linkauth_version_number() >= LINKAUTH_VERSION_NUMBER, "an older library");
    expect(1, linkauth_device_size() <= LINKAUTH_DEVICE_SIZE, "linkauth_device_size");
    expect(1, linkauth_registration_size() <= LINKAUTH_REGISTRATION_SIZE, "linkauth_registration_size");
    return wrong;
}
