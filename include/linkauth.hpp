/*
 * linkauth.hpp: linkauth.h for C++. Objects that clean up after themselves, and nothing more: no
 * heap, no exceptions, no RTTI, no standard library beyond two headers of a freestanding one.
 *
 *     linkauth::Device device;
 *     linkauth::Credentials credentials;  // wiped where it goes out of scope
 *     linkauth::Status status = device.init(linkauth::DeviceConfig("a1B2c3D4e5F", "dev1"));
 *     if (status.ok())
 *         status = device.sign_in(linkauth::SignInOptions().device_secret(secret), credentials);
 *     if (status.ok())
 *         connect(credentials.host().data(), credentials.port(), credentials.client_id().data(), ...);
 *     else
 *         report(status.name(), status.text());
 *
 * What a function does, which statuses it returns and what it wipes is said in linkauth.h, at the
 * function that it calls. What holds a secret, or what the library keeps a pointer to, can be
 * neither copied nor moved. C++11 or later.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef LINKAUTH_HPP_INCLUDED
#define LINKAUTH_HPP_INCLUDED

#if __cplusplus < 201103L
#error "linkauth.hpp needs C++11; linkauth.h needs no more than C++98"
#endif

#include <cstddef>
#include <cstdint>

#include "linkauth.h"

/* On a function that returns a Status: to ignore it is a warning, in any language version. */
#if __cplusplus >= 201703L
#define LINKAUTH_HPP_NODISCARD [[nodiscard]]
#else
#define LINKAUTH_HPP_NODISCARD LINKAUTH_NODISCARD
#endif

namespace linkauth {

/** A result. It converts to nothing: 0 is success, and `if (status)` would read as the opposite. */
class Status {
public:
    Status() noexcept : number_(LINKAUTH_OK) {}
    explicit Status(linkauth_status number) noexcept : number_(number) {}

    bool ok() const noexcept { return number_ == LINKAUTH_OK; }
    linkauth_status number() const noexcept { return number_; }
    /** "LINKAUTH_ERROR_STORE_ABSENT", say. */
    const char *name() const noexcept { return linkauth_status_name(number_); }
    /** One sentence: what is wrong and what to check. */
    const char *text() const noexcept { return linkauth_status_text(number_); }
    /** Likely causes and the remedy, on a line of a log; text() where there is no more to say. */
    const char *explain() const noexcept { return linkauth_explain(LINKAUTH_CONTEXT_STATUS, number_); }

    friend bool operator==(Status a, Status b) noexcept { return a.number_ == b.number_; }
    friend bool operator!=(Status a, Status b) noexcept { return a.number_ != b.number_; }
    friend bool operator==(Status a, linkauth_status b) noexcept { return a.number_ == b; }
    friend bool operator!=(Status a, linkauth_status b) noexcept { return a.number_ != b; }

private:
    linkauth_status number_;
};

/** Calls linkauth_explain: for the platform's own numbers. */
inline const char *explain(linkauth_context context, std::int32_t number) noexcept
{
    return linkauth_explain(static_cast<std::uint32_t>(context), number);
}

/** A text of someone else's: pointer and length. It must not outlive what it points to. */
class Text {
public:
    /** Not given. */
    Text() noexcept : data_(nullptr), size_(0) {}
    /** NUL-terminated, or nullptr for not given. */
    Text(const char *text) noexcept : data_(text), size_(text ? LINKAUTH_NUL_TERMINATED : 0) {}
    Text(const char *data, std::size_t size) noexcept : data_(data), size_(size) {}
    /** A std::string, a std::string_view, or any other with data() and size(). */
    template <typename String,
              typename = decltype(Text(static_cast<const String *>(nullptr)->data(),
                                       static_cast<const String *>(nullptr)->size()))>
    Text(const String &text) noexcept : data_(text.data()), size_(text.size()) {}

