// What linkauth.hpp promises about its objects: they cannot be copied or moved, a Status cannot be
// taken for a truth value, and memory that held a secret is zero once its object is gone.
#include <cstdio>
#include <cstring>
#include <new>
#include <type_traits>

#include "linkauth.hpp"

namespace {

template <typename Type>
constexpr bool stays_where_it_is()
{
    return !std::is_copy_constructible<Type>::value && !std::is_copy_assignable<Type>::value &&
           !std::is_move_constructible<Type>::value && !std::is_move_assignable<Type>::value;
}
static_assert(stays_where_it_is<linkauth::Device>(), "Device");
static_assert(stays_where_it_is<linkauth::Registration>(), "Registration");
static_assert(stays_where_it_is<linkauth::FileStore>(), "FileStore");
static_assert(stays_where_it_is<linkauth::FlashStore>(), "FlashStore");
static_assert(stays_where_it_is<linkauth::Aead>(), "Aead");
static_assert(stays_where_it_is<linkauth::Credentials>(), "Credentials");
static_assert(stays_where_it_is<linkauth::Psk>(), "Psk");
static_assert(stays_where_it_is<linkauth::Wiped<8>>(), "Wiped");
static_assert(stays_where_it_is<linkauth::MemoryProtection>(), "MemoryProtection");
static_assert(!std::is_convertible<linkauth::Status, bool>::value, "Status as bool");
static_assert(!std::is_constructible<bool, linkauth::Status>::value, "Status in a condition");
static_assert(!std::is_convertible<linkauth_status, linkauth::Status>::value, "Status of a number");
static_assert(sizeof(linkauth::Device) == sizeof(linkauth_device), "nothing besides the device");

int failures = 0;

void check(bool holds, const char *what)
{
    std::printf("%s: %s\n", holds ? "ok" : "FAILED", what);
    failures += holds ? 0 : 1;
}

bool is_zero(const unsigned char *memory, std::size_t length)
{
    while (length > 0)
        if (memory[--length] != 0)
            return false;
    return true;
}

bool equals(linkauth::Text text, const char *expected)
{
    return text.data() != nullptr && text.size() == std::strlen(expected) &&
           std::memcmp(text.data(), expected, text.size() + 1) == 0;
}

// Objects are made in here, so that the memory can be looked at when they are gone.
alignas(8) unsigned char memory[4096];

linkauth::DeviceConfig dev1() { return linkauth::DeviceConfig("a1B2c3D4e5F", linkauth::Text("dev1-and-more", 4)); }
linkauth::SignInOptions lent(linkauth::Text secret) { return linkauth::SignInOptions().device_secret(secret); }
const char secret[] = "0123456789abcdefghijklmnopqrstuv";
const char client_id[] = "a1B2c3D4e5F.dev1|timestamp=2524608000000,securemode=2,signmethod=hmacsha256|";
const char psk_identity[] = "devicename|hmacsha256|a1B2c3D4e5F&dev1|2524608000000";
const char psk_key[] = "5D05F5AD5D0CE0A350A96FCA7A84AD855C8A2B9BB01F50EB71BA1AE9EE1240E7";
const char password[] = "6235FFCD529BBE78D9790DB7D15886C0A8CF79C57037BFD6DD1AC8E3DCC0E927";

void credentials_are_right_and_wiped()
{
    linkauth::Device device;
    linkauth::Credentials *credentials = new (memory) linkauth::Credentials;
    check(device.init(dev1()).ok(), "init");
    check(device.sign_in(lent(secret), *credentials).ok(), "sign in with a lent secret");
    check(equals(credentials->host(), "a1B2c3D4e5F.iot-as-mqtt.cn-shanghai.aliyuncs.com"), "host");
    check(credentials->port() == 8883, "port");
    check(equals(credentials->client_id(), client_id), "clientId");
    check(equals(credentials->username(), "dev1&a1B2c3D4e5F"), "username");
    check(equals(credentials->password(), password), "password");
    check(!is_zero(memory, sizeof *credentials), "credentials are in the memory before");
    credentials->~BasicCredentials();
    check(is_zero(memory, LINKAUTH_SIGN_IN_BUFFER_SIZE), "credentials are wiped by the destructor");
}

void wiped_is_wiped()
{
    linkauth::Wiped<64> *bytes = new (memory) linkauth::Wiped<64>;
    std::memcpy(bytes->data(), secret, sizeof secret);
    bytes->~Wiped();
    check(is_zero(memory, 64), "Wiped is wiped by the destructor");
}

void device_and_registration_are_wiped(const char *folder)
{
    linkauth::Device *device = new (memory) linkauth::Device;
    check(device->init(dev1()).ok() && !is_zero(memory, sizeof *device), "a device is in the memory before");
    device->~Device();
    check(is_zero(memory, sizeof(linkauth::Device)), "a device is wiped by the destructor");

    linkauth::FileStore store;
    linkauth::Device other;
    linkauth::Registration *registration = new (memory) linkauth::Registration;
    linkauth_registration_step step;
    linkauth::RegistrationOptions options(secret);
    options.host("localhost").port(8443);
    check(store.open(folder).ok(), "open a folder");
    check(other.init(linkauth::DeviceConfig("a1B2c3D4e5F", "other").store(store)).ok(), "init with a store");
    check(registration->begin(other, options).ok(), "begin to register");
    check(registration->next(step).ok() && step.kind == LINKAUTH_STEP_SEND && step.port == 8443 && step.data_length > 0,
          "the first step is to send");
    check(registration->sent(step.data_length).ok(), "it was sent");
    check(registration->feed(other, nullptr, 0) == LINKAUTH_ERROR_REPLY_CUT_SHORT, "a reply that does not come");
    check(registration->begin(other, options).ok() && !is_zero(memory, sizeof *registration), "begin again");
    registration->~Registration();
    check(is_zero(memory, sizeof(linkauth::Registration)), "a registration is wiped by the destructor");
}

void psk_is_right_and_wiped()
{
    linkauth::Device device;
    linkauth::Psk *psk = new (memory) linkauth::Psk;
    check(device.init(dev1()).ok(), "init");
    check(device.psk(lent(secret), *psk).ok(), "PSK with a lent secret");
    check(equals(psk->identity(), psk_identity) && equals(psk->key(), psk_key), "identity and key");
    psk->~Psk();
    check(is_zero(memory, LINKAUTH_PSK_BUFFER_SIZE), "a PSK is wiped by the destructor");

    linkauth::Psk other;
    check(device.psk(other) == LINKAUTH_ERROR_STORE_MISSING && other.key().data() == nullptr, "no PSK without a secret");
    check(device.psk(linkauth::SignInOptions().device_token("token").client_id("id"), other) ==
              LINKAUTH_ERROR_SECRET_IS_TOKEN,
          "no PSK of a token");
}

// One record, in memory.
struct Blob {
    std::uint8_t bytes[LINKAUTH_RECORD_MAX];
    std::size_t length;
};

linkauth_status load(void *user, const char *, std::uint8_t *buffer, std::size_t, std::size_t *length)
{
    const Blob &blob = *static_cast<Blob *>(user);
    if (blob.length == 0)
        return LINKAUTH_ERROR_STORE_ABSENT;
    std::memcpy(buffer, blob.bytes, blob.length);
    *length = blob.length;
    return LINKAUTH_OK;
}

linkauth_status save(void *user, const char *, const std::uint8_t *record, std::size_t length)
{
    Blob &blob = *static_cast<Blob *>(user);
    std::memcpy(blob.bytes, record, length);
    blob.length = length;
    return LINKAUTH_OK;
}

const std::uint8_t *bytes(const char *text) { return reinterpret_cast<const std::uint8_t *>(text); }

void operators_ask_and_erase(const char *folder)
{
    linkauth::FileStore store;
    linkauth::Device device;
    linkauth_store_info info;

    check(store.open(folder).ok() && device.init(linkauth::DeviceConfig("a1B2c3D4e5F", "asked").store(store)).ok(),
          "init with a store");
    check(device.inspect(info) == LINKAUTH_ERROR_STORE_ABSENT && info.state == 0, "nothing is stored yet");
    check(device.store_secret(secret).ok() && device.inspect(info).ok(), "inspect what is stored");
    check(info.state == LINKAUTH_STATE_ISSUED && info.kind == LINKAUTH_KIND_DEVICE_SECRET && info.is_sealed == 0,
          "what is stored");
    check(device.erase().ok() && device.inspect(info) == LINKAUTH_ERROR_STORE_ABSENT, "erase it");
}

#ifndef WITHOUT_SEAL
linkauth_status key_of_ones(void *user, std::uint8_t *key)
{
    ++*static_cast<int *>(user);
    std::memset(key, 1, LINKAUTH_KEY_SIZE);
    return LINKAUTH_OK;
}

void sealed_secrets(const char *folder)
{
    int keys = 0;
    linkauth::FileStore store;
    linkauth_store_info info;
    linkauth::Credentials credentials;
    linkauth::Aead *aead = new (memory) linkauth::Aead;

    check(store.open(folder).ok() && aead->init(key_of_ones, &keys).ok(), "a seal");
    {
        linkauth::Device device;
        check(device.init(linkauth::DeviceConfig("a1B2c3D4e5F", "sealed").store(store).seal(*aead)).ok(), "init sealed");
        check(device.store_secret(secret).ok() && device.inspect(info).ok() && info.is_sealed == 1 && keys > 0,
              "the secret is sealed");
        check(device.sign_in(credentials).ok(), "sign in with a sealed secret");
    }
    linkauth::Device keyless;
    check(keyless.init(linkauth::DeviceConfig("a1B2c3D4e5F", "sealed").store(store)).ok() &&
              keyless.sign_in(credentials) == LINKAUTH_ERROR_STORE_SEALED,
          "none without the key");
    aead->~Aead();
    check(is_zero(memory, sizeof(linkauth_aead)), "a seal is wiped by the destructor");
    linkauth::Aead none;
    check(none.init(nullptr, nullptr) == LINKAUTH_ERROR_CALLBACK_MISSING, "no seal without a key");
}
#endif

#ifndef WITHOUT_FLASH
struct Flash {
    std::uint8_t slots[2][512];
};

linkauth_status flash_read(void *user, std::uint32_t slot, std::uint32_t offset, std::uint8_t *to, std::size_t length)
{
    std::memcpy(to, static_cast<Flash *>(user)->slots[slot] + offset, length);
    return LINKAUTH_OK;
}

linkauth_status flash_program(void *user, std::uint32_t slot, std::uint32_t offset, const std::uint8_t *from,
                              std::size_t length)
{
    std::memcpy(static_cast<Flash *>(user)->slots[slot] + offset, from, length);
    return LINKAUTH_OK;
}

linkauth_status flash_erase(void *user, std::uint32_t slot)
{
    std::memset(static_cast<Flash *>(user)->slots[slot], 0xFF, sizeof static_cast<Flash *>(user)->slots[slot]);
    return LINKAUTH_OK;
}

void secrets_in_flash()
{
    Flash chip;
    std::memset(&chip, 0xFF, sizeof chip);
    linkauth_flash flash = linkauth_flash();
    flash.struct_size = sizeof flash;
    flash.slot_size = sizeof chip.slots[0];
    flash.unit = 8;
    flash.erased = 0xFF;
    flash.user = &chip;
    flash.read = flash_read;
    flash.program = flash_program;
    flash.erase = flash_erase;
    linkauth::FlashStore *store = new (memory) linkauth::FlashStore;
    linkauth::Credentials credentials;
    {
        linkauth::Device device;
        check(store->init(flash).ok() && store->init(flash).ok(), "a store in flash, twice");
        check(device.init(dev1().store(*store)).ok() && device.store_secret(secret).ok(), "store in flash");
        check(device.sign_in(credentials).ok() && equals(credentials.password(), password), "sign in from flash");
    }
    store->~FlashStore();
    check(is_zero(memory, sizeof(linkauth_flash_store)), "a store in flash is wiped by the destructor");
    flash.unit = 3;
    linkauth::FlashStore other;
    check(other.init(flash) == LINKAUTH_ERROR_ARGUMENT_RANGE, "no flash is programmed by three bytes");
}
#endif

// The platform's side, as far as a device sees it that has an MQTT stack of its own.
void registration_by_messages()
{
    Blob blob = Blob();
    linkauth_store store = linkauth_store();
    linkauth::Device device;
    linkauth::Registration registration;
    linkauth::Credentials credentials;
    linkauth_registration_step step;
    linkauth::RegistrationOptions options("PsAbCdEfGhIjKlMnOpQrStUvWxYz0123");
    const char answer[] = "{\"clientId\":\"me\",\"productKey\":\"a1B2c3D4e5F\",\"deviceName\":\"dev1\","
                          "\"deviceToken\":\"a-token\"}";

    store.struct_size = sizeof store;
    store.user = &blob;
    store.load = load;
    store.save = save;
    options.form(LINKAUTH_REGISTER_MQTT_NO_PRE_REGISTRATION).secure_mode(LINKAUTH_SECURE_MODE_NO_PRE_REGISTRATION);
    options.random("8Ygb7ULYh53B6OA").host("localhost").port(1);
    check(device.init(dev1().store(store)).ok(), "init with a store of callbacks");
    check(registration.begin(device, options).ok(), "begin to register over MQTT");
    check(registration.connect(device, credentials).ok(), "what the CONNECT carries");
    check(equals(credentials.client_id(), "dev1.a1B2c3D4e5F|random=8Ygb7ULYh53B6OA,authType=regnwl,securemode=-2,"
                                          "signmethod=hmacsha256|"),
          "clientId of the registration");
    check(equals(credentials.host(), "localhost") && credentials.port() == 1, "host and port of the registration");
    check(registration.connack(device, 3) == LINKAUTH_ERROR_REGISTER_CONNACK_UNAVAILABLE, "CONNACK 3");
    check(device.retry_after_ms() > 0, "when to try again");
    check(registration.begin(device, options).ok() &&
              registration.fail(device, LINKAUTH_ERROR_TRANSPORT_TIMED_OUT) == LINKAUTH_ERROR_TRANSPORT_TIMED_OUT,
          "a connection that timed out");
    check(registration.begin(device, options).ok() && registration.connect(device, credentials).ok(), "again");
    check(registration.connack(device, 0).ok(), "CONNACK 0");
    check(registration.message(device, "/sys/other", bytes("x"), 1).ok() && registration.next(step).ok() &&
              step.kind == LINKAUTH_STEP_RECEIVE,
          "another message is ignored");
    check(registration.message(device, "/ext/regnwl", bytes(answer), sizeof answer - 1).ok() &&
              registration.next(step).ok() && step.kind == LINKAUTH_STEP_FINISH,
          "the answer");
    check(registration.finish(device).ok() && blob.length > 0, "what was issued is stored");
    check(device.sign_in(credentials).ok() && equals(credentials.client_id(), "me|authType=connwl,securemode=-2|") &&
              equals(credentials.password(), "a-token"),
          "sign in with the stored DeviceToken");
    blob.length = 0;
    check(device.sign_in(linkauth::SignInOptions().device_token("lent").client_id("you"), credentials).ok() &&
              equals(credentials.client_id(), "you|authType=connwl,securemode=-2|") &&
              equals(credentials.password(), "lent"),
          "sign in with a lent DeviceToken");
}

void errors_are_told()
{
    linkauth::Device device;
    linkauth::BasicCredentials<16> narrow;
    linkauth::Credentials credentials;
    linkauth::Registration registration;
    linkauth_registration_step step;
    const linkauth_transport transport = linkauth_transport();

    check(device.sign_in(credentials) == LINKAUTH_ERROR_NOT_INITIALISED, "sign in without init");
    check(device.init(linkauth::DeviceConfig("a1B2c3D4e5F", "dev")) == LINKAUTH_ERROR_ARGUMENT_TOO_SHORT,
          "short DeviceName");
    check(device.init(dev1()).ok() && device.init(dev1()).ok(), "init twice");
    check(device.sign_in(credentials) == LINKAUTH_ERROR_STORE_MISSING, "sign in without secret and store");
    check(credentials.password().data() == nullptr, "no password after an error");
    check(device.sign_in(lent(nullptr), credentials) == LINKAUTH_ERROR_ARGUMENT_EMPTY,
          "a secret that is nullptr is not taken for none");
    check(device.sign_in(lent(secret), narrow) == LINKAUTH_ERROR_BUFFER_TOO_SMALL, "small buffer");
    check(narrow.size_needed() > 16, "its size needed");
    check(device.store_secret(secret) == LINKAUTH_ERROR_STORE_MISSING, "store without a store");
    check(device.report_connack(4) == LINKAUTH_ERROR_CONNACK_CREDENTIALS, "CONNACK 4");
    check(device.error_detail().platform_code == 0, "error detail");
    const linkauth::RegistrationOptions options(secret);
    check(registration.run(device, options, transport) == LINKAUTH_ERROR_STRUCT_SIZE, "register without a transport");
    check(registration.begin(device, options) == LINKAUTH_ERROR_STORE_MISSING, "begin without a store");
    check(registration.next(step) == LINKAUTH_ERROR_NOT_INITIALISED, "next without begin");
    check(registration.sent(1) == LINKAUTH_ERROR_NOT_INITIALISED, "sent without begin");
    check(registration.feed(device, nullptr, 0) == LINKAUTH_ERROR_NOT_INITIALISED, "feed without begin");
    check(registration.finish(device) == LINKAUTH_ERROR_NOT_INITIALISED, "finish without begin");
    check(registration.connect(device, credentials) == LINKAUTH_ERROR_NOT_INITIALISED, "connect without begin");
    check(registration.connack(device, 0) == LINKAUTH_ERROR_NOT_INITIALISED, "connack without begin");
    check(registration.message(device, "/ext/register", nullptr, 0) == LINKAUTH_ERROR_NOT_INITIALISED,
          "message without begin");
    check(device.sign_in(linkauth::SignInOptions().device_token(nullptr).client_id("me"), credentials) ==
              LINKAUTH_ERROR_ARGUMENT_EMPTY,
          "a token that is nullptr is not taken for none");

    linkauth::FileStore store;
    check(store.open("/nonexistent") == LINKAUTH_ERROR_STORE_NOT_FOUND, "no folder");
    const linkauth::Status absent(LINKAUTH_ERROR_STORE_ABSENT);
    check(std::strcmp(absent.name(), "LINKAUTH_ERROR_STORE_ABSENT") == 0 && *absent.text() != '\0', "name and text");
    check(std::strcmp(absent.explain(), absent.text()) == 0, "no more to say than the text");
    const linkauth::Status refused(LINKAUTH_ERROR_REGISTER_CONNACK_REFUSED);
    check(std::strcmp(refused.explain(), refused.text()) != 0, "likely causes of a refusal");
    check(std::strcmp(refused.explain(), linkauth::explain(LINKAUTH_CONTEXT_CONNACK_OF_REGISTRATION, 4)) == 0,
          "the same by the platform's number");
    check(linkauth::Status() == linkauth::Status(LINKAUTH_OK) && linkauth::Status() != LINKAUTH_ERROR_BUSY, "equality");
}

void choices_arrive(const char *folder)
{
    linkauth::FileStore store;
    linkauth::Device device;
    linkauth::Credentials credentials;
    linkauth_extension pair = linkauth_extension();
    linkauth::SignInOptions options;

    pair.key = "_ss";
    pair.key_length = LINKAUTH_NUL_TERMINATED;
    pair.value = "1";
    pair.value_length = LINKAUTH_NUL_TERMINATED;
    options.sign_method(LINKAUTH_SIGN_HMAC_SHA256).secure_mode(LINKAUTH_SECURE_MODE_TCP);
    options.timestamp(LINKAUTH_TIMESTAMP_NONE).client_id("me").host("mqtt.example").port(1234).extensions(&pair, 1);
    check(store.open(folder).ok() && store.open(folder).ok(), "open a folder twice");
    check(device.init(dev1().region("cn-beijing").store(store)).ok(), "init with a store");
    check(device.store_secret(linkauth::Text(secret, sizeof secret - 1)).ok(), "store the secret");
    check(device.sign_in(credentials).ok() && equals(credentials.password(), password), "sign in from the store");
    check(equals(credentials.host(), "a1B2c3D4e5F.iot-as-mqtt.cn-beijing.aliyuncs.com"), "region");
    check(device.sign_in(options, credentials).ok(), "sign in with choices");
    check(equals(credentials.client_id(), "me|securemode=3,signmethod=hmacsha256,_ss=1|"), "clientId with choices");
    check(equals(credentials.host(), "mqtt.example") && credentials.port() == 1234, "host and port");
    check(device.report_connack(0).ok(), "CONNACK 0");
    credentials.wipe();
    check(credentials.password().data() == nullptr, "nothing after wipe");
}

void memory_is_protected()
{
    linkauth::Device device;
    linkauth::MemoryProtection protection(&device, sizeof device, LINKAUTH_MEMORY_NO_DUMP);
    linkauth::MemoryProtection nothing(nullptr, 1);

    check(protection.status().ok() && protection.refused() == 0, "a device is left out of core dumps");
    check(device.init(dev1()).ok(), "init of a protected device");
    check(nothing.status() == LINKAUTH_ERROR_ARGUMENT_NULL && nothing.refused() == 0, "nothing to protect");
}

}  // namespace

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    credentials_are_right_and_wiped();
    wiped_is_wiped();
    psk_is_right_and_wiped();
    registration_by_messages();
    operators_ask_and_erase(argv[1]);
#ifndef WITHOUT_SEAL
    sealed_secrets(argv[1]);
#endif
#ifndef WITHOUT_FLASH
    secrets_in_flash();
#endif
    device_and_registration_are_wiped(argv[1]);
    errors_are_told();
    choices_arrive(argv[1]);
    memory_is_protected();
    return failures == 0 ? 0 : 1;
}
