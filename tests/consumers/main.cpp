// The first sign-in of a C++ project.
#include <linkauth.hpp>

#include <cstdio>

int main()
{
    linkauth::Device device;
    linkauth::Credentials credentials;
    linkauth::Status status = device.init(linkauth::DeviceConfig("a1B2c3D4e5F", "dev1"));
    if (status.ok())
        status = device.sign_in(linkauth::SignInOptions().device_secret("0123456789abcdefghijklmnopqrstuv"), credentials);
    std::printf("%s: %s\n", status.name(), status.ok() ? credentials.client_id().data() : status.text());
    return status.ok() ? 0 : 1;
}