    /** The first character. Texts that linkauth gives end in NUL. */
    const char *data() const noexcept { return data_; }
    /** Bytes, the NUL not counted; LINKAUTH_NUL_TERMINATED for a text that was made without a length. */
    std::size_t size() const noexcept { return size_; }

private:
    const char *data_;
    std::size_t size_;
};

/** Memory for a secret, wiped at its end. */
template <std::size_t Size>
class Wiped {
public:
    Wiped() noexcept : bytes_() {}
    ~Wiped() { wipe(); }
    Wiped(const Wiped &) = delete;
    Wiped &operator=(const Wiped &) = delete;

    char *data() noexcept { return bytes_; }
    const char *data() const noexcept { return bytes_; }
    static constexpr std::size_t size() noexcept { return Size; }
    void wipe() noexcept { linkauth_wipe(bytes_, Size); }

private:
    char bytes_[Size];
};

/** What a CONNECT must carry, in memory of its own. Whoever has the password can sign in as the device. */
template <std::size_t Capacity>
class BasicCredentials {
public:
    BasicCredentials() noexcept : result_() {}
    BasicCredentials(const BasicCredentials &) = delete;
    BasicCredentials &operator=(const BasicCredentials &) = delete;

    /** Not given until a sign-in has succeeded, and after wipe(). */
    Text host() const noexcept { return Text(result_.host, result_.host_length); }
    std::uint32_t port() const noexcept { return result_.port; }
    Text client_id() const noexcept { return Text(result_.client_id, result_.client_id_length); }
    Text username() const noexcept { return Text(result_.username, result_.username_length); }
    Text password() const noexcept { return Text(result_.password, result_.password_length); }
    /** The Capacity that LINKAUTH_ERROR_BUFFER_TOO_SMALL asks for. */
    std::size_t size_needed() const noexcept { return result_.size_needed; }

    /** As soon as the CONNECT has been sent; else the end of this object does it. */
    void wipe() noexcept
    {
        buffer_.wipe();
        result_ = linkauth_sign_in_result();
    }

private:
    friend class Device;
    friend class Registration;

    linkauth_status fill(linkauth_device *device, const linkauth_sign_in_options *options) noexcept
    {
        begin();
        return linkauth_sign_in(device, options, buffer_.data(), Capacity, &result_);
    }
    linkauth_status fill(linkauth_device *device, linkauth_registration *registration) noexcept
    {
        begin();
        return linkauth_registration_connect(device, registration, buffer_.data(), Capacity, &result_);
    }
    void begin() noexcept
    {
        wipe();
        result_.struct_size = sizeof result_;
    }

    Wiped<Capacity> buffer_;
    linkauth_sign_in_result result_;
};

/** Holds any sign-in without further extension pairs, and what a registration over MQTT connects with. */
typedef BasicCredentials<LINKAUTH_SIGN_IN_BUFFER_SIZE> Credentials;

/** Identity and key of a TLS-PSK connection, in memory of its own. Whoever has the key can connect as the device. */
class Psk {
public:
    Psk() noexcept : result_() {}
    Psk(const Psk &) = delete;
    Psk &operator=(const Psk &) = delete;

    /** Not given until Device::psk has succeeded, and after wipe(). */
    Text identity() const noexcept { return Text(result_.identity, result_.identity_length); }
    /** 64 hex digits, which are the key's bytes as they stand. */
    Text key() const noexcept { return Text(result_.key, result_.key_length); }

    /** As soon as the handshake is over; else the end of this object does it. */
    void wipe() noexcept
    {
        buffer_.wipe();
        result_ = linkauth_psk_result();
    }

private:
    friend class Device;

    linkauth_status fill(linkauth_device *device, const linkauth_sign_in_options *options) noexcept
    {
        wipe();
        result_.struct_size = sizeof result_;
        return linkauth_psk(device, options, buffer_.data(), buffer_.size(), &result_);
    }

    Wiped<LINKAUTH_PSK_BUFFER_SIZE> buffer_;
    linkauth_psk_result result_;
};

/** A folder in which secrets are kept, closed at its end. It must outlive the devices that use it. */
class FileStore {
public:
    FileStore() noexcept : raw_(), store_() {}
    ~FileStore() { linkauth_file_store_close(&raw_); }
    FileStore(const FileStore &) = delete;
    FileStore &operator=(const FileStore &) = delete;

