/*
 * A program of a later version, run with the library of today. Its header has a member more, `future`, at
 * the end of each struct that has a struct_size. While that is 0 the library does what it always did;
 * anything else it cannot know, and must refuse. What the library fills in, it fills with 0 to the end.
 */
#include "check.h"

#define SECRET "0123456789abcdefghijklmnopqrstuv"

static linkauth_device device;
static linkauth_registration registration;
static linkauth_flash_store flash_store;
static char buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];

/* A struct, all zero but for its size; and where its new member is. */
#define ZEROED(type, name) \
    type name;             \
    memset(&name, 0, sizeof name); \
    name.struct_size = sizeof name

/* Calls with 0 in the new member, and with 1. */
#define CHECK_FUTURE(object, expected, call)                \
    do {                                                    \
        (object).future = 0;                                \
        CHECK_STATUS((expected), (call));                   \
        (object).future = 1;                                \
        CHECK_STATUS(LINKAUTH_ERROR_STRUCT_SIZE, (call));   \
        (object).future = (uint64_t)1 << 63;                \
        CHECK_STATUS(LINKAUTH_ERROR_STRUCT_SIZE, (call));   \
        (object).future = 0;                                \
    } while (0)

static linkauth_status load(void *user, const char *name, uint8_t *bytes, size_t capacity, size_t *length)
{
    (void)user;
    (void)name;
    (void)bytes;
    (void)capacity;
    (void)length;
    return LINKAUTH_ERROR_STORE_ABSENT;
}

static linkauth_status save(void *user, const char *name, const uint8_t *record, size_t length)
{
    (void)user;
    (void)name;
    (void)record;
    (void)length;
    return LINKAUTH_OK;
}

static linkauth_status seal(void *user, const uint8_t *context, size_t context_length, const uint8_t *secret,
                            size_t secret_length, uint8_t *sealed, size_t capacity, size_t *length)
{
    (void)user;
    (void)context;
    (void)context_length;
    (void)secret;
    (void)secret_length;
    (void)sealed;
    (void)capacity;
    *length = 0;
    return LINKAUTH_OK;
}

static size_t enter(void *user)
{
    (void)user;
    return 0;
}

static void leave(void *user, size_t before)
{
    (void)user;
    (void)before;
}

