/*
 * Signs a device in with a lent DeviceSecret, in C++ without exceptions, RTTI or heap: what holds
 * a secret wipes itself where it goes out of scope, on every way out.
 *
 *     raii <ProductKey> <DeviceName> < file with the DeviceSecret
 *
 * Exits 0, or 1 with the status, or 2 for wrong arguments.
 */
#include <cstdio>
#include <unistd.h>

#include "linkauth.hpp"

namespace {

// Stands for the page of flash that the factory writes. Not by stdio, which keeps copies.
template <std::size_t Size>
linkauth::Text read_secret(linkauth::Wiped<Size> &memory)
{
    std::size_t length = 0;
    while (length < Size) {
        const ssize_t count = read(STDIN_FILENO, memory.data() + length, Size - length);
        if (count <= 0)
            break;
        length += static_cast<std::size_t>(count);
    }
    if (length > 0 && memory.data()[length - 1] == '\n')
        --length;
    return linkauth::Text(memory.data(), length);
}

linkauth::Status sign_in(const char *product_key, const char *device_name, linkauth::Credentials &credentials)
{
    linkauth::Wiped<80> memory;
    linkauth::Device device;

    const linkauth::Status status = device.init(linkauth::DeviceConfig(product_key, device_name));
    if (!status.ok())
        return status;
    return device.sign_in(linkauth::SignInOptions().device_secret(read_secret(memory)), credentials);
}

}  // namespace

int main(int argc, char **argv)
{
    if (argc != 3) {
        std::fprintf(stderr, "usage: raii <ProductKey> <DeviceName> < DeviceSecret\n");
        return 2;
    }
    linkauth::Credentials credentials;
    const linkauth::Status status = sign_in(argv[1], argv[2], credentials);
    if (!status.ok()) {
        std::fprintf(stderr, "%s: %s\n", status.name(), status.text());
        return 1;
    }
    // Here the device's own MQTT client sends the CONNECT. Of the password only the length is shown:
    // whoever has it can sign in as the device.
    std::printf("host %s\nport %u\nclientId %s\nusername %s\npassword of %zu characters\n", credentials.host().data(),
                static_cast<unsigned>(credentials.port()), credentials.client_id().data(),
                credentials.username().data(), credentials.password().size());
    return 0;
}