    /** Calls linkauth_file_store_open. */
    LINKAUTH_HPP_NODISCARD Status open(Text folder) noexcept
    {
        linkauth_file_store_close(&raw_);
        store_ = linkauth_store();
        store_.struct_size = sizeof store_;
        return Status(linkauth_file_store_open(&raw_, sizeof raw_, folder.data(), folder.size(), &store_));
    }

    /** For DeviceConfig::store. */
    const linkauth_store &store() const noexcept { return store_; }

private:
    linkauth_file_store raw_;
    linkauth_store store_;
};

/** A record in two slots of flash, given up at its end. It must outlive the device that uses it. */
class FlashStore {
public:
    FlashStore() noexcept : raw_(), store_() {}
    ~FlashStore() { linkauth_flash_store_wipe(&raw_); }
    FlashStore(const FlashStore &) = delete;
    FlashStore &operator=(const FlashStore &) = delete;

    /** Calls linkauth_flash_store_init: only in libraries built with LINKAUTH_FLASH. */
    LINKAUTH_HPP_NODISCARD Status init(const linkauth_flash &flash) noexcept
    {
        linkauth_flash_store_wipe(&raw_);
        store_ = linkauth_store();
        store_.struct_size = sizeof store_;
        return Status(linkauth_flash_store_init(&raw_, sizeof raw_, &flash, &store_));
    }

    /** For DeviceConfig::store. */
    const linkauth_store &store() const noexcept { return store_; }

private:
    linkauth_flash_store raw_;
    linkauth_store store_;
};

/** Seals stored secrets with a key of the caller's, given up at its end. It must outlive the devices that use it. */
class Aead {
public:
    Aead() noexcept : raw_(), seal_() {}
    ~Aead() { linkauth_aead_wipe(&raw_); }
    Aead(const Aead &) = delete;
    Aead &operator=(const Aead &) = delete;

    /** Calls linkauth_aead_init: only in libraries built with LINKAUTH_SEAL. Without `random` it is the system's. */
    LINKAUTH_HPP_NODISCARD Status init(linkauth_key key, void *key_user, linkauth_random random = nullptr,
                                       void *random_user = nullptr) noexcept
    {
        linkauth_aead_wipe(&raw_);
        seal_ = linkauth_seal();
        seal_.struct_size = sizeof seal_;
        return Status(linkauth_aead_init(&raw_, sizeof raw_, key, key_user, random, random_user, &seal_));
    }

    /** For DeviceConfig::seal. */
    const linkauth_seal &seal() const noexcept { return seal_; }

private:
    linkauth_aead raw_;
    linkauth_seal seal_;
};

/**
 * Memory that is kept out of swap, core dumps and child processes while this lives, as far as the system
 * does. Wipe the memory before. With the limits of linkauth_memory_protect; Linux only.
 */
class MemoryProtection {
public:
    /** Calls linkauth_memory_protect. */
    MemoryProtection(void *start, std::size_t size, std::uint32_t flags = 0) noexcept
        : start_(start), size_(size), flags_(flags), refused_(0),
          status_(linkauth_memory_protect(start, size, flags, &refused_))
    {
    }
    ~MemoryProtection()
    {
        if (status_.ok())
            linkauth_memory_unprotect(start_, size_, flags_);
    }
    MemoryProtection(const MemoryProtection &) = delete;
    MemoryProtection &operator=(const MemoryProtection &) = delete;

    /** Whether the system was asked. */
    Status status() const noexcept { return status_; }
    /** Bits of LINKAUTH_MEMORY_... that the system refused. */
    std::uint32_t refused() const noexcept { return refused_; }

private:
    void *start_;
    std::size_t size_;
    std::uint32_t flags_;
    std::uint32_t refused_;
    Status status_;
};

/** Who a device is. The texts must live until Device::init has returned. */
class DeviceConfig {
public:
    DeviceConfig(Text product_key, Text device_name) noexcept : raw_()
    {
        raw_.struct_size = sizeof raw_;
        raw_.product_key = product_key.data();
        raw_.product_key_length = product_key.size();
        raw_.device_name = device_name.data();
        raw_.device_name_length = device_name.size();
    }