static int32_t open_none(void *user, const char *host, size_t length, uint16_t port, uint32_t timeout_ms)
{
    (void)user;
    (void)host;
    (void)length;
    (void)port;
    (void)timeout_ms;
    return LINKAUTH_ERROR_TRANSPORT_REFUSED;
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

static linkauth_status flash(void *user, uint32_t slot, uint32_t offset, uint8_t *bytes, size_t length)
{
    (void)user;
    (void)slot;
    (void)offset;
    (void)bytes;
    (void)length;
    return LINKAUTH_OK;
}

static linkauth_status program(void *user, uint32_t slot, uint32_t offset, const uint8_t *bytes, size_t length)
{
    (void)user;
    (void)slot;
    (void)offset;
    (void)bytes;
    (void)length;
    return LINKAUTH_OK;
}

static linkauth_status erase(void *user, uint32_t slot)
{
    (void)user;
    (void)slot;
    return LINKAUTH_OK;
}

static void what_a_device_is_made_of(void)
{
    ZEROED(linkauth_device_config, config);
    ZEROED(linkauth_store, store);
    ZEROED(linkauth_seal, sealing);
    ZEROED(linkauth_critical_section, section);
    config.product_key = "a1B2c3D4e5F";
    config.product_key_length = LINKAUTH_NUL_TERMINATED;
    config.device_name = "dev1";
    config.device_name_length = 4;
    config.store = &store;
    config.seal = &sealing;
    store.load = load;
    store.save = save;
    sealing.seal = seal;
    sealing.unseal = seal;
    config.critical_section = &section;
    section.enter = enter;
    section.leave = leave;
    CHECK_FUTURE(config, LINKAUTH_OK, linkauth_device_init(&device, sizeof device, &config));
    CHECK_FUTURE(store, LINKAUTH_OK, linkauth_device_init(&device, sizeof device, &config));
    CHECK_FUTURE(sealing, LINKAUTH_OK, linkauth_device_init(&device, sizeof device, &config));
    CHECK_FUTURE(section, LINKAUTH_OK, linkauth_device_init(&device, sizeof device, &config));
    config.critical_section = NULL;
    config.seal = NULL;
    CHECK_STATUS(LINKAUTH_OK, linkauth_device_init(&device, sizeof device, &config));
}

static void what_a_caller_chooses(void)
{
    ZEROED(linkauth_sign_in_options, options);
    ZEROED(linkauth_sign_in_result, result);
    ZEROED(linkauth_psk_result, psk);
    ZEROED(linkauth_registration_options, choices);
    ZEROED(linkauth_transport, transport);
    options.device_secret = SECRET;
    options.device_secret_length = LINKAUTH_NUL_TERMINATED;
    choices.product_secret = SECRET;
    choices.product_secret_length = LINKAUTH_NUL_TERMINATED;
    transport.open = open_none;
    transport.write = write_none;
    transport.read = read_none;
    transport.close = close_none;
    CHECK_FUTURE(options, LINKAUTH_OK, linkauth_sign_in(&device, &options, buffer, sizeof buffer, &result));
    CHECK_FUTURE(options, LINKAUTH_OK, linkauth_psk(&device, &options, buffer, sizeof buffer, &psk));
    CHECK_FUTURE(choices, LINKAUTH_OK,
                 linkauth_registration_begin(&device, &registration, sizeof registration, &choices));
    linkauth_registration_wipe(&registration);
    CHECK_FUTURE(transport, LINKAUTH_ERROR_TRANSPORT_REFUSED,
                 linkauth_register(&device, &registration, sizeof registration, &choices, &transport));
}

static void slots_of_flash(void)
{
    ZEROED(linkauth_flash, slots);
    ZEROED(linkauth_store, store);
    slots.slot_size = 4096;
    slots.unit = 8;
    slots.erased = 0xFF;
    slots.read = flash;
    slots.program = program;
    slots.erase = erase;
    CHECK_FUTURE(slots, LINKAUTH_OK, linkauth_flash_store_init(&flash_store, sizeof flash_store, &slots, &store));
    store.future = 1;
    CHECK_STATUS(LINKAUTH_OK, linkauth_flash_store_init(&flash_store, sizeof flash_store, &slots, &store));
    CHECK_NUMBER(0, store.future);
    linkauth_flash_store_wipe(&flash_store);
}

/* Whatever was in it: a newer program must not take it for an answer. */
static void what_is_filled_in(void)
{
    ZEROED(linkauth_sign_in_options, options);
    ZEROED(linkauth_sign_in_result, result);
    ZEROED(linkauth_psk_result, psk);
    ZEROED(linkauth_registration_options, choices);
    ZEROED(linkauth_registration_step, step);
    ZEROED(linkauth_error_detail, detail);
    ZEROED(linkauth_store_info, info);
    options.device_secret = SECRET;
    options.device_secret_length = LINKAUTH_NUL_TERMINATED;
    choices.product_secret = SECRET;
    choices.product_secret_length = LINKAUTH_NUL_TERMINATED;
    result.future = psk.future = step.future = detail.future = info.future = 1;
    CHECK_STATUS(LINKAUTH_OK, linkauth_sign_in(&device, &options, buffer, sizeof buffer, &result));
    CHECK_STATUS(LINKAUTH_OK, linkauth_psk(&device, &options, buffer, sizeof buffer, &psk));
    CHECK_STATUS(LINKAUTH_OK, linkauth_registration_begin(&device, &registration, sizeof registration, &choices));
    CHECK_STATUS(LINKAUTH_OK, linkauth_registration_next(&registration, &step));
    CHECK_STATUS(LINKAUTH_OK, linkauth_device_error_detail(&device, &detail));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, linkauth_store_inspect(&device, &info));
    CHECK_NUMBER(0, result.future | psk.future | step.future | detail.future | info.future);
    CHECK_NUMBER(sizeof result, result.struct_size);
    linkauth_registration_wipe(&registration);
}

int main(void)
{
    RUN(what_a_device_is_made_of);
    RUN(what_a_caller_chooses);
    RUN(slots_of_flash);
    RUN(what_is_filled_in);
    linkauth_device_wipe(&device);
    return check_end();
}