    DeviceConfig &region(Text region) noexcept
    {
        raw_.region = region.data();
        raw_.region_length = region.size();
        return *this;
    }
    DeviceConfig &instance_id(Text instance_id) noexcept
    {
        raw_.instance_id = instance_id.data();
        raw_.instance_id_length = instance_id.size();
        return *this;
    }
    DeviceConfig &store(const FileStore &store) noexcept { return this->store(store.store()); }
    DeviceConfig &store(const FlashStore &store) noexcept { return this->store(store.store()); }
    DeviceConfig &store(const linkauth_store &store) noexcept
    {
        raw_.store = &store;
        return *this;
    }
    DeviceConfig &seal(const Aead &aead) noexcept { return seal(aead.seal()); }
    DeviceConfig &seal(const linkauth_seal &seal) noexcept
    {
        raw_.seal = &seal;
        return *this;
    }
    DeviceConfig &random(linkauth_random callback, void *user) noexcept
    {
        raw_.random = callback;
        raw_.random_user = user;
        return *this;
    }
    /** LINKAUTH_DEVICE_... */
    DeviceConfig &flags(std::uint32_t flags) noexcept
    {
        raw_.flags = flags;
        return *this;
    }

    const linkauth_device_config *raw() const noexcept { return &raw_; }

private:
    linkauth_device_config raw_;
};

/** What to choose about a sign-in. Texts and pairs must live until Device::sign_in has returned. */
class SignInOptions {
public:
    SignInOptions() noexcept : raw_() { raw_.struct_size = sizeof raw_; }

    /** Lends the DeviceSecret; without it the store is read. */
    SignInOptions &device_secret(Text secret) noexcept
    {
        // Only NULL means the store: an empty secret is a mistake, and is to be refused.
        raw_.device_secret = secret.data() ? secret.data() : "";
        raw_.device_secret_length = secret.data() ? secret.size() : 0;
        return *this;
    }
    /** Lends the DeviceToken of a registration without pre-registration; client_id() is what came with it. */
    SignInOptions &device_token(Text token) noexcept
    {
        raw_.device_token = token.data() ? token.data() : "";
        raw_.device_token_length = token.data() ? token.size() : 0;
        return *this;
    }
    SignInOptions &sign_method(linkauth_sign_method method) noexcept
    {
        raw_.sign_method = static_cast<std::uint32_t>(method);
        return *this;
    }
    SignInOptions &secure_mode(linkauth_secure_mode mode) noexcept
    {
        raw_.secure_mode = static_cast<std::int32_t>(mode);
        return *this;
    }
    /** LINKAUTH_TIMESTAMP_NONE for none. */
    SignInOptions &timestamp(std::uint64_t timestamp) noexcept
    {
        raw_.timestamp = timestamp;
        return *this;
    }
    SignInOptions &client_id(Text client_id) noexcept
    {
        raw_.client_id = client_id.data();
        raw_.client_id_length = client_id.size();
        return *this;
    }
    SignInOptions &host(Text host) noexcept
    {
        raw_.host = host.data();
        raw_.host_length = host.size();
        return *this;
    }
    SignInOptions &port(std::uint16_t port) noexcept
    {
        raw_.port = port;
        return *this;
    }
    /** LINKAUTH_SIGN_IN_... */
    SignInOptions &flags(std::uint32_t flags) noexcept
    {
        raw_.flags = flags;
        return *this;
    }
    SignInOptions &extensions(const linkauth_extension *pairs, std::size_t count) noexcept
    {
        raw_.extensions = pairs;
        raw_.extension_count = count;
        return *this;
    }

    const linkauth_sign_in_options *raw() const noexcept { return &raw_; }

private:
    linkauth_sign_in_options raw_;
};

/** What to choose about a registration. Texts must live until it has run, or was begun. */
class RegistrationOptions {
public:
    explicit RegistrationOptions(Text product_secret) noexcept : raw_()
    {
        raw_.struct_size = sizeof raw_;
        raw_.product_secret = product_secret.data();
        raw_.product_secret_length = product_secret.size();
    }

    /** Over HTTPS or MQTT; without it over HTTPS. */
    RegistrationOptions &form(linkauth_register_form form) noexcept
    {
        raw_.form = static_cast<std::uint32_t>(form);
        return *this;
    }
    /** LINKAUTH_SECURE_MODE_NO_PRE_REGISTRATION, for the form of that name. */
    RegistrationOptions &secure_mode(linkauth_secure_mode mode) noexcept
    {
        raw_.secure_mode = static_cast<std::int32_t>(mode);
        return *this;
    }
    RegistrationOptions &sign_method(linkauth_sign_method method) noexcept
    {
        raw_.sign_method = static_cast<std::uint32_t>(method);
        return *this;
    }
    RegistrationOptions &host(Text host) noexcept
    {
        raw_.host = host.data();
        raw_.host_length = host.size();
        return *this;
    }
    RegistrationOptions &port(std::uint16_t port) noexcept
    {
        raw_.port = port;
        return *this;
    }
    RegistrationOptions &random(Text nonce) noexcept
    {
        raw_.random = nonce.data();
        raw_.random_length = nonce.size();
        return *this;
    }
    RegistrationOptions &timeout_ms(std::uint32_t timeout) noexcept
    {
        raw_.timeout_ms = timeout;
        return *this;
    }

    const linkauth_registration_options *raw() const noexcept { return &raw_; }

private:
    linkauth_registration_options raw_;
};

/** One device, wiped at its end. Nothing works before init() has succeeded. */
class Device {
public:
    Device() noexcept : raw_() {}
    ~Device() { wipe(); }
    Device(const Device &) = delete;
    Device &operator=(const Device &) = delete;

    /** Calls linkauth_device_init; a device that was initialised before is wiped first. */
    LINKAUTH_HPP_NODISCARD Status init(const DeviceConfig &config) noexcept
    {
        wipe();
        return Status(linkauth_device_init(&raw_, sizeof raw_, config.raw()));
    }

    /** Calls linkauth_store_secret. The secret stays the caller's to wipe. */
    LINKAUTH_HPP_NODISCARD Status store_secret(Text secret) noexcept
    {
        return Status(linkauth_store_secret(&raw_, secret.data(), secret.size()));
    }

    /** Calls linkauth_sign_in. What the credentials held before is wiped. */
    template <std::size_t Capacity>
    LINKAUTH_HPP_NODISCARD Status sign_in(const SignInOptions &options,
                                          BasicCredentials<Capacity> &credentials) noexcept
    {
        return Status(credentials.fill(&raw_, options.raw()));
    }

    /** With the stored secret and the defaults. */
    template <std::size_t Capacity>
    LINKAUTH_HPP_NODISCARD Status sign_in(BasicCredentials<Capacity> &credentials) noexcept
    {
        return sign_in(SignInOptions(), credentials);
    }

    /** Calls linkauth_psk, with the DeviceSecret and the timestamp of the options. */
    LINKAUTH_HPP_NODISCARD Status psk(const SignInOptions &options, Psk &psk) noexcept
    {
        return Status(psk.fill(&raw_, options.raw()));
    }

    /** With the stored secret and the defaults. */
    LINKAUTH_HPP_NODISCARD Status psk(Psk &psk) noexcept { return this->psk(SignInOptions(), psk); }

    /** Calls linkauth_report_connack. */
    LINKAUTH_HPP_NODISCARD Status report_connack(std::uint8_t code) noexcept
    {
        return Status(linkauth_report_connack(&raw_, code));
    }

    /** Calls linkauth_store_inspect: for an operator. `info` is zeroed on an error. */
    LINKAUTH_HPP_NODISCARD Status inspect(linkauth_store_info &info) noexcept
    {
        info = linkauth_store_info();
        info.struct_size = sizeof info;
        return Status(linkauth_store_inspect(&raw_, &info));
    }

    /** Calls linkauth_store_erase: for an operator. */
    LINKAUTH_HPP_NODISCARD Status erase() noexcept { return Status(linkauth_store_erase(&raw_)); }

    /** The numbers behind the last error; all 0 if there are none to be had. */
    linkauth_error_detail error_detail() noexcept
    {
        linkauth_error_detail detail = linkauth_error_detail();
        detail.struct_size = sizeof detail;
        if (linkauth_device_error_detail(&raw_, &detail) != LINKAUTH_OK)
            detail = linkauth_error_detail();
        return detail;
    }

    /** Milliseconds to wait after the last error; 0 if trying again would not help by itself. */
    std::uint32_t retry_after_ms() noexcept { return error_detail().retry_after_ms; }

    void wipe() noexcept { linkauth_device_wipe(&raw_); }

    linkauth_device *raw() noexcept { return &raw_; }

private:
    linkauth_device raw_;
};

/** One attempt to register, wiped at its end. */
class Registration {
public:
    Registration() noexcept : raw_() {}
    ~Registration() { wipe(); }
    Registration(const Registration &) = delete;
    Registration &operator=(const Registration &) = delete;

    /** Calls linkauth_register: the whole attempt, blocking. */
    LINKAUTH_HPP_NODISCARD Status run(Device &device, const RegistrationOptions &options,
                                      const linkauth_transport &transport) noexcept
    {
        wipe();
        return Status(linkauth_register(device.raw(), &raw_, sizeof raw_, options.raw(), &transport));
    }

    /** Calls linkauth_registration_begin; the others go step by step from there. */
    LINKAUTH_HPP_NODISCARD Status begin(Device &device, const RegistrationOptions &options) noexcept
    {
        wipe();
        return Status(linkauth_registration_begin(device.raw(), &raw_, sizeof raw_, options.raw()));
    }
    LINKAUTH_HPP_NODISCARD Status next(linkauth_registration_step &step) noexcept
    {
        step = linkauth_registration_step();
        step.struct_size = sizeof step;
        return Status(linkauth_registration_next(&raw_, &step));
    }
    LINKAUTH_HPP_NODISCARD Status sent(std::size_t length) noexcept
    {
        return Status(linkauth_registration_sent(&raw_, length));
    }
    LINKAUTH_HPP_NODISCARD Status feed(Device &device, const std::uint8_t *data, std::size_t length) noexcept
    {
        return Status(linkauth_registration_feed(device.raw(), &raw_, data, length));
    }

    /**
     * For firmware that has an MQTT stack of its own, in place of sent() and feed(): what its CONNECT must
     * carry, then the code of the CONNACK, then each message, until next() says LINKAUTH_STEP_FINISH.
     */
    template <std::size_t Capacity>
    LINKAUTH_HPP_NODISCARD Status connect(Device &device, BasicCredentials<Capacity> &credentials) noexcept
    {
        return Status(credentials.fill(device.raw(), &raw_));
    }
    LINKAUTH_HPP_NODISCARD Status connack(Device &device, std::uint8_t code) noexcept
    {
        return Status(linkauth_registration_connack(device.raw(), &raw_, code));
    }
    LINKAUTH_HPP_NODISCARD Status message(Device &device, Text topic, const std::uint8_t *payload,
                                          std::size_t length) noexcept
    {
        return Status(
            linkauth_registration_message(device.raw(), &raw_, topic.data(), topic.size(), payload, length));
    }

    /** Calls linkauth_registration_fail: the connection failed in the caller's hands. Gives back `status`. */
    Status fail(Device &device, linkauth_status status) noexcept
    {
        return Status(linkauth_registration_fail(device.raw(), &raw_, status));
    }

    LINKAUTH_HPP_NODISCARD Status finish(Device &device) noexcept
    {
        return Status(linkauth_registration_finish(device.raw(), &raw_));
    }

    void wipe() noexcept { linkauth_registration_wipe(&raw_); }

private:
    linkauth_registration raw_;
};

}  // namespace linkauth

#endif  /* LINKAUTH_HPP_INCLUDED */
